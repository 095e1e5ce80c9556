"""Names beside points of a map, where they cover each other and the points least."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from report.figures.style import INK, PAPER

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text
    from matplotlib.transforms import Bbox

_PLACES = (
    ("left", "center", 1.0, 0.0),
    ("right", "center", -1.0, 0.0),
    ("center", "bottom", 0.0, 1.0),
    ("center", "top", 0.0, -1.0),
    ("left", "bottom", 0.75, 0.75),
    ("right", "bottom", -0.75, 0.75),
    ("left", "top", 0.75, -0.75),
    ("right", "top", -0.75, -0.75),
)
_RINGS = (1.0, 2.6, 4.5)


@dataclass(frozen=True, slots=True)
class Label:
    """A name to be written beside a point.

    Parameters
    ----------
    x, y : float
        Data units.
    words : str
    reach : float
        Distance of the words from the point, points of type.
    """

    x: float
    y: float
    words: str
    reach: float


def place_labels(
    axes: Axes, labels: Sequence[Label], *, beside: Sequence[Text] = (), size: float = 7.5
) -> None:
    """Write the names; the first ones choose their place first.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        With its final limits and aspect.
    labels : sequence of Label
    beside : sequence of Text
        Other words to keep clear of; those under a symbol are hidden.
    size : float
        Of the type.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.patheffects import withStroke

    figure = axes.get_figure(root=True)
    if figure is None or not labels:
        return
    given = figure.canvas
    canvas: Any = given if isinstance(given, FigureCanvasAgg) else FigureCanvasAgg(figure)
    renderer = canvas.get_renderer()
    inks = [_around(axes, label, figure.dpi / 72) for label in labels]
    rings = [(place, ring) for ring in _RINGS for place in _PLACES]
    taken = list(inks)
    for text in beside:
        box = text.get_window_extent(renderer)
        text.set_visible(not any(_shared(box, ink) for ink in inks))
        if text.get_visible():
            taken.append(box)
    for label in labels:
        spot, reach = (label.x, label.y), label.reach
        name = axes.annotate(
            label.words, spot, xytext=(0, 0), textcoords="offset points", fontsize=size, color=INK,
            fontweight="bold", zorder=10, annotation_clip=False, linespacing=1.1,
            path_effects=[withStroke(linewidth=2.2, foreground=PAPER, alpha=0.9)],
        )  # fmt: skip
        tried: list[tuple[float, Bbox, float, float]] = []
        for (ha, va, right, up), ring in rings:
            name.set(ha=ha, va=va, position=(right * reach * ring, up * reach * ring))
            box = name.get_window_extent(renderer)
            cost = sum(_shared(box, other) for other in taken) + 3 * _outside(box, axes.bbox)
            tried.append((cost + 0.04 * ring * box.width * box.height, box, right, up))
        best = min(range(len(tried)), key=lambda n: tried[n][0])
        (ha, va, right, up), ring = rings[best]
        name.set(ha=ha, va=va, position=(right * reach * ring, up * reach * ring))
        taken.append(tried[best][1])
        if ring > _RINGS[0]:
            axes.annotate(
                "", spot, xytext=(right * reach * ring, up * reach * ring), zorder=6,
                textcoords="offset points", annotation_clip=False,
                arrowprops={"arrowstyle": "-", "color": INK, "linewidth": 0.7, "shrinkB": 0},
            )  # fmt: skip


def _around(axes: Axes, label: Label, scale: float) -> Bbox:
    """The ground of the symbols at a point, pixels."""
    from matplotlib.transforms import Bbox

    x, y = axes.transData.transform((label.x, label.y))
    wide, high = 0.9 * label.reach * scale, 6 * scale
    return Bbox.from_extents(x - wide, y - high, x + wide, y + high)


def _shared(one: Bbox, other: Bbox) -> float:
    """Area that two boxes share."""
    width = min(one.x1, other.x1) - max(one.x0, other.x0)
    height = min(one.y1, other.y1) - max(one.y0, other.y0)
    return float(max(width, 0.0) * max(height, 0.0))


def _outside(box: Bbox, frame: Bbox) -> float:
    return float(box.width * box.height - _shared(box, frame))
