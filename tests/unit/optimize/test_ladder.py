"""Queueing-corrected cover against the exact hypercube; the simulated loop on clear cases."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from network.demand import Channel, Entry, RequestClass, Segment
from network.errors import ScenarioError
from network.law import Law
from network.model import Dispatch, Network, Settings
from network.people import Pool
from network.places import Site, Tier, TierKind, Zones
from network.promise import Promise
from network.queueing import erlang_b
from network.queueing.hypercube import hypercube_loss
from network.route import Mode, Stage
from network.travel import Metric, TravelModel
from optimize.ladder import (
    HypercubeCover,
    answer_calls,
    chance_in_time,
    correction_factors,
    improve_by_simulation,
    one_unit_moves,
    promising_moves,
)
from optimize.placement import Instance, Status
from optimize.placement.mexclp import MEXCLP
from optimize.staffing.measured import Block
from optimize.staffing.trials import Trials
from sim.kpis import Window

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SERVICE_MIN = 60.0
DAY_MIN = 1440.0


def city(seed: int, zones: int = 12, sites: int = 6) -> tuple[Floats, Floats]:
    """Weight, and travel in minutes."""
    draw = np.random.default_rng(seed)
    apart = draw.random((zones, 2))[:, None] - draw.random((sites, 2))[None]
    return draw.random(zones) + 0.1, 20 * np.sqrt((apart**2).sum(axis=2))


# --- the approximate hypercube ----------------------------------------------------------


@given(units=st.integers(1, 20), load=st.floats(0.01, 30.0))
def test_factors_find_a_free_unit_unless_all_are_busy(units: int, load: float) -> None:
    factors, all_busy = correction_factors(units, np.array([load]))
    busy = load * (1 - all_busy[0]) / units
    found = sum(factors[0, k] * busy**k * (1 - busy) for k in range(units))
    assert all_busy[0] == pytest.approx(erlang_b(load, units), rel=1e-9)
    assert found == pytest.approx(1 - all_busy[0], rel=1e-9)


@pytest.mark.parametrize("load", [0.2, 0.4, 0.6])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_close_to_the_exact_hypercube_for_units_apart(seed: int, load: float) -> None:
    weight, travel = city(seed)
    rates = load * 6 / SERVICE_MIN * weight / weight.sum()
    still = travel * 1e-9  # the exact hypercube knows no travel
    found = answer_calls(np.ones((1, 6), dtype=np.int64), rates, still, SERVICE_MIN)
    order = [np.argsort(row, kind="stable").tolist() for row in travel]
    exact = hypercube_loss(rates.tolist(), order, [1 / SERVICE_MIN] * 6)
    share = np.array(exact.dispatched) / (rates / rates.sum())[:, None]
    assert found.lost[0] == pytest.approx(exact.all_busy, abs=1e-6)
    assert found.busy[0] == pytest.approx(exact.busy, abs=0.02)
    assert found.share[0] == pytest.approx(share, abs=0.04)


@given(seed=st.integers(0, 500), load=st.floats(0.05, 0.9))
@settings(max_examples=25)
def test_every_call_is_answered_or_lost(seed: int, load: float) -> None:
    weight, travel = city(seed)
    plans = np.random.default_rng(seed).multinomial(7, np.ones(6) / 6, size=3)
    found = answer_calls(plans, weight * load * 7 / SERVICE_MIN / weight.sum(), travel, SERVICE_MIN)
    answered = found.share.sum(axis=2)
    np.testing.assert_allclose(answered, 1 - found.lost[:, None].repeat(12, axis=1), rtol=1e-9)
    assert (found.share[:, :, 0][plans[:, 0] == 0] == 0).all()
    assert ((found.busy > 0) & (found.busy < 1)).all()


def test_plans_side_by_side_are_plans_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    weight, travel = city(4)
    plans = np.random.default_rng(0).multinomial(5, np.ones(6) / 6, size=4)
    together = answer_calls(plans, weight / 100, travel, SERVICE_MIN, tolerance=1e-12)
    monkeypatch.setattr("optimize.ladder.dispatch._ENTRIES", 1)
    alone = answer_calls(plans, weight / 100, travel, SERVICE_MIN, tolerance=1e-12)
    np.testing.assert_allclose(together.share, alone.share, rtol=1e-8, atol=1e-12)


def test_chance_of_a_trip_in_time_is_that_of_its_lognormal_law() -> None:
    draws = np.random.default_rng(5).normal(size=200_000)
    trips = 5.0 * np.exp(0.4 * draws - 0.4**2 / 2)
    chance = chance_in_time(np.array([0.0, 5.0]), 6.0, 0.4)
    assert chance[0] == 1.0
    assert chance[1] == pytest.approx((trips <= 6.0).mean(), abs=5 * 0.5 / np.sqrt(200_000))


# --- moves ------------------------------------------------------------------------------


def test_moves_are_all_placements_one_unit_away() -> None:
    units, least, most = np.array([2, 1, 0, 1]), np.array([1, 0, 0, 1]), np.array([2, 2, 2, 1])
    moves = {tuple(move) for move in one_unit_moves(units, least, most).tolist()}
    expected = {
        plan
        for plan in itertools.product(range(3), repeat=4)
        if sum(plan) == 4
        and all(low <= x <= high for low, x, high in zip(least, plan, most, strict=True))
        and np.abs(np.array(plan) - units).sum() == 2
    }
    assert moves == expected


def test_promising_moves_are_new_and_ranked_by_the_guide() -> None:
    units, most = np.array([1, 1, 0, 0, 0]), np.full(5, 2)
    value = np.array([0.0, 1.0, 2.0, 4.0, 8.0])
    moves = promising_moves(units, 0 * units, most, lambda m: m @ value, keep=4, expand=3)
    assert moves.tolist() == [
        [0, 1, 0, 0, 1],  # one unit moved
        [1, 0, 0, 0, 1],
        [0, 0, 0, 0, 2],  # two units moved
        [0, 0, 0, 1, 1],
    ]


def test_nothing_to_move() -> None:
    full = np.array([1, 1])
    assert len(promising_moves(full, full, full, lambda m: m.sum(axis=1))) == 0


# --- the formulation --------------------------------------------------------------------


@pytest.mark.parametrize("sigma", [0.0, 0.4])
@pytest.mark.parametrize("seed", range(4))
def test_no_move_is_better_and_never_worse_than_mexclp(seed: int, sigma: float) -> None:
    weight, travel = city(seed)
    instance = Instance.from_matrix(travel, weight)
    model = HypercubeCover(4, 7.0, 0.03, SERVICE_MIN, sigma)
    plan = model.solve(instance)
    units = np.zeros(6, dtype=np.int64)
    units[plan.open_sites] = plan.units
    moves = one_unit_moves(units, 0 * units, np.full(6, 4))
    assert plan.status is Status.FEASIBLE
    assert units.sum() == 4
    assert plan.objective == pytest.approx(model.reached(instance, units[None])[0])
    assert model.reached(instance, moves).max() <= plan.objective + 1e-3 * weight.sum()
    assert plan.objective <= plan.bound <= weight.sum()
    start = MEXCLP(4, 7.0, 0.03 * SERVICE_MIN / 4).solve(instance)
    before = np.zeros_like(units)
    before[start.open_sites] = start.units
    assert plan.objective >= model.reached(instance, before[None])[0] - 1e-3 * weight.sum()


def test_required_closed_and_full_sites_are_kept() -> None:
    weight, travel = city(9)
    instance = Instance.from_matrix(travel, weight, required=[0], closed=[1])
    plan = HypercubeCover(5, 7.0, 0.03, SERVICE_MIN, max_per_site=2).solve(instance)
    assert 0 in plan.open_sites
    assert 1 not in plan.open_sites
    assert plan.units.max() <= 2


def test_too_many_units_for_the_room_is_explained() -> None:
    weight, travel = city(9)
    instance = Instance.from_matrix(travel, weight)
    plan = HypercubeCover(9, 7.0, 0.03, SERVICE_MIN, max_per_site=1).solve(instance)
    assert plan.status is Status.INFEASIBLE
    assert np.isnan(plan.objective)
    assert "6 units" in str(plan.shortfalls[0])


def test_wrong_parameters_are_named_together() -> None:
    with pytest.raises(ScenarioError) as caught:
        HypercubeCover(-1, 7.0, 0.0, np.inf, noise_sigma=3.0)
    for name in ("units", "calls_per_min", "service_min", "noise_sigma"):
        assert name in str(caught.value)


def test_sites_without_a_way_are_refused() -> None:
    instance = Instance.from_matrix([[1.0, np.inf]], [1.0])
    with pytest.raises(ScenarioError, match="no way"):
        HypercubeCover(1, 7.0, 0.03, SERVICE_MIN).solve(instance)


# --- the simulated loop -----------------------------------------------------------------


def street(units: list[int]) -> Network:
    """Three stations on a street, all calls at the last one."""
    place = np.array([[0.0, 0.0], [0.0, 8.0], [0.0, 16.0]])
    names = ("a", "b", "c")
    calls = np.array([0.0, 0.0, 1.0])
    return Network(
        name="street",
        settings=Settings(),
        tiers=(Tier(tier_id="ems", kind=TierKind.POINT),),
        zones=Zones(names, names, ("all",) * 3, ("all",) * 3, place, calls, calls),
        sites=tuple(
            Site(site_id=name, tier="ems", x_km=float(x), y_km=0.0, queue_limit=0)
            for name, (_, x) in zip(names, place, strict=True)
        ),
        pools=tuple(
            Pool(pool_id=name, site=name, count=count, skills=("ems",))
            for name, count in zip(names, units, strict=True)
        ),
        classes=(RequestClass(class_id="call", rate_per_h=1.0),),
        segments=(Segment(segment_id="all", share=1.0),),
        channels=(Channel(channel_id="phone"),),
        entries=(Entry(class_id="call", channel="phone", share=1.0, stage="go"),),
        stages=(
            Stage(
                class_id="call",
                stage="go",
                mode=Mode.VISIT,
                tier="ems",
                skill="ems",
                service=Law.parse("exponential(40min)"),
            ),
        ),
        promises=(Promise(promise_id="cover", tier="ems", within=5.0, share=0.5),),
        travel=TravelModel(metric=Metric.EUCLIDEAN, a_min_per_sqrt_km=0.0, b_min_per_km=1.0),
        dispatch=Dispatch(candidates=3),
    )


def climb(start: list[int]) -> tuple[list[int], int]:
    trials = Trials(street(start), 1, Window(DAY_MIN, 8 * DAY_MIN, 8 * DAY_MIN), workers=1)

    def all_moves(units: Ints) -> Ints:
        return one_unit_moves(units, 0 * units, np.full_like(units, 3))

    with trials.open():
        found = improve_by_simulation(
            trials,
            [np.array(start)],
            all_moves,
            fit=Block("fit", 0, 10),
            screen=Block("screen", 100, 10),
        )
    assert all(step.gain > 2 * step.error for step in found.steps)
    return found.counts.tolist(), len(found.steps)


def test_the_loop_brings_all_units_to_the_calls() -> None:
    assert climb([2, 1, 0]) == ([0, 0, 3], 3)


def test_the_loop_leaves_what_cannot_be_better() -> None:
    assert climb([0, 0, 3]) == ([0, 0, 3], 0)


def test_the_loop_begins_at_the_best_start() -> None:
    trials = Trials(street([1, 1, 1]), 1, Window(DAY_MIN, 8 * DAY_MIN, 8 * DAY_MIN), workers=1)
    starts = [np.array([3, 0, 0]), np.array([0, 0, 3]), np.array([1, 1, 1])]
    found = improve_by_simulation(
        trials,
        starts,
        lambda units: np.zeros((0, 3), dtype=np.int64),
        fit=Block("fit", 0, 4),
        screen=Block("screen", 100, 4),
    )
    assert found.counts.tolist() == [0, 0, 3]
