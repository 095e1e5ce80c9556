"""What is asked, and how it is served: by class, by tier, by tier and region."""

from __future__ import annotations

import numpy as np
from rich.table import Table
from rich.text import Text

from network.kpi import BY_NAME
from report.console.tables import QUIET, add, plain, section
from report.view import Estimate, RunView
from report.words import DASH, show_estimate, show_share, show_time

_RATIOS = {"visits_per_request"}  # means of counts, not shares
_MOST_REGIONS, _LEAD, _CELL = 8, 14, 18


def shown(view: RunView, kpi: str, dimension: str, key: str) -> str:
    """A figure in words."""
    unit = "ratio" if kpi in _RATIOS else BY_NAME[kpi].unit
    return show_estimate(view.find(kpi, dimension, key), unit)


def demand_table(view: RunView) -> Table:
    """Requests by class, most frequent first, and their total."""
    table = section("Demand", "requests a day", "resolved", "stages each", "time to resolve")
    figures = ("offered_per_day", "resolved", "visits_per_request", "resolution_mean")
    classes = {one.class_id: one.name or one.class_id for one in view.network.classes}
    volume = view.column("offered_per_day", "class", tuple(classes))[:, 0]
    order = np.argsort(-np.nan_to_num(volume), kind="stable")
    ids = [tuple(classes)[n] for n in order]
    for class_id in ids:
        add(table, classes[class_id], *(shown(view, f, "class", class_id) for f in figures))
    if len(ids) > 1:
        totals = (shown(view, f, "total", "all") for f in figures)
        add(table, "all together", *totals, style="bold")
    return table


def service_table(view: RunView) -> Table:
    """Response time and promise of every tier that was asked."""
    table = section(
        "Service", "response, mean", "90 % within", "within target", "target", "gave up"
    )
    for tier in view.tiers:
        add(
            table,
            tier.name or tier.tier_id,
            shown(view, "response_mean", "tier", tier.tier_id),
            shown(view, "response_p90", "tier", tier.tier_id),
            shown(view, "sla", "tier", tier.tier_id),
            DASH if tier.target is None else show_time(tier.target),
            show_share(view.find("visit_abandoned", "tier", tier.tier_id).mean),
        )
    return table


def region_table(view: RunView, width: int) -> Table | None:
    """Tiers by region, where there are several: 90 % answered within, and in target.

    Parameters
    ----------
    view : RunView
    width : int
        Columns of the screen; it shows as many tiers as have room.
    """
    regions = sorted(set(view.network.zones.region))
    tiers = [t for t in view.tiers if view.find("response_p90", "tier", t.tier_id).known]
    if len(regions) < 2 or not tiers:
        return None
    tiers = tiers[: max(1, (width - _LEAD) // (_CELL + 2))]
    table = section("Region: p90, in target")
    table.columns[0].min_width = _LEAD
    for tier in tiers:
        head = Text(tier.name or tier.tier_id, style=QUIET, no_wrap=True, overflow="ellipsis")
        table.add_column(head, justify="right", no_wrap=True, max_width=_CELL)
    for region in regions[:_MOST_REGIONS]:
        cells = []
        for tier in tiers:
            key = f"{tier.tier_id}|{region}"
            within = show_time(view.find("response_p90", "tier_region", key).mean)
            in_target = view.find("sla", "tier_region", key)
            cells.append(within + (f", {show_share(in_target.mean, 0)}" if in_target.known else ""))
        add(table, region, *cells)
    if len(regions) > _MOST_REGIONS:
        add(table, f"... and {len(regions) - _MOST_REGIONS} more regions")
    return table


def worst_region(view: RunView) -> Text | None:
    """The tier and region that stay farthest below the tier's average share in target."""
    regions = sorted(set(view.network.zones.region))
    found: list[tuple[float, str, str, Estimate, float]] = []
    for tier in view.tiers:
        average = view.find("sla", "tier", tier.tier_id).mean
        keys = [f"{tier.tier_id}|{region}" for region in regions]
        for region, limits in zip(regions, view.column("sla", "tier_region", keys), strict=True):
            if np.isfinite(limits[0]) and limits[0] < average:
                here = Estimate(*map(float, limits))
                found.append(
                    (average - here.mean, tier.name or tier.tier_id, region, here, average)
                )
    if len(regions) < 2 or not found:
        return None
    _, tier_name, region, here, average = max(found, key=lambda row: row[0])
    return Text.assemble(
        region, " ", plain(show_estimate(here, "1")),
        f" within the target at {tier_name}, {show_share(average)} in all regions",
    )  # fmt: skip


def worst_area(view: RunView) -> Text | None:
    """The promise and area that stay farthest below what is kept on the whole."""
    rows = [  # an area's share of requests is nothing to hold against a share of months
        row
        for row in view.promises
        if row.worst_area and row.unit == "requests" and row.worst < row.estimate
    ]
    if not rows:
        return None
    row = max(rows, key=lambda row: row.estimate - row.worst)
    return Text(
        f"{row.worst_area} {show_share(row.worst)} against {show_share(row.estimate)} overall: "
        f"{row.title or row.name}"
    )
