"""Play a network with other staff on the same requests, again and again."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from network.model import Network
from optimize.staffing.requirements import Requirement, Tally, requirements_of, tally
from sim.engines import ChosenEngine, Engine, choose_engine
from sim.kpis import Kpis, Window, summarise
from sim.layout import Layout, lay_out
from sim.policies import find_policy
from sim.sample import Sample, sample

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Task = TypeVar("Task")
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Block:
    """A range of replications; blocks of different ranges share no draw.

    Parameters
    ----------
    name : str
    first, count : int
        Replications ``first`` to ``first + count - 1`` of the seed.
    """

    name: str
    first: int
    count: int

    @property
    def numbers(self) -> range:
        """Numbers of its replications."""
        return range(self.first, self.first + self.count)

    def part(self, count: int) -> Block:
        """Its first replications."""
        return replace(self, count=min(count, self.count))


@dataclass(frozen=True, slots=True)
class Measured:
    """What a staffing costs and keeps on a block.

    Parameters
    ----------
    tally : Tally
    cost : float array (replications,)
        Per month.
    """

    tally: Tally
    cost: Floats


class Trials:
    """Requests drawn once, played under many staffings; lives only inside a planning call.

    Parameters
    ----------
    network : Network
        Sites as planned; pools are varied by their counts.
    seed : int
    window : Window
    workers : int, optional
        Threads; never changes a result.
    """

    def __init__(
        self, network: Network, seed: int, window: Window, workers: int | None = None
    ) -> None:
        self.network = network
        self.rows: tuple[Requirement, ...] = requirements_of(network)
        self.plays = 0
        self._seed, self._window = seed, window
        self._workers = workers or os.cpu_count() or 1
        self._policy = find_policy(network.dispatch.policy)
        self._engine: ChosenEngine = choose_engine(Engine.COMPILED, 0.0, extended=False)
        self._samples: dict[int, Sample] = {}
        self._pool: ThreadPoolExecutor | None = None

    @contextmanager
    def open(self) -> Iterator[Trials]:
        """Hold threads while planning."""
        self._pool = ThreadPoolExecutor(self._workers)
        try:
            yield self
        finally:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None

    def draw(self, block: Block) -> None:
        """Draw and keep the tables of a block."""
        missing = [number for number in block.numbers if number not in self._samples]
        for number, drawn in zip(missing, self._map(self._draw, missing), strict=True):
            self._samples[number] = drawn

    def measure(self, counts: Sequence[Ints], block: Block) -> list[Measured]:
        """Play staffings (each: agents by pool) on a block, all of them side by side."""
        layouts = [
            (network, lay_out(network, self._window.horizon))
            for network in (with_counts(self.network, one) for one in counts)
        ]
        tasks = [(place, number) for place in range(len(counts)) for number in block.numbers]
        kpis = list(self._map(lambda task: self._play(*layouts[task[0]], task[1]), tasks))
        self.plays += len(tasks)
        return [
            self._measured(kpis[place * block.count : (place + 1) * block.count])
            for place in range(len(counts))
        ]

    def _measured(self, kpis: list[Kpis]) -> Measured:
        place = kpis[0].index.position("cost")
        return Measured(
            tally(self.rows, [one.kept for one in kpis]),
            np.array([one.values[place] for one in kpis]),
        )

    def _draw(self, number: int) -> Sample:
        return sample(self.network, self._seed, number, self._window.end)

    def _play(self, network: Network, layout: Layout, number: int) -> Kpis:
        tables = self._samples.get(number) or self._draw(number)
        outcomes = self._engine.run(
            layout, *tables, self._policy, last_arrival=self._window.end, extensions=()
        )
        return summarise(network, layout, tables, outcomes, self._window)

    def _map(self, play: Callable[[Task], Answer], tasks: Sequence[Task]) -> Iterator[Answer]:
        return map(play, tasks) if self._pool is None else self._pool.map(play, tasks)


def with_counts(network: Network, counts: Ints) -> Network:
    """The network with other numbers of agents (pools,)."""
    pools = tuple(
        pool if pool.count == count else pool.model_copy(update={"count": count})
        for pool, count in zip(network.pools, counts.tolist(), strict=True)
    )
    return replace(network, pools=pools)
