"""Week: when requests arrive, and how long those who arrive then wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from network.quantity import HOURS_PER_WEEK, MINUTES_PER_DAY, MINUTES_PER_HOUR
from report.figures.style import INK, MUTED, new_figure, say_nothing, styled, top_of
from report.view import RunView
from report.words import show_number, show_time

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import QuadMesh
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
HOUR_KEYS = tuple(f"{day} {hour:02d}" for day in DAYS for hour in range(24))
"""Keys of the dimension ``hour``."""
_EMPTY = "#eceff1"
_EVEN = 1.3
"""Below so many times the mean, the busiest hour is not worth a headline."""


def draw_week(view: RunView) -> Figure:
    """Two panels of 7 x 24 hours: requests an hour, and the mean wait for an agent."""
    offered = view.column("offered", "hour", HOUR_KEYS)[:, 0]
    seen = _times_seen(view)
    rate = np.full(HOURS_PER_WEEK, np.nan)
    np.divide(offered, seen, out=rate, where=seen > 0)
    wait = view.column("wait_mean", "hour", HOUR_KEYS)[:, 0]
    with styled():
        subtitle = (
            "Hour of the week in which the request arrived, local time. Wait: mean over all its "
            "stages until an agent took it up, closing hours included."
        )
        figure = new_figure(view, _finding(rate, wait), subtitle, 11.0, 6.2)
        if np.isnan(rate).all():
            return say_nothing(figure, "Nothing was asked.")
        grid = figure.add_gridspec(
            2, 2, left=0.055, right=0.93, bottom=0.1, top=top_of(figure, 0.2), hspace=0.42,
            width_ratios=[1, 0.016], wspace=0.03,
        )  # fmt: skip
        panels = (
            (rate, "Requests an hour", "Blues", show_number),
            (wait, "Mean wait", "OrRd", show_time),
        )
        for row, (values, title, colours, show) in enumerate(panels):
            axes = figure.add_subplot(grid[row, 0])
            axes.set_title(title, loc="left", fontsize=10, fontweight="bold", color=INK)
            if np.isnan(values).all():
                axes.set_axis_off()
                axes.text(0.5, 0.5, "nothing measured", ha="center", color=MUTED)
                continue
            top = float(np.nanmax(_in_use(values, rate)))
            image = _heat(axes, values.reshape(7, 24), colours, top)
            bar = figure.colorbar(
                image, cax=figure.add_subplot(grid[row, 1]), extend=_beyond(values, top)
            )
            ticks = _ticks(top, is_time=show is show_time)
            bar.set_ticks(ticks, labels=[show(tick) for tick in ticks])
            bar.ax.tick_params(labelsize=8)
            bar.ax.spines[:].set_visible(False)
        return figure


def _times_seen(view: RunView) -> Floats:
    """How often each hour of the week lies in the counted part of a replication."""
    offset = view.network.settings.start.weekday() * MINUTES_PER_DAY
    ends = (np.array([view.warm_up_min, view.horizon_min]) + offset) / MINUTES_PER_HOUR
    hours = np.arange(int(ends[0]), int(np.ceil(ends[1])))
    part = np.minimum(hours + 1, ends[1]) - np.maximum(hours, ends[0])
    return np.asarray(np.bincount(hours % HOURS_PER_WEEK, part, HOURS_PER_WEEK), dtype=np.float64)


def _finding(rate: Floats, wait: Floats) -> str:
    if np.isnan(rate).all():
        return "Demand and wait over the week"
    top = int(np.nanargmax(rate))
    mean = float(np.nanmean(rate))
    words = f"Busiest hour: {_hour(top)} with {show_number(float(rate[top]))} requests"
    if float(rate[top]) < _EVEN * mean:
        words = f"Demand is even, {show_number(mean)} requests an hour"
    if np.isnan(wait).all() or np.nanmax(wait) <= 0:
        return words
    longest = int(np.nanargmax(_in_use(wait, rate)))
    return f"{words}; longest wait: {_hour(longest)}, {show_time(float(wait[longest]))}"


def _in_use(values: Floats, rate: Floats) -> Floats:
    """Values of the hours that are not nearly empty; few requests say little."""
    busy = (rate >= 0.25 * np.nanmean(rate)) & np.isfinite(values)
    return np.where(busy, values, np.nan) if busy.any() else values


def _hour(number: int) -> str:
    return f"{DAYS[number // 24]} {number % 24:02d}:00"


def _beyond(values: Floats, top: float) -> str:
    return "max" if float(np.nanmax(values)) > top else "neither"


def _heat(axes: Axes, values: Floats, colours: str, top: float) -> QuadMesh:
    import matplotlib as mpl

    image = axes.pcolormesh(
        np.arange(25), np.arange(8), np.ma.masked_invalid(values), vmin=0,
        vmax=top if top > 0 else 1.0, cmap=mpl.colormaps[colours].with_extremes(bad=_EMPTY),
        edgecolors="white", linewidth=0.8,
    )  # fmt: skip
    axes.set_facecolor(_EMPTY)
    axes.invert_yaxis()
    axes.set_yticks(np.arange(7) + 0.5, labels=DAYS)
    axes.set_xticks(np.arange(0, 25, 3), labels=[f"{hour:02d}:00" for hour in range(0, 25, 3)])
    axes.spines[:].set_visible(False)
    return image


def _ticks(most: float, *, is_time: bool) -> list[float]:
    """Three to five round values from 0."""
    from matplotlib.ticker import MaxNLocator

    if is_time:
        steps = (0.1, 0.25, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 720, 1440, 2880, 10_080)
        step = next((s for s in steps if most / s <= 5), most / 4)
        return [step * n for n in range(int(most / step) + 1)]
    ticks = MaxNLocator(4).tick_values(0, most if most > 0 else 1.0)
    return [float(tick) for tick in ticks if tick <= most or most <= 0]
