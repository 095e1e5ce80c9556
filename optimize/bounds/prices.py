"""The least that work costs: a minute of service, and a way out and back, by site and skill.

Busy minutes within duty cost at least the paid wage, as duty is paid whole; busy minutes after
duty cost the overtime rate. The way out departs while its agent is on duty; the way back that
begins after duty is overtime, unless duty begins again within `_LONGEST_WAY_H`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.model import Network
from network.people import Pool
from network.places import Ownership, Site, SiteStatus
from network.quantity import HOURS_PER_WEEK, MINUTES_PER_HOUR, MINUTES_PER_WEEK
from sim.duty import duty_of, week_start

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_LONGEST_WAY_H = 6


@dataclass(frozen=True, slots=True)
class Way:
    """What a base minute between zone and site costs, out and back together.

    Parameters
    ----------
    wage, vehicle : float
        Money per base minute.
    out_factor : float
        Least hour factor of the way out.
    """

    wage: float
    vehicle: float
    out_factor: float


@dataclass(frozen=True)
class Ground:
    """A site that a plan may use, and the people it may have.

    Parameters
    ----------
    site : Site
    number : int
        Row of ``network.sites``.
    partner : bool
        Somebody else's people, as the scenario has them.
    pools : tuple of Pool
    on_duty : bool array (pools, 168)
        Whether the pool is on duty at some time of each hour of the week from Monday 00:00.
    """

    site: Site
    number: int
    partner: bool
    pools: tuple[Pool, ...]
    on_duty: Bools

    def able(self, skill: str | None, level: int = 0, levels: int = 1) -> list[int]:
        """Pools that hold a skill, and act at a level (0: any) where so many are told apart."""
        return [
            n
            for n, pool in enumerate(self.pools)
            if (skill is None or skill in pool.skills) and level in (0, min(pool.level, levels))
        ]

    def minute(self, skill: str | None, level: int, levels: int) -> float:
        """Least cost of a minute of work; infinite where nobody is able."""
        return min((_least_rate(self.pools[n]) for n in self.able(skill, level, levels)),
                   default=np.inf)  # fmt: skip

    def way(self, network: Network, skill: str | None) -> Way | None:
        """Least cost of a base minute of the way; None where nobody is able."""
        factor = np.resize(np.array(network.travel.hour_factors), HOURS_PER_WEEK)
        per_min = network.costs.travel_per_h / MINUTES_PER_HOUR
        found = []
        for n in self.able(skill):
            on, pool = self.on_duty[n], self.pools[n]
            if not on.any():
                continue
            cheap = _least_rate(pool)
            soon = np.any([np.roll(on, -h) for h in range(_LONGEST_WAY_H + 1)], axis=0)
            late = pool.wage_per_h * pool.overtime_factor / MINUTES_PER_HOUR
            back = factor * (np.where(soon, cheap, max(late, cheap)) + per_min)
            out = float(factor[on].min())
            total = out * (cheap + per_min) + float(back.min())
            vehicle = per_min * (out + float(factor[int(back.argmin())]))
            found.append((total, Way(total - vehicle, vehicle, out)))
        least_out = min((way.out_factor for _, way in found), default=1.0)
        if not found:
            return None
        best = min(found, key=lambda one: one[0])[1]
        return Way(best.wage, best.vehicle, least_out)


def grounds_of(network: Network) -> list[Ground]:
    """All sites that are not closed, with the people they may be staffed with.

    A site of one's own may have the people of every own site of its tier in its region, or of
    its tier anywhere if there are none; a partner has his.
    """
    own: dict[str, list[Pool]] = {}
    for pool in network.pools:
        own.setdefault(pool.site, []).append(pool)
    usable = [
        (j, site) for j, site in enumerate(network.sites) if site.status is not SiteStatus.CLOSED
    ]
    duty: dict[tuple[str | None, str | None], Bools] = {}
    grounds = []
    for j, site in usable:
        mine = own.get(site.site_id, [])
        partner = _partner(site) and bool(mine)
        pools = _distinct(mine if partner else [*mine, *_colleagues(network, site, own)])
        for pool in pools:
            key = (pool.shift, site.calendar)
            if key not in duty:
                there = pool.model_copy(update={"site": site.site_id})
                duty[key] = _hours_on_duty(network, there)
        rows = [duty[pool.shift, site.calendar] for pool in pools]
        on_duty = np.array(rows, dtype=np.bool_).reshape(-1, HOURS_PER_WEEK)
        grounds.append(Ground(site, j, partner, tuple(pools), on_duty))
    return grounds


def _partner(site: Site) -> bool:
    return site.ownership is not Ownership.OWN


def _colleagues(network: Network, site: Site, own: dict[str, list[Pool]]) -> list[Pool]:
    same = [s for s in network.sites if s.tier == site.tier and not _partner(s)]
    near = [pool for s in same if s.region == site.region for pool in own.get(s.site_id, [])]
    return near or [pool for s in same for pool in own.get(s.site_id, [])]


def _distinct(pools: Sequence[Pool]) -> list[Pool]:
    """Pools that differ in skills, level, shift or pay."""
    kept: dict[tuple[object, ...], Pool] = {}
    for pool in pools:
        key = (frozenset(pool.skills), pool.level, pool.shift, _least_rate(pool),
               pool.wage_per_h * pool.overtime_factor)  # fmt: skip
        kept.setdefault(key, pool)
    return list(kept.values())


def _least_rate(pool: Pool) -> float:
    """Money per busy minute: within duty, absence is paid too; after it, overtime."""
    return pool.wage_per_h * min(1 / (1 - pool.absence), pool.overtime_factor) / MINUTES_PER_HOUR


def _hours_on_duty(network: Network, pool: Pool) -> Bools:
    monday = week_start(network)
    duty = duty_of(network, pool, monday + 2 * MINUTES_PER_WEEK)
    hours = monday + MINUTES_PER_HOUR * np.arange(HOURS_PER_WEEK + 1)
    on = np.zeros(HOURS_PER_WEEK, dtype=np.bool_)
    for start, end in duty.intervals:
        on |= (start < hours[1:]) & (end > hours[:-1])
    return on
