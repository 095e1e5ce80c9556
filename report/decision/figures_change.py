"""Before and after: response by tier, cost by component, and what the difference shows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from network.kpi import COST_COMPONENTS
from report.decision.view import Change, DecisionView, Verdict
from report.decision.words import show_difference
from report.figures.lettering import legible
from report.figures.style import (
    FAINT,
    GRID,
    INK,
    KIND_COLOUR,
    MUTED,
    PAPER,
    bare,
    log_time,
    new_figure,
    say_nothing,
    styled,
    tier_colours,
    top_of,
)
from report.view import Estimate
from report.words import COMPONENT_NAMES, show_money, show_share

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

VERDICT_COLOUR = {Verdict.BETTER: "#00734f", Verdict.WORSE: "#b2182b"}
_AFTER = next(iter(KIND_COLOUR.values()))
_MOST_TIERS = 6
_NAMES_IN, _WORDS_IN, _WIDTH = 2.15, 1.6, 14.0
_ROW_IN, _TITLE_IN = 0.44, 0.72
"""Room for the names at the left and the differences at the right of each half, inches."""

Row = tuple[str, str, Change, Estimate, Estimate]
"""Name, colour, paired change, and the estimates before and after."""


def draw_change(view: DecisionView) -> Figure:
    """Response by tier and cost by component, before (grey) and after (coloured)."""
    means, tails = _times(view, "response_mean"), _times(view, "response_p90")
    costs = _costs(view)
    with styled():
        subtitle = (
            "Grey: before; coloured: after; lines: 95 % intervals. At the right the paired "
            "difference: green better, red worse, grey no evidence."
        )
        tall = max(_tall(means) + _tall(tails), _tall(costs), 2.0)
        figure = new_figure(view.after, _finding(view), subtitle, _WIDTH, 1.55 + tall)
        if not means and not tails and not costs:
            return say_nothing(figure, "Nothing was measured both before and after.")
        _draw_times(_axes(figure, "means", 0, 0.0, means), means, "Mean response by tier")
        words = "Nine in ten answered within"
        _draw_times(_axes(figure, "tails", 0, _tall(means), tails), tails, words)
        _draw_costs(_axes(figure, "costs", 1, 0.0, costs), costs, view)
        return figure


def _tall(rows: Sequence[Row]) -> float:
    """Inches for some rows, their title and their axis; 0 without rows."""
    return _TITLE_IN + _ROW_IN * len(rows) if rows else 0.0


def _axes(figure: Figure, label: str, half: int, below: float, rows: Sequence[Row]) -> Axes:
    """Axes for some rows in the left or the right half, so many inches below the top."""
    wide, high = figure.get_figwidth(), figure.get_figheight()
    tall = max(len(rows), 1) * _ROW_IN / high
    left = (half * wide / 2 + _NAMES_IN) / wide
    top = top_of(figure, 0.3 + below)
    return figure.add_axes(
        (left, top - tall, (wide / 2 - _NAMES_IN - _WORDS_IN) / wide, tall), label=label
    )


def _times(view: DecisionView, kpi: str) -> list[Row]:
    """Response of the tiers that answered anything."""
    colours = tier_colours(view.after)
    rows: list[Row] = []
    for tier in view.after.tiers[:_MOST_TIERS]:
        key = (kpi, "tier", tier.tier_id)
        change, before, after = view.change(*key), view.before.find(*key), view.after.find(*key)
        if change is not None and before.known and after.known and min(before.mean, after.mean) > 0:
            name = legible(tier.name, tier.tier_id, 28)
            rows.append((name, colours[tier.tier_id], change, before, after))
    return rows


def _costs(view: DecisionView) -> list[Row]:
    """Components that cost anything, the largest first, and the total."""
    rows: list[Row] = []
    for component in COST_COMPONENTS:
        change = view.change("cost", "component", component)
        ends = [run.find("cost", "component", component) for run in (view.before, view.after)]
        if change is not None and all(end.known for end in ends) and max(e.mean for e in ends) > 0:
            rows.append((COMPONENT_NAMES[component], _AFTER, change, ends[0], ends[1]))
    return sorted(rows, key=lambda row: -max(row[3].mean, row[4].mean))


def _finding(view: DecisionView) -> str:
    """What happens to the cost and to the response, as far as it is shown."""
    words = []
    cost = view.change("cost")
    if cost is not None and cost.before > 0 and math.isfinite(cost.difference):
        share = show_share(abs(cost.difference) / cost.before)
        words.append(_said("cost", cost, share))
    for tier in view.after.tiers[:1]:
        change = view.change("response_mean", "tier", tier.tier_id)
        if change is not None and change.before > 0 and math.isfinite(change.difference):
            name = f"{legible(tier.name, tier.tier_id, 30)} response"
            words.append(_said(name, change, show_share(abs(change.difference) / change.before, 0)))
    text = "; ".join(words) or "Before and after the plan"
    return text[0].upper() + text[1:]


def _said(name: str, change: Change, share: str) -> str:
    if change.verdict is Verdict.NO_EVIDENCE:
        return f"no evidence that {name} changes"
    return f"{name} {'falls' if change.difference < 0 else 'rises'} by {share}"


def _draw_times(axes: Axes, rows: Sequence[Row], title: str) -> None:
    if not rows:
        return axes.set_axis_off()
    ends = [e for *_, old, new in rows for e in (old.mean, new.mean, old.upper, new.upper)]
    known = [e for e in ends if math.isfinite(e) and e > 0]
    low, high = min(known) / 2, max(known) * 2
    axes.set_xscale("log")
    axes.set_xlim(low, high)
    for y, (_, colour, _, old, new) in enumerate(rows):
        axes.plot([low, high], [y, y], color=GRID, linewidth=0.8, zorder=0)
        for up, one, ink, fill in ((-0.13, old, MUTED, PAPER), (0.13, new, colour, colour)):
            _whisker(axes, one, y + up, ink, floor=low)
            axes.plot(
                one.mean, y + up, "o", markersize=7, markerfacecolor=fill, markeredgecolor=ink,
                markeredgewidth=1.6, zorder=3,
            )  # fmt: skip
    log_time(axes.xaxis, low, high)
    bare(axes, grid="x")
    return _frame(axes, rows, title, "min")


def _draw_costs(axes: Axes, rows: Sequence[Row], view: DecisionView) -> None:
    if not rows:
        return axes.set_axis_off()
    currency = legible(view.after.network.settings.currency, "money", 8)
    for y, (_, colour, _, old, new) in enumerate(rows):
        for up, one, fill in ((-0.18, old, FAINT), (0.18, new, colour)):
            axes.barh(y + up, one.mean, height=0.32, color=fill)
            _whisker(axes, one, y + up, INK, floor=0.0)
    axes.set_xlim(0, 1.04 * max(np.nanmax([o.mean, n.mean, o.upper, n.upper]) for *_, o, n in rows))
    axes.locator_params(axis="x", nbins=4)
    axes.xaxis.set_major_formatter(lambda value, _: show_money(value))
    bare(axes, grid="x")
    total = view.change("cost")
    title = f"Cost, {currency} a month"
    if total is not None:
        title += f": {show_money(total.before)} → {show_money(total.after)}"
    return _frame(axes, rows, title, "currency")


def _whisker(axes: Axes, one: Estimate, y: float, ink: str, floor: float) -> None:
    """The interval of an estimate, cut at the edge of the axis."""
    if math.isfinite(one.half_width) and one.half_width > 0:
        ends = [max(one.lower, floor), one.upper]
        axes.plot(ends, [y, y], color=ink, linewidth=1.3, solid_capstyle="butt", zorder=2)


def _frame(axes: Axes, rows: Sequence[Row], title: str, unit: str) -> None:
    """Names at the left, paired differences at the right."""
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_yticks([])
    axes.annotate(
        title, (0, 1), xycoords="axes fraction", xytext=(-72 * (_NAMES_IN - 0.3), 14),
        textcoords="offset points", fontsize=10, fontweight="bold", annotation_clip=False,
    )  # fmt: skip
    for y, (name, _, change, *_) in enumerate(rows):
        axes.annotate(
            name, (0, y), xycoords=("axes fraction", "data"), xytext=(-8, 0), ha="right",
            textcoords="offset points", va="center", fontsize=9.5, annotation_clip=False,
        )  # fmt: skip
        axes.annotate(
            show_difference(change.estimate, unit), (1, y), xycoords=("axes fraction", "data"),
            xytext=(10, 0), textcoords="offset points", va="center", fontsize=9,
            color=VERDICT_COLOUR.get(change.verdict, MUTED), annotation_clip=False,
        )  # fmt: skip
