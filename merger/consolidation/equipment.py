"""Equipment of sites: what divisions need where they work, and what each site has.

Any kind may be named (rooms, halls, laboratories); `archive_m` is known already: the metres of files of a division.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from merger.consolidation.divisions import SERVICE
from merger.inputs import Inputs
from merger.stages.stage import InfeasibleError

ARCHIVE = "archive_m"


def equipment(inputs: Inputs, items: pd.DataFrame, sites: list[str]) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Kinds of equipment, what each item needs (E, I), and what each site has (E, K), -1 without a limit.

    A division's own entry wins over that of its field. A kind is where some site names it: the other sites of the
    centre (main, second, of locks) have none of it, while divisions that work elsewhere keep what they have there.
    InfeasibleError when a division needs a kind that no site has, or a site is unknown.
    """
    options = inputs.scenario.consolidate
    needs, there = options.division_equipment, options.site_equipment
    kinds = sorted({kind for own in there.values() for kind in own})
    wrong = [
        f"thiết bị “{kind}” của {who} không có ở trụ sở nào / no site has the equipment {kind!r} that {who} needs"
        for who, own in needs.items()
        for kind in own
        if kind not in kinds
    ]
    wrong += [
        f"site_equipment: không có trụ sở “{s}” / no site {s!r}" for s in there if s not in set(inputs.sites["site_id"])
    ]
    known = {*items["division_id"], *items["field"]}
    wrong += [
        f"division_equipment: không có phòng, lĩnh vực “{w}” / no division or field {w!r}"
        for w in needs
        if w not in known
    ]
    if wrong:
        raise InfeasibleError("consolidate", tuple(wrong))
    use = np.zeros((len(kinds), len(items)), np.int64)
    for i, row in enumerate(items.itertuples()):
        # Service units have premises of their own: their files lie there.
        own = (
            {ARCHIVE: 0 if row.kind == SERVICE else int(row.archive_m)}
            | needs.get(row.field, {})
            | needs.get(row.division_id, {})
        )
        use[:, i] = [own.get(kind, 0) for kind in kinds]
    central = set(central_sites(inputs))
    room = [[there.get(s, {}).get(kind, 0 if s in central else -1) for s in sites] for kind in kinds]
    return kinds, use, np.array(room, np.int64).reshape(len(kinds), len(sites))


def central_sites(inputs: Inputs) -> list[str]:
    """Main site, second sites and sites of locks on agencies: what works elsewhere is tied to its place."""
    options, locks = inputs.scenario.consolidate, inputs.scenario.locks
    agencies = set(inputs.agencies["agency_id"])
    chosen = [options.main_site, *options.stay_sites.values()]
    return list(dict.fromkeys([*chosen, *(site for body, site in locks.fixed_site.items() if body in agencies)]))
