"""What the public may see: small groups joined or masked, and nothing that gives them away."""

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from merger.disclosure import commute_figures, is_masked, public_tables, shown_figures
from merger.disclosure.commuters import grouped_commute, masked_routes, masked_stops, modes_joined
from merger.disclosure.headcounts import headcount, masked_path, post_counts
from merger.pipeline import write_tables
from merger.plan import SCHEMA_VERSION, Plan, read_plan, table_path
from merger.publish import publish_into
from merger.tables import TABLES, empty

# Home units and their districts.
DISTRICT = pd.Series({"a1": "A", "a2": "A", "a3": "A", "b1": "B"})


def commute(*rows: tuple) -> pd.DataFrame:
    """Rows of (home, site, mode, riders, public money); each of a wish and a route of its own."""
    made = [
        {"group_id": f"{h}|{s}|w{i}", "home_code": h, "home": f"Xã {h}", "site_id": s, "wish": f"w{i}", "mode": m,
         "route_id": f"r{i}", "riders": n, "km": 10.0 * (i + 1), "minutes": 20.0, "public_vnd_month": v,
         "private_vnd_month": 0, "time_vnd_month": 0, "reason_vi": f"lý do {i}", "reason_en": "", "rules": "x",
         "label": "SYNTHETIC"}
        for i, (h, s, m, n, v) in enumerate(rows)
    ]  # fmt: skip
    return pd.DataFrame(made, columns=list(TABLES["commute"].columns))


def told(frame: pd.DataFrame) -> set[tuple]:
    return {(r.group_id, r.mode, r.riders) for r in frame.itertuples()}


def test_small_homes_are_joined_by_district():
    """a1 has 3 + 3 on two routes: 6, shown. a2 has 2, a3 has 4: 6 of district A together. b1 has 1: it goes up to all
    homes, alone too small even there, so it takes the least group of its mode, the 6 of a1 (A before a1 in name, but
    both have 6: the order of keys decides, "A" first)."""
    frame = commute(
        ("a1", "s", "own", 3, 1), ("a1", "s", "own", 3, 1), ("a2", "s", "own", 2, 1), ("a3", "s", "own", 4, 1),
        ("b1", "s", "own", 1, 1),
    )  # fmt: skip
    assert told(grouped_commute(frame.iloc[:4], DISTRICT, 5)) == {("a1|s", "own", 6), ("A|s", "own", 6)}
    whole = grouped_commute(frame, DISTRICT, 5)
    assert told(whole) == {("a1|s", "own", 6), ("all|", "own", 7)}
    # 10, 20, 30, 40, 50 km of 3, 3, 2, 4, 1 persons: both rows are of unlike ways and tell their mean together,
    # (30 + 60 + 60 + 160 + 50) / 13 = 360 / 13 km. The two reasons of a1 differ, so none is told.
    own = whole.set_index("group_id").loc["a1|s"]
    assert whole["km"].tolist() == pytest.approx([360 / 13] * 2, abs=0.001)
    assert (own["reason_vi"], own["wish"], own["route_id"]) == ("", "", "")


def test_money_tells_no_rate_of_few():
    """Nine of a1 get 18 a month, one gets 27: 189 would tell exactly that. With the ten of b1 at 27 the mode has 459,
    23 (22.95) a head: 230 and 229. The same home and site is one way, so its km is told, unlike that of several."""
    frame = commute(("a1", "s", "own", 9, 162), ("a1", "s", "own", 1, 27), ("b1", "s", "own", 10, 270))
    shown = grouped_commute(frame.assign(km=10.0), DISTRICT, 5)
    assert shown["public_vnd_month"].tolist() == [230, 229]
    assert shown["km"].tolist() == [10.0, 10.0]


def test_a_lone_mean_of_unlike_ways_is_coarse():
    """9 at 10 km and 1 at 50 km, a mean of 14: nobody shares it, so it is told to five kilometres."""
    frame = commute(("a1", "s", "own", 9, 1), ("a2", "s", "own", 1, 1)).assign(km=[10.0, 50.0])
    assert grouped_commute(frame, DISTRICT, 5)["km"].tolist() == [15.0]


def test_a_mode_of_few_is_told_with_a_paid_one():
    """4 live in flats: with the own vehicles (paid), not with those without support, of whom the money is known."""
    frame = commute(("a1", "s", "flat", 4, 40), ("a1", "s", "own", 20, 100), ("a2", "s", "none", 6, 0))
    assert modes_joined(frame, 5) == {"flat": "flat;own", "own": "flat;own", "none": "none"}
    assert told(grouped_commute(frame, DISTRICT, 5)) == {("a1|s", "flat;own", 24), ("a2|s", "none", 6)}


def test_fewer_than_the_smallest_group_in_all():
    """Three riders in all: one row that tells neither their number nor their money."""
    row = grouped_commute(commute(("a1", "s", "own", 3, 9)), DISTRICT, 5).iloc[0]
    assert (row["riders"], row["group_id"], row["home_code"]) == ("<5", "all|", "")
    assert pd.isna(row["public_vnd_month"])
    assert grouped_commute(empty("commute"), DISTRICT, 5).empty


RIDERS = st.lists(
    st.tuples(
        st.sampled_from(sorted(DISTRICT.index)), st.sampled_from(["s", "t"]), st.sampled_from(["own", "flat", "train"]),
        st.integers(0, 9), st.integers(0, 5),
    ),
    min_size=1, max_size=14,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(RIDERS)
def test_no_group_is_small_and_nobody_is_lost(rows):
    """Whatever the riders: every shown group has five or more, the sums of persons and money stay, keys are unique."""
    full = commute(*rows)
    public = grouped_commute(full, DISTRICT, 5)
    total = int(full["riders"].sum())
    if total < 5:
        assert set(public["riders"]) <= {"<5"}
        return
    assert (public["riders"] >= 5).all()
    assert public["riders"].sum() == total
    riding = full[full["riders"] > 0]
    assert public["public_vnd_month"].sum() == riding["public_vnd_month"].sum()
    assert not public.duplicated(["group_id", "mode", "route_id"]).any()


def route(name: str, mode: str, riders: int) -> dict:
    return dict.fromkeys(TABLES["routes"].columns, "") | {
        "route_id": name, "mode": mode, "site_id": "s", "riders": riders, "cost_vnd_day": 100 * riders,
    }  # fmt: skip


def trip(name: str, boarding: list[int]) -> list[dict]:
    """A morning trip and the way back, the workplace at its end."""
    base = dict.fromkeys(TABLES["stops"].columns, "") | {"route_id": name}
    out, load = [], 0
    for i, n in enumerate([*boarding, 0]):
        load = load + n if i < len(boarding) else 0
        out.append({**base, "direction": "morning", "sequence": i + 1, "stop_id": f"p{i}", "boarding": n, "load": load})
    left = sum(boarding)
    for i, n in enumerate([0, *boarding[::-1]]):
        left -= n
        stop = f"p{len(boarding) - i}"
        out.append({**base, "direction": "evening", "sequence": i + 1, "stop_id": stop, "boarding": n, "load": left})
    return out


def test_few_riders_of_a_train_hide_another_train_and_the_fares():
    """3, 8 and 20 by train, the sum known: 3 is masked and 8 with it; their fares, not the cost of the shuttle."""
    routes = pd.DataFrame([route("t1", "train", 3), route("t2", "train", 8), route("t3", "train", 20),
                           route("b", "shuttle", 16)])  # fmt: skip
    shown = masked_routes(routes, 5)
    assert shown["riders"].tolist() == ["<5", "*", 20, 16]
    assert shown["cost_vnd_day"].isna().tolist() == [True, True, False, False]


def test_stops_and_loads():
    """10, 2, 7, 6 get on, 25 in all: 2 is masked and with it the least other, 6. The load after the first stop is 10
    and says nothing of them; after the second 12 would tell the 2, after the third 19 the 6; at the end it is 25."""
    stops = pd.DataFrame(trip("b", [10, 2, 7, 6]))
    shown = masked_stops(stops, pd.DataFrame([route("b", "shuttle", 25)]), 5)
    morning = shown[shown["direction"] == "morning"]
    assert morning["boarding"].tolist() == [10, "<5", 7, "*", 0]
    assert morning["load"].tolist() == [10, "*", "*", 25, 0]
    # Back: 6 get off first (19 left), then 7 (12 left), 2 (10 left), 10.
    evening = shown[shown["direction"] == "evening"]
    assert evening["boarding"].tolist() == [0, "*", 7, "<5", 10]
    assert evening["load"].tolist() == [25, "*", "*", 10, 0]


@settings(max_examples=120, deadline=None)
@given(st.lists(st.integers(0, 12), min_size=1, max_size=5).filter(lambda b: sum(b) >= 5))
def test_no_masked_boarding_follows_from_what_is_shown(boarding):
    """Brute force: for every masked stop at least two numbers fit the riders, the shown boardings and loads of both
    ways, as far as numbers up to 15 go."""
    stops = pd.DataFrame(trip("b", boarding))
    shown = masked_stops(stops, pd.DataFrame([route("b", "shuttle", sum(boarding))]), 5)
    rows = shown[(shown["direction"] == "morning")].iloc[:-1]
    hidden = [i for i, v in enumerate(rows["boarding"]) if is_masked(v)]
    assert all(n == 0 or n >= 5 or i in hidden for i, n in enumerate(boarding))
    if not hidden:
        return
    fits = []
    for guess in product(range(16), repeat=len(hidden)):
        values = np.array(boarding)
        values[hidden] = guess
        if values.sum() == sum(boarding) and agrees(shown, trip("b", values.tolist())):
            fits.append(guess)
    assert all(len({g[i] for g in fits}) > 1 for i in range(len(hidden)))


def agrees(shown: pd.DataFrame, guess: list[dict]) -> bool:
    """Whether numbers give every cell that is shown (marks say nothing but "<5")."""
    pairs = zip(shown.to_dict("records"), guess, strict=True)
    return all(is_masked(a[c]) or a[c] == b[c] for a, b in pairs for c in ("boarding", "load"))


def people(*rows: tuple) -> pd.DataFrame:
    """Rows of (number, level, outcome, entitlement, km before, km after)."""
    made = [
        {"level": level, "outcome": o, "entitlement": e, "entitlement_vnd": 10, "km_before": a, "km_after": b}
        for n, level, o, e, a, b in rows
        for _ in range(n)
    ]
    frame = pd.DataFrame(made).assign(label="SYNTHETIC", person_id=[f"P-{i}" for i in range(len(made))])
    return frame.reindex(columns=list(TABLES["staff"].columns))


def cell(frame: pd.DataFrame, *key: str):
    return frame.set_index(["measure", "level", "group"]).at[key, "people"]


def test_outcomes_with_a_small_one():
    """Province: 20 placed, 3 retire, 8 without a post; communes: 30 placed, 9 retire, 40 without a post.

    The 3 are masked; in their column the 9, as the only other cell. The row of the communes then has a lone hidden
    cell: the 30, its least, go with it; and in the column of the 30 the 20. Rows and columns have two hidden cells
    each: 3 + x = 23, 9 + y = 39 and so on move together.
    """
    staff = people(
        (20, "province", "placed", "none", 1, 1), (3, "province", "retires", "none", 1, 1),
        (8, "province", "unplaced", "none", 1, 1), (30, "commune", "placed", "none", 1, 1),
        (9, "commune", "retires", "none", 1, 1), (40, "commune", "unplaced", "none", 1, 1),
    )  # fmt: skip
    frame = headcount(staff, 5)
    groups = ("placed", "retires", "unplaced", "all")
    assert [cell(frame, "outcome", "province", g) for g in groups] == ["*", "<5", 8, 31]
    assert [cell(frame, "outcome", "commune", g) for g in groups] == ["*", "*", 40, 79]
    assert [cell(frame, "outcome", "all", g) for g in groups] == [50, 12, 48, 110]
    # Of those placed nothing is told by km: the classes would add up to the hidden 20 and 30.
    assert set(frame["measure"]) == {"outcome", "entitlement"}


def test_classes_of_km_are_joined():
    """Two of the province live 50 km away: 45-60 goes with 30-45 for everybody, so that no difference tells them."""
    staff = people(
        (20, "province", "placed", "none", 1, 50), (2, "province", "placed", "none", 50, 50),
        (9, "province", "placed", "none", 40, 50), (7, "commune", "placed", "none", 46, 1),
    )  # fmt: skip
    frame = headcount(staff, 5)
    assert cell(frame, "km_before", "province", "30-60") == 11
    assert cell(frame, "km_before", "commune", "30-60") == 7
    assert cell(frame, "km_before", "all", "30-60") == 18
    assert not frame["people"].map(is_masked).any()


def test_benefits_of_few_are_not_summed():
    """Three may resign: neither their number nor what they would get is shown."""
    staff = people((3, "commune", "placed", "resignation", 1, 1), (20, "commune", "placed", "none", 1, 1))
    row = headcount(staff, 5).set_index(["measure", "level", "group"]).loc[("entitlement", "commune", "resignation")]
    assert row["people"] == "<5"
    assert pd.isna(row["entitlement_vnd"])


def test_posts_above_the_establishment_are_persons():
    """Two posts of the establishment are a body's size and stay; two above it are two persons, and with the seven of
    the same level the sum would tell them."""
    rows = [("service", "front", "head", "establishment")] * 2 + [("service", "front", "head", "transitional")] * 2
    rows += [("service", "government", "staff", "transitional")] * 7
    posts = pd.DataFrame(rows, columns=["level", "bloc", "role", "phase"])
    posts = posts.assign(post_id=[f"p{i}" for i in range(11)], person_id="x", label="SYNTHETIC")
    shown = post_counts(posts, 5).set_index(["role", "phase"])["posts"].to_dict()
    assert shown == {("head", "establishment"): 2, ("head", "transitional"): "<5", ("staff", "transitional"): "*"}


def test_path_of_the_surplus():
    """100 above, 3 transferred, 20 retire, 77 left: the 3 is masked, and of the two other parts of the sum the 20."""
    base = {"group": "commune", "side": "a", "label": "x", "benefit_vnd": 5, "pay_vnd": 7}
    row = {"year": 2026, "before_people": 100, "retired_by_age_people": 20, "take_up_people": 0,
           "transferred_people": 3, "after_people": 77}  # fmt: skip
    shown = masked_path(pd.DataFrame([base | row]), 5).iloc[0]
    flows = ["before_people", "retired_by_age_people", "take_up_people", "transferred_people", "after_people"]
    assert shown[flows].tolist() == [100, "*", 0, "<5", 77]
    assert (shown["benefit_vnd"], shown["pay_vnd"]) == (5, 7)


def test_figures():
    """3 of 20 have no right: the 17 with it would tell them. 2 of 9 wishes not granted: neither shown as 7 of 9. Ids,
    posts and money stay; money of three people does not."""
    figures = {
        "concerned_people": 20, "entitled_people": 17, "not_entitled_people": 3, "wishes": 9, "wishes_granted": 7,
        "vacant_commune_posts": 1, "public_vnd_month": 2, "kept_pay_people": 3, "kept_pay_vnd": 9,
    }  # fmt: skip
    shown = shown_figures(figures, 5)
    assert (shown["concerned_people"], shown["entitled_people"], shown["not_entitled_people"]) == (20, "*", "<5")
    assert "*" in (shown["wishes"], shown["wishes_granted"])
    assert (shown["vacant_commune_posts"], shown["public_vnd_month"]) == (1, 2)
    assert (shown["kept_pay_people"], shown["kept_pay_vnd"]) == ("<5", None)


def test_figures_hide_the_modes_that_the_table_joins():
    """The table tells flats with own vehicles: the figures hide these two, and the third, though less, is shown."""
    frame = commute(("a1", "s", "flat", 4, 40), ("a1", "s", "own", 20, 100), ("a2", "s", "none", 6, 0))
    figures = {"concerned_people": 30, "by_mode_people": {"flat": 4, "own": 20, "none": 6},
               "by_mode_public_vnd_month": {"flat": 40, "own": 100, "none": 0}}  # fmt: skip
    shown = commute_figures(figures, frame, 5)
    assert shown["by_mode_people"] == {"flat": "<5", "own": "*", "none": 6}
    assert shown["by_mode_public_vnd_month"] == {"flat": None, "own": None, "none": 0}


@pytest.mark.parametrize("name", [n for n, t in TABLES.items() if t.internal and not t.grouped])
def test_internal_tables_have_no_public_form(small_case, name):
    """Whoever adds an internal table finds it left out here, with all its columns."""
    tables = {**small_case.tables, name: small_case.tables.get(name, empty(name))}
    assert name not in public_tables(tables, small_case.inputs.units, 5)


def test_no_public_table_has_a_column_of_persons():
    """Contract: person_id, post_id and home_code occur in internal tables alone, save grouped commuters."""
    for name, table in TABLES.items():
        if not table.internal:
            assert not {"person_id", "post_id", "home_code"} & set(table.columns), name


def test_a_public_copy_takes_only_what_may_go(small_case, loaded, tmp_path):
    """A folder with every table, and files that nobody meant to publish: the copy has the public ones alone, and the
    scenario in it names no person and no roster."""
    described = loaded.describe()
    described["locks"]["fixed_post"] = {"HD-00001": "x"}
    described["data"]["staff"] = {"file": "roster.csv", "confirmed": {"HD-00002": "checked"}}
    manifest = {"schema_version": SCHEMA_VERSION, "scenario": described, "scenario_digest": "d" * 64,
                "full_scenario_digest": "f" * 64, "synthetic": [],
                "data_hashes": {"staff": "s", "units": "u"}, "rows": dict.fromkeys(small_case.tables, 1)}  # fmt: skip
    folder, target = tmp_path / "full", tmp_path / "copy"
    write_tables(Plan(folder, manifest, small_case.tables), replace(small_case.inputs, scenario=loaded.scenario))
    for stray in ("staff.csv", "posts.csv", "names.xlsx", "report.vi (1).docx"):
        (folder / stray).write_text("HD-00003")
    full = read_plan(folder)
    assert full.manifest["scenario"]["locks"]["fixed_post"] == {"HD-00001": "x"}
    assert full.manifest["full_scenario_digest"] == "f" * 64
    assert "HD-0000" not in (folder / "plan.json").read_text(encoding="utf-8")
    target.mkdir()
    publish_into(full, target)
    public = {f"{n}.csv" for n in small_case.tables if TABLES[n].grouped or not TABLES[n].internal}
    assert {p.name for p in target.iterdir()} == public | {
        "headcount.csv", "post_counts.csv", "plan.json", "maps",
    }  # fmt: skip
    text = "".join(p.read_text(encoding="utf-8") for p in target.iterdir() if p.is_file())
    assert "HD-0000" not in text
    assert "roster.csv" not in text
    copied = read_plan(target)
    assert copied.public
    assert copied.manifest["scenario_digest"] == "d" * 64
    assert "f" * 12 not in text
    assert "f" * 12 not in (folder / "plan.json").read_text(encoding="utf-8")
    assert "staff" not in copied.tables
    assert copied.manifest["data_hashes"] == {"units": "u"}


def test_full_rows_are_read_from_the_internal_folder(small_case, loaded, tmp_path):
    """A grouped table lies twice: read_plan gives the full rows, the public form has no wish."""
    manifest = {"schema_version": SCHEMA_VERSION, "scenario": loaded.describe()}
    write_tables(Plan(tmp_path, manifest, small_case.tables), replace(small_case.inputs, scenario=loaded.scenario))
    assert read_plan(tmp_path).tables["commute"]["wish"].tolist() == ["daily"]
    assert "daily" not in table_path(tmp_path, "commute", public=True).read_text(encoding="utf-8")
    assert "không chuyển" in (tmp_path / "internal" / "README.txt").read_text(encoding="utf-8")
