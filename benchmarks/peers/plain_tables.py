"""The workload's tables as plain Python lists, which all Python peers read."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np

from network.tables import Requests, Visits
from sim.layout import PARENT, SAME_SITE, VISIT, Layout

VisitRow: TypeAlias = tuple[int, float, float, float, float, int, int]
"""Stage, service, patience, travel factor, resolve_u, if_resolved, if_unresolved."""


class Served(NamedTuple):
    """What a peer tells of a visit that left the queue, for the check of agreement."""

    site: int
    wait: float
    lost: bool


class PlainTables:
    """Requests, visits and the layout, cell by cell."""

    def __init__(self, layout: Layout, requests: Requests, visits: Visits) -> None:
        self.horizon = layout.horizon
        self.requests = requests[["arrival", "zone", "priority", "first_visit"]].tolist()
        names = ["stage", "service", "patience", "travel_factor", "resolve_u"]
        self.visits: list[VisitRow] = visits[[*names, "if_resolved", "if_unresolved"]].tolist()
        self.servers: list[int] = np.diff(layout.agents.first).tolist()
        stages, reach = layout.stages, layout.reach
        self.tier: list[int] = stages.tier.tolist()
        self.choice: list[int] = stages.choice.tolist()
        self.travels: list[bool] = (stages.mode == VISIT).tolist()
        self.chance: list[float] = stages.resolve[:, -1].tolist()
        self._group: list[int] = stages.group.tolist()
        self._parent: list[list[int]] = reach.above.tolist()
        zones = len(reach.pair_first) - 1
        zone = np.repeat(np.arange(zones), np.diff(reach.pair_first)).tolist()
        pairs = zip(zone, reach.pair_site.tolist(), reach.pair_min.tolist(), strict=True)
        self.minutes = {(zone, site): minutes for zone, site, minutes in pairs}
        ends = reach.first.tolist()
        sites: list[int] = reach.pair_site[reach.pair].tolist()
        self._candidates = {
            (place // zones, place % zones): sites[ends[place] : ends[place + 1]]
            for place in range(len(ends) - 1)
        }

    def named_site(self, stage: int, last: int, used: dict[int, int]) -> int | None:
        """The site that the route names; None: the dispatch policy decides."""
        if self.choice[stage] == PARENT:
            return self._parent[self._group[stage]][last]
        if self.choice[stage] == SAME_SITE:
            return used[self.tier[stage]]
        return None

    def candidates(self, stage: int, zone: int) -> list[int]:
        """Sites that can serve a zone, nearest first."""
        return self._candidates[self._group[stage], zone]
