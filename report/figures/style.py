"""The one look of all figures: palette, type, frame, axes of time."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from network.places import TierKind
from network.quantity import MINUTES_PER_DAY
from report.figures.lettering import legible
from report.view import RunView
from report.words import show_time

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

INK, MUTED, FAINT, GRID, PAPER = "#1f2d3a", "#66727f", "#b4bcc5", "#e4e8ec", "#ffffff"
KIND_COLOUR = {
    TierKind.POINT: "#0072b2",
    TierKind.REGIONAL: "#d55e00",
    TierKind.REMOTE: "#009e73",
    TierKind.EXPERIENCE: "#cc79a7",
}
"""Okabe and Ito (2008): told apart with any colour vision."""
_MORE = ("#56b4e9", "#e69f00", "#332288", "#882255", "#999933", "#44aa99")
KIND_MARKER = {
    TierKind.POINT: "^",
    TierKind.REGIONAL: "s",
    TierKind.REMOTE: "D",
    TierKind.EXPERIENCE: "P",
}
BUSY = 0.85
"""Utilisation above which queues grow fast."""
BUSY_COLOUR = "#b2182b"
DPI = 150
_TYPE = {
    "font.size": 9.0,
    "text.color": INK,
    "axes.labelcolor": MUTED,
    "axes.edgecolor": FAINT,
    "axes.linewidth": 0.8,
    "axes.grid": False,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.major.size": 0.0,
    "ytick.major.size": 0.0,
    "xtick.minor.size": 0.0,
    "ytick.minor.size": 0.0,
    "hatch.linewidth": 0.6,
    "legend.frameon": False,
    "figure.dpi": DPI,
    "savefig.dpi": DPI,
    "path.simplify": True,
    "svg.hashsalt": "report",
}


@contextmanager
def styled() -> Iterator[None]:
    """Matplotlib's defaults while a figure is drawn or written; the user's are put back."""
    import matplotlib as mpl

    from report.figures.lettering import families

    with mpl.rc_context():
        mpl.rcdefaults()
        settings: Any = {**_TYPE, "font.family": list(families())}
        mpl.rcParams.update(settings)
        yield


def new_figure(
    view: RunView, title: str, subtitle: str, width: float = 10.0, height: float = 6.0
) -> Figure:
    """An empty figure with its finding as title, what it shows below, the run at the foot.

    Parameters
    ----------
    view : RunView
    title, subtitle : str
    width, height : float
        Inches.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), facecolor=PAPER)
    FigureCanvasAgg(figure)
    lines = textwrap.wrap(title, int((width - 0.6) * 9.3))[:2] or [""]
    below = textwrap.wrap(subtitle, int((width - 0.6) * 14.6))[:2]
    left, inch = 0.3 / width, 1 / height
    y = 1 - 0.26 * inch
    for line in lines:
        figure.text(left, y, line, fontsize=13.5, fontweight="bold", va="top")
        y -= 0.25 * inch
    y -= 0.03 * inch
    for line in below:
        figure.text(left, y, line, fontsize=9, color=MUTED, va="top")
        y -= 0.17 * inch
    figure.text(left, 0.14 * inch, _foot(view), fontsize=7.5, color=MUTED, va="bottom")
    return figure


def _foot(view: RunView) -> str:
    runs = "1 replication" if view.replications == 1 else f"{view.replications} replications"
    return (
        f"{legible(view.title, view.network.name, most=60)} · "
        f"{runs} of {show_time(view.counted_days * MINUTES_PER_DAY)}"
        f"{f' after {show_time(view.warm_up_min)} of warm-up' if view.warm_up_min else ''} · "
        f"{view.requests:,} requests · seed {view.seed}"
    )


def top_of(figure: Figure, extra: float = 0.0) -> float:
    """Upper edge for axes, below a title of two lines and a subtitle.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    extra : float
        Inches left free besides.
    """
    lowest = min(text.get_position()[1] for text in figure.texts[:-1])
    return float(lowest - (0.35 + extra) / figure.get_figheight())


def tier_colours(view: RunView) -> dict[str, str]:
    """A colour for every tier: its kind's, or a further one where a kind has several."""
    colours: dict[str, str] = {}
    more = iter(_MORE * (1 + len(view.tiers) // len(_MORE)))
    for tier in view.tiers:
        usual = KIND_COLOUR[tier.kind]
        colours[tier.tier_id] = usual if usual not in colours.values() else next(more)
    return colours


def lighter(colour: str, share: float = 0.55) -> str:
    """The colour mixed with a share of white."""
    parts = (int(colour[n : n + 2], 16) for n in (1, 3, 5))
    return "#" + "".join(f"{round(c + (255 - c) * share):02x}" for c in parts)


def bare(axes: Axes, *, grid: str = "") -> None:
    """Take away the frame but for the base line; grid lines along ``x`` or ``y``."""
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.set_axisbelow(True)
    if grid == "x":
        axes.xaxis.grid(visible=True, color=GRID, linewidth=0.8)
    elif grid == "y":
        axes.yaxis.grid(visible=True, color=GRID, linewidth=0.8)


def log_time(axis: Axis, least: float, most: float) -> None:
    """Ticks of a logarithmic axis of minutes at times that people say, not too close."""
    from matplotlib.ticker import FixedLocator, NullFormatter, NullLocator

    times = {
        1.0: "1 min", 60.0: "1 h", 1440.0: "1 d", 1 / 6: "10 s", 10.0: "10 min", 240.0: "4 h",
        1 / 60: "1 s", 10_080.0: "7 d", 0.5: "30 s", 30.0: "30 min", 4320.0: "3 d",
    }  # fmt: skip
    chosen: dict[float, str] = {}
    for time, word in times.items():
        near = [abs(math.log(time / other)) for other in chosen]
        if least <= time <= most and min(near, default=9.0) > 0.1 * math.log(most / least):
            chosen[time] = word
    axis.set_major_locator(FixedLocator(list(chosen)))
    axis.set_minor_locator(NullLocator())
    axis.set_minor_formatter(NullFormatter())
    axis.set_ticklabels(list(chosen.values()))


def say_nothing(figure: Figure, words: str) -> Figure:
    """The figure where there is nothing to show, saying so."""
    figure.text(0.5, 0.45, words, ha="center", va="center", color=MUTED, fontsize=11)
    return figure
