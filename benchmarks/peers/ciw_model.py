"""The nearest that Ciw can express of the workload, from the same request table.

Ciw knows nodes with servers, priority classes, reneging and routing objects, so the
route, the parent and the same site, nearest-idle dispatch and patience are told to it by
a routing object that reads the table (Ciw asks no more of it, and of distributions, than
the methods below). What it cannot express:

- An agent who is still away when the customer has gone on. A server is held until his
  customer leaves, so travel out, service and travel back are one service time, and a case
  that goes on to the workshop waits until the agent is home. Agents are as busy as in the
  engines; escalated cases are later by a way back.
- The order of simultaneous events: Ciw draws lots.
- The hour of the way back: it takes as long as the way out.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from benchmarks.peers.plain_tables import PlainTables, Served
from network.tables import Requests, Visits
from sim.layout import Layout


class CiwNetwork:
    """Sites as nodes, requests as individuals.

    Raises
    ------
    ImportError
        If Ciw is not installed.
    """

    def __init__(self, layout: Layout, requests: Requests, visits: Visits) -> None:
        import ciw

        self.tables = PlainTables(layout, requests, visits)
        classes = [(f"class {c}", np.flatnonzero(requests["class"] == c)) for c in range(3)]
        sites = range(len(self.tables.servers))
        first_stage = self.tables.visits[0][0]
        (entry,) = {self.tables.candidates(first_stage, zone)[0] for zone in (0, 1)}
        network = ciw.create_network(
            number_of_servers=self.tables.servers,
            priority_classes={name: int(requests["priority"][rows[0]]) for name, rows in classes},
            arrival_distributions={
                name: [Gaps(requests["arrival"][rows]) if j == entry else None for j in sites]
                for name, rows in classes
            },
            service_distributions={name: [Drawn("hold") for _ in sites] for name, _ in classes},
            reneging_time_distributions={
                name: [Drawn("patience") for _ in sites] for name, _ in classes
            },
            routing={name: Route(self.tables, rows.tolist(), entry) for name, rows in classes},
        )
        self.simulation = ciw.Simulation(network)

    def run(self) -> None:
        """Play all requests until the horizon."""
        self.simulation.simulate_until_max_time(self.tables.horizon)

    def served(self) -> list[Served]:
        """Visits that left a queue."""
        return [
            Served(record.node - 1, record.waiting_time, record.record_type == "renege")
            for record in self.simulation.get_all_records(only=["service", "renege"])
        ]


class Drawn:
    """A duration that the routing object has written on the individual."""

    def __init__(self, name: str) -> None:
        self.name = name

    def sample(self, t: float | None = None, ind: Any = None) -> float:
        return getattr(ind, self.name)


class Gaps:
    """The times between the arrivals of one class, and then never again."""

    def __init__(self, arrivals: np.ndarray) -> None:
        self.gaps = iter(np.diff(arrivals, prepend=0.0).tolist())

    def _sample(self, t: float | None = None, ind: Any = None) -> float:
        return next(self.gaps, math.inf)


class Route:
    """The way of the requests of one class, who arrive in the order of their rows."""

    def __init__(self, tables: PlainTables, rows: list[int], entry: int) -> None:
        self.tables = tables
        self.rows = iter(rows)
        self.entry = entry

    def initialise(self, simulation: Any) -> None:
        self.simulation = simulation

    def initialise_individual(self, ind: Any) -> None:
        _, ind.zone, _, row = self.tables.requests[next(self.rows)]
        ind.last, ind.used = -1, {}
        self.enter(ind, row, self.entry)

    def next_node(self, ind: Any, node_id: int) -> Any:
        tables = self.tables
        stage, _, _, _, resolve_u, if_resolved, if_not = tables.visits[ind.row]
        row = if_resolved if resolve_u < tables.chance[stage] else if_not
        if row < 0:
            return self.simulation.nodes[-1]
        stage = tables.visits[row][0]
        site = tables.named_site(stage, ind.last, ind.used)
        if site is None:
            site = self.nearest_idle(stage, ind.zone)
        self.enter(ind, row, site)
        return self.simulation.nodes[site + 1]

    def next_node_for_jockeying(self, ind: Any, node_id: int) -> Any:
        """Whoever has lost patience leaves."""
        return self.simulation.nodes[-1]

    def nearest_idle(self, stage: int, zone: int) -> int:
        sites = self.tables.candidates(stage, zone)
        for site in sites:
            if self.simulation.nodes[site + 1].number_in_service < self.tables.servers[site]:
                return site
        return sites[0]

    def enter(self, ind: Any, row: int, site: int) -> None:
        """Write on the individual what is drawn for the visit."""
        tables = self.tables
        stage, service, patience, factor, *_ = tables.visits[row]
        ind.row, ind.last, ind.used[tables.tier[stage]] = row, site, site
        ind.patience, ind.hold = patience, service
        if tables.travels[stage]:
            ind.hold += 2 * tables.minutes[ind.zone, site] * factor
