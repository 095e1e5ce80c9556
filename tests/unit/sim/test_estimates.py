"""From replications to intervals, and from counts to the verdict on a promise."""

from __future__ import annotations

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats
from small_world import World, world

from network.model import Network
from network.promise import Promise
from sim.estimates import PromiseEstimate, estimate_promises, ratio_limits, t_intervals
from sim.kpis.promises import Kept

__all__ = ["world"]


# --- means ----------------------------------------------------------------------------


def test_intervals_are_students() -> None:
    rng = np.random.default_rng(1)
    values = rng.normal(5, 2, (8, 3))
    found = t_intervals(values, 0.9)
    for column in range(3):
        low, high = stats.t.interval(0.9, 7, values[:, column].mean(), stats.sem(values[:, column]))
        assert (found.lower[column], found.upper[column]) == pytest.approx((low, high))
    assert found.n.tolist() == [8, 8, 8]


def test_replications_without_anything_to_measure_do_not_count() -> None:
    values = np.array([[1.0, np.nan], [2.0, np.nan], [np.nan, np.nan], [3.0, 7.0]])
    found = t_intervals(values)
    assert found.n.tolist() == [3, 1]
    assert found.mean.tolist() == [2.0, 7.0]
    alone = t_intervals(values[[0, 1, 3]][:, :1])
    assert (found.lower[0], found.upper[0]) == pytest.approx((alone.lower[0], alone.upper[0]))
    assert np.isnan([found.lower[1], found.upper[1]]).all(), "one value has no interval"


def test_nothing_measured_is_nan_and_never_zero() -> None:
    found = t_intervals(np.full((4, 1), np.nan))
    assert found.n[0] == 0
    assert np.isnan([found.mean[0], found.lower[0], found.upper[0]]).all()


# --- shares ---------------------------------------------------------------------------


def test_a_share_is_a_ratio_of_sums_not_a_mean_of_ratios() -> None:
    met, due = np.array([10.0, 0.0]), np.array([10.0, 90.0])
    assert ratio_limits(met, due, 0.95)[0] == 0.1


def test_limits_of_a_share_stay_in_the_unit_interval_and_around_it() -> None:
    rng = np.random.default_rng(2)
    for _ in range(50):
        due = rng.integers(1, 30, 5).astype(float)
        met = rng.binomial(due.astype(int), rng.choice([0.02, 0.5, 0.98])).astype(float)
        share, lower, upper = ratio_limits(met, due, 0.95)
        assert 0 <= lower <= upper <= 1
        assert lower - 0.1 <= share <= upper + 0.1


def test_more_replications_narrow_the_limits_and_more_confidence_widens_them() -> None:
    met, due = np.array([90.0, 92, 88, 91]), np.full(4, 100.0)
    few, many = ratio_limits(met, due, 0.95), ratio_limits(np.tile(met, 5), np.tile(due, 5), 0.95)
    sure = ratio_limits(met, due, 0.999)
    assert many[2] - many[1] < few[2] - few[1] < sure[2] - sure[1]


def test_limits_of_a_share_hold_the_truth_as_often_as_they_say() -> None:
    """One-sided 95 % limits over 2,000 experiments: the count is binomial."""
    rng = np.random.default_rng(3)
    truth, held, trials = 0.9, 0, 2000
    for _ in range(trials):
        due = rng.poisson(200, 10).astype(float)
        chance = np.clip(rng.normal(truth, 0.03, 10), 0, 1)  # replications differ
        met = rng.binomial(due.astype(int), chance).astype(float)
        held += ratio_limits(met, due, 0.95)[1] <= truth
    low, high = stats.binom.ppf([1e-4, 1 - 1e-4], trials, 0.95)
    assert low - 40 <= held <= high + 40  # the jackknife is an approximation


def test_shares_at_the_edge_follow_the_rule_of_three() -> None:
    due = np.array([100.0, 200.0])
    assert ratio_limits(due, due, 0.95) == (1.0, pytest.approx(0.99), 1.0)
    assert ratio_limits(0 * due, due, 0.95) == (0.0, 0.0, pytest.approx(0.01))
    assert ratio_limits(np.ones(1), np.ones(1), 0.95)[0] == 1.0
    assert math.isnan(ratio_limits(np.ones(1), np.ones(1), 0.95)[1]), "one run has no limits"
    assert all(map(math.isnan, ratio_limits(np.zeros(3), np.zeros(3), 0.95)))


# --- promises -------------------------------------------------------------------------


def promise(**cells: object) -> Promise:
    return Promise(**{"promise_id": "p", "tier": "field", "within": "4h", "share": 0.9, **cells})


def kept(met: list[float], due: list[float], *, by_area: bool = False) -> object:
    """One replication with one promise: its counts by area or by month."""
    row, of = np.array([met]), np.array([due])
    total = Kept(row.sum(1), of.sum(1), row, of, row, of, np.zeros(1))
    if not by_area:
        total = replace(total, area_met=np.zeros((1, 2)), area_due=np.zeros((1, 2)))
    return SimpleNamespace(kept=total)


def judge(network: Network, one: Promise, *replications: object) -> PromiseEstimate:
    (estimate,) = estimate_promises(replace(network, promises=(one,)), replications)
    return estimate


def test_a_promise_is_met_when_its_lower_limit_reaches_the_target(world: World) -> None:
    network = world.load("good")
    good = judge(network, promise(), *[kept([950.0 + n], [1000.0]) for n in range(4)])
    assert (good.met, good.missed, good.due) == (True, False, 4000.0)
    bad = judge(network, promise(), *[kept([850.0 + n], [1000.0]) for n in range(4)])
    assert (bad.met, bad.missed) == (False, True)
    open_ = judge(network, promise(), kept([91.0], [100.0]), kept([89.0], [100.0]))
    assert (open_.met, open_.missed) == (False, False), "not shown either way"


def test_a_promise_of_which_nothing_was_due_is_not_met(world: World) -> None:
    none = judge(world.load("good"), promise(), kept([0.0], [0.0]), kept([0.0], [0.0]))
    assert math.isnan(none.estimate)
    assert (none.met, none.missed) == (False, False)


def test_a_floor_looks_at_the_worst_area(world: World) -> None:
    network = world.load("good")  # areas lower and upper
    runs = [kept([95.0, 990.0], [100.0, 1000.0], by_area=True) for _ in range(2)]
    fair = judge(network, promise(floor=0.8), *runs)
    assert (fair.worst_area, fair.worst, fair.met) == ("lower", 0.95, True)
    unfair = judge(network, promise(floor=0.97), *runs)
    assert not unfair.met, "the whole is fine, the worst area is not"
    empty = judge(network, promise(floor=0.8), kept([0.0, 990.0], [0.0, 1000.0], by_area=True))
    assert empty.worst_area == "upper", "an area without anything due is not the worst"


def test_a_promise_for_every_month_counts_months(world: World) -> None:
    network = world.load("good")
    monthly = promise(form="every_month", gamma=0.5)
    runs = [
        kept([95.0, 80.0, 90.0], [100.0, 100.0, 100.0]),
        kept([100.0, 99.0, 0.0], [100.0, 100.0, 0.0]),
    ]
    found = judge(network, monthly, *runs)
    assert (found.estimate, found.due, found.target) == (0.8, 5.0, 0.5)
    assert found.lower == pytest.approx(stats.beta.ppf(0.05, 4, 2)), "Clopper and Pearson"
    assert found.upper == pytest.approx(stats.beta.ppf(0.95, 5, 1))
    assert judge(network, monthly, kept([95.0], [100.0])).upper == 1.0
    assert judge(network, monthly, kept([5.0], [100.0])).lower == 0.0
    assert math.isnan(judge(network, monthly, kept([0.0], [0.0])).estimate)
