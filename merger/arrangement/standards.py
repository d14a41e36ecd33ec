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

    `target_rules`, `area_km2`, `population` and `kinds` are indexed by class: 0 island commune (only when all members
    are; Art 5(1)(d) has no numeric test, so its floors are 0), 1 mountainous commune (only when all members are, some
    perhaps on islands; Art 5(1)(a)), 2 other commune (Art 5(1)(b)), 3 ward (one ward makes a ward, Art 1(3); floors by
    the kind of province, Art 5(1)(c)). That a unit lies on the national border decides nothing by itself: the law
    speaks of wards of border provinces, which is arrange.ward_target. `exempt_from` is the number of joined units from
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
    targets = tuple(f"standards.target.{name}" for name in ("island", "xa_mountain", "xa_other", ward_target))
    floors = [{**law[rule].fields, **(law.value(rule) or {})} for rule in targets]
    commune, ward = "standards.result_type_if_xa_or_thi_tran", "standards.result_type_if_any_ward"
    exemption = law[EXEMPTION]
    return Standards(
        target_rules=targets,
        area_km2=tuple(float(f.get("area_min_km2", 0.0)) for f in floors),
        population=tuple(float(f.get("pop_min", 0.0)) for f in floors),
        kinds=(*[law.value(commune)] * 3, law.value(ward)),
        type_rules=(commune, commune, commune, ward),
        exempt_from=int(exemption.fields["min_units"]) if exemption.value else None,
    )


def unit_classes(units: pd.DataFrame) -> np.ndarray:
    """Class of each old unit, as in `Standards`; without a column `mountain` or `island` no commune is one."""
    ward = (units["kind"] == "phuong").to_numpy()
    mountain, island = (
        units[flag].fillna(False).astype(bool).to_numpy() if flag in units else np.zeros(len(units), bool)
        for flag in ("mountain", "island")
    )
    return np.select([ward, island, mountain], [3, 0, 1], 2)
