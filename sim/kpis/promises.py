"""Promises: requests due and met, by promise, worst-area group and month."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.model import Network
from network.promise import Clock, Measure, Promise
from network.quantity import MINUTES_PER_DAY
from network.tables import RequestStatus
from sim.duty import opening
from sim.kpis.facts import Facts, Window
from sim.kpis.groups import sums

Floats = NDArray[np.float64]
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


def keep_promises(network: Network, facts: Facts, window: Window) -> Kept:
    """Count what is due and met. Overdue, lost and open requests are missed."""
    areas, segments = facts.by_request["area"], facts.by_request["segment"]
    months = int(window.minutes / MONTH_MIN + 1e-9)
    missed = np.zeros(len(segments.keys))
    count = len(network.promises)
    kept = Kept(
        met=np.zeros(count),
        due=np.zeros(count),
        area_met=np.zeros((count, len(areas.keys))),
        area_due=np.zeros((count, len(areas.keys))),
        month_met=np.zeros((count, months)),
        month_due=np.zeros((count, months)),
        missed_by_segment=missed,
    )
    for number, promise in enumerate(network.promises):
        of, met, due = _judge(network, promise, facts, window)
        hits = met.astype(np.float64)
        month = np.minimum((facts.arrival[of] - window.start) / MONTH_MIN, months).astype(np.int64)
        kept.met[number], kept.due[number] = hits.sum(), due.sum()
        for by_area, by_month, weight in (
            (kept.area_met, kept.month_met, hits),
            (kept.area_due, kept.month_due, due),
        ):
            by_area[number] = sums(areas.code[of], weight, len(areas.keys))
            by_month[number] = sums(month, weight, months + 1)[:months]
        missed += sums(segments.code[of], due - hits, len(segments.keys))
    return kept


def _judge(
    network: Network, promise: Promise, facts: Facts, window: Window
) -> tuple[NDArray[np.int64], Bools, Floats]:
    """Position of the request, whether met, and whether due (1 or 0), of all in the group."""
    if promise.measure is Measure.RESOLUTION:
        of = np.arange(len(facts.request))
        begins = facts.arrival
        took = facts.resolved - facts.arrival
    else:
        tier = next(k for k, t in enumerate(network.tiers) if t.tier_id == promise.tier)
        first = np.flatnonzero(facts.first_at_tier & (facts.tier == tier))
        of, took, begins = facts.of[first], facts.response[first], facts.began[first]
    chosen = _in_group(network, promise, facts)[of]
    of, took, begins = of[chosen], took[chosen], begins[chosen]
    if promise.clock is Clock.BUSINESS:
        business = _business_clock(network, promise, window)
        deadline = business.deadline(begins, promise.within)
        met = np.nan_to_num(begins + took, nan=np.inf) <= deadline
    else:
        deadline = begins + promise.within
        met = np.nan_to_num(took, nan=np.inf) <= promise.within
    due = deadline < window.horizon
    return of, met & due, due.astype(np.float64)


def _in_group(network: Network, promise: Promise, facts: Facts) -> Bools:
    """Whether each counted request belongs to the promise's group; no-shows never do."""
    chosen = np.asarray(facts.status != RequestStatus.NO_SHOW)
    for name, key in (
        ("region", promise.region),
        ("area", promise.area),
        ("segment", promise.segment),
        ("class", promise.class_id),
    ):
        if key is not None:
            group = facts.by_request[name]
            chosen &= group.code == group.keys.index(key)
    return np.asarray(chosen)


@dataclass(frozen=True, slots=True)
class BusinessClock:
    """Calendar minutes <-> business minutes, piecewise linear."""

    calendar: Floats
    business: Floats

    def deadline(self, begins: Floats, within: float) -> Floats:
        """Calendar minute at which so much business time has passed since ``begins``."""
        at = np.interp(begins, self.calendar, self.business) + within
        last = self.business[-1]
        return np.where(at > last, np.inf, np.interp(at, self.business, self.calendar))


def _business_clock(network: Network, promise: Promise, window: Window) -> BusinessClock:
    hours = opening(network, promise.calendar, window.horizon + MONTH_MIN)
    calendar, business = [0.0], [0.0]
    for start, end in hours:
        if end > 0:
            calendar += [max(start, 0.0), end]
            business += [business[-1], business[-1] + end - max(start, 0.0)]
    return BusinessClock(np.array(calendar), np.array(business))
