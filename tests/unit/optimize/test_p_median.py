"""p-median: enumeration, properties, and what is said when there is no plan."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from network.errors import ScenarioError
from optimize.placement import Instance, Limits, Plan, Status
from optimize.placement.checks_median import median_violations
from optimize.placement.lagrangian.data import Best, distinct_sites, median_data
from optimize.placement.lagrangian.dual import Dual, Effort, Part, raise_bound
from optimize.placement.lagrangian.near import nearest
from optimize.placement.p_median import PMedian, median_program

Floats = NDArray[np.float64]
METHODS = ("lagrangian", "mip")


def enumerated(instance: Instance, count: int) -> float:
    """The least weighted travel over all sets of sites; infinite if none reaches all zones."""
    travel, sites = instance.travel(), instance.sites
    least = np.inf
    for chosen in combinations(np.flatnonzero(sites.usable).tolist(), count):
        if set(np.flatnonzero(sites.required).tolist()) <= set(chosen):
            near = travel[:, chosen].min(axis=1)
            if np.isfinite(near).all():
                least = min(least, float(instance.weight @ near))
    return least


@st.composite
def instances(draw: st.DrawFn) -> tuple[Instance, int]:
    """Small instances with ties, missing ways, weights 0, required and closed sites."""
    zones, sites = draw(st.integers(1, 8)), draw(st.integers(1, 7))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    if draw(st.booleans()):
        travel = rng.integers(0, 12, (zones, sites)).astype(np.float64)
    else:
        travel = rng.random((zones, sites)) * 10
    travel[rng.random((zones, sites)) < draw(st.sampled_from([0.0, 0.0, 0.3, 0.6]))] = np.inf
    weight = rng.integers(0, 5, zones) * draw(st.sampled_from([1.0, 0.37]))
    role = rng.choice(3, sites, p=[0.7, 0.15, 0.15])
    role[rng.integers(sites)] = 0
    instance = Instance.from_matrix(travel, weight, required=role == 1, closed=role == 2)
    return instance, draw(st.integers(1, int((role != 2).sum())))


@given(instances())
@settings(max_examples=80, deadline=None)
def test_equals_enumeration(case: tuple[Instance, int]) -> None:
    instance, count = case
    best = enumerated(instance, count)
    for method in METHODS:
        formulation = PMedian(count, method=method)
        plan = formulation.solve(instance)
        if np.isinf(best):
            assert plan.status is Status.INFEASIBLE
            assert plan.shortfalls
            continue
        assert plan.status is Status.OPTIMAL
        assert plan.objective == pytest.approx(best, rel=2e-6, abs=1e-9)
        assert plan.bound <= best + 1e-6 * max(1.0, best)
        assert median_violations(formulation, instance, plan) == []


def city(zones: int, sites: int, seed: int, **options: object) -> Instance:
    rng = np.random.default_rng(seed)
    places, corners = rng.random((zones, 2)) * 100, rng.random((sites, 2)) * 100
    weight = rng.lognormal(3, 1, zones)
    return Instance.from_points(places, corners, weight, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("count", [3, 8, 20])
def test_methods_agree_on_a_city(count: int) -> None:
    instance = city(150, 60, seed=count, required=[5, 7], closed=[0, 1, 2])
    ours, theirs = (PMedian(count, method=method).solve(instance) for method in METHODS)
    assert ours.status is theirs.status is Status.OPTIMAL
    assert ours.objective == pytest.approx(theirs.objective, rel=2e-6)
    assert ours.gap <= 1.001e-6
    assert {5, 7} <= set(ours.open_sites.tolist())
    assert not {0, 1, 2} & set(ours.open_sites.tolist())


@pytest.mark.parametrize("seed", range(5))
def test_lagrangian_bound_is_never_above_the_optimum(seed: int) -> None:
    """L(u) is a lower bound for every u, also with short lists and multipliers at random."""
    instance = city(40, 12, seed)
    best = enumerated(instance, 3)
    data = median_data(instance.travel(), instance.weight, np.zeros(12, np.bool_), 3)
    rng = np.random.default_rng(seed)
    for listed in (3, 6, 12):
        near = nearest(data.cost, listed, data.unreachable)
        u = np.minimum(rng.random(40) * data.cost.max(), near.top)
        nothing = np.zeros(12)
        part = Part(near, data.required, np.arange(12), Dual(0.0, u, nothing, nothing))
        for iterations in (1, 5, 200):
            effort = Effort(iterations, 20)
            known = Best(data, 1e-6)
            known.offer(np.arange(12) < 3)
            dual, _ = raise_bound(data, part, known, effort, sought=np.inf, step=1.0)
            assert dual.bound <= best * (1 + 1e-9)
            assert known.cost >= best * (1 - 1e-9)
    assert dual.bound > 0.9 * best


def test_time_limit_gives_a_plan_with_its_gap() -> None:
    formulation, instance = PMedian(25), city(700, 700, seed=2)
    plan = formulation.solve(instance, Limits(seconds=0.0))
    assert plan.status is Status.FEASIBLE
    assert plan.bound < plan.objective
    assert plan.gap > 1e-6
    assert median_violations(formulation, instance, plan) == []


def test_node_limit_is_reproducible() -> None:
    instance = _hard(35, 5)
    limits = Limits(seconds=600, nodes=3)
    one, two = (PMedian(6).solve(instance, limits) for _ in range(2))
    assert one.status is Status.FEASIBLE
    assert (one.objective, one.bound) == (two.objective, two.bound)
    assert one.objective >= PMedian(6).solve(instance).objective >= one.bound


def _hard(size: int, seed: int) -> Instance:
    """Travel at random, without geometry: a wide gap of the linear relaxation."""
    return Instance.from_matrix(np.random.default_rng(seed).random((size, size)))


def test_same_seed_same_plan() -> None:
    instance = city(200, 200, seed=3)
    plans = [PMedian(9).solve(instance, Limits(seed=4)) for _ in range(2)]
    assert plans[0].open_sites.tolist() == plans[1].open_sites.tolist()
    assert plans[0].bound == plans[1].bound
    other = PMedian(9).solve(instance, Limits(seed=5))
    assert other.objective == pytest.approx(plans[0].objective, rel=2e-6)


def test_gap_asked_for_is_kept() -> None:
    instance = _hard(25, 1)
    exact, rough = (PMedian(5).solve(instance, Limits(gap=gap)) for gap in (1e-6, 0.2))
    assert rough.status is Status.OPTIMAL
    assert rough.gap <= 0.2
    assert rough.bound <= exact.objective * (1 + 1e-6) <= rough.objective * (1 + 2e-6)


def test_zone_served_by_the_nearest_open_site() -> None:
    instance = city(80, 20, seed=6)
    plan = PMedian(4).solve(instance)
    travel = instance.travel()[:, plan.open_sites]
    assert plan.assignment.tolist() == plan.open_sites[travel.argmin(axis=1)].tolist()


def test_integer_weights_scale_the_objective() -> None:
    instance = city(60, 25, seed=7)
    twice = replace(instance, weight=3 * instance.weight)
    one, other = PMedian(4).solve(instance), PMedian(4).solve(twice)
    assert other.objective == pytest.approx(3 * one.objective, rel=3e-6)


def test_zones_at_one_place_are_one_zone_with_their_weight() -> None:
    rng = np.random.default_rng(8)
    places = rng.integers(0, 20, (30, 2)).astype(np.float64)
    merged = Instance.from_points(places, places, np.full(30, 2.0))
    doubled = Instance.from_points(np.repeat(places, 2, axis=0), np.repeat(places, 2, axis=0))
    for count in (1, 4, 30, 45):
        plan = PMedian(count).solve(doubled)
        assert plan.status is Status.OPTIMAL
        assert len(plan.open_sites) == count
        one = PMedian(min(count, 30)).solve(merged)
        assert plan.objective == pytest.approx(one.objective, rel=3e-6)


def test_all_sites_open() -> None:
    instance = city(30, 9, seed=9)
    for count in (9, 12):
        plan = PMedian(count).solve(instance)
        assert plan.open_sites.tolist() == list(range(9))
        assert plan.objective == pytest.approx(
            float(instance.weight @ instance.travel().min(axis=1)), rel=1e-12
        )


def test_one_site_is_the_least_column() -> None:
    instance = city(30, 9, seed=10)
    totals = instance.weight @ instance.travel()
    plan = PMedian(1).solve(instance)
    assert plan.open_sites.tolist() == [int(totals.argmin())]
    assert plan.objective == pytest.approx(totals.min(), rel=1e-12)


def test_all_sites_required() -> None:
    instance = city(30, 4, seed=11, required=[0, 2])
    plan = PMedian(2).solve(instance)
    assert plan.open_sites.tolist() == [0, 2]
    assert plan.status is Status.OPTIMAL


@pytest.mark.parametrize("method", METHODS)
def test_infeasible_says_what_would_be_enough(method: str) -> None:
    far = np.inf
    islands = Instance.from_matrix([[1, far, far], [far, 2, far], [far, far, 3]])
    plan = PMedian(2, method=method).solve(islands)  # type: ignore[arg-type]
    assert plan.status is Status.INFEASIBLE
    assert np.isnan(plan.objective)
    assert "it takes 3" in str(plan.shortfalls[0])
    assert PMedian(3, method=method).solve(islands).objective == 6  # type: ignore[arg-type]


def test_stranded_zone_and_too_many_required_are_both_named() -> None:
    travel = [[1, 2, 3], [np.inf, np.inf, 1]]
    instance = Instance.from_matrix(
        travel, zone_id=["a", "b"], required=[0, 1], closed=[2], site_id=["x", "y", "z"]
    )
    plan = PMedian(1).solve(instance)
    assert plan.status is Status.INFEASIBLE
    assert plan.uncovered.tolist() == [1]
    text = "\n".join(map(str, plan.shortfalls))
    assert "2 would be enough" in text
    assert "zone b: there is no way" in text


@pytest.mark.parametrize("wrong", [0, -1, 2.5, True])
def test_wrong_parameters_are_named_together(wrong: float) -> None:
    with pytest.raises(ScenarioError) as caught:
        PMedian(wrong, method="magic")  # type: ignore[arg-type]
    assert [problem.where for problem in caught.value.problems] == ["sites", "method"]


def test_program_of_a_tiny_case() -> None:
    """Two zones, two sites: y_0, y_1, then x_00, x_01, x_11."""
    program = median_program(
        np.array([0, 0, 1]),
        np.array([0, 1, 1]),
        np.array([5.0, 6.0, 7.0]),
        zones=2,
        required=np.array([False, True]),
        count=1,
    )
    matrix = np.zeros((6, 5))
    np.add.at(matrix, (program.row, program.column), program.value)
    assert matrix.tolist() == [
        [0, 0, 1, 1, 0],
        [0, 0, 0, 0, 1],
        [-1, 0, 1, 0, 0],
        [0, -1, 0, 1, 0],
        [0, -1, 0, 0, 1],
        [1, 1, 0, 0, 0],
    ]
    assert program.row_lower.tolist() == [1, 1, -np.inf, -np.inf, -np.inf, 1]
    assert program.row_upper.tolist() == [1, 1, 0, 0, 0, 1]
    assert program.cost.tolist() == [0, 0, 5, 6, 7]
    assert program.lower.tolist() == [0, 1, 0, 0, 0]
    assert program.integer.tolist() == [True, True, False, False, False]


def test_sites_alike_are_searched_once() -> None:
    travel = np.array([[1.0, 1.0, 4.0, 1.0], [3.0, 3.0, 1.0, 3.0]])
    required = np.array([False, True, False, False])
    data = median_data(travel, np.ones(2), required, 2)
    assert distinct_sites(data).tolist() == [1, 2]
    assert distinct_sites(replace(data, count=3)).tolist() == [0, 1, 2, 3]


def test_checks_find_wrong_plans() -> None:
    instance = city(12, 5, seed=12, required=[1], closed=[4])
    formulation = PMedian(2)
    good = formulation.solve(instance)
    ids = tuple(f"s{j}" for j in (2, 4))
    other = next(j for j in good.open_sites if j != good.assignment[0])
    wrong: list[tuple[Plan, str]] = [
        (replace(good, objective=good.objective / 2), "the objective is given"),
        (replace(good, bound=good.objective * 2), "better than its bound"),
        (replace(good, assignment=np.full(12, other)), "an open site is at"),
        (replace(good, assignment=np.full(12, -1)), "served by no open site"),
        (replace(good, open_sites=np.array([2, 4]), site_id=ids), "closed, but open"),
        (replace(good, open_sites=np.array([2, 4]), site_id=ids), "required, but shut"),
        (replace(good, open_sites=good.open_sites[:1]), "1 sites are open; 2"),
        (replace(good, open_sites=good.open_sites[[0, 0]]), "not distinct"),
        (replace(good, site_id=("a", "b")), "ids do not belong"),
    ]
    for plan, words in wrong:
        assert any(words in line for line in median_violations(formulation, instance, plan)), words
