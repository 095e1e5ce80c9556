"""Who serves a tier of one site, and when: dimensions of level tables, and blocks of time.

A tier of one open site knows no other place, so what its queues do depends on its own people
alone. They fall into components that share no skill. Where a tier answers at once it forgets
within minutes: the week is cut at every begin and end of a duty, and what is served in a block
depends on who is on duty then. A slow tier has one block, all the time, and every pool counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from network.model import Network
from network.people import Pool, Shift
from network.quantity import MINUTES_PER_DAY, MINUTES_PER_WEEK
from optimize.bounds.sample_crew import monthly_wage
from optimize.tiers.staffing import skill_groups
from sim.duty import duty_of, week_start
from sim.kpis import Window

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_MOST_NUMBERS = 20_000
"""Numbers of people, dear ones included, up to which those of a slow tier are looked through."""
_MORE = 2
"""People on duty beyond those of the plan up to which numbers differ."""
_STEPS = (8, 6, 4, 3, 2)
"""Numbers differ by an eighth at most; by more where there would be too many combinations."""
_MOST_COMBINATIONS = 280
_DEARER = 1.05
"""Times the wages of the plan up to which all numbers of a slow tier are tried."""


@dataclass(frozen=True)
class Dimension:
    """People who count alike.

    Parameters
    ----------
    pools : int array
        Rows of ``network.pools``.
    skills : frozenset of str
        What they are taken to hold: at least what each of them does.
    """

    pools: Ints
    skills: frozenset[str]


@dataclass(frozen=True)
class Levels:
    """Numbers of people that are tried together, a row each; the last is plenty of all.

    Parameters
    ----------
    people : int array (combinations, dimensions)
        Who are there when it is tried.
    least : int array (combinations, dimensions)
        Fewest people for which that stands, by dimension.
    total : int array (combinations,)
        Fewest people in all.
    wages : float array (combinations,)
        Least wages a month, where the people that it stands for are not counted.
    """

    people: Ints
    least: Ints
    total: Ints
    wages: Floats


@dataclass(frozen=True)
class Component:
    """People who share skills, and no skill with others.

    Parameters
    ----------
    dimensions : tuple of Dimension
    levels : Levels
    edges : float array (intervals + 1,)
        Minutes of the week; one interval for a slow tier.
    block : int array (intervals,)
        Intervals in which the same pools are on duty are one block; -1: nobody ever is.
    on_duty : bool array (blocks, pools of the component)
        In the order of the dimensions.
    """

    dimensions: tuple[Dimension, ...]
    levels: Levels
    edges: Floats
    block: Ints
    on_duty: Bools

    @property
    def exact(self) -> bool:
        """Whether every number of people is tried itself, none standing for others."""
        return len(self.block) == 1 and bool((self.levels.wages > 0).any())

    @property
    def skills(self) -> frozenset[str]:
        """Whose work they do."""
        return frozenset[str]().union(*(one.skills for one in self.dimensions))

    @property
    def pools(self) -> Ints:
        """All of them, rows of ``network.pools``."""
        return np.concatenate([one.pools for one in self.dimensions])

    @property
    def phases(self) -> Ints:
        """Phase of each interval (intervals,): neighbours have different ones, 0 or 1.

        The week is a circle: of an odd number of intervals, the last has none (-1) and is
        served by plenty.
        """
        count = len(self.block)
        phase = np.arange(count) % 2
        if count > 1 and count % 2:
            phase[-1] = -1
        return phase


def components_of(
    network: Network, site: str, window: Window, *, quick: bool
) -> list[Component] | None:
    """The people of a site, or None if its levels are too many to be tried.

    Parameters
    ----------
    network : Network
    site : str
    window : Window
        Of which wages are paid.
    quick : bool
        Whether what is asked there is answered within minutes.
    """
    here = np.array([g for g, pool in enumerate(network.pools) if pool.site == site])
    group = skill_groups([network.pools[g] for g in here.tolist()])
    found = []
    for rows in (here[group == k] for k in np.unique(group)):
        one = _by_blocks(network, rows) if quick else _by_pools(network, rows, window)
        if one is None:
            return None
        found.append(one)
    return found


def _by_pools(network: Network, rows: Ints, window: Window) -> Component | None:
    """Every pool a dimension, all the time one block; None: too many numbers to try."""
    pools = [network.pools[g] for g in rows.tolist()]
    dimensions = tuple(
        Dimension(np.array([g]), frozenset(pool.skills))
        for g, pool in zip(rows.tolist(), pools, strict=True)
    )
    wages = wages_of(network, rows, window)
    most = _DEARER * float(wages @ [pool.count for pool in pools])
    if not wages.all() or np.prod(most // wages + 1) > _MOST_NUMBERS:
        return None
    people = np.array(list(product(*(range(int(most // one) + 1) for one in wages.tolist()))))
    people = people[people @ wages <= most]
    plenty = np.full((1, len(rows)), plenty_at(network, pools[0].site))
    levels = Levels(
        np.concatenate([people, plenty]),
        np.concatenate([people, np.zeros_like(plenty)]),
        np.append(people.sum(axis=1), 0),
        np.append(np.zeros(len(people)), most),
    )
    on_duty = np.ones((1, len(rows)), dtype=np.bool_)
    edges = np.array([0.0, MINUTES_PER_WEEK])
    return Component(dimensions, levels, edges, np.zeros(1, dtype=np.int64), on_duty)


def _by_blocks(network: Network, rows: Ints) -> Component:
    """At most two dimensions, those who know least and all others, in blocks of the week."""
    pools = [network.pools[g] for g in rows.tolist()]
    week = [_week_of(network, pool) for pool in pools]
    edges = np.unique([0.0, MINUTES_PER_WEEK, *(t for spans in week for span in spans
                                                 for t in span)])  # fmt: skip
    middle = (edges[1:] + edges[:-1]) / 2
    on = np.array([
        np.any([(a <= middle) & (middle < b) for a, b in spans], axis=0)
        if spans else np.zeros(len(middle), dtype=np.bool_)
        for spans in week
    ]).T  # fmt: skip
    kinds, block = np.unique(on, axis=0, return_inverse=True)
    block = block.ravel().astype(np.int64)
    groups = _grades(pools)
    count = np.array([pool.count for pool in pools])
    dimensions = tuple(Dimension(rows[group], skills) for group, skills in groups)
    levels = _ladder(
        int((on @ count).max()) + _MORE, len(groups), plenty_at(network, pools[0].site)
    )
    order = np.concatenate([group for group, _ in groups])
    nobody = ~kinds.any(axis=1)
    number = np.where(nobody, -1, np.cumsum(~nobody) - 1)
    return Component(dimensions, levels, edges, number[block], kinds[~nobody][:, order])


def _grades(pools: Sequence[Pool]) -> list[tuple[Ints, frozenset[str]]]:
    """Pools that hold the same few skills, and all others with all skills; or all alike."""
    held = [frozenset(pool.skills) for pool in pools]
    every = frozenset[str]().union(*held)
    heads = dict.fromkeys(held, 0)
    for pool, own in zip(pools, held, strict=True):
        heads[own] += pool.count
    few = [one for one in heads if any(one < other for other in held)]
    if not few:
        return [(np.arange(len(pools)), every)]
    least = max(few, key=lambda one: (heads[one], sorted(one)))
    mine = np.array([one == least for one in held])
    return [(np.flatnonzero(mine), least), (np.flatnonzero(~mine), every)]


def _week_of(network: Network, pool: Pool) -> list[tuple[float, float]]:
    """When a pool is on duty in a week, minutes from Monday 00:00."""
    first = week_start(network) + MINUTES_PER_WEEK
    duty = duty_of(network, pool, first + 2 * MINUTES_PER_WEEK)
    cut = [(max(a - first, 0.0), min(b - first, float(MINUTES_PER_WEEK)))
           for a, b in duty.intervals]  # fmt: skip
    return [(a, b) for a, b in cut if b > a]


def plenty_at(network: Network, site: str) -> int:
    """People of a kind with whom nobody waits at a site, or hardly."""
    return 50 + 2 * sum(pool.count for pool in network.pools if pool.site == site)


def _ladder(most: int, dimensions: int, plenty: int) -> Levels:
    """All numbers up to so many people together, large ones in steps; plenty for more."""
    for steps in _STEPS:
        one = [0]
        while one[-1] < most:
            one.append(one[-1] + max(one[-1] // steps, 1))
        fewest = dict(zip(one, [0, *(n + 1 for n in one)], strict=False))
        people = np.array(list(product(one, repeat=dimensions)), dtype=np.int64)
        least = np.array([[fewest[n] for n in row] for row in people.tolist()], dtype=np.int64)
        near = least.sum(axis=1) <= most
        if near.sum() <= _MOST_COMBINATIONS:
            break
    return Levels(
        np.concatenate([people[near], np.full((1, dimensions), plenty)]),
        np.concatenate([least[near], np.zeros((1, dimensions), dtype=np.int64)]),
        np.append(least[near].sum(axis=1), most + 1),
        np.zeros(int(near.sum()) + 1),
    )


def wages_of(network: Network, pools: Ints, window: Window) -> Floats:
    """Of an agent of each pool a month, absence included."""
    some = [network.pools[g] for g in pools.tolist()]
    return np.array([monthly_wage(p, duty_of(network, p, window.horizon), window) for p in some])


def shifts_of(spans: Sequence[tuple[float, float]], name: str) -> list[Shift]:
    """A weekly shift that is on duty in some intervals of the week.

    Examples
    --------
    >>> [(one.days, one.starts, one.ends) for one in shifts_of([(1380.0, 1500.0)], "late")]
    [((0,), 1380.0, 1440.0), ((1,), 0.0, 60.0)]
    """
    rows = []
    for first, end in spans:
        start = first
        while start < end:
            day = int(start // MINUTES_PER_DAY)
            stop = min(end, (day + 1.0) * MINUTES_PER_DAY)
            rows.append(
                Shift(
                    shift_id=name,
                    days=(day,),
                    starts=start - day * MINUTES_PER_DAY,
                    ends=stop - day * MINUTES_PER_DAY,
                )
            )
            start = stop
    return rows
