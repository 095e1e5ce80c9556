"""Indices: what matters for each figure, with intervals and the share of noise."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from report.figures.lettering import legible
from report.figures.style import INK, MUTED, bare, lighter, say_nothing, styled, top_of
from report.study.frame import SERIES, framed, tick
from report.study.view import Index, Indices, SensitivityView
from report.study.words import titled
from report.words import show_share

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST = 4
_ROW_IN = 0.42


def draw_indices(view: SensitivityView) -> Figure:
    """A panel per figure: bars of what a factor does alone and with others."""
    figures = [one for one in view.figures if one.rows][:_MOST]
    sobol = view.method == "sobol"
    subtitle = (
        "Share of the variance between points: dark alone (S1), light with interactions (ST). "
        "Lines: 95 % intervals over points and replications; noise of replications is taken off."
        if sobol
        else "Dark: mean absolute change over an input's whole range; light: spread of the "
        "changes (interaction or curvature). Lines: 95 % intervals."
    )
    count = max((len(one.rows) for one in figures), default=1)
    height = 1.7 + max(1, len(figures)) * (0.75 + _ROW_IN * count)
    with styled():
        figure = framed(_finding(view, figures), subtitle, view.foot, 10.0, height)
        if not figures:
            return say_nothing(figure, "No figure is measured at every point.")
        grid = figure.add_gridspec(
            len(figures), 1, left=0.28, right=0.9, bottom=0.62 / height,
            top=top_of(figure, 0.22), hspace=0.75 / (_ROW_IN * count),
        )  # fmt: skip
        for number, one in enumerate(figures):
            _panel(figure.add_subplot(grid[number]), one, view)
        return figure


def _finding(view: SensitivityView, figures: list[Indices]) -> str:
    if not figures or not figures[0].rows:
        return view.title
    first = figures[0]
    name = legible(first.rows[0].factor, "", 40)
    if view.method != "sobol":
        return f"{first.figure.title} hangs most on {name}"
    share = show_share(min(max(first.rows[0].total.mean, 0.0), 1.0), 0)
    return f"{first.figure.title} hangs most on {name}: it takes part in {share} of the variance"


def _panel(axes: Axes, one: Indices, view: SensitivityView) -> None:
    sobol = view.method == "sobol"
    rows = list(reversed(one.rows))
    colour = SERIES[0]
    for place, row in enumerate(rows):
        _bar(axes, place + 0.19, row, colour, total=False)
        _bar(axes, place - 0.19, row, lighter(colour), total=True)
    axes.set_yticks(range(len(rows)), [legible(row.factor, "", 36) for row in rows])
    axes.tick_params(axis="y", labelcolor=INK)
    axes.set_title(legible(_title(one, view), one.figure.name, 60), loc="left", fontsize=9.5,
                   color=INK, x=-0.3)  # fmt: skip
    most = max(max(row.first.upper, row.total.upper, 0.0) for row in rows)
    least = min([0.0, *(row.first.lower for row in rows)])
    if sobol:  # shares; what lies beyond by noise is cut
        least, most = max(least, -0.1), min(most, 1.2)
    axes.set_xlim(least, (most or 1.0) * 1.02)
    tick(axes.xaxis, "1" if sobol else one.figure.unit, *axes.get_xlim(), most=6)
    if one.figure.unit == "1" and not sobol:
        axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.3g}")
    bare(axes, grid="x")
    axes.axvline(0, color=MUTED, linewidth=0.8)
    for place, row in enumerate(rows):
        if math.isfinite(row.total_noise):
            axes.annotate(
                f"{show_share(min(row.total_noise, 1.0), 0)} noise", (1.01, place),
                xycoords=("axes fraction", "data"), va="center", fontsize=7.5, color=MUTED,
            )  # fmt: skip


def _title(one: Indices, view: SensitivityView) -> str:
    """A figure, and in what its effects are told; indices are shares of its variance."""
    if view.method == "sobol":
        return one.figure.title
    points = ", percentage points" if one.figure.unit == "1" else ""
    return titled(one.figure, view.currency) + points


def _bar(axes: Axes, place: float, row: Index, colour: str, *, total: bool) -> None:
    one = row.total if total else row.first
    axes.barh(place, max(one.mean, 0.0), height=0.34, color=colour)
    if math.isfinite(one.half_width):
        axes.plot([one.lower, one.upper], [place, place], color=INK, linewidth=1.0)
