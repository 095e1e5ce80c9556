"""Facility location: enumeration of small cases, limits, costs, and what is said when none fits."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network.errors import ScenarioError
from optimize.placement import Instance, Limits, Plan, Status
from optimize.placement.checks_facility import facility_violations
from optimize.placement.facility.program import facility_program
from optimize.placement.facility_location import FacilityLocation
from optimize.solver import solve_program

EXACT = Limits(seconds=60, gap=1e-9)


@dataclass(frozen=True)
class Case:
    instance: Instance
    formulation: FacilityLocation


@st.composite
def cases(draw, kind):
    zones, sites = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    small = st.integers(0, 6)
    travel = draw(st.lists(st.one_of(small, st.just(np.inf)), min_size=zones * sites,
                           max_size=zones * sites))  # fmt: skip
    each_site = st.lists(small, min_size=sites, max_size=sites)
    status = draw(st.lists(st.sampled_from("rcefff"), min_size=sites, max_size=sites))
    least = draw(st.one_of(st.none(), st.integers(0, sites)))
    most = draw(st.one_of(st.none(), st.integers(least or 0, sites)))
    instance = Instance.from_matrix(
        np.reshape(np.array(travel, dtype=float), (zones, sites)),
        weight=draw(st.lists(small, min_size=zones, max_size=zones)),
        fixed_cost=draw(each_site),
        opening_cost=draw(each_site),
        closing_cost=draw(each_site),
        capacity=draw(st.lists(st.integers(0, 14), min_size=sites, max_size=sites)),
        required=[j for j in range(sites) if status[j] == "r"],
        closed=[j for j in range(sites) if status[j] == "c"],
        existing=[j for j in range(sites) if status[j] == "e" or draw(st.booleans())],
    )
    return Case(
        instance,
        FacilityLocation(
            transport_cost=draw(st.sampled_from([0, 1, 3])),
            capacitated=kind != "uncapacitated",
            single_source=kind == "single",
            sites_at_least=least,
            sites_at_most=most,
        ),
    )


def site_sets(case):
    """Every set of sites that the case allows."""
    sites, formulation = case.instance.sites, case.formulation
    least = formulation.sites_at_least or 0
    most = len(sites) if formulation.sites_at_most is None else formulation.sites_at_most
    for choice in itertools.product([False, True], repeat=len(sites)):
        opened = np.array(choice)
        if (sites.required & ~opened).any() or (sites.closed & opened).any():
            continue
        if least <= opened.sum() <= most:
            yield np.flatnonzero(opened)


def paid_for_sites(instance, opened):
    sites, cost = instance.sites, 0.0
    for j in range(len(sites)):
        if j in opened:
            cost += sites.fixed_cost[j] + (0 if sites.existing[j] else sites.opening_cost[j])
        elif sites.existing[j]:
            cost += sites.closing_cost[j]
    return cost


def nearest_cost(instance, opened):
    asking = instance.weight > 0
    nearest = instance.matrix[asking][:, opened].min(axis=1, initial=np.inf)
    return float((instance.weight[asking] * nearest).sum())


def whole_cost(instance, opened):
    asking = np.flatnonzero(instance.weight > 0).tolist()
    best = np.inf
    for choice in itertools.product(opened.tolist(), repeat=len(asking)):
        load = np.zeros(len(instance.sites))
        np.add.at(load, list(choice), instance.weight[asking])
        if (load <= instance.sites.capacity).all():
            best = min(
                best, float((instance.weight[asking] * instance.matrix[asking, choice]).sum())
            )
    return best


def split_cost(instance, opened):
    """Least cost flow by another library."""
    graph = nx.DiGraph()
    for i, weight in enumerate(instance.weight.astype(int).tolist()):
        graph.add_node(("zone", i), demand=-weight)
        for j in opened.tolist():
            if np.isfinite(instance.matrix[i, j]):
                graph.add_edge(("zone", i), ("site", j), weight=int(instance.matrix[i, j]))
    graph.add_node("sink", demand=int(instance.weight.sum()))
    for j in opened.tolist():
        graph.add_edge(("site", j), "sink", capacity=int(instance.sites.capacity[j]))
    try:
        return float(nx.min_cost_flow_cost(graph))
    except nx.NetworkXUnfeasible:
        return np.inf


def check_against(case, transport_of):
    instance = case.instance
    best = min(
        (
            paid_for_sites(instance, opened)
            + case.formulation.transport_cost * transport_of(instance, opened)
            for opened in site_sets(case)
            if np.isfinite(transport_of(instance, opened))
        ),
        default=np.inf,
    )
    plan = case.formulation.solve(instance, EXACT)
    assert facility_violations(case.formulation, instance, plan) == []
    if np.isinf(best):
        assert plan.status is Status.INFEASIBLE
        assert plan.shortfalls
        assert np.isnan(plan.objective)
        assert not plan.open_sites.size
    else:
        assert plan.status is Status.OPTIMAL
        assert plan.objective == pytest.approx(best, abs=1e-6)
        assert plan.bound == pytest.approx(best, abs=1e-4)


@settings(max_examples=150, deadline=None)
@given(cases("uncapacitated"))
def test_least_cost_of_all_sets_of_sites(case):
    check_against(case, nearest_cost)


@settings(max_examples=120, deadline=None)
@given(cases("single"))
def test_least_cost_of_all_whole_assignments(case):
    check_against(case, whole_cost)


@settings(max_examples=120, deadline=None)
@given(cases("split"))
def test_least_cost_of_all_flows(case):
    check_against(case, split_cost)


def random_instance(seed, zones=30, sites=25, **options):
    rng = np.random.default_rng(seed)
    return Instance.from_matrix(
        rng.integers(0, 1000, (zones, sites)), fixed_cost=rng.integers(700, 1500, sites), **options
    )


@pytest.mark.parametrize("seed", range(4))
def test_search_agrees_with_the_whole_program(seed):
    instance = random_instance(seed, required=[0], closed=[1], existing=[2], closing_cost=400)
    formulation = FacilityLocation(sites_at_most=7)
    plan = formulation.solve(instance)
    program, _ = facility_program(formulation.problem(instance))
    solved = solve_program(program)
    assert plan.status is Status.OPTIMAL
    assert plan.objective == pytest.approx(solved.objective + instance.sites.cost_of_closing_all)
    assert facility_violations(formulation, instance, plan) == []


@pytest.mark.parametrize("single_source", [True, False])
@pytest.mark.parametrize("seed", range(2))
def test_capacitated_search_agrees_with_the_whole_program(seed, single_source):
    demand = np.random.default_rng(seed).integers(3, 20, 30)
    instance = random_instance(seed, sites=12, capacity=70, required=[0], closed=[1])
    formulation = FacilityLocation(capacitated=True, single_source=single_source, demand=demand)
    plan = formulation.solve(instance)
    solved = solve_program(facility_program(formulation.problem(instance))[0])
    assert plan.status is Status.OPTIMAL
    assert plan.objective == pytest.approx(solved.objective, rel=2e-6)
    assert facility_violations(formulation, instance, plan) == []


def test_every_family_of_constraints():
    instance = Instance.from_matrix(
        [[1, 2], [np.inf, 5]], weight=[3, 4], capacity=[6, 5], fixed_cost=[10, 20], required=[1]
    )
    formulation = FacilityLocation(
        transport_cost=2, capacitated=True, single_source=True, sites_at_least=1, sites_at_most=1
    )
    program, variables = facility_program(formulation.problem(instance), cutoff=99)
    matrix = np.zeros((len(program.row_lower), len(program.cost)))
    matrix[program.row, program.column] = program.value
    assert variables.open_site.tolist() == [0, 1]
    assert [variables.site.tolist(), variables.zone.tolist()] == [[0, 1, 1], [0, 0, 1]]
    assert program.cost.tolist() == [10, 20, 6, 12, 40]
    assert program.lower.tolist() == [0, 1, 0, 0, 0]
    assert program.integer.all()
    inf = np.inf
    rows = [  # y0, y1, x00, x01, x11, lower, upper
        [0, 0, 1, 1, 0, 1, 1],
        [0, 0, 0, 0, 1, 1, 1],
        [-1, 0, 1, 0, 0, -inf, 0],
        [0, -1, 0, 1, 0, -inf, 0],
        [0, -1, 0, 0, 1, -inf, 0],
        [-6, 0, 3, 0, 0, -inf, 0],
        [0, -5, 0, 3, 4, -inf, 0],
        [6, 5, 0, 0, 0, 7, inf],
        [1, 1, 0, 0, 0, 1, 1],
        [10, 20, 6, 12, 40, -inf, 99],
    ]
    built = np.column_stack([matrix, program.row_lower, program.row_upper])
    np.testing.assert_allclose(built, rows, rtol=1e-8)


def test_shares_need_no_integrality():
    instance = Instance.from_matrix([[1, 2]], weight=[3], capacity=[2, 2])
    problem = FacilityLocation(capacitated=True).problem(instance)
    program, variables = facility_program(problem)
    assert not program.integer[variables.serve].any()


def test_an_existing_site_is_kept_while_closing_costs_more():
    def sites_of(closing_cost):
        instance = Instance.from_matrix(
            [[0, 5]], fixed_cost=[10, 10], opening_cost=[4, 4], closing_cost=closing_cost,
            existing=[1],
        )  # fmt: skip
        plan = FacilityLocation().solve(instance)
        return plan.site_id, plan.objective

    assert sites_of(0) == (("s0",), 14)  # 10 + 4 against 10 + 5
    assert sites_of(2) == (("s1",), 15)  # 10 + 4 + 2 against 10 + 5
    assert sites_of(30) == (("s1",), 15)


def test_a_whole_zone_needs_one_site_with_room():
    instance = Instance.from_matrix([[0, 1], [0, 1]], weight=[6, 6], capacity=[10, 10])
    whole = FacilityLocation(capacitated=True, single_source=True).solve(instance)
    split = FacilityLocation(capacitated=True).solve(instance)
    assert whole.objective == 6
    assert sorted(whole.assignment.tolist()) == [0, 1]
    assert split.objective == 2
    assert not split.assignment.size
    load = np.bincount(split.share_site, weights=6 * split.share)
    assert load == pytest.approx([10, 2])


def test_demand_apart_from_weight():
    """Costs are of serving whole zones; demand only fills the capacity."""
    instance = Instance.from_matrix([[3, 9], [4, 6]], capacity=[5, 5])
    plan = FacilityLocation(capacitated=True, single_source=True, demand=[4, 3]).solve(instance)
    assert plan.objective == 9
    assert plan.assignment.tolist() == [0, 1]


@pytest.mark.parametrize("capacitated", [False, True])
def test_zones_that_ask_for_nothing_bind_nothing(capacitated):
    travel = [[1, 8], [2, 1], [np.inf, np.inf]]
    instance = Instance.from_matrix(travel, weight=[5, 0, 0], fixed_cost=3, capacity=6)
    formulation = FacilityLocation(capacitated=capacitated, single_source=True)
    plan = formulation.solve(instance)
    assert plan.objective == 8
    assert plan.assignment.tolist() == [0, 0, -1]
    empty = Instance.from_matrix(travel, weight=0, fixed_cost=3, closing_cost=5, existing=[1])
    plan = formulation.solve(empty)
    assert (plan.status, plan.objective, plan.site_id) == (Status.OPTIMAL, 3, ("s1",))


def shortfalls(formulation, instance):
    plan = formulation.solve(instance)
    assert plan.status is Status.INFEASIBLE
    assert np.isnan(plan.objective)
    return [str(problem) for problem in plan.shortfalls], plan.uncovered.tolist()


def test_zones_without_a_way_are_listed():
    instance = Instance.from_matrix([[1, 2], [np.inf, 3], [np.inf, np.inf]], closed=[1])
    said, uncovered = shortfalls(FacilityLocation(), instance)
    assert uncovered == [1, 2]
    assert said[0].startswith("zone z1: no usable site has a way to it")


def test_capacity_that_is_missing_is_stated():
    instance = Instance.from_matrix(np.ones((10, 3)), weight=100, capacity=300)
    said, _ = shortfalls(FacilityLocation(capacitated=True), instance)
    assert said == [
        "capacity: capacity 900 of 1,000 asked: 100 more, e.g. 1 more site of the largest size "
        "(300), would be enough"
    ]
    said, _ = shortfalls(
        FacilityLocation(capacitated=True, sites_at_most=1),
        Instance.from_matrix(np.ones((5, 3)), weight=100, capacity=300),
    )
    assert said == [
        "sites_at_most: the 1 largest sites allowed have capacity 300 of 500 asked: 200 more, "
        "or 2 sites, would be enough"
    ]


def test_a_zone_larger_than_every_site_is_named():
    instance = Instance.from_matrix([[1, 1], [1, 1]], weight=[50, 5], capacity=[30, 40])
    said, uncovered = shortfalls(FacilityLocation(capacitated=True, single_source=True), instance)
    assert uncovered == [0]
    assert said == [
        "zone z0: demand 50, the largest capacity within reach is 40 (site s1): 10 more there, "
        "or service by several sites, would be enough"
    ]


def test_zones_that_do_not_fit_whole():
    instance = Instance.from_matrix(np.ones((3, 2)), weight=6, capacity=10)
    said, _ = shortfalls(FacilityLocation(capacitated=True, single_source=True), instance)
    assert said[0].startswith("capacity: zones served whole do not fit")
    assert "2 more at site" in said[0]


def test_too_few_sites_to_reach_every_zone():
    far = np.where(np.eye(3, dtype=bool), 1.0, np.inf)
    said, _ = shortfalls(FacilityLocation(sites_at_most=2), Instance.from_matrix(far))
    assert said == [
        "sites_at_most: at most 2 sites leave zones without a way to an open site; "
        "3 would be enough"
    ]
    capacitated = Instance.from_matrix(far, capacity=2)
    said, _ = shortfalls(FacilityLocation(capacitated=True, sites_at_most=2), capacitated)
    assert "3 would be enough" in said[0]


def test_numbers_of_sites_that_contradict_the_sites():
    instance = Instance.from_matrix([[1, 2, 3]], required=[0, 1], closed=[2])
    said, _ = shortfalls(FacilityLocation(sites_at_most=1), instance)
    assert said == ["sites_at_most: 2 sites must be open, at most 1 asked; allow 2"]
    said, _ = shortfalls(FacilityLocation(sites_at_least=3), instance)
    assert said[0].startswith("sites_at_least: 2 sites may be open, at least 3 asked")


def test_wrong_parameters_are_refused_together():
    with pytest.raises(ScenarioError) as caught:
        FacilityLocation(transport_cost=-1, sites_at_least=3, sites_at_most=2)
    assert [problem.where for problem in caught.value.problems] == [
        "transport_cost", "sites_at_least",
    ]  # fmt: skip
    with pytest.raises(ScenarioError, match="demand: got 3 values; expected 2"):
        FacilityLocation(demand=[1, 2, 3]).solve(Instance.from_matrix([[1], [2]]))


@pytest.mark.parametrize("capacitated", [False, True])
def test_equal_plans_however_often_and_with_ties(capacitated):
    instance = Instance.from_matrix(
        np.random.default_rng(5).integers(1, 3, (20, 10)), fixed_cost=4, capacity=7
    )
    formulation = FacilityLocation(capacitated=capacitated, single_source=True)
    first, again = (formulation.solve(instance) for _ in range(2))
    assert first.status is Status.OPTIMAL
    assert (first.objective, first.bound) == (again.objective, again.bound)
    assert first.open_sites.tolist() == again.open_sites.tolist()
    assert first.assignment.tolist() == again.assignment.tolist()


@pytest.mark.parametrize("limits", [Limits(nodes=0), Limits(seconds=0)])
@pytest.mark.parametrize("capacitated", [False, True])
def test_a_limit_returns_the_best_plan_with_its_gap(limits, capacitated):
    demand = np.random.default_rng(1).integers(5, 20, 40)
    instance = random_instance(3, 40, 40, capacity=65)
    formulation = FacilityLocation(capacitated=capacitated, single_source=True, demand=demand)
    plan = formulation.solve(instance, limits)
    assert facility_violations(formulation, instance, plan) == []
    assert plan.status is Status.FEASIBLE
    assert 0 < plan.gap < 1
    if not capacitated:
        best = formulation.solve(instance)
        assert plan.bound <= best.objective <= plan.objective


@pytest.mark.parametrize("broken", ["shut site", "cost", "load", "unserved"])
def test_the_check_sees_what_is_wrong(broken):
    instance = Instance.from_matrix([[1, 2], [2, 1]], weight=3, fixed_cost=1, capacity=4)
    formulation = FacilityLocation(capacitated=True, single_source=True)
    good = formulation.solve(instance)
    assert facility_violations(formulation, instance, good) == []
    parts = {name: getattr(good, name) for name in Plan.__dataclass_fields__}
    parts |= {
        "shut site": {"open_sites": np.array([0])},
        "cost": {"objective": good.objective + 1},
        "load": {"assignment": np.array([0, 0])},
        "unserved": {"assignment": np.array([0, -1])},
    }[broken]
    assert facility_violations(formulation, instance, Plan(**parts))
