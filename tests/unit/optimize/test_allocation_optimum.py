"""The optimal allocation against enumeration, its explanations, and levels from theory."""

from __future__ import annotations

import re
from itertools import product

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from network.errors import InfeasibleError, PlanningError, ScenarioError
from network.queueing import erlang_c, wait_cdf
from optimize.allocation import (
    RULES,
    LevelTable,
    Regions,
    allocate_by_rule,
    allocate_optimum,
    allocate_shares,
    erlang_levels,
)
from optimize.allocation.floors import highest_worst
from optimize.allocation.relaxation import efficient, relaxed
from optimize.solver import Limits, Status

TOLERANCE = 1e-9


@st.composite
def tables(draw, most_regions=4, most_levels=5):
    found = []
    for r in range(draw(st.integers(1, most_regions))):
        count = draw(st.integers(1, most_levels))
        cost = draw(st.lists(st.integers(0, 12), min_size=count, max_size=count))
        service = draw(st.lists(st.integers(0, 20), min_size=count, max_size=count))
        demand = draw(st.integers(1, 9)) if r == 0 else draw(st.integers(0, 9))
        found.append(LevelTable.from_arrays(f"r{r}", cost, np.array(service) / 20, demand))
    return found


def enumerate_all(mine, budget, floors):
    """Every choice within the budget that meets the floors: (weighted, worst, spend)."""
    total = sum(table.demand for table in mine)
    outcomes = []
    for rows in product(*(range(len(table)) for table in mine)):
        service = [table.service[k] for table, k in zip(mine, rows, strict=True)]
        spend = sum(table.cost[k] for table, k in zip(mine, rows, strict=True))
        if spend <= budget + TOLERANCE and all(
            s >= f for s, f in zip(service, floors, strict=True)
        ):
            weighted = sum(t.demand * s for t, s in zip(mine, service, strict=True)) / total
            outcomes.append((weighted, min(service), spend))
    return outcomes


@settings(max_examples=150, deadline=None)
@given(tables(), st.integers(0, 40), st.sampled_from(["weighted", "worst"]), st.data())
def test_optimum_is_what_enumeration_finds(mine, budget, aim, data):
    floors = [data.draw(st.sampled_from([0.0, 0.25, 0.5, 0.9])) for _ in mine]
    found = allocate_optimum(mine, budget, aim, floor=floors)
    every = enumerate_all(mine, budget, floors)
    if not every:
        assert found.status is Status.INFEASIBLE
        assert found.shortfalls
        assert np.isnan(found.objective)
        return
    assert found.status is Status.OPTIMAL
    if aim == "worst":
        worst = max(one[1] for one in every)
        assert found.worst == worst
        every = [one for one in every if one[1] == worst]
    best = max(one[0] for one in every)
    assert found.objective == pytest.approx(best, abs=1e-9)
    assert found.objective <= found.bound <= best + 1e-8
    assert found.spend.sum() == pytest.approx(
        min(one[2] for one in every if one[0] >= best - 1e-9), abs=1e-6
    )


@settings(max_examples=60, deadline=None)
@given(tables(), st.integers(0, 40))
def test_an_allocation_says_what_its_levels_are(mine, budget):
    found = allocate_optimum(mine, budget)
    if not found.status.has_plan:
        return
    for table, level, spend, service in zip(
        mine, found.levels, found.spend, found.service, strict=True
    ):
        (k,) = np.flatnonzero(table.level == level)
        assert (table.cost[k], table.service[k]) == (spend, service)
    assert found.spend.sum() <= budget * (1 + 1e-9)
    assert found.shares.sum() == pytest.approx(1 if found.spend.any() else 0)


@settings(max_examples=60, deadline=None)
@given(tables(), st.integers(0, 30), st.integers(0, 10))
def test_more_money_never_serves_less(mine, budget, more):
    poor, rich = (allocate_optimum(mine, money) for money in (budget, budget + more))
    if poor.status.has_plan:
        assert rich.objective >= poor.objective - TOLERANCE


@settings(max_examples=60, deadline=None)
@given(tables(), st.integers(0, 40))
def test_relaxed_bound_and_fallback_enclose_the_optimum(mine, budget):
    exact = enumerate_all(mine, budget, [0] * len(mine))
    if not exact:
        return
    total = sum(table.demand for table in mine)
    gains = [table.demand / total * table.service for table in mine]
    costs = [table.cost for table in mine]
    rows = [
        efficient(cost, gain, np.flatnonzero(cost <= budget))
        for cost, gain in zip(costs, gains, strict=True)
    ]
    choice, bound = relaxed(costs, gains, rows, budget)
    value = sum(gain[k] for gain, k in zip(gains, choice, strict=True))
    assert sum(cost[k] for cost, k in zip(costs, choice, strict=True)) <= budget
    assert value - TOLERANCE <= max(one[0] for one in exact) <= bound + TOLERANCE


def test_relaxed_bound_counts_the_part_of_the_step_that_is_cut():
    costs, gains = (
        [np.array([0.0, 3.0]), np.array([0.0, 4.0])],
        [np.array([0, 45.0]), np.array([0, 50.0])],
    )
    choice, bound = relaxed(costs, gains, [np.arange(2)] * 2, budget=4)
    assert choice == [1, 0]
    assert bound == pytest.approx(45 + 50 / 4)  # at least the best choice, 50


def test_fallback_takes_no_step_from_a_level_that_it_did_not_reach():
    costs = [np.array([0.0, 8.0, 9.0]), np.array([0.0, 5.0])]
    gains = [np.array([0.0, 8.0, 8.5]), np.array([0.0, 6.0])]
    choice, _ = relaxed(costs, gains, [np.arange(3), np.arange(2)], budget=9)
    assert choice == [0, 1]


def s_shaped(count=12, levels=30, seed=0):
    random = np.random.default_rng(seed)
    found = []
    for r in range(count):
        need = random.uniform(4, 20)
        service = 1 / (1 + np.exp(-(np.arange(levels) - need) * random.uniform(0.5, 3)))
        cost = np.arange(levels) * random.uniform(900, 3100)
        found.append(LevelTable.from_arrays(f"r{r}", cost, service, random.uniform(1, 9)))
    return found


@pytest.mark.parametrize("aim", ["weighted", "worst"])
def test_optimum_beats_every_rule_of_the_same_budget(aim):
    mine = s_shaped()
    cost = [table.cost[1] for table in mine]
    regions = Regions.from_arrays(
        [table.region for table in mine],
        [table.demand for table in mine],
        cost,
        floor=0.02,
        population=1.0,
    )
    best = allocate_optimum(mine, 250_000, aim)
    assert best.status is Status.OPTIMAL
    assert best.gap <= 1e-8
    for rule in RULES:
        for resource in ("money", "capacity"):
            ruled = allocate_by_rule(mine, regions, rule, 250_000, resource)
            if aim == "weighted":
                assert ruled.objective <= best.bound + TOLERANCE
            else:
                assert ruled.worst <= best.worst
            assert ruled.spend.sum() <= 250_000 * (1 + 1e-9)


def test_worst_first_costs_weighted_service():
    mine = s_shaped(seed=4)
    fair, most = (allocate_optimum(mine, 200_000, aim) for aim in ("worst", "weighted"))
    assert fair.worst > most.worst
    assert fair.objective < most.objective


def test_no_time_still_gives_a_plan_with_a_bound():
    mine = s_shaped(seed=2)
    hasty = allocate_optimum(mine, 200_000, limits=Limits(seconds=0.0))
    best = allocate_optimum(mine, 200_000)
    assert hasty.status.has_plan
    assert hasty.spend.sum() <= 200_000
    assert hasty.objective <= best.objective + TOLERANCE
    assert hasty.bound >= best.objective - TOLERANCE


def test_same_input_same_allocation():
    one, other = (allocate_optimum(s_shaped(seed=3), 180_000) for _ in range(2))
    assert (one.levels == other.levels).all()


def test_a_budget_that_is_exactly_the_sum_is_enough():
    mine = [
        LevelTable.from_arrays(name, [0, cost], [0, 1]) for name, cost in (("A", 0.1), ("B", 0.2))
    ]
    assert allocate_optimum(mine, 0.3).levels.tolist() == [1, 1]


@pytest.mark.parametrize("unit", [1e-6, 1.0, 1e9])
def test_the_currency_does_not_matter(unit):
    mine = [
        LevelTable.from_arrays(name, np.array([0, 10, 20]) * unit, [0, 0.6, 0.9], demand)
        for name, demand in (("A", 3), ("B", 2))
    ]
    assert allocate_optimum(mine, 30 * unit).levels.tolist() == [2, 1]
    assert allocate_optimum(mine, 0).levels.tolist() == [0, 0]


def test_service_that_falls_with_the_level_is_not_bought():
    mine = [LevelTable.from_arrays("A", [0, 10, 20], [0.2, 0.8, 0.7])]
    assert allocate_optimum(mine, 100).levels.tolist() == [1]


def test_highest_worst_is_exact():
    mine = s_shaped(3, 6, seed=6)
    every = enumerate_all(mine, 30_000, [0] * 3)
    assert highest_worst(mine, np.zeros(3), 30_000) == max(one[1] for one in every)


# Infeasible, explained


def pair():
    return [
        LevelTable.from_arrays("Lugo", [0, 100, 200], [0.0, 0.7, 0.91]),
        LevelTable.from_arrays("Vigo", [0, 100, 200], [0.0, 0.8, 0.96]),
    ]


def test_a_floor_out_of_reach_names_the_region_and_what_would_do():
    found = allocate_optimum(pair(), 1000, floor=0.95)
    (lugo,) = found.shortfalls
    assert lugo.where == "region Lugo"
    assert "gives 91 %, 95 % asked: 4 points short at any budget; a floor of 91 %" in lugo.message
    with pytest.raises(InfeasibleError, match="Lugo"):
        found.require()


def test_floors_beyond_the_budget_say_what_would_be_enough_and_it_is():
    found = allocate_optimum(pair(), 250, floor=[0.7, 0.9])
    words = "\n".join(map(str, found.shortfalls))
    assert "the floors cost at least 300: 50 more would be enough" in words
    assert "or every floor lower by 10 points" in words
    assert "region Lugo: its floor 70 % costs at least 100; without it alone the budget" in words
    assert "region Vigo: its floor 90 % costs at least 200; 80 % for it alone" in words
    assert allocate_optimum(pair(), 300, floor=[0.7, 0.9]).status is Status.OPTIMAL
    assert allocate_optimum(pair(), 250, floor=[0.6, 0.8]).status is Status.OPTIMAL
    assert allocate_optimum(pair(), 250, floor=[0.7, 0.8]).status is Status.OPTIMAL
    assert allocate_optimum(pair(), 250, floor=[0.7, 0.81]).status is Status.INFEASIBLE


@settings(max_examples=80, deadline=None)
@given(tables(), st.integers(0, 20), st.sampled_from([0.3, 0.77, 0.9]))
def test_what_is_said_to_be_enough_is_enough(mine, budget, floor):
    found = allocate_optimum(mine, budget, floor=floor)
    if found.status.has_plan or found.shortfalls[0].where != "budget":
        return
    more = re.search(r"([\d,.e+]+) more would be enough", found.shortfalls[0].message)
    enough = budget + float(more[1].replace(",", ""))
    assert allocate_optimum(mine, enough, floor=floor).status is Status.OPTIMAL
    assert allocate_optimum(mine, enough - 0.5, floor=floor).status is Status.INFEASIBLE
    lower = re.search(r"lower by ([\d.]+) points", found.shortfalls[0].message)
    if lower:
        less = max(floor - float(lower[1]) / 100, 0.0)
        assert allocate_optimum(mine, budget, floor=less).status is Status.OPTIMAL
    for problem in found.shortfalls[1:]:
        alone = re.search(r"([\d.]+) % for it alone", problem.message)
        if alone:
            floors = [
                float(alone[1]) / 100 if problem.where == f"region {table.region}" else floor
                for table in mine
            ]
            assert allocate_optimum(mine, budget, floor=floors).status is Status.OPTIMAL


def test_a_budget_below_the_lowest_levels_is_told():
    poor = [LevelTable.from_arrays(r, [50, 80], [0.5, 0.9]) for r in "AB"]
    (problem,) = allocate_optimum(poor, 70).shortfalls
    assert "cost at least 100: 30 more would be enough" in problem.message
    assert "without any floor the lowest levels cost 100 already" in problem.message


def test_shares_that_buy_no_level_are_told_by_region():
    poor = [LevelTable.from_arrays(r, [50, 80], [0.5, 0.9]) for r in "AB"]
    found = allocate_shares(poor, [0.7, 0.3], 100)
    (problem,) = found.shortfalls
    assert str(problem) == (
        "region B: its share of 30.0% is 30, its lowest level costs 50; 20 more would be enough"
    )
    with pytest.raises(PlanningError):
        found.require()


# Bad input


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: LevelTable.from_arrays("A", [0, -1], [0, 1.2]), "2 problems"),
        (lambda: LevelTable.from_arrays("A", [0], [0, 1]), "expected equally many"),
        (lambda: LevelTable.from_arrays("A", [0], [1], -1), "demand: got -1"),
        (lambda: LevelTable.from_arrays("A", [0, 1], [0, 1], level=[2, 1]), "ascending levels"),
        (lambda: allocate_optimum([], 5), "there are none"),
        (lambda: allocate_optimum(pair() + pair(), 5), "region 'Lugo' is given twice"),
        (lambda: allocate_optimum(pair(), np.nan, "best", floor=2), "3 problems"),
        (lambda: allocate_shares(pair(), [0.9, 0.9], 5), "2 shares >= 0 that sum to at most 1"),
        (
            lambda: allocate_by_rule(pair(), Regions.from_arrays("AB", 1), "equal", 5),
            "tables are of",
        ),
    ],
)
def test_unsound_input_is_told_in_words(call, message):
    with pytest.raises(ScenarioError, match=message):
        call()


# Levels from theory


def theory(**changes):
    case = {
        "arrivals_per_h": 12.0,
        "on_site_min": 20.0,
        "within_min": 15.0,
        "most_agents": 12,
        "cost_per_agent": 100.0,
    }
    return erlang_levels("A", **(case | changes))


def test_without_travel_service_is_erlangs_service_level():
    table = theory()
    assert (table.service[:5] == 0).all()  # 4 erlangs: at 4 agents the queue never ends
    for agents in range(5, 13):
        assert table.service[agents] == pytest.approx(wait_cdf(0.2, 0.05, agents, 15.0))
    assert table.cost.tolist() == [100 * c for c in range(13)]
    assert table.demand == 12


def test_trips_work_both_ways_and_take_from_the_promise():
    table = theory(arrivals_per_h=6, travel_min=[5.0, 25.0], travel_share=[3, 1])
    load = 0.1 * (20 + 2 * 10)
    agents = 6
    expected = 0.75 * wait_cdf(0.1, 1 / 40, agents, 10.0)  # 25 minutes are never in time
    assert load == 4
    assert table.service[agents] == pytest.approx(expected)
    assert (table.service <= 0.75 + 1e-12).all()


def test_noisy_trips_agree_with_a_simple_simulation():
    table = theory(travel_min=[5.0, 12.0], noise_sigma=0.5, within_min=18.0)
    random = np.random.default_rng(0)
    size, work = 400_000, 20 + 2 * 8.5
    load = 0.2 * work
    trip = random.choice([5.0, 12.0], size) * np.exp(0.5 * random.standard_normal(size) - 0.125)
    for agents in (8, 9, 12):
        busy = random.random(size) < erlang_c(load, agents)
        wait = busy * random.exponential(work / (agents - load), size)
        share = (wait + trip <= 18).mean()
        assert table.service[agents] == pytest.approx(share, abs=5 * 0.5 / size**0.5 + 5e-4)


@given(
    st.floats(0.1, 30),
    st.floats(1, 60),
    st.floats(0, 120),
    st.lists(st.floats(0, 60), min_size=1, max_size=4),
    st.sampled_from([0.0, 0.35]),
)
@example(rate=1.0, work=1.0, within=5e-324, trip=[2.0], sigma=0.35)
def test_more_agents_never_serve_less_by_theory(rate, work, within, trip, sigma):
    table = theory(
        arrivals_per_h=rate,
        on_site_min=work,
        within_min=within,
        travel_min=trip,
        noise_sigma=sigma,
        fixed_cost=7.0,
    )
    assert (np.diff(table.service) >= -1e-9).all()
    assert table.cost[:2].tolist() == [0, 107]


def test_no_arrivals_are_served_at_once():
    assert theory(arrivals_per_h=0.0).service.tolist() == [0] + [1] * 12
    assert theory(on_site_min=0.0, noise_sigma=0.3).service.tolist() == [0] + [1] * 12


def test_unsound_theory_is_told_at_once():
    with pytest.raises(ScenarioError, match="4 problems in the levels of A"):
        theory(arrivals_per_h=-1, within_min=np.inf, travel_min=[-1, 2], travel_share=[0, 0])
