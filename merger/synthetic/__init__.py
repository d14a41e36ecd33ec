"""Seeded generator of the data that is not public: divisions and staff. Everything it makes is SYNTHETIC."""

from __future__ import annotations

from merger.synthetic.divisions import generate_divisions
from merger.synthetic.roster import generate_staff

__all__ = ["generate_divisions", "generate_staff"]
