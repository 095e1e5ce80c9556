"""Key figures against their plain definitions, on random networks and on random times."""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_figures import plain_figures, plain_staff
from plays import Play, random_play

from network.model import Network
from network.promise import Promise
from network.tables import (
    REQUEST,
    REQUEST_OUTCOME,
    VISIT,
    VISIT_OUTCOME,
    WORK,
    Outcomes,
    RequestStatus,
)
from sim.duty import Duty
from sim.duty_time import duty_spans
from sim.engines import compiled_engine
from sim.kpis import Kpis, Window, facts, summarise
from sim.kpis.kernel import machine
from sim.kpis.staff import count_staff
from sim.machine_code.keeping import read_kept
from sim.policies import find_policy
from sim.sample import Sample

_OTHERS = {
    "utilisation", "occupancy", "travel_share", "duty_hours", "overtime_hours", "travel_km",
    "queue_length", "cost", "cost_per_request", "reach_per_site", "sites_open", "agents",
}  # fmt: skip
"""Figures that `plain_figures` does not have."""


def played(seed: int) -> tuple[Network, Play, Outcomes, Window]:
    """A random network with regions and targets, and what happened in it.

    Some requests are given an appointment afterwards, so that many are served before it.
    """
    play = random_play(seed)
    chance = np.random.default_rng([seed, 3])
    zones, tiers = play.network.zones, play.network.tiers
    targets = chance.choice([0.0, 25.0, 90.0], len(tiers))
    regions = tuple(str(name) for name in chance.choice(["south", "north", "east"], len(zones)))
    areas = tuple(str(name) for name in chance.choice(["hill", "dale"], len(zones)))
    network = replace(
        play.network,
        zones=replace(zones, region=regions, area=areas),
        tiers=tuple(
            tier.model_copy(update={"target": target})
            for tier, target in zip(tiers, targets.tolist(), strict=True)
        ),
    )
    outcomes = compiled_engine.run(
        play.layout,
        *play.tables,
        find_policy(network.dispatch.policy),
        last_arrival=play.last_arrival,
    )
    requests = play.tables.requests.copy()
    booked = chance.random(len(requests)) < 0.3
    requests["appointment"][booked] = outcomes.requests["arrival"][booked] + 240.0
    play = replace(play, tables=Sample(requests, play.tables.visits))
    horizon = play.layout.horizon
    window = Window(float(chance.choice([0.0, 0.3])) * horizon, 0.7 * horizon, horizon)
    return network, play, outcomes, window


def figures(kpis: Kpis) -> dict[tuple[str, str, str], float]:
    return dict(zip(zip(*kpis.index.rows(), strict=True), kpis.values.tolist(), strict=True))


def check_figures(seed: int) -> None:
    network, play, outcomes, window = played(seed)
    where = (network, play.layout, play.tables, outcomes, window)
    expected = plain_figures(*where)
    counts = ("offered", "offered_per_day", "served")
    for (kpi, dimension, key), value in figures(summarise(*where)).items():
        if kpi in _OTHERS:
            continue
        empty = 0.0 if kpi in counts else np.nan
        wanted = expected.pop((kpi, dimension, key), empty)
        # a spread of equal times is a matter of rounding
        least = 1e-6 if kpi == "response_cv" else 1e-12
        assert value == pytest.approx(wanted, rel=1e-9, abs=least, nan_ok=True), (
            seed, kpi, dimension, key,
        )  # fmt: skip
    assert not expected, "figures that nobody reports"


@pytest.mark.parametrize("seed", [0, 5, 12, 20, 25, 30])
def test_figures_are_those_of_their_plain_definitions(seed: int) -> None:
    check_figures(seed)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(130))
def test_figures_are_those_of_their_plain_definitions_on_many_networks(seed: int) -> None:
    check_figures(seed)


def test_minutes_and_kilometres_are_added_up_by_pool() -> None:
    seen: Counter[str] = Counter()
    for seed in range(0, 80, 5):
        network, play, outcomes, window = played(seed)
        found = count_staff(network, play.layout, play.tables, outcomes, window)
        expected = plain_staff(network, play.layout, play.tables, outcomes, window)
        for name, column in expected.items():
            np.testing.assert_allclose(
                getattr(found, str(name)), column, rtol=1e-9, atol=1e-7, err_msg=f"{seed} {name}"
            )
            seen[str(name)] += int((column > 0).sum())
        work = outcomes.work
        cancelled = (work["visit"] >= 0) & np.isnan(work["on_site"]) & ~np.isnan(work["end"])
        seen["cancelled trips"] += int(cancelled.sum())
        seen["under way at the end"] += int(np.isnan(work["back"]).sum())
    assert len(seen) == 8
    assert min(seen.values()) > 0, f"what never happened was not tested: {seen}"


@st.composite
def duty_and_stints(draw: st.DrawFn) -> tuple[Duty, list[tuple[float, float]]]:
    """Intervals of duty, and stints in any order that may go beyond them."""
    edges = sorted(draw(st.sets(st.integers(-20, 90), min_size=2, max_size=12)))
    intervals = tuple(zip(map(float, edges[::2]), map(float, edges[1::2]), strict=False))
    times = st.tuples(st.integers(0, 100), st.integers(0, 100)).map(sorted)
    return Duty(intervals, ()), [(float(a), float(b)) for a, b in draw(st.lists(times, max_size=9))]


@settings(max_examples=60, deadline=None)
@given(duty_and_stints())
def test_overtime_is_what_lies_outside_duty(drawn: tuple[Duty, list[tuple[float, float]]]) -> None:
    duty, stints = drawn
    play = random_play(5)
    duties = (duty,) * len(play.network.pools)
    layout = replace(play.layout, duties=duties, spans=duty_spans(duties))
    work = np.zeros(len(stints), dtype=WORK)
    work["depart"], work["back"] = np.array(stints).reshape(-1, 2).T
    work["on_site"], work["end"] = work["depart"], work["back"]
    nothing = np.zeros(0)
    outcomes = Outcomes(nothing, nothing, work, nothing, nothing, 100.0)
    window = Window(0.0, 100.0, 100.0)
    staff = count_staff(play.network, layout, play.tables, outcomes, window)
    outside = sum((end - start) - duty.minutes(start, end) for start, end in stints)
    assert staff.overtime.sum() == pytest.approx(outside, abs=1e-9)


# --- times by size --------------------------------------------------------------------------

SIZES = st.one_of(
    st.floats(0.0, 1e150), st.sampled_from([0.0, 5e-324, 1.0, 1.0 + 2**-52, 15.0]), st.floats(0, 9)
)


def resolved_after(took: list[float]) -> tuple[Network, Play, Outcomes]:
    """Requests that arrive at 0 and are resolved after so many minutes, without any visit."""
    play = random_play(1)
    requests = np.zeros(len(took), dtype=REQUEST)
    requests["first_visit"] = -1
    done = np.zeros(len(took), dtype=REQUEST_OUTCOME)
    done["resolved"] = done["closed"] = took
    done["status"], done["last_visit"] = RequestStatus.RESOLVED, -1
    outcomes = Outcomes(
        requests=done,
        visits=np.zeros(0, dtype=VISIT_OUTCOME),
        work=np.zeros(0, dtype=WORK),
        idle_min=np.zeros(len(play.layout.agents.site)),
        queue_area=np.zeros(len(play.network.sites)),
        horizon=600.0,
    )
    tables = Sample(requests, np.zeros(0, dtype=VISIT))
    return play.network, replace(play, tables=tables), outcomes


@settings(max_examples=40, deadline=None)
@given(st.lists(SIZES, max_size=70))
def test_quantiles_lie_between_order_statistics(took: list[float]) -> None:
    network, play, outcomes = resolved_after(took)
    window = Window(0.0, 600.0, 600.0)
    found = figures(summarise(network, play.layout, play.tables, outcomes, window))
    for rank, share in (("p50", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99)):
        expected = np.quantile(took, share) if took else np.nan
        value = found[f"resolution_{rank}", "total", "all"]
        assert value == pytest.approx(expected, rel=1e-12, nan_ok=True)
    mean = np.mean(took) if took else np.nan
    assert found["resolution_mean", "total", "all"] == pytest.approx(mean, rel=1e-12, nan_ok=True)


def test_requests_in_hand_at_full_hours_have_come_before_and_not_gone_before() -> None:
    took = [0.0, 59.999999, 60.0, 60.000001, 120.0, 599.0]
    network, play, outcomes = resolved_after(took)
    window = Window(0.0, 600.0, 600.0)
    backlog = summarise(network, play.layout, play.tables, outcomes, window).backlog
    assert backlog.tolist() == [0, 4, 2, 1, 1, 1, 1, 1, 1, 1]


def test_responses_are_binned_by_tier() -> None:
    for seed in range(3, 11):
        network, play, outcomes, window = played(seed)
        frame_free = summarise(network, play.layout, play.tables, outcomes, window)
        answered = facts.gather(
            replace(network, promises=(_any_promise(network),)),
            play.layout,
            play.tables,
            outcomes,
            window,
        ).firsts
        for tier in range(len(network.tiers)):
            mine = answered.response[(answered.tier == tier) & ~np.isnan(answered.response)]
            expected = np.histogram(mine, facts.HISTOGRAM_EDGES_MIN)[0]
            assert frame_free.response_histogram[tier].tolist() == expected.tolist()


def _any_promise(network: Network) -> Promise:
    return Promise(promise_id="p", tier=network.tiers[0].tier_id, within="12min", share=0.9)


# --- room and code --------------------------------------------------------------------------


def test_room_for_patterns_grows_until_they_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    network, play, outcomes, window = played(15)
    where = (network, play.layout, play.tables, outcomes, window)
    expected = summarise(*where)
    monkeypatch.setattr(facts, "_PATTERNS_AT_FIRST", 1)
    found = summarise(*where)
    np.testing.assert_array_equal(found.values, expected.values)
    np.testing.assert_array_equal(found.backlog, expected.backlog)
    np.testing.assert_array_equal(found.zone_response, expected.zone_response)


def test_the_code_stands_alone_and_was_kept() -> None:
    """Code that could raise, as ``x in (a, b)`` can for Numba, is compiled in every process."""
    machine.load_survey()
    machine.load_stints()
    for file in machine.kept_files():
        assert file is None or read_kept(file) is not None, file


def test_all_that_compiled_code_imports_is_among_its_sources() -> None:
    root = Path(machine.__file__).resolve().parents[3]
    folder = Path(machine.__file__).resolve().parent
    for name in ("survey", "requests", "visits", "tally", "times", "answer", "stints", "add_up"):
        tree = ast.parse((folder / f"{name}.py").read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module and "." in node.module:
                file = root / f"{node.module.replace('.', '/')}.py"
                if node.module.startswith(("sim.", "network.")):
                    known = {file, file.parent} & {*machine.SOURCES, root / "sim" / "machine_code"}
                    assert known, f"{name}.py imports {node.module}"
