"""Who bears what: outcomes of the placement by side, sex, rank, age and home district, small groups suppressed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from merger.documents.wording import group_terms, term
from merger.relocation.suppression import suppress

FARTHER_KM = 15.0
# Counts of the table. WAYS, persons whose way to work is known before and after, is what the means rest on; it is not
# shown, because less the other counts it would tell how many have no post.
COUNTS = ("people", "contract_ends", "change_site", "farther_15_km", "leaders_before", "lost_leading_post",
          "above_establishment", "retires")  # fmt: skip
WAYS = "ways"
MEANS = ("mean_km_before", "mean_km_after", "mean_km_farther")
# Salary ranks that are reported together, and age bands at the day of effect.
RANK_GROUPS = {
    "chuyen_vien_cao_cap": "senior",
    "chuyen_vien_chinh": "senior",
    "chuyen_vien": "specialist",
    "": "none",
}
AGE_EDGES, AGE_KEYS = (30, 40, 50, 55), ("under_30", "30_39", "40_49", "50_54", "55_up")
PROTECTED = ("small_child", "pregnant", "disability", "near_retirement")


@dataclass(frozen=True)
class Group:
    """One row to be: `members` (P,) tells who belongs to it."""

    key: str
    vi: str
    en: str
    members: np.ndarray


def equity_table(
    people: pd.DataFrame, units: pd.DataFrame, smallest: int = 5, label: str = "SYNTHETIC", effect: str = "2025-07"
) -> pd.DataFrame:
    """Table equity (columns in merger.tables).

    Parameters
    ----------
    people : frame `everyone` of stage relocate: roster columns, `outcome`, `post_id`, `site_after`, `km_before`,
        `km_after`, `lost_rank`, `surplus`.
    units : units before, indexed by code, with `district`.
    smallest : a count of fewer persons (but not none) is not shown, nor any with which it could be computed.
    effect : month (YYYY-MM) at whose start ages are taken.
    """
    facts = _facts(people)
    total = [Group("all", "Tất cả", "All", np.ones(len(people), bool))]
    everyone = _measures(facts, total)
    hidden = {"all": _hide_total(everyone, smallest)}
    frames = [everyone.assign(dimension="all")]
    for dimension, (groups, partition) in _dimensions(people, units, effect).items():
        if not groups:
            continue
        frame = _measures(facts, groups)
        hidden[dimension] = _hide(frame, hidden["all"], partition, smallest)
        frames.append(frame.assign(dimension=dimension))
    out = [_shown(f, hidden[f["dimension"].iloc[0]]) for f in frames]
    return pd.concat(out, ignore_index=True).assign(label=label)


def _facts(people: pd.DataFrame) -> pd.DataFrame:
    """What happened to each person, as columns to add up."""
    before = people["site_id"].where(people["site_id"] != "", people["unit_code"])
    posted = people["post_id"].ne("")
    farther = (people["km_after"] - people["km_before"]).where(posted)
    leads = people["role"].ne("staff")
    return pd.DataFrame(
        {
            "people": True,
            "contract_ends": people["outcome"].eq("contract_ends"),
            "change_site": posted & (people["site_after"] != before),
            "farther_15_km": farther >= FARTHER_KM,
            "leaders_before": leads,
            "lost_leading_post": leads & (people["lost_rank"] | (people["outcome"] == "unplaced")),
            "above_establishment": people["surplus"].astype(bool),
            "retires": people["outcome"].eq("retires"),
            WAYS: farther.notna(),
            "mean_km_before": people["km_before"].where(posted & farther.notna()),
            "mean_km_after": people["km_after"].where(posted & farther.notna()),
            "mean_km_farther": farther,
        }
    )


def _measures(facts: pd.DataFrame, groups: list[Group]) -> pd.DataFrame:
    rows = []
    for g in groups:
        own = facts[g.members]
        row = {"group": g.key, "group_vi": g.vi, "group_en": g.en}
        row |= {c: int(own[c].sum()) for c in (*COUNTS, WAYS)}
        row |= {c: float(own[c].mean()) if own[c].notna().any() else np.nan for c in MEANS}
        rows.append(row)
    return pd.DataFrame(rows)


def _dimensions(people: pd.DataFrame, units: pd.DataFrame, effect: str) -> dict[str, tuple[list[Group], bool]]:
    """Groups by dimension, and whether they part everybody (else they overlap or leave people out)."""
    year, month = int(effect[:4]), int(effect[5:7])
    born = people["born"].str[:4].astype(int) * 12 + people["born"].str[5:7].astype(int)
    age = (year * 12 + month - born) // 12
    age_key = pd.Series(np.array(AGE_KEYS, object)[np.searchsorted(AGE_EDGES, age, side="right")], people.index)
    rank = people["rank"].map(lambda r: RANK_GROUPS.get(r, "other"))
    leader = people["is_leader"].astype(bool)
    role = people["role"].where(~leader, "agency_leader")
    district = people["home_code"].map(units["district"]).fillna("")
    protected = people["protected"].str.split(";")
    cases = [
        Group(
            case,
            term("protected", case, "vi"),
            term("protected", case, "en"),
            protected.map(lambda c, k=case: k in c).to_numpy(bool),
        )
        for case in PROTECTED
    ]
    couple = Group(
        "couple",
        term("protected", "couple", "vi"),
        term("protected", "couple", "en"),
        people["partner_id"].ne("").to_numpy(),
    )
    return {
        "side": (_parts(people["side"], "side"), True),
        "level": (_parts(people["level"], "level"), True),
        "role": (_parts(role, "equity_role"), True),
        "rank": (_parts(rank, "equity_rank"), True),
        "sex": (_parts(people["sex"], "sex"), True),
        "age": (_parts(age_key, "age"), True),
        "district": (_parts(district, ""), True),
        "protected": ([g for g in [*cases, couple] if g.members.any()], False),
    }


def _parts(values: pd.Series, words: str) -> list[Group]:
    """One group a value that occurs, in the order of the words, else of the alphabet."""
    order = list(group_terms(words, "vi")) if words else []
    found = sorted(set(values), key=lambda v: (order.index(v) if v in order else len(order), v))
    name = {v: (term(words, v, "vi"), term(words, v, "en")) if words else (v, v) for v in found}
    return [Group(v or "unknown", *name[v], (values == v).to_numpy()) for v in found]


def _hide_total(everyone: pd.DataFrame, smallest: int) -> np.ndarray:
    """Cells (1, C) of the row of all; the last column stands for the means."""
    counts = everyone[[*COUNTS, WAYS]].to_numpy()
    return suppress(counts.ravel(), [], smallest).reshape(1, -1)


def _hide(frame: pd.DataFrame, total_hidden: np.ndarray, partition: bool, smallest: int) -> np.ndarray:
    """Cells (G, C) to hide: small counts, a group of too few people whole, and what the column sums would give away."""
    counts = frame[[*COUNTS, WAYS]].to_numpy()
    rows, columns = counts.shape
    cell = np.arange(rows * columns).reshape(rows, columns)
    sums = [cell[:, c].tolist() for c in range(columns) if not total_hidden[0, c]] if partition else []
    hidden = np.zeros(counts.shape, bool)
    while True:
        again = suppress(counts.ravel(), sums, smallest, hidden.ravel()).reshape(rows, columns)
        again |= again[:, [COUNTS.index("people")]]
        if (again == hidden).all():
            return hidden
        hidden = again


def _shown(frame: pd.DataFrame, hidden: np.ndarray) -> pd.DataFrame:
    """Hidden counts and the means that rest on hidden numbers are empty, and named in `suppressed`."""
    out = frame.drop(columns=WAYS)
    names = np.array([*COUNTS, *MEANS])
    gone = np.hstack([hidden[:, :-1], np.repeat(hidden[:, -1:], len(MEANS), axis=1)])
    for column, own in zip(names, gone.T, strict=True):
        values = out[column].astype("Int64" if column in COUNTS else float)
        out[column] = values.mask(pd.Series(own, index=out.index))
    out["suppressed"] = [";".join(names[row]) for row in gone]
    return out
