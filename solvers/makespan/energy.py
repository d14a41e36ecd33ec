"""Lower bounds on the makespan of a project that need no search."""

from __future__ import annotations

from solvers.makespan.project import Project


def least_makespan(p: Project) -> int:
    """The longest chain, and for each resource the work between any head and any tail.

    The tasks that cannot start before h and have at least t days after them need (their work) / (capacity) days
    between, whatever their sequence; likewise tasks of which no two fit together need the sum of their durations.
    """
    n, d, head, tail = p.n, p.duration, p.head, p.tail
    bound = max((head[i] + d[i] + tail[i] for i in range(n)), default=0)
    rows = [[row[k] for row in p.demand] for k in range(len(p.capacity))]
    for units, capacity in zip(rows, p.capacity, strict=True):
        bound = max(bound, _work_bound(p, [u * x for u, x in zip(units, d, strict=True)], capacity))
        # Only one of the tasks that take more than half of a resource can run at a time, and so on by thirds, ...
        for share in (2, 3, 4):
            large = [x if u * share > capacity else 0 for u, x in zip(units, d, strict=True)]
            bound = max(bound, _work_bound(p, large, share - 1))
    return max(bound, _clique_bound(p))


def _work_bound(p: Project, work: list[int], capacity: int) -> int:
    """Best of head + work / capacity + tail over all pairs of a head and a tail."""
    users = [i for i in range(p.n) if work[i]]
    best = 0
    for h in sorted({p.head[i] for i in users}):
        total = 0
        by_tail = sorted((i for i in users if p.head[i] >= h), key=lambda i: -p.tail[i])
        for i in by_tail:
            total += work[i]
            best = max(best, h - (-total // capacity) + p.tail[i])
    return best


def _clique_bound(p: Project) -> int:
    """Work bound of sets of tasks of which no two can run together, by order or by resources; found greedily."""
    n = p.n
    apart = [
        sum(
            1 << j
            for j in range(n)
            if j != i and (p.ancestors[i] >> j & 1 or p.ancestors[j] >> i & 1 or _clash(p, i, j))
        )
        for i in range(n)
    ]
    best = 0
    for seed in range(n):
        members, options = [seed], apart[seed]
        while options:
            choices = [j for j in range(n) if options >> j & 1]
            j = max(choices, key=lambda j: (p.duration[j] * (1 + (options & apart[j]).bit_count()), -j))
            members.append(j)
            options &= apart[j]
        inside = set(members)
        best = max(best, _work_bound(p, [p.duration[i] if i in inside else 0 for i in range(n)], 1))
    return best


def _clash(p: Project, i: int, j: int) -> bool:
    return any(a + b > c for a, b, c in zip(p.demand[i], p.demand[j], p.capacity, strict=True))
