"""Response: every figure of a study against every factor, point by point."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING

from report.figures.lettering import legible
from report.figures.style import INK, bare, say_nothing, styled, top_of
from report.study.frame import SERIES, framed, tick
from report.study.view import Shown, StudyPoint, StudyView, Value
from report.study.words import show_value, titled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST = 4
_MOST_SERIES = 6
_WORDY = 12


def draw_study_response(view: StudyView) -> Figure:
    """Small multiples: a row per figure, a column per factor; colours are another factor's."""
    factors = [name for name in view.factors if len(_levels(view, name)) > 1][:_MOST]
    figures = view.figures[:_MOST]
    colour = _colouring(view, factors)
    subtitle = "A dot per point of the study, with its 95 % interval."
    if colour is not None:
        subtitle += f" Colours: {colour}."
    with styled():
        height = 1.75 + 2.1 * max(1, len(figures))
        figure = framed(view.title, subtitle, view.foot, 10.0, height)
        if not factors or not figures:
            return say_nothing(figure, "Nothing was varied.")
        grid = figure.add_gridspec(
            len(figures), len(factors), left=0.115, right=0.97, bottom=0.8 / height,
            top=top_of(figure, 0.3 if colour else 0.05), hspace=0.3, wspace=0.16,
        )  # fmt: skip
        for row, shown in enumerate(figures):
            first: Axes | None = None
            for column, name in enumerate(factors):
                axes = figure.add_subplot(grid[row, column], sharey=first)
                first = first or axes
                _panel(axes, view, shown, name, colour)
                if column:
                    axes.tick_params(labelleft=False)
                else:
                    axes.set_ylabel(_title(view, shown), fontsize=8.5)
                if row == len(figures) - 1:
                    axes.set_xlabel(legible(name, name, 34))
                else:
                    axes.tick_params(labelbottom=False)
        if colour is not None:
            _legend(figure, view, colour)
        return figure


def _title(view: StudyView, shown: Shown) -> str:
    return textwrap.fill(legible(titled(shown, view.currency), shown.name, 60), 24)


def _levels(view: StudyView, name: str) -> list[Value]:
    """The values of a factor, numbers in their order."""
    values = dict.fromkeys(p.parameters[name] for p in view.points if name in p.parameters)
    if all(_is_number(value) for value in values):
        return sorted(values, key=float)
    return [*values]


def _is_number(value: Value) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _colouring(view: StudyView, factors: list[str]) -> str | None:
    """The factor that colours tell: one of few levels, words before numbers."""
    few = [name for name in factors if 1 < len(_levels(view, name)) <= _MOST_SERIES]
    if len(factors) < 2 or not few:
        return None
    return next((name for name in few if not all(map(_is_number, _levels(view, name)))), few[-1])


def _panel(axes: Axes, view: StudyView, shown: Shown, name: str, colour: str | None) -> None:
    levels = _levels(view, name)
    numeric = all(_is_number(value) for value in levels)
    place = {value: float(value) if numeric else float(n) for n, value in enumerate(levels)}
    series = _levels(view, colour) if colour else [None]
    for number, value in enumerate(series):
        points = [
            point
            for point in view.points
            if name in point.parameters
            and (colour is None or point.parameters.get(colour) == value)
        ]
        spots = [(place[point.parameters[name]], point) for point in points]
        _dots(axes, spots, shown, SERIES[number], numeric and _is_curve(points, name))
    if not numeric:
        axes.set_xticks(range(len(levels)), [legible(show_value(v), "", _WORDY) for v in levels])
        axes.set_xlim(-0.5, len(levels) - 0.5)
    else:
        axes.locator_params(axis="x", nbins=5)
    tick(axes.yaxis, shown.unit, *axes.get_ylim())
    bare(axes, grid="y")


def _is_curve(points: list[StudyPoint], name: str) -> bool:
    """Whether the points differ in this factor alone, so that a line means something."""
    others = {
        tuple((key, value) for key, value in point.parameters.items() if key != name)
        for point in points
    }
    return len(others) == 1


def _dots(
    axes: Axes, spots: list[tuple[float, StudyPoint]], shown: Shown, colour: str, joined: bool
) -> None:
    found = [(x, point.estimates[shown.name]) for x, point in spots]
    found = sorted(((x, e) for x, e in found if e.known), key=lambda pair: pair[0])
    for x, estimate in found:
        if math.isfinite(estimate.half_width):
            axes.plot([x, x], [estimate.lower, estimate.upper], color=colour, linewidth=1.1,
                      alpha=0.55, zorder=2)  # fmt: skip
    axes.plot(
        [x for x, _ in found], [e.mean for _, e in found], "o-" if joined else "o",
        markersize=4, color=colour, linewidth=1.2, markeredgecolor="white",
        markeredgewidth=0.4, zorder=3,
    )  # fmt: skip


def _legend(figure: Figure, view: StudyView, colour: str) -> None:
    from matplotlib.lines import Line2D

    levels = _levels(view, colour)
    handles = [
        Line2D([], [], marker="o", linestyle="", color=SERIES[n], markersize=5)
        for n in range(len(levels))
    ]
    height = figure.get_figheight()
    figure.legend(
        handles, [legible(show_value(value), "", 24) for value in levels], loc="lower left",
        bbox_to_anchor=(0.105, top_of(figure, 0.3) + 0.02 / height), ncols=len(levels),
        fontsize=8.5, handletextpad=0.1, columnspacing=1.4, labelcolor=INK,
    )  # fmt: skip
