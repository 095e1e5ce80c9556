"""Hold a simulated scenario against the exact values of its theory.

The rule: over independent replications, a t interval of confidence 1 - 1e-4 must hold the
exact value, and must be narrow enough for the test to be able to fail. No value that a seed
happened to give is ever pinned.

Run lengths are stated in relaxation times r, the time in which a queue forgets its past
(for M/M/c r = 1 / (sqrt(c mu) - sqrt(lambda))^2, Whitt 1989):

- Counting starts after 10 r, when what is left of the empty start is exp(-10) < 5e-5 of a
  value.
- A replication counts at least 100 r. What is open at its end has no wait yet, which changes
  a mean by a share below r / (100 r). The mean queue of the registry covers the warm-up as
  well, so it is too low by a share below r / (110 r). Both are below 1 %, and below a third
  of the half-width that a quick test asks for; long tests count ten times as long, so the
  error falls by ten while the half-width falls by three.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from network.load import load_scenario
from network.tables import VisitStatus
from sim.api import Result, simulate
from sim.estimates import t_intervals

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

CONFIDENCE = 1 - 1e-4
WARM_UP = 10.0
"""Relaxation times before counting starts."""
LEAST_COUNTED = 100.0
"""Relaxation times that a replication counts at least."""
AT_ONCE, AT_ONCE_IF_SHORT = 5, 250
"""Replications whose outcomes are held at the same time."""


# --- exact values -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Oracle:
    """A system with known answers: see its source in ``tests/theory/oracles.json``."""

    id: str
    expected: Mapping[str, float]

    def __getitem__(self, key: str) -> float:
        return self.expected[key]


@cache
def oracle(case: str) -> Oracle:
    path = Path(__file__).parents[1] / "theory" / "oracles.json"
    cases = {one["id"]: one for one in json.loads(path.read_text())["cases"]}
    return Oracle(case, cases[case]["expected"])


# --- how hard to look -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is simulated: each replication is so many times as long."""

    name: str
    times: int
    seed: int

    def __str__(self) -> str:
        return self.name


QUICK, LONG = Effort("quick", 1, 1), Effort("long", 10, 2)
EFFORTS = pytest.mark.parametrize(
    "effort", [QUICK, pytest.param(LONG, marks=pytest.mark.long)], ids=str
)


# --- what is measured -------------------------------------------------------------------


@dataclass(frozen=True)
class Replay:
    """One replication as theory looks at it, in the theory's unit of time.

    Its columns have a row for each visit that a counted request made; a visit that was
    refused has no times.
    """

    result: Result
    number: int
    unit_min: float

    def kpi(self, name: str, dimension: str = "total", key: str = "all") -> float:
        """A figure of the registry, as it stands there."""
        kpis = self.result.kpis_by_replication[self.number]
        start = 0
        for found, by, keys in kpis.index.blocks:
            if (found, by) == (name, dimension) and key in keys:
                return float(kpis.values[start + keys.index(key)])
            start += len(keys)
        raise KeyError((name, dimension, key))

    @property
    def counted(self) -> float:
        """Length of the counted time."""
        return self.result.window.minutes / self.unit_min

    @cached_property
    def _counted(self) -> Bools:
        kept = self.result.replications[self.number]
        arrival = kept.outcomes.requests["arrival"][kept.sample.visits["request"]]
        entered = kept.outcomes.visits["status"] != VisitStatus.NOT_ENTERED
        return np.asarray(entered & (arrival >= self.result.window.start))

    def visit(self, column: str) -> NDArray[np.generic]:
        """An outcome column of the counted visits; times in the theory's unit."""
        values = self.result.replications[self.number].outcomes.visits[column][self._counted]
        return values / self.unit_min if values.dtype == np.float64 else values

    def drawn(self, column: str) -> NDArray[np.generic]:
        """A column of the counted visits that was drawn before the run, such as the stage."""
        return np.asarray(
            self.result.replications[self.number].sample.visits[column][self._counted]
        )

    def request(self, column: str) -> NDArray[np.generic]:
        """A column of the request of each counted visit."""
        sample = self.result.replications[self.number].sample
        return np.asarray(sample.requests[column][sample.visits["request"][self._counted]])

    @cached_property
    def wait(self) -> Floats:
        """Time in the queue until served or lost; NaN: still waiting, or refused."""
        start, end = self.visit("start"), self.visit("end")
        wait = np.where(np.isnan(start), end, start) - self.visit("joined")
        return np.where(self.visit("status") == VisitStatus.BLOCKED, np.nan, wait)

    @cached_property
    def served(self) -> Bools:
        return ~np.isnan(self.visit("start"))

    @cached_property
    def waited(self) -> Bools:
        """Whether nobody was free at once."""
        return ~(self.visit("start") <= self.visit("joined"))

    @cached_property
    def in_system(self) -> Floats:
        """Share of the counted time with 0, 1, 2 ... visits waiting or in service."""
        return self._present("joined", "end")

    @cached_property
    def in_queue(self) -> Floats:
        """Share of the counted time with 0, 1, 2 ... visits waiting."""
        return self._present("joined", "start")

    def _present(self, since: str, until: str) -> Floats:
        visits = self.result.replications[self.number].outcomes.visits
        rows = ~np.isnan(visits["joined"]) & (visits["status"] != VisitStatus.BLOCKED)
        ends = visits[until]
        if until == "start":  # who gives up leaves the queue at the end
            ends = np.where(np.isnan(ends), visits["end"], ends)
        window = self.result.window
        return time_shares(visits[since][rows], ends[rows], window.start, window.end)

    def present_at(self, time: float) -> int:
        """Visits waiting or in service just before a time in the theory's unit."""
        visits = self.result.replications[self.number].outcomes.visits
        at = time * self.unit_min
        there = (visits["joined"] < at) & ~(visits["end"] < at)
        return int((there & (visits["status"] != VisitStatus.BLOCKED)).sum())


def time_shares(since: Floats, until: Floats, start: float, stop: float) -> Floats:
    """Share of [start, stop) with 0, 1, 2 ... of some intervals under way (NaN: no end)."""
    begin = np.clip(since, start, stop)
    end = np.clip(np.where(np.isnan(until), np.inf, until), start, stop)
    times = np.concatenate([[start], begin, end, [stop]])
    steps = np.concatenate([[0], np.ones(len(begin)), -np.ones(len(end)), [0]])
    order = np.lexsort((-steps, times))  # at the same time begin before end: never below 0
    present = np.cumsum(steps[order])[:-1].astype(np.int64)
    return np.bincount(present, np.diff(times[order])) / (stop - start)


def mean_of(shares: Floats) -> float:
    """Mean number, from shares of time."""
    return float(shares @ np.arange(len(shares)))


Measure = Callable[[Replay], float]
"""A figure of one replication whose mean theory knows."""


def kpi(name: str, dimension: str = "total", key: str = "all") -> Measure:
    """A figure of the registry without a unit of time."""
    return lambda replay: replay.kpi(name, dimension, key)


def minutes(name: str, dimension: str = "total", key: str = "all") -> Measure:
    """A time of the registry, in the theory's unit."""
    return lambda replay: replay.kpi(name, dimension, key) / replay.unit_min


def share(chosen: Callable[[Replay], Bools]) -> Measure:
    """Share of the counted visits."""
    return lambda replay: float(chosen(replay).mean())


def number_in_system(replay: Replay) -> float:
    return mean_of(replay.in_system)


def number_in_queue(replay: Replay) -> float:
    return mean_of(replay.in_queue)


def variance_about(mean: float) -> Measure:
    """Mean squared distance of the waits from their exact mean: no bias from estimating it."""
    return lambda replay: float(np.nanmean((replay.wait - mean) ** 2))


def mean_wait(chosen: Callable[[Replay], Bools] | None = None) -> Measure:
    """Mean wait of the counted visits, those who gave up included, or of some of them."""

    def measure(replay: Replay) -> float:
        wait = replay.wait if chosen is None else replay.wait[chosen(replay)]
        return float(np.nanmean(wait))

    return measure


# --- runs and verdicts ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Check:
    """A measure, and how wide its interval may be in a quick run, as a share of the value."""

    measure: Measure
    within: float
    only_long: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """How a scenario is played.

    Parameters
    ----------
    scenario : str
    changes : mapping
        Single values of the scenario.
    counted : float
        Length of a replication that counts, in the theory's unit of time.
    relaxation : float
        Relaxation time, in the theory's unit of time.
    replications : int
    unit_min : float
        The theory's unit of time in minutes.
    """

    scenario: str
    changes: Mapping[str, object]
    counted: float
    relaxation: float = 0.0
    replications: int = 30
    unit_min: float = 1.0
    transient: bool = False


def relaxation(lam: float, mu: float, c: int, variation: float = 1.0) -> float:
    """Relaxation time of M/M/c times (ca^2 + cs^2) / 2, which is 1 for M/M/c."""
    return variation / (math.sqrt(c * mu) - math.sqrt(lam)) ** 2


def play(run: Run, measures: Mapping[str, Measure], effort: Effort) -> dict[str, Floats]:
    """Values of every measure over independent replications, a few at a time."""
    assert run.transient or run.relaxation > 0, "say how fast the start is forgotten"
    assert run.counted >= LEAST_COUNTED * run.relaxation, "the run is too short to be counted"
    network = load_scenario(run.scenario, changes=run.changes)
    found: dict[str, list[float]] = {name: [] for name in measures}
    start = WARM_UP * run.relaxation
    longer, more = (1, effort.times) if run.transient else (effort.times, 1)
    at_once = AT_ONCE_IF_SHORT if run.transient else AT_ONCE
    for block in range(more * run.replications // at_once):
        result = simulate(
            network,
            replications=at_once,
            seed=10_000 * effort.seed + block,
            warm_up=start * run.unit_min,
            horizon=(start + longer * run.counted) * run.unit_min,
            keep_outcomes=True,
        )
        for number in range(at_once):
            replay = Replay(result, number, run.unit_min)
            for name, measure in measures.items():
                found[name].append(measure(replay))
    return {name: np.array(values) for name, values in found.items()}


def hold_against(case: Oracle, run: Run, checks: Mapping[str, Check], effort: Effort) -> None:
    """Play a scenario and compare it with the exact values of an oracle, all keys at once."""
    chosen = {key: c for key, c in checks.items() if effort is LONG or not c.only_long}
    values = play(run, {key: check.measure for key, check in chosen.items()}, effort)
    width = {
        key: check.within if effort is QUICK or check.only_long else check.within / 2.5
        for key, check in chosen.items()
    }
    judge(case.id, {key: case[key] for key in chosen}, values, width)


def judge(
    title: str,
    exact: Mapping[str, float],
    values: Mapping[str, Floats],
    within: Mapping[str, float],
) -> None:
    """Fail, with a table of all keys, if one misses its value or is too wide to tell."""
    lines, bad = [], []
    for key, wanted in exact.items():
        found = t_intervals(values[key][:, None], CONFIDENCE)
        mean, low, high = (float(x[0]) for x in (found.mean, found.lower, found.upper))
        wide = (high - low) / 2 / abs(wanted)
        verdict = "" if low <= wanted <= high else " <- misses the exact value"
        verdict += "" if wide <= within[key] else f" <- wider than {within[key]:.1%}"
        lines.append(
            f"  {key:<36} exact {wanted:<11.6g} found {mean:<11.6g} "
            f"[{low:.6g}, {high:.6g}], +- {wide:.2%}{verdict}"
        )
        if verdict:
            bad.append(key)
    table = "\n".join([title, *lines])
    print(table)
    assert not bad, f"{', '.join(bad)} of\n{table}"
