"""The nearest that salabim can express of the workload, from the same request table.

A component per request, an anonymous resource per site, `fail_delay` for patience. It is
run as lean as salabim's manual allows: with generators, without trace and without
monitors on the resources. In salabim's favour, its check of the parameters of every
component and monitor that is made (most of its time) is left out. What it cannot express:

- Single agents: a resource is a number of them. (Anonymous, because a claim of a component
  ends with it, whereas the agent travels back after the customer has gone on.)
- The order of simultaneous events is that of scheduling.
- The hour of the way back, as in the naive SimPy model: it takes as long as the way out.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import Any

from benchmarks.peers.plain_tables import PlainTables, Served
from network.tables import Requests, Visits
from sim.layout import Layout


class SalabimNetwork:
    """Sites as resources, requests as components.

    Raises
    ------
    ImportError
        If salabim is not installed.
    """

    def __init__(self, layout: Layout, requests: Requests, visits: Visits) -> None:
        import salabim

        salabim.salabim._check_overlapping_parameters = lambda *_, **__: None
        salabim.yieldless(False)
        self.env = salabim.Environment(trace=False, random_seed="")
        self.tables = PlainTables(layout, requests, visits)
        self.log: list[dict[str, float]] = []
        self.sites = [
            salabim.Resource(capacity=n, anonymous=True, monitor=False, env=self.env)
            for n in self.tables.servers
        ]
        source = _components(salabim, self)
        source(env=self.env)

    def run(self) -> None:
        """Play all requests until the horizon."""
        self.env.run(till=self.tables.horizon)

    def served(self) -> list[Served]:
        """Visits that left a queue."""
        return [
            Served(int(row["site"]), row.get("start", math.nan) - row["joined"], "lost" in row)
            for row in self.log
        ]

    def nearest_idle(self, stage: int, zone: int) -> int:
        """The nearest site with an idle agent, else the nearest."""
        sites = self.tables.candidates(stage, zone)
        for site in sites:
            if self.sites[site].available_quantity() > 0:
                return site
        return sites[0]


def _components(salabim: Any, network: SalabimNetwork) -> Any:
    """The classes of the components; returns the one that lets requests arrive."""
    tables, sites, log, env = network.tables, network.sites, network.log, network.env

    class WayHome(salabim.Component):
        def setup(self, site: int, trip: float) -> None:
            self.site, self.trip = site, trip

        def process(self) -> Generator[Any, None, None]:
            yield self.hold(self.trip)
            sites[self.site].release(1)

    class Customer(salabim.Component):
        def setup(self, zone: int, rank: float, row: int) -> None:
            self.zone, self.rank, self.row = zone, rank, row

        def process(self) -> Generator[Any, None, None]:
            zone, row, last = self.zone, self.row, -1
            used: dict[int, int] = {}
            while row >= 0:
                stage, service, patience, factor, resolve_u, if_done, if_not = tables.visits[row]
                site = tables.named_site(stage, last, used)
                if site is None:
                    site = network.nearest_idle(stage, zone)
                last = used[tables.tier[stage]] = site
                joined = env.now()
                yield self.request(
                    sites[site], request_priority=self.rank, fail_delay=patience
                )
                if self.failed():
                    log.append({"visit": row, "site": site, "joined": joined, "lost": env.now()})
                    return
                start, trip = env.now(), 0.0
                if tables.travels[stage]:
                    trip = tables.minutes[zone, site] * factor
                    yield self.hold(trip)
                response = env.now()
                yield self.hold(service)
                times = {"joined": joined, "start": start, "response": response, "end": env.now()}
                log.append({"visit": row, "site": site, **times})
                if trip > 0:
                    WayHome(site=site, trip=trip)
                else:
                    sites[site].release(1)
                row = if_done if resolve_u < tables.chance[stage] else if_not

    class Source(salabim.Component):
        def process(self) -> Generator[Any, None, None]:
            for arrival, zone, priority, row in tables.requests:
                yield self.hold(till=arrival)
                Customer(zone=zone, rank=priority, row=row)

    return Source
