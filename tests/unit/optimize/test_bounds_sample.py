"""The sample bound: never above the cheapest staffing that holds, nor far below it where it can."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import numpy as np
import pytest
from numpy.typing import NDArray
from small_plan import DAY, small_network
from small_world import World, class_of, world

from network.model import Network
from network.people import EndOfShift
from network.quantity import MINUTES_PER_HOUR, MINUTES_PER_MONTH
from optimize.bounds.sample import SampleBound, SampleOptions, sample_bound
from optimize.bounds.sample_starts import profile
from optimize.solver import Limits, Status
from optimize.staffing.measured import Block
from optimize.staffing.trials import Trials, with_counts
from sim.kpis import Window

__all__ = ["world"]

WINDOW = Window(0.5 * DAY, 2.0 * DAY, 2.0 * DAY)
FIT = Block("fit", 0, 2)
EXACT = 1.0
"""Such an alpha, shared by two promises, relaxes them by z(1 / 2) = 0 standard errors."""


@dataclass(frozen=True)
class Cheapest:
    """The cheapest of all staffings that keep every target on the sample."""

    cost: float
    network: Network


def cheapest(network: Network, seed: int, most: int) -> Cheapest:
    """Play every staffing from one to so many in each pool."""
    trials = Trials(network, seed, WINDOW, workers=1)
    trials.draw(FIT)
    every = [
        np.array(one) for one in itertools.product(range(1, most + 1), repeat=len(network.pools))
    ]
    targets = np.array([promise.share for promise in network.promises])
    held = [
        (float(seen.cost.mean()), k)
        for k, seen in enumerate(trials.measure(every, FIT))
        if (seen.tally.met.sum(axis=0) >= targets * seen.tally.due.sum(axis=0)).all()
    ]
    cost, k = min(held)
    return Cheapest(cost, with_counts(network, every[k]))


def bound_of(
    network: Network, seed: int, *, alpha: float = EXACT, apart: bool = False
) -> SampleBound:
    """The bound of the whole sample, in buckets that are short for so small a place."""
    options = SampleOptions(
        replications=FIT.count, played=FIT.count, whole=True, alpha=alpha,
        apart=apart, quick_step_min=10.0, slow_step_min=30.0,
    )  # fmt: skip
    return sample_bound(network, None, WINDOW, seed, FIT, options)


def promising(network: Network, answer: float, on_site: float) -> Network:
    """Other targets."""
    first, second = network.promises
    promises = (
        first.model_copy(update={"share": answer}),
        second.model_copy(update={"share": on_site}),
    )
    return replace(network, promises=promises)


def by_shifts(network: Network, rule: EndOfShift) -> Network:
    """The crew works by day, with a break and overtime; misses and losses cost."""
    pools = tuple(
        pool.model_copy(update={"shift": "day", "end_of_shift": rule, "absence": 0.1})
        if pool.pool_id == "crew"
        else pool
        for pool in network.pools
    )
    segments = tuple(
        one.model_copy(update={"penalty": 5.0, "lost_cost": 30.0}) for one in network.segments
    )
    return replace(network, pools=pools, segments=segments)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("targets", [(0.7, 0.8), (0.9, 0.95)])
def test_no_staffing_that_holds_is_cheaper(
    world: World, seed: int, targets: tuple[float, float]
) -> None:
    """Nor is the bound any lower: each tier has one site, so all numbers of people are tried."""
    network = promising(small_network(world), *targets)
    best = cheapest(network, seed, 6)
    bound = bound_of(best.network, seed)
    assert bound.status is Status.OPTIMAL
    assert best.cost * (1 - 1e-4) <= bound.total_per_month <= best.cost * (1 + 1e-6)
    assert "By level tables for desk, field" in bound.statement


@pytest.mark.parametrize("rule", list(EndOfShift))
def test_shifts_breaks_overtime_and_money_keep_it_below(world: World, rule: EndOfShift) -> None:
    network = by_shifts(promising(small_network(world), 0.8, 0.6), rule)
    best = cheapest(network, 1, 5)
    bound = bound_of(best.network, 1)
    assert 0.99 * best.cost <= bound.total_per_month <= best.cost * (1 + 1e-6)
    assert bound.by_tier["desk"] > 0


@pytest.mark.parametrize(
    "policy",
    [
        "assigned",
        pytest.param("nearest_idle", marks=pytest.mark.long),
        pytest.param("least_wait", marks=pytest.mark.long),
    ],
)
def test_sites_that_help_each_other(world: World, policy: str) -> None:
    """Two garages, one of them paid by the job."""
    network = class_of(promising(small_network(world), 0.5, 0.9), "fault", rate_per_h=2.0)
    centre, garage = network.sites
    north = garage.model_copy(update={"site_id": "north", "lat": 40.2, "cost_per_job": 20.0})
    second = network.pools[1].model_copy(
        update={"pool_id": "others", "site": "north", "wage_per_h": 5.0}
    )
    network = replace(
        network,
        sites=(centre, garage, north),
        pools=(*network.pools, second),
        dispatch=network.dispatch.model_copy(update={"policy": policy}),
    )
    best = cheapest(network, 1, 3)
    for apart in (False, True):
        assert bound_of(best.network, 1, apart=apart).total_per_month <= best.cost * (1 + 1e-6)


def test_the_plan_that_it_is_made_from_hardly_matters(world: World) -> None:
    """First stages are entered at the same moments whatever the counts, later ones nearly so."""
    network = promising(small_network(world), 0.9, 0.95)
    made = [bound_of(with_counts(network, np.array(counts)), 1) for counts in ((3, 2), (6, 6))]
    assert made[0].by_tier["desk"] == pytest.approx(made[1].by_tier["desk"], rel=0.02)


def test_a_busy_pool_with_time_to_spare_is_bounded_to_an_agent(world: World) -> None:
    """Where nearly all that counts is the work, clairvoyance gains little."""
    network = class_of(promising(small_network(world), 0.5, 0.95), "fault", rate_per_h=5.0)
    answer, on_site = network.promises
    network = replace(network, promises=(answer, on_site.model_copy(update={"within": 480.0})))
    best = cheapest(network, 1, 8)
    crew = best.network.pools[1].count
    agent = 20.0 * MINUTES_PER_MONTH / MINUTES_PER_HOUR
    assert crew >= 4
    proved_gap = 1e-4
    assert bound_of(best.network, 1).by_tier["field"] >= (crew - 1) * agent * (1 - proved_gap)


def test_standard_errors_lower_it_and_higher_targets_raise_it(world: World) -> None:
    shares = (0.6, 0.7, 0.8, 0.9, 0.97)
    plans = [
        with_counts(promising(small_network(world), share, share), np.array([4, 4]))
        for share in shares
    ]
    exact, relaxed = ([bound_of(plan, 1, alpha=alpha) for plan in plans]
                      for alpha in (EXACT, 1e-6))  # fmt: skip
    costs, lower = ([one.total_per_month for one in bounds] for bounds in (exact, relaxed))
    assert costs == sorted(costs)
    assert costs[0] < costs[-1]
    assert all(low <= cost for low, cost in zip(lower, costs, strict=True))
    assert any(low < cost for low, cost in zip(lower, costs, strict=True)), "agents are whole"
    assert "standard errors" in exact[0].statement


def test_guards_raise_it(world: World) -> None:
    """Today's plenty of people lets nobody give up; a plan may lose hardly more."""
    network = promising(small_network(world), 0.3, 0.3)
    today = with_counts(network, np.array([8, 8]))
    plan = with_counts(network, np.array([3, 3]))
    options = SampleOptions(replications=2, played=2, whole=True, alpha=1.0, slow_step_min=30.0)
    free, guarded = (
        sample_bound(plan, former, WINDOW, 1, FIT, options).total_per_month
        for former in (None, today)
    )
    assert guarded > free


def test_a_tier_that_takes_too_long_counts_nothing_and_is_named(world: World) -> None:
    """Neither tables nor programs have any time."""
    network = promising(small_network(world), 0.5, 0.5)
    centre, garage = network.sites
    north = garage.model_copy(update={"site_id": "north", "lat": 40.2})
    network = replace(network, sites=(centre, garage, north))
    crew = network.pools[1].model_copy(update={"pool_id": "others", "site": "north"})
    network = replace(network, pools=(*network.pools, crew))
    options = SampleOptions(replications=2, played=2, limits=Limits(seconds=1e-6))
    bound = sample_bound(network, None, WINDOW, 1, FIT, options)
    assert bound.status is Status.FEASIBLE
    assert bound.left_out == ("desk", "field")
    assert bound.by_tier["field"] == 0.0
    assert "counted as nothing: desk, field." in bound.statement


def test_a_promise_that_no_count_keeps_is_found_out(world: World) -> None:
    """The way alone takes longer."""
    network = promising(small_network(world), 0.8, 0.9)
    answer, on_site = network.promises
    hopeless = replace(network, promises=(answer, on_site.model_copy(update={"within": 1.0})))
    bound = bound_of(hopeless, 1)
    assert bound.status is Status.INFEASIBLE
    assert np.isinf(bound.total_per_month)


def test_profiles_between_kinks_are_mixtures_of_those_at_kinks() -> None:
    """Buckets of 10 min, a job of 14 min: kinks where it begins or ends on an edge."""

    def minutes(begins: float) -> NDArray[np.float64]:
        _, bucket, part = profile(np.array([begins]), np.array([14.0]), 0.0, 10.0, 6)
        return np.bincount(bucket, weights=part, minlength=6).astype(np.float64)

    for low, high in ((0.0, 6.0), (6.0, 10.0), (10.0, 16.0)):
        for share in (0.25, 0.5, 0.9):
            mixed = (1 - share) * minutes(low) + share * minutes(high)
            assert minutes((1 - share) * low + share * high) == pytest.approx(mixed)
