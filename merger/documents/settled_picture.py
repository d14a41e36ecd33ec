"""Map of what further plans share, as PNG bytes."""

from __future__ import annotations

from merger.documents import cartography as carto
from merger.documents.pictures import WIDTH_CM, Layers, remote_names
from merger.documents.wording import map_source, term

FILLS = {"certain": "#8fbf9f", "found": "#d5e8c8", "open": "#fbe3b5"}


def map_settled(layers: Layers, lang: str) -> bytes:
    """Old units by how sure their grouping is, under the proposed borders."""
    old, new = carto.metric(layers["units_settled"]), carto.metric(layers["units_after"])
    on = carto.sheet(old, WIDTH_CM, inset_title=remote_names(new))
    carto.polygons(on, old, old["grouping"].map(FILLS), line="#b5b5b5", width=0.2)
    carto.polygons(on, new, "none", width=0.6, z=3)
    handles = [
        carto.patch(fill, f"{term('grouping', k, lang)} ({int((old['grouping'] == k).sum())})", "#b5b5b5")
        for k, fill in FILLS.items()
        if (old["grouping"] == k).any()
    ]
    handles.append(carto.stroke(carto.INK, "Ranh giới đề xuất" if lang == "vi" else "Proposed borders", 0.8))
    title = "Cách ghép (số đơn vị cũ)" if lang == "vi" else "Grouping (old units)"
    carto.furniture(on, handles, map_source(lang), legend_title=title)
    return carto.png(on.drawn)
