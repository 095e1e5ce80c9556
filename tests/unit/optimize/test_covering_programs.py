"""Coefficients of each constraint family on a tiny case, and what merging keeps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network.travel import Metric
from network.travel_time import distance_km
from optimize.placement import Instance, Limits, Status
from optimize.placement.backup import (
    backup_follows_first,
    covered_by_open_sites,
    first_cover_mandatory,
)
from optimize.placement.checks_covering import covering_violations
from optimize.placement.cover import Cover, cover_from_matrix, cover_from_points
from optimize.placement.covering import maximal
from optimize.placement.covering.dual import lagrangian_bound
from optimize.placement.covering.maximal import narrow
from optimize.placement.covering.merge import Groups, merge_equal, without_dominated
from optimize.placement.covering.set_cover import greedy_cover, packing_bound
from optimize.placement.covering.swap import SwapSearch
from optimize.placement.lscp import LSCP, every_zone_covered
from optimize.placement.malp import available_with_enough_units
from optimize.placement.mclp import MCLP, covered_only_by_open, mclp_program, open_in_all
from optimize.placement.mexclp import counted_where_units_are_near
from optimize.solver import Program, ProgramBuilder, solve_program

# Group 0 is covered by sites 0 and 2, group 1 by site 1.
GROUPS = Groups(np.array([0, 2, 3]), np.array([0, 2, 1]), np.array([5.0, 4.0]), np.arange(2), 3)


def dense(program: Program) -> list[list[float]]:
    rows = np.zeros((len(program.row_lower), len(program.cost)))
    np.add.at(rows, (program.row, program.column), program.value)
    return rows.tolist()


def test_mclp_rows() -> None:
    model = ProgramBuilder()
    opened, covered = model.add_variables(3), model.add_variables(2)
    covered_only_by_open(model, GROUPS, opened, covered)
    open_in_all(model, opened, 2)
    program = model.build()
    assert dense(program) == [[-1, 0, -1, 1, 0], [0, -1, 0, 0, 1], [1, 1, 1, 0, 0]]
    assert program.row_upper.tolist() == [0, 0, 2]
    assert program.row_lower.tolist() == [-np.inf, -np.inf, 2]


def test_lscp_rows() -> None:
    model = ProgramBuilder()
    every_zone_covered(model, GROUPS, model.add_variables(3))
    program = model.build()
    assert dense(program) == [[1, 0, 1], [0, 1, 0]]
    assert program.row_lower.tolist() == [1, 1]


def test_backup_rows() -> None:
    model = ProgramBuilder()
    opened, once, twice = (model.add_variables(count) for count in (3, 2, 2))
    covered_by_open_sites(model, GROUPS, opened, once, twice)
    backup_follows_first(model, once, twice)
    first_cover_mandatory(model, GROUPS, once, 6.0)
    program = model.build()
    assert dense(program) == [
        [-1, 0, -1, 1, 0, 1, 0],
        [0, -1, 0, 0, 1, 0, 1],
        [0, 0, 0, -1, 0, 1, 0],
        [0, 0, 0, 0, -1, 0, 1],
        [0, 0, 0, 5, 4, 0, 0],
    ]
    assert program.row_upper[:4].tolist() == [0, 0, 0, 0]
    assert program.row_lower[4] == pytest.approx(6)


def test_mexclp_rows() -> None:
    model = ProgramBuilder()
    placed = model.add_variables(3)
    levels = [model.add_variables(2), model.add_variables(2)]
    counted_where_units_are_near(model, GROUPS, placed, levels)
    assert dense(model.build()) == [[-1, 0, -1, 1, 0, 1, 0], [0, -1, 0, 0, 1, 0, 1]]


def test_malp_rows() -> None:
    model = ProgramBuilder()
    placed, served = model.add_variables(3), model.add_variables(2)
    available_with_enough_units(model, GROUPS, placed, served, np.array([2, 3]))
    assert dense(model.build()) == [[-1, 0, -1, 2, 0], [0, -1, 0, 0, 3]]


def random_cover(seed: int, zones: int = 40, sites: int = 6) -> Cover:
    near = np.random.default_rng(seed).random((zones, sites)) < 0.3
    return cover_from_matrix(np.where(near, 0.0, 1.0), 0.0, np.ones(sites, bool))


@given(st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_merging_keeps_what_every_choice_of_sites_covers(seed: int) -> None:
    cover, draw = random_cover(seed), np.random.default_rng(seed)
    weight, kind = draw.integers(0, 4, 40).astype(float), draw.integers(0, 2, 40)
    groups, by_kind = merge_equal(cover, weight), merge_equal(cover, weight, kind)
    rows = {tuple(row) for row in groups.matrix().toarray().tolist()}
    assert len(rows) == len(groups)  # equal rows are one
    for _ in range(5):
        opened = draw.random(6) < 0.4
        near = cover.covered_by(opened) > 0
        for merged, worth in ((groups, np.ones(2)), (by_kind, np.array([1.0, 10.0]))):
            value = worth[kind[merged.zone]] * merged.weight
            covered = merged.matrix() @ opened > 0
            assert value[covered].sum() == (worth[kind] * weight)[near].sum()
        fewer = groups.with_sites(opened)
        assert fewer.weight.sum() == weight[near].sum()


def test_rows_of_one_sum_that_differ_are_not_merged(monkeypatch: pytest.MonkeyPatch) -> None:
    class Same:
        def integers(self, *_: object, **__: object) -> np.ndarray:
            return np.ones(6, dtype=np.uint64)

    monkeypatch.setattr(np.random, "default_rng", lambda _: Same())
    cover = Cover(np.array([0, 2, 4, 6]), np.array([0, 1, 2, 3, 0, 1]), 6)
    groups = merge_equal(cover, np.ones(3))
    assert sorted(groups.weight.tolist()) == [1, 2]


@given(st.integers(0, 10**6))
@settings(max_examples=30, deadline=None)
def test_dominated_groups_are_covered_with_the_others(seed: int) -> None:
    groups = merge_equal(random_cover(seed), np.ones(40))
    left = without_dominated(groups)
    draw = np.random.default_rng(seed)
    for _ in range(20):
        opened = draw.random(6) < 0.6
        assert (left.matrix() @ opened > 0).all() == (groups.matrix() @ opened > 0).all()


@given(st.integers(0, 10**6))
@settings(max_examples=30, deadline=None)
def test_greedy_cover_covers_and_its_bound_is_below_the_optimum(seed: int) -> None:
    groups = merge_equal(random_cover(seed), np.ones(40))
    cost = np.random.default_rng(seed).integers(0, 9, 6).astype(float)
    required = np.arange(6) == seed % 6
    usable = np.ones(6, bool)
    greedy = greedy_cover(groups, cost, required, usable)
    assert (groups.matrix() @ greedy > 0).all()
    assert greedy[required].all()
    near = np.where(groups.matrix().toarray() > 0, 0.0, 9.0)
    exact = LSCP(0, "fixed").solve(Instance.from_matrix(near, fixed_cost=cost, required=required))
    assert packing_bound(groups, cost, required, usable) <= exact.objective + 1e-9
    assert exact.objective <= cost[greedy].sum() + 1e-9


def uniform(zones: int, sites: int, radius: float, seed: int = 0) -> tuple[Instance, Groups]:
    draw = np.random.default_rng(seed)
    masks = {"required": [0], "closed": [1]}
    instance = Instance.from_points(draw.random((zones, 2)), draw.random((sites, 2)), **masks)
    return instance, merge_equal(instance.cover(radius), instance.weight)


@pytest.mark.parametrize("seed", range(4))
def test_search_and_bound_close_in_on_the_optimum(seed: int) -> None:
    instance, groups = uniform(2000, 40, 0.15, seed)
    required, usable = instance.sites.required, instance.sites.usable
    solved = solve_program(mclp_program(groups, 6, required, usable))
    search = SwapSearch(groups, 6, required, usable, seed=0)
    search.greedy()
    search.run(200, until=np.inf)
    assert search.best[0]
    assert not search.best[1]
    assert search.best.sum() == 6
    assert search.value == groups.weight[groups.matrix() @ search.best > 0].sum()
    assert search.value <= -solved.objective + 1e-9
    dual = lagrangian_bound(
        groups, 6, required, usable, search.value, patience=20, shrink=0.7, until=np.inf
    )
    assert dual.bound >= -solved.objective - 1e-6
    best = solved.values[: groups.site_count] > 0.5
    shut, opened = dual.fixed(-solved.objective, 6, required, usable)
    assert not (shut & best).any()
    assert best[opened].all()


def test_a_narrowed_problem_keeps_the_optimum(monkeypatch: pytest.MonkeyPatch) -> None:
    instance, groups = uniform(20_000, 80, 0.12)
    exact = solve_program(mclp_program(groups, 8, instance.sites.required, instance.sites.usable))
    monkeypatch.setattr("optimize.placement.mclp.SMALL", 100)
    monkeypatch.setattr(maximal, "_SOLVABLE", 2000)
    plan = MCLP(8, 0.12).solve(instance)
    assert plan.status is Status.OPTIMAL
    assert plan.objective == -exact.objective
    assert covering_violations(MCLP(8, 0.12), instance, plan) == []


def test_the_same_seed_and_nodes_give_the_same_plan() -> None:
    _, groups = uniform(20_000, 150, 0.12)
    free, all_sites = np.zeros(150, bool), np.ones(150, bool)
    runs = [narrow(groups, 12, free, all_sites, Limits(np.inf, seed=3, nodes=300)) for _ in "ab"]
    assert runs[0].value == runs[1].value
    assert runs[0].bound == runs[1].bound
    assert (runs[0].open_sites == runs[1].open_sites).all()


@given(st.integers(0, 10**6), st.sampled_from(list(Metric)), st.sampled_from([0, 1, 2, 3]))
@settings(max_examples=60, deadline=None)
def test_cover_of_points_is_that_of_their_matrix(seed: int, metric: Metric, case: int) -> None:
    """Radii are distances between a zone and a site: ties decide."""
    draw = np.random.default_rng(seed)
    zones, sites = draw.integers(1, 40), draw.integers(1, 9)
    if metric is Metric.GREAT_CIRCLE:
        south = 80 if seed % 2 else -90  # near a pole too
        places = [
            np.column_stack([draw.uniform(south, 90, n), draw.uniform(-180, 190, n)])
            for n in (zones, sites)
        ]
    else:
        places = [draw.integers(0, 6, (n, 2)).astype(float) for n in (zones, sites)]
    travel = distance_km(metric, *places)
    radius = [draw.choice(travel.ravel()), 0.0, np.inf, travel.max() / 2][case]
    usable = draw.random(sites) < 0.8
    dense_cover = cover_from_matrix(travel, radius, usable)
    cover = cover_from_points(*places, radius, metric, usable)
    assert cover.first.tolist() == dense_cover.first.tolist()
    assert cover.site.tolist() == dense_cover.site.tolist()
