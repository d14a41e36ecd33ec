"""Commuters for the public: small groups joined with their neighbours, few riders of a route or stop not shown."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from merger.disclosure.masks import FEWER, is_masked, marks, masked
from merger.relocation.suppression import suppress
from merger.tables import empty

MONEY = ("public_vnd_month", "private_vnd_month", "time_vnd_month")
# Columns of the way with their decimals, as the file has them: documents of a copy read from it are then the same.
WAYS = {"km": 3, "minutes": 2}
# A mean way of unlike persons that no other row shares is told to so many km, or minutes.
COARSE = 5.0
# Home of the groups that are joined over all homes.
ANYWHERE = "all"


def grouped_commute(commute: pd.DataFrame, district: pd.Series, smallest: int) -> pd.DataFrame:
    """Table `commute` for the public: one row a home unit, workplace and mode of at least `smallest` persons.

    Wishes and routes are not told. Smaller groups are joined by district, then over all homes, then over all
    workplaces; a rest that is still too small takes the smallest group of its mode in. Modes of fewer persons in all
    are joined with another one (`modes_joined`). With fewer persons than `smallest` in all, one masked row remains.

    Money is the mean of the mode: from rates known to all (allowances, fares), an exact sum tells how many of a row get
    each. For the same reason rows of unlike ways share their mean km and minutes. Sums of money of a mode stay, and
    its means but for a lone row of unlike ways, which is told coarsely.
    """
    rows = commute[pd.to_numeric(commute["riders"]) > 0]
    if rows.empty:
        return empty("commute")
    joined = modes_joined(rows, smallest)
    rows = rows.assign(
        mode=rows["mode"].map(joined),
        district=rows["home_code"].map(district).fillna(""),
        **{c: pd.to_numeric(rows[c]).fillna(0) for c in ("riders", *MONEY)},
    )
    parts = [part for _, own in rows.groupby("mode", sort=True) for part in _levels(own, smallest)]
    frame = pd.DataFrame([_row(own, name, smallest) for name, own in parts]).assign(label=rows["label"].iloc[0])
    like = pd.DataFrame([{c: own[c].nunique(dropna=False) == 1 for c in WAYS} for _, own in parts])
    _tell_together(frame, like)
    return frame


def _tell_together(frame: pd.DataFrame, like: pd.DataFrame) -> None:
    """Give rows of a mode common money a head, and those of unlike ways (`like` False) common km and minutes."""
    for _, own in frame[~frame["riders"].map(is_masked)].groupby("mode"):
        riders = own["riders"].to_numpy(float)
        for column in MONEY:
            frame.loc[own.index, column] = _shares(own[column].sum(), riders)
        for column, decimals in WAYS.items():
            unlike = own.index[~like.loc[own.index, column]]
            common = _common(frame.loc[unlike, column], frame.loc[unlike, "riders"])
            frame.loc[unlike, column] = round(common, decimals)


def modes_joined(commute: pd.DataFrame, smallest: int) -> dict[str, str]:
    """Mode: the modes that it is shown with ("flat;own").

    A mode of too few persons is joined with a paid one: money known for both together then tells less about either.
    """
    totals = commute.groupby("mode")[["riders", "public_vnd_month"]].sum().astype(float)
    totals = totals[totals["riders"] > 0]
    few = totals["riders"] < smallest
    together = sorted(totals.index[few])
    others = totals[~few].assign(free=lambda t: t["public_vnd_month"].eq(0)).sort_values(["free", "riders"])
    if together and (len(together) == 1 or totals.loc[together, "riders"].sum() < smallest):
        together = sorted([*together, *others.index[:1]])
    return {mode: ";".join(together) if mode in together else mode for mode in totals.index}


Part = tuple[tuple[str, str], pd.DataFrame]


def _levels(rows: pd.DataFrame, smallest: int) -> Iterator[Part]:
    """Groups of one mode as ((home or district, workplace), rows), each of at least `smallest` persons if there are."""
    kept: list[Part] = []
    rest = rows
    for keys in (["home_code", "site_id"], ["district", "site_id"], ["site_id"]):
        size = rest.groupby(keys)["riders"].transform("sum")
        for key, own in rest[size >= smallest].groupby(keys, sort=True):
            kept.append(((key[0] if len(keys) > 1 else ANYWHERE, key[-1]), own))
        rest = rest[size < smallest]
    while len(rest) and rest["riders"].sum() < smallest and kept:
        least = min(range(len(kept)), key=lambda i: (kept[i][1]["riders"].sum(), kept[i][0]))
        rest = pd.concat([rest, kept.pop(least)[1]])
    yield from kept
    if len(rest):
        yield (ANYWHERE, ""), rest


def _row(own: pd.DataFrame, name: tuple[str, str], smallest: int) -> dict:
    riders = int(own["riders"].sum())
    homes, few = own["home_code"].unique(), riders < smallest
    alone = len(homes) == 1 and homes[0] == name[0]
    place = {ANYWHERE: "Nhiều nơi ở / Several homes", "": "Nhiều nơi ở / Several homes"}.get(name[0], name[0])
    return {
        "group_id": f"{name[0]}|{name[1]}",
        "home_code": homes[0] if alone else "",
        "home": own["home"].iloc[0] if alone else f"{place}: nhóm nhỏ / small groups",
        "site_id": name[1],
        "wish": "",
        "mode": own["mode"].iloc[0],
        "route_id": "",
        "riders": f"{FEWER}{smallest}" if few else riders,
        # Rounded as in the file, so that documents made from the file are the same.
        **{c: np.nan if few else round(_mean(own[c], own["riders"]), decimals) for c, decimals in WAYS.items()},
        **{c: np.nan if few else round(own[c].sum()) for c in MONEY},
        **{c: _only(own[c]) for c in ("reason_vi", "reason_en", "limit")},
        "rules": ";".join(dict.fromkeys(r for cell in own["rules"].fillna("") for r in str(cell).split(";") if r)),
    }


def _shares(total: float, riders: np.ndarray) -> np.ndarray:
    """A sum of money by riders, in whole units that add up to it."""
    return np.diff(np.round(total * np.cumsum(riders) / riders.sum()), prepend=0)


def _common(means: pd.Series, riders: pd.Series) -> float:
    """The mean of several rows together; of a lone one about its own."""
    mean = _mean(means, riders)
    return mean if len(means) != 1 else round(mean / COARSE) * COARSE


def _mean(values: pd.Series, weights: pd.Series) -> float:
    known = pd.to_numeric(values).notna().to_numpy()
    if not known.any():
        return np.nan
    return float(np.average(pd.to_numeric(values)[known], weights=weights[known]))


def _only(texts: pd.Series) -> str:
    """The text that all rows share, "" where they differ: a reason of few is not told for all."""
    found = texts.astype(object).fillna("").unique()
    return found[0] if len(found) == 1 else ""


def masked_routes(routes: pd.DataFrame, smallest: int) -> pd.DataFrame:
    """Table `routes` for the public: few riders masked, and what their sum by mode and workplace would give away."""
    if routes.empty:
        return routes
    at = pd.Series(range(len(routes)), index=routes.index)
    sums = [at[i].tolist() for keys in ("mode", ["mode", "site_id"]) for i in routes.groupby(keys).groups.values()]
    riders = pd.Series(masked(routes["riders"].to_list(), sums, smallest), index=routes.index, dtype=object)
    # The public money of a train is the fares of its riders; that of a shuttle does not depend on them.
    told = riders.map(is_masked) & routes["mode"].eq("train")
    return routes.assign(riders=riders, cost_vnd_day=pd.to_numeric(routes["cost_vnd_day"]).mask(told))


def masked_stops(stops: pd.DataFrame, routes: pd.DataFrame, smallest: int) -> pd.DataFrame:
    """Table `stops` for the public: few who board a stop masked, and loads between which the difference is masked.

    `routes`: the public form; where its riders are masked, all its stops are.
    """
    if stops.empty:
        return stops
    out = stops.astype({"boarding": object, "load": object})
    unknown = set(routes.loc[routes["riders"].map(is_masked), "route_id"])
    for route, own in stops.groupby("route_id", sort=True):
        hidden = _hidden_stops(own, smallest, whole=route in unknown)
        for _, trip in own.groupby("direction"):
            rows = trip.sort_values("sequence")
            gone = rows["stop_id"].isin(hidden).to_numpy() & rows["boarding"].gt(0).to_numpy()
            load = rows["load"].to_numpy(np.int64)
            out.loc[rows.index, "boarding"] = marks(rows["boarding"].to_numpy(np.int64), gone, smallest)
            # A load is a sum up to its stop: it tells nothing new where all or none of the hidden stops are in it.
            before = np.cumsum(gone)
            between = (before > 0) & (before < gone.sum())
            out.loc[rows.index, "load"] = marks(load, (load > 0) & (between | (route in unknown)), smallest)
    return out


def _hidden_stops(own: pd.DataFrame, smallest: int, *, whole: bool) -> set[str]:
    """Stops of a route whose boarding is hidden in both directions: the same persons get on and off there."""
    if whole:
        return set(own["stop_id"])
    hidden: set[str] = set()
    for _, trip in own.groupby("direction", sort=True):
        calls = trip[trip["boarding"].gt(0)]
        gone = suppress(calls["boarding"].to_numpy(np.int64), [list(range(len(calls)))], smallest)
        hidden |= set(calls["stop_id"][gone])
    return hidden
