"""Shares of table equity and what differs between groups, in words; counts that are suppressed stay unknown."""

from __future__ import annotations

import pandas as pd

from merger.documents.wording import group_terms, number, percent

# Measure: heading by language, and the count it is a share of ("kept": people whose work goes on).
MEASURES: dict[str, dict[str, str]] = {
    "change_site": {"vi": "Đổi nơi làm việc", "en": "Change workplace", "of": "kept"},
    "mean_km_farther": {"vi": "Km xa thêm", "en": "Km farther", "of": ""},
    "farther_15_km": {"vi": "Xa thêm từ 15 km", "en": "Farther by 15 km", "of": "kept"},
    "lost_leading_post": {"vi": "Lãnh đạo mất chức vụ", "en": "Leaders who lose rank", "of": "leaders_before"},
    "above_establishment": {"vi": "Vượt khung biên chế", "en": "Above the establishment", "of": "kept"},
}
SHARES = tuple(m for m, about in MEASURES.items() if about["of"])
# Groupings that the report shows; levels, districts and protected cases are in the annex.
SHOWN = ("all", "side", "level", "role", "rank", "sex", "age")
COMPARED = ("side", "level", "role", "rank", "sex", "age")
# A group is named where its share is so far from the average, and it has so many people.
HIGH, LOW, ENOUGH_PEOPLE = 1.25, 0.8, 30
NAMED = 3
WITHOUT_WORK = ("nonprofessional", "none")


def shown_groups(equity: pd.DataFrame) -> pd.DataFrame:
    """Rows that the report shows, in the order of the groupings, without those whose work ends as a whole."""
    order = {name: i for i, name in enumerate(SHOWN)}
    own = equity[equity["dimension"].isin(SHOWN) & ~equity["group"].isin(WITHOUT_WORK)]
    words = ("side", "level", "equity_role", "equity_rank", "sex", "age")
    rank = {key: i for words_of in words for i, key in enumerate(group_terms(words_of, "vi"))}
    at = own.assign(d=own["dimension"].map(order), g=own["group"].map(rank).fillna(0))
    return at.sort_values(["d", "g"], kind="stable").drop(columns=["d", "g"]).reset_index(drop=True)


def measures(equity: pd.DataFrame) -> pd.DataFrame:
    """MEASURES of each row: shares of 1, km for `mean_km_farther`; NaN where suppressed or of nobody."""
    counts = equity[["people", "contract_ends", "leaders_before", *SHARES]].astype(float)
    base = {"kept": counts["people"] - counts["contract_ends"], "leaders_before": counts["leaders_before"]}
    out = {m: counts[m] / base[MEASURES[m]["of"]].where(lambda n: n > 0) for m in SHARES}
    out["mean_km_farther"] = equity["mean_km_farther"].astype(float)
    return pd.DataFrame(out)[list(MEASURES)]


def differences(equity: pd.DataFrame, lang: str) -> list[str]:
    """A sentence a share: the average and the groups farthest from it; then women and men side by side."""
    vi = lang == "vi"
    figures = measures(equity)
    counts = equity[["people", "contract_ends", "leaders_before"]].astype(float)
    size = {"kept": counts["people"] - counts["contract_ends"], "leaders_before": counts["leaders_before"]}
    average = figures[equity["dimension"] == "all"].iloc[0]
    sentences = []
    for measure in SHARES:
        if pd.isna(average[measure]) or average[measure] == 0:
            continue
        own = equity["dimension"].isin(COMPARED) & (size[MEASURES[measure]["of"]] >= ENOUGH_PEOPLE)
        ratio = (figures[measure] / average[measure])[own].dropna().sort_values(ascending=False, kind="stable")
        high, low = ratio[ratio >= HIGH].head(NAMED), ratio[ratio <= LOW].tail(NAMED)[::-1]
        parts = [_named(equity.loc[i], figures.at[i, measure], r, lang) for i, r in pd.concat([high, low]).items()]
        if not parts:
            parts = ["không nhóm nào lệch quá 25 %" if vi else "no group differs by more than 25 %"]
        head = MEASURES[measure][lang]
        mean = percent(average[measure], lang)
        sentences.append(
            f"{head}: bình quân {mean}; {'; '.join(parts)}."
            if vi
            else f"{head}: {mean} on average; {'; '.join(parts)}."
        )
    return sentences + _women_and_men(equity, figures, lang)


def _named(row: pd.Series, share: float, ratio: float, lang: str) -> str:
    times = number(ratio, lang, 1 if ratio >= 0.1 else 2)
    name = str(row[f"group_{lang}"])
    if row["dimension"] == "side":
        name = f"bên {name}" if lang == "vi" else f"{name} side"
    else:
        name = name[:1].lower() + name[1:]
    return f"{name} {percent(share, lang)} ({times} {'lần bình quân' if lang == 'vi' else 'times the average'})"


def _women_and_men(equity: pd.DataFrame, figures: pd.DataFrame, lang: str) -> list[str]:
    vi = lang == "vi"
    rows = equity[equity["dimension"] == "sex"]
    at = {group: i for i, group in rows["group"].items()}
    if set(at) != {"f", "m"}:
        return []
    parts = []
    for measure in SHARES:
        women, men = figures.at[at["f"], measure], figures.at[at["m"], measure]
        if pd.notna(women) and pd.notna(men):
            name = MEASURES[measure][lang]
            parts.append(f"{name[:1].lower() + name[1:]} {percent(women, lang)} / {percent(men, lang)}")
    text = "; ".join(parts)
    return [f"Nữ / nam: {text}." if vi else f"Women / men: {text}."] if parts else []
