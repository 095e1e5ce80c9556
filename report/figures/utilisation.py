"""Utilisation: how busy every open site is, at work and on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from network.places import Site
from report.figures.lettering import legible
from report.figures.style import (
    BUSY,
    BUSY_COLOUR,
    INK,
    MUTED,
    bare,
    lighter,
    new_figure,
    say_nothing,
    styled,
    tier_colours,
    top_of,
)
from report.view import Estimate, RunView
from report.words import show_estimate, show_share

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST = 32
_COLUMNS = (1.27, 1.40)


def draw_utilisation(view: RunView) -> Figure:
    """A bar for every open site with agents, split into work and travel, by tier."""
    sites = _order(view)
    shown = sites[:_MOST]
    with styled():
        more = f" The busiest {_MOST} of {len(sites)} sites." if len(sites) > _MOST else ""
        subtitle = (
            "Share of paid duty at work (full colour) and on the way (light), with its 95 % "
            f"interval. The line marks {show_share(BUSY, 0)}, where queues grow fast.{more}"
        )
        height = 2.0 + 0.3 * max(len(shown), 3) + 0.25 * len({s.tier for s in shown})
        figure = new_figure(view, _finding(view, sites), subtitle, 10.0, height)
        if not shown:
            return say_nothing(figure, "No open site has agents.")
        axes = figure.add_axes(
            (0.29, 0.75 / height, 0.48, top_of(figure, 0.05) - 0.75 / height), label="sites"
        )
        _bars(axes, view, shown)
        return figure


def _order(view: RunView) -> list[Site]:
    """Open sites with agents on duty, by tier, the busiest first."""
    rank = {tier.tier_id: n for n, tier in enumerate(view.tiers)}
    sites = [site for site in view.network.sites if site.status.is_open]
    use = view.column("utilisation", "site", [site.site_id for site in sites])[:, 0]
    known = [n for n in range(len(sites)) if np.isfinite(use[n])]
    busiest = sorted(known, key=lambda n: -use[n])[:_MOST]
    rest = sorted(set(known) - set(busiest), key=lambda n: -use[n])
    ordered = sorted(busiest, key=lambda n: (rank[sites[n].tier], -use[n]))
    return [sites[n] for n in (*ordered, *rest)]


def _finding(view: RunView, sites: list[Site]) -> str:
    if not sites:
        return "Utilisation of the sites"
    use = {s.site_id: view.find("utilisation", "site", s.site_id).mean for s in sites}
    top = max(sites, key=lambda site: use[site.site_id])
    if len(sites) == 1:
        name = legible(top.name, top.site_id, 40)
        return f"{name} is busy for {show_share(use[top.site_id], 0)} of its duty hours"
    over = sum(value >= BUSY for value in use.values())
    name = legible(top.name, top.site_id, 30)
    return (
        f"Busiest: {name}, {show_share(use[top.site_id], 0)} of its duty hours; "
        f"{over or 'none'} of {len(sites)} above {show_share(BUSY, 0)}"
    )


def _bars(axes: Axes, view: RunView, sites: list[Site]) -> None:
    colours, names = tier_colours(view), {t.tier_id: (t.name, t.tier_id) for t in view.tiers}
    agents = {s.site_id: 0 for s in sites}
    for pool in view.network.pools:
        if pool.site in agents:
            agents[pool.site] += pool.count
    y, tier, most = 0.0, "", 1.0
    for site in sites:
        if site.tier != tier:
            tier = site.tier
            y += 0.55
            label = legible(*names[tier], most=34)
            axes.annotate(
                label, (0, y), xytext=(-8, 0), textcoords="offset points", fontsize=9, ha="right",
                fontweight="bold", va="center", color=colours[tier], annotation_clip=False,
            )  # fmt: skip
            y += 0.85
        use = view.find("utilisation", "site", site.site_id)
        way = view.find("travel_share", "site", site.site_id).mean
        most = max(most, use.mean)
        _bar(axes, y, use, 0.0 if np.isnan(way) else way, colours[tier])
        axes.annotate(
            legible(site.name, site.site_id, 36), (0, y), xytext=(-8, 0), ha="right", va="center",
            textcoords="offset points", fontsize=9, color=INK, annotation_clip=False,
        )  # fmt: skip
        for x, word in zip(
            _COLUMNS, (show_estimate(use, "1"), f"{agents[site.site_id]:,}"), strict=True
        ):
            axes.text(x, y, word, transform=axes.get_yaxis_transform(), ha="right", va="center")
        y += 1.0
    axes.set_ylim(y - 0.3, 0.1)
    axes.set_xlim(0, most)
    axes.axvline(BUSY, color=BUSY_COLOUR, linewidth=1.1, linestyle=(0, (4, 2)), zorder=0)
    axes.set_xticks(np.arange(0, most + 1e-9, 0.25), labels=[
        show_share(tick, 0) for tick in np.arange(0, most + 1e-9, 0.25)
    ])  # fmt: skip
    for x, word in zip(_COLUMNS, ("utilisation", "agents"), strict=True):
        axes.text(x, 1, word, transform=axes.transAxes, ha="right", color=MUTED, fontsize=8)
    axes.set_yticks([])
    bare(axes, grid="x")
    axes.set_xlabel("Utilisation, share of duty hours")


def _bar(axes: Axes, y: float, use: Estimate, way: float, colour: str) -> None:
    work = use.mean * (1 - way)
    axes.barh(y, work, height=0.62, color=colour)
    axes.barh(y, use.mean - work, left=work, height=0.62, color=lighter(colour))
    if np.isfinite(use.half_width):
        ends = [max(use.lower, 0.0), use.upper]
        axes.plot(ends, [y, y], color=INK, linewidth=1.2, solid_capstyle="butt")
