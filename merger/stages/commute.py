"""Stage commute: how people whose workplace moved get to work, with which support, on which routes."""

from __future__ import annotations

import time
from dataclasses import replace

import pandas as pd

from merger.commuting.budget import COMMUNES, budget_rows, curve_rows, policies
from merger.commuting.findings import figures_of, findings_of
from merger.commuting.groups import group_people, people_concerned
from merger.commuting.modes import mode_prices
from merger.commuting.projects import project_savings
from merger.commuting.ridership import Ridership, risk_rows, rule_rows, week_rows
from merger.commuting.routes import shuttle_network
from merger.commuting.rows import Choice, boarding_rows, commute_rows, route_rows, support_of_people, with_support
from merger.disclosure import commute_figures
from merger.inputs import Inputs
from merger.stages.stage import Record, StageResult, Tables
from merger.tables import conform, empty
from solvers.problem import Status, Stop
from solvers.routing.check import check_routing
from solvers.routing.solve import solve_routing

UNIT = "VND/month"
TABLES = (
    "commute",
    "routes",
    "stops",
    "boardings",
    "route_rules",
    "ridership",
    "demand_risk",
    "commute_budget",
    "budget_curve",
)


def run(inputs: Inputs, tables: Tables, stop: Stop) -> StageResult:
    """Choose routes and modes; returns TABLES and the staff table with each person's support.

    The objective is the expected public money, private money and time priced, a month, over three demands, with the
    weights of living apart and of entitled people without support; tables show the expected demand. Public money is
    counted once: `support_vnd_month` over staff adds up to `public_vnd_month` over commute; of a shuttle, each rider
    bears an equal share of what its vehicle costs.
    """
    began = time.perf_counter()
    label = _label(inputs)
    people = people_concerned(inputs, tables["staff"])
    if people.empty:
        record = Record(str(Status.OPTIMAL), 0.0, 0.0, 0.0, 0.0, UNIT, figures={"concerned_people": 0})
        nothing = {name: empty(name) for name in TABLES}
        nothing["projects"] = project_savings(inputs, *(nothing[n] for n in ("commute", "routes", "stops")))
        return StageResult(nothing | {"staff": with_support(tables["staff"], {})}, record)
    choice = _choose(inputs, people, label, stop)
    commute, shares = commute_rows(choice)
    routes, stops = route_rows(choice, commute)
    support = support_of_people(people, commute, shares)
    compared = policies(choice)
    ridership = Ridership(choice, stop)
    rules = rule_rows(ridership)
    weeks = week_rows(ridership, rules)
    frames = {
        "commute": commute,
        "routes": routes,
        "stops": stops,
        "boardings": boarding_rows(choice),
        "route_rules": rules.assign(name_vi=rules["route_id"].map(routes.set_index("route_id")["name_vi"]))
        if len(rules)
        else rules,
        "ridership": weeks,
        "demand_risk": risk_rows(ridership),
        "commute_budget": budget_rows(choice, compared, commute, _by_agency(people, support, tables), weeks),
        "budget_curve": curve_rows(choice, stop),
    }
    smallest = inputs.scenario.documents.smallest_group
    figures = figures_of(choice, people, commute, routes, compared=compared, risk=frames["demand_risk"])
    figures = commute_figures(figures, commute, smallest)
    record = Record.of(
        choice.solution,
        UNIT,
        rules_hit=tuple(sorted({rule for row in commute["rules"] for rule in row.split(";") if rule})),
        findings=tuple(findings_of(choice, commute, figures)),
        figures=figures,
    )
    shown = {name: conform(name, frame) if len(frame) else empty(name) for name, frame in frames.items()}
    shown["projects"] = project_savings(inputs, shown["commute"], shown["routes"], shown["stops"])
    # Risk, budget and curve solve programmes of their own: the time told is that of the whole stage.
    record = replace(record, seconds=time.perf_counter() - began)
    return StageResult(shown | {"staff": with_support(tables["staff"], support)}, record)


def draft(inputs: Inputs, tables: Tables, stop: Stop) -> pd.DataFrame:
    """Table `commute` for the expected demand alone: enough to price the ways to work."""
    commute = inputs.scenario.commute.model_copy(update={"take_up_sd": 0.0})
    inputs = replace(inputs, scenario=inputs.scenario.model_copy(update={"commute": commute}))
    people = people_concerned(inputs, tables["staff"])
    if people.empty:
        return empty("commute")
    return conform("commute", commute_rows(_choose(inputs, people, _label(inputs), stop))[0])


def _label(inputs: Inputs) -> str:
    return "SYNTHETIC" if "staff" in inputs.synthetic else "proposed"


def _choose(inputs: Inputs, people: pd.DataFrame, label: str, stop: Stop) -> Choice:
    """Groups of people, their ways to work, and who takes which; RuntimeError where the check finds a fault."""
    groups = group_people(inputs, people)
    prices = mode_prices(inputs, groups)
    network = shuttle_network(inputs, groups, prices)
    solution = solve_routing(network.problem, stop)
    violations = check_routing(network.problem, solution)
    if violations or solution.by_mode is None:
        raise RuntimeError("commute: " + "; ".join(violations or ["no choice was found in the time given"]))
    return Choice(inputs, groups, prices, network, solution, label)


def _by_agency(people: pd.DataFrame, support: dict[str, tuple[str, int, str]], tables: Tables) -> pd.DataFrame:
    """One row a person concerned: side, agency (communes together), mode, public_vnd a month."""
    posts = tables.get("posts")
    agency = pd.Series("", index=people.index)
    if posts is not None:
        agency = people["post_id"].map(posts.set_index("post_id")["new_agency_id"]).fillna("")
    given = [support[person] for person in people["person_id"]]
    return pd.DataFrame(
        {
            "side": people["side"].to_numpy(),
            "agency": agency.where(agency != "", COMMUNES).to_numpy(),
            "mode": [mode for mode, _, _ in given],
            "public_vnd": [amount for _, amount, _ in given],
        }
    )
