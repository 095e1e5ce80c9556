"""What it takes: staff by tier, promises and their verdicts, cost by component."""

from __future__ import annotations

import numpy as np
from rich.bar import Bar
from rich.table import Table
from rich.text import Text

from network.kpi import COST_COMPONENTS
from network.places import SiteStatus
from report.console.service import shown
from report.console.tables import BAD, GOOD, UNSURE, add, section
from report.view import PromiseRow, RunView
from report.words import COMPONENT_NAMES, DASH, show_estimate, show_money, show_share

_BAR = 20
_MANY = 14


def staff_table(view: RunView) -> Table:
    """Sites and agents of every tier and how busy they are."""
    table = section("Staff", "sites", "agents", "utilisation", "occupancy", "travel", "overtime")
    for tier in view.tiers:
        sites = [s for s in view.network.sites if s.tier == tier.tier_id]
        is_open = {s.site_id for s in sites if s.status.is_open}
        listed = sum(s.status is not SiteStatus.CLOSED for s in sites)
        agents = sum(p.count for p in view.network.pools if p.site in is_open)
        overtime = view.find("overtime_hours", "tier", tier.tier_id).mean
        duty = view.find("duty_hours", "tier", tier.tier_id).mean
        add(
            table,
            tier.name or tier.tier_id,
            f"{len(is_open)} of {listed}" if listed > len(is_open) else f"{len(is_open)}",
            f"{agents:,}",
            shown(view, "utilisation", "tier", tier.tier_id),
            show_share(view.find("occupancy", "tier", tier.tier_id).mean),
            show_share(view.find("travel_share", "tier", tier.tier_id).mean, 0),
            show_share(overtime / duty if duty > 0 else np.nan),
        )
    return table


def busiest(view: RunView, most: int = 3) -> str:
    """The open sites with the highest utilisation."""
    sites = [site for site in view.network.sites if site.status.is_open]
    use = view.column("utilisation", "site", [site.site_id for site in sites])[:, 0]
    order = [n for n in np.argsort(-np.nan_to_num(use), kind="stable") if np.isfinite(use[n])]
    names = [f"{sites[n].name or sites[n].site_id} {show_share(float(use[n]), 0)}" for n in order]
    return " · ".join(names[:most]) or DASH


def promise_table(view: RunView) -> Table | None:
    """Every promise with its target, what was kept, and the verdict; names are not cut."""
    if not view.promises:
        return None
    table = section("Promise", "target", "kept", "at least")
    table.add_column(Text("verdict (95 %)", style="dim"), no_wrap=True)
    rank = {"missed": 0, "not shown": 1, "met": 2}
    rows = list(view.promises)
    if len(rows) > _MANY:
        rows = sorted(rows, key=lambda row: rank[row.verdict])
    for row in rows[:_MANY]:
        cells = (show_share(row.target, 0), show_share(row.estimate), show_share(row.lower))
        table.add_row(Text(row.title or row.name), *cells, verdict(row))
    if len(rows) > _MANY:
        add(table, f"... and {len(rows) - _MANY} more, all as good as the last")
    return table


def verdict(row: PromiseRow) -> Text:
    """The verdict in a word and a colour, and the area that decides it."""
    style = {"met": GOOD, "missed": BAD}.get(row.verdict, UNSURE)
    text = Text(row.verdict, style=style)
    if row.below_floor and row.floor is not None:
        text.append(f": {row.worst_area} {100 * row.worst:.0f} < {show_share(row.floor, 0)}")
    elif not np.isfinite(row.estimate):
        text.append(f": no {row.unit} due")
    return text


def cost_table(view: RunView) -> Table | None:
    """Cost by component, the largest first, and in total."""
    total, each = view.find("cost"), view.find("cost_per_request")
    if not total.known or total.mean <= 0:
        return None
    table = section("Cost", f"{view.network.settings.currency} a month")
    table.add_column("", width=_BAR)
    for head in ("share", "per request"):
        table.add_column(Text(head, style="dim"), justify="right", no_wrap=True)
    amounts = view.column("cost", "component", COST_COMPONENTS)[:, 0]
    for n in np.argsort(-np.nan_to_num(amounts), kind="stable"):
        share = float(amounts[n]) / total.mean
        if share > 0:
            add(
                table,
                COMPONENT_NAMES[COST_COMPONENTS[n]],
                shown(view, "cost", "component", COST_COMPONENTS[n]),
                Bar(1.0, 0.0, share, width=_BAR, color="cyan"),
                show_share(share),
                show_money(share * each.mean),
            )
    sums = (show_estimate(total, "currency"), "", show_share(1.0), show_estimate(each, "currency"))
    add(table, "all together", *sums, style="bold")
    return table
