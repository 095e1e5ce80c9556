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
    shows : bool array (n,)
    group : dict of str to int array (n,)
        Position among the keys of region, area, segment and class.
    firsts : Firsts
    """

    arrival: Floats
    resolved: Floats
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
    keys = facts.groups.keys
    areas, segments = len(keys["area"]), len(keys["segment"])
    months = int(window.minutes / MONTH_MIN + 1e-9)
    missed = np.zeros(segments)
    count = len(network.promises)
    kept = Kept(
        met=np.zeros(count),
        due=np.zeros(count),
        area_met=np.zeros((count, areas)),
        area_due=np.zeros((count, areas)),
        month_met=np.zeros((count, months)),
        month_due=np.zeros((count, months)),
        missed_by_segment=missed,
    )
    if not network.promises:
        return kept
    counted = _counted(facts, sample, outcomes, window)
    for number, promise in enumerate(network.promises):
        of, met, due = _judge(network, layout, promise, counted, facts.groups, window)
        hits = met.astype(np.float64)
        since = (counted.arrival[of] - window.start) / MONTH_MIN
        month = np.minimum(since, months).astype(np.int64)
        kept.met[number], kept.due[number] = hits.sum(), due.sum()
        for by_area, by_month, weight in (
            (kept.area_met, kept.month_met, hits),
            (kept.area_due, kept.month_due, due),
        ):
            by_area[number] = sums(counted.group["area"][of], weight, areas)
            by_month[number] = sums(month, weight, months + 1)[:months]
        missed += sums(counted.group["segment"][of], due - hits, segments)
    return kept


def _counted(facts: Facts, sample: Sample, outcomes: Outcomes, window: Window) -> _Counted:
    arrival = outcomes.requests["arrival"]
    rows = np.flatnonzero((arrival >= window.start) & (arrival < window.end))
    zone = sample.requests["zone"][rows]
    return _Counted(
        arrival=arrival[rows],
        resolved=outcomes.requests["resolved"][rows],
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
