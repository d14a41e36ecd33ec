"""The portfolio for a project on one axis: evolution, CP-SAT on the whole, bounds and neighbourhoods."""

from __future__ import annotations

import random
import threading
import time

from ortools.sat.python import cp_model

from solvers.makespan.energy import least_makespan
from solvers.makespan.evolve import Evolution
from solvers.makespan.project import Project
from solvers.makespan.window import ProjectModel, WindowModel, nearby
from solvers.problem import Stop

# Work is counted in CP-SAT's deterministic seconds.
SCHEDULE_WORK = 4e-7  # of one serial schedule, for each task
BUILD_WORK = 2e-5  # of building a model, for each task
FIRST_GENERATIONS = 6
ANY_WORK = 1e9  # no cap but the share
SMALL = 40  # tasks up to which CP-SAT on the whole proves the optimum in time
WHOLE_SHARE = 0.2  # of the budget for CP-SAT on the whole of a larger project
BOUND_SHARE = 0.1  # of the budget for raising the bound step by step
STEP_WORK = 0.1  # for one step of the bound to begin with; doubled when no step can be decided
NEIGHBOURHOOD_WORK = 0.02
SIZE, GROW, SHRINK, LEAST = 25.0, 1.03, 0.95, 10.0  # free tasks of a neighbourhood
ELITE, BEST = 20, 0.3  # schedules of the population that are improved, and how often the best of all is
EVOLUTION_SHARE = 0.5  # of the work when evolution and neighbourhoods take turns


def shortest(p: Project, stop: Stop) -> tuple[list[int], int]:
    """Start indexes of a short schedule, and a lower bound on every makespan."""
    return _Portfolio(p, stop).run()


class _Portfolio:
    """What is known (schedule and bound) and the methods that improve it."""

    def __init__(self, p: Project, stop: Stop):
        self.p, self.stop = p, stop
        self.began = time.perf_counter()
        self.work = 0.0
        self.budget = stop.work if stop.work is not None else float("inf")
        self.random = random.Random(stop.seed)
        self.evolution = Evolution(p, stop.seed)
        self.bound = least_makespan(p)
        self.best: list[int] = []
        self.makespan = 0
        self.elite: list[list[int]] = []  # schedules to improve
        self.found: list[list[int]] = []  # improved, for the next generation
        self.size = min(SIZE, float(p.n))
        self._solver: cp_model.CpSolver | None = None
        self._lock = threading.Lock()
        self._fault: BaseException | None = None

    def run(self) -> tuple[list[int], int]:
        """All methods in turn or side by side."""
        self._generation()
        for _ in range(FIRST_GENERATIONS):
            if not self.ended():
                self._generation()
        if not self.ended():
            self._whole()
        if not self.ended():
            if self.stop.threads == 1:
                self._in_turns()
            else:
                self._side_by_side()
        return self.best, min(self.bound, self.makespan)

    def ended(self) -> bool:
        """Proven well enough, or out of time or work."""
        close = self.makespan - self.bound <= self.stop.gap * self.makespan
        return close or self.work >= self.budget or self.seconds_left() <= 0

    def seconds_left(self) -> float:
        """Wall-clock seconds until the limit."""
        return self.stop.seconds - (time.perf_counter() - self.began)

    def _spent(self) -> float:
        """Share of the budget that is gone: of work when it is limited, else of time."""
        by_time = 1 - self.seconds_left() / self.stop.seconds
        return by_time if self.stop.work is None else self.work / self.budget

    def _in_turns(self) -> None:
        self._raise_bound()
        evolution = others = 0.0
        while not self.ended():
            before = self.work
            if evolution * (1 - EVOLUTION_SHARE) <= others * EVOLUTION_SHARE:
                self._generation()
                evolution += self.work - before
            else:
                self._neighbourhood()
                others += self.work - before

    def _side_by_side(self) -> None:
        others = [threading.Thread(target=self._guarded, args=(k,)) for k in range(self.stop.threads - 1)]
        for thread in others:
            thread.start()
        try:
            while not self.ended() and self._fault is None and any(t.is_alive() for t in others):
                self._generation()
        finally:
            self.budget = 0.0  # ends the others after what they are at
            solver = self._solver
            if solver is not None:
                solver.stop_search()
            for thread in others:
                thread.join()
        if self._fault is not None:
            raise self._fault

    def _guarded(self, k: int) -> None:
        try:
            if k == 0:
                self._raise_bound()
            while not self.ended():
                self._neighbourhood()
        except BaseException as fault:
            self._fault = fault

    def _generation(self) -> None:
        evolution = self.evolution
        while self.found:
            evolution.add(self.found.pop())
        done = evolution.schedules
        evolution.generation()
        self._take(evolution.best)
        self.work += (evolution.schedules - done) * self.p.n * SCHEDULE_WORK
        self.elite = evolution.elite(ELITE)

    def _take(self, start: list[int]) -> None:
        makespan = self.p.makespan(start)
        with self._lock:
            if not self.best or makespan < self.makespan:
                self.best, self.makespan = start, makespan

    def _whole(self) -> None:
        """CP-SAT on everything that is shorter than the best: most small projects end here."""
        model = ProjectModel(self.p, self.makespan - 1, self.bound)
        if not model.open:
            self.bound = self.makespan
            return
        model.cp.minimize(model.makespan)
        share = 1.0 if self.p.n <= SMALL else WHOLE_SHARE
        status, solver = self._solve(model, ANY_WORK, share, self.stop.threads)
        if status == cp_model.INFEASIBLE:
            self.bound = self.makespan
        elif status in (cp_model.OPTIMAL, cp_model.FEASIBLE, cp_model.UNKNOWN):
            self.bound = max(self.bound, min(self.makespan, round(solver.best_objective_bound)))

    def _raise_bound(self) -> None:
        """Destructive improvement: no schedule ends by the bound, so it is one higher; ends with its share."""
        until = self._spent() + BOUND_SHARE
        work = STEP_WORK
        while not self.ended() and self._spent() < until:
            model = ProjectModel(self.p, self.bound, self.bound)
            status = cp_model.INFEASIBLE
            if model.open:
                status, _ = self._solve(model, work, until - self._spent(), 1, proof=True)
            if status == cp_model.INFEASIBLE:
                self.bound += 1
            else:
                work *= 2

    def _neighbourhood(self) -> None:
        """Free some tasks of a best schedule, keep the order of the others, and look for a shorter one."""
        p = self.p
        start = self.best if self.random.random() < BEST else self.random.choice(self.elite)
        free, day = nearby(p, start, int(self.size), self.random)
        model = WindowModel(p, p.makespan(start) - 1, start, free, day)
        self.work += BUILD_WORK * p.n
        if not model.open:
            self.size = min(float(p.n), self.size * GROW)
            return
        status, _ = self._solve(model, NEIGHBOURHOOD_WORK, 1.0, 1)
        if status == cp_model.UNKNOWN:
            self.size = max(min(LEAST, p.n), self.size * SHRINK)
        elif status == cp_model.INFEASIBLE:
            self.size = min(float(p.n), self.size * GROW)

    def _solve(self, model: ProjectModel | WindowModel, work: float, share: float, workers: int, proof: bool = False):
        """Solve with at most so much work and such a share of the whole budget; what is found is taken over."""
        solver = cp_model.CpSolver()
        settings = solver.parameters
        settings.num_workers = workers
        settings.random_seed = self.random.randrange(1 << 30)
        settings.max_deterministic_time = work
        settings.max_time_in_seconds = max(0.01, min(self.seconds_left(), share * self.stop.seconds))
        if self.stop.work is not None:
            settings.max_deterministic_time = max(1e-4, min(work, self.budget - self.work, share * self.stop.work))
            settings.max_time_in_seconds = max(0.01, self.seconds_left())
        settings.catch_sigint_signal = False
        settings.symmetry_level = 0
        if proof:
            settings.use_timetable_edge_finding_in_cumulative = True
            settings.use_overload_checker_in_cumulative = True
            settings.use_hard_precedences_in_cumulative = True
        elif workers == 1:
            settings.linearization_level = 0
            settings.cp_model_probing_level = 0
        self._solver = solver
        status = solver.solve(model.cp)
        self._solver = None
        self.work += solver.response_proto.deterministic_time
        if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            found = model.starts(solver)
            found = self.evolution.justified(found)
            self._take(found)
            self.found.append(found)
        return status, solver
