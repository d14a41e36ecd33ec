"""Headline numbers of stage relocate."""

from __future__ import annotations

from typing import Any

import pandas as pd

from merger.inputs import Inputs
from merger.relocation.entitlements import budget
from merger.relocation.pricing import COST_UNIT_VND


def rules_hit(posts: pd.DataFrame, staff: pd.DataFrame) -> tuple[str, ...]:
    """Rule ids behind posts and outcomes, sorted."""
    used = set(posts["rule"]) | {r for rules in staff["rules"].unique() for r in rules.split(";")}
    return tuple(sorted(used - {""}))


def figures_of(people: pd.DataFrame, posts: pd.DataFrame, near, follow, inputs: Inputs) -> dict[str, Any]:
    """Headline numbers; every person counts once among the outcomes."""
    outcomes = people["outcome"].value_counts()
    establishment = posts[posts["phase"] == "establishment"]
    held = establishment["person_id"].ne("")
    local = establishment["level"].eq("commune")
    present_local = int(people["level"].isin(["district", "commune"]).sum())
    moved = people["km_after"] - people["km_before"]
    by_level = people.groupby(["level", "outcome"]).size()
    figures: dict[str, Any] = {
        "people": len(people),
        **{f"{name}_people": int(outcomes.get(name, 0)) for name in OUTCOMES},
        "kept_above_establishment_people": int(people["surplus"].sum()),
        "outcomes_by_level_people": {f"{a}.{b}": int(n) for (a, b), n in by_level.items()},
        "commune_establishment_posts": int(local.sum()),
        "commune_government_posts": int((local & establishment["bloc"].eq("government")).sum()),
        "commune_present_people": present_local,
        "province_establishment_posts": int((~local).sum()),
        "vacant_commune_posts": int((local & ~held).sum()),
        "vacant_province_posts": int((~local & ~held).sum()),
        "changed_body_people": int(people["changed_body"].sum()),
        "lost_rank_people": int(people["lost_rank"].sum()),
        "left_area_people": int(people["left_area"].sum()),
        "mean_km_before": _mean(people["km_before"][people["km_after"].notna()]),
        "mean_km_after": _mean(people["km_after"]),
        "mean_minutes_after": _mean(people["minutes_after"]),
        "farther_by_15_km_people": int((moved > 15).sum()),
        "travel_vnd_year": int(people["cost_vnd"].sum()),
        "head_posts_with_equal_candidates": follow.equal_heads,
        "equally_good_elsewhere_people": int((near.extra_cost == 0).sum()),
        "pricing_rounds": near.rounds,
        "flow_arcs": near.arcs,
        "kept_pay_vnd": int(people["kept_pay_vnd"].sum()),
        "kept_pay_people": int((people["kept_pay_vnd"] > 0).sum()),
        "rules_price_vnd_year": int((near.solution.objective - near.solution.free_objective) * COST_UNIT_VND)
        + int((follow.solution.objective - follow.solution.free_objective) * COST_UNIT_VND),
        **near.rules.kept(near.unit),
        **_wishes(people, inputs),
        "balance_targets": len(follow.balance),
        "balance_short_groups": int((follow.balance["target"] > follow.balance["held"]).sum()),
        "balance_short_posts": int((follow.balance["target"] - follow.balance["held"]).clip(lower=0).sum()),
        "protected_beyond_km_people": int((people["km_after"] > people["most_km"]).sum()),
    }
    figures |= budget(people, inputs)
    figures["observed_leaving_average_vnd"] = inputs.law.value("severance.observed_average_vnd")
    return figures


OUTCOMES = ("placed", "transitional", "retires", "contract_ends", "unplaced")


def _wishes(people: pd.DataFrame, inputs: Inputs) -> dict[str, int]:
    """Persons of the communes with a wish, and those who work in the unit that they wished for."""
    wishing = people[people["local"] & (people["wish_code"] != "") & (people["post_id"] != "")]
    return {"wishes": len(wishing), "wishes_granted": int(wishing["wish_granted"].sum())}


def vacant_posts(posts: pd.DataFrame, new_units: pd.DataFrame) -> dict[tuple[str, str], int]:
    """Posts of the establishment without a holder: of the communes by side, of the province together."""
    vacant = posts[(posts["phase"] == "establishment") & (posts["person_id"] == "")]
    local = vacant[vacant["level"] == "commune"]
    side = local["new_unit_id"].map(new_units.set_index("new_id")["side"])
    by_side = side.value_counts()
    sides = sorted(set(new_units["side"]))
    return {("commune", s): int(by_side.get(s, 0)) for s in sides} | {("province", "both"): len(vacant) - len(local)}


def _mean(values: pd.Series) -> float:
    return round(float(values.mean()), 2) if values.notna().any() else 0.0
