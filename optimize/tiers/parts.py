"""The sets and data of one placement model: a part of the network that is planned alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.model import Network
from network.promise import Promise
from network.quantity import MINUTES_PER_HOUR
from optimize.tiers.levels import Counted, Waits, slack_grid
from optimize.tiers.offers import (
    Levels,
    Offer,
    Today,
)
from optimize.tiers.options import TierOptions
from optimize.tiers.streams import Streams
from optimize.tiers.waits import within

Floats = NDArray[np.float64]


Ints = NDArray[np.int64]


Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Job:
    """Streams of a tier that the same sites can do: they are assigned together.

    Parameters
    ----------
    tier : str
    streams : tuple of int
    main : bool
        The job with the most work of the tier; its assignment is the tier's.
    able : int array
        Offers that can do it.
    zone, offer : int array (pairs,)
        Zones (of the part) and offers that may serve them.
    minutes, km : float array (pairs,)
        Base travel one way; 0 minutes where nobody travels.
    unreached : int array
        Zones that no offer can serve.
    """

    tier: str
    streams: tuple[int, ...]
    main: bool
    able: Ints
    zone: Ints
    offer: Ints
    minutes: Floats
    km: Floats
    unreached: Ints


@dataclass(frozen=True, slots=True)
class Lift:
    """Work that follows another job at the parent of its site (escalation).

    Parameters
    ----------
    source : int
        Flow (row of the streams) that it follows.
    target : int
        Flow that follows.
    job : int
        Job of the source.
    tier : str
        Of the target.
    visits : float array (zones,)
        Visits of the target a month that start at each zone of the part.
    """

    source: int
    target: int
    job: int
    tier: str
    visits: Floats


@dataclass(frozen=True, slots=True)
class Kept:
    """Requests that a promise counts, and what part of them is kept.

    Parameters
    ----------
    spread : int array (spreads,)
        Rows of ``zone_share`` by which the requests are shared over zones.
    requests : float array (spreads,)
        A month, all zones of the network together.
    share : float array (spreads, trips)
        P(travel + wait <= promised time). [A]
    """

    spread: Ints
    requests: Floats
    share: Floats


@dataclass(frozen=True)
class Part:
    """Everything a model of one part of the network needs.

    Parameters
    ----------
    network, streams, options
        What it was made from.
    name : str
        Region, or all.
    zones : int array
        Rows of the network's zones.
    offers : tuple of Offer
    levels : Levels
    today : dict of str to Today
        By placed tier.
    jobs : tuple of Job
    lifts : tuple of Lift
    promises : tuple of Promise
        Those that are constraints here.
    factor : float array (streams,)
        Hour factor of trips.
    waits : Waits
    """

    network: Network
    streams: Streams
    options: TierOptions
    name: str
    zones: Ints
    offers: tuple[Offer, ...]
    levels: Levels
    today: dict[str, Today]
    jobs: tuple[Job, ...]
    lifts: tuple[Lift, ...]
    promises: tuple[Promise, ...]
    factor: Floats
    waits: Waits

    @property
    def tiers(self) -> tuple[str, ...]:
        """Placed tiers of the part."""
        return tuple(self.today)

    def target(self, promise: Promise) -> float:
        """Share that a promise asks for."""
        return float(self.options.shares.get(promise.promise_id, promise.share))

    def floor(self, promise: Promise) -> float | None:
        """Share that it asks for in the worst area."""
        if promise.floor is None:
            return None
        lower = promise.share - promise.floor
        return max(0.0, min(promise.floor, self.target(promise) - lower))

    def visits(self, job: Job) -> Floats:
        """Visits a month that each zone asks of a job's streams (zones, streams)."""
        return np.asarray(self.streams.zone_visits[np.ix_(self.zones, np.array(job.streams))])

    def work(self, job: Job, o: Ints, zone: Ints, minutes: Floats) -> Floats:
        """Minutes of work a month by pair and stream, load factors included [kappa h D]."""
        visits = self.visits(job)[zone]
        service = self.streams.zone_service_min[np.ix_(self.zones, np.array(job.streams))][zone]
        trips = np.array(
            [2 * self.factor[q] * self.streams.streams[q].agent_travels for q in job.streams]
        )
        kappa = np.array([self.kappa(n) for n in range(len(self.offers))])
        return np.asarray((service + visits * trips * minutes[:, None]) * kappa[o][:, None])

    def cost(self, job: Job, o: Ints, zone: Ints, minutes: Floats, km: Floats) -> Floats:
        """Travel and pay by job a month, by pair."""
        rates, visits = self.network.costs, self.visits(job)[zone]
        away = np.array([self.streams.streams[q].agent_travels for q in job.streams])
        hours = 2 * minutes[:, None] * self.factor[list(job.streams)] / MINUTES_PER_HOUR
        trip = away * (2 * rates.travel_per_km * km[:, None] + rates.travel_per_h * hours)
        per_job = np.array([offer.site.cost_per_job for offer in self.offers])[o]
        return np.asarray((visits * (trip + per_job[:, None])).sum(axis=1))

    def members(self, promise: Promise) -> Bools:
        """Zones of the part that a promise is about."""
        zones = self.network.zones
        keep = np.ones(len(self.zones), dtype=np.bool_)
        for labels, wanted in ((zones.region, promise.region), (zones.area, promise.area)):
            if wanted is not None:
                keep &= np.array([labels[i] == wanted for i in self.zones])
        return keep

    def areas(self) -> list[str]:
        """Area of each zone of the part."""
        return [self.network.zones.area[i] for i in self.zones]

    def population(self, promise: Promise) -> Floats:
        """Requests a month that a promise counts, by zone of the part."""
        streams = self.streams
        segments = [
            g.share for g in self.network.segments if promise.segment in (None, g.segment_id)
        ]
        counted = np.array(
            [
                streams.first[f] * sum(segments)
                if streams.streams[streams.stream[f]].tier == promise.tier
                and promise.class_id in (None, streams.class_id[f])
                else 0.0
                for f in range(len(streams.visits))
            ]
        )
        return np.asarray(streams.by_zone(counted).sum(axis=1)[self.zones] * self.members(promise))

    def kept(
        self, p: int, offer: Offer, agents: int, intensity: float, stream: int, minutes: Floats
    ) -> Kept:
        """What a promise counts of a stream at a site, and the shares kept by length of trip.

        Parameters
        ----------
        p : int
            Promise of the part.
        offer : Offer
        agents : int
            Of the main group, who are given all the work they may be given.
        intensity : float
        stream : int
        minutes : float array (trips,)
            Base minutes one way.
        """
        group = offer.crew.group_of(self.streams.streams[stream].skill)
        size = agents if group == offer.main else offer.least(group)
        work = offer.work_min(group, size, intensity if group == offer.main else 1.0)
        tables = self.waits.of(offer.crew, group, size, work)[p] if group >= 0 else ()
        return self.share_kept(p, offer, stream, tables, minutes)

    def share_kept(
        self, p: int, offer: Offer, stream: int, tables: Sequence[Counted], minutes: Floats
    ) -> Kept:
        """`kept` from tables of waiting that are known."""
        promise, stated = self.promises[p], None
        for one in self.options.wait_share:
            if (one.site, one.promise) == (offer.site.site_id, promise.promise_id):
                stated = one
        trip = minutes * self.factor[stream] * self.streams.streams[stream].somebody_travels
        factor = self.options.miss_factor.get(promise.promise_id, 1.0)
        found = [table for table in tables if table.stream == stream]
        shares = np.zeros((len(found), len(minutes)))
        for row, table in enumerate(found):
            grid = slack_grid(promise) if stated is None else stated.slack_min
            slack = table.share if stated is None else stated.share
            met = within(grid, slack, trip, self.network.travel.noise_sigma)
            shares[row] = np.clip(1 - factor * (1 - met), 0.0, 1.0)
        return Kept(
            np.array([table.spread for table in found], dtype=np.int64),
            np.array([table.per_month for table in found]),
            shares,
        )

    def kappa(self, o: int) -> float:
        """Load factor of an offer's site."""
        return float(self.options.load_factor.get(self.offers[o].site.site_id, 1.0))

    def lifted_share(self, promise: Promise, target: int) -> float:
        """Requests that a promise counts per visit of a lifted flow."""
        streams = self.streams
        if promise.class_id not in (None, streams.class_id[target]) or streams.visits[target] <= 0:
            return 0.0
        segments = sum(
            g.share for g in self.network.segments if promise.segment in (None, g.segment_id)
        )
        return float(segments * streams.first[target] / streams.visits[target])

    def parent(self, offer: Offer, tier: str) -> int:
        """Offer of a tier on the chain of parents of a site, or -1."""
        number = {one.site.site_id: o for o, one in enumerate(self.offers)}
        parent = {site.site_id: site.parent for site in self.network.sites}
        above = offer.site.parent
        while above is not None and not (
            above in number and self.offers[number[above]].site.tier == tier
        ):
            above = parent[above]
        return -1 if above is None else number[above]
