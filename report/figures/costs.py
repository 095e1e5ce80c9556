"""Costs: what the service costs a month, component by component, and per request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from network.kpi import COST_COMPONENTS
from report.figures.lettering import legible
from report.figures.style import INK, MUTED, bare, new_figure, say_nothing, styled, top_of
from report.view import Estimate, RunView
from report.words import COMPONENT_NAMES, show_estimate, show_money, show_share

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]

_COLOURS = {
    "sites": "#0072b2", "wages": "#0072b2", "overtime": "#0072b2", "travel": "#0072b2",
    "jobs": "#0072b2", "contacts": "#0072b2", "parts": "#0072b2",
    "penalties": "#d55e00", "lost": "#d55e00",
}  # fmt: skip
"""What is paid for the service, and what its failures cost."""


def draw_costs(view: RunView) -> Figure:
    """Horizontal bars, the largest component first, with amounts and shares."""
    total, each = view.find("cost"), view.find("cost_per_request")
    currency = legible(view.network.settings.currency, "money", 8)
    limits = view.column("cost", "component", COST_COMPONENTS)
    order = [n for n in np.argsort(-np.nan_to_num(limits[:, 0]), kind="stable") if limits[n, 0] > 0]
    with styled():
        subtitle = (
            f"{currency} a month by component, with its 95 % interval; blue: spent on service, "
            "orange: cost of failures."
        )
        title = _finding(limits[:, 0], total, each, currency)
        height = 2.2 + 0.42 * max(len(order), 3)
        figure = new_figure(view, title, subtitle, 10.0, height)
        if not order or not total.known:
            return say_nothing(figure, "This scenario states no costs.")
        low = 0.75 / height
        axes = figure.add_axes((0.15, low, 0.44, top_of(figure, 0.2) - low), label="components")
        for y, n in enumerate(order):
            estimate = Estimate(*map(float, limits[n]))
            _bar(axes, y, COST_COMPONENTS[n], estimate)
            _row(axes, y, estimate, estimate.mean / total.mean, each.mean)
        _row(axes, len(order), total, 1.0, each.mean, weight="bold")
        axes.annotate(
            "All together", (0, len(order)), xytext=(-8, 0), textcoords="offset points",
            ha="right", va="center", fontsize=9.5, fontweight="bold", annotation_clip=False,
        )  # fmt: skip
        _heads(axes, currency)
        axes.set_ylim(len(order) + 0.5, -0.6)
        axes.set_xlim(0, 1.02 * float(np.nanmax(limits[order])))
        axes.set_yticks([])
        axes.xaxis.set_major_formatter(lambda value, _: show_money(value))
        axes.locator_params(axis="x", nbins=5)
        bare(axes, grid="x")
        axes.set_xlabel(f"{currency} a month")
        return figure


def _finding(amounts: Floats, total: Estimate, each: Estimate, currency: str) -> str:
    """The largest component, the total, and the cost of a request."""
    if not total.known or total.mean <= 0:
        return "Cost by component"
    top = int(np.nanargmax(amounts))
    name, share = COMPONENT_NAMES[COST_COMPONENTS[top]], float(amounts[top]) / total.mean
    words = f"{name}: {show_share(share, 0)} of {currency} {show_money(total.mean)} a month"
    return words + (f", {currency} {show_money(each.mean)} per request" if each.known else "")


def _bar(axes: Axes, y: int, component: str, estimate: Estimate) -> None:
    axes.barh(y, estimate.mean, height=0.62, color=_COLOURS[component])
    if np.isfinite(estimate.half_width) and estimate.half_width > 0:
        ends = [max(estimate.lower, 0.0), estimate.upper]
        axes.plot(ends, [y, y], color=INK, linewidth=1.2, solid_capstyle="butt")
    axes.annotate(
        COMPONENT_NAMES[component], (0, y), xytext=(-8, 0), textcoords="offset points", ha="right",
        va="center", fontsize=9.5, annotation_clip=False,
    )  # fmt: skip


_COLUMNS = ((1.44, "a month"), (1.62, "share"), (1.87, "per request"))


def _row(
    axes: Axes, y: int, estimate: Estimate, share: float, each: float, weight: str = "normal"
) -> None:
    """Amount, share and amount per request at the right of a bar."""
    words = (show_estimate(estimate, "currency"), show_share(share), show_money(share * each))
    for (x, _), word in zip(_COLUMNS, words, strict=True):
        axes.text(
            x, y, word, transform=axes.get_yaxis_transform(), ha="right", va="center",
            fontsize=9, fontweight=weight,
        )  # fmt: skip


def _heads(axes: Axes, currency: str) -> None:
    for x, word in _COLUMNS:
        axes.text(
            x, 1.0, word if word == "share" else f"{currency} {word}", ha="right", va="bottom",
            transform=axes.transAxes, fontsize=8, color=MUTED,
        )  # fmt: skip
