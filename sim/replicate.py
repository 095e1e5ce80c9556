"""Independent replications of one experiment, side by side, in their order.

Results do not depend on the number of workers: a replication is a function of its number.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from network.model import Network
from network.quantity import MINUTES_PER_DAY
from network.tables import Outcomes
from sim.checks import check_identities
from sim.digest import outcomes_digest
from sim.engines import ChosenEngine, Engine, choose_engine
from sim.engines.simpy_engine import Extension
from sim.kpis import Kpis, Window, summarise
from sim.layout import Layout, lay_out
from sim.policies import Policy, find_policy
from sim.sample import Sample, sample
from sim.traffic import Traffic, look, refuse_overload

Sink = Callable[[int, Layout, Sample, Outcomes], None]
"""Called with the number, layout, tables and outcomes of each replication, in order."""


@dataclass(frozen=True, slots=True)
class Experiment:
    """Everything that decides a replication but its number.

    Parameters
    ----------
    network : Network
    layout : Layout
    window : Window
    seed : int
    engine : ChosenEngine
    policy : Policy
    extensions : sequence of callables
    samples : sequence of Sample
        Tables drawn before, for the first replications; the others are drawn when needed.
    first : int
        Number of the first replication.
    """

    network: Network
    layout: Layout
    window: Window
    seed: int
    engine: ChosenEngine
    policy: Policy
    extensions: Sequence[Extension] = ()
    samples: Sequence[Sample] = ()
    first: int = 0


def prepare(
    network: Network,
    window: Window,
    seed: int,
    engine: Engine,
    *,
    replications: int,
    allow_overload: bool = False,
    extensions: Sequence[Extension] = (),
    samples: Sequence[Sample] = (),
    first: int = 0,
) -> tuple[Experiment, Traffic]:
    """Everything that replications of a network share, and what is offered to it.

    Parameters
    ----------
    network, window, seed, extensions, samples, first
        See `Experiment`.
    engine : Engine
    replications : int
        How many are expected: the engine is chosen by all their requests.
    allow_overload : bool
        Whether queues may grow without end.

    Raises
    ------
    OverloadError
        If the work offered can never be done.
    """
    layout = lay_out(network, window.horizon)
    traffic = look(network, layout)
    if not allow_overload:
        refuse_overload(traffic)
    per_day = sum(traffic.requests_per_day.values())
    expected = per_day * window.end / MINUTES_PER_DAY * replications
    chosen = choose_engine(engine, expected, extended=bool(extensions))
    policy = find_policy(network.dispatch.policy)
    experiment = Experiment(
        network, layout, window, seed, chosen, policy, extensions, samples, first
    )
    return experiment, traffic


@dataclass(frozen=True, slots=True)
class Replication:
    """One replication: what went in, what came out, what it says.

    Parameters
    ----------
    number : int
    sample : Sample
    outcomes : Outcomes
    kpis : Kpis
    digest : str
        Of all outcome columns.
    requests : int
        Arrived, warm-up included.
    """

    number: int
    sample: Sample
    outcomes: Outcomes
    kpis: Kpis
    digest: str
    requests: int


def play(experiment: Experiment, number: int) -> Replication:
    """Draw, play, check and summarise one replication."""
    place = number - experiment.first
    window, layout = experiment.window, experiment.layout
    tables = (
        experiment.samples[place]
        if place < len(experiment.samples)
        else sample(experiment.network, experiment.seed, number, window.end)
    )
    outcomes = experiment.engine.run(
        layout,
        *tables,
        experiment.policy,
        last_arrival=window.end,
        extensions=experiment.extensions,
    )
    check_identities(layout, tables, outcomes)
    digest = outcomes_digest(outcomes)
    return Replication(
        number,
        tables,
        outcomes,
        summarise(experiment.network, layout, tables, outcomes, window),
        digest,
        int((~np.isnan(outcomes.requests["arrival"])).sum()),
    )


def default_workers(experiment: Experiment) -> int:
    """All cores for an engine that leaves Python's lock, else one."""
    return (os.cpu_count() or 1) if experiment.engine.threads else 1


def play_all(experiment: Experiment, numbers: Iterable[int], workers: int) -> Iterator[Replication]:
    """Play replications in threads; yield them in order, holding no more than a few at a time."""
    if workers <= 1:
        yield from (play(experiment, number) for number in numbers)
        return
    waiting: deque[Future[Replication]] = deque()
    pool = ThreadPoolExecutor(workers)
    try:
        for number in numbers:
            waiting.append(pool.submit(play, experiment, number))
            if len(waiting) > workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:  # who stops a run does not wait for what its threads are playing
        pool.shutdown(wait=False, cancel_futures=True)
