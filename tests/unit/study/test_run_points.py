"""`run_points`: what is missing is played in chunks and kept; what fails stops no other."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kept_runs import SEED, WINDOW, chunk_files, network_of, point_of, same_results, simulated

from network.errors import ScenarioError
from sim.engines import Engine
from sim.store import Store
from study.execution import Execution, Failure, Silent, backends, run_points
from study.execution.chunks import CHUNK_S, Portion, in_chunks
from study.points import Point

COMPILED = Execution(engine=Engine.COMPILED, workers=2)
SIMPY = Execution(engine=Engine.SIMPY, workers=2)


class Listener(Silent):
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.steps: list[tuple[int, int]] = []
        self.failures: list[Failure] = []

    def progress(self, done: int, wanted: int) -> None:
        self.steps.append((done, wanted))

    def failed(self, failure: Failure) -> None:
        self.failures.append(failure)


def overloaded(name: str = "too much") -> Point:
    """A point that cannot be simulated."""
    return replace(
        point_of(name, 1, demand="flood"), network=replace(network_of(), demand_factor=50.0)
    )


def found(store: Store, point: Point) -> None:
    """The store must have what a simulation without it finds."""
    result = store.result(point.network, WINDOW, SEED, point.numbers)
    same_results(result, simulated(point.network, point.replications))


# --- chunks ---------------------------------------------------------------------------------


@settings(deadline=None, max_examples=50)
@given(
    sizes=st.lists(st.integers(1, 400), min_size=1, max_size=30),
    days=st.sampled_from([0.5, 20.0, 700.0]),
    engine=st.sampled_from([Engine.SIMPY, Engine.COMPILED]),
)
def test_chunks_hold_every_replication_once(sizes: list[int], days: float, engine: Engine) -> None:
    window = replace(WINDOW, end=days * 1440, horizon=days * 1440)
    portions = [
        Portion(place, replace(point_of("p", 1), window=window), tuple(range(size)))
        for place, size in enumerate(sizes)
    ]
    chunks = in_chunks(portions, engine)
    assert chunks == in_chunks(portions, engine), "they depend on the points alone"
    held = [(one.place, number) for chunk in chunks for one in chunk for number in one.numbers]
    assert held == [(one.place, number) for one in portions for number in one.numbers]
    assert all(chunk and all(one.numbers for one in chunk) for chunk in chunks)


def test_small_points_share_a_chunk_and_large_ones_are_split() -> None:
    small = [Portion(n, point_of(f"p{n}", 1), (0, 1, 2)) for n in range(100)]
    assert 1 < len(in_chunks(small, Engine.COMPILED)) < 20
    (portion,) = small[:1]
    large = in_chunks([replace(portion, numbers=tuple(range(2000)))], Engine.COMPILED)
    assert len(large) > 3
    sizes = Counter(len(chunk[0].numbers) for chunk in large[:-1])
    assert len(sizes) == 1, f"equal parts of about {CHUNK_S} s"


@pytest.mark.parametrize(("seconds", "at_home"), [(0.1, True), (3600.0, False)])
def test_processes_are_for_work_that_pays_their_start(seconds: float, at_home: bool) -> None:
    with backends.opened(SIMPY, Engine.SIMPY, seconds) as backend:
        place = backend.executor.submit(os.getpid).result()
    assert (place == os.getpid()) == at_home


# --- what is kept -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("execution", "little_s"),
    [(COMPILED, 5.0), (SIMPY, 5.0), (SIMPY, 0.0)],
    ids=["threads", "this process", "processes"],
)
def test_all_points_are_kept_and_nothing_is_computed_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, execution: Execution, little_s: float
) -> None:
    monkeypatch.setattr(backends, "_LITTLE_S", little_s)
    points = [point_of(f"p{agents}", agents) for agents in (1, 2, 3)]
    listener = Listener()
    first = run_points(points, Store(tmp_path), execution, listener)
    assert (first.done, first.reused, first.failures) == (9, 0, ())
    assert listener.steps[0] == (0, 9)
    assert listener.steps[-1] == (9, 9)
    files = chunk_files(tmp_path)
    second = run_points(points, Store(tmp_path), execution)
    assert (second.done, second.reused, second.exit_code) == (0, 9, 0)
    assert chunk_files(tmp_path) == files
    for point in points:
        found(Store(tmp_path), point)


def test_only_what_is_missing_is_played(tmp_path: Path) -> None:
    store = Store(tmp_path)
    run_points([point_of("p", 1, 2)], store, COMPILED)
    run_points([replace(point_of("p", 1, 2), first=5)], store, COMPILED)
    longer = run_points([point_of("p", 1, 8)], store, COMPILED)
    assert (longer.done, longer.reused) == (4, 4)
    found(store, point_of("p", 1, 8))


def test_the_same_network_under_two_names_is_played_once(tmp_path: Path) -> None:
    store = Store(tmp_path)
    points = [point_of("lean", 1, staffing="lean"), point_of("base", 1, staffing="base")]
    assert run_points(points, store, COMPILED).done == 3
    seen = store.query("select staffing, count(*) as n from runs group by all order by all")
    assert [*zip(seen.staffing, seen.n, strict=True)] == [("base", 3), ("lean", 3)]


def test_two_points_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="name of several points"):
        run_points([point_of("p", 1), point_of("p", 2)], Store(tmp_path), COMPILED)
    assert [*tmp_path.iterdir()] == []


# --- failures -------------------------------------------------------------------------------


def test_a_point_that_fails_is_told_at_once_and_stops_no_other(tmp_path: Path) -> None:
    listener = Listener()
    points = [overloaded(), *(point_of(f"p{agents}", agents) for agents in (1, 2))]
    store = Store(tmp_path)
    summary = run_points(points, store, COMPILED, listener)
    (failure,) = summary.failures
    assert [failure] == listener.failures
    assert (failure.point, failure.parameters) == ("too much", {"demand": "flood"})
    assert "more work is offered than can ever be done" in failure.reason
    assert (summary.done, summary.exit_code) == (6, 1)
    for point in points[1:]:
        found(store, point)


def test_fail_fast_stops_at_the_first_failure(tmp_path: Path) -> None:
    points = [overloaded(), *(point_of(f"p{n}", n, replications=400) for n in range(1, 5))]
    execution = replace(COMPILED, fail_fast=True, workers=1)
    store = Store(tmp_path)
    summary = run_points(points, store, execution)
    assert len(summary.failures) == 1
    assert summary.done < 4 * 400


def test_a_fault_of_ours_fails_its_point_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from study.execution import work

    honest = work.play

    def faulty(experiment: object, number: int) -> object:
        if number == 1 and experiment.network.pools[0].count == 2:  # type: ignore[attr-defined]
            raise ZeroDivisionError("a fault")
        return honest(experiment, number)  # type: ignore[arg-type]

    monkeypatch.setattr(work, "play", faulty)
    points = [point_of(f"p{agents}", agents) for agents in (1, 2, 3)]
    store = Store(tmp_path)
    summary = run_points(points, store, COMPILED)
    assert [(one.point, "ZeroDivisionError" in one.reason) for one in summary.failures] == [
        ("p2", True)
    ]
    assert summary.done == 7, "what the point had finished is kept"
    monkeypatch.undo()
    assert run_points(points, store, COMPILED).done == 2


def test_an_interruption_keeps_what_was_finished(tmp_path: Path) -> None:
    class Impatient(Silent):
        def progress(self, done: int, wanted: int) -> None:
            if done:
                raise KeyboardInterrupt

    points = [point_of(f"p{agents}", agents, 300) for agents in (1, 2)]
    with pytest.raises(KeyboardInterrupt):
        run_points(points, Store(tmp_path), COMPILED, Impatient())
    kept = Store(tmp_path).query("select point, replication, outcomes_sha256 from runs")
    assert 0 < len(kept) < 600
    digests = simulated(network_of(1), 9).digests
    ours = kept[(kept.point == "p1") & (kept.replication < 9)]
    assert [*ours.outcomes_sha256] == [digests[number] for number in ours.replication]
