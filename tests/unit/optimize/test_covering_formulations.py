"""Covering formulations against enumeration, on small instances with everything in them."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network.errors import ScenarioError
from optimize.placement import Instance, Limits, Plan, Status
from optimize.placement.backup import BackupCoverage
from optimize.placement.checks_covering import Covering, covering_violations
from optimize.placement.lscp import LSCP
from optimize.placement.malp import MALP
from optimize.placement.mclp import MCLP
from optimize.placement.mexclp import MEXCLP

RADIUS = 5.0


@st.composite
def instances(draw: st.DrawFn) -> Instance:
    """Up to 7 zones and 5 sites; ties, zero weights, zones out of reach, masks, costs."""
    zones, sites = draw(st.integers(1, 7)), draw(st.integers(1, 5))
    near = st.sampled_from([1.0, RADIUS, np.nextafter(RADIUS, 6), 9.0, np.inf])
    travel = draw(st.lists(near, min_size=zones * sites, max_size=zones * sites))
    weight = draw(st.lists(st.sampled_from([0, 1, 2, 2.5, 7]), min_size=zones, max_size=zones))
    state = draw(st.lists(st.sampled_from("....rc"), min_size=sites, max_size=sites))
    amounts = st.lists(st.integers(0, 9), min_size=sites, max_size=sites)
    return Instance.from_matrix(
        np.array(travel).reshape(zones, sites),
        weight,
        required=[j for j, s in enumerate(state) if s == "r"],
        closed=[j for j, s in enumerate(state) if s == "c"],
        existing=np.array(draw(st.lists(st.booleans(), min_size=sites, max_size=sites))),
        fixed_cost=draw(amounts),
        opening_cost=draw(amounts),
        closing_cost=draw(amounts),
    )


def placements(instance: Instance, most: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Every way to put units at sites, and the units near each zone."""
    sites = instance.sites
    ways = []
    for units in product(range(most + 1), repeat=len(sites)):
        placed = np.array(units)
        if (placed[sites.required] > 0).all() and not placed[sites.closed].any():
            ways.append((placed, (instance.travel() <= RADIUS) @ placed))
    return ways


def agrees(formulation: Covering, instance: Instance, worths: list[float]) -> Plan:
    """The plan is the best of all worths, or infeasible where there are none."""
    plan = formulation.solve(instance)
    if not worths:
        assert plan.status is Status.INFEASIBLE
        assert plan.shortfalls
        assert np.isnan(plan.objective)
        return plan
    best = min(worths) if isinstance(formulation, LSCP) else max(worths)
    assert plan.status is Status.OPTIMAL
    assert plan.objective == pytest.approx(best, abs=1e-9)
    assert plan.bound == pytest.approx(best, rel=1e-5, abs=1e-5)
    assert covering_violations(formulation, instance, plan) == []
    return plan


@settings(max_examples=40, deadline=None)
@given(instances(), st.sampled_from(["count", "fixed"]))
def test_lscp_is_the_best_of_all_covers(instance: Instance, cost: str) -> None:
    sites = instance.sites
    worths = []
    for placed, near in placements(instance, 1):
        if (near[instance.weight > 0] > 0).all():
            opened, old = placed > 0, sites.existing
            money = sites.fixed_cost[opened].sum() + sites.opening_cost[opened & ~old].sum()
            money += sites.closing_cost[~opened & old].sum()
            worths.append(float(placed.sum() if cost == "count" else money))
    plan = agrees(LSCP(RADIUS, cost), instance, worths)
    if not worths:
        reach = np.where(sites.closed, np.inf, instance.travel()).min(axis=1)
        alone = np.flatnonzero((reach > RADIUS) & (instance.weight > 0))
        assert plan.uncovered.tolist() == alone.tolist()
        told = " ".join(map(str, plan.shortfalls))
        assert all(f"zone z{i}:" in told for i in alone)
        assert all(f"{reach[i]:.12g}" in told for i in alone if np.isfinite(reach[i]))


@settings(max_examples=40, deadline=None)
@given(instances(), st.integers(0, 5))
def test_mclp_is_the_best_of_all_choices(instance: Instance, sites: int) -> None:
    count = min(sites, int(instance.sites.usable.sum()))
    worths = [
        float(instance.weight[near > 0].sum())
        for placed, near in placements(instance, 1)
        if placed.sum() == count
    ]
    agrees(MCLP(sites, RADIUS), instance, worths)


@settings(max_examples=40, deadline=None)
@given(
    instances(),
    st.integers(0, 5),
    st.sampled_from([0.0, 0.3, 0.5, 0.8, 1.0]),
    st.sampled_from([0.0, 0.6, 1.0]),
)
def test_backup_is_the_best_of_all_choices(
    instance: Instance, sites: int, second: float, share: float
) -> None:
    count = min(sites, int(instance.sites.usable.sum()))
    worths = []
    for placed, near in placements(instance, 1):
        once, twice = (float(instance.weight[near >= k].sum()) for k in (1, 2))
        if placed.sum() == count and once >= share * instance.weight.sum() * (1 - 1e-9):
            worths.append((1 - second) * once + second * twice)
    agrees(BackupCoverage(sites, RADIUS, second, share), instance, worths)


@settings(max_examples=30, deadline=None)
@given(instances(), st.integers(0, 4), st.sampled_from([0.0, 0.3, 0.9]), st.sampled_from([None, 2]))
def test_mexclp_is_the_best_of_all_placements(
    instance: Instance, units: int, busy: float, most: int | None
) -> None:
    worths = [
        float((instance.weight * (1 - busy**near)).sum())
        for placed, near in placements(instance, min(units, most or units))
        if placed.sum() == units
    ]
    agrees(MEXCLP(units, RADIUS, busy, max_per_site=most), instance, worths)


@settings(max_examples=30, deadline=None)
@given(instances(), st.integers(1, 4), st.booleans(), st.data())
def test_malp_is_the_best_of_all_placements(
    instance: Instance, units: int, colocation: bool, data: st.DataObject
) -> None:
    reliability, busy = data.draw(st.sampled_from([(0.9, 0.3), (0.75, 0.5), (0.99, 0.1), (0, 0.2)]))
    offered = None
    if data.draw(st.booleans()):
        loads = st.sampled_from([0.0, 0.2, 0.9, 1.5])
        offered = data.draw(st.lists(loads, min_size=len(instance), max_size=len(instance)))
    formulation = MALP(units, RADIUS, reliability, busy, offered, colocation=colocation)
    worths = []
    for placed, near in placements(instance, units if colocation else 1):
        per_unit = np.full(len(near), busy)
        if offered is not None:
            per_unit = np.minimum(np.array(offered) / np.maximum(near, 1), 1)
        free = (near > 0) & (1 - per_unit**near >= reliability - 1e-12)
        if placed.sum() == units:
            worths.append(float(instance.weight[free & (per_unit < 1)].sum()))
    agrees(formulation, instance, worths)


def test_a_closed_site_stays_shut_though_shutting_it_costs() -> None:
    instance = Instance.from_matrix([[1, 1]], closed=[1], existing=[1], closing_cost=[0, 9])
    plan = agrees(LSCP(RADIUS, "fixed"), instance, [9.0])
    assert plan.open_sites.tolist() == [0]


def test_backup_short_of_sites_says_how_many_would_do() -> None:
    apart = np.where(np.eye(3, dtype=bool), 1.0, 9.0)
    plan = BackupCoverage(2, RADIUS).solve(Instance.from_matrix(apart))
    assert plan.status is Status.INFEASIBLE
    assert "at most 66.67%" in str(plan.shortfalls[0])
    assert "3 sites would be enough" in str(plan.shortfalls[0])


def test_more_required_sites_than_may_open_is_explained() -> None:
    instance = Instance.from_matrix(np.ones((2, 3)), required=[0, 1])
    for formulation in (MCLP(1, RADIUS), BackupCoverage(1, RADIUS), MEXCLP(1, RADIUS, 0.2)):
        plan = formulation.solve(instance)
        assert plan.status is Status.INFEASIBLE
        assert "2 sites are required, 1 may open" in str(plan.shortfalls[0])


def test_units_without_room_are_explained() -> None:
    plan = MEXCLP(3, RADIUS, 0.2, colocation=False).solve(Instance.from_matrix(np.ones((2, 2))))
    assert plan.status is Status.INFEASIBLE
    assert "the usable sites hold 2" in str(plan.shortfalls[0])


def test_wrong_parameters_are_told_all_at_once() -> None:
    with pytest.raises(ScenarioError) as told:
        MEXCLP(units=-1, radius=float("nan"), busy=1.0, max_per_site=0)
    assert [one.where for one in told.value.problems] == ["units", "radius", "busy", "max_per_site"]
    with pytest.raises(ScenarioError, match="expected count or fixed"):
        LSCP(1.0, "money")  # type: ignore[arg-type]
    with pytest.raises(ScenarioError, match="expected 2 finite numbers"):
        MALP(1, 1.0, 0.9, offered=[0.1]).solve(Instance.from_matrix(np.ones((2, 1))))


@pytest.mark.parametrize(
    "formulation",
    [LSCP(0.25), MCLP(4, 0.2), BackupCoverage(9, 0.3, 0.4, 0.2), MEXCLP(4, 0.2, 0.3),
     MALP(6, 0.2, 0.9, 0.3)],
)  # fmt: skip
def test_no_time_still_gives_a_plan_with_its_bound(formulation: Covering) -> None:
    draw = np.random.default_rng(0)
    instance = Instance.from_points(draw.random((300, 2)), draw.random((60, 2)))
    plan = formulation.solve(instance, Limits(seconds=0.0))
    assert plan.status.has_plan
    assert covering_violations(formulation, instance, plan) == []


def test_the_check_sees_what_is_wrong() -> None:
    from dataclasses import replace

    instance = Instance.from_matrix([[1, 9, 1], [9, 1, 9]], closed=[2])
    formulation = MCLP(1, RADIUS)
    plan = formulation.solve(instance)
    wrong = {
        "is closed": replace(plan, open_sites=np.array([2]), site_id=("s2",)),
        "it is 1": replace(plan, objective=2.0),
        "better than its bound": replace(plan, bound=0.5),
        "are called uncovered": replace(plan, uncovered=np.array([0, 1])),
        "sites are open": replace(
            plan, open_sites=np.array([0, 1]), units=np.ones(2, int), site_id=("s0", "s1")
        ),
    }
    for words, broken in wrong.items():
        assert words in " ".join(covering_violations(formulation, instance, broken))
