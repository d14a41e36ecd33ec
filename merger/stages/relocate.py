"""Stage relocate: every person of both sides gets exactly one outcome, with cost, rule and reason."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd

from merger.ceilings import ceilings_table
from merger.disclosure import placement_figures
from merger.inputs import Inputs
from merger.relocation import communes, divisions
from merger.relocation.entitlements import read_entitlements
from merger.relocation.equity import equity_table
from merger.relocation.figures import figures_of, rules_hit, vacant_posts
from merger.relocation.findings import relocation_findings
from merger.relocation.kept_pay import KeptPay
from merger.relocation.outcomes import staff_table
from merger.relocation.people import far_spouses, is_merged, read_people, read_travel
from merger.relocation.post_groups import commune_groups, division_groups, vacancies
from merger.relocation.posts import commune_rows, division_rows
from merger.relocation.pricing import COST_UNIT_VND
from merger.relocation.severance import SeveranceLaw
from merger.relocation.trim import needed_take_up, surplus_at_end, trim_path
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
    benefits = read_entitlements(people, is_merged(people, tables), inputs, law)
    people = pd.concat([people, benefits], axis=1)
    effect = 12 * inputs.scenario.dates.effect.year + inputs.scenario.dates.effect.month - 1
    people["ended"] = np.select(
        [people["level"].eq("nonprofessional"), people["retires"] <= effect], ["contract_ends", "retires"], ""
    )
    active = people["ended"].eq("")
    local = people[active & people["local"]].reset_index(drop=True)
    others = people[active & ~people["local"]].reset_index(drop=True)

    label = "SYNTHETIC" if inputs.synthetic else "proposed"
    kept = KeptPay.read(inputs)
    bodies, follow = divisions.place_in_divisions(others, tables, inputs, travel, stop)
    other_posts, others = division_rows(others, bodies, follow, inputs, kept=kept, label=label)
    grid = communes.read_posts(tables["new_units"], inputs)
    local["far_spouse"] = far_spouses(local, others, travel, inputs.scenario.relocate.couple.far_km)
    near = communes.place(local, grid, tables, inputs, travel=travel, stop=stop)
    groups = [commune_groups(local, grid, near, tables["new_units"], label), division_groups(bodies, follow, label)]
    groups = conform("post_groups", pd.concat(groups, ignore_index=True))
    local_posts, local = commune_rows(local, grid, near, tables["new_units"], kept=kept, label=label)
    posts = conform("posts", pd.concat([local_posts, other_posts], ignore_index=True))

    everyone = pd.concat([local, others, people[~active]], ignore_index=True)
    everyone = everyone.sort_values("person_id", kind="stable").reset_index(drop=True)
    staff, everyone = staff_table(everyone, posts, inputs, travel, label)

    groups_vacant = vacant_posts(posts, tables["new_units"])
    everyone["pay_vnd"] = (everyone["coefficient"] + everyone["leadership_coefficient"]) * kept.base_wage_vnd
    path = trim_path(everyone, groups_vacant, inputs, label)
    figures = figures_of(everyone, posts, near, follow, inputs)
    figures |= surplus_at_end(path) | {"take_up_needed": needed_take_up(everyone, groups_vacant, inputs)}
    figures["vacant_commune_posts_because"] = vacancies(groups)
    smallest = inputs.scenario.documents.smallest_group
    figures = placement_figures(figures, {"staff": staff, "trim_path": path}, smallest)
    objective = (near.objective + follow.solution.objective) * COST_UNIT_VND
    bound = (near.bound + follow.solution.bound) * COST_UNIT_VND
    proven = near.bound >= near.objective - 0.5 and follow.solution.status is Status.OPTIMAL
    record = Record(
        status=str(Status.OPTIMAL if proven else Status.FEASIBLE),
        objective=objective,
        bound=bound,
        gap=(objective - bound) / max(abs(objective), 1.0),
        seconds=time.perf_counter() - started,
        unit="VND a year; travel of protected cases weighted, seniority as tie-break",
        rules_hit=rules_hit(posts, staff),
        findings=relocation_findings(
            posts, (grid, near), follow, groups=groups, figures=figures, inputs=inputs, new_units=tables["new_units"]
        ),
        figures=figures,
    )
    frames = {"posts": posts, "staff": staff, "post_groups": groups, "trim_path": path}
    frames["ceilings"] = ceilings_table(tables | frames, inputs, smallest)
    effect = f"{inputs.scenario.dates.effect:%Y-%m}"
    frames["equity"] = equity_table(everyone, inputs.units, smallest, label, effect)
    return StageResult({name: conform(name, frame) for name, frame in frames.items()}, record)
