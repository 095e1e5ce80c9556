"""What the plan does: sites, tiers, and the table of regions before and after."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from report.console.tables import QUIET, UNSURE, add, name_text, plain, section
from report.decision.view import DecisionView, RegionRow, SiteAction, SiteChange, Verdict
from report.decision.words import counted, from_to, show_difference, show_verdict
from report.view import RunView
from report.words import DASH, show_money, show_number, show_time

_MOST_SITES, _MOST_REGIONS = 14, 12
_WIDE, _LEAD = 100, 12
_ACTION_STYLE = {SiteAction.OPENED.value: "bold", SiteAction.CLOSED.value: UNSURE}


def summary_line(view: DecisionView) -> Text:
    """Sites opened and closed, agents, and what is paid once."""
    opened, closed = (len(view.sites_that(w)) for w in (SiteAction.OPENED, SiteAction.CLOSED))
    agents = [sum(n for _, n in staff_by_tier(run).values()) for run in (view.before, view.after)]
    once = sum(site.opening_or_closing_cost for site in view.sites)
    currency = view.after.network.settings.currency
    parts = (
        f"{counted(opened, 'site')} opened, {counted(closed, 'site')} closed",
        f"agents {from_to(f'{agents[0]:,}', f'{agents[1]:,}')}",
        *([f"{currency} {show_money(once)} paid once"] if once else []),
    )
    return Text("Plan: " + " · ".join(parts))


def staff_by_tier(run: RunView) -> dict[str, tuple[int, int]]:
    """Open sites and their agents, by tier."""
    tier_of = {s.site_id: s.tier for s in run.network.sites if s.status.is_open}
    found = dict.fromkeys((tier.tier_id for tier in run.tiers), (0, 0))
    for tier in tier_of.values():
        found[tier] = (found[tier][0] + 1, found[tier][1])
    for pool in run.network.pools:
        if pool.site in tier_of:
            sites, agents = found[tier_of[pool.site]]
            found[tier_of[pool.site]] = (sites, agents + pool.count)
    return found


def site_table(view: DecisionView) -> Table | None:
    """Sites opened, closed and with other staff than today; the others are counted."""
    if not view.sites:
        return None
    table = section("Site")
    for head in ("", "tier"):
        table.add_column(Text(head, style=QUIET), no_wrap=True, overflow="ellipsis")
    for head in ("agents", "paid once"):
        table.add_column(Text(head, style=QUIET), justify="right", no_wrap=True)
    rank = list(SiteAction)
    changed = [site for site in view.sites if site.is_change]
    changed.sort(key=lambda site: rank.index(SiteAction(site.what)))
    for site in changed[:_MOST_SITES]:
        add(table, site.name or site.site_id, *_site_cells(view, site))
    left = len(changed) - _MOST_SITES
    if left > 0:
        add(table, f"... and {left} more")
    same = len(view.sites) - len(changed)
    if same:
        add(table, f"{same} other{'' if same == 1 else 's'}", "as today", style=QUIET)
    return table


def _site_cells(view: DecisionView, site: SiteChange) -> tuple[str | Text, ...]:
    once = site.opening_or_closing_cost
    return (
        Text(site.what, style=_ACTION_STYLE.get(site.what, "")),
        name_text(view.tier_name(site.tier)),
        from_to(f"{site.agents_before:,}", f"{site.agents_after:,}"),
        show_money(once) if once else "",
    )


def tier_table(view: DecisionView) -> Table:
    """Open sites and agents of every tier before and after."""
    table = section("Tier", "sites", "agents")
    before, after = staff_by_tier(view.before), staff_by_tier(view.after)
    for tier in view.after.tiers:
        old, new = before.get(tier.tier_id, (0, 0)), after[tier.tier_id]
        cells = (from_to(f"{a:,}", f"{b:,}") for a, b in zip(old, new, strict=True))
        add(table, tier.name or tier.tier_id, *cells)
    return table


def region_table(view: DecisionView, width: int) -> Table | None:
    """Sites, cover radius and expected response of every region before and after.

    Parameters
    ----------
    view : DecisionView
    width : int
        Columns of the screen; a narrow one leaves out the difference.
    """
    if not view.regions:
        return None
    rows = view.regions[:_MOST_REGIONS]
    tiers = list(dict.fromkeys(row.tier for row in rows))
    is_wide = width >= _WIDE
    heads = ("sites", "cover radius", "expected response", *(["difference"] if is_wide else []))
    table = section("Region", *heads)
    table.columns[0].min_width = _LEAD
    table.add_column(Text(""), no_wrap=True, min_width=len(Verdict.NO_EVIDENCE))
    for tier in tiers:
        add(table, view.tier_name(tier), style=QUIET)
        for row in rows:
            if row.tier == tier:
                cells = _region_cells(row)
                add(table, f"  {row.region}", *(cells if is_wide else (*cells[:3], cells[4])))
    left = len(view.regions) - len(rows)
    if left:
        add(table, f"... and {left} more")
    return table


def _region_cells(row: RegionRow) -> Sequence[str | Text]:
    km = [show_number(value) for value in (row.cover_km_before, row.cover_km_after)]
    cover = from_to(*km)
    response = from_to(show_time(row.response_before), show_time(row.response_after))
    return (
        from_to(f"{row.sites_before:,}", f"{row.sites_after:,}"),
        cover if cover == DASH else f"{cover} km",
        response,
        plain(show_difference(row.difference.estimate, "min")),
        show_verdict(row.difference),
    )
