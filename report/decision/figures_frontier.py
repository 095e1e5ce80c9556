"""Frontier: what more service costs a month, and where the plan stands."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from report.decision.frontier import FrontierPoint, in_order, price_of_a_point
from report.decision.view import DecisionView
from report.figures.lettering import legible
from report.figures.style import (
    INK,
    KIND_COLOUR,
    MUTED,
    PAPER,
    bare,
    new_figure,
    say_nothing,
    styled,
    top_of,
)
from report.words import show_money, show_share

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLOUR = next(iter(KIND_COLOUR.values()))
_CHOSEN = "#d55e00"
_MOST_WORDS = 12


def draw_frontier(view: DecisionView) -> Figure:
    """Cost against service; proved points filled, the chosen one ringed."""
    ordered = in_order(view.frontier)
    points = [p for p in ordered if math.isfinite(p.level) and math.isfinite(p.cost_per_month)]
    currency = legible(view.after.network.settings.currency, "money", 8)
    with styled():
        subtitle = (
            "The cheapest plan found for each target or budget. Filled: proved; hollow: not. "
            "Along the line: the price of a percentage point."
        )
        title = _finding(points, currency)
        figure = new_figure(view.after, title, subtitle, 10.0, 5.6)
        if not points:
            return say_nothing(figure, "No target has a plan.")
        low = 0.8 / 5.6
        axes = figure.add_axes((0.11, low, 0.84, top_of(figure, 0.15) - low), label="frontier")
        axes.plot(*_corners(points), color=_COLOUR, linewidth=1.6, zorder=1)
        _limits(axes, points)
        _prices(axes, points)
        for point in points:
            _dot(axes, point)
        axes.xaxis.set_major_formatter(lambda value, _: show_share(value, _digits(axes)))
        axes.yaxis.set_major_formatter(lambda value, _: show_money(value))
        axes.locator_params(axis="x", nbins=8)
        axes.locator_params(axis="y", nbins=6)
        bare(axes, grid="y")
        axes.set_xlabel("Service: share covered or kept")
        axes.set_ylabel(f"Cost, {currency} a month")
        _unreached(axes, [p for p in ordered if not math.isfinite(p.cost_per_month)])
        return figure


def _corners(points: list[FrontierPoint]) -> tuple[list[float], list[float]]:
    return [p.level for p in points], [p.cost_per_month for p in points]


def _digits(axes: Axes) -> int:
    low, high = axes.get_xlim()
    return 0 if high - low > 0.05 else 1


def _finding(points: list[FrontierPoint], currency: str) -> str:
    """The price of the last percentage point, against the first."""
    prices = [
        (price, point)
        for price, point in zip(price_of_a_point(points), points, strict=True)
        if math.isfinite(price)
    ]
    if not prices:
        return "What more service costs"
    last, point = prices[-1]
    words = f"The last point of service, up to {show_share(point.level)}, costs {currency} "
    words += f"{show_money(last)} a month"
    if len(prices) > 1 and prices[0][0] > 0 and last > 0:
        words += f", {last / prices[0][0]:.1f} times the first"
    return words


def _limits(axes: Axes, points: list[FrontierPoint]) -> None:
    levels, costs = _corners(points)
    wide, high = max(levels) - min(levels), max(costs) - min(costs)
    wide, high = wide or 0.02, high or 0.1 * max(costs[0], 1.0)
    axes.set_xlim(min(levels) - 0.1 * wide, max(levels) + 0.14 * wide)
    axes.set_ylim(min(costs) - 0.16 * high, max(costs) + 0.16 * high)


def _dot(axes: Axes, point: FrontierPoint) -> None:
    """A point with what it costs; the chosen one larger, in a colour of its own and named."""
    colour = _CHOSEN if point.is_chosen else _COLOUR
    size = 10 if point.is_chosen else 7
    axes.plot(
        point.level, point.cost_per_month, "o", markersize=size, markeredgecolor=colour,
        markerfacecolor=colour if point.proved else PAPER, markeredgewidth=1.8, zorder=3,
    )  # fmt: skip
    if point.is_chosen:
        low, high = axes.get_xlim()
        right = point.level > (low + high) / 2  # then there is room above the line, at the left
        axes.annotate(
            f"the plan: {legible(point.label, show_share(point.target), 40)}\n"
            f"{show_money(point.cost_per_month)} a month",
            (point.level, point.cost_per_month), textcoords="offset points", fontsize=9,
            xytext=(-12, 14) if right else (12, -10), va="bottom" if right else "top",
            ha="right" if right else "left", fontweight="bold", color=INK, linespacing=1.35,
        )  # fmt: skip


def _prices(axes: Axes, points: list[FrontierPoint]) -> None:
    """The price of a percentage point beside each piece of the line, where there is room."""
    if len(points) > _MOST_WORDS:
        return
    prices = price_of_a_point(points)
    for one, other, price in zip(points, points[1:], prices[1:], strict=False):
        if math.isfinite(price):
            spot = ((one.level + other.level) / 2, (one.cost_per_month + other.cost_per_month) / 2)
            axes.annotate(
                f"{show_money(price)} a point", spot, xytext=(-6, 6), ha="right", va="bottom",
                textcoords="offset points", fontsize=8.5, color=MUTED,
            )  # fmt: skip


def _unreached(axes: Axes, points: list[FrontierPoint]) -> None:
    """Targets without any plan, in words."""
    if points:
        names = ", ".join(legible(p.label, show_share(p.target), 40) for p in points[:3])
        more = f" and {len(points) - 3} more" if len(points) > 3 else ""
        axes.text(
            0.02, 0.96, f"No plan: {names}{more}", transform=axes.transAxes, fontsize=9,
            color=MUTED, va="top",
        )  # fmt: skip
