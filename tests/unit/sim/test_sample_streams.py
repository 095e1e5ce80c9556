"""Each column of each class, depth and replication has a stream that nothing else disturbs."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from small_world import World, class_of, rows_of, stage_of, world

from network.law import Source
from sim.sample import Sample, sample
from sim.sample.streams import Streams

__all__ = ["world"]

DAY = 1440.0
FAULT, QUESTION = 0, 1
"""Classes of the good scenario, sorted by id."""


def by_draw(tables: Sample, kind: int) -> dict[tuple[int, int, int], NDArray[np.void]]:
    """Visits by (draw number of the request, depth, stage)."""
    number = {row: n for n, row in enumerate(np.flatnonzero(tables.requests["class"] == kind))}
    return {
        (number[visit["request"]], int(visit["depth"]), int(visit["stage"])): visit
        for visit in tables.visits
        if visit["request"] in number
    }


DRAWN = ["service", "patience", "parts", "parts_late", "travel_factor", "resolve_u"]


def test_every_column_class_depth_replication_and_seed_has_its_own_stream() -> None:
    def draw(
        seed: int = 1,
        replication: int = 0,
        owner: str = "a",
        number: int = 0,
        column: str = "x",
        depth: int = 0,
        source: Source = Source.UNIFORM,
    ) -> float:
        request = Streams(seed, replication, owner).of(np.array([number]))
        return float(request.at(depth).draw(column, source)[0])

    values = [
        draw(),
        draw(seed=2),
        draw(replication=1),
        draw(owner="b"),
        draw(number=1),
        draw(column="y"),
        draw(depth=1),
        float(Streams(1, 0, "a").first(1).uniform("x")[0]),
        -np.expm1(-draw(source=Source.EXPONENTIAL)),
    ]
    assert len({*values}) == len(values)
    assert draw() == values[0]


@pytest.mark.parametrize("source", [Source.UNIFORM, Source.NORMAL, Source.EXPONENTIAL])
def test_a_number_depends_on_its_request_and_on_no_other(source: Source) -> None:
    streams = Streams(3, 0, "a")
    all_of_them = streams.first(1000).draw("x", source)
    assert streams.first(10).draw("x", source).tolist() == all_of_them[:10].tolist()
    some = np.array([700, 3, 3, 41])
    assert streams.of(some).draw("x", source).tolist() == all_of_them[some].tolist()
    assert streams.first(1000).of(some).draw("x", source).tolist() == all_of_them[some].tolist()


@pytest.mark.parametrize(
    ("source", "law"),
    [
        (Source.UNIFORM, stats.uniform()),
        (Source.NORMAL, stats.norm()),
        (Source.EXPONENTIAL, stats.expon()),
    ],
)
def test_standard_variates_have_their_law_and_do_not_hang_together(
    source: Source, law: stats.rv_continuous
) -> None:
    size = 50_000
    requests = Streams(7, 0, "a").first(size)
    columns = {
        "of the request": requests.draw("x", source),
        "of its first visit": requests.at(0).draw("x", source),
        "of its second visit": requests.at(1).draw("x", source),
        "another column": requests.at(0).draw("y", source),
        "another class": Streams(7, 0, "b").first(size).at(0).draw("x", source),
        "another replication": Streams(7, 1, "a").first(size).at(0).draw("x", source),
        "another seed": Streams(8, 0, "a").first(size).at(0).draw("x", source),
    }
    for name, values in columns.items():
        assert stats.kstest(values, law.cdf).pvalue > 1e-5, name
    shares = {name: law.cdf(values) for name, values in columns.items()}
    shares |= {f"{name}, the next": np.roll(u, 1) for name, u in shares.items()}
    cells = 12
    limit = stats.chi2(cells**2 - 1).isf(1e-6)
    for (one, first), (other, second) in combinations(shares.items(), 2):
        counts, _, _ = np.histogram2d(first, second, bins=cells, range=[[0, 1], [0, 1]])
        expected = size / cells**2
        assert ((counts - expected) ** 2 / expected).sum() < limit, (one, other)


def test_tables_do_not_depend_on_the_rows_drawn_at_a_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = class_of(world.load("good"), "fault", rate_per_h=20.0)
    network = stage_of(network, "fault/ask", resolve=(0.4, 0.7), if_resolved=(("mend", 1.0),))
    whole = sample(network, 1, 0, 4 * DAY)
    for part, rows in (("", 100), (".requests", 64), (".visits", 77)):
        monkeypatch.setattr(f"sim.sample{part}._BLOCK", rows)
        parts = sample(network, 1, 0, 4 * DAY)
        assert parts.requests.tobytes() == whole.requests.tobytes()
        assert parts.visits.tobytes() == whole.visits.tobytes()


def test_a_longer_horizon_starts_with_the_shorter_one(world: World) -> None:
    network = class_of(world.load("good"), "question", day_cv=0.3)
    short, long = sample(network, 1, 0, 5 * DAY), sample(network, 1, 0, 11 * DAY)
    count = len(short.requests)
    for name in set(short.requests.dtype.names) - {"first_visit"}:
        np.testing.assert_array_equal(short.requests[name], long.requests[name][:count])
    for name in short.visits.dtype.names:
        np.testing.assert_array_equal(short.visits[name], long.visits[name][: len(short.visits)])


@pytest.mark.parametrize(
    "change",
    [
        "an agent more",
        "a site more",
        "another class",
        "another class asks more often",
        "other travel",
        "a promise less",
    ],
)
def test_nothing_that_is_no_draw_of_a_class_disturbs_its_draws(world: World, change: str) -> None:
    network = world.load("good")
    match change:
        case "an agent more":
            other = world.load("good", changes={"pools.clerks.count": 4})
        case "a site more":
            other = replace(
                network,
                sites=(*network.sites, network.sites[0].model_copy(update={"site_id": "z"})),
            )
        case "another class":
            other = replace(network, classes=network.classes[1:])
        case "another class asks more often":
            other = class_of(network, "fault", rate_per_h=3.0)
        case "other travel":
            other = replace(network, travel=network.travel.model_copy(update={"noise_sigma": 0.4}))
        case _:
            other = replace(network, promises=())
    shift = len(network.classes) - len(other.classes)
    ours, theirs = sample(network, 1, 0, DAY), sample(other, 1, 0, DAY)
    mine, others = rows_of(ours, QUESTION), rows_of(theirs, QUESTION - shift)
    for name in ("arrival", "zone", "segment", "channel", "priority", "shows"):
        np.testing.assert_array_equal(mine[name], others[name])
    for name in DRAWN:
        visits, other_visits = by_draw(ours, QUESTION), by_draw(theirs, QUESTION - shift)
        assert [v[name] for v in visits.values()] == [v[name] for v in other_visits.values()]


def test_a_lever_on_the_route_disturbs_no_draw(world: World) -> None:
    network = class_of(world.load("good"), "fault", rate_per_h=20.0)
    ours = sample(network, 1, 0, 4 * DAY)
    theirs = sample(stage_of(network, "fault/ask", resolve=(0.45,)), 1, 0, 4 * DAY)
    np.testing.assert_array_equal(ours.requests["arrival"], theirs.requests["arrival"])
    mine, others = by_draw(ours, FAULT), by_draw(theirs, FAULT)
    common = mine.keys() & others.keys()
    assert len(common) < len(mine), "some cases are now resolved at once"
    assert others.keys() <= mine.keys(), "and nobody who was resolved is not"
    for key in common:
        for name in DRAWN:
            assert mine[key][name] == others[key][name]


def test_the_nth_request_stays_the_nth_when_demand_grows(world: World) -> None:
    network = world.load("good")
    base = rows_of(sample(network, 1, 0, 6 * DAY), QUESTION)
    more = rows_of(sample(replace(network, demand_factor=1.5), 1, 0, 4 * DAY), QUESTION)
    count = min(len(base), len(more))
    assert count > 1000
    np.testing.assert_allclose(more["arrival"][:count] * 1.5, base["arrival"][:count], rtol=1e-12)
    for name in ("zone", "segment", "channel"):
        np.testing.assert_array_equal(more[name][:count], base[name][:count])


def test_replications_are_different_and_repeatable(world: World) -> None:
    network = world.load("good")
    first, again, second = (sample(network, 1, r, DAY) for r in (0, 0, 1))
    assert first.requests.tobytes() == again.requests.tobytes()
    assert first.visits.tobytes() == again.visits.tobytes()
    assert not np.isin(first.requests["arrival"], second.requests["arrival"]).any()
