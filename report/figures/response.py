"""Response: how much is answered within which time, tier by tier, and the target."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from network.places import Tier
from report.figures.lettering import legible
from report.figures.style import (
    INK,
    MUTED,
    PAPER,
    bare,
    lighter,
    log_time,
    new_figure,
    say_nothing,
    styled,
    tier_colours,
    top_of,
)
from report.view import RunView
from report.words import show_estimate, show_share, show_time

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]

_ACROSS = 2
_MOST = 6


def draw_response(view: RunView) -> Figure:
    """Distribution of the response time of every tier that answered anything."""
    place = {tier.tier_id: n for n, tier in enumerate(view.network.tiers)}
    counts = {
        tier.tier_id: view.histogram[place[tier.tier_id]]
        for tier in view.tiers
        if view.histogram[place[tier.tier_id]].sum() > 0
    }
    tiers = [tier for tier in view.tiers if tier.tier_id in counts][:_MOST]
    with styled():
        rows = max(1, -(-len(tiers) // _ACROSS))
        subtitle = (
            "Share of the first visits at a tier answered within a time. "
            "Lost and overdue ones are missed in the share within target."
        )
        figure = new_figure(view, _finding(view, tiers), subtitle, 10.0, 1.9 + 2.5 * rows)
        if not tiers:
            return say_nothing(figure, "Nothing was answered.")
        across = min(_ACROSS, len(tiers))
        grid = figure.add_gridspec(
            rows, across, left=0.07, right=0.97, bottom=0.75 / figure.get_figheight(),
            top=top_of(figure, 0.42), hspace=0.5, wspace=0.14,
        )  # fmt: skip
        limits = _limits(view, [counts[tier.tier_id] for tier in tiers])
        colours = tier_colours(view)
        for n, tier in enumerate(tiers):
            axes = figure.add_subplot(grid[n // across, n % across])
            _curve(axes, view.histogram_edges, counts[tier.tier_id], colours[tier.tier_id], limits)
            _annotate(axes, view, tier, colours[tier.tier_id], limits)
        return figure


def _finding(view: RunView, tiers: list[Tier]) -> str:
    """The tier that keeps its target least often."""
    shares = [(view.find("sla", "tier", t.tier_id).mean, t) for t in tiers if t.target is not None]
    known = [(share, tier) for share, tier in shares if np.isfinite(share)]
    if known:
        share, tier = min(known, key=lambda pair: pair[0])
        name = legible(tier.name, tier.tier_id, 40)
        words = f"{name}: {show_share(share)} answered within {show_time(tier.target or 0.0)}"
        return f"{words}, the least of {len(known)} tiers" if len(known) > 1 else words
    mean = view.find("response_mean")
    return f"Mean response {show_time(mean.mean)}" if mean.known else "Response times"


def _limits(view: RunView, counts: list[NDArray[np.int64]]) -> tuple[float, float]:
    """Ends of the axis: what is answered, and all targets."""
    edges = view.histogram_edges
    last = max(edges[np.flatnonzero(count)[-1] + 1] for count in counts)
    finite = edges[np.isfinite(edges) & (edges > 0)]
    firsts = [_quantile_edge(edges, count, 0.02) for count in counts]
    targets = [tier.target for tier in view.network.tiers if tier.target]
    low = min(*firsts, *targets, 0.5) / 2
    high = max(min(last, finite[-1]), *targets, 2 * low)
    return float(max(low, finite[0])), float(high) * 1.2


def _quantile_edge(edges: Floats, count: NDArray[np.int64], share: float) -> float:
    bin_number = int(np.searchsorted(np.cumsum(count), share * count.sum()))
    return max(float(edges[bin_number]), float(edges[1]))


def _curve(
    axes: Axes, edges: Floats, count: NDArray[np.int64], colour: str, limits: tuple[float, float]
) -> None:
    known = np.isfinite(edges[1:])
    times = edges[1:][known]
    share = np.cumsum(count)[known] / count.sum()
    axes.fill_between(times, share, color=lighter(colour, 0.82), linewidth=0)
    axes.plot(times, share, color=colour, linewidth=2.2, solid_capstyle="round")
    axes.set_xscale("log")
    axes.set_xlim(*limits)
    axes.set_ylim(0, 1.04)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1.0], labels=["0", "", "50 %", "", "100 %"])
    log_time(axes.xaxis, *limits)
    bare(axes, grid="y")


def _annotate(
    axes: Axes, view: RunView, tier: Tier, colour: str, limits: tuple[float, float]
) -> None:
    from matplotlib.patheffects import withStroke

    name = legible(tier.name, tier.tier_id, 40)
    mean, p90 = (view.find(f"response_{k}", "tier", tier.tier_id) for k in ("mean", "p90"))
    axes.set_title(name, loc="left", fontsize=10, fontweight="bold", color=colour, pad=17)
    said = f"mean {show_estimate(mean, 'min')}, 90 % within {show_estimate(p90, 'min')}"
    said += "" if tier.target is not None else "; no target"
    axes.text(0, 1.035, said, transform=axes.transAxes, fontsize=8.5, color=MUTED)
    if not tier.target:
        return
    axes.axvline(tier.target, color=INK, linewidth=1.2, linestyle=(0, (4, 2)))
    in_target = view.find("sla", "tier", tier.tier_id)
    words = f"target {show_time(tier.target)}"
    if in_target.known:
        words = f"{show_estimate(in_target, '1')}\nwithin the {words}"
    place = np.log(tier.target / limits[0]) / np.log(limits[1] / limits[0])
    right = place < 0.62
    high = not right and _share_before(axes, place - 0.4) < 0.3
    axes.annotate(
        words, (tier.target, 0.97 if high else 0.06), xytext=(6 if right else -6, 0),
        textcoords="offset points", ha="left" if right else "right",
        va="top" if high else "bottom", fontsize=9, color=INK, linespacing=1.3,
        path_effects=[withStroke(linewidth=2.5, foreground=PAPER, alpha=0.85)],
    )  # fmt: skip


def _share_before(axes: Axes, place: float) -> float:
    """Height of the curve at a fraction of the axis."""
    low, high = axes.get_xlim()
    times, share = np.asarray(axes.lines[0].get_data())
    return float(np.interp(low * (high / low) ** max(place, 0.0), times, share))
