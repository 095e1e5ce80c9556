"""Promises: requests due and met, by promise, worst-area group and month."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.model import Network
from network.promise import Clock, Measure, Promise
from network.quantity import MINUTES_PER_DAY
from network.tables import Outcomes, RequestStatus
from sim.duty_time import BusinessClock
from sim.kpis.facts import Facts, Firsts, Window
from sim.kpis.groups import Groups, sums
from sim.layout import Layout
from sim.sample import Sample

__all__ = ["MONTH_MIN", "BusinessClock", "Kept", "keep_promises"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

MONTH_MIN = 28 * MINUTES_PER_DAY
"""A month of a promise: 28 days, so that all have the same weekdays."""


@dataclass(frozen=True, slots=True)
class Kept:
    """How one replication kept the promises.

    Parameters
    ----------
    met, due : float array (promises,)
        Requests.
    area_met, area_due : float array (promises, areas)
        For promises with a floor.
    month_met, month_due : float array (promises, months)
        Whole months of 28 days from the end of the warm-up.
    missed_by_segment : float array (segments,)
        Over all promises.
    """

    met: Floats
    due: Floats
    area_met: Floats
    area_due: Floats
    month_met: Floats
    month_due: Floats
    missed_by_segment: Floats


@dataclass(frozen=True, slots=True)
class _Counted:
    """The counted requests, and their first visits at each tier.

    Parameters
    ----------
    arrival, resolved : float array (n,)
    zone : int array (n,)
    shows : bool array (n,)
    group : dict of str to int array (n,)
        Position among the keys of region, area, segment and class.
    firsts : Firsts
    """

    arrival: Floats
    resolved: Floats
    zone: Ints
    shows: Bools
    group: dict[str, Ints]
    firsts: Firsts


def keep_promises(
    network: Network,
    layout: Layout,
    facts: Facts,
    sample: Sample,
    outcomes: Outcomes,
    window: Window,
) -> Kept:
    """Count what is due and met. Overdue, lost and open requests are missed."""
    everywhere = np.zeros(len(network.zones), dtype=np.int64)
    (kept,) = keep_by_part(network, layout, facts, sample, outcomes, window, everywhere, 1)
    return kept


def keep_by_part(
    network: Network,
    layout: Layout,
    facts: Facts,
    sample: Sample,
    outcomes: Outcomes,
    window: Window,
    part_of_zone: Ints,
    parts: int,
) -> tuple[Kept, ...]:
    """The same for the requests of each part of the network.

    Parameters
    ----------
    part_of_zone : int array (zones,)
        From 0 to ``parts - 1``.
    parts : int
    """
    areas, segments = len(facts.groups.keys["area"]), len(facts.groups.keys["segment"])
    months = int(window.minutes / MONTH_MIN + 1e-9)
    count = len(network.promises)
    total = np.zeros((2, count, parts))
    by_area = np.zeros((2, count, areas, parts))
    by_month = np.zeros((2, count, months, parts))
    missed = np.zeros((segments, parts))
    counted = _counted(facts, sample, outcomes, window) if count else None
    for number, promise in enumerate(network.promises):
        assert counted is not None
        of, met, due = _judge(network, layout, promise, counted, facts.groups, window)
        part = part_of_zone[counted.zone[of]]
        hits = met.astype(np.float64)
        since = (counted.arrival[of] - window.start) / MONTH_MIN
        month = np.minimum(since, months).astype(np.int64)
        for k, weight in enumerate((hits, due)):
            total[k, number] = sums(part, weight, parts)
            by_area[k, number] = _table(counted.group["area"][of], areas, part, parts, weight)
            by_month[k, number] = _table(month, months + 1, part, parts, weight)[:months]
        missed += _table(counted.group["segment"][of], segments, part, parts, due - hits)
    return tuple(
        Kept(
            met=total[0, :, k],
            due=total[1, :, k],
            area_met=by_area[0, :, :, k],
            area_due=by_area[1, :, :, k],
            month_met=by_month[0, :, :, k],
            month_due=by_month[1, :, :, k],
            missed_by_segment=missed[:, k],
        )
        for k in range(parts)
    )


def _table(code: Ints, codes: int, part: Ints, parts: int, weight: Floats) -> Floats:
    """Sums of weights by code and part (codes, parts)."""
    return sums(code * parts + part, weight, codes * parts).reshape(codes, parts)


def _counted(facts: Facts, sample: Sample, outcomes: Outcomes, window: Window) -> _Counted:
    arrival = outcomes.requests["arrival"]
    rows = np.flatnonzero((arrival >= window.start) & (arrival < window.end))
    zone = sample.requests["zone"][rows]
    return _Counted(
        arrival=arrival[rows],
        resolved=outcomes.requests["resolved"][rows],
        zone=zone,
        shows=outcomes.requests["status"][rows] != RequestStatus.NO_SHOW,
        group={
            "region": facts.groups.zone_region[zone],
            "area": facts.groups.zone_area[zone],
            "segment": sample.requests["segment"][rows].astype(np.int64),
            "class": sample.requests["class"][rows].astype(np.int64),
        },
        firsts=facts.firsts,
    )


def _judge(
    network: Network,
    layout: Layout,
    promise: Promise,
    counted: _Counted,
    groups: Groups,
    window: Window,
) -> tuple[Ints, Bools, Floats]:
    """Position of the request, whether met, and whether due (1 or 0), of all in the group."""
    if promise.measure is Measure.RESOLUTION:
        of = np.arange(len(counted.arrival))
        begins = counted.arrival
        took = counted.resolved - counted.arrival
    else:
        firsts = counted.firsts
        tier = next(k for k, t in enumerate(network.tiers) if t.tier_id == promise.tier)
        there = np.flatnonzero(firsts.tier == tier)
        of, took, begins = firsts.of[there], firsts.response[there], firsts.began[there]
    chosen = _in_group(promise, counted, groups)[of]
    of, took, begins = of[chosen], took[chosen], begins[chosen]
    if promise.clock is Clock.BUSINESS:
        deadline = layout.clocks[promise.calendar].deadline(begins, promise.within)
        met = np.nan_to_num(begins + took, nan=np.inf) <= deadline
    else:
        deadline = begins + promise.within
        met = np.nan_to_num(took, nan=np.inf) <= promise.within
    due = deadline < window.horizon
    return of, met & due, due.astype(np.float64)


def _in_group(promise: Promise, counted: _Counted, groups: Groups) -> Bools:
    """Whether each counted request belongs to the promise's group; no-shows never do."""
    chosen = counted.shows.copy()
    for name, key in (
        ("region", promise.region),
        ("area", promise.area),
        ("segment", promise.segment),
        ("class", promise.class_id),
    ):
        if key is not None:
            chosen &= counted.group[name] == groups.keys[name].index(key)
    return chosen
