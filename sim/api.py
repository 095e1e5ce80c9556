"""Simulate a network from Python: ``load -> simulate -> result.kpis``.

::

    from network.load import load_scenario
    from sim.api import simulate

    result = simulate(load_scenario("regionB"), replications=5, seed=1)
    result.estimates.query("kpi == 'response_p90' and dimension == 'tier'")
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from network.digest import network_digest
from network.errors import Problem, ScenarioError
from network.model import Network
from network.quantity import parse_duration, show_duration
from sim.engines import Engine
from sim.engines.simpy_engine import Extension
from sim.estimates import estimate_promises
from sim.kpis import Kpis, Window
from sim.load_warnings import warnings
from sim.precision import LEAST_REPLICATIONS, Goal, parse_goals, replications_needed
from sim.replicate import Experiment, Replication, Sink, default_workers, play_all, prepare
from sim.result import Result
from sim.sample import Sample, sample
from sim.warm_up import suggest_warm_up

__all__ = ["Result", "draw_samples", "simulate"]

Progress = Callable[[int, int], None]
"""Called with replications done and wanted."""


def draw_samples(
    network: Network, *, seed: int, replications: int, horizon: float | str, first: int = 0
) -> tuple[Sample, ...]:
    """Draw request tables once, to be played under several plans (common random numbers).

    A plan may change sites, pools, shifts and assignments of the network, not its demand.
    """
    end, numbers = parse_duration(horizon), range(first, first + replications)
    return tuple(sample(network, seed, number, end) for number in numbers)


def simulate(
    network: Network,
    *,
    replications: int = 5,
    first: int = 0,
    seed: int = 1,
    horizon: float | str = "28d",
    warm_up: float | str = "0d",
    drain: float | str = "0d",
    engine: Engine | str = Engine.AUTO,
    precision: Mapping[str, str] | None = None,
    max_replications: int = 500,
    workers: int | None = None,
    keep_outcomes: bool = False,
    allow_overload: bool = False,
    samples: Sequence[Sample] = (),
    former: Result | None = None,
    extensions: Sequence[Extension] = (),
    progress: Progress | None = None,
    sink: Sink | None = None,
) -> Result:
    """Run independent replications of a network and estimate its key figures.

    Parameters
    ----------
    network : Network
    replications : int
    first : int
        Number of the first replication. Runs of different numbers share no draw.
    seed : int
        >= 0. The same seed gives the same outcomes, in any process.
    horizon, warm_up, drain : float or str
        Minutes, or text with a unit. Requests that arrive in [warm_up, horizon) count;
        with a drain, what is open at the horizon may go on so much longer.
    engine : Engine or str
        Never changes a result.
    precision : mapping of str to str, optional
        Go on until the 95 % intervals of these figures are so narrow, e.g.
        ``{"response_p90/tier/point": "5%"}``; at least 30 replications are made.
    max_replications : int
        Stop there even if the precision is not reached (which is warned of).
    workers : int, optional
        Threads; by default all cores for the compiled engine. Never changes a result.
    keep_outcomes : bool
        Keep all tables in the result (about 0.6 KB per request).
    allow_overload : bool
        Run although queues would grow without end.
    samples : sequence of Sample
        Tables drawn before by `draw_samples` with this seed, horizon and first number.
    former : Result, optional
        A finished run of the same experiment: its replications are not made again.
    extensions : sequence of callables
        Add SimPy processes of your own (SimPy engine only).
    progress, sink : callable, optional
        `Progress`; `Sink`, to write outcomes away instead of keeping them.

    Raises
    ------
    ScenarioError
        If a parameter is out of range.
    OverloadError
        If the work offered can never be done.
    """
    end, start, extra = _minutes(horizon=horizon, warm_up=warm_up, drain=drain)
    goals = parse_goals(precision or {})
    _check(replications, seed, start, end, extra)
    began = time.perf_counter()
    window = Window(start, end, end + extra)
    most = max_replications if goals else replications
    wanted = min(max(replications, LEAST_REPLICATIONS), most) if goals else replications
    experiment, traffic = prepare(
        network,
        window,
        seed,
        Engine(engine),
        replications=wanted,
        allow_overload=allow_overload,
        extensions=extensions,
        samples=samples,
        first=first,
    )
    if former is not None:
        _check_former(former, experiment)
    found = _Found(former)
    while len(found.kpis) < wanted:
        numbers = range(first + len(found.kpis), first + wanted)
        for one in play_all(experiment, numbers, workers or default_workers(experiment)):
            found.add(one, keep=keep_outcomes)
            if sink is not None:
                sink(one.number, experiment.layout, one.sample, one.outcomes)
            if progress is not None:
                progress(len(found.kpis), wanted)
        if goals:
            wanted = min(replications_needed(goals, found.kpis[0].index, found.values()), most)
    backlog = np.array([kpis.backlog for kpis in found.kpis])
    suggested = suggest_warm_up(backlog)
    return Result(
        network=network,
        window=window,
        seed=seed,
        engine=experiment.engine.name,
        engine_reason=experiment.engine.reason,
        kpis_by_replication=found.kpis,
        promises=estimate_promises(network, found.kpis),
        digests=found.digests,
        requests=found.requests,
        wall_seconds=time.perf_counter() - began + (former.wall_seconds if former else 0.0),
        warnings=(
            *network.warnings,
            *warnings(traffic, network, experiment.layout, window.minutes, found.kpis),
            *_doubts(window, suggested, goals, found),
        ),
        suggested_warm_up=suggested,
        replications=found.kept,
        first=first,
    )


class _Found:
    """What the replications so far have found."""

    def __init__(self, former: Result | None) -> None:
        self.kpis: list[Kpis] = list(former.kpis_by_replication) if former else []
        self.digests: list[str] = list(former.digests) if former else []
        self.requests = former.requests if former else 0
        self.kept: list[Replication] = list(former.replications) if former else []

    def add(self, one: Replication, *, keep: bool) -> None:
        self.kpis.append(one.kpis)
        self.digests.append(one.digest)
        self.requests += one.requests
        if keep:
            self.kept.append(one)

    def values(self) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
        return np.array([kpis.values for kpis in self.kpis])


def _doubts(window: Window, suggested: float, goals: Sequence[Goal], found: _Found) -> list[str]:
    """Reasons not to trust the estimates as they are."""
    doubts = []
    if math.isfinite(suggested) and suggested > window.start:
        doubts.append(
            f"the backlog settles after about {show_duration(suggested)}; the warm-up is "
            f"{show_duration(window.start)}"
        )
    if goals:
        needed = replications_needed(goals, found.kpis[0].index, found.values())
        if needed > len(found.kpis):
            doubts.append(
                f"the precision asked for is not reached with {len(found.kpis)} replications; "
                f"about {needed} would be needed"
            )
    return doubts


def _check_former(former: Result, experiment: Experiment) -> None:
    """A run can only be extended by replications of the very same experiment."""
    fields = (
        ("seed", former.seed, experiment.seed),
        ("first replication", former.first, experiment.first),
        ("horizon, warm_up or drain", former.window, experiment.window),
        ("network", network_digest(former.network), network_digest(experiment.network)),
    )
    problems = [
        Problem("former", f"its {name} differs: got {theirs}; this run has {ours}")
        for name, theirs, ours in fields
        if theirs != ours
    ]
    if problems:
        raise ScenarioError("the run to extend", problems)


def _minutes(**durations: float | str) -> list[float]:
    """Durations in minutes, all problems collected."""
    minutes, problems = [], []
    for name, value in durations.items():
        try:
            minutes.append(parse_duration(value))
        except ValueError as error:
            problems.append(Problem(name, f"got {value!r}; {error}"))
    if problems:
        raise ScenarioError("the configuration", problems)
    return minutes


def _check(replications: int, seed: int, start: float, end: float, drain: float) -> None:
    rules = (
        (replications >= 1, "replications", replications, "an integer >= 1"),
        (seed >= 0, "seed", seed, "an integer >= 0"),
        (end > 0, "horizon", f"{end:g} min", "a duration > 0"),
        (0 <= start < end, "warm_up", f"{start:g} min", f"a duration from 0 to below {end:g} min"),
        (drain >= 0, "drain", f"{drain:g} min", "a duration >= 0"),
    )
    problems = [
        Problem(name, f"got {got}; expected {expected}")
        for good, name, got, expected in rules
        if not good
    ]
    if problems:
        raise ScenarioError("the configuration", problems)
