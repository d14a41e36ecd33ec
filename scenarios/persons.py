"""What the rows of a roster say about persons that no single cell can: age, insurance, salary, spouse, workplace."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from geodata.columns import NUMBER, Complaints, TableSchema, TextTable
from geodata.faults import Fault, did_you_mean

# Ages of a person at work on the first day of the plan, years. Below and above, the birth date is more likely wrong.
YOUNGEST, OLDEST = 18, 70
# Labour Code 45/2019/QH14, Article 3(1): an employee is at least 15 years old; nobody is insured for longer.
INSURED_FROM = 15
MONTH = re.compile(r"(\d{4})-(\d\d)")
# Numbers that belong to a person by law: an identity card (12 digits, or 9 of the old kind) and a phone.
IDENTITY = re.compile(r"\d{12}|\d{9}")
PHONE = re.compile(r"(\+?84|0)[35789]\d{8}")
IN_DIVISION = ("province", "service")


@dataclass(frozen=True)
class Scale:
    """The salary coefficients of a rank: lowest, highest."""

    lowest: float
    highest: float


def check_persons(
    table: TextTable, schema: TableSchema, today: date, ranks: Mapping[str, Scale] | None, confirmed: Mapping[str, str]
) -> list[Fault]:
    """Faults of persons, row by row; those `confirmed` (by person_id) may be unusual. `ranks`: None when unknown."""
    complaints = Complaints(table, schema, told=None)
    people = {c: table.column(c) for c in schema.columns}
    _identities(people["person_id"], complaints)
    _workplaces(people, complaints)
    if ranks is not None:
        _ranks(people, ranks, complaints, confirmed)
    _ages(people, today, complaints, confirmed)
    _spouses(people, table.lines, complaints, confirmed)
    return complaints.all()


def unknown_persons(table: TextTable, confirmed: Mapping[str, str]) -> list[str]:
    """Ids that are confirmed and not on the roster."""
    return sorted(set(confirmed) - set(table.column("person_id")))


def _identities(ids: list[str], complaints: Complaints) -> None:
    """Ids that say who a person is; the value itself is not repeated."""
    remedy = "use a number that means nothing outside your office"
    for row, person in enumerate(ids):
        if IDENTITY.fullmatch(person) or PHONE.fullmatch(person):
            message = "looks like the number of an identity card or a phone: personal data"
            complaints.add(row, "person_id", "personal data", message, remedy)
        elif " " in person and not any(c.isdigit() for c in person):
            complaints.add(row, "person_id", "personal data", "looks like a name: personal data", remedy)


def _workplaces(people: Mapping[str, list[str]], complaints: Complaints) -> None:
    places = zip(people["level"], people["division_id"], people["unit_code"], strict=True)
    for row, (level, division, unit) in enumerate(places):
        if level in IN_DIVISION and not division:
            message = f"no division, though the level is {level}"
            complaints.add(row, "division_id", "no workplace", message, "write the division, or another level")
        elif level and level not in IN_DIVISION and not unit:
            message = f"no unit, though the level is {level}"
            complaints.add(row, "unit_code", "no workplace", message, "write the old unit, or another level")


def _ranks(
    people: Mapping[str, list[str]], ranks: Mapping[str, Scale], complaints: Complaints, confirmed: Mapping[str, str]
) -> None:
    rows = zip(people["person_id"], people["rank"], people["coefficient"], strict=True)
    for row, (person, rank, cell) in enumerate(rows):
        if not rank:
            continue
        if rank not in ranks:
            complaints.add(row, "rank", "unknown rank", f'unknown rank "{rank}"', did_you_mean(rank, ranks))
        elif NUMBER.fullmatch(cell) and person not in confirmed:
            scale, value = ranks[rank], float(cell)
            # Negative ones are told already.
            if not scale.lowest - 1e-9 <= value <= scale.highest + 1e-9 and value >= 0:
                message = f"{cell} is outside the scale of {rank}, {scale.lowest:g} to {scale.highest:g}"
                remedy = f"correct the coefficient or the rank, or {_confirm(person)}"
                complaints.add(row, "coefficient", "out of the scale", message, remedy)


def _ages(people: Mapping[str, list[str]], today: date, complaints: Complaints, confirmed: Mapping[str, str]) -> None:
    rows = zip(people["person_id"], people["born"], people["insurance_months"], strict=True)
    for row, (person, born, insured) in enumerate(rows):
        found = MONTH.fullmatch(born)
        if person in confirmed or not found or not 1 <= int(found[2]) <= 12:
            continue
        months = (today.year - int(found[1])) * 12 + today.month - int(found[2])
        if not YOUNGEST * 12 <= months < OLDEST * 12:
            years = f"{months // 12} years old" if months >= 0 else "not born yet"
            message = f"born {born}: {years} on {today:%Y-%m-%d}, not {YOUNGEST} to {OLDEST}"
            complaints.add(row, "born", "unusual age", message, f"correct the date, or {_confirm(person)}")
        elif NUMBER.fullmatch(insured) and float(insured) > max(months - INSURED_FROM * 12, 0):
            most = max(months - INSURED_FROM * 12, 0)
            message = f"{insured} months of insurance, at most {most} since the age of {INSURED_FROM} (born {born})"
            remedy = f"correct the months or the date of birth, or {_confirm(person)}"
            complaints.add(row, "insurance_months", "longer than working life", message, remedy)


def _spouses(
    people: Mapping[str, list[str]], lines: tuple[int, ...], complaints: Complaints, confirmed: Mapping[str, str]
) -> None:
    ids, partners = people["person_id"], people["partner_id"]
    row_of = {person: row for row, person in enumerate(ids)}
    for row, (person, partner) in enumerate(zip(ids, partners, strict=True)):
        if not partner or partner not in row_of or person in confirmed:
            continue
        back = partners[row_of[partner]]
        if partner == person:
            complaints.add(
                row, "partner_id", "own spouse", f"{person} is their own spouse", "correct or clear the cell"
            )
        elif back != person:
            message = f"{partner} does not point back at {person}, but at {back or 'nobody'}"
            remedy = f"write {person} in row {lines[row_of[partner]]}, or clear this cell, or {_confirm(person)}"
            complaints.add(row, "partner_id", "spouse does not point back", message, remedy)


def _confirm(person: str) -> str:
    return f"confirmed: {{{person}: WHY}} in the scenario"
