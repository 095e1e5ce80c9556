"""Replications: the same whoever makes them, as many as precision asks, never made twice."""

from __future__ import annotations

import gc
from collections.abc import Generator
from pathlib import Path

import numpy as np
import pytest
import simpy

from network.digest import network_digest
from network.errors import ScenarioError
from network.load import load_scenario
from sim.api import draw_samples, simulate
from sim.engines.simpy_engine import World
from sim.precision import Goal, parse_goals, replications_needed
from sim.run_state import load_state, save_state
from sim.warm_up import suggest_warm_up

RUN = {"seed": 3, "horizon": "2d", "warm_up": "2h"}


def test_workers_and_engine_never_change_a_result() -> None:
    network = load_scenario("regionC")
    results = [
        simulate(network, replications=5, engine=engine, workers=workers, **RUN)
        for engine, workers in (("simpy", None), ("compiled", 1), ("compiled", 2), ("compiled", 8))
    ]
    assert len({result.outcomes_sha256 for result in results}) == 1
    for result in results[1:]:
        np.testing.assert_array_equal(result.values, results[0].values)


def test_tables_drawn_once_serve_every_plan() -> None:
    network, rich = load_scenario("regionC"), load_scenario("regionC", staffing="rich")
    tables = draw_samples(network, seed=3, replications=3, horizon="2d")
    fresh = simulate(rich, replications=3, **RUN)
    reused = simulate(rich, replications=3, samples=tables, **RUN)
    assert reused.outcomes_sha256 == fresh.outcomes_sha256


def test_a_finished_run_is_extended_without_recomputing(tmp_path: Path) -> None:
    network = load_scenario("theory/mmc")
    first = simulate(network, replications=2, **RUN)
    whole = simulate(network, replications=5, **RUN)
    made: list[int] = []
    save_state(first, tmp_path)
    longer = simulate(
        network,
        replications=5,
        former=load_state(tmp_path, network),
        sink=lambda number, *_: made.append(number),
        **RUN,
    )
    assert made == [2, 3, 4]
    assert longer.outcomes_sha256 == whole.outcomes_sha256
    np.testing.assert_array_equal(longer.values, whole.values)


@pytest.mark.parametrize(
    ("change", "difference"),
    [({"seed": 4}, "seed"), ({"horizon": "3d"}, "horizon"), ({"warm_up": "3h"}, "warm_up")],
)
def test_only_the_same_experiment_is_extended(change: dict[str, object], difference: str) -> None:
    network = load_scenario("theory/mmc")
    first = simulate(network, replications=1, **RUN)
    with pytest.raises(ScenarioError, match=difference):
        simulate(network, replications=2, former=first, **{**RUN, **change})


def test_another_network_is_not_extended(tmp_path: Path) -> None:
    network = load_scenario("theory/mmc")
    save_state(simulate(network, replications=1, **RUN), tmp_path)
    other = load_scenario("theory/mmc", changes={"pools.agents.count": 2})
    with pytest.raises(ScenarioError, match="network"):
        load_state(tmp_path, other)
    (tmp_path / "replications.npz").write_bytes(b"torn")
    with pytest.raises(ScenarioError, match="no complete run"):
        load_state(tmp_path, network)


def test_a_run_goes_on_until_it_is_precise() -> None:
    network = load_scenario("theory/mmc", changes={"pools.agents.count": 2})
    result = simulate(network, replications=2, precision={"wait_mean": "5%"}, **RUN)
    mean, lower, upper = result.interval("wait_mean")
    assert len(result.digests) >= 30
    assert (upper - lower) / 2 <= 0.05 * mean


def test_a_run_that_cannot_be_precise_enough_says_so() -> None:
    network = load_scenario("theory/mmc")
    result = simulate(
        network, precision={"wait_p99": "0.01%"}, max_replications=31, replications=2, **RUN
    )
    assert len(result.digests) == 31
    assert any("precision" in warning for warning in result.warnings)


def test_more_replications_are_asked_for_in_proportion() -> None:
    network = load_scenario("theory/mmc")
    result = simulate(network, replications=30, horizon="6h", seed=1)
    index, values = result.kpis_by_replication[0].index, result.values
    mean, lower, upper = result.interval("offered")
    half = (upper - lower) / 2
    goal = Goal("offered", "total", "all", half / 1.5, relative=False)
    assert replications_needed([goal], index, values) == pytest.approx(30 * 1.5**2, abs=1)
    met = Goal("offered", "total", "all", half * 1.01, relative=False)
    assert replications_needed([met], index, values) == 30
    assert replications_needed([met], index, values[:5]) == 30
    assert mean > 0


def test_bad_goals_are_named() -> None:
    with pytest.raises(ScenarioError) as caught:
        parse_goals({"wait_men": "5%", "wait_mean": "-1%", "response_p90/teir/point": "5%"})
    assert len(caught.value.problems) == 3
    assert "wait_mean" in str(caught.value.problems[0])


def test_the_digest_of_a_network_is_that_of_its_content() -> None:
    network = load_scenario("theory/mmc")
    assert network_digest(network) == network_digest(load_scenario("theory/mmc"))
    other = load_scenario("theory/mmc", changes={"stages.call/answer.service": "constant(1min)"})
    assert network_digest(network) != network_digest(other)


def test_a_warm_up_covers_the_filling_of_a_system() -> None:
    hours = np.arange(24.0 * 42)
    wave = 2 * np.sin(hours / 24 * 2 * np.pi)
    for scale in (6, 24):
        found = [
            suggest_warm_up(
                20 * (1 - np.exp(-hours / scale))
                + wave
                + np.random.default_rng(seed).normal(size=(5, len(hours)))
            )
            for seed in range(10)
        ]
        assert 1.5 * scale * 60 <= np.median(found) <= 8 * scale * 60


def test_a_growing_backlog_never_settles() -> None:
    assert suggest_warm_up(np.arange(24.0 * 28)[None, :]) == float("inf")


def test_the_simpy_engine_leaves_nothing_behind() -> None:
    network = load_scenario("theory/mmc")
    simulate(network, replications=1, engine="simpy", **RUN)
    gc.collect()
    gc.disable()
    try:
        simulate(network, replications=2, engine="simpy", **RUN)
        assert not [one for one in gc.get_objects() if type(one) is World]
    finally:
        gc.enable()


def test_a_user_adds_simpy_processes_and_hears_of_their_errors() -> None:
    seen: list[float] = []

    def watch(world: World) -> None:
        spare = simpy.Resource(world.clock, capacity=1)

        def probe() -> Generator[simpy.Event, None, None]:
            with spare.request() as turn:
                yield turn
                for _ in range(3):
                    yield world.clock.timeout(60)
                    seen.append(world.clock.now)

        world.clock.process(probe())

    def fail(world: World) -> None:
        def broken() -> Generator[simpy.Event, None, None]:
            yield world.clock.timeout(5)
            raise RuntimeError("mine")

        world.clock.process(broken())

    network = load_scenario("theory/mmc")
    watched = simulate(network, replications=1, extensions=[watch], **RUN)
    assert seen == [60, 120, 180]
    assert watched.engine == "simpy"
    plain = simulate(network, replications=1, **RUN)
    assert watched.outcomes_sha256 == plain.outcomes_sha256
    with pytest.raises(RuntimeError, match="mine"):
        simulate(network, replications=1, extensions=[fail], **RUN)
