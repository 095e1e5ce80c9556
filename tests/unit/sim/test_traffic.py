"""The dry look at a scenario against hand calculation: visits, work, capacity, Hall's condition."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_world import World, class_of, of_kind, stage_of, world

from network.errors import OverloadError
from network.law import NEVER
from network.load import load_scenario
from network.model import Network
from sim.api import simulate
from sim.layout import lay_out
from sim.load_warnings import warnings
from sim.traffic import Load, Traffic, _tightest, look, refuse_overload, visits_per_request

__all__ = ["world"]

WEEK = 10080.0


def traffic_of(network: Network) -> Traffic:
    return look(network, lay_out(network, WEEK))


def patient(network: Network) -> Network:
    """Nobody who asks a question or reports a fault gives up."""
    return stage_of(stage_of(network, "question/ask", patience=NEVER), "fault/ask", patience=NEVER)


# --- visits ---------------------------------------------------------------------------


def test_visits_follow_the_route(world: World) -> None:
    network = world.load("good")
    rows, visits = visits_per_request(network, "fault")
    assert [network.stages[row].stage for row in rows] == ["ask", "mend"]
    assert visits == pytest.approx([1.0, 0.6])


def test_visits_with_returns_are_a_geometric_series(world: World) -> None:
    network = stage_of(
        world.load("good"), "fault/mend", resolve=(0.75,), if_unresolved=(("ask", 1.0),)
    )
    _, visits = visits_per_request(network, "fault")
    # ask = 1 + 0.25 mend, mend = 0.6 ask
    assert visits == pytest.approx([1 / 0.85, 0.6 / 0.85])


def test_visits_start_where_the_channels_enter(world: World) -> None:
    world.mistype(
        ("  - {class_id: fault, channel: phone, share: 1, stage: ask}",
         "  - {class_id: fault, channel: phone, share: 0.7, stage: ask}\n"
         "  - {class_id: fault, channel: chat, share: 0.3, stage: mend}"),
        ("channels:", "channels:\n  - {channel_id: chat}"),
    )  # fmt: skip
    _, visits = visits_per_request(world.load(), "fault")
    assert visits == pytest.approx([0.7, 0.7 * 0.6 + 0.3])


def test_the_usual_level_decides_how_many_escalate(world: World) -> None:
    network = stage_of(world.load("good"), "fault/ask", resolve=(0.4, 0.9))
    assert visits_per_request(network, "fault")[1] == pytest.approx([1.0, 0.6])
    network = stage_of(
        world.load("good", changes={"pools.clerks.level": 2}), "fault/ask", resolve=(0.4, 0.9)
    )
    assert visits_per_request(network, "fault")[1] == pytest.approx([1.0, 0.1])


# --- work and capacity ----------------------------------------------------------------


def test_work_is_requests_times_visits_times_time(world: World) -> None:
    found = traffic_of(world.load("good"))
    assert found.requests_per_day == pytest.approx({"question": 480.0, "fault": 24.0})
    by_stage = {(c, s): (visits, erlang) for c, s, visits, erlang in found.stages}
    assert by_stage["question", "ask"] == pytest.approx((480.0, 20 * 3 / 60))
    assert by_stage["fault", "ask"] == pytest.approx((24.0, 1 * 5 / 60))
    assert by_stage["fault", "mend"][0] == pytest.approx(0.6 * 24)
    desk = next(load for load in found.tiers if load.place == "desk")
    assert (desk.skills, desk.offered, desk.capacity) == (("phone",), pytest.approx(13 / 12), 3.0)


def test_work_in_the_field_includes_both_ways(world: World) -> None:
    world.spoil(
        "travel: {hour_factors: [1.5]}",
        overrides="zone,site,minutes\nnorth,garage,10\nsouth,garage,30\n",
    )
    (load,) = (load for load in traffic_of(world.load()).sites if load.place == "garage")
    minutes = 40 + 2 * 1.5 * (0.6 * 10 + 0.4 * 30)
    assert load.offered == pytest.approx(0.6 * 1 * minutes / 60)


def test_capacity_is_the_weekly_mean_of_duty_without_breaks(world: World) -> None:
    (load,) = (load for load in traffic_of(world.load("good")).sites if load.place == "garage")
    assert load.capacity == pytest.approx(4 * (16 - 0.5) / 24)


def test_a_demand_factor_and_seasons_count(world: World) -> None:
    world.spoil(
        seasons="month,factor\n" + "".join(f"{m},{3 if m == 1 else 1}\n" for m in range(1, 13))
    )
    found = traffic_of(world.load(demand_factor=0.5))
    assert found.requests_per_day["question"] == pytest.approx(480 * 3 * 0.5)


def test_demand_is_that_of_all_weeks_laid_out(world: World) -> None:
    world.spoil(
        seasons="month,factor\n" + "".join(f"{m},{3 if m == 2 else 1}\n" for m in range(1, 13))
    )
    network = world.load()
    start = np.datetime64(network.settings.start)
    days = start + np.arange(8 * 7)
    factor = np.where(days.astype("datetime64[M]").astype(int) % 12 == 1, 3.0, 1.0)
    found = look(network, lay_out(network, 8 * WEEK))
    asked = float(np.mean(factor)) / float(np.mean(factor[:7]))
    first = traffic_of(network).requests_per_day["question"]
    assert asked > 1.5
    assert found.requests_per_day["question"] == pytest.approx(asked * first)


# --- overload -------------------------------------------------------------------------


@settings(deadline=None)
@given(
    st.dictionaries(st.sampled_from("abc"), st.floats(0.01, 5), min_size=1),
    st.dictionaries(
        st.sets(st.sampled_from("abc"), min_size=1).map(frozenset), st.integers(1, 4), min_size=1
    ),
)
def test_hall_subsets_find_every_infeasible_split(
    work: dict[str, float], crews: dict[frozenset[str], int]
) -> None:
    """Work can be shared out if and only if no load is above its capacity (max flow = min cut)."""
    skills = ("any", "a", "b", "c")
    amount = np.array([work.get(skill, 0.0) for skill in skills])
    capacity = {
        tuple(sorted([0, *(skills.index(skill) for skill in crew)])): float(count)
        for crew, count in crews.items()
    }
    loads = list(_tightest("desk", skills, amount, capacity, amount, True))
    graph: nx.DiGraph[str] = nx.DiGraph()
    for skill, size in work.items():
        graph.add_edge("source", skill, capacity=size)
        for crew, count in crews.items():
            graph.add_edge(str(sorted(crew)), "sink", capacity=count)
            if skill in crew:
                graph.add_edge(skill, str(sorted(crew)))
    graph.add_node("sink")
    done = nx.maximum_flow_value(graph, "source", "sink")
    tightest = max(load.rho for load in loads)
    if abs(tightest - 1) > 1e-6:
        assert (tightest > 1) == (done < sum(work.values()) * (1 - 1e-9))


def test_what_is_overloaded_is_refused_by_name(world: World) -> None:
    network = class_of(patient(world.load("good")), "question", rate_per_h=70.0)
    with pytest.raises(
        OverloadError, match=r"desk \(phone\): offered 3\.58 erlang, capacity 3\.00"
    ):
        refuse_overload(traffic_of(network))
    refuse_overload(traffic_of(class_of(network, "question", rate_per_h=50.0)))


def test_work_that_gives_up_does_not_pile_up(world: World) -> None:
    busy = class_of(world.load("good"), "question", rate_per_h=70.0)
    refuse_overload(traffic_of(busy))
    # questions give up, faults do not: those alone (1/12 erlang) can be done
    mixed = stage_of(busy, "fault/ask", patience=NEVER)
    refuse_overload(traffic_of(mixed))
    with pytest.raises(OverloadError, match=r"desk \(phone\)"):
        refuse_overload(traffic_of(class_of(mixed, "fault", rate_per_h=40.0)))


def test_a_full_queue_or_a_finite_base_keeps_work_from_piling_up(world: World) -> None:
    loss = load_scenario("theory/mmck", changes={"classes.call.rate_per_h": 6000})
    refuse_overload(traffic_of(loss))
    base = load_scenario("theory/machine_repair")
    base = class_of(
        base, "call", gap=of_kind(base, "call", "finite_base", gap="constant(1h)").classes[0].gap
    )
    assert max(load.rho for load in traffic_of(base).tiers) > 1
    refuse_overload(traffic_of(base))


# --- warnings -------------------------------------------------------------------------


def test_a_run_too_short_for_its_load_is_warned_of(world: World) -> None:
    network = class_of(patient(world.load("good")), "question", rate_per_h=57.0)
    layout = lay_out(network, WEEK)
    found = look(network, layout)
    (short,) = [w for w in warnings(found, network, layout, 1440.0) if w.startswith("desk")]
    assert "is loaded to 98%" in short
    assert not [w for w in warnings(found, network, layout, 1e9) if w.startswith("desk")]


def test_what_agents_did_is_believed_before_the_dry_look(world: World) -> None:
    """Callers give up before their second stage, so the dry look tells too much of it."""
    good = patient(world.load("good"))
    busy = class_of(good, "question", rate_per_h=57.0)
    layout = lay_out(busy, WEEK)
    run = simulate(good, replications=2, horizon="7d")  # the same desk with a third of the work
    said = warnings(look(busy, layout), busy, layout, 1440.0, run.kpis_by_replication)
    assert not [one for one in said if one.startswith("desk")]
    run = simulate(busy, replications=2, horizon="7d")
    (short,) = [one for one in run.warnings if one.startswith("desk")]
    assert "too short" in short


def test_a_place_with_nobody_on_duty_is_told_of_only_if_it_is_offered_work(world: World) -> None:
    network = world.load("good")
    layout = lay_out(network, WEEK)
    found = look(network, layout)
    idle = Load("garage", (), 0.0, 0.0, 0.0, binding=True)
    asked = Load("garage", ("tools",), 0.5, 0.0, 0.0, binding=False)
    assert idle.rho == 0
    alone = [
        warnings(replace(found, sites=[load], tiers=[]), network, layout, 1e9)
        for load in (idle, asked)
    ]
    assert alone == [
        [],
        ["garage (tools) is offered 0.5 erlang and has nobody on duty for it"],
    ]


def test_zones_that_nobody_reaches_are_named(world: World) -> None:
    world.spoil("travel: {limit: 40min}", overrides="zone,site,minutes\nnorth,garage,41\n")
    network = world.load()
    layout = lay_out(network, WEEK)
    (said,) = warnings(look(network, layout), network, layout, 1e9)
    assert said.startswith("fault/mend: no able site for 1 of 2 zones (north)")
