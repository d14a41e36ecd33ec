"""What of a plan may be shown to the public: persons only in groups of at least `documents.smallest_group`.

Decisions:

- Rows about one person or few (posts, staff, groups of posts, riders by home) stay in the folder `internal`.
- Counts of *persons by what happens to them* are grouped. Commuters of small groups are joined with their neighbours
  (home unit, then district, then all homes); other small counts are shown as "<5", and a second one as "*" where a sum
  that is shown would give the first away (`merger.relocation.suppression`).
- Counts of *bodies* stay as they are: staff and posts of a division, agency or unit before and after. Establishment
  figures are published by law, and a division of four is an organisation with a size, not four persons with a fate.
- Documents, maps and the tables outside `internal` are made from `public_view` alone, so a public copy of a plan gives
  the same documents, and what is not in the public tables cannot reach them.

Limits: a colleague who knows every other member of a group of five learns the fifth; that two plans of one case are
both published is not guarded against; homes that one stop can serve may be guessed from the map.
"""

from merger.disclosure.figures import commute_figures, placement_figures, shown_figures
from merger.disclosure.masks import FEWER, HIDDEN, amount, in_words, is_masked
from merger.disclosure.view import public_tables, public_view

__all__ = [
    "FEWER",
    "HIDDEN",
    "amount",
    "commute_figures",
    "in_words",
    "is_masked",
    "placement_figures",
    "public_tables",
    "public_view",
    "shown_figures",
]
