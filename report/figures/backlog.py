"""Backlog: open requests over time, so that one sees whether the warm-up suffices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from network.places import TierKind
from network.quantity import HOURS_PER_WEEK, MINUTES_PER_DAY, MINUTES_PER_HOUR
from report.figures.style import (
    INK,
    KIND_COLOUR,
    MUTED,
    bare,
    lighter,
    new_figure,
    say_nothing,
    styled,
    top_of,
)
from report.view import RunView
from report.words import show_number, show_share

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]

_COLOUR = KIND_COLOUR[TierKind.POINT]
_SHADE = "#eef1f4"
_LEVEL = 0.1
"""Change from the first counted week to the last that is not worth a headline."""


def draw_backlog(view: RunView) -> Figure:
    """Mean and band over replications, the mean of a week, the warm-up shaded."""
    backlog = view.backlog
    with styled():
        band = "; band: nine replications in ten" if len(backlog) > 1 else ""
        weeks = backlog.ndim == 2 and backlog.shape[1] >= HOURS_PER_WEEK
        thick = "; thick: mean of the 7 days before" if weeks else ""
        subtitle = (
            f"Requests arrived and not closed, hour by hour{band}{thick}. Level once warmed up."
        )
        figure = new_figure(view, _finding(view), subtitle, 10.0, 5.0)
        if not backlog.size or backlog.shape[1] < 2:
            return say_nothing(figure, "The run is too short to show.")
        axes = figure.add_axes((0.07, 0.155, 0.9, top_of(figure, 0.05) - 0.155), label="backlog")
        days = np.arange(float(backlog.shape[1])) * (MINUTES_PER_HOUR / MINUTES_PER_DAY)
        mean = backlog.mean(axis=0)
        if len(backlog) > 1:
            low, high = np.percentile(backlog, (5, 95), axis=0)
            axes.fill_between(days, low, high, color=lighter(_COLOUR, 0.72), linewidth=0)
        axes.plot(days, mean, color=_COLOUR, linewidth=1.0, alpha=0.8)
        axes.plot(days, weekly_mean(mean), color=INK, linewidth=2.2, solid_capstyle="round")
        _frame(axes, view, days, float(backlog.max()))
        return figure


def weekly_mean(hours: Floats) -> Floats:
    """Mean of the 168 hours that end at each hour; NaN before a week has passed."""
    found = np.full(len(hours), np.nan)
    if len(hours) >= HOURS_PER_WEEK:
        total = np.concatenate([[0.0], np.cumsum(hours)])
        week = (total[HOURS_PER_WEEK:] - total[:-HOURS_PER_WEEK]) / HOURS_PER_WEEK
        found[HOURS_PER_WEEK - 1 :] = week
    return found


def _finding(view: RunView) -> str:
    """The first counted week against the last one."""
    start = int(view.warm_up_min / MINUTES_PER_HOUR)
    counted = view.backlog[:, start:].mean(axis=0) if view.backlog.size else np.zeros(0)
    if not len(counted):
        return "Open requests"
    if len(counted) < 2 * HOURS_PER_WEEK:
        return f"Open requests: {_rounded(counted)} on average while counting"
    first, last = counted[:HOURS_PER_WEEK], counted[-HOURS_PER_WEEK:]
    ends = f"{_rounded(first)} in the first counted week, {_rounded(last)} in the last"
    change = float(last.mean() / first.mean()) - 1 if first.mean() > 0 else 0.0
    if abs(change) < _LEVEL:
        return f"Open requests stay level: {ends}"
    verb = "grow" if change > 0 else "fall"
    return f"Open requests {verb} by {show_share(abs(change), 0)}: {ends}"


def _rounded(hours: Floats) -> str:
    return show_number(round(float(hours.mean())))


def _frame(axes: Axes, view: RunView, days: Floats, most: float) -> None:
    warm_up = view.warm_up_min / MINUTES_PER_DAY
    axes.set_xlim(0, days[-1])
    axes.set_ylim(0, 1.08 * most if most > 0 else 1.0)
    if warm_up > 0:
        axes.axvspan(0, warm_up, color=_SHADE, zorder=-2, linewidth=0)
        axes.annotate(
            "warm-up", (0, 1), xycoords="axes fraction", xytext=(6, -6), va="top",
            textcoords="offset points", fontsize=8.5, color=MUTED,
        )  # fmt: skip
    step = next((s for s in (1, 2, 7, 14, 28, 56, 91, 182) if days[-1] / s <= 16), 364)
    axes.set_xticks(np.arange(0, days[-1] + 1e-9, step))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.yaxis.set_major_formatter(lambda value, _: show_number(value))
    bare(axes, grid="y")
    axes.set_xlabel("Days since the start")
    axes.set_ylabel("Open requests")
