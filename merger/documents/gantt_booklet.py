"""Booklet of Gantt charts: the overall one, one a body of the city, and one of all communes and districts together."""

from __future__ import annotations

from pathlib import Path

from merger.disclosure import public_view
from merger.documents.gantt import body_gantt, overall_gantt
from merger.documents.letter import Letter
from merger.documents.wording import number
from merger.inputs import Inputs
from merger.plan import Plan
from merger.workplans.bodies import bodies_of

FEWEST = 2  # tasks of a body that gets a chart


def write_gantt_booklet(plan: Plan, inputs: Inputs, path: Path, lang: str) -> None:
    """Write the charts as a Word file with vector pictures; from what the public may see."""
    tasks = public_view(plan, inputs).tables["timetable"]
    heads, dates = inputs.scenario.documents, inputs.scenario.dates
    vi = lang == "vi"
    letter = Letter(lang)
    title = "Tiến độ theo từng cơ quan" if vi else "Timetable of each body"
    letter.title("Phụ lục" if vi else "Annex", title, "")
    letter.drawing(overall_gantt(tasks, dates.effect, lang), "Tiến độ chung" if vi else "All bodies")
    word = "việc" if vi else "tasks"
    bodies = bodies_of(tasks, heads.place)
    local = [b.tasks for b in bodies if b.local]
    for body in bodies:
        if not body.local and len(body.tasks) >= FEWEST:
            caption = f"{body.name} ({number(len(body.tasks), lang)} {word})"
            letter.drawing(body_gantt(body.tasks, dates.effect, lang, caption), caption)
    if local:
        own = tasks[tasks["task_id"].isin({i for frame in local for i in frame["task_id"]})]
        who = "Các xã, phường, đặc khu và cấp huyện cũ" if vi else "Communes, wards, special zones and former districts"
        caption = f"{who} ({number(len(own), lang)} {word})"
        letter.drawing(body_gantt(own, dates.effect, lang, caption), caption)
    letter.save(path, title=title, author=getattr(heads.issuer, lang), created=dates.commune_decision)
