"""The idiomatic SimPy model of the same workload: what most people would write.

One process per request, a `PriorityResource` per site, `request | timeout` for patience.
It is fed with the same request table (as plain lists) and logs a row per visit in a list
of dicts. It knows no shifts, skills, breaks or single agents; simultaneous events come in
SimPy's insertion order.
"""

from __future__ import annotations

import math
from collections.abc import Generator

import numpy as np
import simpy

from network.tables import Requests, Visits
from sim.layout import PARENT, SAME_SITE, VISIT, Layout

Process = Generator[simpy.Event, None, None]


class NaiveNetwork:
    """Sites as resources, requests as processes."""

    def __init__(self, layout: Layout, requests: Requests, visits: Visits) -> None:
        self.env = simpy.Environment()
        self.horizon = layout.horizon
        self.requests = requests[["arrival", "zone", "priority", "first_visit"]].tolist()
        names = ["stage", "service", "patience", "travel_factor", "resolve_u"]
        self.visits = visits[[*names, "if_resolved", "if_unresolved"]].tolist()
        sizes = np.diff(layout.agents.first)
        self.sites = [simpy.PriorityResource(self.env, capacity=max(int(n), 1)) for n in sizes]
        self.log: list[dict[str, float]] = []
        stages, reach = layout.stages, layout.reach
        self.mode, self.choice = stages.mode.tolist(), stages.choice.tolist()
        self.tier, self.group = stages.tier.tolist(), stages.group.tolist()
        self.chance = stages.resolve[:, -1].tolist()
        self.parent = reach.above.tolist()
        zones = len(reach.pair_first) - 1
        self.minutes = {
            (zone, int(reach.pair_site[pair])): float(reach.pair_min[pair])
            for zone in range(zones)
            for pair in range(reach.pair_first[zone], reach.pair_first[zone + 1])
        }
        self.candidates = {
            (group, zone): reach.pair_site[
                reach.pair[reach.first[group * zones + zone] : reach.first[group * zones + zone + 1]]
            ].tolist()
            for group in range(len(reach.travels))
            for zone in range(zones)
        }

    def run(self) -> None:
        """Play all requests until the horizon."""
        self.env.process(self.source())
        self.env.run(until=self.horizon)

    def source(self) -> Process:
        """Let requests arrive at their times."""
        for arrival, zone, priority, visit in self.requests:
            yield self.env.timeout(max(0.0, arrival - self.env.now))
            self.env.process(self.customer(zone, priority, visit))

    def choose(self, group: int, zone: int) -> int:
        """The nearest site with an idle agent, else the nearest."""
        sites = self.candidates[group, zone]
        for site in sites:
            if self.sites[site].count < self.sites[site].capacity:
                return site
        return sites[0]

    def customer(self, zone: int, priority: float, row: int) -> Process:
        """The life of a request."""
        env, last, used = self.env, -1, {}
        while row >= 0:
            stage, service, patience, factor, resolve_u, if_resolved, if_not = self.visits[row]
            if self.choice[stage] == PARENT:
                site = self.parent[self.group[stage]][last]
            elif self.choice[stage] == SAME_SITE:
                site = used[self.tier[stage]]
            else:
                site = self.choose(self.group[stage], zone)
            last = used[self.tier[stage]] = site
            turn = self.sites[site].request(priority=priority)
            joined = env.now
            if math.isfinite(patience):
                result = yield turn | env.timeout(patience)
                if turn not in result:
                    turn.cancel()
                    self.log.append({"visit": row, "site": site, "joined": joined, "lost": env.now})
                    return
            else:
                yield turn
            start, trip = env.now, 0.0
            if self.mode[stage] == VISIT:
                trip = self.minutes[zone, site] * factor
                yield env.timeout(trip)
            response = env.now
            yield env.timeout(service)
            times = {"joined": joined, "start": start, "response": response, "end": env.now}
            self.log.append({"visit": row, "site": site, **times})
            if trip > 0:
                env.process(self.way_home(site, turn, trip))
            else:
                self.sites[site].release(turn)
            row = if_resolved if resolve_u < self.chance[stage] else if_not

    def way_home(self, site: int, turn: simpy.Event, trip: float) -> Process:
        """The agent is free when he is back; the case goes on meanwhile."""
        yield self.env.timeout(trip)
        self.sites[site].release(turn)
