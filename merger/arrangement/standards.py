"""Standards for new units, from the law data: kinds, floors, exemption (Resolution 76/2025 Art 1, 5)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from scenarios.law import RuleBook

# A floor is met when missed by no more than this share: areas and populations are sums of rounded figures.
TOLERANCE = 1e-9
MEETS, EXEMPT, NEEDS_DECISION, SPECIAL = "meets", "exempt", "needs_decision", "special"
EXEMPTION = "standards.three_or_more_merge_exempts_from_targets"
DECIDER = "standards.fallback_decider"
ISLAND = "standards.target.island"
NAMING = "standards.naming"
CROSSING = "standards.district_boundary_may_be_crossed"
KIND_WORDS = {"xa": "Xã", "phuong": "Phường", "dac_khu": "Đặc khu"}


@dataclass(frozen=True)
class Standards:
    """Floors by class of a new unit; a new unit has the highest class among its members.

    `target_rules`, `area_km2`, `population` and `kinds` are indexed by class: 0 mountainous commune (only
    when all
    members are), 1 other commune, 2 ward (one ward makes a ward). `exempt_from` is the number of joined units
    from
    which floors are not examined, None when the scenario switches Art 5(2) off.
    """

    target_rules: tuple[str, ...]
    area_km2: tuple[float, ...]
    population: tuple[float, ...]
    kinds: tuple[str, ...]
    type_rules: tuple[str, ...]
    exempt_from: int | None

    def standing(self, kind_class, area_km2, population, n_members) -> np.ndarray:
        """Standing of new units (arrays alike): meets, exempt (Art 5(2)) or needs_decision (Art 5(3))."""
        kind_class = np.asarray(kind_class, int)
        slack = 1 - TOLERANCE
        meets = (np.asarray(area_km2) >= np.array(self.area_km2)[kind_class] * slack) & (
            np.asarray(population) >= np.array(self.population)[kind_class] * slack
        )
        exempt = np.asarray(n_members) >= (np.inf if self.exempt_from is None else self.exempt_from)
        return np.where(meets, MEETS, np.where(exempt, EXEMPT, NEEDS_DECISION))


def standards_of(law: RuleBook, ward_target: str = "phuong_central_city") -> Standards:
    """Standards in force.

    A scenario overrides a floor by `rules: {standards.target.xa_other: {pop_min: 15000}}`.
    """
    targets = tuple(f"standards.target.{name}" for name in ("xa_mountain", "xa_other", ward_target))
    floors = [{**law[rule].fields, **(law.value(rule) or {})} for rule in targets]
    commune, ward = "standards.result_type_if_xa_or_thi_tran", "standards.result_type_if_any_ward"
    exemption = law[EXEMPTION]
    return Standards(
        target_rules=targets,
        area_km2=tuple(float(f["area_min_km2"]) for f in floors),
        population=tuple(float(f["pop_min"]) for f in floors),
        kinds=(law.value(commune), law.value(commune), law.value(ward)),
        type_rules=(commune, commune, ward),
        exempt_from=int(exemption.fields["min_units"]) if exemption.value else None,
    )


def unit_classes(units: pd.DataFrame) -> np.ndarray:
    """Class of each old unit, as in `Standards`; without a column `mountain` no commune is mountainous."""
    ward = (units["kind"] == "phuong").to_numpy()
    mountain = (
        units["mountain"].fillna(False).astype(bool).to_numpy() if "mountain" in units else np.zeros(len(units), bool)
    )
    return np.where(ward, 2, np.where(mountain, 0, 1))
