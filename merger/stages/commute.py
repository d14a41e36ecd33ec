"""Stage commute: how people whose workplace moved get to work, with which support, on which routes."""

from __future__ import annotations

from merger.commuting.findings import figures_of, findings_of
from merger.commuting.groups import group_people, people_concerned
from merger.commuting.modes import mode_prices
from merger.commuting.projects import project_savings
from merger.commuting.routes import shuttle_network
from merger.commuting.rows import Choice, commute_rows, route_rows, support_of_people, with_support
from merger.disclosure import commute_figures
from merger.inputs import Inputs
from merger.stages.stage import Record, StageResult, Tables
from merger.tables import conform, empty
from solvers.problem import Status, Stop
from solvers.routing.check import check_routing
from solvers.routing.solve import solve_routing

UNIT = "VND/month"


def run(inputs: Inputs, tables: Tables, stop: Stop) -> StageResult:
    """Choose routes and modes; returns commute, routes, stops and the staff table with each person's support.

    The objective is public money, private money and time priced, a month, with the weights of living apart
    and of entitled people without support. Public money is counted once: `support_vnd_month` over staff adds
    up to `public_vnd_month` over commute; of a shuttle, each rider bears an equal share of what its vehicle
    costs.
    """
    label = "SYNTHETIC" if "staff" in inputs.synthetic else "proposed"
    people = people_concerned(inputs, tables["staff"])
    if people.empty:
        record = Record(str(Status.OPTIMAL), 0.0, 0.0, 0.0, 0.0, UNIT, figures={"concerned_people": 0})
        nothing = {name: empty(name) for name in ("commute", "routes", "stops")}
        nothing["projects"] = project_savings(inputs, *nothing.values())
        return StageResult(nothing | {"staff": with_support(tables["staff"], {})}, record)
    groups = group_people(inputs, people)
    prices = mode_prices(inputs, groups)
    network = shuttle_network(inputs, groups, prices)
    solution = solve_routing(network.problem, stop)
    violations = check_routing(network.problem, solution)
    if violations or solution.by_mode is None:
        raise RuntimeError("commute: " + "; ".join(violations or ["no choice was found in the time given"]))
    choice = Choice(inputs, groups, prices, network, solution, label)
    commute, shares = commute_rows(choice)
    routes, stops = route_rows(choice, commute)
    smallest = inputs.scenario.documents.smallest_group
    figures = commute_figures(figures_of(choice, people, commute, routes), commute, smallest)
    record = Record.of(
        solution,
        UNIT,
        rules_hit=tuple(sorted({rule for row in commute["rules"] for rule in row.split(";") if rule})),
        findings=tuple(findings_of(choice, commute, figures)),
        figures=figures,
    )
    frames = {
        "commute": conform("commute", commute),
        "routes": conform("routes", routes) if len(routes) else empty("routes"),
        "stops": conform("stops", stops) if len(stops) else empty("stops"),
        "staff": with_support(tables["staff"], support_of_people(people, commute, shares)),
    }
    frames["projects"] = project_savings(inputs, frames["commute"], frames["routes"], frames["stops"])
    return StageResult(frames, record)
