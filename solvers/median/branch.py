"""Branch and bound on sites by prices: for few open sites, where the relaxation leaves a gap that prices alone keep.

Each node sharpens its parent's prices by a few rounds, shuts or opens for sure what its bound allows, and splits on
the free site that earns most: open it, or shut it.
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from solvers.median.prices import Prices, Sites, ascend
from solvers.problem import Stop

NODE_ROUNDS, NODE_LENGTH, NODE_PATIENCE = 45, 0.5, 6


def forced(problem: Sites, prices: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
    """Bound of the prices, and by how much it rises when a site (m,) must be open, or must be shut.

    The rise is the worth of the site less that of the one it changes places with, or alone where the number allows.
    """
    bound, worth, opened = problem.relaxed(prices)
    bound -= 1e-9 * (abs(bound) + float(np.abs(prices).sum()))
    free = np.setdiff1d(opened, problem.fixed)
    shut = problem.allowed.copy()
    shut[opened] = False
    last = worth[free].max() if len(free) else -np.inf
    following = worth[shut].min() if shut.any() else np.inf
    to_open = worth + min(np.inf if len(opened) >= problem.most else 0.0, -last)
    to_open[opened] = 0.0
    to_shut = np.zeros(len(worth))
    to_shut[free] = min(np.inf if len(opened) <= problem.fewest else 0.0, following) - worth[free]
    to_shut[problem.fixed] = np.inf
    return bound, to_open, to_shut


def branch(problem: Sites, found: Prices, stop: Stop, *, step: float) -> float:
    """Search all of `problem`; better sites go to `found`. Returns a valid bound: the value found when it ended.

    Stop.work is the number of nodes.
    """
    deadline = time.perf_counter() + stop.seconds
    stack = [(problem.fixed, problem.allowed, found.prices, found.bound)]
    nodes = 0
    floor = np.inf
    while stack:
        if time.perf_counter() > deadline or (stop.work is not None and nodes >= stop.work):
            return float(min([floor, found.value, *(bound for *_, bound in stack)]))
        nodes += 1
        fixed, allowed, prices, bound = stack.pop()
        node = replace(problem, fixed=fixed, allowed=allowed, most=min(problem.most, int(allowed.sum())))
        if node.most < max(node.fewest, len(fixed)) or bound > _goal(found, step):
            continue
        local = Prices(prices, -np.inf, found.sites, found.value)
        ascend(
            node, local, stop, step=step, deadline=deadline, rounds=NODE_ROUNDS, length=NODE_LENGTH,
            patience=NODE_PATIENCE,
        )  # fmt: skip
        if local.value < found.value:
            found.sites, found.value = local.sites, local.value
        bound = max(bound, local.bound)
        if bound > _goal(found, step):
            continue
        if found.value - bound <= stop.gap * abs(found.value):
            floor = min(floor, bound)
            continue
        stack += _children(node, local.prices, bound, found, _goal(found, step))
    return float(min(floor, found.value))


def _goal(found: Prices, step: float) -> float:
    """Solutions up to this value are still of interest."""
    return found.value - step * (1 - 1e-6) if step else found.value - 1e-9 * abs(found.value)


def _children(node: Sites, prices: np.ndarray, bound: float, found: Prices, goal: float) -> list[tuple]:
    base, to_open, to_shut = forced(node, prices)
    fixed = node.allowed & (base + to_shut > goal)
    fixed[node.fixed] = True
    allowed = (node.allowed & (base + to_open <= goal)) | fixed
    free = allowed & ~fixed
    ids = np.flatnonzero(fixed)
    if not free.any() or len(ids) >= node.most:
        # Nothing is left to choose.
        value = node.value(ids) if node.fewest <= len(ids) <= node.most else np.inf
        if value < found.value:
            found.value, found.sites = value, ids
        return []
    _, worth, _ = node.relaxed(prices)
    site = int(np.argmin(np.where(free, worth, np.inf)))
    without = allowed.copy()
    without[site] = False
    return [(ids, without, prices, bound), (np.sort(np.append(ids, site)), allowed, prices, bound)]
