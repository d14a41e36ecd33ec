"""A comparison as lines for the terminal."""

from __future__ import annotations

from merger.comparison.difference import GROUPS, KINDS, Difference
from merger.documents.wording import number

TITLE_WIDTH = 50


def as_text(difference: Difference, lang: str = "vi", most: int = 8) -> str:
    """Headline table, then the first changes of each kind, those that touch most people first."""
    pick, note = 0 if lang == "vi" else 1, difference.note[lang] if difference.note else ""
    if difference.empty:
        same = "Hai phương án giống nhau." if lang == "vi" else "The two plans are the same."
        return "\n".join([same, *([note] if note else [])])
    a, b = (name[lang] for name in difference.names)
    lines = [f"A: {a}", f"B: {b}", ""]
    group = ""
    for f in difference.headline:
        if f.group != group:
            group = f.group
            lines.append(GROUPS[group][pick])
        lines.append(f"  {f.title[lang]:{TITLE_WIDTH}} {f.a_text[lang]:>24} | {f.b_text[lang]:>24}")
    for kind, changes in difference.by_kind():
        people = sum(c.people for c in changes)
        total = f", {number(people, lang)} {'người' if lang == 'vi' else 'people'}" if people else ""
        lines += ["", f"{KINDS[kind][pick]} ({number(len(changes), lang)}{total})"]
        for c in changes[:most]:
            people = f" [{number(c.people, lang)} {'người' if lang == 'vi' else 'people'}]" if c.people else ""
            lines.append(f"  {c.name[lang]}{people}: {c.before[lang]} -> {c.after[lang]}")
        if len(changes) > most:
            rest = number(len(changes) - most, lang)
            lines.append(f"  ... {f'và {rest} mục khác' if lang == 'vi' else f'and {rest} more'} (--json, -o)")
    return "\n".join([*lines, *(["", note] if note else [])])
