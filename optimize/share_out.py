"""Share a budget for people over regions: by rule, at the optimum, and what simulation says.

A region's people of one tier are scaled together in steps; the service of every step is
simulated, all regions at the same step at once, as only shared pools couple them. Rules and
optimum choose a step for each region under the same budget, and each choice is simulated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from network.errors import Problem, ScenarioError
from network.model import Network
from network.promise import Promise
from network.travel_time import distance_km, site_positions
from optimize.allocation import (
    RULES,
    Aim,
    Allocation,
    LevelTable,
    Regions,
    allocate_by_rule,
    allocate_optimum,
)
from optimize.staffing.measured import Block
from optimize.staffing.trials import Trials
from optimize.tiers.staffing import crew_of, spread_heads
from sim.kpis import Window
from sim.paired import ratio_difference

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FACTORS = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.15, 1.2, 1.3, 1.4, 1.6)
"""Steps of people, as multiples of today's."""


@dataclass(frozen=True)
class Sharing:
    """A way to share the budget and what it does.

    Parameters
    ----------
    allocation : Allocation
    service : float array (regions,)
        Simulated share kept, on requests that the tables have not seen.
    overall : float
        Over all regions.
    difference, half : float
        Of the overall share against today's, and half of its 95 % interval.
    """

    allocation: Allocation
    service: Floats
    overall: float
    difference: float
    half: float


@dataclass(frozen=True)
class Shared:
    """All ways to share a budget, laid side by side.

    Parameters
    ----------
    promise : Promise
    regions : Regions
    tables : tuple of LevelTable
    today : Sharing
    ways : tuple of Sharing
    """

    promise: Promise
    regions: Regions
    tables: tuple[LevelTable, ...]
    today: Sharing
    ways: tuple[Sharing, ...]


def share_out(
    network: Network,
    promise: Promise,
    window: Window,
    *,
    budget: float | None = None,
    seed: int = 1,
    replications: int = 10,
    workers: int | None = None,
) -> Shared:
    """Share the money for a tier's people over the network's regions.

    Parameters
    ----------
    network : Network
    promise : Promise
        What service means: its tier's people are shared, its share in each region is judged.
    window : Window
    budget : float, optional
        Wages a month; None: what they cost today.
    seed, replications, workers
        Half of the replications make the tables, others judge the choices.
    """
    regions = tuple(sorted({*network.zones.region}))
    if len(regions) < 2:
        message = f"there is only '{regions[0]}'; expected two or more to share between"
        raise ScenarioError(network.name, [Problem("zones, region", message)])
    judged = replace(network, promises=tuple(_in_region(promise, name) for name in regions))
    homes = _homes(judged, promise, regions)
    wages = np.array([float(crew_of(judged, [pool]).wage_per_month[0]) for pool in judged.pools])
    trials = Trials(judged, seed, window, workers)
    fit, screen = Block("fit", 0, replications), Block("screen", 1_000_000, replications)
    with trials.open():
        steps = [_scaled(judged, homes, dict.fromkeys(regions, f)) for f in FACTORS]
        seen = [one.tally for one in trials.measure(steps, fit)]
        due = seen[0].due.mean(axis=0)
        tables = tuple(
            LevelTable.from_arrays(
                name,
                [float(wages[homes == r] @ counts[homes == r]) for counts in steps],
                [one.met[:, r].sum() / max(one.due[:, r].sum(), 1.0) for one in seen],
                demand=float(due[r]),
            )
            for r, name in enumerate(regions)
        )
        ordinary = FACTORS.index(1.0)
        spent = [float(table.cost[ordinary]) for table in tables]
        purse = sum(spent) if budget is None else budget
        about = Regions.from_arrays(
            regions, demand=due, unit_cost=np.array(spent) / np.maximum(due, 1.0),
            population=_populations(network, regions),
        )  # fmt: skip
        found = [_today(tables, ordinary, purse), *_ways(tables, about, purse)]
        counts = [
            _scaled(
                judged,
                homes,
                {n: FACTORS[int(k)] for n, k in zip(regions, one.levels, strict=True)},
            )
            for one in found
        ]
        judged_by = [one.tally for one in trials.measure(counts, screen)]
    base = judged_by[0].met.sum(axis=1), judged_by[0].due.sum(axis=1)
    ways = []
    for one, tally in zip(found, judged_by, strict=True):
        met, asked = tally.met.sum(axis=1), tally.due.sum(axis=1)
        difference, half = ratio_difference(base, (met, asked))
        service = tally.met.sum(axis=0) / np.maximum(tally.due.sum(axis=0), 1.0)
        ways.append(Sharing(one, service, float(met.sum() / asked.sum()), difference, half))
    return Shared(promise, about, tables, ways[0], tuple(ways[1:]))


def _in_region(promise: Promise, region: str) -> Promise:
    name = f"{promise.promise_id} in {region}"
    return promise.model_copy(update={"promise_id": name, "region": region, "floor": None})


def _homes(network: Network, promise: Promise, regions: Sequence[str]) -> Ints:
    """Region of each pool that is shared (pools,), that of the zone nearest to its site; or -1."""
    at = {site.site_id: n for n, site in enumerate(network.sites)}
    km = distance_km(network.travel.metric, site_positions(network), network.zones.position)
    nearest = [regions.index(network.zones.region[zone]) for zone in km.argmin(axis=1).tolist()]
    homes = []
    for pool in network.pools:
        site = network.sites[at[pool.site]]
        shared = site.status.is_open and site.tier == promise.tier and pool.count > 0
        homes.append(nearest[at[pool.site]] if shared else -1)
    return np.array(homes, dtype=np.int64)


def _populations(network: Network, regions: Sequence[str]) -> list[float]:
    home = np.array([regions.index(name) for name in network.zones.region])
    return [float(network.zones.population[home == r].sum()) for r in range(len(regions))]


def _scaled(network: Network, homes: Ints, factor: dict[str, float]) -> Ints:
    """Agents by pool with each region's people scaled together, by largest remainder."""
    counts = np.array([pool.count for pool in network.pools], dtype=np.int64)
    for r, name in enumerate(sorted(factor)):
        mine = np.flatnonzero(homes == r)
        if len(mine):
            wanted = round(float(counts[mine].sum()) * factor[name])
            counts[mine] = spread_heads(wanted, counts[mine], np.zeros(len(mine), dtype=np.int64))
    return counts


def _today(tables: Sequence[LevelTable], level: int, budget: float) -> Allocation:
    """The step that every region is at."""
    from optimize.solver import Status

    spend = np.array([float(table.cost[level]) for table in tables])
    service = np.array([float(table.service[level]) for table in tables])
    weight = np.array([table.demand for table in tables])
    return Allocation(
        "today",
        tuple(table.region for table in tables),
        Status.FEASIBLE,
        budget,
        levels=np.full(len(tables), level),
        shares=spend / spend.sum(),
        spend=spend,
        service=service,
        objective=float(weight @ service / weight.sum()),
        worst=float(service.min()),
    )


def _ways(tables: Sequence[LevelTable], regions: Regions, budget: float) -> list[Allocation]:
    """Every rule and both optima that the budget allows."""
    found = [allocate_by_rule(tables, regions, name, budget) for name in RULES]
    found += [
        replace(allocate_optimum(tables, budget, aim), name=title)
        for aim, title in ((Aim.WEIGHTED, "optimum"), (Aim.WORST, "optimum, worst first"))
    ]
    return [one for one in found if one.status.has_plan]
