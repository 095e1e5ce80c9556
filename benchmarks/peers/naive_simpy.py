"""The idiomatic SimPy model of the same workload: what most people would write.

One process per request, a `PriorityResource` per site, `request | timeout` for patience.
It is fed with the same request table (as plain lists) and logs a row per visit in a list
of dicts. It knows no shifts, skills, breaks or single agents; simultaneous events come in
SimPy's insertion order, and the way back takes as long as the way out.
"""

from __future__ import annotations

import math
from collections.abc import Generator

import simpy
from simpy.resources.resource import PriorityRequest

from benchmarks.peers.plain_tables import PlainTables, Served
from network.tables import Requests, Visits
from sim.layout import Layout

Process = Generator[simpy.Event, None, None]


class NaiveNetwork:
    """Sites as resources, requests as processes."""

    def __init__(self, layout: Layout, requests: Requests, visits: Visits) -> None:
        self.env = simpy.Environment()
        self.tables = PlainTables(layout, requests, visits)
        self.sites = [simpy.PriorityResource(self.env, n) for n in self.tables.servers]
        self.log: list[dict[str, float]] = []

    def run(self) -> None:
        """Play all requests until the horizon."""
        self.env.process(self.source())
        self.env.run(until=self.tables.horizon)

    def served(self) -> list[Served]:
        """Visits that left a queue."""
        return [
            Served(int(row["site"]), row.get("start", math.nan) - row["joined"], "lost" in row)
            for row in self.log
        ]

    def source(self) -> Process:
        """Let requests arrive at their times."""
        for arrival, zone, priority, visit in self.tables.requests:
            yield self.env.timeout(max(0.0, arrival - self.env.now))
            self.env.process(self.customer(zone, priority, visit))

    def nearest_idle(self, stage: int, zone: int) -> int:
        """The nearest site with an idle agent, else the nearest."""
        sites = self.tables.candidates(stage, zone)
        for site in sites:
            if self.sites[site].count < self.sites[site].capacity:
                return site
        return sites[0]

    def customer(self, zone: int, priority: int, row: int) -> Process:
        """The life of a request."""
        env, tables, last = self.env, self.tables, -1
        used: dict[int, int] = {}
        while row >= 0:
            stage, service, patience, factor, resolve_u, if_resolved, if_not = tables.visits[row]
            site = tables.named_site(stage, last, used)
            if site is None:
                site = self.nearest_idle(stage, zone)
            last = used[tables.tier[stage]] = site
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
            if tables.travels[stage]:
                trip = tables.minutes[zone, site] * factor
                yield env.timeout(trip)
            response = env.now
            yield env.timeout(service)
            times = {"joined": joined, "start": start, "response": response, "end": env.now}
            self.log.append({"visit": row, "site": site, **times})
            if trip > 0:
                env.process(self.way_home(site, turn, trip))
            else:
                self.sites[site].release(turn)
            row = if_resolved if resolve_u < tables.chance[stage] else if_not

    def way_home(self, site: int, turn: PriorityRequest, trip: float) -> Process:
        """The agent is free when he is back; the case goes on meanwhile."""
        yield self.env.timeout(trip)
        self.sites[site].release(turn)
