"""What the reading of a planner's table decided without a fault: said by `merger check`, so that nothing is silent."""

from __future__ import annotations

from collections import Counter

from geodata.sheets import cell_text, clean
from scenarios.cells import LIST_SIGNS, is_day
from scenarios.headers import known_words
from scenarios.rosters import Reading


def roster_notes(reading: Reading) -> list[str]:
    """Notes on one table: what was taken by known headers and words, left out, defaulted, tidied."""
    spec, header, match = reading.spec, reading.header, reading.match
    notes = []
    if spec.accept_proposed and reading.found:
        notes.append("taken by its known headers (accept_proposed): " + reading.found_text)
    if len(reading.sheets) > 1:
        notes.append(f'sheet "{reading.sheet or reading.sheets[0]}" is read, {len(reading.sheets) - 1} more are not')
    known = [c for c in match.columns if header.names[match.columns[c]] != c and c not in spec.columns]
    if known:
        told = ", ".join(header.label(match.columns[c], c) for c in known)
        notes.append(f"columns taken by their known headers (accept_proposed): {told}")
    if spec.accept_proposed:
        notes += _words_taken(reading)
    if match.absent:
        told = ", ".join(f"{c} {value or 'empty'}" for c, value in match.absent.items())
        notes.append(f"columns that the file lacks, with the default taken: {told}")
        near = [header.label(match.proposed[c], c) for c in match.absent if c in match.proposed]
        if near:
            notes.append(f"not mapped, though the header is known: {', '.join(near)}")
    if match.personal:
        told = ", ".join(header.label(i) for i in match.personal)
        notes.append(f"personal data, not needed, neither kept nor written: {told}")
    if match.unused:
        notes.append(f"columns not used: {', '.join(header.label(i) for i in match.unused)}")
    if reading.skipped:
        notes.append(f"{reading.skipped:,} rows without {spec.skip_without} left out (skip_without)")
    return notes + _tidied(reading)


def _words_taken(reading: Reading) -> list[str]:
    notes = []
    for name, cells in reading.raw.items():
        words = known_words(reading.name, name)
        said = {clean(word) for word in reading.spec.values.get(name, {})}
        pairs = Counter(
            (text, now)
            for text, now in zip((clean(cell_text(c)) for c in cells), reading.draft.column(name), strict=True)
            if words and ";".join(LIST_SIGNS.split(text)) != now and text not in said
        )
        if pairs:
            told = ", ".join(f'"{text}" = {now} ({count:,})' for (text, now), count in sorted(pairs.items()))
            notes.append(f"{name}: known words taken (accept_proposed): {told}")
    return notes


def _tidied(reading: Reading) -> list[str]:
    """Counts of cells that were read with other blanks or letters than they have, and of days cut to their month."""
    untidy = sum(isinstance(c, str) and clean(c) != c for cells in reading.raw.values() for c in cells)
    notes = [f"{untidy:,} cells read without stray blanks or with composed letters"] if untidy else []
    for name, cells in reading.raw.items():
        days = sum(map(is_day, cells)) if reading.schema.columns[name].type == "month" else 0
        if days:
            notes.append(f"{name}: {days:,} full dates, of which the month is kept")
    return notes
