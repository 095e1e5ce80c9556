"""Map before and after: the response of every zone, and the sites opened and closed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from network.places import SiteStatus, TierKind
from report.decision.view import Change, DecisionView, SiteAction, Verdict
from report.figures.layers import ENOUGH, Layer, choose_layer
from report.figures.legend import LEGEND_IN, draw_legend
from report.figures.lettering import legible
from report.figures.map import class_colours
from report.figures.panel import NO_VALUE, Colour, Panel
from report.figures.sites import SIZE, at_one_spot, moved
from report.figures.style import INK, PAPER, new_figure, say_nothing, styled, top_of
from report.view import RunView
from report.words import show_time

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import BoundaryNorm, Colormap
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

Floats = NDArray[np.float64]
OPENED, CLOSED = "#e6197f", "#b2182b"
"""Colours of what the plan does with a site; neither is one of the ground."""
_MOST_REGIONS = 4
_WIDTH, _LEAST_HEIGHT = 14.0, 7.9
_PERIODS = ("Before", "After")


def draw_before_after_map(view: DecisionView) -> Figure:
    """Zones coloured by their response on one scale, before and after the plan.

    A single region is drawn side by side; several stand in columns, before above after.
    """
    with styled():
        runs = (view.before, view.after)
        zones, layers = view.after.network.zones, _same_layers(*runs)
        nowhere = not len(zones) or np.isnan(zones.position).all()
        if nowhere or layers is None:
            figure = new_figure(view.after, "Map before and after", "Zones and sites", 11.0, 7.2)
            return say_nothing(
                figure,
                "No zone has a position." if nowhere else "The runs measured different things.",
            )
        panels = _panels(view)
        shown = np.full((2, len(zones)), np.nan)
        for region in panels:
            for period, panel in enumerate(region):
                shown[period, panel.rows] = panel.pooled(layers[period])
        colours, norm = class_colours(layers[1], shown)
        size = _size(panels)
        figure = new_figure(view.after, _finding(view, layers), _subtitle(layers[1]), *size)
        _fill(figure, view, panels, layers, _paint(shown, colours, norm))
        draw_legend(figure, view.after, layers[1], colours, norm)
        _plan_legend(figure)
        return figure


def _same_layers(before: RunView, after: RunView) -> tuple[Layer, Layer] | None:
    """What colours the zones in both runs, in the same terms; None: they share none."""
    bare = [replace(run, zone_response=None) for run in (before, after)]
    for pair in ((before, after), (bare[0], bare[1])):
        one, other = choose_layer(pair[0]), choose_layer(pair[1])
        if (one.place, one.what) == (other.place, other.what):
            return one, other
    return None


def _panels(view: DecisionView) -> list[tuple[Panel, Panel]]:
    """A pair of panels of the same extent for every region."""
    zones = view.after.network.zones
    known = np.flatnonzero(np.isfinite(zones.position).all(axis=1))
    regions = sorted({zones.region[n] for n in known})
    wanted: list[str | None] = [None]
    if 1 < len(regions) <= _MOST_REGIONS:
        wanted = [*regions]
    after = _with_closed(view)
    pairs = [(Panel(view.before, region), Panel(after, region)) for region in wanted]
    for one, other in pairs:
        one.limits = other.limits = (
            _around(one.limits[0], other.limits[0]),
            _around(one.limits[1], other.limits[1]),
        )
        one.aspect = other.aspect = max(one.aspect, other.aspect)
    return pairs


def _with_closed(view: DecisionView) -> RunView:
    """The run after the plan with the closed sites still in sight, so that they are named."""
    closed = {site.site_id for site in view.sites_that(SiteAction.CLOSED)}
    sites = tuple(
        site.model_copy(update={"status": SiteStatus.EXISTING}) if site.site_id in closed else site
        for site in view.after.network.sites
    )
    return replace(view.after, network=replace(view.after.network, sites=sites))


def _around(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    return min(one[0], other[0]), max(one[1], other[1])


def _size(panels: list[tuple[Panel, Panel]]) -> tuple[float, float]:
    """Width and height of the figure that its panels fill."""
    ground = _WIDTH - LEGEND_IN
    if len(panels) == 1:
        return _WIDTH, float(np.clip(ground / 2 / panels[0][0].aspect + 1.9, _LEAST_HEIGHT, 9.0))
    row = ground / sum(pair[0].aspect for pair in panels)
    return _WIDTH, float(np.clip(2 * row + 2.2, _LEAST_HEIGHT, 11.0))


def _paint(shown: Floats, colours: Colormap, norm: BoundaryNorm) -> list[list[Colour]]:
    return [[colours(norm(v)) if np.isfinite(v) else NO_VALUE for v in row] for row in shown]


def _fill(
    figure: Figure,
    view: DecisionView,
    panels: list[tuple[Panel, Panel]],
    layers: tuple[Layer, Layer],
    fill: list[list[Colour]],
) -> None:
    """Draw every panel: periods side by side, or in rows where there are several regions."""
    several = len(panels) > 1
    shape = (2, len(panels)) if several else (1, 2)
    grid = figure.add_gridspec(
        *shape, left=0.03, right=1 - LEGEND_IN / figure.get_figwidth(), hspace=0.08, wspace=0.03,
        bottom=0.4 / figure.get_figheight(), top=top_of(figure, 0.2),
        width_ratios=[pair[0].aspect for pair in panels] if several else [1, 1],
    )  # fmt: skip
    for column, pair in enumerate(panels):
        for period, panel in enumerate(pair):
            axes = figure.add_subplot(grid[period, column] if several else grid[0, period])
            panel.draw(axes, layers[period], fill[period])
            if period == 1:
                _mark_plan(axes, view, panel)
            name = legible(str(panel.region), "region") if several else ""
            title = " · ".join(part for part in (_PERIODS[period], name) if part)
            axes.set_title(title, fontsize=11, color=INK, fontweight="bold" if period else "normal")


def _mark_plan(axes: Axes, view: DecisionView, panel: Panel) -> None:
    """A ring around the symbol of what is opened, a cross on that of what is closed."""
    sites = panel.view.network.sites
    what = {site.site_id: site.what for site in view.sites}
    drawn = [n for n in panel.shown if sites[n].status.is_open]
    for group in at_one_spot(axes, panel.sites, drawn):
        for place, n in enumerate(group):
            action = what.get(sites[n].site_id)
            if action in _MARKS:
                mark = _mark(SiteAction(action), panel.sites[n])
                mark.set_transform(moved(axes, (place - (len(group) - 1) / 2) * (SIZE + 1.5)))
                axes.add_artist(mark)


_MARKS = {
    SiteAction.OPENED: ("o", SIZE * 1.6, "none", OPENED, 2.2),
    SiteAction.CLOSED: ("X", SIZE + 2, CLOSED, PAPER, 1.0),
}
"""Marker, size, fill, edge and its width."""


def _mark(action: SiteAction, spot: Floats) -> Line2D:
    from matplotlib.lines import Line2D
    from matplotlib.patheffects import withStroke

    marker, size, fill, edge, width = _MARKS[action]
    return Line2D(
        spot[:1], spot[1:], linestyle="none", marker=marker, markersize=size, zorder=9,
        markerfacecolor=fill, markeredgecolor=edge, markeredgewidth=width,
        path_effects=[withStroke(linewidth=width + 1.8, foreground=PAPER)],
    )  # fmt: skip


def _plan_legend(figure: Figure) -> None:
    left, nowhere = 1 - (LEGEND_IN - 0.25) / figure.get_figwidth(), np.zeros(0)
    legend = figure.legend(
        [_mark(action, nowhere) for action in _MARKS], [action.value for action in _MARKS],
        title="The plan",
        loc="upper left", fontsize=8, alignment="left", labelspacing=0.75,
        title_fontproperties={"size": 9, "weight": "bold"},
        bbox_to_anchor=(left, 1 - 6.6 / figure.get_figheight()),
        handletextpad=0.8, borderpad=0.0, borderaxespad=0.0, handleheight=0.9, handlelength=2.0,
    )  # fmt: skip
    figure.add_artist(legend)


def _finding(view: DecisionView, layers: tuple[Layer, Layer]) -> str:
    """The response before and after, and whether that is shown."""
    place = legible(layers[1].place, "tier", 40)
    everywhere = np.ones(len(layers[1].value), dtype=np.bool_)
    ends = [layer.show(layer.mean(everywhere), 1) for layer in layers]
    points = [t.tier_id for t in view.after.tiers if t.kind is TierKind.POINT]
    change = view.change("response_mean", "tier", points[0]) if len(points) == 1 else None
    if change is None or not layers[1].is_time:
        return f"{place}: {layers[1].what.lower()} {ends[0]} before, {ends[1]} after the plan"
    return f"{place}: mean response {_moved(change)}{_where_most(view, points[0])}"


def _where_most(view: DecisionView, tier: str) -> str:
    """The region in which the response is shown to change most, where there are several."""
    rows = [row for row in view.regions if row.tier == tier]
    shown = [row for row in rows if row.difference.verdict is not Verdict.NO_EVIDENCE]
    if len(rows) < 2 or not shown:
        return ""
    row = max(shown, key=lambda row: abs(row.difference.difference))
    return f"; {legible(row.region, 'one region')} {_moved(row.difference)}"


def _moved(change: Change) -> str:
    """From where to where a time moved, in a verb that the interval allows."""
    before, after = show_time(change.before), show_time(change.after)
    if change.verdict is Verdict.NO_EVIDENCE:
        return f"{before} before, {after} after: no evidence of a change"
    verb = "falls" if change.difference < 0 else "rises"
    return f"{verb} from {before} to {after}"


def _subtitle(layer: Layer) -> str:
    return (
        f"{layer.what} of each zone on one scale; one with fewer than {ENOUGH:.0f} cases borrows "
        "from its nearest neighbours. Circles: requests. Symbols: sites."
    )
