"""p-center: enumeration, the mask of weights, bounds at a time limit."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network.errors import ScenarioError
from optimize.placement import Instance, Limits, Status
from optimize.placement.checks_median import median_violations
from optimize.placement.p_center import PCenter


def enumerated(instance: Instance, count: int, *, weighted: bool) -> float:
    """The least largest travel over all sets of sites; infinite if none reaches all zones."""
    counts = instance.weight > 0
    travel = instance.travel()[counts]
    if weighted:
        travel = travel * instance.weight[counts, None]
    must = set(np.flatnonzero(instance.sites.required).tolist())
    usable = np.flatnonzero(instance.sites.usable).tolist()
    return min(
        (
            float(travel[:, chosen].min(axis=1).max(initial=0.0))
            for chosen in combinations(usable, count)
            if must <= set(chosen)
        ),
        default=np.inf,
    )


@st.composite
def instances(draw: st.DrawFn) -> tuple[Instance, int]:
    """Small instances with ties, missing ways, weights 0, required and closed sites."""
    zones, sites = draw(st.integers(1, 9)), draw(st.integers(1, 7))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    travel = rng.integers(0, draw(st.sampled_from([3, 100])), (zones, sites)).astype(np.float64)
    travel[rng.random((zones, sites)) < draw(st.sampled_from([0.0, 0.0, 0.3, 0.6]))] = np.inf
    role = rng.choice(3, sites, p=[0.7, 0.15, 0.15])
    role[rng.integers(sites)] = 0
    weight = rng.integers(0, 5, zones) * 0.7
    instance = Instance.from_matrix(travel, weight, required=role == 1, closed=role == 2)
    return instance, draw(st.integers(1, int((role != 2).sum())))


@given(instances(), st.booleans())
@settings(max_examples=80, deadline=None)
def test_equals_enumeration(case: tuple[Instance, int], weighted: bool) -> None:
    instance, count = case
    best = enumerated(instance, count, weighted=weighted)
    formulation = PCenter(count, weighted=weighted)
    plan = formulation.solve(instance)
    if np.isinf(best):
        assert plan.status is Status.INFEASIBLE
        assert plan.shortfalls
    else:
        assert plan.status is Status.OPTIMAL
        assert plan.objective == best
        assert plan.bound == pytest.approx(best, rel=1e-6)
        assert median_violations(formulation, instance, plan) == []


def city(zones: int, sites: int, seed: int) -> Instance:
    rng = np.random.default_rng(seed)
    return Instance.from_points(rng.random((zones, 2)) * 100, rng.random((sites, 2)) * 100)


def test_more_sites_never_lie_farther() -> None:
    instance = city(120, 40, seed=1)
    radii = [PCenter(count).solve(instance).objective for count in (1, 2, 4, 8, 16, 40)]
    assert radii == sorted(radii, reverse=True)
    assert radii[-1] == instance.travel().min(axis=1).max()


def test_one_site_is_the_column_of_least_maximum() -> None:
    instance = city(50, 12, seed=2)
    assert PCenter(1).solve(instance).objective == instance.travel().max(axis=0).min()


def test_weight_is_a_mask_unless_weighted() -> None:
    instance = city(40, 10, seed=3)
    heavier = replace(instance, weight=np.linspace(1, 9, 40))
    assert PCenter(3).solve(heavier).objective == PCenter(3).solve(instance).objective
    assert PCenter(3, weighted=True).solve(heavier).objective != pytest.approx(
        PCenter(3).solve(instance).objective
    )
    nothing = PCenter(3).solve(replace(instance, weight=np.zeros(40)))
    assert nothing.status is Status.OPTIMAL
    assert nothing.objective == 0.0


def test_zone_without_weight_may_be_out_of_reach() -> None:
    instance = Instance.from_matrix([[1, 2], [np.inf, np.inf]], weight=[1, 0])
    plan = PCenter(1).solve(instance)
    assert plan.objective == 1.0
    assert plan.assignment.tolist() == [0, -1]


def test_time_limit_gives_a_plan_with_its_gap() -> None:
    formulation, instance = PCenter(30), city(400, 400, seed=4)
    plan = formulation.solve(instance, Limits(seconds=0.0))
    assert plan.status is Status.FEASIBLE
    assert plan.bound < plan.objective
    assert median_violations(formulation, instance, plan) == []


def test_infeasible_says_what_would_be_enough() -> None:
    far = np.inf
    islands = Instance.from_matrix([[1, far, far], [far, 2, far], [far, far, 3]])
    plan = PCenter(2).solve(islands)
    assert plan.status is Status.INFEASIBLE
    assert "it takes 3" in str(plan.shortfalls[0])
    assert PCenter(3).solve(islands).objective == 3
    stranded = Instance.from_matrix([[1, 2], [far, 1]], zone_id=["a", "b"], closed=[1])
    plan = PCenter(1).solve(stranded)
    assert plan.uncovered.tolist() == [1]
    assert "zone b" in str(plan.shortfalls[0])


def test_more_required_than_may_open() -> None:
    instance = Instance.from_matrix([[1, 2]], required=[0, 1])
    plan = PCenter(1).solve(instance)
    assert plan.status is Status.INFEASIBLE
    assert "2 would be enough" in str(plan.shortfalls[0])


def test_wrong_parameters() -> None:
    with pytest.raises(ScenarioError, match="whole number"):
        PCenter(0)
