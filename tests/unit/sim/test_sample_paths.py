"""The potential path of every request: sound pointers, and chances as stated."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import stats
from small_world import World, class_of, rows_of, stage_of, world

from network.law import Law
from network.tables import CUT, END
from sim.sample import sample

__all__ = ["world"]

DAY = 1440.0
FAULT = 0
"""First of the classes of the good scenario, sorted by id."""
Z = float(stats.norm.ppf(1 - 0.5e-4))
"""Half of an interval that holds the truth with probability 1 - 1e-4, in standard errors."""


def test_tables_are_sorted_and_point_to_rows_of_their_own_request(world: World) -> None:
    network = class_of(world.load("good"), "fault", rate_per_h=10.0)
    network = stage_of(network, "fault/ask", resolve=(0.4, 0.7))
    requests, visits = sample(network, 1, 0, 3 * DAY)
    assert (np.diff(requests["arrival"]) >= 0).all()
    owner = visits["request"]
    assert (np.diff(owner) >= 0).all()
    assert (owner[requests["first_visit"]] == np.arange(len(requests))).all()
    followed = np.zeros(len(visits), dtype=bool)
    followed[requests["first_visit"]] = True
    for name in ("if_resolved", "if_unresolved"):
        rows = np.flatnonzero(visits[name] >= 0)
        target = visits[name][rows]
        assert (owner[target] == owner[rows]).all()
        assert (visits["depth"][target] == visits["depth"][rows] + 1).all()
        followed[target] = True
    assert followed.all(), "only what can be reached is drawn"


def test_where_the_level_decides_both_ways_on_are_drawn(world: World) -> None:
    network = class_of(world.load("good"), "fault", rate_per_h=20.0)
    tables = sample(
        stage_of(network, "fault/ask", resolve=(0.4, 0.7), if_resolved=(("mend", 1.0),)),
        1,
        0,
        2 * DAY,
    )
    first = tables.visits[rows_of(tables, FAULT)["first_visit"]]
    u = first["resolve_u"]
    assert ((first["if_resolved"] >= 0) == (u < 0.7)).all()
    assert ((first["if_unresolved"] >= 0) == (u >= 0.4)).all()


def test_branches_are_taken_as_often_as_stated(world: World) -> None:
    network = class_of(world.load("good"), "fault", rate_per_h=60.0)
    tables = sample(
        stage_of(network, "fault/ask", resolve=(0.0,), if_unresolved=(("mend", 0.3), ("ask", 0.2))),
        1,
        0,
        10 * DAY,
    )
    rows = rows_of(tables, FAULT)
    target = tables.visits["if_unresolved"][rows["first_visit"]]
    names = np.where(
        target < 0, "", np.array([s.stage for s in network.stages])[tables.visits["stage"][target]]
    )
    for name, share in (("mend", 0.3), ("ask", 0.2), ("", 0.5)):
        assert abs((names == name).mean() - share) <= Z * np.sqrt(share * (1 - share) / len(rows))


def test_the_visit_cap_cuts_what_would_go_on(world: World) -> None:
    network = world.load("good")
    network = replace(network, settings=network.settings.model_copy(update={"visit_cap": 3}))
    tables = sample(
        stage_of(network, "fault/ask", resolve=(0.2,), if_unresolved=(("ask", 1.0),)), 1, 0, 2 * DAY
    )
    depth = tables.visits["depth"]
    assert depth.max() == 2
    last = tables.visits[depth == 2]
    failed = last["resolve_u"] >= 0.2
    assert (last["if_unresolved"][failed] == CUT).all()
    assert (last["if_resolved"] == END).all()
    assert (tables.visits["if_unresolved"][depth < 2] != CUT).all()


def test_parts_come_on_time_or_late_as_often_as_stated(world: World) -> None:
    network = class_of(world.load("good"), "fault", rate_per_h=60.0)
    network = stage_of(
        network,
        "fault/mend",
        parts_share=0.4,
        parts_on_time=0.75,
        parts_wait=Law.parse("constant(1d)"),
        parts_late=Law.parse("constant(3d)"),
    )
    visits = sample(network, 1, 0, 20 * DAY).visits
    mend = visits[visits["stage"] == [s.stage for s in network.stages].index("mend")]
    for minutes, share in ((0.0, 0.6), (DAY, 0.3), (3 * DAY, 0.1)):
        assert abs((mend["parts"] == minutes).mean() - share) <= Z * np.sqrt(
            share * (1 - share) / len(mend)
        )
    assert (mend["parts_late"] == (mend["parts"] == 3 * DAY)).all()


def test_travel_noise_has_mean_one_and_patience_its_segments_factor(world: World) -> None:
    network = class_of(world.load("good"), "fault", rate_per_h=60.0)
    network = replace(network, travel=network.travel.model_copy(update={"noise_sigma": 0.5}))
    for path in ("fault/ask", "question/ask"):
        network = stage_of(network, path, patience=Law.parse("constant(10min)"))
    tables = sample(network, 1, 0, 20 * DAY)
    mend = tables.visits["stage"] == [s.stage for s in network.stages].index("mend")
    noise = tables.visits["travel_factor"][mend]
    assert abs(noise.mean() - 1) <= Z * noise.std() / np.sqrt(len(noise))
    assert abs(np.log(noise).std() - 0.5) < 0.02
    segment = tables.requests["segment"][tables.visits["request"][~mend]]
    assert set(tables.visits["patience"][~mend][segment == 1]) == {5.0}
    assert set(tables.visits["patience"][~mend][segment == 0]) == {10.0}
