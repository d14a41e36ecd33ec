"""Stage relocate: every person of both sides gets exactly one outcome, with cost, rule and reason."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pandas as pd

from merger.ceilings import ceilings_table
from merger.inputs import Inputs
from merger.relocation import communes, divisions
from merger.relocation.entitlements import budget, directly_affected, read_entitlements, trim_path
from merger.relocation.equity import equity_table
from merger.relocation.findings import relocation_findings
from merger.relocation.outcomes import staff_table
from merger.relocation.people import far_spouses, read_people, read_travel
from merger.relocation.pricing import COST_UNIT_VND
from merger.relocation.posts import commune_rows, division_rows
from merger.relocation.severance import SeveranceLaw
from merger.stages.stage import Record, StageResult, Tables
from merger.tables import conform
from solvers.problem import Status, Stop



def run(inputs: Inputs, tables: Tables, stop: Stop) -> StageResult:
    """Place the roster: reads the tables of arrange and consolidate, writes posts and staff.

    Raises InfeasibleError for locks that cannot hold and RuntimeError when an independent check finds a
    fault.
    """
    started = time.perf_counter()
    law = SeveranceLaw(inputs.law)
    travel = read_travel(inputs, tables.get("commute"))
    people = read_people(inputs, tables, law)
    benefits = read_entitlements(people, directly_affected(people, tables["structure"]), inputs, law)
    people = pd.concat([people, benefits], axis=1)
    effect = 12 * inputs.scenario.dates.effect.year + inputs.scenario.dates.effect.month - 1
    people["ended"] = np.select(
        [people["level"].eq("nonprofessional"), people["retires"] <= effect], ["contract_ends", "retires"], ""
    )
    active = people["ended"].eq("")
    local = people[active & people["local"]].reset_index(drop=True)
    others = people[active & ~people["local"]].reset_index(drop=True)

    label = "SYNTHETIC" if inputs.synthetic else "proposed"
    bodies, follow = divisions.place_in_divisions(others, tables, inputs, travel, stop)
    other_posts, others = division_rows(others, bodies, follow, inputs, label)
    grid = communes.read_posts(tables["new_units"], inputs)
    local["far_spouse"] = far_spouses(local, others, travel, inputs.scenario.relocate.couple.far_km)
    near = communes.place(local, grid, tables, inputs, travel=travel, stop=stop)
    local_posts, local = commune_rows(local, grid, near, tables["new_units"], label)
    posts = conform("posts", pd.concat([local_posts, other_posts], ignore_index=True))

    everyone = pd.concat([local, others, people[~active]], ignore_index=True)
    everyone = everyone.sort_values("person_id", kind="stable").reset_index(drop=True)
    staff, everyone = staff_table(everyone, posts, inputs, travel, label)

    figures = _figures(everyone, posts, near, follow, inputs)
    objective = (near.solution.objective + follow.solution.objective) * COST_UNIT_VND
    bound = (near.bound + follow.solution.bound) * COST_UNIT_VND
    proven = near.bound >= near.solution.objective - 0.5 and follow.solution.status is Status.OPTIMAL
    record = Record(
        status=str(Status.OPTIMAL if proven else Status.FEASIBLE),
        objective=objective,
        bound=bound,
        gap=(objective - bound) / max(abs(objective), 1.0),
        seconds=time.perf_counter() - started,
        unit="VND a year; travel of protected cases weighted, seniority as tie-break",
        rules_hit=_rules_hit(posts, staff),
        findings=relocation_findings(
            posts, (grid, near), follow, figures=figures, inputs=inputs, new_units=tables["new_units"]
        ),
        figures=figures,
    )
    effect_month = f"{inputs.scenario.dates.effect:%Y-%m}"
    made = {"posts": posts, "staff": conform("staff", staff)}
    made["ceilings"] = conform("ceilings", ceilings_table(tables | made, inputs))
    made["equity"] = conform("equity", equity_table(everyone, inputs.units, label=label, effect=effect_month))
    return StageResult(made, record)


def _rules_hit(posts: pd.DataFrame, staff: pd.DataFrame) -> tuple[str, ...]:
    used = set(posts["rule"]) | {r for rules in staff["rules"].unique() for r in rules.split(";")}
    return tuple(sorted(used - {""}))


def _figures(people: pd.DataFrame, posts: pd.DataFrame, near, follow, inputs: Inputs) -> dict[str, Any]:
    """Headline numbers; every person counts once among the outcomes."""
    outcomes = people["outcome"].value_counts()
    establishment = posts[posts["phase"] == "establishment"]
    held = establishment["person_id"].ne("")
    local = establishment["level"].eq("commune")
    vacant = {"commune": int((local & ~held).sum()), "province": int((~local & ~held).sum())}
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
        "vacant_commune_posts": vacant["commune"],
        "vacant_province_posts": vacant["province"],
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
    }
    figures |= budget(people, inputs)
    figures["observed_leaving_average_vnd"] = inputs.law.value("severance.observed_average_vnd")
    figures["trim_path"] = trim_path(people, vacant, inputs)
    figures["surplus_at_end_people"] = sum(
        row["after_people"] for row in figures["trim_path"] if row["year"] == inputs.scenario.dates.end.year
    )
    return figures


OUTCOMES = ("placed", "transitional", "retires", "contract_ends", "unplaced")


def _mean(values: pd.Series) -> float:
    return round(float(values.mean()), 2) if values.notna().any() else 0.0
