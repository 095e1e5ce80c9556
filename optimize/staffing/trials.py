"""Play a network with other staff on the same requests, again and again."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial, reduce
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from network.digest import network_digest
from network.model import Network
from network.tables import Outcomes
from optimize.staffing.guards import Guard, figures, guards_of, margins
from optimize.staffing.measured import Block, Measured
from optimize.staffing.memory import Memory
from optimize.staffing.requirements import Condition, Tally, requirements_of, tally
from optimize.staffing.together import Batch, Move, Parts, Seen, parts_of, see_by_part
from optimize.staffing.variants import AS_PLANNED, Variant
from sim.engines import ChosenEngine, Engine, choose_engine
from sim.kpis import Kpis, Window, outline
from sim.layout import Layout, lay_out, with_other_counts
from sim.policies import find_policy
from sim.sample import Sample, sample
from sim.store.code import code_version

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Task = TypeVar("Task")
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class _Stage:
    """A staffing under a variant, ready to be played."""

    variant: Variant
    network: Network
    layout: Layout


@dataclass(frozen=True, slots=True)
class _Played:
    """A replication of a staffing."""

    stage: _Stage
    sample: Sample
    outcomes: Outcomes


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
        self._layouts: dict[str, Layout] = {}
        self._parts: dict[tuple[str, str], Parts] = {}
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
        stage = _Stage(AS_PLANNED[0], self._today, lay_out(self._today, self._window.horizon))
        missing = [number for number in block.numbers if number not in self._today_figures]
        kpis = list(self._map(lambda number: self._outline(self._play(stage, number)), missing))
        if not self.guards and kpis:
            self.guards = guards_of(self._today, kpis, self._window, self._worse)
        self._today_figures |= zip(missing, figures(self.guards, kpis), strict=True)

    def measure(self, counts: Sequence[Ints], block: Block) -> list[Measured]:
        """Play staffings (each: agents by pool) on a block, all of them side by side."""
        self.guard(block)
        keys = [self._key(one, block) for one in counts]
        new = [k for k, key in enumerate(keys) if self._memory.find(key) is None]
        seen = self._played([counts[k] for k in new], block, self._see)
        found = (self._measured(one, block) for one in seen)
        self._remember([keys[k] for k in new], found)
        return self._recall(keys)

    def measure_moves(
        self, counts: Ints, batches: Sequence[Batch], block: Block
    ) -> list[tuple[Move, Measured, Measured]]:
        """Every move with what was measured without it and with it.

        Those of a batch are played together, and what happens to the customers of a site is
        put down to the move there: this says where to look, not what a staffing does.
        """
        alone = [batch for batch in batches if batch.tier is None]
        base, *moved = self.measure([counts, *(one.of(counts) for one in alone)], block)
        found = [(one.moves[0], base, seen) for one, seen in zip(alone, moved, strict=True)]
        for tier in dict.fromkeys(one.tier for one in batches if one.tier is not None):
            of_tier = [one for one in batches if one.tier == tier]
            found += self._measure_together(counts, tier, of_tier, block)
        return found

    def _measure_together(
        self, counts: Ints, tier: str, batches: Sequence[Batch], block: Block
    ) -> list[tuple[Move, Measured, Measured]]:
        """The same for the batches of one tier."""
        moves = [move for batch in batches for move in batch.moves]
        about = f"{self._key(counts, block)}/{tier}"
        own = [f"{about}/{batch.moves}/{move}" for batch in batches for move in batch.moves]
        keys = [about, *own]
        if any(self._memory.find(key) is None for key in keys):
            staffings = [counts, *(batch.of(counts) for batch in batches)]
            base, *others = self._played(staffings, block, partial(self._see_parts, tier))
            whole = _each(_together, base)
            found = [whole]
            of_site = self._parts[self.variants[0].name, tier].of_site
            for batch, moved in zip(batches, others, strict=True):
                for move in batch.moves:
                    place = of_site[self.network.pools[move.pool].site]
                    found.append(_each(partial(_instead, place), whole, base, moved))
            self._remember(keys, (self._measured(one, block) for one in found))
        without, *with_it = self._recall(keys)
        return [(move, without, one) for move, one in zip(moves, with_it, strict=True)]

    def _played(
        self, counts: Sequence[Ints], block: Block, see: Callable[[_Played], Answer]
    ) -> list[list[list[Answer]]]:
        """What is seen of each staffing under every variant in every replication."""
        staged = [self._stage(variant, one) for one in counts for variant in self.variants]
        tasks = [(stage, number) for stage in staged for number in block.numbers]
        seen = list(self._map(lambda task: see(self._play(*task)), tasks))
        self.plays += len(tasks)
        by_stage = [seen[k : k + block.count] for k in range(0, len(seen), block.count)]
        width = len(self.variants)
        return [by_stage[k : k + width] for k in range(0, len(by_stage), width)]

    def _remember(self, keys: Sequence[str], found: Iterable[Measured]) -> None:
        self._memory.keep({k: (m.tally, m.cost) for k, m in zip(keys, found, strict=True)})

    def _recall(self, keys: Sequence[str]) -> list[Measured]:
        return [Measured(*found) for key in keys if (found := self._memory.find(key))]

    def _key(self, counts: Ints, block: Block) -> str:
        """Everything that decides a measurement, as a digest."""
        text = f"{self._about}/{counts.tolist()}/{block.first}/{block.count}"
        return hashlib.sha256(text.encode()).hexdigest()

    def _measured(self, seen: Sequence[Sequence[Seen]], block: Block) -> Measured:
        """What was seen of a staffing under its variants, replication by replication."""
        tallies = [tally(self._own_rows, [one.kept for one in part]) for part in seen]
        costs = np.array([[one.cost for one in part] for part in seen])
        weight = np.array([variant.weight for variant in self.variants])
        whole = Tally(
            np.hstack([one.met for one in tallies]),
            np.hstack([one.due for one in tallies]),
            np.hstack([one.share for one in tallies]),
            self._inside(np.array([one.figures for one in seen[0]]), block),
        )
        return Measured(whole, weight @ costs / weight.sum())

    def _inside(self, figures: Floats, block: Block) -> Floats:
        """How far inside the guards the plan is, as planned, run by run."""
        if not self.guards:
            return np.zeros((block.count, 0))
        today = np.array([self._today_figures[number] for number in block.numbers])
        return margins(self.guards, today, figures)

    def _stage(self, variant: Variant, counts: Ints) -> _Stage:
        network = variant.of(with_counts(self.network, counts))
        if variant.name not in self._layouts:
            self._layouts[variant.name] = lay_out(variant.of(self.network), self._window.horizon)
        return _Stage(variant, network, with_other_counts(self._layouts[variant.name], network))

    def _draw(self, variant: Variant, number: int) -> Sample:
        return sample(variant.of(self.network), self._seed, number, self._window.end)

    def _play(self, stage: _Stage, number: int) -> _Played:
        key = stage.variant.demand, number
        tables = self._samples.get(key) or self._draw(stage.variant, number)
        outcomes = self._engine.run(
            stage.layout, *tables, self._policy, last_arrival=self._window.end, extensions=()
        )
        return _Played(stage, tables, outcomes)

    def _outline(self, played: _Played) -> Kpis:
        stage = played.stage
        return outline(stage.network, stage.layout, played.sample, played.outcomes, self._window)

    def _see(self, played: _Played) -> Seen:
        """All customers of a replication."""
        kpis = self._outline(played)
        (top,) = figures(self.guards, [kpis])
        cost = kpis.values[kpis.index.position("cost")]
        return Seen(kpis.kept, float(cost), top, np.ones_like(top))

    def _see_parts(self, tier: str, played: _Played) -> tuple[Seen, ...]:
        """The customers of each site of a tier in a replication."""
        stage, key = played.stage, (played.stage.variant.name, tier)
        if key not in self._parts:
            self._parts[key] = parts_of(stage.network, stage.layout, tier)
        return see_by_part(
            stage.network, stage.layout, played.sample, played.outcomes, self._window,
            self._parts[key], self.guards,
        )  # fmt: skip

    def _map(self, play: Callable[[Task], Answer], tasks: Sequence[Task]) -> Iterator[Answer]:
        return map(play, tasks) if self._pool is None else self._pool.map(play, tasks)


def _each(do: Callable[..., Seen], *seen: Sequence[Sequence[Any]]) -> list[list[Seen]]:
    """What is made of each replication under each variant."""
    return [[do(*one) for one in zip(*reps, strict=True)] for reps in zip(*seen, strict=True)]


def _together(parts: Sequence[Seen]) -> Seen:
    return reduce(Seen.plus, parts)


def _instead(place: int, whole: Seen, was: Sequence[Seen], now: Sequence[Seen]) -> Seen:
    """The whole with one part as it is now."""
    return whole.plus(now[place]).plus(was[place], -1)


def with_counts(network: Network, counts: Ints) -> Network:
    """The network with other numbers of agents (pools,)."""
    pools = tuple(
        pool if pool.count == count else pool.model_copy(update={"count": count})
        for pool, count in zip(network.pools, counts.tolist(), strict=True)
    )
    return replace(network, pools=pools)
