"""The compiled engine: what it refuses, how it fails, policies of one's own, its kept code."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from plays import Play, random_play
from twins import differences

from network.errors import EngineError
from network.load import load_scenario
from network.tables import Outcomes
from sim.engines import clock, compiled_engine, simpy_engine
from sim.engines.kernel import machine
from sim.engines.kernel.foreign import compile_policy
from sim.layout import lay_out
from sim.policies import Options, Policy, find_policy
from sim.sample import Sample, sample

Engine = Callable[..., Outcomes]
BOTH = pytest.mark.parametrize("run", [simpy_engine.run, compiled_engine.run])


@pytest.fixture
def play() -> Play:
    """A network whose policy is asked often."""
    for seed in range(40):
        play = random_play(4 * seed)
        if np.diff(play.layout.reach.first).max(initial=0) > 2 and len(play.tables.requests) > 300:
            return play
    raise AssertionError("no such network")


def _run(run: Engine, play: Play, policy: Policy | None = None) -> Outcomes:
    chosen = policy or find_policy(play.network.dispatch.policy)
    return run(play.layout, *play.tables, chosen, last_arrival=play.last_arrival)


# --- policies of one's own --------------------------------------------------------------

SLOPE = 1.5


def nearest_with_a_slope(
    count: int, now: float, mean: float, assigned: int, options: Options
) -> int:
    best, least = 0, 1e300
    for position in range(count):
        cost = options.travel_min[position] + SLOPE * options.waiting[position]
        if options.opens_at[position] <= now and cost < least:
            best, least = position, cost
    return best


def by_logarithm(count: int, now: float, mean: float, assigned: int, options: Options) -> int:
    return int(math.log(1.0 + options.waiting[0] + options.busy[0])) % count


def constant(count: int, now: float, mean: float, assigned: int, options: Options) -> int:
    return 1


def least_waiting(count: int, now: float, mean: float, assigned: int, options: Options) -> int:
    return min(range(count), key=lambda position: options.waiting[position])


def dividing(count: int, now: float, mean: float, assigned: int, options: Options) -> int:
    return int(now / (options.site[0] - options.site[0]))


def beyond(count: int, now: float, mean: float, assigned: int, options: Options) -> int:
    return count


def outside(count: int, now: float, mean: float, assigned: int, options: Options) -> int:
    return options.site[count + 1]


def complaining(count: int, now: float, mean: float, assigned: int, options: Options) -> int:
    raise KeyError("no")


def fractional(count: int, now: float, mean: float, assigned: int, options: Options) -> float:
    return 0.5


@pytest.mark.parametrize("policy", [nearest_with_a_slope, constant])
def test_a_calculating_policy_is_compiled(policy: Policy, play: Play) -> None:
    assert compile_policy(policy) is not None
    assert not differences(
        _run(simpy_engine.run, play, policy), _run(compiled_engine.run, play, policy)
    )


@pytest.mark.parametrize("policy", [by_logarithm, least_waiting])
def test_any_other_policy_is_called_in_python(policy: Policy, play: Play) -> None:
    assert compile_policy(policy) is None
    assert not differences(
        _run(simpy_engine.run, play, policy), _run(compiled_engine.run, play, policy)
    )


def test_a_compiled_policy_sees_a_number_that_has_changed(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _run(compiled_engine.run, play, nearest_with_a_slope)
    monkeypatch.setitem(nearest_with_a_slope.__globals__, "SLOPE", -50.0)
    after = _run(compiled_engine.run, play, nearest_with_a_slope)
    assert differences(before, after)
    assert not differences(_run(simpy_engine.run, play, nearest_with_a_slope), after)


@BOTH
@pytest.mark.parametrize(
    ("policy", "error"),
    [
        (dividing, ZeroDivisionError),
        (outside, IndexError),
        (complaining, KeyError),
        (fractional, TypeError),
        (beyond, EngineError),
    ],
)
def test_what_a_policy_raises_is_raised(
    run: Engine, policy: Policy, error: type[Exception], play: Play
) -> None:
    with pytest.raises(error):
        _run(run, play, policy)


# --- refusals and errors ----------------------------------------------------------------


def test_extensions_are_refused_by_name(play: Play) -> None:
    def tracing(world: object) -> None: ...

    with pytest.raises(EngineError, match=r"cannot run extensions \(tracing\); use engine=simpy"):
        compiled_engine.run(
            play.layout, *play.tables, find_policy("assigned"), extensions=[tracing]
        )


@BOTH
def test_a_time_that_is_no_number_is_an_error(run: Engine, play: Play) -> None:
    play.tables.visits["service"] = np.nan
    with pytest.raises(EngineError, match=r"of \d+ at nan; the clock is at \d"):
        _run(run, play)


@BOTH
def test_an_arrival_before_the_start_is_an_error(run: Engine, play: Play) -> None:
    play.tables.requests["arrival"][0] = -1.0
    with pytest.raises(EngineError, match=r"event ARRIVAL of 0 at -1.0; the clock is at 0.0"):
        _run(run, play)


@BOTH
def test_a_loop_without_time_is_an_error(run: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "MAX_EVENTS_AT_ONE_INSTANT", 1000)
    network = load_scenario("theory/mmc")
    tables = sample(network, 1, 0, 60.0)
    tables.visits["service"] = 0.0
    tables.visits["if_resolved"] = np.arange(len(tables.visits))
    with pytest.raises(EngineError, match=r"more than 1,000 events at minute .* loop of zero"):
        _run(run, Play(network, lay_out(network, 60.0), tables, math.inf))


def test_a_pointer_out_of_its_table_is_an_error(play: Play) -> None:
    for pointer in ("if_resolved", "if_unresolved"):
        play.tables.visits[pointer] = len(play.tables.visits) + 7
    with pytest.raises(EngineError, match="points outside its table"):
        _run(compiled_engine.run, play)


# --- size -------------------------------------------------------------------------------


def test_hundreds_of_agents_in_a_pool() -> None:
    network = load_scenario("theory/mmc")
    alone = network.pools[0]
    pools = (
        alone.model_copy(update={"count": 130}),
        alone.model_copy(update={"pool_id": "more", "count": 210}),
    )
    network = replace(network, pools=pools)
    play = Play(network, lay_out(network, 2880.0), sample(network, 3, 0, 2880.0), math.inf)
    play.tables.visits["service"] *= 400.0
    expected = _run(simpy_engine.run, play)
    assert expected.work["agent"].max(initial=0) > 300
    assert not differences(expected, _run(compiled_engine.run, play))


def test_tables_grow_with_what_is_live(play: Play) -> None:
    """Thousands wait: events, live requests and what comes later outgrow their first room."""
    requests = np.tile(play.tables.requests, 10)
    visits = np.tile(play.tables.visits, 10)
    shift = np.repeat(np.arange(10) * len(play.tables.visits), len(play.tables.requests))
    requests["first_visit"] += shift
    requests["after"] = -1
    requests["arrival"] = np.linspace(0.0, 1.0, len(requests))
    visits["request"] += np.repeat(np.arange(10), len(play.tables.visits)) * len(
        play.tables.requests
    )
    for pointer in ("if_resolved", "if_unresolved"):
        move = np.repeat(np.arange(10) * len(play.tables.visits), len(play.tables.visits))
        visits[pointer] += np.where(visits[pointer] >= 0, move, 0)
    crowded = replace(play, tables=Sample(requests, visits))
    expected = _run(simpy_engine.run, crowded)
    assert not differences(expected, _run(compiled_engine.run, crowded))


# --- kept machine code ------------------------------------------------------------------


def test_code_is_kept_under_a_digest_of_the_sources(tmp_path: Path) -> None:
    policy = tmp_path / "policy.py"
    policy.write_text("A = 1\n", encoding="utf-8")
    before = machine.sources_digest((tmp_path,))
    policy.write_text("A = 2\n", encoding="utf-8")
    assert machine.sources_digest((tmp_path,)) != before
    assert machine.sources_digest((policy,)) == machine.sources_digest((tmp_path,))


def test_policies_and_codes_are_among_the_sources() -> None:
    names = {source.name for source in machine.SOURCES}
    assert names == {"kernel", "policies", "layout.py", "tables.py"}
    assert all(source.exists() for source in machine.SOURCES)


def test_code_that_is_not_whole_is_not_loaded(tmp_path: Path) -> None:
    file = tmp_path / "kernel-0.o"
    machine.keep(file, b"code")
    assert machine.read_kept(file) == b"code"
    file.write_bytes(file.read_bytes()[:-1])
    assert machine.read_kept(file) is None
    assert machine.read_kept(tmp_path / "none.o") is None
    assert machine.read_kept(None) is None


def test_only_the_newest_codes_are_kept(tmp_path: Path) -> None:
    for number in range(12):
        machine.keep(tmp_path / f"kernel-{number}.o", b"code")
    assert len(list(tmp_path.iterdir())) == 8


def test_the_kernel_was_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    machine.load_kernel()
    file = machine.kept_file()
    assert file is None or machine.read_kept(file) is not None


def test_without_a_place_to_write_nothing_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    occupied = tmp_path / "file"
    occupied.write_text("", encoding="utf-8")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(occupied))
    assert machine.kept_file() is None
