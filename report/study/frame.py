"""The frame of a study's figures: finding, what is shown, what was run."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING

from report.figures.style import MUTED, PAPER
from report.study.words import show_unit
from report.words import show_share

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

SERIES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#332288", "#999933")
"""Okabe and Ito (2008), and two of Tol's: told apart with any colour vision."""


_STEPS = (1, 2, 2.5, 5, 10)
_STEPS_MIN = (1 / 60, 1 / 6, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 1440, 2880, 10_080)


def framed(title: str, subtitle: str, foot: str, width: float, height: float) -> Figure:
    """An empty figure with its finding as title, what it shows below, the runs at the foot.

    Parameters
    ----------
    title, subtitle, foot : str
    width, height : float
        Inches.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), facecolor=PAPER)
    FigureCanvasAgg(figure)
    left, inch = 0.3 / width, 1 / height
    y = 1 - 0.26 * inch
    for line in textwrap.wrap(title, int((width - 0.6) * 9.3))[:2] or [""]:
        figure.text(left, y, line, fontsize=13.5, fontweight="bold", va="top")
        y -= 0.25 * inch
    y -= 0.03 * inch
    for line in textwrap.wrap(subtitle, int((width - 0.6) * 14.6))[:3]:
        figure.text(left, y, line, fontsize=9, color=MUTED, va="top")
        y -= 0.17 * inch
    figure.text(left, 0.14 * inch, foot, fontsize=7.5, color=MUTED, va="bottom")
    return figure


def side_by_side(figure: Figure, left: float, right: float, bottom: float, top: float) -> Axes:
    """Axes with margins in inches."""
    width, height = figure.get_size_inches()
    box = (left / width, bottom / height, 1 - (left + right) / width, top - bottom / height)
    return figure.add_axes(box)


def tick(axis: Axis, unit: str, low: float, high: float, most: int = 5) -> None:
    """About so many ticks at round values of a unit, in words; times at times people say."""
    from matplotlib.ticker import FixedLocator, MaxNLocator

    if unit == "min" and high > low:
        step = next((one for one in _STEPS_MIN if (high - low) / one <= most), 10_080.0)
        first = math.ceil(low / step)
        places = [n * step for n in range(first, math.floor(high / step) + 1)]
    else:
        places = [float(place) for place in MaxNLocator(most, steps=_STEPS).tick_values(low, high)]
        places = [place for place in places if low <= place <= high]
    axis.set_major_locator(FixedLocator(places))
    whole = all(abs(100 * place - round(100 * place)) < 1e-6 for place in places)
    digits = 0 if whole else 1
    axis.set_major_formatter(
        lambda value, _: show_share(value, digits) if unit == "1" else show_unit(value, unit)
    )
