"""What must hold for every queue, whatever is drawn: on the gallery of textbook systems.

Not asserted, because it is not true: with patience, more agents may make a customer wait
longer (someone who would have given up now stays in front of him).
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network.errors import EngineError
from network.load import list_scenarios, load_scenario
from network.model import Network
from network.tables import Outcomes, RequestStatus, VisitStatus
from sim.api import simulate
from sim.checks import check_identities
from sim.engines.simpy_engine import run
from sim.layout import Layout, lay_out
from sim.policies import find_policy
from sim.sample import Sample, sample

GALLERY = [name for name in list_scenarios() if name.startswith("theory/")]
CLOCKED = ("theory/shifts", "theory/infinite_server")
"""Scenarios whose demand or staff follows the clock."""
HORIZON_MIN = {
    "theory/machine_repair": 400 * 1440.0,
    "theory/appointments": 6000.0,
    "theory/shifts": 2 * 1440.0,
    "theory/infinite_server": 1440.0,
}
TIMES_IN = {
    "requests": ("arrival", "gap", "appointment"),
    "visits": ("service", "patience", "parts"),
}
QUICK = settings(max_examples=20, deadline=None)

gallery = pytest.mark.parametrize("name", GALLERY)


def horizon_of(name: str) -> float:
    return HORIZON_MIN.get(name, 300.0)


def play(network: Network, layout: Layout, tables: Sample) -> Outcomes:
    return run(layout, *tables, find_policy(network.dispatch.policy))


def with_times(tables: Sample, change: Callable[[np.ndarray], np.ndarray]) -> Sample:
    """The tables with every time and duration changed."""
    changed = copy.deepcopy(tables)
    for name, columns in TIMES_IN.items():
        table = getattr(changed, name)
        for column in columns:
            table[column] = change(table[column])
    return changed


def on_grid(minutes: float) -> Callable[[np.ndarray], np.ndarray]:
    return lambda times: np.round(times / minutes) * minutes


def same(left: np.ndarray, right: np.ndarray) -> bool:
    """Equal tables; NaN equals NaN."""
    return all(
        np.array_equal(left[name], right[name], equal_nan=left[name].dtype.kind == "f")
        for name in left.dtype.names
    )


# --- identities -------------------------------------------------------------------------


@gallery
def test_every_request_ends_in_one_way_or_is_open(name: str) -> None:
    """Conservation, Little's law and the agents' time are asserted in every run as well."""
    result = simulate(load_scenario(name), replications=2, horizon=horizon_of(name))
    ends = "resolved", "unresolved", "abandoned", "blocked", "no_show", "unserved", "open"
    assert sum(result.interval(end)[0] for end in ends) == pytest.approx(1, abs=1e-12)


def one(rows: np.ndarray) -> int:
    """Any of the rows that are so."""
    return int(np.flatnonzero(rows)[len(np.flatnonzero(rows)) // 2])


def closed_one(outcomes: Outcomes) -> int:
    return one(outcomes.requests["status"] == RequestStatus.RESOLVED)


def waited_one(outcomes: Outcomes) -> int:
    return one(outcomes.visits["start"] > outcomes.visits["joined"])


def _reopen(o: Outcomes) -> None:
    o.requests["status"][closed_one(o)] = RequestStatus.OPEN


def _forget_close(o: Outcomes) -> None:
    o.requests["closed"][closed_one(o)] = np.nan


def _forget_arrival(o: Outcomes) -> None:
    o.requests["arrival"][closed_one(o)] = np.nan


def _end_open_visit(o: Outcomes) -> None:
    o.visits["status"][one(o.visits["status"] == VisitStatus.IN_SERVICE)] = VisitStatus.RESOLVED


def _join_early(o: Outcomes) -> None:
    o.visits["joined"][waited_one(o)] -= 0.01


def _start_late(o: Outcomes) -> None:
    o.visits["start"][waited_one(o)] += 0.01


def _leave_late(o: Outcomes) -> None:
    o.visits["end"][one(o.visits["status"] == VisitStatus.ABANDONED)] += 0.01


def _unlucky_block(o: Outcomes) -> None:
    o.visits["status"][waited_one(o)] = VisitStatus.BLOCKED


def _count_longer_queue(o: Outcomes) -> None:
    o.queue_area[0] += 0.01


def _depart_early(o: Outcomes) -> None:
    o.work["depart"][len(o.work) // 2] -= 0.01


def _back_late(o: Outcomes) -> None:
    o.work["back"][len(o.work) // 2] += 0.01


def _wrong_agent(o: Outcomes) -> None:
    o.work["agent"][len(o.work) // 2] = (o.work["agent"][len(o.work) // 2] + 1) % 3


def _no_agent(o: Outcomes) -> None:
    o.work["agent"][len(o.work) // 2] = 10**6


def _no_visit(o: Outcomes) -> None:
    o.work["visit"][len(o.work) // 2] = len(o.visits)


def _nowhere(o: Outcomes) -> None:
    o.visits["site"][waited_one(o)] = -1


def _count_more_idle(o: Outcomes) -> None:
    o.idle_min[1] += 0.01


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (_reopen, "closed by its times"),
        (_forget_close, "closed by its times"),
        (_forget_arrival, "arrived by its times"),
        (_end_open_visit, "open visits"),
        (_join_early, "Little's law"),
        (_start_late, "Little's law"),
        (_leave_late, "Little's law"),
        (_unlucky_block, "Little's law"),
        (_count_longer_queue, "Little's law"),
        (_depart_early, "time of agent"),
        (_back_late, "time of agent"),
        (_wrong_agent, "time of agent"),
        (_no_agent, "stint .* of no agent"),
        (_no_visit, "stint .* of no agent or visit"),
        (_nowhere, "visit .* at no site"),
        (_count_more_idle, "time of agent"),
    ],
)
def test_a_spoiled_outcome_is_noticed(spoil: Callable[[Outcomes], None], message: str) -> None:
    network = load_scenario("theory/mmc_patience")
    layout, tables = lay_out(network, 300.0), sample(network, 2, 0, 300.0)
    outcomes = play(network, layout, tables)
    check_identities(layout, tables, outcomes)
    spoil(outcomes)
    with pytest.raises(EngineError, match=message):
        check_identities(layout, tables, outcomes)


def test_a_visit_at_the_wrong_site_is_noticed() -> None:
    network = load_scenario("theory/tandem")
    layout, tables = lay_out(network, 300.0), sample(network, 1, 0, 300.0)
    outcomes = play(network, layout, tables)
    visits = outcomes.visits
    visits["site"][waited_one(outcomes)] = 1 - visits["site"][waited_one(outcomes)]
    with pytest.raises(EngineError, match="Little's law"):
        check_identities(layout, tables, outcomes)


@gallery
@pytest.mark.parametrize("grid", [0.25, 5.0, 30.0])
def test_identities_hold_with_many_ties(name: str, grid: float) -> None:
    network = load_scenario(name)
    horizon = horizon_of(name)
    layout = lay_out(network, horizon)
    tables = with_times(sample(network, 3, 0, horizon), on_grid(grid))
    check_identities(layout, tables, play(network, layout, tables))


# --- ties -------------------------------------------------------------------------------


@QUICK
@given(grid=st.sampled_from([0.25, 5.0, 30.0]), agents=st.integers(1, 5), seed=st.integers(0, 99))
def test_equal_arrivals_are_served_by_row(grid: float, agents: int, seed: int) -> None:
    network = load_scenario("theory/mmc", changes={"pools.agents.count": agents})
    layout = lay_out(network, 300.0)
    tables = with_times(sample(network, seed, 0, 300.0), on_grid(grid))
    arrival = tables.requests["arrival"]
    assert (arrival[1:] == arrival[:-1]).any()
    start = play(network, layout, tables).visits["start"]
    started = np.nan_to_num(start, nan=np.inf)
    assert (started[1:] >= started[:-1]).all()


# --- scaling and relabelling ------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in GALLERY if name not in CLOCKED])
@pytest.mark.parametrize("factor", [1 / 16, 0.5, 4.0, 64.0])
def test_scaling_time_by_a_power_of_two_scales_all_outcomes(name: str, factor: float) -> None:
    network, horizon = load_scenario(name), horizon_of(name)
    travel = network.travel.model_copy(
        update={
            "a_min_per_sqrt_km": network.travel.a_min_per_sqrt_km * factor,
            "b_min_per_km": network.travel.b_min_per_km * factor,
        }
    )
    slower = replace(network, travel=travel)
    tables = sample(network, 5, 0, horizon)
    plain = play(network, lay_out(network, horizon), tables)
    scaled = play(
        slower,
        lay_out(slower, horizon * factor),
        with_times(tables, lambda times: times * factor),
    )
    for table in ("requests", "visits", "work"):
        expected = getattr(plain, table).copy()
        for column in expected.dtype.names:
            if expected[column].dtype.kind == "f":
                expected[column] *= factor
        assert same(getattr(scaled, table), expected), table
    assert np.array_equal(scaled.idle_min, plain.idle_min * factor)
    assert np.array_equal(scaled.queue_area, plain.queue_area * factor)


def renamed(network: Network, names: dict[str, str]) -> Network:
    """The same network with other site ids, and so in another order."""

    def rename(rows: tuple, column: str) -> tuple:
        return tuple(row.model_copy(update={column: names[getattr(row, column)]}) for row in rows)

    sites = sorted(rename(network.sites, "site_id"), key=lambda site: site.site_id)
    return replace(
        network,
        sites=tuple(sites),
        pools=rename(network.pools, "site"),
        preferences=rename(network.preferences, "site"),
    )


@QUICK
@given(
    order=st.permutations(["unit1", "unit2", "unit3"]),
    policy=st.sampled_from(["nearest_idle", "least_wait"]),
    limit=st.sampled_from([0, 2, 50]),
    seed=st.integers(0, 99),
)
def test_relabelling_sites_changes_nothing_but_their_numbers(
    order: list[str], policy: str, limit: int, seed: int
) -> None:
    """True without ties only: at one instant agents act by index, so by their site's name."""
    changes: dict[str, object] = {f"sites.unit{n}.queue_limit": limit for n in (1, 2, 3)}
    network = load_scenario("theory/hypercube", changes={**changes, "dispatch.policy": policy})
    other = renamed(network, dict(zip(["unit1", "unit2", "unit3"], order, strict=True)))
    tables = sample(network, seed, 0, 200.0)
    assert all(same(a, b) for a, b in zip(tables, sample(other, seed, 0, 200.0), strict=True))
    plain = play(network, lay_out(network, 200.0), tables)
    moved = play(other, lay_out(other, 200.0), tables)
    number = np.array([*(int(name[-1]) - 1 for name in order), -1])  # new number of each site
    assert same(plain.requests, moved.requests)
    expected = plain.visits.copy()
    expected["site"] = number[expected["site"]]
    expected["agent"] = number[expected["agent"]]  # one agent at each site
    assert same(expected, moved.visits)
    assert np.array_equal(plain.queue_area, moved.queue_area[number[:3]])
    assert np.array_equal(plain.idle_min, moved.idle_min[number[:3]])


# --- more agents ------------------------------------------------------------------------


@QUICK
@given(
    agents=st.integers(1, 6),
    more=st.integers(1, 3),
    law=st.sampled_from(["exponential(1min)", "constant(1min)", "lognormal(1min, cv=3)"]),
    load=st.floats(0.3, 1.5),
    grid=st.sampled_from([None, 0.25, 5.0]),
    seed=st.integers(0, 99),
)
def test_more_agents_let_nobody_wait_longer(
    agents: int, more: int, law: str, load: float, grid: float | None, seed: int
) -> None:
    """For one class, first come first served, without patience: row by row."""
    starts, ends = [], []
    for count in (agents, agents + more):
        changes = {
            "pools.agents.count": count,
            "stages.call/answer.service": law,
            "classes.call.rate_per_h": 60 * load * agents,
        }
        network = load_scenario("theory/mmc", changes=changes)
        tables = sample(network, seed, 0, 120.0)
        if grid is not None:
            tables = with_times(tables, on_grid(grid))
        visits = play(network, lay_out(network, 120.0), tables).visits
        starts.append(np.nan_to_num(visits["start"], nan=np.inf))
        ends.append(np.nan_to_num(visits["end"], nan=np.inf))
    assert (starts[1] <= starts[0]).all()
    assert (ends[1] <= ends[0]).all()


# --- conservation laws ------------------------------------------------------------------


@QUICK
@given(routine_first=st.booleans(), gap=st.floats(0.0, 5.0), seed=st.integers(0, 99))
def test_priorities_share_the_same_work(routine_first: bool, gap: float, seed: int) -> None:
    """Kleinrock's conservation law, exactly: the sum of service times wait is always the same.

    A single agent who never idles while there is work has the same work before him in any
    order, as long as nobody is interrupted and all are served in the end.
    """
    weighted = []
    for difference in (0.0, -gap if routine_first else gap):
        network = load_scenario("theory/priority")
        tables = sample(network, seed, 0, 200.0)
        routine = [c.class_id for c in network.classes].index("routine")
        tables.requests["priority"] = np.where(tables.requests["class"] == routine, difference, 0.0)
        visits = play(network, lay_out(network, 2000.0), tables).visits
        assert not np.isnan(visits["end"]).any()
        weighted.append(
            float((tables.visits["service"] * (visits["start"] - visits["joined"])).sum())
        )
    assert weighted[0] == pytest.approx(weighted[1], rel=1e-9, abs=1e-9)


@QUICK
@given(order=st.permutations([1, 2, 3]), seed=st.integers(0, 99))
def test_preference_lists_decide_who_comes_but_not_who_is_lost(order: list[int], seed: int) -> None:
    """In a loss system of equal units the number busy does not depend on who is sent."""
    network = load_scenario("theory/hypercube")
    same_list = tuple(
        choice.model_copy(update={"rank": order[int(choice.site[-1]) - 1]})
        for choice in network.preferences
    )
    other = replace(network, preferences=same_list)
    tables = sample(network, seed, 0, 200.0)
    lists = play(network, lay_out(network, 200.0), tables)
    one_list = play(other, lay_out(other, 200.0), tables)
    assert same(lists.requests, one_list.requests)
    for column in ("start", "end", "status"):
        left, right = lists.visits[column], one_list.visits[column]
        assert np.array_equal(left, right, equal_nan=left.dtype.kind == "f"), column
    sent = lists.visits["agent"] >= 0
    assert (lists.visits["site"] != one_list.visits["site"])[sent].any()


# --- common random numbers --------------------------------------------------------------


@gallery
def test_another_agent_changes_no_draw(name: str) -> None:
    network, horizon = load_scenario(name), horizon_of(name)
    first, *rest = network.pools
    larger = replace(network, pools=(first.model_copy(update={"count": first.count + 1}), *rest))
    drawn, again = sample(network, 7, 0, horizon), sample(larger, 7, 0, horizon)
    assert same(drawn.requests, again.requests)
    assert same(drawn.visits, again.visits)


def test_another_class_disturbs_no_other_class() -> None:
    both = load_scenario("theory/priority")
    alone = replace(
        both,
        classes=tuple(c for c in both.classes if c.class_id == "urgent"),
        entries=tuple(e for e in both.entries if e.class_id == "urgent"),
        stages=tuple(s for s in both.stages if s.class_id == "urgent"),
    )
    drawn, more = sample(alone, 7, 0, 600.0), sample(both, 7, 0, 600.0)
    urgent = [c.class_id for c in both.classes].index("urgent")
    requests = more.requests[more.requests["class"] == urgent]
    visits = more.visits[more.requests["class"][more.visits["request"]] == urgent]
    assert len(more.requests) > len(requests) > 0
    for column in ("arrival", "zone", "segment", "channel", "priority", "shows"):
        assert np.array_equal(drawn.requests[column], requests[column]), column
    for column in ("service", "patience", "resolve_u", "depth", "travel_factor"):
        assert np.array_equal(drawn.visits[column], visits[column]), column


@pytest.mark.parametrize("name", [name for name in GALLERY if name != "theory/machine_repair"])
def test_a_longer_horizon_keeps_the_former_rows(name: str) -> None:
    """Of the tables, and of what happened before the former horizon."""
    network, horizon = load_scenario(name), horizon_of(name)
    short, long = sample(network, 7, 0, horizon), sample(network, 7, 0, 2.5 * horizon)
    assert len(long.requests) > len(short.requests) > 0
    assert same(short.requests, long.requests[: len(short.requests)])
    assert same(short.visits, long.visits[: len(short.visits)])
    before = play(network, lay_out(network, horizon), short)
    after = play(network, lay_out(network, 2.5 * horizon), long)
    for table in ("requests", "visits"):
        former, now = getattr(before, table), getattr(after, table)[: len(getattr(before, table))]
        for column in former.dtype.names:
            if former[column].dtype.kind == "f":
                told = np.where(now[column] < horizon, now[column], np.nan)
                assert np.array_equal(former[column], told, equal_nan=True), (table, column)


def gaps_by_first_fault(tables: Sample) -> dict[float, list[float]]:
    """Of every unit that fails: its first fault, and the gaps between repair and next fault."""
    requests = tables.requests
    follower = {int(after): row for row, after in enumerate(requests["after"]) if after >= 0}
    found = {}
    for first in np.flatnonzero(requests["after"] < 0).tolist():
        row, gaps = follower.get(first), []
        while row is not None:
            gaps.append(float(requests["gap"][row]))
            row = follower.get(row)
        found[float(requests["arrival"][first])] = gaps
    return found


def test_a_longer_horizon_keeps_the_faults_of_a_finite_base() -> None:
    """Unit by unit: later faults stand behind the first ones, so rows are not kept here."""
    network, horizon = load_scenario("theory/machine_repair"), HORIZON_MIN["theory/machine_repair"]
    short = gaps_by_first_fault(sample(network, 7, 0, horizon))
    long = gaps_by_first_fault(sample(network, 7, 0, 2.5 * horizon))
    assert len(short) == 5
    for first, gaps in short.items():
        assert len(long[first]) > len(gaps) > 0
        assert long[first][: len(gaps)] == gaps
