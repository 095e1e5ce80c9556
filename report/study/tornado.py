"""Tornado: what a figure hangs on, the widest swing on top."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from report.figures.lettering import legible
from report.figures.style import INK, MUTED, bare, say_nothing, styled, top_of
from report.study.frame import SERIES, framed, side_by_side
from report.study.view import Swing, TornadoView
from report.study.words import hangs_on, show_change
from report.view import Estimate

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LOW, _HIGH = SERIES[4], SERIES[1]
_ROW_IN = 0.46


def draw_tornado(view: TornadoView) -> Figure:
    """A bar per assumption from its lower to its higher value, with intervals."""
    rows = [one for one in view.swings if one.low.known or one.high.known]
    subtitle = (
        f"Change of the figure when an assumption is {view.percent:g} % lower or higher, against "
        "the base on the same requests, with 95 % intervals. A tornado is no interaction "
        "analysis: each assumption moves alone."
    )
    with styled():
        height = 2.0 + _ROW_IN * max(3, len(rows))
        figure = framed(hangs_on(view, rows), subtitle, view.foot, 10.0, height)
        if not rows:
            return say_nothing(figure, "No assumption moves this figure.")
        axes = side_by_side(figure, 1.9, 0.9, 0.85, top_of(figure, 0.32))
        for place, one in enumerate(reversed(rows)):
            _bar(axes, place, one.low, _LOW, view)
            _bar(axes, place, one.high, _HIGH, view)
        names = [legible(one.title, "", 26) for one in reversed(rows)]
        axes.set_yticks(range(len(rows)), names)
        axes.tick_params(axis="y", labelcolor=INK)
        axes.axvline(0, color=INK, linewidth=1.0)
        _limits(axes, rows)
        _axis(axes, view)
        bare(axes, grid="x")
        _legend(figure, view)
        return figure


def _bar(axes: Axes, place: int, moved: Estimate, colour: str, view: TornadoView) -> None:
    if not moved.known:
        return
    axes.barh(place, moved.mean, height=0.56, color=colour, zorder=2)
    if math.isfinite(moved.half_width):
        axes.plot([moved.lower, moved.upper], [place, place], color=INK, linewidth=1.0, zorder=3)
    ends = [one for one in (moved.mean, moved.lower, moved.upper) if math.isfinite(one)]
    right = moved.mean >= 0
    axes.annotate(
        show_change(Estimate(moved.mean), view.figure.unit).replace(" points", ""),
        (max(ends) if right else min(ends), place), textcoords="offset points",
        xytext=(4 if right else -4, 0), ha="left" if right else "right", va="center",
        fontsize=8, color=MUTED,
    )  # fmt: skip


def _limits(axes: Axes, rows: list[Swing]) -> None:
    ends = [
        end
        for one in rows
        for moved in (one.low, one.high)
        for end in (moved.mean, moved.lower, moved.upper)
        if math.isfinite(end)
    ]
    most = max(map(abs, ends)) or 1.0
    axes.set_xlim(-1.22 * most, 1.22 * most)


def _axis(axes: Axes, view: TornadoView) -> None:
    unit = view.figure.unit
    axes.locator_params(axis="x", nbins=8)
    axes.xaxis.set_major_formatter(
        lambda value, _: show_change(Estimate(value), unit).replace(" points", "") if value else "0"
    )
    money = f"{view.currency} a month" if unit == "currency/month" else view.currency
    each = "percentage points" if unit == "1" else money if "currency" in unit else ""
    label = f"Change of {view.figure.title.lower()}" + (f", {each}" if each else "")
    axes.set_xlabel(legible(label, view.figure.name, 80))


def _legend(figure: Figure, view: TornadoView) -> None:
    from matplotlib.patches import Patch

    height = figure.get_figheight()
    figure.legend(
        [Patch(color=_LOW), Patch(color=_HIGH)],
        [f"{view.percent:g} % lower", f"{view.percent:g} % higher"], loc="lower left",
        bbox_to_anchor=(0.185, top_of(figure, 0.32) + 0.02 / height), ncols=2, fontsize=8.5,
        handlelength=1.0, handleheight=0.8, labelcolor=INK,
    )  # fmt: skip
