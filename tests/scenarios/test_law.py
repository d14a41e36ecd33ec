"""Law as data: ids, titles, citations, and figures that a scenario replaces."""

from datetime import date

import pytest

from geodata.faults import InputError
from scenarios.law import read_law
from scenarios.loaded import shipped_folder

FOLDER = shipped_folder() / "hai-phong-2025" / "law"


@pytest.fixture(scope="module")
def book():
    """The law of the shipped scenario."""
    return read_law(FOLDER)


def test_every_rule_has_titles_a_document_and_a_status(book):
    """No rule is without Vietnamese and English title and document, article, source and a known status."""
    lacking = [
        r.id
        for r in book.values()
        if not (r.title_vi and r.title_en and r.article and r.source and {"vi", "en"} <= set(r.document))
    ]
    assert lacking == []
    assert {r.status for r in book.values()} == {"verified", "recalled", "computed"}


def test_every_figure_has_a_unit(book):
    """Numbers carry their unit; ratios of salary are months of salary."""
    numbers = [r for r in book.values() if isinstance(r.value, (int, float)) and not isinstance(r.value, bool)]
    assert [r.id for r in numbers if not r.unit] == []
    assert book["severance.early_le5_first12_factor"].unit == "months of salary"


@pytest.mark.parametrize(
    ("rule", "vi", "en"),
    [
        (
            "standards.target.xa_other",
            "Điểm b khoản 1 Điều 5 Nghị quyết số 76/2025/UBTVQH15",
            "Art 5(1)(b), Resolution 76/2025/UBTVQH15",
        ),
        (
            "staffing.province_departments_max",
            "Khoản 1 Điều 10 Nghị định số 150/2025/NĐ-CP",
            "Art 10(1), Decree 150/2025/NĐ-CP",
        ),
        (
            "severance.public_duty_allowance_pct",
            "Nghị định số 34/2012/NĐ-CP (nhớ lại, cần kiểm tra)",
            "Decree 34/2012/NĐ-CP (recalled, check before use)",
        ),
        (
            "standards.outcome.reduction",
            "Điều 1 Nghị quyết số 1669/NQ-UBTVQH15 (dự án tính toán)",
            "Art 1, Resolution 1669/NQ-UBTVQH15 (computed by this project)",
        ),
    ],
)
def test_citations(book, rule, vi, en):
    """Citations in the order of Vietnamese documents (point, clause, article), short, with their doubts."""
    assert (book[rule].cite("vi"), book[rule].cite("en")) == (vi, en)


def test_citations_are_short_and_without_sources_of_the_compilation(book):
    """No citation carries repository addresses or file names; the longest fits in two lines of a table."""
    texts = [r.cite(lang) for r in book.values() for lang in ("vi", "en")]
    assert not [t for t in texts if "GitHub" in t or "src/" in t]
    assert max(map(len, texts)) < 160


def test_a_scenario_may_replace_figures(book):
    """A value and a field are replaced; the citation shows what the law says; dates come as text."""
    changed = read_law(
        FOLDER,
        {
            "staffing.gov_bloc_average": 30,
            "standards.target.xa_other.pop_min": 20000,
            "standards.target.xa_other.area_min_km2": 25,
            "standards.effect_from": "2025-09-01",
        },
    )
    assert changed.value("staffing.gov_bloc_average") == 30
    assert changed["staffing.gov_bloc_average"].cite("vi").endswith("(kịch bản thay giá trị 32)")
    target = changed["standards.target.xa_other"]
    assert (target.fields["pop_min"], target.fields["area_min_km2"]) == (20000, 25)
    assert target.cite("en").endswith("(scenario replaces pop_min = 16000, area_min_km2 = 30)")
    assert changed.value("standards.effect_from") == date(2025, 9, 1)
    assert book["standards.target.xa_other"].fields["pop_min"] == 16000


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        (
            "staffing.gov_bloc_averag",
            3,
            'unknown rule "staffing.gov_bloc_averag" -> did you mean "staffing.gov_bloc',
        ),
        ("staffing.gov_bloc_average", -3, "must not be negative: -3 -> in law it is 32"),
        ("staffing.gov_bloc_average", "many", "must be a number, not many"),
        ("staffing.deputies_below_not_more_than_above", 1, "must be true or false, not 1"),
        ("staffing.council_committees", "one", "must be a list, not one"),
        ("standards.naming", 1, "must be text, not 1"),
        (
            "standards.target.xa_other",
            1,
            'rule "standards.target.xa_other" is a table -> use one of its figures',
        ),
    ],
)
def test_wrong_replacements(key, value, expected):
    """A replacement must name a figure and be of its kind."""
    with pytest.raises(InputError) as caught:
        read_law(FOLDER, {key: value})
    assert expected in str(caught.value)


def test_faults_of_law_files(tmp_path):
    """No TOML, an entry without source, an id twice and an unknown document: each with its line."""
    entry = '[[figure]]\nid = "a"\nvalue = 1\narticle = "Art 1"\nsource = "s"\nstatus = "verified"\n'
    (tmp_path / "a.toml").write_text(entry + entry.replace('source = "s"', 'document = "d"'))
    (tmp_path / "b.toml").write_text("x = \n")
    with pytest.raises(InputError) as caught:
        read_law(tmp_path)
    told = [str(f).removeprefix(f"{tmp_path}/") for f in caught.value.faults]
    assert told == [
        "a.toml:7: rule a.a: source is missing -> add source = ...",
        'a.toml:7: rule a.a: unknown document "d" -> use one of: ',
        "a.toml:7: rule id a.a occurs twice -> rename one of the two",
        "b.toml:1:5: not a TOML file: Invalid value -> correct this line: key = value",
    ]
    with pytest.raises(InputError, match="no legal figures found"):
        read_law(tmp_path / "nowhere")
