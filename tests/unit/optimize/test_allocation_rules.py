"""Rules that share a resource over regions, money and capacity, elastic capacity."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from network.errors import ScenarioError
from optimize.allocation import (
    RULES,
    Regions,
    Resource,
    elastic,
    register_rule,
    share_by,
    split_budget,
)

CASE = Regions.from_arrays("ABC", demand=[3, 2, 1], unit_cost=[2, 1, 3])


@st.composite
def regions(draw):
    count = draw(st.integers(1, 6))

    def many(of):
        return draw(st.lists(of, min_size=count, max_size=count))

    demand = many(st.one_of(st.just(0.0), st.floats(1e-3, 1e3)))
    assume(any(demand))
    floor = np.array(many(st.floats(0, 1)))
    floor *= draw(st.sampled_from([0.0, 0.5, 0.99, 1.0])) / max(floor.sum(), 1.0)
    names = [f"r{k}" for k in range(count)]
    people = many(st.floats(0.5, 1e6))
    return Regions.from_arrays(
        names, demand, many(st.floats(1e-3, 1e3)), floor=floor, population=people
    )


# The case of the text that the rules come from


@pytest.mark.parametrize(
    ("rule", "percent"),
    [
        ("ratio", [39, 52, 9]),
        ("workload", [55, 18, 27]),
        ("root_workload", [44, 25, 31]),
        ("equal", [33, 33, 33]),
    ],
)
def test_scores_3_2_1_and_2_1_3(rule, percent):
    assert (100 * share_by(rule, CASE)).round().tolist() == percent


def test_only_floors_give_40_30_30():
    case = {"demand": [4, 2, 1], "unit_cost": [1.5, 1, 2]}
    given_floor = Regions.from_arrays("ABC", **case, floor=[0, 0, 0.3], population=[4, 2, 1])
    assert share_by("floors", given_floor) == pytest.approx([0.4, 0.3, 0.3], abs=1e-12)
    others = [share_by(rule, given_floor) for rule in RULES if rule != "floors"]
    assert all(np.abs(shares - [0.4, 0.3, 0.3]).max() > 0.03 for shares in others)


def test_floors_split_the_rest_4_to_3_where_these_weights_are_given():
    weighted = Regions.from_arrays(
        "ABC", CASE.demand, CASE.unit_cost, floor=[0, 0, 0.3], weight=[4, 3, 1]
    )
    assert share_by("floors", weighted) == pytest.approx([0.4, 0.3, 0.3], abs=1e-12)


# Properties


@given(regions(), st.sampled_from(sorted(RULES)))
def test_shares_are_shares(drawn, rule):
    shares = share_by(rule, drawn)
    assert shares.sum() == pytest.approx(1, abs=1e-12)
    assert (shares >= 0).all()


@given(regions(), st.floats(1e-6, 1e6), st.sampled_from(sorted(RULES)))
def test_units_of_demand_and_money_do_not_matter(drawn, factor, rule):
    other = Regions.from_arrays(
        drawn.name,
        drawn.demand * factor,
        drawn.unit_cost / factor,
        floor=drawn.floor,
        population=drawn.population,
    )
    assert share_by(rule, other) == pytest.approx(share_by(rule, drawn), abs=1e-9)


@given(regions(), st.integers(0, 5), st.floats(1, 10), st.sampled_from(sorted(RULES)))
def test_more_demand_never_gives_less(drawn, which, factor, rule):
    which %= len(drawn)
    more = drawn.demand.copy()
    more[which] *= factor
    grown = Regions.from_arrays(
        drawn.name, more, drawn.unit_cost, floor=drawn.floor, population=drawn.population
    )
    assert share_by(rule, grown)[which] >= share_by(rule, drawn)[which] - 1e-12


@given(regions(), st.integers(0, 5), st.floats(1, 10))
def test_a_dearer_unit_gets_less_by_ratio_and_more_by_workload(drawn, which, factor):
    which %= len(drawn)
    dearer = drawn.unit_cost.copy()
    dearer[which] *= factor
    after = Regions.from_arrays(drawn.name, drawn.demand, dearer)
    for rule, sign in (("ratio", -1), ("workload", 1), ("root_workload", 1)):
        change = share_by(rule, after)[which] - share_by(rule, drawn)[which]
        assert sign * change >= -1e-12


@given(regions())
def test_floors_are_kept_and_the_others_share_as_their_ratio(drawn):
    shares, wanted = share_by("floors", drawn), share_by("ratio", drawn)
    assert (shares >= drawn.floor - 1e-9).all()
    above = np.flatnonzero((shares > drawn.floor + 1e-9) & (wanted > 0))
    if len(above) > 1:
        scale = shares[above] / wanted[above]
        assert scale == pytest.approx(scale[0], rel=1e-6)
    if not drawn.floor.any():
        assert shares == pytest.approx(wanted, abs=1e-12)


@given(regions())
def test_workload_gives_everybody_the_same_capacity_per_demand(drawn):
    split = split_budget(drawn, "workload", 1000.0)
    served = drawn.demand > 0
    each = split.capacity[served] / drawn.demand[served]
    assert each == pytest.approx(each[0], rel=1e-9)


@given(regions())
def test_root_workload_has_the_least_delay_of_all_splits_of_the_money(drawn):
    served = drawn.demand > 0
    rate = drawn.demand[served]

    def delay(money):
        with np.errstate(over="ignore", divide="ignore"):
            return (rate * drawn.unit_cost[served] / money[served]).sum()

    best = delay(split_budget(drawn, "root_workload", 1.0).money)
    for rule in ("ratio", "workload", "equal"):
        assert best <= delay(split_budget(drawn, rule, 1.0).money) * (1 + 1e-9)


@given(regions(), st.sampled_from(sorted(RULES)), st.sampled_from(Resource))
def test_a_split_spends_the_whole_budget(drawn, rule, resource):
    split = split_budget(drawn, rule, 500.0, resource)
    assert split.money.sum() == pytest.approx(500)
    assert split.capacity * drawn.unit_cost == pytest.approx(split.money)
    shared = split.money if resource is Resource.MONEY else split.capacity
    assert shared / shared.sum() == pytest.approx(split.share, abs=1e-12)


def test_huge_and_tiny_scores_do_not_overflow():
    far = Regions.from_arrays("AB", demand=[1e300, 1e300], unit_cost=[1e300, 1e300])
    assert share_by("workload", far).tolist() == [0.5, 0.5]


# A rule of one's own


def test_a_registered_rule_is_known_by_name_and_checked():
    @register_rule("first_takes_all", "1 for the first")
    def first(regions):
        return np.eye(len(regions))[0]

    @register_rule("too_much", "1")
    def too_much(regions):
        return np.ones(len(regions))

    try:
        assert share_by("first_takes_all", CASE).tolist() == [1, 0, 0]
        with pytest.raises(ScenarioError, match=r"rule too_much: gave .* expected 3 shares >= 0"):
            share_by("too_much", CASE)
        with pytest.raises(ScenarioError, match="there is a rule 'too_much' already"):
            register_rule("too_much", "again")
    finally:
        del RULES["first_takes_all"], RULES["too_much"]


# Elastic capacity


@given(
    st.lists(st.floats(0, 100), min_size=1, max_size=30),
    st.floats(0, 3),
    st.floats(0, 10),
    st.floats(0.1, 5),
    st.floats(0.1, 5),
    st.booleans(),
)
def test_need_is_met_by_an_own_core_that_costs_least(demand, alpha, beta, own, rented, whole):
    costs = {"own_unit_cost": own, "rented_unit_cost": rented, "whole": whole}
    plan = elastic(demand, alpha, beta, **costs)
    exact = alpha * np.array(demand) + beta
    assert (plan.need >= exact - 1e-8).all()
    assert (plan.need < exact + (1 if whole else 1e-9)).all()
    assert plan.own + plan.rented == pytest.approx(np.maximum(plan.own, plan.need))
    for core in (0.0, plan.own * 0.9, plan.own * 1.1, float(plan.need.max())):
        assert plan.cost <= elastic(demand, alpha, beta, own=core, **costs).cost * (1 + 1e-9) + 1e-9


def test_own_only_and_rented_only():
    everything = elastic([10, 30], 0.5, 2, own=17.0)
    assert everything.rented.tolist() == [0, 0]
    nothing = elastic([10, 30], 0.5, 2, own=0.0)
    assert nothing.rented.tolist() == [7, 17]
    assert nothing.own_cost == 0


# Bad input


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ({"demand": [-1, 2]}, "region A, demand: got -1; expected a finite number >= 0"),
        ({"demand": [0, 0]}, "demand: all are zero"),
        ({"demand": [1, 2], "unit_cost": [1, 0]}, "region B, unit_cost: got 0; expected .* > 0"),
        ({"demand": [1, np.nan]}, "region B, demand: got nan"),
        ({"demand": [1, 2, 3]}, "demand: got 3 values; expected 2"),
        ({"demand": 1, "floor": [0.6, 0.6]}, "floors sum to 1.2; expected at most 1"),
        ({"demand": 1, "weight": [0, 0]}, "weight: all are zero"),
    ],
)
def test_unsound_regions_are_told_in_words(what, message):
    with pytest.raises(ScenarioError, match=message):
        Regions.from_arrays("AB", **what)


def test_all_faults_of_regions_are_told_at_once():
    with pytest.raises(ScenarioError, match="4 problems"):
        Regions.from_arrays("AA", demand=[-1, 2], unit_cost=[0, 1], population=[1, 2, 3])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: share_by("rato", CASE), "Did you mean 'ratio'?"),
        (lambda: share_by("population", CASE), "needs inhabitants"),
        (lambda: split_budget(CASE, "ratio", -5), "budget: got -5"),
        (lambda: split_budget(CASE, "ratio", 5, "time"), "got 'time'; expected one of"),
        (lambda: elastic([1, -2], 1), "period 1 is -2"),
        (lambda: elastic([], -1, np.inf), "3 problems"),
    ],
)
def test_what_cannot_be_shared_is_told_in_words(call, message):
    with pytest.raises(ScenarioError, match=message.replace("?", r"\?")):
        call()
