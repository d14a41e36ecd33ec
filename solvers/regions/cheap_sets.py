"""All connected sets of any size whose cost is below a threshold, each counted from its root.

The cost of a set is the sum over its members of a weight that depends on the root. Two bounds keep the search small.
A set that holds a unit also holds a path to it from the root, so it costs at least the positive weights along the
cheapest path and all negative weights there are: units that no cheap set can reach are dropped beforehand. While a set
grows, the negative weights still open bound what it can become. Where only sets above floors are rewarded, what is
missing to the floors must still be paid for, at the best rate of any unit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

CELLS = 40_000_000  # of boolean tables held at a time
ROWS = 100_000  # partial sets kept at a time; of more, those that can become cheapest are kept
ROW_CELLS = 10_000_000  # of the tables of partial sets
TOLERANCE = 1e-9  # share by which a floor may be missed
SETS = 300_000  # sets after which the search ends


@dataclass(frozen=True)
class Growth:
    """What to grow: near (n, n) bool, root (r,), weight (r, n) with inf for units not allowed, threshold (r,).

    amount (q, n) and limit (q,): sums that no set may exceed, inf for none. A set that reaches floor (classes, q) of
    the highest `kind` (n,) among its members may cost `reward` more. most: largest number of members, None for any.
    """

    near: np.ndarray
    root: np.ndarray
    weight: np.ndarray
    threshold: np.ndarray
    amount: np.ndarray
    limit: np.ndarray
    kind: np.ndarray
    floor: np.ndarray
    reward: float = 0.0
    most: int | None = None


@dataclass(frozen=True)
class CheapSets:
    """`root` (c,) position of the root, `members` (c, w) units ascending padded with n, `cost` (c,).

    `complete`: no set was cut off, so every set below the threshold is here.
    """

    root: np.ndarray
    members: np.ndarray
    cost: np.ndarray
    complete: bool


def cheap_sets(g: Growth, rows: int = ROWS, *, partial: bool = True) -> CheapSets:
    """Grow all connected sets from their roots; a set may come once from each root that is allowed in it.

    Not `partial`: end as soon as a set would be cut off.
    """
    n = len(g.near)
    weight = cores(g)
    own = weight[np.arange(len(g.root)), g.root]
    width = np.isfinite(weight).sum(axis=1)
    live = np.flatnonzero(np.isfinite(own))
    parts: list[CheapSets] = []
    # Roots with few units left together, so that the local tables stay small.
    for chunk in _chunks(live[np.argsort(width[live], kind="stable")], width):
        parts.append(_grow(g, weight, chunk, rows, partial))
        made = sum(len(p.cost) for p in parts)
        if made > SETS or not (partial or parts[-1].complete):
            parts[-1] = replace(parts[-1], complete=False)
            break
    if not parts:
        return CheapSets(np.empty(0, int), np.full((0, 1), n, np.int32), np.empty(0), True)
    wide = max(p.members.shape[1] for p in parts)
    members = np.concatenate([_padded(p.members, wide, n) for p in parts])
    root, cost = np.concatenate([p.root for p in parts]), np.concatenate([p.cost for p in parts])
    return CheapSets(root, members, cost, all(p.complete for p in parts))


def cores(g: Growth) -> np.ndarray:
    """Weights (r, n) with inf also for units that no set below the threshold can hold."""
    n = len(g.near)
    neighbours = [np.flatnonzero(row) for row in g.near]
    beside = np.full((n, max((len(x) for x in neighbours), default=1) or 1), n)
    for u, others in enumerate(neighbours):
        beside[u, : len(others)] = others
    weight = g.weight.copy()
    todo = np.arange(len(g.root))
    while len(todo):
        part = weight[todo]
        away = _distances(beside, part, g.root[todo])
        open_to = np.isfinite(part)
        gain = np.where(open_to & np.isfinite(away), np.minimum(part, 0.0), 0.0).sum(axis=1)
        drop = open_to & ~(away + gain[:, None] <= g.threshold[todo, None] + g.reward)
        part[drop] = np.inf
        weight[todo] = part
        todo = todo[drop.any(axis=1)]
    return weight


def _distances(beside: np.ndarray, weight: np.ndarray, root: np.ndarray) -> np.ndarray:
    """Least sum of positive weights along a path from the root to each unit, both ends counted."""
    r, n = weight.shape
    step = np.maximum(weight, 0.0)
    found = np.full((r, n + 1), np.inf)
    found[np.arange(r), root] = step[np.arange(r), root]
    todo = np.arange(r)
    while len(todo):
        better = np.minimum(found[todo, :n], found[todo][:, beside].min(axis=2) + step[todo])
        changed = (better < found[todo, :n] - 1e-12).any(axis=1)
        found[todo, :n] = better
        todo = todo[changed]
    return found[:, :n]


def _chunks(roots: np.ndarray, width: np.ndarray) -> list[np.ndarray]:
    chunks, start = [], 0
    while start < len(roots):
        end = start + 1
        while end < len(roots) and (end + 1 - start) * int(width[roots[end]]) ** 2 <= CELLS:
            end += 1
        chunks.append(roots[start:end])
        start = end
    return chunks


def _grow(g: Growth, weight: np.ndarray, chunk: np.ndarray, rows: int, partial: bool) -> CheapSets:
    """Level by level, one more member each; a branch bars the frontier units that it passed over.

    Units are numbered for each root by rising weight, so that a branch which passes over a gain has less to hope for.
    """
    n, threshold = len(g.near), g.threshold[chunk]
    w = weight[chunk]
    width = int(np.isfinite(w).sum(axis=1).max())
    rows = min(rows, ROW_CELLS // width)
    unit = np.argsort(w, axis=1, kind="stable")[:, :width]
    w = np.take_along_axis(w, unit, axis=1)
    allowed = np.isfinite(w)
    gain = np.where(allowed, np.minimum(w, 0.0), 0.0)
    near = g.near[unit[:, :, None], unit[:, None, :]] & allowed[:, None, :]
    floors = _Floors(g, unit, w, allowed)
    at_root = (unit == g.root[chunk][:, None]).argmax(axis=1)
    s = np.arange(len(chunk))
    inside = np.zeros((len(chunk), width), dtype=bool)
    inside[s, at_root] = True
    barred, reach = ~allowed | inside, near[s, at_root]
    total = w[s, at_root]
    hope = np.where(barred, 0.0, gain).sum(axis=1)
    load, kind = g.amount[:, g.root[chunk]], g.kind[g.root[chunk]]
    paid = np.where(total > 0, load, 0.0)
    keep = (load <= g.limit[:, None]).all(axis=0)
    s, inside, barred, reach, total, hope, kind = (a[keep] for a in (s, inside, barred, reach, total, hope, kind))
    load, paid = load[:, keep], paid[:, keep]
    found: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    complete, size, made = True, 1, 0
    order = np.arange(width)
    while len(s):
        good = total <= threshold[s] + np.where(floors.reached(load, kind), g.reward, 0.0)
        found.append((s[good], _units(unit, s[good], inside[good], size), total[good]))
        made += int(good.sum())
        if g.most is not None and size >= g.most:
            break
        if made > SETS:
            complete = False
            break
        frontier = reach & ~barred
        row, f = np.nonzero(frontier)
        lost = np.cumsum(np.where(frontier, gain[s], 0.0), axis=1)
        step, at = w[s[row], f], unit[s[row], f]
        more, left = total[row] + step, hope[row] - lost[row, f]
        carried, grade = load[:, row] + g.amount[:, at], np.maximum(kind[row], g.kind[at])
        charged = paid[:, row] + np.where(step > 0, g.amount[:, at], 0.0)
        slack = more + left - threshold[s[row]]
        keep = (carried <= g.limit[:, None]).all(axis=0)
        keep &= (slack <= 0) | (slack + floors.missing(charged, grade, s[row]) <= g.reward)
        if keep.sum() > rows:
            complete = False
            if not partial:
                break
            slack = np.where(keep, slack, np.inf)
            keep = np.zeros(len(row), dtype=bool)
            keep[np.argpartition(slack, rows)[:rows]] = True
        row, f, total, hope, kind = row[keep], f[keep], more[keep], left[keep], grade[keep]
        load, paid = carried[:, keep], charged[:, keep]
        inside = inside[row]
        inside[np.arange(len(row)), f] = True
        barred = barred[row] | (frontier[row] & (order[None, :] <= f[:, None]))
        reach = reach[row] | near[s[row], f]
        s, size = s[row], size + 1
    wide = max(size, 1)
    return CheapSets(
        chunk[np.concatenate([a for a, _, _ in found])] if found else np.empty(0, int),
        np.concatenate([_padded(b, wide, n) for _, b, _ in found]) if found else np.full((0, wide), n, np.int32),
        np.concatenate([c for _, _, c in found]) if found else np.empty(0),
        complete,
    )


class _Floors:
    """Which sets reach the floors, and the least that the others must still pay to reach them."""

    def __init__(self, g: Growth, unit: np.ndarray, w: np.ndarray, allowed: np.ndarray):
        self.on = g.reward > 0
        if not self.on:
            return
        self.floor = g.floor * (1 - TOLERANCE)
        # Members still to come can raise the class: the least floor of this class and the higher ones.
        self.least = np.minimum.accumulate(self.floor[::-1], axis=0)[::-1]
        amount = g.amount[:, unit]
        self.free = np.where(allowed & (w <= 0), amount, 0.0).sum(axis=2)
        with np.errstate(divide="ignore", invalid="ignore"):
            rate = np.where(allowed & (w > 0) & (amount > 0), w / amount, np.inf)
        self.rate = rate.min(axis=2)

    def reached(self, load: np.ndarray, kind: np.ndarray) -> np.ndarray:
        """(c,) for sums (q, c) and highest classes (c,)."""
        return (load >= self.floor[kind].T).all(axis=0) if self.on else np.zeros(load.shape[1], dtype=bool)

    def missing(self, paid: np.ndarray, kind: np.ndarray, s: np.ndarray) -> np.ndarray:
        """(c,) for sums (q, c) of the members with a positive weight; all others are taken as members already."""
        if not self.on:
            return np.full(paid.shape[1], np.inf)
        short = self.least[kind].T - paid - self.free[:, s]
        with np.errstate(invalid="ignore"):
            cost = np.where(short > 0, short * self.rate[:, s], 0.0)
        return cost.max(axis=0)


def _units(unit: np.ndarray, s: np.ndarray, inside: np.ndarray, size: int) -> np.ndarray:
    """Members (rows, size), ascending, of sets of one size."""
    if not len(s):
        return np.empty((0, size), np.int32)
    local = np.nonzero(inside)[1].reshape(len(s), size)
    return np.sort(unit[s[:, None], local], axis=1).astype(np.int32)


def _padded(members: np.ndarray, wide: int, n: int) -> np.ndarray:
    if members.shape[1] == wide:
        return members
    return np.hstack([members, np.full((len(members), wide - members.shape[1]), n, np.int32)])
