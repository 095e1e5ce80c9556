"""Promises: share kept before and after, its lower limit, and what was promised."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from report.decision.evidence import proof_verdict
from report.decision.view import DecisionView, PromiseProof
from report.figures.lettering import legible
from report.figures.style import (
    FAINT,
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
from report.view import PromiseRow
from report.words import show_share

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

_INK = {"met": "#00734f", "missed": "#b2182b"}
_UNSURE = "#b8860b"
_WIDTH, _NAMES_IN, _WORDS_IN = 13.2, 4.15, 3.05
_MOST = 24


def draw_promises(view: DecisionView) -> Figure:
    """A row for each promise: target as a tick, estimates as dots with their lower limits."""
    rows = view.proofs[:_MOST]
    with styled():
        subtitle = (
            "Share kept of what was due. Dot: estimate; its line reaches down to the one-sided "
            "lower limit. Met: the whole line is right of the tick, and no area below its floor."
        )
        height = 2.6 + 0.46 * max(len(rows), 3)
        figure = new_figure(view.after, _finding(view, rows), subtitle, _WIDTH, height)
        known = [row for row in rows if math.isfinite(row.simulated)]
        if not known:
            return say_nothing(figure, "No promise was due.")
        low, high = 0.75 / height, top_of(figure, 0.3)
        wide = (_WIDTH - _NAMES_IN - _WORDS_IN) / _WIDTH
        axes = figure.add_axes((_NAMES_IN / _WIDTH, low, wide, high - low), label="promises")
        before = {row.name: row for row in view.before.promises}
        least = _least(rows, before)
        for y, row in enumerate(rows):
            _row(axes, y, row, before.get(row.name), least)
        axes.set_xlim(least, 1.0 + 0.02 * (1 - least))
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.set_yticks([])
        axes.locator_params(axis="x", nbins=6)
        axes.xaxis.set_major_formatter(lambda value, _: show_share(value, 0) if value <= 1 else "")
        bare(axes, grid="x")
        _legend(axes)
        return figure


def _least(rows: tuple[PromiseProof, ...], before: dict[str, PromiseRow]) -> float:
    """Left end of the axis: below all estimates and targets; limits may go on beyond it."""
    old = (before[row.name].estimate for row in rows if row.name in before)
    shares = [*old, *(row.simulated for row in rows), *(row.target for row in rows)]
    lowest = min(share for share in shares if math.isfinite(share))
    return max(0.0, math.floor(20 * (lowest - 0.06)) / 20)


def _finding(view: DecisionView, rows: tuple[PromiseProof, ...]) -> str:
    """How many promises are met, and which is farthest from it."""
    certificate = view.certificate
    proved = (
        "" if certificate is None else (" and the certificate held" if certificate.held else "")
    )
    met = sum(row.verdict == "met" for row in rows)
    if rows and met == len(rows):
        return (
            f"All {len(rows)} promises are met{proved}"
            if met > 1
            else f"The promise is met{proved}"
        )
    if not rows:
        return "Promises"
    words = f"{met} of {len(rows)} promises {'is' if met == 1 else 'are'} met"
    short = [row for row in rows if row.verdict == "missed" and math.isfinite(row.simulated)]
    if short:
        worst = min(short, key=lambda row: min(row.simulated - row.target, _above_floor(row)))
        many = "missed" if len(short) == 1 else f"{len(short)} missed, most of all"
        words += f"; {many}: {legible(worst.title, worst.name, 60)}"
    return words


def _above_floor(row: PromiseProof) -> float:
    return 0.0 if row.floor is None or math.isnan(row.worst) else row.worst - row.floor


def _row(axes: Axes, y: int, row: PromiseProof, old: PromiseRow | None, least: float) -> None:
    """Before above, after below it, the target across both; the verdict at the right."""
    axes.plot([least, 1], [y, y], color=GRID, linewidth=0.8, zorder=0)
    ink = _INK.get(row.verdict, _UNSURE)
    if old is not None:
        _dot(axes, y - 0.15, old.estimate, old.lower, least, FAINT, MUTED)
    _dot(axes, y + 0.15, row.simulated, row.lower, least, ink, ink)
    axes.plot([row.target] * 2, [y - 0.36, y + 0.36], color=INK, linewidth=2.2, zorder=4)
    axes.annotate(
        legible(row.title, row.name, 56), (0, y), xycoords=("axes fraction", "data"),
        xytext=(-8, 0), textcoords="offset points", ha="right", va="center", fontsize=9,
        annotation_clip=False,
    )  # fmt: skip
    axes.annotate(
        _verdict(row), (1, y), xycoords=("axes fraction", "data"), xytext=(10, 0), color=ink,
        textcoords="offset points", va="center", fontsize=9, annotation_clip=False,
    )  # fmt: skip


def _verdict(row: PromiseProof) -> str:
    """The share kept and the verdict; the area that decides it as far as it can be written."""
    area = legible(row.worst_area, "one area", 16) if row.worst_area else "one area"
    words = proof_verdict(row).plain
    if row.below_floor and row.floor is not None:
        words = f"{row.verdict}: {area} {show_share(row.worst, 0)} < {show_share(row.floor, 0)}"
    return f"{show_share(row.simulated)}  {words}" if math.isfinite(row.simulated) else words


def _dot(
    axes: Axes, y: float, share: float, lower: float, least: float, fill: str, edge: str
) -> None:
    if not math.isfinite(share):
        return
    if math.isfinite(lower):
        ends = [max(lower, least), share]
        axes.plot(ends, [y, y], color=edge, linewidth=1.6, solid_capstyle="butt", zorder=2)
        if lower >= least:
            axes.plot([lower] * 2, [y - 0.11, y + 0.11], color=edge, linewidth=1.6, zorder=2)
    axes.plot(share, y, "o", markersize=7, markerfacecolor=fill, markeredgecolor=edge, zorder=3)


def _legend(axes: Axes) -> None:
    from matplotlib.lines import Line2D

    def dot(fill: str, edge: str) -> Line2D:
        return Line2D(
            [], [], marker="o", markersize=7, markerfacecolor=fill, markeredgecolor=edge,
            color=edge, linewidth=1.6,
        )  # fmt: skip

    handles = [dot(FAINT, MUTED), *(dot(i, i) for i in (*_INK.values(), _UNSURE))]
    tick = Line2D([], [], color=INK, marker="|", markersize=12, markeredgewidth=2.2, linewidth=0)
    words = ["before", "after: met", "missed", "not shown", "promised"]
    axes.legend(
        [*handles, tick], words, loc="lower left", bbox_to_anchor=(0, 1.0), ncols=5, fontsize=8.5,
        borderpad=0.0, borderaxespad=0.4, handletextpad=0.6, columnspacing=1.6,
        facecolor=PAPER,
    )  # fmt: skip
