"""Tables of stage arrange: old and new units."""

from __future__ import annotations

from merger.tables.table import LABEL, Table

TERRITORY: dict[str, Table] = {
    "units": Table(
        ("old_code",),
        {
            "old_code": ("text", "code of the old unit"),
            "old_name": ("text", "name with type"),
            "district": ("text", "district before"),
            "side": ("text", "hai_duong or hai_phong"),
            "new_id": ("text", "code of the new unit (that of its seat)"),
            "new_name": ("text", "proposed name with type"),
            "kind": ("text", "xa, phuong or dac_khu"),
            "seat_code": ("text", "old unit that holds the seat"),
            "population": ("int", "persons, estimated"),
            "area_km2": ("km2", "estimated"),
            "minutes_to_seat": ("minutes", "from the settlement centre by road, normal traffic"),
            "km_to_seat": ("km", "by road"),
            "standard": ("text", "of the new unit: meets, exempt, needs_decision, special"),
            "rules": ("list", "rule ids that decided"),
            "label": LABEL,
        },
    ),
    "new_units": Table(
        ("new_id",),
        {
            "new_id": ("text", "code of the seat's old unit"),
            "new_name": ("text", "proposed name with type"),
            "kind": ("text", "xa, phuong or dac_khu"),
            "side": ("text", "side of the old province line"),
            "seat_code": ("text", "old unit that holds the seat"),
            "seat_lon": ("degrees", "settlement centre of the seat unit"),
            "seat_lat": ("degrees", ""),
            "members": ("list", "codes of the old units"),
            "n_members": ("int", ""),
            "area_km2": ("km2", ""),
            "population": ("int", ""),
            "area_ratio": ("ratio", "area over the floor of Art 5(1); empty for special zones"),
            "population_ratio": ("ratio", "population over the floor of Art 5(1)"),
            "standard": ("text", "meets, exempt (Art 5(2)), needs_decision (Art 5(3)), special"),
            "person_minutes": ("minutes", "sum over residents of minutes to the seat"),
            "person_km": ("km", "sum over residents of km to the seat by road"),
            "rules": ("list", "rule ids that decided"),
            "label": LABEL,
        },
    ),
    "alternatives": Table(
        ("alternative", "old_code"),
        {
            "alternative": ("int", "number of the further plan, from 1"),
            "old_code": ("text", "code of the old unit"),
            "old_name": ("text", "name with type"),
            "new_id": ("text", "code of the new unit in that plan (that of its seat)"),
            "seat_code": ("text", "old unit that holds the seat in that plan"),
            "minutes_to_seat": ("minutes", "by road, normal traffic"),
            "same": ("bool", "its new unit has the same members as in the proposal"),
            "label": LABEL,
        },
    ),
    "settled": Table(
        ("old_code",),
        {
            "old_code": ("text", "code of the old unit"),
            "old_name": ("text", "name with type"),
            "new_id": ("text", "code of the proposed new unit"),
            "grouping": (
                "text",
                "certain: with all its present fellows in every plan within arrange.alternatives_gap (proven), found: "
                "in the same new unit in all plans looked at, open: not so",
            ),
            "always_with": ("list", "old units in one new unit with it in every plan within the gap (proven)"),
            "found_with": ("list", "in one new unit with it in all plans looked at, not proven"),
            "sometimes_with": ("list", "in one new unit with it in the proposal or a further plan, not in all"),
            "label": LABEL,
        },
    ),
}
