"""Play a network with other staff on the same requests, again and again."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from network.digest import network_digest
from network.model import Network
from optimize.staffing.guards import Guard, figures, guards_of, margins
from optimize.staffing.memory import Memory
from optimize.staffing.requirements import Condition, Tally, requirements_of, tally
from optimize.staffing.variants import AS_PLANNED, Variant
from sim.engines import ChosenEngine, Engine, choose_engine
from sim.kpis import Kpis, Window, summarise
from sim.layout import Layout, lay_out
from sim.policies import find_policy
from sim.sample import Sample, sample
from sim.store.code import code_version

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
        Per month; the weighted mean of the variants.
    """

    tally: Tally
    cost: Floats


@dataclass(frozen=True, slots=True)
class _Stage:
    """A staffing under a variant, ready to be played."""

    variant: Variant
    network: Network
    layout: Layout


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
    variants : tuple of Variant
        Circumstances under which every staffing is played.
    memory : Memory, optional
        What was measured before, in this or an interrupted run.
    today : Network, optional
        Guards against its figures on the same requests; without it there are none.
    worse : float
        Part of today's figures by which guarded ones may be higher.
    """

    def __init__(
        self,
        network: Network,
        seed: int,
        window: Window,
        workers: int | None = None,
        variants: tuple[Variant, ...] = AS_PLANNED,
        memory: Memory | None = None,
        today: Network | None = None,
        worse: float = 0.1,
    ) -> None:
        self.network, self.variants = network, variants
        self._memory = memory or Memory(None)
        self._today, self._worse = today, worse
        guarded = f"{network_digest(today)}/{worse}" if today is not None else ""
        code = code_version(network.dispatch.policy)
        self._about = f"{network_digest(network)}/{seed}/{window}/{variants}/{code}/{guarded}"
        self._own_rows = requirements_of(network)
        self.guards: tuple[Guard, ...] = ()
        self._today_figures: dict[int, Floats] = {}
        self.plays = 0
        self._seed, self._window = seed, window
        self._workers = workers or os.cpu_count() or 1
        self._policy = find_policy(network.dispatch.policy)
        self._engine: ChosenEngine = choose_engine(Engine.COMPILED, 0.0, extended=False)
        self._samples: dict[tuple[float, int], Sample] = {}
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
        wanted = {variant.demand: variant for variant in self.variants}.values()
        tasks = [(variant, number) for variant in wanted for number in block.numbers]
        missing = [(v, number) for v, number in tasks if (v.demand, number) not in self._samples]
        drawn = self._map(lambda task: self._draw(*task), missing)
        for (variant, number), tables in zip(missing, drawn, strict=True):
            self._samples[variant.demand, number] = tables

    @property
    def rows(self) -> tuple[Condition, ...]:
        """What is tested: promises under every variant, then guards."""
        asked = (replace(r, variant=v.name) for v in self.variants for r in self._own_rows)
        return (*asked, *self.guards)

    def guard(self, block: Block) -> None:
        """Play today's network on a block; the first one played sets the scale of the guards."""
        if self._today is None:
            return
        stage = self._stage_of(AS_PLANNED[0], self._today)
        missing = [number for number in block.numbers if number not in self._today_figures]
        kpis = list(self._map(lambda number: self._play(stage, number), missing))
        if not self.guards and kpis:
            self.guards = guards_of(self._today, kpis, self._window, self._worse)
        self._today_figures |= zip(missing, figures(self.guards, kpis), strict=True)

    def measure(self, counts: Sequence[Ints], block: Block) -> list[Measured]:
        """Play staffings (each: agents by pool) on a block, all of them side by side."""
        self.guard(block)
        keys = [self._key(one, block) for one in counts]
        new = [k for k, key in enumerate(keys) if self._memory.find(key) is None]
        staged = [self._stage(variant, counts[k]) for k in new for variant in self.variants]
        tasks = [(stage, number) for stage in staged for number in block.numbers]
        kpis = list(self._map(lambda task: self._play(task[0], task[1]), tasks))
        self.plays += len(tasks)
        size = len(self.variants) * block.count
        parts = [kpis[k * size : (k + 1) * size] for k in range(len(new))]
        measured = [self._measured(part, block) for part in parts]
        self._memory.keep(
            {keys[k]: (one.tally, one.cost) for k, one in zip(new, measured, strict=True)}
        )
        return [Measured(*found) for key in keys if (found := self._memory.find(key))]

    def _key(self, counts: Ints, block: Block) -> str:
        """Everything that decides a measurement, as a digest."""
        text = f"{self._about}/{counts.tolist()}/{block.first}/{block.count}"
        return hashlib.sha256(text.encode()).hexdigest()

    def _measured(self, kpis: list[Kpis], block: Block) -> Measured:
        """What the variants of one staffing found, replication by replication."""
        parts = [kpis[k : k + block.count] for k in range(0, len(kpis), block.count)]
        tallies = [tally(self._own_rows, [one.kept for one in part]) for part in parts]
        place = kpis[0].index.position("cost")
        costs = np.array([[one.values[place] for one in part] for part in parts])
        weight = np.array([variant.weight for variant in self.variants])
        whole = Tally(
            np.hstack([one.met for one in tallies]),
            np.hstack([one.due for one in tallies]),
            np.hstack([one.share for one in tallies]),
            self._inside(parts[0], block),
        )
        return Measured(whole, weight @ costs / weight.sum())

    def _inside(self, kpis: list[Kpis], block: Block) -> Floats:
        """How far inside the guards the plan is, as planned, run by run."""
        if not self.guards:
            return np.zeros((block.count, 0))
        today = np.array([self._today_figures[number] for number in block.numbers])
        return margins(self.guards, today, figures(self.guards, kpis))

    def _stage(self, variant: Variant, counts: Ints) -> _Stage:
        return self._stage_of(variant, with_counts(self.network, counts))

    def _stage_of(self, variant: Variant, network: Network) -> _Stage:
        network = variant.of(network)
        return _Stage(variant, network, lay_out(network, self._window.horizon))

    def _draw(self, variant: Variant, number: int) -> Sample:
        return sample(variant.of(self.network), self._seed, number, self._window.end)

    def _play(self, stage: _Stage, number: int) -> Kpis:
        key = stage.variant.demand, number
        tables = self._samples.get(key) or self._draw(stage.variant, number)
        outcomes = self._engine.run(
            stage.layout, *tables, self._policy, last_arrival=self._window.end, extensions=()
        )
        return summarise(stage.network, stage.layout, tables, outcomes, self._window)

    def _map(self, play: Callable[[Task], Answer], tasks: Sequence[Task]) -> Iterator[Answer]:
        return map(play, tasks) if self._pool is None else self._pool.map(play, tasks)


def with_counts(network: Network, counts: Ints) -> Network:
    """The network with other numbers of agents (pools,)."""
    pools = tuple(
        pool if pool.count == count else pool.model_copy(update={"count": count})
        for pool, count in zip(network.pools, counts.tolist(), strict=True)
    )
    return replace(network, pools=pools)
