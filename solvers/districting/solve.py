"""Exact districting: CP-SAT with separator inequalities added until the districts hang together.

A district with nodes a and b holds a node of every set that separates them (Fischetti et al. 2017,
doi:10.1007/s12532-016-0111-0; Validi and Buchanan 2022, doi:10.1287/opre.2021.2141). Without some of these
inequalities the model is a relaxation: its bound is valid, and an optimum that hangs together is one of the problem.
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
from ortools.sat.python import cp_model

from solvers.districting.planar import two_districts
from solvers.districting.problem import DistrictingProblem, DistrictingSolution
from solvers.districting.start import components, cut_cost, neighbours, start
from solvers.problem import Status, Stop

# Share of the time for the search by cycles.
PLANAR_SHARE = 0.5
# Workers of CP-SAT that raise the bound, in the order in which threads are given to them.
BOUNDING = ("lb_tree_search", "max_lp", "core")


def solve_districting(problem: DistrictingProblem, stop: Stop) -> DistrictingSolution:
    """Labels with least cost of cut edges. Stop.work: deterministic seconds of CP-SAT over all rounds."""
    began = time.perf_counter()
    conflict = _plain_conflict(problem)
    if conflict:
        return DistrictingSolution(Status.INFEASIBLE, conflict=conflict, seconds=time.perf_counter() - began)
    near = neighbours(problem)
    found = start(problem, stop.seed)
    search = _Search(problem, near, stop, began, labels=found)
    search.take_planar()
    search.run()
    seconds = time.perf_counter() - began
    if search.labels is None:
        if not search.proven:
            return DistrictingSolution(Status.UNKNOWN, bound=search.bound, seconds=seconds, cuts=search.cuts)
        conflict = _conflict(problem, near, stop, began)
        seconds = time.perf_counter() - began
        return DistrictingSolution(Status.INFEASIBLE, conflict=conflict, seconds=seconds, cuts=search.cuts)
    value = float(cut_cost(problem, search.labels))
    bound = value if search.proven else min(search.bound, value)
    done = value - bound <= stop.gap * abs(value)
    status = Status.OPTIMAL if done else Status.FEASIBLE
    return DistrictingSolution(status, value, bound, seconds, labels=_numbered(search.labels), cuts=search.cuts)


class _Search:
    """The model, grown by separator inequalities, with the best connected labels and the best bound so far."""

    def __init__(
        self,
        problem: DistrictingProblem,
        near: list[list[int]],
        stop: Stop,
        began: float,
        *,
        labels: np.ndarray | None = None,
        contiguous: bool = True,
    ):
        self.problem, self.near, self.stop, self.began = problem, near, stop, began
        self.labels, self.contiguous = labels, contiguous
        self.bound, self.proven, self.cuts, self.spent = 0.0, False, 0, 0.0
        self.seen: set[tuple] = set()
        self._build()

    def _build(self) -> None:
        """Literals: x[i][d] node i lies in district d; c[e] edge e is cut."""
        p, model = self.problem, cp_model.CpModel()
        k = p.districts
        if k == 2:
            side = [model.new_bool_var("") for _ in range(p.n)]
            self.x = [[v, v.negated()] for v in side]
        else:
            self.x = [[model.new_bool_var("") for _ in range(k)] for _ in range(p.n)]
            for row in self.x:
                model.add_exactly_one(row)
        self.cut = [model.new_bool_var("") for _ in p.edges]
        for (a, b), c in zip(p.edges.tolist(), self.cut, strict=True):
            for d in range(k):
                model.add_bool_or(c, self.x[a][d].negated(), self.x[b][d])
                model.add_bool_or(c, self.x[a][d], self.x[b][d].negated())
        for d in range(k):
            column = [row[d] for row in self.x]
            load = sum(w * v for w, v in zip(p.weight.tolist(), column, strict=True))
            model.add_linear_constraint(load, p.lower, p.upper)
            model.add_bool_or(column)
            for i in range(p.n):
                self._neighbour_needed(model, i, d)
        self._break_symmetry(model)
        self.objective = sum(int(w) * c for w, c in zip(p.edge_cost, self.cut, strict=True))
        self.model = model

    def _neighbour_needed(self, model: cp_model.CpModel, node: int, label: int) -> None:
        """A node too light to be a district alone has a neighbour in its district."""
        if self.contiguous and self.problem.weight[node] < self.problem.lower:
            model.add_bool_or(self.x[node][label].negated(), *(self.x[j][label] for j in self.near[node]))

    def _break_symmetry(self, model: cp_model.CpModel) -> None:
        """Heavy nodes first: the i-th takes no district above the i-th, and a new one only after the one before."""
        order = np.argsort(-self.problem.weight, kind="stable").tolist()
        k = self.problem.districts
        for position, node in enumerate(order[:k]):
            for d in range(position + 1, k):
                model.add(self.x[node][d] == 0)
            for d in range(1, min(position, k - 1) + 1):
                model.add_bool_or(self.x[node][d].negated(), *(self.x[j][d - 1] for j in order[:position]))

    def take_planar(self) -> None:
        """Two districts of a planar graph: the best of few cut edges, or at least a bound."""
        value = None if self.labels is None else cut_cost(self.problem, self.labels)
        answer = two_districts(self.problem, value, self.began + PLANAR_SHARE * self.stop.seconds)
        if answer is None:
            return
        labels, bound = answer
        self.bound = max(self.bound, float(bound))
        if labels is not None:
            self.labels = labels

    def run(self) -> None:
        """Ask for something better than the best, forbid what does not hang together, until nothing is left."""
        while not self.proven:
            value = None if self.labels is None else cut_cost(self.problem, self.labels)
            if value is not None and value - self.bound <= self.stop.gap * value:
                self.bound, self.proven = (float(value), True) if value == self.bound else (self.bound, False)
                return
            solver, status, trial = self._ask(value)
            self.spent += solver.response_proto.deterministic_time
            if status == cp_model.INFEASIBLE:
                self.proven = True
                return
            if status in (cp_model.OPTIMAL, cp_model.FEASIBLE, cp_model.UNKNOWN):
                limit = np.inf if value is None else value
                self.bound = max(self.bound, min(np.ceil(solver.best_objective_bound - 1e-6), limit))
            if not trial:
                return
            self._learn(trial)

    def _ask(self, value: int | None):
        model = self.model.clone()
        model.minimize(self.objective)
        if value is not None:
            model.add(self.objective <= value - 1)
        model.add(self.objective >= int(self.bound))
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = self.stop.threads
        solver.parameters.random_seed = self.stop.seed
        solver.parameters.max_time_in_seconds = max(self.stop.seconds - (time.perf_counter() - self.began), 0.01)
        if self.stop.work is not None:
            solver.parameters.max_deterministic_time = max(self.stop.work - self.spent, 1e-3)
            solver.parameters.interleave_search = self.stop.threads > 1
        if value is not None:
            # A good plan is known, so the work goes to the bound; the default workers would only look for plans.
            solver.parameters.subsolvers.extend(BOUNDING[: self.stop.threads])
        gathered = _Gather(self)
        status = solver.solve(model, gathered)
        return solver, status, gathered.trials

    def _learn(self, trials: list[np.ndarray]) -> None:
        for labels in trials:
            parts = [components(self.near, labels, d) for d in range(self.problem.districts)]
            if not self.contiguous or all(len(part) == 1 for part in parts):
                if self.labels is None or cut_cost(self.problem, labels) < cut_cost(self.problem, self.labels):
                    self.labels = labels
                continue
            for part in parts:
                self._separate(part)

    def _separate(self, parts: list[list[int]]) -> None:
        """Inequalities between the heaviest part of a district and each other part."""
        weight = self.problem.weight
        parts = sorted(parts, key=lambda part: (-weight[part].sum(), part))
        main = parts[0]
        b = max(main, key=lambda i: (weight[i], -i))
        for part in parts[1:]:
            a = max(part, key=lambda i: (weight[i], -i))
            for source, target, inside in ((a, b, part), (b, a, main)):
                between = _separator(self.near, inside, target)
                key = (*sorted((source, target)), tuple(between))
                if key in self.seen:
                    continue
                self.seen.add(key)
                self.cuts += 1
                for d in range(self.problem.districts):
                    self.model.add_bool_or(
                        self.x[source][d].negated(), self.x[target][d].negated(), *(self.x[s][d] for s in between)
                    )


class _Gather(cp_model.CpSolverSolutionCallback):
    """Labels of the solutions met; the search stops at one that does not hang together, or at a better one."""

    def __init__(self, search: _Search):
        super().__init__()
        self.search, self.trials = search, []

    def on_solution_callback(self) -> None:
        labels = np.array([[self.boolean_value(v) for v in row] for row in self.search.x]).argmax(axis=1)
        self.trials.append(labels)
        self.stop_search()


def _separator(near: list[list[int]], part: list[int], target: int) -> list[int]:
    """Nodes next to `part` that can be reached from `target` without passing another of them: a minimal separator."""
    inside = set(part)
    border = {j for i in part for j in near[i]} - inside
    reached, stack, kept = {target}, [target], set()
    while stack:
        for other in near[stack.pop()]:
            if other in border:
                kept.add(other)
            elif other not in inside and other not in reached:
                reached.add(other)
                stack.append(other)
    return sorted(kept)


def _numbered(labels: np.ndarray) -> np.ndarray:
    """Districts numbered in the order of their first node."""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(first), int)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[inverse]


def _plain_conflict(problem: DistrictingProblem) -> tuple[str, ...]:
    """Rules that contradict each other at sight."""
    total, heavy = int(problem.weight.sum()), int(problem.weight.argmax())
    if problem.districts > problem.n:
        return ("districts",)
    if problem.districts * problem.lower > total:
        return ("districts", "lower")
    if problem.districts * problem.upper < total:
        return ("districts", "upper")
    if problem.weight[heavy] > problem.upper:
        return (f"node[{heavy}]", "upper")
    near, everywhere = neighbours(problem), np.zeros(problem.n, int)
    if len(components(near, everywhere, 0)) > problem.districts:
        return ("districts", "contiguity")
    return ()


def _conflict(problem: DistrictingProblem, near: list[list[int]], stop: Stop, began: float) -> tuple[str, ...]:
    """Deletion filter: rules that cannot hold together; one whose test runs out of time is kept."""
    kept = ["lower", "upper", "contiguity"]
    for name in ("contiguity", "lower", "upper"):
        rest = [k for k in kept if k != name]
        eased = replace(
            problem,
            lower=problem.lower if "lower" in rest else 0,
            upper=problem.upper if "upper" in rest else max(int(problem.weight.sum()), problem.upper),
            edge_cost=np.zeros(len(problem.edges)),
        )
        search = _Search(eased, near, stop, began, contiguous="contiguity" in rest)
        search.run()
        if search.proven and search.labels is None:
            kept = rest
    return ("districts", *kept)
