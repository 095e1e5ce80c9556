"""Divide a network into parts that can be planned by themselves, and make their data."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from network.model import Network
from network.promise import Promise
from optimize.tiers.levels import Waits, response_promises, stream_factor
from optimize.tiers.offers import (
    Offer,
    levels_of,
    offers_of,
    placed_tiers,
    travel_to,
)
from optimize.tiers.options import TierOptions
from optimize.tiers.parts import Job, Lift, Part
from optimize.tiers.streams import Streams

Floats = NDArray[np.float64]


Ints = NDArray[np.int64]


def parts_of(network: Network, streams: Streams, options: TierOptions) -> list[Part]:
    """Parts that share no site and no zone, each ready to be modelled.

    Regions are parts where every site of a placed tier and every zone names one; budgets that
    may shift tie them together.
    """
    tiers = placed_tiers(network, streams)
    numbers = [j for j, site in enumerate(network.sites) if site.tier in tiers]
    regions = sorted({*network.zones.region})
    homes = {network.sites[j].region for j in numbers}
    tied = options.budget_shift > 0 and len(options.budget) > 1
    if len(regions) < 2 or homes != {*regions} or tied:
        every = np.arange(len(network.zones), dtype=np.int64)
        return [part_of(network, streams, options, "all", every, numbers)]
    label = np.array(network.zones.region)
    return [
        part_of(
            network, streams, options, region, np.flatnonzero(label == region).astype(np.int64),
            [j for j in numbers if network.sites[j].region == region],
        )
        for region in regions
    ]  # fmt: skip


def part_of(
    network: Network,
    streams: Streams,
    options: TierOptions,
    name: str,
    zones: Ints,
    sites: Sequence[int],
    trip_min: dict[str, float] | None = None,
) -> Part:
    """The part of some zones and sites.

    Parameters
    ----------
    network, streams, options
    name : str
    zones, sites : rows of the network
    trip_min : dict of str to float, optional
        Mean trip by tier for the length of jobs in queues; by default today's.
    """
    offers, today = offers_of(network, streams, zones, sites, placed_tiers(network, streams))
    promises = _promises(network, streams, options, [*today], zones)
    factor = stream_factor(network, streams)
    jobs = [job for tier in today for job in _jobs(network, streams, options, offers, tier, zones)]
    trips = {tier: one.trip_min for tier, one in today.items()} | (trip_min or {})
    waits = Waits(network, streams, promises, trips)
    blank = Part(
        network, streams, options, name, zones, tuple(offers), levels_of([], np.zeros(0), options),
        today, tuple(jobs), (), promises, factor, waits,
    )  # fmt: skip
    lifts = _lifts(blank)
    reach = _work_in_reach(blank, lifts)
    levels = levels_of(offers, reach, options)
    return Part(
        network, streams, options, name, zones, tuple(offers), levels, today, tuple(jobs), lifts,
        promises, factor, waits,
    )  # fmt: skip


def _promises(
    network: Network, streams: Streams, options: TierOptions, tiers: list[str], zones: Ints
) -> tuple[Promise, ...]:
    regions = {network.zones.region[i] for i in zones}
    areas = {network.zones.area[i] for i in zones}
    return tuple(
        promise
        for promise in response_promises(network, tiers)
        if (options.promises is None or promise.promise_id in options.promises)
        and (promise.region is None or promise.region in regions)
        and (promise.area is None or promise.area in areas)
    )


def _jobs(
    network: Network,
    streams: Streams,
    options: TierOptions,
    offers: list[Offer],
    tier: str,
    zones: Ints,
) -> list[Job]:
    """Jobs of a tier: streams by who can do them and whether somebody travels."""
    here = [o for o, offer in enumerate(offers) if offer.site.tier == tier]
    grouped: dict[tuple[tuple[int, ...], bool], list[int]] = {}
    for q in streams.at_tier(tier):
        if streams.visits[streams.stream == q].sum() <= 0:
            continue
        stream = streams.streams[q]
        able = tuple(o for o in here if offers[o].crew.group_of(stream.skill) >= 0)
        grouped.setdefault((able, stream.somebody_travels), []).append(q)
    work = streams.visits * streams.service_min
    weight = {
        key: sum(float(work[streams.stream == q].sum()) for q in members)
        for key, members in grouped.items()
    }
    main = max(weight, key=lambda key: weight[key], default=None)
    return [
        _job(network, options, offers, tier, tuple(members), key == main, zones, key[0], key[1])
        for key, members in grouped.items()
    ]


def _job(
    network: Network,
    options: TierOptions,
    offers: list[Offer],
    tier: str,
    members: tuple[int, ...],
    main: bool,
    zones: Ints,
    able: tuple[int, ...],
    travels: bool,
) -> Job:
    """Pairs of zone and offer: the nearest, and those open today."""
    who = np.array(able, dtype=np.int64)
    if not able:
        none, empty = np.zeros(0, dtype=np.int64), np.zeros(0)
        return Job(tier, members, main, who, none, none, empty, empty, np.arange(len(zones)))
    minutes, km = travel_to(network, zones, [offers[o].number for o in able])
    usable = np.isfinite(minutes) if travels else np.ones(minutes.shape, dtype=np.bool_)
    order = np.argsort(np.where(usable, minutes, np.inf), axis=1, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.arange(len(able))[None, :], axis=1)
    kept = rank < options.nearest
    kept |= np.array([offers[o].is_open for o in able])[None, :]
    zone, column = np.nonzero(kept & usable)
    far = np.setdiff1d(np.arange(len(zones)), zone)
    at = (zone, column)
    way = minutes[at] if travels else np.zeros(len(zone))
    return Job(
        tier, members, main, who, zone.astype(np.int64), who[column], way,
        km[at] if travels else np.zeros(len(zone)), far.astype(np.int64),
    )  # fmt: skip


def _lifts(part: Part) -> tuple[Lift, ...]:
    streams = part.streams
    found = []
    for source, target, per_visit in zip(
        streams.lifted_from.tolist(), streams.lifted_to.tolist(), streams.lifted, strict=True
    ):
        tier = streams.streams[streams.stream[target]].tier
        job = next(
            (n for n, job in enumerate(part.jobs) if int(streams.stream[source]) in job.streams),
            -1,
        )
        if job < 0 or tier not in part.today:
            continue
        each = streams.visits[source] * streams.direct[source] * per_visit
        visits = each * streams.zone_share[streams.spread[source]][part.zones]
        found.append(Lift(source, target, job, tier, visits))
    return tuple(found)


def _work_in_reach(part: Part, lifts: tuple[Lift, ...]) -> Floats:
    """Most work a month that the main group of each offer could be given, minutes."""
    work = np.zeros(len(part.offers))
    for job in part.jobs:
        each = part.work(job, job.offer, job.zone, job.minutes)
        for n, q in enumerate(job.streams):
            skill = part.streams.streams[q].skill
            mine = np.array([offer.crew.group_of(skill) == offer.main for offer in part.offers])
            np.add.at(work, job.offer, each[:, n] * mine[job.offer])
    for lift in lifts:
        minutes = float(lift.visits.sum() * part.streams.service_min[lift.target])
        for o, offer in enumerate(part.offers):
            if offer.site.tier == lift.tier:
                work[o] += minutes * part.kappa(o)
    return work
