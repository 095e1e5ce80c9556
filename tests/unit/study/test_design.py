"""Designs cover what they promise; assumptions scale what they name."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from network.digest import network_digest
from network.load import load_scenario
from sim.api import simulate
from study.design.assumptions import ASSUMPTIONS
from study.design.designs import Design, Kind, choose_points
from study.design.factor import Factor
from study.statistics.pareto import non_dominated

DEMAND = Factor("demand.factor", low=0.5, high=1.5)
WAGES = Factor("scale.wages", low=0.1, high=10.0, log=True)
COUNT = Factor("pools.desk.count", low=2, high=5, integer=True)
STAFF = Factor("staffing", levels=("lean", "base"))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_latin_hypercube_has_a_point_in_every_stratum_of_every_factor(seed: int) -> None:
    n = 20
    points = choose_points(Design(Kind.LHS, n, seed), [DEMAND, WAGES])
    demand = sorted(float(point["demand.factor"]) for point in points)
    wages = sorted(math.log10(float(point["scale.wages"])) for point in points)
    assert [math.floor((x - 0.5) * n) for x in demand] == list(range(n))
    assert [math.floor((x + 1) / 2 * n) for x in wages] == list(range(n))


@pytest.mark.parametrize("seed", [1, 2])
def test_sobol_points_are_balanced_in_every_quarter_of_two_factors(seed: int) -> None:
    points = choose_points(Design(Kind.SOBOL, 64, seed), [DEMAND, STAFF])
    cells = Counter((float(p["demand.factor"]) < 1.0, p["staffing"]) for p in points)
    assert set(cells.values()) == {16}


def test_a_grid_is_all_combinations_each_once() -> None:
    points = choose_points(Design(Kind.GRID), [COUNT, STAFF])
    assert len(points) == len({tuple(p.items()) for p in points}) == 8
    assert {p["pools.desk.count"] for p in points} == {2, 3, 4, 5}


def test_one_at_a_time_moves_one_factor_from_the_base() -> None:
    points = choose_points(Design(Kind.ONE_AT_A_TIME), [DEMAND, STAFF])
    assert points[0] == {}
    assert all(len(point) == 1 for point in points[1:])
    assert len(points) == 5


@given(st.floats(0, 1, exclude_max=True), st.integers(-5, 5), st.integers(1, 9))
def test_a_place_of_the_unit_interval_is_a_value_of_the_range(
    u: float, low: int, more: int
) -> None:
    whole = Factor("x", low=low, high=low + more, integer=True)
    assert low <= whole.at(u) <= low + more
    assert isinstance(whole.at(u), int)
    plain = Factor("x", low=low, high=low + more)
    assert low <= float(plain.at(u)) <= low + more


def test_whole_numbers_have_equal_shares() -> None:
    drawn = Counter(COUNT.at(u) for u in (np.arange(4000) + 0.5) / 4000)
    assert drawn == {2: 1000, 3: 1000, 4: 1000, 5: 1000}


@pytest.mark.parametrize("name", ASSUMPTIONS)
def test_an_assumption_times_one_is_the_same_network(name: str) -> None:
    network = load_scenario("regionC")
    scale = ASSUMPTIONS[name].scale
    assert network_digest(scale(network, 1.0)) == network_digest(network)
    assert network_digest(scale(scale(network, 2.0), 0.5)) == network_digest(network)


@pytest.mark.parametrize("name", [name for name, one in ASSUMPTIONS.items() if one.is_price])
def test_cost_is_linear_in_a_price_by_its_components(name: str) -> None:
    network, one = load_scenario("regionC"), ASSUMPTIONS[name]
    run = {"replications": 1, "horizon": "4d", "warm_up": "1d"}
    before, after = simulate(network, **run), simulate(one.scale(network, 1.5), **run)
    parts = sum(before.interval("cost", "component", part)[0] for part in one.components)
    expected = before.interval("cost")[0] + 0.5 * parts
    assert after.interval("cost")[0] == pytest.approx(expected, rel=1e-12)
    assert after.interval("response_mean")[0] == before.interval("response_mean")[0]


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=12))
def test_the_frontier_holds_exactly_the_points_that_none_beats(
    points: list[tuple[int, int]],
) -> None:
    cost, service = np.array(points, dtype=float).T
    found = non_dominated(cost, service)
    for n, (c, s) in enumerate(points):
        beaten = any((a <= c and b >= s) and (a, b) != (c, s) for a, b in points)
        assert found[n] == (not beaten)


def test_an_unknown_figure_is_on_no_frontier_and_beats_nobody() -> None:
    found = non_dominated(np.array([1.0, 2.0]), np.array([np.nan, 0.5]))
    assert found.tolist() == [False, True]
