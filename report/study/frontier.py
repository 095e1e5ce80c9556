"""Frontier: cost against service at every point of a study, those that none beats marked."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from report.figures.lettering import legible
from report.figures.style import FAINT, INK, MUTED, PAPER, bare, say_nothing, styled, top_of
from report.study.frame import SERIES, framed, side_by_side, tick
from report.study.view import StudyPoint, StudyView
from report.study.words import show_unit, show_value, titled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLOUR = SERIES[0]
_MOST_NAMES = 12


def draw_study_frontier(view: StudyView) -> Figure:
    """Every point with its intervals; non-dominated ones filled, joined and named."""
    cost, service = view.frontier or (view.figures[0], view.figures[-1])
    points = [
        one
        for one in view.points
        if one.estimates[cost.name].known and one.estimates[service.name].known
    ]
    best = sorted(
        (one for one in points if one.pareto), key=lambda one: one.estimates[service.name].mean
    )
    title = f"{len(best)} of {len(points)} points are beaten by no other"
    if len(best) > 1:
        low, high = (one.estimates[service.name].mean for one in (best[0], best[-1]))
        title += f", from {show_unit(low, service.unit)} to {show_unit(high, service.unit)}"
    subtitle = (
        "Filled: no other point costs less at as much service, or serves better at no more "
        "cost, by the means. Bars: 95 % intervals; where they overlap the order is not sure."
    )
    with styled():
        figure = framed(title, subtitle, view.foot, 10.0, 5.6)
        if not points:
            return say_nothing(figure, "No point has both figures.")
        axes = side_by_side(figure, 1.1, 0.4, 0.85, top_of(figure, 0.1))
        for point in points:
            _dot(axes, point, cost.name, service.name)
        axes.plot(
            [one.estimates[service.name].mean for one in best],
            [one.estimates[cost.name].mean for one in best],
            color=_COLOUR, linewidth=1.4, zorder=1,
        )  # fmt: skip
        axes.margins(0.09)
        if len(best) <= _MOST_NAMES:
            _names(axes, view, best, cost.name, service.name)
        tick(axes.xaxis, service.unit, *axes.get_xlim(), most=8)
        tick(axes.yaxis, cost.unit, *axes.get_ylim(), most=6)
        axes.set_xlabel(legible(service.title, service.name, 70))
        axes.set_ylabel(legible(titled(cost, view.currency), cost.name, 50))
        bare(axes, grid="y")
        return figure


def _dot(axes: Axes, point: StudyPoint, cost: str, service: str) -> None:
    x, y = point.estimates[service], point.estimates[cost]
    colour = _COLOUR if point.pareto else FAINT
    if math.isfinite(x.half_width):
        axes.plot([x.lower, x.upper], [y.mean, y.mean], color=colour, linewidth=0.9, alpha=0.6)
    if math.isfinite(y.half_width):
        axes.plot([x.mean, x.mean], [y.lower, y.upper], color=colour, linewidth=0.9, alpha=0.6)
    axes.plot(
        x.mean, y.mean, "o", markersize=7 if point.pareto else 5, markeredgecolor=colour,
        markerfacecolor=colour if point.pareto else PAPER, markeredgewidth=1.3, zorder=3,
    )  # fmt: skip


def _names(axes: Axes, view: StudyView, best: list[StudyPoint], cost: str, service: str) -> None:
    """What makes each point of the frontier."""
    varied = [
        name
        for name in view.factors
        if len({point.parameters.get(name) for point in view.points}) > 1
    ][:3]
    low, high = axes.get_xlim()
    for point in best:
        x = point.estimates[service].mean
        said = " · ".join(show_value(point.parameters.get(name)) for name in varied)
        right = x > (low + high) / 2
        axes.annotate(
            legible(said, point.name, 34), (x, point.estimates[cost].mean),
            textcoords="offset points", xytext=(-8, 6) if right else (8, -6), fontsize=8,
            ha="right" if right else "left", va="bottom" if right else "top", color=INK,
        )  # fmt: skip
    axes.annotate(
        "named by " + legible(" · ".join(varied), "", 110), (0.995, 0.02), ha="right",
        xycoords="axes fraction", fontsize=7.5, color=MUTED,
    )  # fmt: skip
