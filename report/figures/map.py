"""Map: how long each zone waits, and where the sites are and how busy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from report.figures.layers import ENOUGH, Layer, choose_layer, slowest
from report.figures.legend import LEGEND_IN, draw_legend
from report.figures.lettering import legible
from report.figures.panel import NO_VALUE, Panel
from report.figures.style import INK, new_figure, say_nothing, styled, top_of
from report.view import RunView

if TYPE_CHECKING:
    from matplotlib.colors import BoundaryNorm, Colormap
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]
_MOST_PANELS = 4


def draw_map(view: RunView) -> Figure:
    """Zones as areas coloured by their response, demand as circles, sites by tier and load.

    Several regions are drawn side by side, each at its own scale.
    """
    layer = choose_layer(view)
    zones = view.network.zones
    with styled():
        if not len(zones) or np.isnan(zones.position).all():
            figure = new_figure(view, "Map", "Zones and sites", 11.0, 7.2)
            return say_nothing(figure, "No zone has a position.")
        known = np.flatnonzero(np.isfinite(zones.position).all(axis=1))
        regions = sorted({zones.region[n] for n in known})
        several = 1 < len(regions) <= _MOST_PANELS
        panels = [Panel(view, region) for region in (regions if several else [None])]
        shown = np.full(len(zones), np.nan)
        for panel in panels:
            shown[panel.rows] = panel.pooled(layer)
        colours, norm = class_colours(layer, shown)
        subtitle = _subtitle(layer) + _elsewhere(view, panels)
        figure = new_figure(view, _finding(view, layer), subtitle, *_size(panels))
        grid = figure.add_gridspec(
            1, len(panels), left=0.02, right=1 - LEGEND_IN / figure.get_figwidth(),
            bottom=0.06, top=top_of(figure, 0.2 if several else -0.1), wspace=0.03,
            width_ratios=[panel.aspect for panel in panels],
        )  # fmt: skip
        fill = [colours(norm(v)) if np.isfinite(v) else NO_VALUE for v in shown]
        for n, panel in enumerate(panels):
            axes = figure.add_subplot(grid[0, n])
            panel.draw(axes, layer, fill)
            if several:
                axes.set_title(legible(str(panel.region), "region"), fontsize=11, color=INK)
        draw_legend(figure, view, layer, colours, norm)
        return figure


def _size(panels: list[Panel]) -> tuple[float, float]:
    """Width and height of the figure that its panels fill."""
    if len(panels) == 1:
        return 11.0, 7.2
    ground = 14.0 - LEGEND_IN
    return 14.0, float(np.clip(ground / sum(p.aspect for p in panels) + 2.0, 6.2, 8.0))


def _finding(view: RunView, layer: Layer) -> str:
    place = legible(layer.place, "tier", 40)
    worst = slowest(view, layer)
    if worst is None:
        mean = layer.mean(np.ones(len(layer.value), dtype=np.bool_))
        return f"{place}: {layer.what.lower()} {layer.show(mean, 1)} over all zones"
    name, value, average = worst
    head = "slowest" if layer.is_time else "fewest in target"
    return (
        f"{place}: {head} in {legible(name, 'one area')}, "
        f"{layer.show(value, 1)} against {layer.show(average, 1)} on average"
    )


def _subtitle(layer: Layer) -> str:
    return (
        f"{layer.what} of each zone; one with fewer than {ENOUGH:.0f} cases borrows from its "
        "nearest neighbours. Circles: requests. Symbols: sites."
    )


def _elsewhere(view: RunView, panels: list[Panel]) -> str:
    """Open sites that lie too far away to be drawn."""
    drawn = {n for panel in panels for n in panel.shown}
    sites = [s for n, s in enumerate(view.network.sites) if s.status.is_open and n not in drawn]
    names = ", ".join(legible(site.name, site.site_id) for site in sites[:2])
    more = f" and {len(sites) - 2} more" if len(sites) > 2 else ""
    return f" Elsewhere: {names}{more}." if names else ""


def class_colours(layer: Layer, shown: Floats) -> tuple[Colormap, BoundaryNorm]:
    """Light is good and dark is bad, in classes at round values."""
    import matplotlib as mpl
    from matplotlib.colors import BoundaryNorm

    colours = mpl.colormaps["YlGnBu" if layer.is_time else "YlGnBu_r"]
    extend: Literal["min", "max"] = "max" if layer.is_time else "min"
    return colours, BoundaryNorm(layer.edges(shown), colours.N, extend=extend)
