"""Networks with every feature of the model, as they stand, never cost less than their bound.

Promises are set to what the network just keeps, so that its own plan is one that the bound
speaks of. The bound is even held against a cost without idle time: busy minutes at their
least price in place of duty, which no plan can have.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from random_networks import random_network

from network.model import Network
from network.money import CostRates
from network.places import Ownership
from network.promise import Clock, Measure, Promise
from network.quantity import MINUTES_PER_DAY
from optimize.bounds import necessary_bound
from optimize.solver import Status
from sim.api import simulate
from sim.estimates import t_intervals
from sim.kpis import Window
from sim.result import Result

WINDOW = Window(7 * MINUTES_PER_DAY, 63 * MINUTES_PER_DAY, 63 * MINUTES_PER_DAY)
WEEKS_PER_MONTH = 365.25 / 12 / 7


def priced(network: Network, rng: np.random.Generator) -> Network:
    """The network with money in it: partners without wages, absence, cheap or dear overtime."""
    owners = [*Ownership, Ownership.OWN, Ownership.OWN]
    sites = tuple(
        site.model_copy(
            update={
                "ownership": owners[rng.integers(len(owners))],
                "fixed_cost_per_month": float(rng.integers(0, 3000)),
                "cost_per_job": float(rng.choice([0.0, 20.0])),
            }
        )
        for site in network.sites
    )
    partners = {site.site_id for site in sites if site.ownership is not Ownership.OWN}
    pools = tuple(
        pool.model_copy(
            update={
                "wage_per_h": 0.0 if pool.site in partners else float(rng.uniform(5, 40)),
                "absence": float(rng.choice([0.0, 0.2])),
                "overtime_factor": float(rng.choice([0.5, 1.5])),
            }
        )
        for pool in network.pools
    )
    segments = tuple(
        one.model_copy(
            update={
                "lost_cost": float(rng.choice([0.0, 3.0, 300.0])),
                "penalty": float(rng.choice([0.0, 8.0])),
            }
        )
        for one in network.segments
    )
    stages = tuple(
        stage.model_copy(update={"parts_cost": float(rng.uniform(0, 30))})
        for stage in network.stages
    )
    channels = tuple(one.model_copy(update={"cost_per_contact": 1.0}) for one in network.channels)
    return replace(
        network,
        sites=sites,
        pools=pools,
        segments=segments,
        stages=stages,
        channels=channels,
        costs=CostRates(travel_per_km=0.4, travel_per_h=3.0),
    )


def promised(network: Network, rng: np.random.Generator) -> Network:
    """The network with promises of every kind; their shares are still to be set."""
    promises = []
    for tier in network.tiers:
        for number in range(2):
            business = bool(network.calendars) and rng.random() < 0.4
            classes = [None, *(one.class_id for one in network.classes)]
            segments = [None, None, *(one.segment_id for one in network.segments)]
            promises.append(
                Promise(
                    promise_id=f"{tier.tier_id}-{number}",
                    tier=tier.tier_id,
                    class_id=classes[rng.integers(len(classes))],
                    segment=segments[rng.integers(len(segments))],
                    within=float(rng.choice([5.0, 30.0, 120.0])),
                    share=0.5,
                    clock=Clock.BUSINESS if business else Clock.CALENDAR,
                    calendar="days" if business else None,
                )
            )
    done = Promise(promise_id="done", measure=Measure.RESOLUTION, within=600.0, share=0.5)
    return replace(network, promises=(*promises, done))


def as_kept(result: Result) -> Network:
    """The network with promises of just what was kept."""
    kept = [one.kept for one in result.kpis_by_replication]
    met, due = sum(one.met for one in kept), sum(one.due for one in kept)
    shares = np.where(due > 0, met / np.maximum(due, 1.0), 0.0)
    promises = tuple(
        promise.model_copy(update={"share": float(share)})
        for promise, share in zip(result.network.promises, shares, strict=True)
    )
    return replace(result.network, promises=promises)


def without_idle_time(result: Result) -> NDArray[np.float64]:
    """Cost a month of every run with busy minutes at their least price for wages."""
    index = result.kpis_by_replication[0].index
    at = {row: n for n, row in enumerate(zip(*index.rows(), strict=True))}
    values = np.nan_to_num(result.values)
    total = values[:, at["cost", "total", "all"]].copy()
    for part in ("wages", "overtime"):
        total -= values[:, at["cost", "component", part]]
    for pool in result.network.pools:
        utilisation, duty, overtime = (
            values[:, at[kpi, "pool", pool.pool_id]]
            for kpi in ("utilisation", "duty_hours", "overtime_hours")
        )
        rate = pool.wage_per_h * min(1 / (1 - pool.absence), pool.overtime_factor)
        total += (utilisation * duty + overtime) * rate * WEEKS_PER_MONTH
    return np.asarray(total)


@pytest.mark.parametrize(
    "seeds",
    [(2, 28, 31, 53, 56, 62, 85, 88), pytest.param(range(200), marks=pytest.mark.long)],
    ids=["few", "many"],
)
def test_no_network_costs_less_than_its_bound(seeds: Sequence[int]) -> None:
    near = 0.0
    for seed in seeds:
        rng = np.random.default_rng(seed)
        network = promised(priced(random_network(seed), rng), rng)
        result = simulate(
            network,
            replications=4,
            horizon=WINDOW.end,
            warm_up=WINDOW.start,
            seed=seed,
            allow_overload=True,
        )
        bound = necessary_bound(as_kept(result), WINDOW)
        assert bound.status is Status.OPTIMAL
        least = without_idle_time(result)
        highest = float(t_intervals(least[:, None], 0.999).upper[0])
        assert bound.total_per_month <= highest, f"network {seed}"
        near = max(near, bound.total_per_month / max(float(least.mean()), 1.0))
    assert near >= 0.7, "no bound came near: the test could not fail"
