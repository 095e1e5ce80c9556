"""Legend of the map: colour classes, demand, tiers and loads of the sites."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from network.places import SiteStatus
from report.figures.layers import Layer
from report.figures.lettering import legible
from report.figures.sites import LOADS, SIZE
from report.figures.style import INK, KIND_MARKER, MUTED, PAPER
from report.view import RunView
from report.words import show_number

if TYPE_CHECKING:
    from matplotlib.colors import BoundaryNorm, Colormap
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

LEGEND_IN = 2.2
"""Width of the legend's column, inches."""
LARGEST_CIRCLE = 380.0
"""Area of the circle of the zone with most requests, square points of type."""


def draw_legend(
    figure: Figure, view: RunView, layer: Layer, colours: Colormap, norm: BoundaryNorm
) -> None:
    """Draw the column at the right of the map."""
    from matplotlib.cm import ScalarMappable

    height, left = figure.get_figheight(), 1 - (LEGEND_IN - 0.25) / figure.get_figwidth()
    figure.text(left, 1 - 1.0 / height, layer.what, fontsize=9, fontweight="bold", va="top")
    place = legible(layer.place, "tier", 28)
    figure.text(left, 1 - 1.18 / height, place, fontsize=8, color=MUTED, va="top")
    bar = figure.add_axes(
        (left, 1 - 3.05 / height, 0.2 / figure.get_figwidth(), 1.55 / height), label="colours"
    )
    scale = figure.colorbar(ScalarMappable(norm, colours), cax=bar, spacing="proportional")
    edges = [float(edge) for edge in norm.boundaries]
    shown = edges[:: 2 if len(edges) > 8 else 1]
    scale.set_ticks(shown, labels=_edge_words(layer, shown))
    scale.ax.tick_params(labelsize=8, colors=INK)
    bar.spines[:].set_visible(False)
    columns = (
        ("Requests a day", *_demand(layer), 3.3, 3.2),
        ("Sites", *_tiers(view), 4.2, 0.7),
        ("Utilisation of open sites", *_loads(), 5.5, 0.7),
    )
    for title, handles, words, top, room in columns:
        if handles:
            legend = figure.legend(
                handles, words, title=title, loc="upper left", fontsize=8, alignment="left",
                title_fontproperties={"size": 9, "weight": "bold"}, labelspacing=0.55,
                bbox_to_anchor=(left, 1 - top / height), handletextpad=0.8, borderpad=0.0,
                borderaxespad=0.0, handleheight=room, handlelength=2.0,
            )  # fmt: skip
            figure.add_artist(legend)


def _edge_words(layer: Layer, edges: list[float]) -> list[str]:
    """Limits of the classes, all with a decimal where one needs it."""
    if layer.is_time and edges[0] >= 1.5 and edges[-1] < 10 and any(e % 1 for e in edges):
        return [f"{edge:.1f} min" for edge in edges]
    return [layer.show(edge) for edge in edges]


def _mark(marker: str, size: float, fill: str, edge: str, width: float) -> Line2D:
    from matplotlib.lines import Line2D

    return Line2D(
        [], [], linestyle="none", marker=marker, markersize=size, markerfacecolor=fill,
        markeredgecolor=edge, markeredgewidth=width,
    )  # fmt: skip


def _demand(layer: Layer) -> tuple[list[Line2D], list[str]]:
    """Circles of the largest zone and of a quarter of it."""
    most = float(layer.demand.max(initial=0.0))
    if most <= 0:
        return [], []
    parts = (1.0, 0.25) if np.count_nonzero(layer.demand) > 1 else (1.0,)
    sizes = [np.sqrt(LARGEST_CIRCLE * part) for part in parts]
    handles = [_mark("o", size, "none", MUTED, 0.7) for size in sizes]
    return handles, [
        show_number(round(most * part) if most * part >= 10 else most * part) for part in parts
    ]


def _tiers(view: RunView) -> tuple[list[Line2D], list[str]]:
    used = {site.tier for site in view.network.sites if site.status.is_open}
    tiers = [tier for tier in view.tiers if tier.tier_id in used][:6]
    handles = [_mark(KIND_MARKER[tier.kind], 7, PAPER, INK, 1.2) for tier in tiers]
    words = [legible(tier.name, tier.tier_id, 26) for tier in tiers]
    kind = {tier.tier_id: tier.kind for tier in view.network.tiers}
    waiting = [s for s in view.network.sites if s.status is SiteStatus.CANDIDATE]
    if waiting:
        handles.append(_mark(KIND_MARKER[kind[waiting[0].tier]], 4.5, PAPER, MUTED, 0.7))
        words.append("small: candidate")
    return handles, words


def _loads() -> tuple[list[Line2D], list[str]]:
    return [_mark("o", SIZE - 1, fill, INK, 1.2) for _, fill, _ in LOADS], [w for *_, w in LOADS]
