"""What re-planning moves: the new timetable beside the one before."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from merger.inputs import Inputs
from merger.tables import conform


def change_frame(timetable: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    """Table `schedule_changes`: tasks whose days differ from the plan before, new ones and those that are gone."""
    before = inputs.timetable_before
    old = before.astype({"task_id": str}).set_index("task_id")[["start", "finish"]].astype(str)
    new = timetable.set_index("task_id")[["title_vi", "title_en", "owner", "state", "start", "finish", "label"]]
    both = new.join(old.add_suffix("_before"), how="outer")
    differ = (both["start"] != both["start_before"]) | (both["finish"] != both["finish_before"])
    rows = both[differ].reset_index().fillna("")
    rows["change"] = np.select(
        [rows["start"] == "", rows["start_before"] == "", rows["state"] != "planned"],
        ["gone", "new", "reported"],
        "moved",
    )
    rows["days_later"] = [
        (date.fromisoformat(a) - date.fromisoformat(b)).days if a and b else np.nan
        for a, b in zip(rows["finish"], rows["finish_before"], strict=True)
    ]
    rows.loc[rows["label"] == "", "label"] = "proposed"
    return conform("schedule_changes", rows.drop(columns="state"))
