"""The largest number of connected regions above a floor: disjoint minimal feasible sets, the other areas attached."""

from __future__ import annotations

import heapq
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from solvers.maxp.minimal_sets import Floor, minimal_sets
from solvers.maxp.problem import ENCLAVE, MaxPProblem, MaxPSolution
from solvers.maxp.proof import Proof, prove
from solvers.maxp.relaxation import ROUNDING, Relaxation, relax
from solvers.maxp.search import Sets, greedy, walk
from solvers.problem import Status, Stop

# Shares of the time for the relaxation, the walk before the proof, the proof, and a proof beside the walk (HiGHS looks
# at the clock seldom); steps of that walk (thousands).
RELAXING, BEFORE, PROVING, BESIDE, FIRST_WALK = 0.35, 0.15, 0.5, 0.8, 10
# Nodes of the proof under a limit of work.
NODES = 2_000


@dataclass(frozen=True)
class _Packed:
    """Disjoint minimal sets of some areas, and the most there can be."""

    sets: list[np.ndarray]
    most: int


def solve_maxp(problem: MaxPProblem, stop: Stop) -> MaxPSolution:
    """Largest number of regions. Stop.work is thousands of steps of the walk (for each part of the graph).

    A component of the graph below the floor makes the problem infeasible (`conflict` names it by its first area,
    `component[17]`), or its areas are enclaves if the problem says so.
    """
    began = time.perf_counter()
    floor = Floor(problem.weight, float(problem.floor))
    everything = np.arange(problem.n)
    components = _components(problem, everything)
    reached = [floor.reached(areas[None, :], problem.weight[areas].sum()[None])[0] for areas in components]
    short = tuple(tuple(areas.tolist()) for areas, fine in zip(components, reached, strict=True) if not fine)
    if short and not problem.enclaves:
        names = tuple(f"component[{areas[0]}]" for areas in short)
        seconds = time.perf_counter() - began
        return MaxPSolution(Status.INFEASIBLE, seconds=seconds, conflict=names, short=short)
    # An area that reaches the floor by itself is a minimal set, and no other minimal set holds it.
    alone = floor.reached(everything[:, None], problem.weight)
    packed = [_Packed([np.array([area])], 1) for area in np.flatnonzero(alone)]
    pieces = sorted(_components(problem, np.flatnonzero(~alone)), key=len)
    waiting = sum(map(len, pieces))
    for areas in pieces:
        left = max(stop.seconds - (time.perf_counter() - began), 0.05)
        share = Stop(left * len(areas) / waiting, stop.work, stop.gap, stop.seed, stop.threads)
        packed.append(_pack(problem, floor, areas, share))
        waiting -= len(areas)
    labels = _attach(problem, [members for piece in packed for members in piece.sets])
    count, most = int(labels.max(initial=-1)) + 1, sum(piece.most for piece in packed)
    status = Status.OPTIMAL if count == most else Status.FEASIBLE
    return MaxPSolution(status, float(-count), float(-most), time.perf_counter() - began, labels=labels, short=short)


def _components(problem: MaxPProblem, areas: np.ndarray) -> list[np.ndarray]:
    """Connected parts of the graph of `areas`, ascending, in the order of their first areas."""
    place = np.full(problem.n, -1)
    place[areas] = np.arange(len(areas))
    ends = place[problem.edges]
    ends = ends[(ends >= 0).all(axis=1)]
    graph = coo_matrix((np.ones(len(ends)), ends.T), shape=(len(areas), len(areas)))
    part = connected_components(graph, directed=False)[1]
    order = np.argsort(part, kind="stable")
    return [areas[rows] for rows in np.split(order, np.flatnonzero(np.diff(part[order])) + 1) if len(rows)]


def _pack(problem: MaxPProblem, floor: Floor, areas: np.ndarray, stop: Stop) -> _Packed:
    """Minimal sets of a connected part of the graph in which no area reaches the floor by itself."""
    began = time.perf_counter()
    local = Floor(problem.weight[areas], floor.value)
    # Every minimal set holds 1 of min(1, weight / floor): a bound that is always there.
    most = int(np.floor(np.minimum(local.weight / local.value, 1.0).sum() + ROUNDING))
    found = minimal_sets(_near(problem, areas), local, stop.seed)
    incidence = found.incidence
    if not incidence.shape[1]:
        return _Packed([], 0 if found.complete else most)
    relaxation = relax(incidence, 1, Stop(_left(stop, began) * RELAXING, seed=stop.seed))
    if relaxation is not None and found.complete:
        most = min(most, relaxation.most)
    value = -found.size if relaxation is None else relaxation.value
    chosen = greedy(incidence, value, np.random.default_rng(stop.seed))
    if len(chosen) < most:
        certain = relaxation if found.complete else None
        left = Stop(_left(stop, began), stop.work, seed=stop.seed, threads=stop.threads)
        sets = Sets(incidence, incidence.T @ local.weight / local.value)
        chosen, most = _search(sets, chosen, most, certain, left)
    starts = incidence.indptr
    return _Packed([areas[incidence.indices[starts[c] : starts[c + 1]]] for c in chosen], most)


def _search(sets: Sets, chosen: np.ndarray, most: int, relaxation: Relaxation | None, stop: Stop):
    """Walk and prove, at the same time with two threads, in turns with one; the chosen sets and the most."""
    began, random = time.perf_counter(), np.random.default_rng(stop.seed)
    proof_stop = Stop(stop.seconds * PROVING, None if stop.work is None else NODES, seed=stop.seed)
    steps = FIRST_WALK if stop.work is None else min(FIRST_WALK, stop.work)
    chosen = walk(sets, chosen, lambda: most, Stop(stop.seconds * BEFORE, steps), random)
    if relaxation is None or len(chosen) == most:
        proof = Proof(most)
    elif stop.threads == 1:
        proof = prove(relaxation, lambda: len(chosen), proof_stop)
    else:
        return _together(sets, chosen, relaxation, Stop(_left(stop, began), stop.work, seed=stop.seed), random)
    most = min(most, proof.most)
    if proof.chosen is not None:
        return proof.chosen, most
    more = None if stop.work is None else stop.work - steps
    return walk(sets, chosen, lambda: most, Stop(_left(stop, began), more), random), most


def _together(sets: Sets, chosen: np.ndarray, relaxation: Relaxation, stop: Stop, random):
    """The walk beside the proof; each ends when the other has met it."""
    with ThreadPoolExecutor(1) as pool:
        nodes = None if stop.work is None else NODES
        limit = Stop(stop.seconds * BESIDE, nodes, seed=stop.seed)
        proof = pool.submit(prove, relaxation, lambda: len(chosen), limit)

        def enough() -> int:
            return relaxation.most if not proof.done() else proof.result().most - (proof.result().chosen is not None)

        chosen = walk(sets, chosen, enough, stop, random)
        ended = proof.result()
    better = ended.chosen is not None and len(ended.chosen) > len(chosen)
    return ended.chosen if better else chosen, ended.most


def _near(problem: MaxPProblem, areas: np.ndarray) -> np.ndarray:
    place = np.full(problem.n, -1)
    place[areas] = np.arange(len(areas))
    ends = place[problem.edges]
    a, b = ends[(ends >= 0).all(axis=1)].T
    near = np.zeros((len(areas), len(areas)), bool)
    near[a, b] = near[b, a] = True
    return near


def _left(stop: Stop, began: float) -> float:
    return max(stop.seconds - (time.perf_counter() - began), 0.01)


def _attach(problem: MaxPProblem, sets: list[np.ndarray]) -> np.ndarray:
    """Regions from disjoint sets: every other area that can be reached joins a neighbouring region, light ones first.

    Numbered in the order of their smallest member.
    """
    labels = np.full(problem.n, ENCLAVE)
    neighbours: list[list[int]] = [[] for _ in range(problem.n)]
    for a, b in problem.edges.tolist():
        neighbours[a].append(b)
        neighbours[b].append(a)
    for number, members in enumerate(sets):
        labels[members] = number
    total = np.bincount(labels[labels >= 0], problem.weight[labels >= 0], len(sets)) if sets else np.empty(0)
    heap = [(total[r], int(r), int(a)) for r, s in enumerate(sets) for i in s for a in neighbours[i] if labels[a] < 0]
    heapq.heapify(heap)
    while heap:
        known, region, area = heapq.heappop(heap)
        if labels[area] >= 0:
            continue
        if known < total[region]:
            heapq.heappush(heap, (total[region], region, area))
            continue
        labels[area] = region
        total[region] += problem.weight[area]
        for other in neighbours[area]:
            if labels[other] < 0:
                heapq.heappush(heap, (total[region], region, other))
    kept = labels >= 0
    _, first, inverse = np.unique(labels[kept], return_index=True, return_inverse=True)
    labels[kept] = np.argsort(np.argsort(first))[inverse]
    return labels
