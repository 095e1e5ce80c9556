"""Simulate with a memory: replications that are in a store are not played again."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from network.model import Network
from sim.api import Progress, simulate
from sim.engines import Engine
from sim.kpis import Window
from sim.precision import LEAST_REPLICATIONS, Goal, parse_goals, replications_needed
from sim.replicate import Experiment, Replication, Sink, default_workers, play_all, prepare
from sim.result import Result
from sim.store.catalogue import warn
from sim.store.runs import Batch, Label, Run, key_of, run_of
from sim.store.store import Store, result_of

_KEEP_EVERY_S = 2.0
_KEEP_AT_MOST = 256
"""Runs of a chunk: so many, or those of so much time."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """A result, and what of it was computed now.

    Parameters
    ----------
    result : Result
    played, reused : int
        Replications computed now, and those that the store had.
    """

    result: Result
    played: int
    reused: int


def simulate_with(
    store: Store | None,
    label: Label,
    network: Network,
    window: Window,
    *,
    seed: int,
    replications: int,
    engine: Engine = Engine.AUTO,
    precision: Mapping[str, str] | None = None,
    max_replications: int = 500,
    workers: int | None = None,
    allow_overload: bool = False,
    former: Result | None = None,
    progress: Progress | None = None,
    sink: Sink | None = None,
) -> Remembered:
    """The result that `sim.api.simulate` finds, with the help of a store.

    What the store has is taken from it, and what is played is kept there every few
    seconds, also if the run is interrupted. With a sink every replication is played, since
    the store remembers key figures and no outcomes. A store that cannot be written is
    warned of; the run goes on without.

    Parameters
    ----------
    store : Store or None
        None: nothing is remembered.
    label : Label
        What the runs are called there.
    network : Network
    window : Window
    seed, replications, engine, precision, max_replications, workers, allow_overload, former
        As for `sim.api.simulate`.
    progress, sink : callable, optional
        As for `sim.api.simulate`.
    """
    began = time.perf_counter()
    goals = parse_goals(precision or {})
    most = max_replications if goals else replications
    wanted = min(max(replications, LEAST_REPLICATIONS), most) if goals else replications
    experiment, _ = prepare(
        network, window, seed, engine, replications=wanted, allow_overload=allow_overload
    )
    if former is not None:  # refuse one of another experiment before anything is played
        simulate(
            network,
            replications=len(former.digests),
            seed=seed,
            horizon=window.end,
            warm_up=window.start,
            drain=window.horizon - window.end,
            allow_overload=allow_overload,
            former=former,
        )
    memory = _Memory(store, label, experiment, 0 if former is None else len(former.digests))
    while True:
        memory.have(wanted, workers or default_workers(experiment), progress, sink)
        needed = _needed(goals, memory.runs, former, wanted)
        if needed <= wanted or wanted >= most:
            break
        wanted = min(needed, most)
    complete = memory.runs if former is None else [*_as_runs(former), *memory.runs]
    result = simulate(
        network,
        replications=replications,
        seed=seed,
        horizon=window.end,
        warm_up=window.start,
        drain=window.horizon - window.end,
        engine=engine,
        precision=precision,
        max_replications=max_replications,
        allow_overload=allow_overload,
        former=result_of(network, window, seed, complete),
    )
    seconds = time.perf_counter() - began + (former.wall_seconds if former else 0.0)
    return Remembered(replace(result, wall_seconds=seconds), memory.played, memory.reused)


def _needed(goals: Sequence[Goal], runs: Sequence[Run], former: Result | None, wanted: int) -> int:
    """Replications that the goals need, judged by those there are."""
    kpis = [*(former.kpis_by_replication if former else ()), *(run.kpis for run in runs)]
    if not goals:
        return wanted
    return replications_needed(goals, kpis[0].index, np.array([one.values for one in kpis]))


def _as_runs(former: Result) -> list[Run]:
    """Replications of a finished run, whose requests are known in total only."""
    total = [former.requests, *([0] * (len(former.digests) - 1))]
    rows = zip(former.kpis_by_replication, former.digests, total, strict=True)
    return [Run(n, kpis, digest, count) for n, (kpis, digest, count) in enumerate(rows)]


class _Memory:
    """The replications of one experiment, from the store or played and kept there."""

    def __init__(
        self, store: Store | None, label: Label, experiment: Experiment, first: int
    ) -> None:
        self._store, self._label, self._experiment = store, label, experiment
        self._first = first
        self._key = key_of(experiment.network, experiment.window, experiment.seed)
        self._promises = tuple(one.promise_id for one in experiment.network.promises)
        self._waiting: list[Run] = []
        self._kept_at = time.perf_counter()
        self.runs: list[Run] = []
        self.played = self.reused = 0

    def have(self, wanted: int, workers: int, progress: Progress | None, sink: Sink | None) -> None:
        """Have all replications up to a number."""
        numbers = range(self._first + len(self.runs), wanted)
        found = self._recall(numbers) if sink is None else {}
        self.reused += len(found)
        missing = [number for number in numbers if number not in found]
        try:
            for one in play_all(self._experiment, missing, workers):
                found[one.number] = self._take(one)
                if sink is not None:
                    sink(one.number, self._experiment.layout, one.sample, one.outcomes)
                if progress is not None:
                    progress(self._first + len(self.runs) + len(found), wanted)
        finally:
            self._keep()
        self.runs += [found[number] for number in numbers]

    def _recall(self, numbers: Sequence[int]) -> dict[int, Run]:
        if self._store is None:
            return {}
        try:
            known = self._store.find(self._key, numbers)
            return {run.number: run for run in self._store.runs(self._key, known)}
        except OSError as error:
            self._forgo("read", error)
            return {}

    def _take(self, one: Replication) -> Run:
        run = run_of(one)
        self.played += 1
        self._waiting.append(run)
        late = time.perf_counter() - self._kept_at > _KEEP_EVERY_S
        if late or len(self._waiting) >= _KEEP_AT_MOST:
            self._keep()
        return run

    def _keep(self) -> None:
        batch = Batch(self._key, self._label, self._promises, tuple(self._waiting))
        self._waiting, self._kept_at = [], time.perf_counter()
        if self._store is None:
            return
        try:
            self._store.keep([batch])
            if self.reused:
                self._store.label([batch])
        except OSError as error:
            self._forgo("written", error)

    def _forgo(self, what: str, error: OSError) -> None:
        """Go on without a store: the run is worth more than its memory."""
        warn(f"the results store cannot be {what} ({error.strerror}); the run goes on without")
        self._store = None
