"""One region of the map: ground, borders, demand, sites, names and the scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from network.travel_time import site_positions
from report.figures.cells import dissolve, lay_out_km, middle, outline, rings, voronoi
from report.figures.layers import Layer
from report.figures.legend import LARGEST_CIRCLE
from report.figures.lettering import legible
from report.figures.sites import draw_sites
from report.figures.style import INK, MUTED, PAPER
from report.view import RunView

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text

Floats = NDArray[np.float64]
Colour = str | tuple[float, float, float, float]

NO_VALUE = "#e6e9ec"
"""Colour of a zone of which nothing is known."""
_MOST_CELLS = 20_000
_MOST_AREA_NAMES = 12
_AWAY = 0.3
"""A site farther from the ground, in widths of the map, is not drawn."""


class Panel:
    """One region of the map: its zones and sites laid out in kilometres.

    Parameters
    ----------
    view : RunView
    region : str or None
        None: everything.
    """

    def __init__(self, view: RunView, region: str | None) -> None:
        zones, metric = view.network.zones, view.network.travel.metric
        here = np.array([region is None or name == region for name in zones.region])
        here &= ~np.isnan(zones.position).any(axis=1)
        origin = middle(zones.position[here], metric)
        self.view, self.region, self.rows = view, region, np.flatnonzero(here)
        self.points = lay_out_km(zones.position[here], origin, metric)
        self.sites = lay_out_km(site_positions(view.network), origin, metric)
        self.outline = outline(self.points)
        self.shown = [n for n in range(len(view.network.sites)) if self._belongs(n)]
        x0, y0, x1, y1 = self._extent()
        self.limits = ((x0, x1), (y0, y1))
        self.aspect = float(np.clip((x1 - x0) / max(y1 - y0, 1e-9), 0.5, 2.0))

    def _belongs(self, number: int) -> bool:
        """Whether a site is drawn here: at home in this region, or nowhere; and not far away."""
        import shapely

        site, spot = self.view.network.sites[number], self.sites[number]
        if np.isnan(spot).any():
            return False
        x0, y0, x1, y1 = self.outline.bounds
        away = self.outline.distance(shapely.Point(spot))
        if away > _AWAY * max(x1 - x0, y1 - y0):
            return False
        if self.region is None or site.region == self.region:
            return True
        return away == 0 and site.region not in set(self.view.network.zones.region)

    def _extent(self) -> tuple[float, float, float, float]:
        """Limits around the ground and the sites, with a margin."""
        x0, y0, x1, y1 = self.outline.bounds
        spots = self.sites[self.shown]
        if len(spots):
            x0, y0 = min(x0, *spots[:, 0]), min(y0, *spots[:, 1])
            x1, y1 = max(x1, *spots[:, 0]), max(y1, *spots[:, 1])
        margin = 0.03 * max(x1 - x0, y1 - y0)
        return x0 - margin, y0 - margin, x1 + margin, y1 + margin

    def pooled(self, layer: Layer) -> Floats:
        """Values of the panel's zones, those with few cases smoothed within the panel."""
        rows = self.rows
        here = replace(layer, value=layer.value[rows], count=layer.count[rows])
        return here.pooled(self.points)

    def draw(self, axes: Axes, layer: Layer, colours: Sequence[Colour]) -> None:
        """Draw ground, borders, demand, sites, names and the scale.

        Parameters
        ----------
        axes : matplotlib.axes.Axes
        layer : Layer
        colours : sequence of colours (Z,)
            Of all zones.
        """
        axes.set_xlim(*self.limits[0])
        axes.set_ylim(*self.limits[1])
        axes.set_aspect("equal")
        axes.set_axis_off()
        axes.apply_aspect()
        names = self._ground(axes, [colours[int(n)] for n in self.rows])
        demand, most = layer.demand[self.rows], float(layer.demand.max(initial=0.0))
        if most > 0:
            axes.scatter(
                self.points[:, 0], self.points[:, 1], s=LARGEST_CIRCLE * demand / most,
                facecolors="none", edgecolors=INK, linewidths=0.6, alpha=0.45, zorder=4,
            )  # fmt: skip
        draw_sites(axes, self.view, self.sites, self.shown, names)
        _scale_bar(axes)

    def _ground(self, axes: Axes, colours: Sequence[Colour]) -> list[Text]:
        """Cells in their colours; returns the names written on them."""
        from matplotlib.collections import PolyCollection

        if len(self.rows) > _MOST_CELLS:
            axes.scatter(self.points[:, 0], self.points[:, 1], c=list(colours), s=2)
            return []
        cells = voronoi(self.points, self.outline)
        parts = [(ring, n) for n, cell in enumerate(cells) for ring in rings(cell)]
        fill = [colours[n] for _, n in parts]
        ground = PolyCollection([r for r, _ in parts], facecolors=fill, edgecolors=fill)
        ground.set(linewidth=0.4, zorder=1)
        axes.add_collection(ground)
        return self._borders(axes, cells)

    def _borders(self, axes: Axes, cells: list[object]) -> list[Text]:
        """Borders of the areas, and their names where there are few."""
        from matplotlib.patheffects import withStroke

        zones = self.view.network.zones
        areas = dissolve(cells, [zones.area[n] for n in self.rows])
        for shape in areas.values():
            for ring in rings(shape):
                axes.plot(*ring.T, color=PAPER, linewidth=2.2, zorder=2)
                axes.plot(*ring.T, color=MUTED, linewidth=0.6, zorder=3)
        if not 1 < len(areas) <= _MOST_AREA_NAMES:
            return []
        halo = [withStroke(linewidth=2, foreground=PAPER, alpha=0.6)]
        spots = {
            legible(name, "", 24).upper(): shape.representative_point()
            for name, shape in areas.items()
        }
        return [
            axes.text(
                spot.x, spot.y, name, fontsize=7.5, color=INK,
                alpha=0.75, ha="center", va="center", path_effects=halo, zorder=7,
            )
            for name, spot in spots.items()
        ]  # fmt: skip


def _scale_bar(axes: Axes) -> None:
    """A bar of a round length, about a fifth of the width, at the lower left."""
    (x0, x1), (y0, y1) = axes.get_xlim(), axes.get_ylim()
    wanted = (x1 - x0) / 4
    size = 10.0 ** np.floor(np.log10(wanted))
    length = size * max(n for n in (1, 2, 5) if n * size <= wanted)
    left, low = x0 + 0.03 * (x1 - x0), y0 + 0.02 * (y1 - y0)
    axes.plot([left, left + length], [low, low], color=INK, linewidth=2, solid_capstyle="butt")
    axes.annotate(
        f"{length:g} km", (left + length / 2, low), xytext=(0, 4), textcoords="offset points",
        ha="center", va="bottom", fontsize=8, color=INK,
    )  # fmt: skip
