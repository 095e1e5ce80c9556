"""A dry look: offered load against capacity, before anything is simulated."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Protocol

from rich.console import Console
from rich.table import Table
from rich.text import Text

from network.model import Network
from report.console.tables import BAD, GOOD, QUIET, UNSURE, add, name_text, section
from report.words import show_number, show_share

_HIGH = 0.85


class LoadRow(Protocol):
    """Work offered to some skills of a site or of all sites of a tier."""

    @property
    def place(self) -> str:
        """Site or tier id."""

    @property
    def skills(self) -> tuple[str, ...]:
        """The work that only these agents can do."""

    @property
    def offered(self) -> float:
        """Agents busy on average (erlang)."""

    @property
    def capacity(self) -> float:
        """Agents on duty who can do it, averaged over the week."""

    @property
    def rho(self) -> float:
        """Offered load per agent."""

    @property
    def overloaded(self) -> bool:
        """Whether the queue grows without end."""


def print_traffic(
    network: Network,
    requests_per_day: Mapping[str, float],
    tiers: Sequence[LoadRow],
    sites: Sequence[LoadRow],
    console: Console,
) -> None:
    """Print what is offered to every tier and site, and what would overload it.

    Parameters
    ----------
    network : Network
    requests_per_day : mapping of str to float
        By class.
    tiers, sites : sequence of LoadRow
        All skills of a place together, and the subsets that are tighter.
    console : rich.console.Console
    """
    console.print(Text(network.settings.title or network.name, style="bold"))
    total = sum(requests_per_day.values())
    console.print(Text(f"{show_number(total)} requests a day, long-run means", style=QUIET))
    console.print()
    demand = section("Demand", "requests a day", "share")
    names = {one.class_id: one.name or one.class_id for one in network.classes}
    for class_id, rate in sorted(requests_per_day.items(), key=lambda item: -item[1]):
        share = show_share(rate / total if total > 0 else math.nan)
        add(demand, names.get(class_id, class_id), show_number(rate), share)
    console.print(demand)
    tier_names = {tier.tier_id: tier.name or tier.tier_id for tier in network.tiers}
    site_names = {site.site_id: site.name or site.site_id for site in network.sites}
    for table in (_loads("Tier", tier_names, tiers), _loads("Site", site_names, sites)):
        console.print()
        console.print(table)


def _loads(title: str, names: Mapping[str, str], loads: Sequence[LoadRow]) -> Table:
    """Loads, the places with the highest first."""
    table = section(title, "erlang", "on duty", "load")
    table.columns[0].min_width = 20
    table.add_column(Text(""), no_wrap=True)
    table.add_column(Text("work that only they can do", style=QUIET))
    highest: dict[str, float] = {}
    for load in loads:
        highest[load.place] = max(load.rho, highest.get(load.place, 0.0))
    for load in sorted(loads, key=lambda load: (-highest[load.place], load.place)):
        add(
            table,
            names.get(load.place, load.place),
            f"{load.offered:,.1f}",
            f"{load.capacity:,.1f}",
            show_share(load.rho, 0),
            _mark(load),
            name_text(", ".join(load.skills), QUIET),
        )
    return table


def _mark(load: LoadRow) -> Text:
    if load.overloaded:
        return Text("overload", style=f"bold {BAD}")
    if load.rho >= 1:
        return Text("over 100 %", style=BAD)
    return Text("high", style=UNSURE) if load.rho >= _HIGH else Text("ok", style=GOOD)
