"""Level tables: what the queues of a tier of one site do at every number of people, simulated.

For a component of people and every combination of their levels, the network is played on the
requests of the sample, with plenty of all other people of the site. In a tier that answers at once
a level rules its own block of the week only: the intervals of one phase have the people of the
table, all others plenty, so that nothing but the table's people makes anybody wait. So an entry is
the best that a block can do at that level, where more people never serve worse.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from network.model import Network
from network.people import Pool, Shift
from network.quantity import MINUTES_PER_WEEK
from optimize.bounds.level_crew import Component, plenty_at, shifts_of
from optimize.bounds.sample_visits import Asked, Joined, visits_of
from optimize.staffing.trials import with_counts
from sim.duty import week_start
from sim.engines import Engine, choose_engine
from sim.kpis import Window
from sim.layout import Layout, lay_out, with_other_counts
from sim.policies import find_policy
from sim.sample import Sample

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_FIXED = 4
"""Columns before those of the rows: joined, lost, waits, money."""


@dataclass(frozen=True)
class Figures:
    """What became of visits, added up.

    Parameters
    ----------
    joined, lost : float array (...)
        Visits whose requests are counted.
    waits : float array (...)
        Minutes waited, all visits together.
    money : float array (...)
        Lost customers and penalties, over the sample.
    met, due : float array (..., rows)
    """

    joined: Floats
    lost: Floats
    waits: Floats
    money: Floats
    met: Floats
    due: Floats

    @classmethod
    def of(cls, columns: Floats, rows: int) -> Figures:
        """Of columns in this order."""
        joined, lost, waits, money = np.moveaxis(columns[..., :_FIXED], -1, 0)
        met, due = columns[..., _FIXED : _FIXED + rows], columns[..., _FIXED + rows :]
        return cls(joined, lost, waits, money, met, due)


@dataclass(frozen=True)
class LevelTable:
    """What was seen at each combination of levels.

    Parameters
    ----------
    component : Component
    seen : Figures
        (blocks, combinations)
    """

    component: Component
    seen: Figures

    @property
    def worse_with_more(self) -> tuple[int, int]:
        """Comparisons of neighbours in which more people lost or missed more, of how many."""
        people, bad, count = self.component.levels.people, 0, 0
        for k in range(people.shape[1]):
            others = np.delete(people, k, axis=1)
            order = np.lexsort((people[:, k], *others.T))
            beside = (others[order][1:] == others[order][:-1]).all(axis=1)
            for figure in (self.seen.lost, self.seen.waits, self.seen.money):
                rise = np.diff(figure[:, order], axis=1)[:, beside]
                bad += int((rise > 1e-3 * max(float(figure.max()), 1e-9)).sum())
                count += rise.size
        return bad, count


@dataclass(frozen=True)
class Bench:
    """On what tables are measured.

    Parameters
    ----------
    network : Network
    tier : int
    window : Window
    rows : tuple of Asked
    samples : tuple of Sample
    """

    network: Network
    tier: int
    window: Window
    rows: tuple[Asked, ...]
    samples: tuple[Sample, ...]


def measure_levels(bench: Bench, component: Component) -> LevelTable:
    """Play every combination of levels of a component."""
    people, rows, phases = component.levels.people, len(bench.rows), component.phases
    seen = np.zeros((len(component.on_duty), len(people), _FIXED + 2 * rows))
    with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
        for phase in np.unique(phases[phases >= 0]).tolist():
            cut = _cut(bench.network, component, phases == phase)
            layout = lay_out(cut, bench.window.horizon)
            site = _site(bench.network, component)
            staffed = [_peopled(cut, site, one) for one in people.tolist()]
            seen += np.stack(
                list(threads.map(partial(_seen, bench, component, layout, phase), staffed)), axis=1
            )
            if len(phases) == 1:
                seen[0] += _unserved(bench, component, layout, staffed[-1])
    return LevelTable(component, Figures.of(seen, rows))


def measure_rest(bench: Bench, components: Sequence[Component]) -> Figures:
    """What no level rules, seen with plenty of people."""
    site = _site(bench.network, components[0])
    plenty = plenty_at(bench.network, site)
    counts = [plenty if pool.site == site else pool.count for pool in bench.network.pools]
    network = with_counts(bench.network, np.array(counts))
    layout = lay_out(network, bench.window.horizon)
    total = np.zeros(_FIXED + 2 * len(bench.rows))
    for tables in bench.samples:
        visits = _joined(bench, layout, network, tables)
        ruled = np.any([_block(bench, one, visits)[1] >= 0 for one in components], axis=0)
        total += _columns(bench, visits)[~ruled].sum(axis=0)
    return Figures.of(total, len(bench.rows))


def _cut(network: Network, component: Component, tight: Bools) -> Network:
    """The network with a pool for each dimension on duty in some intervals, and plenty else."""
    site = _site(network, component)
    plenty = plenty_at(network, site)
    own = set(component.pools.tolist())
    kept = [p for p in network.pools if p.site != site]
    others = [
        p.model_copy(update={"count": plenty})
        for g, p in enumerate(network.pools)
        if p.site == site and g not in own
    ]
    spans = list(zip(component.edges[:-1].tolist(), component.edges[1:].tolist(), strict=True))
    shifts: list[Shift] = [*network.shifts]
    new: list[Pool] = []
    for name, when, count in (("levelled", tight, 1), ("plenty", ~tight, plenty)):
        staffed = when & (component.block >= 0)
        some = [span for span, on in zip(spans, staffed.tolist(), strict=True) if on]
        if len(tight) > 1:
            shifts += shifts_of(some, f"{site} {name}")
        for k, one in enumerate(component.dimensions if some else ()):
            best = max((network.pools[g] for g in one.pools.tolist()), key=lambda pool: pool.level)
            new.append(best.model_copy(update={
                "pool_id": f"{site} {name} {k}", "count": count,
                "skills": tuple(sorted(one.skills)),
                "shift": f"{site} {name}" if len(tight) > 1 else best.shift,
            }))  # fmt: skip
    pools = tuple(sorted([*kept, *others, *new], key=lambda pool: pool.pool_id))
    return replace(network, shifts=tuple(shifts), pools=pools)


def _site(network: Network, component: Component) -> str:
    return network.pools[int(component.pools[0])].site


def _peopled(network: Network, site: str, people: Sequence[int]) -> Network:
    """The network cut, with so many people in each dimension."""
    number = {f"{site} levelled {k}": count for k, count in enumerate(people)}
    counts = [number.get(pool.pool_id, pool.count) for pool in network.pools]
    return with_counts(network, np.array(counts))


def _seen(
    bench: Bench, component: Component, layout: Layout, phase: int, network: Network
) -> Floats:
    """Figures of the blocks in a phase (blocks, columns), over all samples."""
    here = with_other_counts(layout, network)
    total = np.zeros((len(component.on_duty), _FIXED + 2 * len(bench.rows)))
    for tables in bench.samples:
        visits = _joined(bench, here, network, tables)
        interval, block = _block(bench, component, visits)
        block = np.where(component.phases[interval] == phase, block, -1)
        columns = _columns(bench, visits)
        for b in range(len(total)):
            total[b] += columns[block == b].sum(axis=0)
    return total


def _unserved(bench: Bench, component: Component, layout: Layout, plenty: Network) -> Floats:
    """Visits of skills that nobody holds at a combination (combinations, columns): all lost."""
    people = component.levels.people
    total = np.zeros((len(people), _FIXED + 2 * len(bench.rows)))
    here = with_other_counts(layout, plenty)
    skill = np.array([stage.skill or "" for stage in bench.network.stages])
    for tables in bench.samples:
        visits = _joined(bench, here, plenty, tables)
        columns = _columns(bench, visits)
        columns[:, 1], columns[:, 2:4] = columns[:, 0], 0.0
        columns[:, _FIXED : _FIXED + len(bench.rows)] = 0.0
        for name in component.skills:
            able = [name in one.skills for one in component.dimensions]
            nobody = ~(people[:, able] > 0).any(axis=1)
            total[nobody] += columns[skill[visits.stage] == name].sum(axis=0)
    return total


def _joined(bench: Bench, layout: Layout, network: Network, tables: Sample) -> Joined:
    """Visits of the tier, played."""
    policy = find_policy(network.dispatch.policy)
    engine = choose_engine(Engine.COMPILED, 0.0, extended=False)
    outcomes = engine.run(layout, *tables, policy, last_arrival=bench.window.end, extensions=())
    return visits_of(
        network, layout.stages, bench.rows, tables, outcomes, bench.window, bench.window.minutes,
        bench.tier,
    )  # fmt: skip


def _block(bench: Bench, component: Component, visits: Joined) -> tuple[Ints, Ints]:
    """Interval in which each visit joined, and the block that rules it; -1: none does."""
    skilled = np.array([stage.skill in component.skills for stage in bench.network.stages])
    week = (visits.joined - week_start(bench.network)) % MINUTES_PER_WEEK
    interval = np.searchsorted(component.edges, week, side="right") - 1
    ruled = skilled[visits.stage] & (component.phases[interval] >= 0)
    return interval, np.where(ruled, component.block[interval], -1)


def _columns(bench: Bench, visits: Joined) -> Floats:
    """Each visit by itself (visits, columns): what `Figures` adds up."""
    begun = ~np.isnan(visits.began)
    gone = ~begun & (visits.joined + visits.patience < bench.window.horizon) & visits.counted
    ends = np.minimum(visits.patience, bench.window.end - visits.joined)
    waits = np.maximum(np.where(begun, visits.began - visits.joined, ends), 0.0)
    due = ~np.isnan(visits.deadline)
    segments = bench.network.segments
    penalty = np.array([one.penalty for one in segments])[visits.segment]
    loss = np.array([one.lost_cost for one in segments])[visits.segment]
    pays = np.array([one.pays for one in bench.rows], dtype=np.bool_)
    money = loss * gone + penalty * ((due & ~visits.met) @ pays)
    return np.column_stack([visits.counted, gone, waits, money, visits.met, due]).astype(np.float64)
