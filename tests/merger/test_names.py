"""Names of new units: unique in the whole city, by population, then by the old district."""

from merger.arrangement.names import Candidate, bare_district, choose_names, spelling


def test_the_more_populous_keeps_a_name_and_the_other_takes_a_members():
    """Of two seats called Minh Tân the larger unit keeps the name; the other takes its next member's."""
    chosen = choose_names(
        [
            Candidate("1", 100, "Minh Tân", ("Quang Trung",), "Huyện A"),
            Candidate("2", 200, "Minh Tân", (), "Huyện B"),
        ]
    )
    assert (chosen["2"].name, chosen["2"].clash) == ("Minh Tân", "")
    assert (chosen["1"].name, chosen["1"].clash) == ("Quang Trung", "Minh Tân")


def test_no_name_that_somebody_else_has_or_wants():
    """A member's name that another unit has is passed over; then come the district and its number (Art 7)."""
    units = [
        Candidate("1", 300, "Cát Hải", ("Lê Lợi",), "Huyện Gia Lộc"),
        Candidate("2", 200, "Lê Lợi", (), "Huyện B"),
        Candidate("3", 100, "Lê Lợi", ("Cát Hải",), "Huyện Gia Lộc"),
    ]
    chosen = choose_names(units, taken=["Cát Hải"])
    # 2 wants Lê Lợi and keeps it; 1 has only that as another name, so it takes the district; 3 finds it
    # taken.
    assert {k: c.name for k, c in chosen.items()} == {"1": "Gia Lộc", "2": "Lê Lợi", "3": "Gia Lộc 1"}


def test_spelling_ignores_tone_placement_and_case_only():
    """Hoà Bình and Hòa Bình are one name; Hoa Bình and Hòa Bình are two."""
    assert spelling("Hoà  Bình") == spelling("hòa bình")
    assert spelling("Hoa Bình") != spelling("Hòa Bình")
    assert spelling("Thuỷ Nguyên") == spelling("Thủy Nguyên")
    assert bare_district("Thành phố Thuỷ Nguyên") == "Thuỷ Nguyên"
