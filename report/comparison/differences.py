"""Picture: paired differences of the figures with their intervals."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from report.comparison.view import Alternative, ComparisonView, Figure
from report.comparison.words import levers_in_words, show_verdict
from report.decision.view import PROMISE
from report.decision.words import counted, show_difference
from report.figures.lettering import legible
from report.figures.style import (
    GRID,
    INK,
    MUTED,
    PAPER,
    bare,
    new_figure,
    say_nothing,
    styled,
    top_of,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Picture

VERDICT_COLOUR = {
    "better": "#00734f", "worse": "#b2182b", "equivalent": "#0072b2",
    "higher": "#8a6500", "lower": "#8a6500",
}  # fmt: skip
_WIDTH, _NAMES_IN, _WORDS_IN, _ROW_IN, _GAP_IN = 13.2, 4.15, 3.2, 0.31, 0.72
_MOST = 24
_LIMIT = 6.0
"""An axis reaches at most so many times as far as the middle figure's interval."""


def draw_differences(view: ComparisonView, one: Alternative) -> Picture:
    """Promises and other shares in points, everything else in per cent of the base."""
    groups = _groups(one)
    rows = sum(len(group) for _, group in groups)
    with styled():
        subtitle = (
            f"Difference of {legible(one.label, 'the alternative', 60)} from "
            f"{legible(view.label, 'the base', 40)}, paired on the same requests. Thick: interval "
            f"of the figure by itself; thin: together with all others.{_margin_words(one)}"
        )
        height = 1.5 + _ROW_IN * max(rows, 3) + _GAP_IN * max(len(groups), 1)
        picture = new_figure(one.run, _finding(one), subtitle, _WIDTH, height)
        if not groups:
            return say_nothing(picture, "No figure differs in any replication.")
        top = top_of(picture, 0.25)
        for name, group in groups:
            tall = _ROW_IN * len(group) / height
            left, wide = _NAMES_IN / _WIDTH, (_WIDTH - _NAMES_IN - _WORDS_IN) / _WIDTH
            axes = picture.add_axes((left, top - tall, wide, tall), label=name)
            _draw(axes, view, group, name)
            top -= tall + _GAP_IN / height
        return picture


def _groups(one: Alternative) -> list[tuple[str, list[Figure]]]:
    """Figures that differ, those with a verdict first; shares apart from the rest."""
    known = [
        figure
        for figure in one.figures
        if figure.verdict != "the same" and math.isfinite(figure.relative.mean)
    ]
    promises = [figure for figure in known if figure.change.kpi == PROMISE]
    shares = [f for f in known if f.change.unit == "1" and f.change.kpi != PROMISE]
    others = [figure for figure in known if figure.change.unit != "1"]
    found = (
        ("promises, points of what was due", promises),
        ("points of a share", shares),
        ("per cent of the base", others),
    )
    return [(_headed(name, group), _first(group)) for name, group in found if group]


def _margin_words(one: Alternative) -> str:
    given = any(figure.margin is not None for figure in one.figures)
    return " Dashes: the margin within which a difference does not matter." if given else ""


def _first(group: list[Figure]) -> list[Figure]:
    """The first figures, those that are shown to differ before the others."""
    if len(group) <= _MOST:
        return group
    return sorted(group, key=lambda figure: figure.verdict not in VERDICT_COLOUR)[:_MOST]


def _headed(name: str, group: list[Figure]) -> str:
    more = len(group) - _MOST
    return name if more <= 0 else f"{name} ({more} more in verdicts.csv)"


def _finding(one: Alternative) -> str:
    """What differs, and how many figures are better and worse for it."""
    counts = {word: sum(f.verdict == word for f in one.figures) for word in ("better", "worse")}
    what = levers_in_words(one.levers)
    if not any(counts.values()):
        return f"{what[:1].upper()}{what[1:]}: no evidence that anything is better or worse"
    words = f"{counted(counts['better'], 'figure')} better, {counts['worse']} worse"
    return f"{what[:1].upper()}{what[1:]}: {words}"


def _draw(axes: Axes, view: ComparisonView, group: list[Figure], name: str) -> None:
    reach = _reach(group)
    axes.axvline(0, color=INK, linewidth=1.0, zorder=1)
    for y, figure in enumerate(group):
        axes.plot([-reach, reach], [y, y], color=GRID, linewidth=0.8, zorder=0)
        _dot(axes, y, figure, reach)
        _words(axes, y, view, figure)
    axes.set_xlim(-reach, reach)
    axes.set_ylim(len(group) - 0.4, -0.6)
    axes.set_yticks([])
    axes.locator_params(axis="x", nbins=7)
    percent = name.startswith("per cent")
    axes.xaxis.set_major_formatter(
        lambda value, _: f"{value * (100 if percent else 1):+,.4g}" if value else "0"
    )
    bare(axes, grid="x")
    axes.set_xlabel(name, fontsize=8.5)


def _reach(group: list[Figure]) -> float:
    """Half the length of the axis: all that is shown to differ; what is wider goes on beyond it."""
    shown = [figure for figure in group if figure.verdict in VERDICT_COLOUR] or group
    means = [abs(figure.relative.mean) for figure in shown]
    ends = sorted(_farthest(figure) for figure in shown)
    middle = ends[len(ends) // 2]
    return 1.12 * max(*means, min(ends[-1], _LIMIT * middle), 1e-9)


def _farthest(figure: Figure) -> float:
    known = (figure.relative.lower, figure.relative.upper, figure.relative.mean)
    return max(abs(end) for end in known if math.isfinite(end))


def _dot(axes: Axes, y: int, figure: Figure, reach: float) -> None:
    ink = VERDICT_COLOUR.get(figure.verdict, MUTED)
    mean, scale = figure.relative.mean, _scale(figure)
    for lower, upper, wide in (
        (figure.lower, figure.upper, 1.0),
        (figure.change.lower, figure.change.upper, 3.2),
    ):
        if math.isfinite(lower) and math.isfinite(upper):
            ends = [min(max(end / scale, -reach), reach) for end in (lower, upper)]
            axes.plot(ends, [y, y], color=ink, linewidth=wide, solid_capstyle="butt", zorder=2)
    if figure.margin is not None:
        for side in (-1, 1):
            end = side * figure.margin / scale
            axes.plot([end, end], [y - 0.3, y + 0.3], color=INK, linewidth=1.2, zorder=2)
    filled = figure.verdict in VERDICT_COLOUR
    marker = "o" if abs(mean) <= reach else (">" if mean > 0 else "<")
    axes.plot(
        min(max(mean, -reach), reach), y, marker, markersize=6.5, zorder=3, clip_on=False,
        markerfacecolor=ink if filled else PAPER, markeredgecolor=ink, markeredgewidth=1.4,
    )  # fmt: skip


def _scale(figure: Figure) -> float:
    return 0.01 if figure.change.unit == "1" else abs(figure.change.before)


def _words(axes: Axes, y: int, view: ComparisonView, figure: Figure) -> None:
    """The figure's name at the left, its difference and verdict at the right."""
    change = figure.change
    known = legible(view.title_of(figure), change.key if change.kpi == PROMISE else change.kpi, 60)
    axes.annotate(
        known, (0, y), xycoords=("axes fraction", "data"), xytext=(-8, 0), ha="right",
        textcoords="offset points", va="center", fontsize=9, annotation_clip=False,
    )  # fmt: skip
    said = f"{show_difference(change.estimate, change.unit)}  {show_verdict(figure)}"
    axes.annotate(
        said, (1, y), xycoords=("axes fraction", "data"), xytext=(10, 0),
        textcoords="offset points", va="center", fontsize=9, annotation_clip=False,
        color=VERDICT_COLOUR.get(figure.verdict, MUTED),
    )  # fmt: skip
