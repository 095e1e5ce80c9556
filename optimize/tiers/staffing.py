"""How a tier is staffed today, as a pattern for sites that a plan opens or changes.

A crew is the people of one site: patterns (skills, shift, wage) that fall into skill groups,
two skills being of one group when somebody holds both. The rule of this package: a group
gets agents in proportion to its work, at today's work per agent, spread over the patterns as
today. A pattern is left out at a small site only where the others cover its hours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.model import Network
from network.people import EndOfShift, Pool
from network.quantity import MINUTES_PER_HOUR, MINUTES_PER_MONTH, MINUTES_PER_WEEK
from sim.duty import duty_of, week_start

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

QUARTER_MIN = 15.0
QUARTERS = int(MINUTES_PER_WEEK / QUARTER_MIN)


@dataclass(frozen=True, slots=True)
class Crew:
    """Patterns of the people of a site, and how many of them there are today.

    Parameters
    ----------
    pools : tuple of Pool
        One of each pattern.
    suffix : tuple of str
        What the pattern is called after the name of its site.
    heads : int array (patterns,)
        Agents today, over all sites that the crew was read from.
    group : int array (patterns,)
        Skill group.
    needed : bool array (patterns,)
        Whether a site must have somebody of it, or hours that are covered today would not be.
    wage_per_month : float array (patterns,)
        Of one agent present on every day of the shift, absence included.
    on_duty : bool array (patterns, 672)
        By quarter of an hour from Monday 00:00; breaks are not cut out.
    break_share : float array (patterns,)
        Part of duty that is break.
    """

    pools: tuple[Pool, ...]
    suffix: tuple[str, ...]
    heads: Ints
    group: Ints
    needed: NDArray[np.bool_]
    wage_per_month: Floats
    on_duty: NDArray[np.bool_]
    break_share: Floats

    @property
    def groups(self) -> int:
        """Number of skill groups."""
        return int(self.group.max(initial=-1)) + 1

    def skills(self, group: int) -> frozenset[str]:
        """What the agents of a group can do together."""
        members = np.flatnonzero(self.group == group)
        return frozenset(skill for p in members for skill in self.pools[p].skills)

    def group_of(self, skill: str | None) -> int:
        """Group that does the work of a skill; -1: nobody. Without a skill: the largest."""
        sizes = [int(self.heads[self.group == g].sum()) for g in range(self.groups)]
        if skill is None:
            return int(np.argmax(sizes)) if sizes else -1
        return next((g for g in range(self.groups) if skill in self.skills(g)), -1)

    def least(self, group: int) -> int:
        """Fewest agents of a group at an open site."""
        return int(self.needed[self.group == group].sum())

    def spread(self, group: int, agents: int) -> Ints:
        """So many agents of a group over its patterns, in today's proportions (patterns,).

        Needed patterns get at least one each; the rest by largest remainder.

        Examples
        --------
        See `spread_heads`.
        """
        members = np.flatnonzero(self.group == group)
        count = np.zeros(len(self.pools), dtype=np.int64)
        floor = self.needed[members].astype(np.int64)
        count[members] = spread_heads(agents, self.heads[members], floor)
        return count

    def duty_min(self, skill: str | None) -> Floats:
        """Minutes of duty a month of one agent of each pattern that holds a skill, breaks cut."""
        held = np.array([skill is None or skill in pool.skills for pool in self.pools])
        week = self.on_duty.sum(axis=1) * QUARTER_MIN * (1 - self.break_share)
        return np.asarray(held * week * MINUTES_PER_MONTH / MINUTES_PER_WEEK)

    def wages(self, count: Ints) -> float:
        """Wages a month of so many agents by pattern."""
        return float(self.wage_per_month @ count)


def spread_heads(agents: int, heads: Ints, floor: Ints) -> Ints:
    """Agents in proportion to heads, at least the floor, by largest remainder.

    Examples
    --------
    >>> spread_heads(10, np.array([6, 3, 1]), np.array([1, 1, 1])).tolist()
    [6, 3, 1]
    >>> spread_heads(4, np.array([18, 1, 1]), np.array([1, 1, 1])).tolist()
    [2, 1, 1]
    """
    count = floor.copy()
    free = np.ones(len(heads), dtype=np.bool_)
    weight = heads.astype(np.float64)
    while True:  # a pattern whose share is below its floor keeps the floor, and leaves the rest
        rest = agents - int(count[~free].sum())
        total = weight[free].sum()
        if rest <= 0 or total <= 0:
            return count
        ideal = np.where(free, rest * weight / total, -np.inf)
        low = free & (ideal < floor)
        if not low.any():
            break
        free &= ~low
    count = np.where(free, np.floor(ideal + 1e-9), count).astype(np.int64)
    missing = agents - int(count.sum())
    if missing > 0:
        left = np.where(free, ideal - count, -np.inf)
        count[np.argsort(-left, kind="stable")[:missing]] += 1
    return count


def crew_of(network: Network, pools: Sequence[Pool]) -> Crew:
    """The crew of some pools: equal patterns of several sites are added up.

    Parameters
    ----------
    network : Network
    pools : sequence of Pool
        Of one site, or of all sites of a tier that are open today.
    """
    kept: dict[tuple[object, ...], list[Pool]] = {}
    for pool in pools:
        if pool.count > 0:
            kept.setdefault(_pattern(pool), []).append(pool)
    first = tuple(same[0] for same in kept.values())
    on_duty, breaks, hours = _duty(network, first)
    heads = np.array([sum(p.count for p in same) for same in kept.values()], dtype=np.int64)
    wage = np.array([pool.wage_per_h / (1 - pool.absence) for pool in first])
    group = skill_groups(first)
    return Crew(
        pools=first,
        suffix=_suffixes(first),
        heads=heads,
        group=group,
        needed=_needed(first, on_duty, wage * hours),
        wage_per_month=wage * hours * MINUTES_PER_MONTH / MINUTES_PER_WEEK,
        on_duty=on_duty,
        break_share=breaks,
    )


def _pattern(pool: Pool) -> tuple[object, ...]:
    return (
        tuple(sorted(pool.skills)), pool.level, pool.shift, pool.end_of_shift, pool.wage_per_h,
        pool.overtime_factor, pool.absence,
    )  # fmt: skip


def _suffixes(pools: Sequence[Pool]) -> tuple[str, ...]:
    """Names without what they have in common with the name of their site, made different."""
    names: list[str] = []
    for pool in pools:
        common = 0
        for a, b in zip(pool.pool_id, pool.site, strict=False):
            if a != b:
                break
            common += 1
        cut = pool.pool_id[:common].rfind("_") + 1
        name = pool.pool_id[cut:] or pool.pool_id
        while name in names:
            name += "_more"
        names.append(name)
    return tuple(names)


def _duty(network: Network, pools: Sequence[Pool]) -> tuple[NDArray[np.bool_], Floats, Floats]:
    """On duty by quarter of an hour, share of breaks, and hours of duty a week."""
    on_duty = np.zeros((len(pools), QUARTERS), dtype=np.bool_)
    breaks, hours = np.zeros(len(pools)), np.zeros(len(pools))
    monday = week_start(network)
    for p, pool in enumerate(pools):
        duty = duty_of(network, pool, MINUTES_PER_WEEK + QUARTER_MIN)
        middle = monday + QUARTER_MIN * (np.arange(QUARTERS) + 0.5)
        for start, end in duty.intervals:
            on_duty[p] |= (start <= middle) & (middle < end)
        minutes = duty.minutes(monday, monday + MINUTES_PER_WEEK)
        pauses = sum(n for at, n in duty.breaks if monday <= at < monday + MINUTES_PER_WEEK)
        breaks[p] = pauses / minutes if minutes > 0 else 0.0
        hours[p] = minutes / MINUTES_PER_HOUR
    return on_duty, breaks, hours


def skill_groups(pools: Sequence[Pool]) -> Ints:
    """Connected groups of patterns that share a skill, numbered by first appearance."""
    group = np.arange(len(pools))
    for a, one in enumerate(pools):
        for b in range(a):
            if {*one.skills} & {*pools[b].skills}:
                group[group == group[a]] = group[b]
    return np.unique(group, return_inverse=True)[1].astype(np.int64).ravel()


def _needed(pools: Sequence[Pool], on_duty: NDArray[np.bool_], cost: Floats) -> NDArray[np.bool_]:
    """Patterns without which a skill would lack hours that it has today, the dear ones left out."""
    needed = np.ones(len(pools), dtype=np.bool_)
    for p in np.argsort(-cost, kind="stable"):
        needed[p] = False
        for skill in pools[p].skills:
            held = [n for n, pool in enumerate(pools) if skill in pool.skills]
            today = on_duty[held].any(axis=0)
            left = on_duty[[n for n in held if needed[n]]].any(axis=0)
            if (today & ~left).any():
                needed[p] = True
                break
    return needed


def finishes(pool: Pool) -> bool:
    """Whether the agents take their last job with them past the end of the shift."""
    return pool.end_of_shift is EndOfShift.FINISH
