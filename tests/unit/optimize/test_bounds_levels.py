"""Level tables: who counts alike, which block rules whom, and exhaustive search over shifts."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from small_plan import DAY, small_network
from small_world import World, world

from network.model import Network
from network.people import Shift
from network.quantity import MINUTES_PER_WEEK
from optimize.bounds.level_crew import components_of, shifts_of, wages_of
from optimize.bounds.sample import SampleOptions, sample_bound
from optimize.staffing.measured import Block
from optimize.staffing.trials import Trials, with_counts
from sim.kpis import Window

__all__ = ["world"]

WEEK = Window(DAY, 8 * DAY, 8 * DAY)
ONE = Block("fit", 0, 1)


def desk_by_shifts(network: Network) -> Network:
    """Clerks in three shifts that overlap, some of whom can do everything; the crew all day."""
    shifts = tuple(
        Shift(shift_id=name, days=tuple(range(7)), starts=starts, ends=ends)
        for name, starts, ends in (
            ("night", 0.0, 480.0), ("early", 420.0, 900.0), ("late", 840.0, 1440.0)
        )
    )  # fmt: skip
    clerk, crew = network.pools
    pools = [
        clerk.model_copy(update={"pool_id": name, "shift": name, "count": 3})
        for name in ("early", "late", "night")
    ]
    return replace(network, shifts=(*network.shifts, *shifts), pools=(crew, *pools))


def test_a_slow_tier_tries_every_number_that_costs_no_more_than_the_plan(world: World) -> None:
    network = desk_by_shifts(small_network(world))
    site = network.pools[1].site
    (found,) = components_of(network, site, WEEK, quick=False) or []
    wages = wages_of(network, found.pools, WEEK)
    plan = float(wages @ [network.pools[g].count for g in found.pools.tolist()])
    tried = {tuple(row) for row in found.levels.people[:-1].tolist()}
    every = itertools.product(range(12), repeat=3)
    assert tried == {one for one in every if wages @ one <= 1.05 * plan}
    assert found.levels.wages[-1] == pytest.approx(1.05 * plan)
    assert found.exact


def test_a_quick_tier_is_cut_where_a_duty_begins_or_ends(world: World) -> None:
    network = desk_by_shifts(small_network(world))
    (found,) = components_of(network, network.pools[1].site, WEEK, quick=True) or []
    assert np.diff(found.edges)[:5].tolist() == [420.0, 60.0, 360.0, 60.0, 540.0]
    names = [network.pools[g].pool_id for g in found.pools.tolist()]
    on = {frozenset(n for n, there in zip(names, row, strict=True) if there)
          for row in found.on_duty.tolist()}  # fmt: skip
    assert on == {frozenset(one) for one in (
        {"night"}, {"night", "early"}, {"early"}, {"early", "late"}, {"late"}
    )}  # fmt: skip
    phase = found.phases
    beside = phase[1:] != phase[:-1]
    assert beside.all()
    assert phase[-1] == -1, "35 intervals on a circle: the last would meet its own phase"
    assert not found.exact


def test_who_knows_little_and_who_knows_more_are_two_dimensions(world: World) -> None:
    network = small_network(world)
    clerk, crew = network.pools
    known = {"clerk": ("phone",), "all_round": ("phone", "chat"), "expert": ("chat", "law")}
    pools = tuple(
        clerk.model_copy(update={"pool_id": name, "skills": skills, "count": 4})
        for name, skills in known.items()
    )
    mailer = clerk.model_copy(update={"pool_id": "mailer", "skills": ("mail",), "count": 1})
    network = replace(network, pools=(crew, *pools, mailer))
    found = components_of(network, clerk.site, WEEK, quick=True) or []
    few, all_skills = next(one.dimensions for one in found if len(one.dimensions) == 2)
    assert few.skills == {"phone"}
    assert all_skills.skills == {"phone", "chat", "law"}
    (alone,) = (one for one in found if len(one.dimensions) == 1)
    assert alone.skills == {"mail"}


def test_large_numbers_stand_for_the_ones_below_them(world: World) -> None:
    network = small_network(world)
    many = with_counts(network, np.array([60, 2]))
    (found,) = components_of(many, network.pools[0].site, WEEK, quick=True) or []
    people, least = found.levels.people[:-1, 0], found.levels.least[:-1, 0]
    assert people[:18].tolist() == [*range(17), 18]
    assert least.tolist() == [0, *(people[:-1] + 1).tolist()]
    assert found.levels.total[-1] > least.max()


def test_many_people_of_two_kinds_are_tried_in_larger_steps(world: World) -> None:
    network = small_network(world)
    clerk, crew = network.pools
    pools = tuple(
        clerk.model_copy(update={"pool_id": name, "skills": skills, "count": 40})
        for name, skills in (("few", ("phone",)), ("all", ("phone", "chat")))
    )
    network = replace(network, pools=(*pools, crew))
    (found,) = components_of(network, clerk.site, WEEK, quick=True) or []
    levels = found.levels
    assert len(levels.people) <= 281
    for counts in itertools.product((0, 3, 17, 40), repeat=2):  # whoever works stands somewhere
        stands = (levels.people[:-1] >= counts).all(axis=1) & (levels.least[:-1] <= counts).all(
            axis=1
        )
        assert stands.sum() == 1 or sum(counts) >= levels.total[-1]


def test_a_shift_made_for_some_intervals_is_on_duty_then() -> None:
    rows = shifts_of(
        [(0.0, 60.0), (1380.0, 1500.0), (MINUTES_PER_WEEK - 30, MINUTES_PER_WEEK)], "x"
    )
    spans = [(row.days, row.starts, row.ends) for row in rows]
    assert spans == [
        ((0,), 0.0, 60.0), ((0,), 1380.0, 1440.0), ((1,), 0.0, 60.0), ((6,), 1410.0, 1440.0)
    ]  # fmt: skip


@pytest.mark.parametrize("share", [0.6, 0.9])
def test_no_staffing_by_shifts_that_holds_is_cheaper(world: World, share: float) -> None:
    """Every number of people in three shifts is played; blocks of time may gain a little."""
    network = desk_by_shifts(small_network(world))
    answer, on_site = network.promises
    network = replace(
        network,
        promises=(answer.model_copy(update={"share": share}), on_site),
    )
    crew = network.pools[0].count
    trials = Trials(network, 1, WEEK, workers=1)
    trials.draw(ONE)
    every = [np.array([crew, *one]) for one in itertools.product(range(1, 6), repeat=3)]
    held = [
        (float(seen.cost.mean()), k)
        for k, seen in enumerate(trials.measure(every, ONE))
        if seen.tally.met[:, 0].sum() >= share * seen.tally.due[:, 0].sum()
    ]
    cost, k = min(held)
    plan = with_counts(network, every[k])
    options = SampleOptions(replications=1, played=2, whole=True, alpha=1.0)
    desk = sample_bound(plan, None, WEEK, 1, ONE, options).by_tier["desk"]
    wages = wages_of(plan, np.arange(1, 4), WEEK)
    spent = float(wages @ every[k][1:])
    assert cost > spent
    assert 0.8 * spent <= desk <= spent * (1 + 1e-6)
