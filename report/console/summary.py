"""A run on one screen: what a planner reads first."""

from __future__ import annotations

import math

from rich.console import Console
from rich.table import Table
from rich.text import Text

from network.kpi import BY_NAME, HEADLINES
from network.places import SiteStatus
from network.quantity import MINUTES_PER_DAY, MINUTES_PER_HOUR, show_duration
from report.console.effort import busiest, cost_table, promise_table, staff_table
from report.console.service import (
    demand_table,
    region_table,
    service_table,
    worst_area,
    worst_region,
)
from report.console.tables import BAD, QUIET, notes, plain, remark
from report.view import RunView
from report.words import DASH, show_estimate, show_large, show_number, show_time

_WARNINGS, _WIDE, _LEAD = 6, 100, 27
_MONEY = ("cost", "cost_per_request")


def print_summary(view: RunView, console: Console) -> None:
    """Print a run as about 60 lines: what was asked, how it was served, at what cost.

    Parameters
    ----------
    view : RunView
    console : rich.console.Console
        80 to 120 columns wide; colour is used where there is any.
    """
    for line in _headline(view):
        console.print(line)
    parts = (
        _headline_figures(view),
        demand_table(view),
        service_table(view),
        region_table(view, console.width),
        staff_table(view),
        promise_table(view),
        cost_table(view),
        _remarks(view),
    )
    for part in parts:
        if part is not None:
            if console.width >= _WIDE and part.columns[0].min_width is None:
                part.columns[0].min_width = _LEAD
            console.print()
            console.print(part)


def _headline(view: RunView) -> list[Text]:
    network = view.network
    title = Text(view.title, style="bold")
    title.append("" if view.title == network.name else f"  {network.name}", style=QUIET)
    warm_up = f" after {show_time(view.warm_up_min)} of warm-up" if view.warm_up_min else ""
    runs = (
        f"{show_time(view.counted_days * MINUTES_PER_DAY)}{warm_up}",
        _counted(view.replications, "replication"),
        f"seed {view.seed}",
        view.engine,
        f"{view.requests:,} requests in {view.wall_seconds:.1f} s",
    )
    is_open = {site.site_id for site in network.sites if site.status.is_open}
    candidates = sum(site.status is SiteStatus.CANDIDATE for site in network.sites)
    size = (
        _counted(len(is_open), "open site"),
        *([_counted(candidates, "candidate")] if candidates else []),
        _counted(sum(pool.count for pool in network.pools if pool.site in is_open), "agent"),
        _counted(len(network.zones), "zone"),
        *_many(float(network.zones.population.sum()), "people"),
        *_many(float(network.zones.installed_base.sum()), "units"),
    )
    return [title, Text(" · ".join(runs), style=QUIET), Text(" · ".join(size), style=QUIET)]


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _many(count: float, what: str) -> list[str]:
    return [f"{show_large(count)} {what}"] if count > 1 else []


def _headline_figures(view: RunView) -> Table:
    """The figures of the whole network, four in a row."""
    grid = Table.grid(padding=(0, 3, 0, 0))
    across = 4
    estimates = {name: view.find(name) for name in HEADLINES}
    shown = [
        name
        for name in HEADLINES
        if estimates[name].known and (name not in _MONEY or estimates[name].mean > 0)
    ]
    for _ in range(across):
        grid.add_column(no_wrap=True, min_width=14)
    for start in range(0, len(shown), across):
        names = shown[start : start + across]
        grid.add_row(*(Text(_head(view, name), style=QUIET) for name in names))
        grid.add_row(
            *(plain(show_estimate(estimates[name], BY_NAME[name].unit), "bold") for name in names)
        )
    return grid


def _head(view: RunView, name: str) -> str:
    kpi, currency = BY_NAME[name], view.network.settings.currency
    money = {"currency/month": f", {currency} a month", "currency": f", {currency}"}
    return kpi.title + money.get(kpi.unit, "")


def _remarks(view: RunView) -> Table:
    """The tail beside the average, what is left over, and what to beware of."""
    grid = notes()
    remark(grid, "Busiest", busiest(view))
    for word, text in (("Worst region", worst_region(view)), ("Worst area", worst_area(view))):
        if text is not None:
            remark(grid, word, text)
    remark(grid, "Open requests", _open_requests(view))
    if math.isfinite(view.settles_min):
        used = show_duration(view.warm_up_min)
        settles = f"{used} left out; the backlog settles after {show_duration(view.settles_min)}"
        remark(grid, "Warm-up", settles)
    if view.replications > 1:
        remark(grid, "Intervals", "± is half of a 95 % interval over the replications")
    else:
        remark(grid, "Intervals", "none: they need two replications or more")
    for warning in view.warnings[:_WARNINGS]:
        remark(grid, "Warning", warning, style=f"bold {BAD}")
    more = len(view.warnings) - _WARNINGS
    if more > 0:
        remark(grid, "", f"and {_counted(more, 'more warning')}")
    return grid


def _open_requests(view: RunView) -> str:
    """Where the number of open requests started and where it ended."""
    if not view.backlog.size:
        return DASH
    mean = view.backlog.mean(axis=0)
    first = mean[min(int(view.warm_up_min / MINUTES_PER_HOUR), len(mean) - 1)]
    values = [show_number(float(round(value))) for value in (first, mean[-1], mean.max())]
    return f"{values[0]} when counting began, {values[1]} at the end, {values[2]} at most"
