"""Data of the sample bound: who may work where and when, by stations, grounds and kinds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.model import Network
from network.people import EndOfShift, Pool
from network.quantity import MINUTES_PER_HOUR, MINUTES_PER_MONTH
from sim.duty import Duty, duty_of
from sim.kpis.window import Window

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_OWN_SITE = frozenset({"assigned"})
"""Policies under which the counts do not change which site a visit joins."""


@dataclass(frozen=True)
class Kind:
    """Pools of a ground that differ in nothing but their name and site.

    Parameters
    ----------
    skills : frozenset of str
    duty : Duty
    per_month : float
        Wages of one agent, absence included, over the window.
    overtime_per_min : float
    pool_ids : tuple of str
    """

    skills: frozenset[str]
    duty: Duty
    per_month: float
    overtime_per_min: float
    pool_ids: tuple[str, ...]

    def able(self, skill: str | None) -> bool:
        """Whether the kind holds a skill."""
        return skill is None or skill in self.skills


@dataclass(frozen=True)
class Ground:
    """Sites whose people are thought of as one crew at all of them.

    Parameters
    ----------
    sites : int array
        Rows of ``network.sites``.
    kinds : tuple of Kind
    per_job : float
        Paid for each job.
    whole : bool
        Whether every job, once begun, is done without a stop.
    hands_over : bool
        Whether jobs may be handed over.
    finishes : bool
        Whether anybody finishes his job after his duty.
    """

    sites: Ints
    kinds: tuple[Kind, ...]
    per_job: float
    whole: bool
    hands_over: bool
    finishes: bool

    def able(self, skill: str | None) -> list[int]:
        """Kinds that hold a skill."""
        return [k for k, kind in enumerate(self.kinds) if kind.able(skill)]


@dataclass(frozen=True)
class Station:
    """Sites of a tier among which dispatch may choose, and the grounds they are split into."""

    tier: int
    sites: Ints
    grounds: tuple[Ground, ...]


def monthly_wage(pool: Pool, duty: Duty, window: Window) -> float:
    """Of one agent, absence included, at the duty of a window."""
    hours = duty.minutes(window.start, window.end) / MINUTES_PER_HOUR
    return pool.wage_per_h / (1 - pool.absence) * hours * MINUTES_PER_MONTH / window.minutes


def stations_of(network: Network, window: Window, *, apart: bool) -> list[Station]:
    """Stations of all tiers.

    Parameters
    ----------
    network : Network
        Placed.
    window : Window
    apart : bool
        Every site a ground of its own; else sites that pay the same per job are one ground.
    """
    pools: dict[str, list[Pool]] = {}
    for pool in network.pools:
        pools.setdefault(pool.site, []).append(pool)
    stations = []
    for k, tier in enumerate(network.tiers):
        here = [
            j for j, s in enumerate(network.sites) if s.tier == tier.tier_id and s.status.is_open
        ]
        own = network.dispatch.policy in _OWN_SITE
        for sites in [[j] for j in here] if own else [here]:
            groups: dict[object, list[int]] = {}
            for j in sites:
                groups.setdefault(j if apart else network.sites[j].cost_per_job, []).append(j)
            grounds = tuple(_ground(network, window, some, pools) for some in groups.values())
            if sites:
                stations.append(Station(k, np.array(sites, dtype=np.int64), grounds))
    return stations


def _ground(
    network: Network, window: Window, sites: list[int], pools: dict[str, list[Pool]]
) -> Ground:
    found: dict[tuple[object, ...], list[Pool]] = {}
    mine = [pool for j in sites for pool in pools.get(network.sites[j].site_id, [])]
    duty = {pool.pool_id: duty_of(network, pool, window.horizon) for pool in mine}
    for pool in mine:
        paid = pool.wage_per_h / (1 - pool.absence) / MINUTES_PER_HOUR
        late = pool.wage_per_h * pool.overtime_factor / MINUTES_PER_HOUR
        on = duty[pool.pool_id]
        key = frozenset(pool.skills), on.intervals, on.breaks, paid, late
        found.setdefault(key, []).append(pool)
    kinds = []
    for alike in found.values():
        one = alike[0]
        on = duty[one.pool_id]
        kinds.append(
            Kind(
                frozenset(one.skills),
                on,
                monthly_wage(one, on, window),
                one.wage_per_h * one.overtime_factor / MINUTES_PER_HOUR,
                tuple(pool.pool_id for pool in alike),
            )
        )
    return Ground(
        np.array(sites, dtype=np.int64),
        tuple(kinds),
        min(network.sites[j].cost_per_job for j in sites),
        all(pool.end_of_shift is EndOfShift.FINISH for pool in mine),
        any(pool.end_of_shift is EndOfShift.HAND_OVER for pool in mine),
        any(pool.end_of_shift is EndOfShift.FINISH for pool in mine),
    )


def inside(spans: tuple[tuple[float, float], ...], edges: Floats) -> Floats:
    """Minutes of some disjoint intervals in each bucket (buckets,)."""
    total = np.zeros(len(edges) - 1)
    for start, end in spans:
        if end > edges[0] and start < edges[-1]:
            total += np.clip(np.minimum(end, edges[1:]) - np.maximum(start, edges[:-1]), 0, None)
    return total


def lengths_that_fit(ground: Ground, minutes: Floats) -> tuple[float, float]:
    """Length to which longer jobs are cut, and the longest breaks of a duty together.

    A job no longer than that, in progress when a break is due, ends before the duty does by so
    much that the break fits in; breaks that would ask for cutting more than every seventh job are
    not counted (`counts`).
    """
    longest = float(np.quantile(minutes, 0.995)) if len(minutes) else 0.0
    most = float(np.quantile(minutes, 0.85)) if len(minutes) else 0.0
    total = max((_breaks_of_a_duty(kind.duty) for kind in ground.kinds), default=0.0)
    gaps = [
        end - begins - total
        for kind in ground.kinds
        for start, end in kind.duty.intervals
        for begins, _ in kind.duty.breaks
        if start <= begins < end
    ]
    fitting = [gap for gap in gaps if gap >= most]
    return max(min([longest, *fitting]), 1.0), total


def counts(duty: Duty, begins: float, cut: float, total: float) -> bool:
    """Whether a break is never dropped for a job that is not longer than the cut."""
    return any(a <= begins < b and b - begins - total >= cut - 1e-9 for a, b in duty.intervals)


def _breaks_of_a_duty(duty: Duty) -> float:
    return max(
        (sum(length for at, length in duty.breaks if a <= at < b) for a, b in duty.intervals),
        default=0.0,
    )
