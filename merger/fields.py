"""Fields of work (lĩnh vực): what a division answers for and what a person knows."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

import pandas as pd

from geodata.tables import read_table

COLUMNS = ("field", "title_vi", "title_en", "family", "commune_body")


@cache
def _table() -> pd.DataFrame:
    frame = read_table(Path(str(files("merger").joinpath("fields.csv"))))
    return frame.set_index("field", drop=False)


def fields() -> pd.DataFrame:
    """All fields of work, indexed by `field`.

    `family` groups fields that one person can change between; `commune_body` is the commune-level body that
    covers the field. The list is this project's own, drawn up after the functions of provincial departments,
    zone boards, Party advisory bodies and the Front.
    """
    return _table().copy()


def family_of(field: str) -> str:
    """Family of a field; raises KeyError for an unknown one."""
    return str(_table().at[field, "family"])


def title_of(field: str, lang: str = "vi") -> str:
    """Title of a field in Vietnamese (`vi`) or English (`en`)."""
    return str(_table().at[field, f"title_{lang}"])
