"""Picture: the cost from the base to an alternative, component by component."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from report.comparison.view import TOTAL, Alternative, ComparisonView, CostStep
from report.comparison.words import WEEKS_PER_MONTH
from report.decision.words import show_difference
from report.figures.lettering import legible
from report.figures.style import (
    FAINT,
    INK,
    MUTED,
    PAPER,
    bare,
    new_figure,
    say_nothing,
    styled,
    top_of,
)
from report.words import COMPONENT_NAMES, show_money, show_share

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MORE, _LESS = "#b2182b", "#00734f"
_LEAST_AMOUNT = 0.5
"""Money a month below which a component has no bar."""


def draw_waterfall(view: ComparisonView, one: Alternative) -> Figure:
    """The base's cost, a step for each component that changes it, the alternative's cost."""
    steps = [
        step
        for step in one.costs
        if step.component != TOTAL and abs(step.difference.mean) >= _LEAST_AMOUNT
    ]
    total = next((step for step in one.costs if step.component == TOTAL), None)
    currency = legible(view.currency, "money", 8)
    with styled():
        subtitle = (
            f"{currency} a month. Red: costs more; green: costs less; lines: intervals of the "
            "paired differences, each by itself. The steps add up to the difference."
        )
        figure = new_figure(one.run, _finding(total, currency), subtitle, 11.0, 6.0)
        if total is None or not total.before > 0:
            return say_nothing(figure, "This scenario states no costs.")
        low = 1.15 / figure.get_figheight()
        axes = figure.add_axes((0.09, low, 0.88, top_of(figure, 0.1) - low), label="waterfall")
        _bars(axes, steps, total, view, one)
        return figure


def _finding(total: CostStep | None, currency: str) -> str:
    if total is None or not total.before > 0:
        return "Cost, component by component"
    amount = total.difference.mean
    if amount == 0:
        return f"The cost is the same: {currency} {show_money(total.before)} a month"
    moves = "rises" if amount > 0 else "falls"
    week = show_money(abs(amount) / WEEKS_PER_MONTH)
    share = show_share(abs(amount) / total.before)
    money = f"{currency} {show_money(abs(amount))} a month ({week} a week)"
    if not (total.difference.lower > 0 or total.difference.upper < 0):
        return f"No evidence that the cost changes: {money} {'more' if amount > 0 else 'less'}"
    return f"The cost {moves} by {share}: {money}"


def _bars(
    axes: Axes, steps: list[CostStep], total: CostStep, view: ComparisonView, one: Alternative
) -> None:
    level = total.before
    levels = [level]
    axes.bar(0, level, width=0.62, color=FAINT)
    for x, step in enumerate(steps, start=1):
        change = step.difference.mean
        colour = _MORE if change > 0 else _LESS
        axes.plot([x - 0.69, x + 0.31], [level, level], color=MUTED, linewidth=0.8, zorder=1)
        axes.bar(x, change, bottom=level, width=0.62, color=colour)
        if math.isfinite(step.difference.half_width) and step.difference.half_width > 0:
            ends = [level + step.difference.lower, level + step.difference.upper]
            axes.plot([x, x], ends, color=INK, linewidth=1.3, solid_capstyle="butt", zorder=3)
            levels += ends
        level += change
        levels.append(level)
    last = len(steps) + 1
    axes.plot([last - 0.69, last + 0.31], [level, level], color=MUTED, linewidth=0.8, zorder=1)
    axes.bar(last, total.after, width=0.62, color=FAINT)
    _scale(axes, [*levels, total.after], last)
    _names(axes, steps, total, view, one)


def _scale(axes: Axes, levels: list[float], last: int) -> None:
    """Cut the axis where the steps are small beside the whole, and say so."""
    high, low = max(levels), min(levels)
    span = max(high - low, 0.02 * high)
    start = max(0.0, low - 1.1 * span)
    cut = start > 0.35 * high
    start = start if cut else 0.0
    axes.set_ylim(start, high + 0.16 * (high - start))
    axes.set_xlim(-0.6, last + 0.6)
    axes.locator_params(axis="y", nbins=6)
    axes.yaxis.set_major_formatter(lambda value, _: show_money(value))
    bare(axes, grid="y")
    if cut:
        for x in (0, last):
            wave = np.linspace(-0.31, 0.31, 60)
            y = start + 0.06 * (high - start) + 0.012 * (high - start) * np.sin(wave * 38)
            axes.plot(x + wave, y, color=PAPER, linewidth=4, zorder=4)
        axes.set_ylabel("cut: does not begin at 0", fontsize=8)


def _names(
    axes: Axes, steps: list[CostStep], total: CostStep, view: ComparisonView, one: Alternative
) -> None:
    """Names below, amounts above the bars."""
    names = [legible(view.label, "base", 22)]
    names += [COMPONENT_NAMES[step.component] for step in steps]
    names.append(legible(one.label, "alternative", 22))
    axes.set_xticks(range(len(names)), [_two_lines(name) for name in names], fontsize=9, color=INK)
    room = 0.015 * (axes.get_ylim()[1] - axes.get_ylim()[0])
    level = total.before
    for x, amount in ((0, total.before), (len(steps) + 1, total.after)):
        axes.text(
            x, amount + room, show_money(amount), ha="center", va="bottom", fontsize=9.5,
            fontweight="bold",
        )  # fmt: skip
    for x, step in enumerate(steps, start=1):
        ends = [level, level + step.difference.mean, level + step.difference.upper]
        top = max(end for end in ends if math.isfinite(end))
        axes.text(
            x, top + room, show_difference(step.difference, "currency"), ha="center",
            va="bottom", fontsize=8.5, color=_MORE if step.difference.mean > 0 else _LESS,
        )  # fmt: skip
        level += step.difference.mean


def _two_lines(name: str) -> str:
    """A name broken at the space nearest to its middle, if it is long."""
    spaces = [n for n, letter in enumerate(name) if letter == " "]
    if len(name) <= 11 or not spaces:
        return name
    at = min(spaces, key=lambda n: abs(n - len(name) / 2))
    return f"{name[:at]}\n{name[at + 1 :]}"
