"""Which sites may serve which zones, at what least cost, and how much of a promise travel lets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.model import Network
from network.promise import Clock, Promise
from network.quantity import HOURS_PER_WEEK
from network.route import Mode, Stage
from network.travel_time import base_travel
from optimize.bounds.chains import Chain, zone_share
from optimize.bounds.prices import Ground
from optimize.tiers.levels import promise_deadline
from optimize.tiers.waits import within
from sim.sample.arrivals import week_profile

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Job:
    """Work that the same sites can do for the same price of travel.

    Parameters
    ----------
    tier : str
    mode : Mode
    skill : str or None
    """

    tier: str
    mode: Mode
    skill: str | None

    @property
    def travels(self) -> bool:
        """Whether a way must exist between zone and site."""
        return self.mode in (Mode.VISIT, Mode.WALK_IN)


def job_of(stage: Stage) -> Job:
    """The job of a worked stage."""
    assert stage.tier is not None
    return Job(stage.tier, stage.mode, stage.skill)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Places that a job comes from and grounds that may do it, one row per pair.

    Parameters
    ----------
    job : Job
    place : int array (pairs,)
        Zone, or 0 where nobody travels.
    ground : int array (pairs,)
    wage, vehicle, per_job : float array (pairs,)
        Least money per visit, without the minutes of service.
    most : float array (places,)
        Most visits a month of each place.
    """

    job: Job
    place: Ints
    ground: Ints
    wage: Floats
    vehicle: Floats
    per_job: Floats
    most: Floats


def minutes_and_km(network: Network, grounds: Sequence[Ground]) -> tuple[Floats, Floats]:
    """Base minutes and road kilometres (zones, grounds); infinite where there is no way."""
    numbers = np.array([ground.number for ground in grounds], dtype=np.int64)
    return base_travel(network, slice(0, len(network.zones)), numbers)


def pairs_of(
    network: Network,
    job: Job,
    grounds: Sequence[Ground],
    ways: tuple[Floats, Floats],
    asked: Floats,
) -> Pairs:
    """All pairs of a job.

    Parameters
    ----------
    network, job, grounds
    ways : tuple of float array (zones, grounds)
        Minutes and kilometres.
    asked : float array (zones,)
        Most visits a month.
    """
    able = [o for o, one in enumerate(grounds) if one.site.tier == job.tier and one.able(job.skill)]
    per_job = np.array([grounds[o].site.cost_per_job for o in able])
    if not job.travels:
        none = np.zeros(len(able))
        return Pairs(job, none.astype(np.int64), np.array(able, dtype=np.int64), none, none,
                     per_job, np.array([asked.sum()]))  # fmt: skip
    prices = [grounds[o].way(network, job.skill) for o in able]
    kept = [n for n, price in enumerate(prices) if price is not None]
    able, per_job = [able[n] for n in kept], per_job[kept]
    away = job.mode is Mode.VISIT
    wage = np.array([price.wage for price in prices if price is not None]) * away
    vehicle = np.array([price.vehicle for price in prices if price is not None]) * away
    minutes, km = (way[:, able] for way in ways)
    place, column = np.nonzero(np.isfinite(minutes) & (asked > 0)[:, None])
    base, road = minutes[place, column], np.where(np.isfinite(km), km, 0.0)[place, column]
    return Pairs(
        job,
        place.astype(np.int64),
        np.array(able, dtype=np.int64)[column],
        wage[column] * base,
        vehicle[column] * base + 2 * away * network.costs.travel_per_km * road,
        per_job[column],
        asked,
    )


def best_shares(
    network: Network, promise: Promise, chains: Sequence[Chain], job: Job,
    grounds: Sequence[Ground], minutes: Floats,
) -> Floats:  # fmt: skip
    """P(travel <= T) at best (zones, grounds): the quickest hour, no wait at all.

    On the business clock a request that has just arrived comes at the hours of its class, here
    at best over the classes; all others may be asked at night, when the way does not count.
    """
    middle = promise_deadline(network, promise)
    # within an hour the longest time left is that of its neighbours' middles at most
    deadline = np.max([np.roll(middle, hours) for hours in (-1, 0, 1)], axis=0)
    profiles = [week_profile(network, chain.one.profile) / HOURS_PER_WEEK for chain in chains]
    business = promise.clock is Clock.BUSINESS
    shares = np.zeros(minutes.shape)
    for o, ground in enumerate(grounds):
        if ground.site.tier != job.tier or not ground.able(job.skill):
            continue
        way = ground.way(network, job.skill)
        factor = _quickest(network) if way is None or job.mode is Mode.WALK_IN else way.out_factor
        limit, which = np.unique(deadline, return_inverse=True)
        base = minutes[:, o] * factor
        met = np.array([within_one(base, one, network.travel.noise_sigma) for one in limit])
        by_hour = met[which.ravel()]
        if business and profiles:
            shares[:, o] = np.max([profile @ by_hour for profile in profiles], axis=0)
        else:
            shares[:, o] = by_hour.max(axis=0)
    return np.where(np.isfinite(minutes), shares, 0.0)


def within_one(minutes: Floats, limit_min: float, sigma: float) -> Floats:
    """P(travel <= limit) for trips of these mean minutes."""
    return within(np.array([limit_min]), np.ones(1), minutes, sigma)


def _quickest(network: Network) -> float:
    return float(min(network.travel.hour_factors))


def asked_by_zone(network: Network, chains: Sequence[tuple[Chain, float]], job: Job) -> Floats:
    """Most visits a month of a job by zone, whatever the levels of those who serve.

    Parameters
    ----------
    chains : sequence of (Chain, float)
        With the requests of the class a month.
    """
    asked = np.zeros(len(network.zones))
    for chain, per_month in chains:
        counted = np.array(
            [s.mode is not Mode.DELAY and job_of(s) == job for s in chain.stages], dtype=np.bool_
        )
        if counted.any():
            asked += chain.most(counted) * per_month * zone_share(network, chain.one)
    return asked
