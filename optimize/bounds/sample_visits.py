"""Data of the sample bound: visits as they joined their queues, and what is promised of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.model import Network
from network.promise import Clock, Form, Measure, Promise
from network.route import Mode
from network.tables import Outcomes
from sim.duty import opening
from sim.kpis.promises import MONTH_MIN, BusinessClock
from sim.kpis.window import Window
from sim.layout import POLICY, StageCodes
from sim.sample import Sample

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Asked:
    """A row that the sample must keep: a promise on a tier's response, or its floor in an area.

    Parameters
    ----------
    promise : Promise
    area : str or None
    """

    promise: Promise
    area: str | None = None

    @property
    def share(self) -> float:
        """Share of the visits due that must be met."""
        floor = self.promise.floor
        return floor if self.area is not None and floor is not None else self.promise.share

    @property
    def pays(self) -> bool:
        """Whether a miss costs the segment's penalty (a floor is no promise of its own)."""
        return self.area is None


@dataclass(frozen=True)
class Joined:
    """Visits that joined a queue, a row each, in the order of their joining.

    Parameters
    ----------
    chunk : int array (n,)
        The part of the sample; times below are those of its replication.
    joined, patience, service, noise : float array (n,)
        Minutes; the noise is a factor on every trip.
    began : float array (n,)
        Start of the simulated service; NaN: there was none.
    zone, site, tier, stage, segment : int array (n,)
        The site at which the visit joined.
    group : int array (n,)
        Candidate group (`sim.layout.StageCodes`).
    anywhere : bool array (n,)
        Whether its site is not the policy's choice.
    visit : bool array (n,)
        Whether the agent travels.
    counted : bool array (n,)
        Whether key figures count its request.
    deadline : float array (n, rows)
        Latest moment of an answer that keeps a row; NaN where it is not due.
    met : bool array (n, rows)
        Whether the simulated plan kept it.
    """

    chunk: Ints
    joined: Floats
    began: Floats
    patience: Floats
    service: Floats
    noise: Floats
    zone: Ints
    site: Ints
    tier: Ints
    stage: Ints
    segment: Ints
    group: Ints
    anywhere: Bools
    visit: Bools
    counted: Bools
    deadline: Floats
    met: Bools

    def of(self, rows: Bools) -> Joined:
        """Some of them."""
        return Joined(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


def asked_of(network: Network) -> tuple[Asked, ...]:
    """Rows on the average response; floors give one for each area of their group."""
    region_of = dict(zip(network.zones.area, network.zones.region, strict=True))
    rows = []
    for promise in network.promises:
        if promise.measure is Measure.RESPONSE:
            rows.append(Asked(promise))
            if promise.floor is not None:
                rows += [
                    Asked(promise, area)
                    for area, region in sorted(region_of.items())
                    if promise.area in (None, area) and promise.region in (None, region)
                ]
    return tuple(rows)


def must_hold(row: Asked) -> bool:
    """Whether the share itself must be reached; single months are not asked for here."""
    return row.area is not None or row.promise.form is Form.AVERAGE


def visits_of(
    network: Network, codes: StageCodes, rows: Sequence[Asked], tables: Sample,
    outcomes: Outcomes, window: Window, chunk_min: float, tier: int | None = None,
) -> Joined:  # fmt: skip
    """Visits of a replication, at all tiers or one, that joined a queue in its counted part."""
    requests, visits = tables
    out = outcomes.visits
    tiers = {tier.tier_id: k for k, tier in enumerate(network.tiers)}
    tier_of = np.array([tiers.get(s.tier or "", -1) for s in network.stages], dtype=np.int64)
    first = _first_at_tier(tier_of, outcomes, visits, tier)
    with np.errstate(invalid="ignore"):
        inside = (out["joined"] >= window.start) & (out["joined"] < window.end)
    inside &= out["site"] >= 0
    if tier is not None:
        inside &= tier_of[visits["stage"]] == tier
    at = np.flatnonzero(inside)
    at = at[np.argsort(out["joined"][at], kind="stable")]
    owner = visits["request"][at].astype(np.int64)
    stage = visits["stage"][at].astype(np.int64)
    away = np.array([s.mode is Mode.VISIT for s in network.stages])
    arrival = outcomes.requests["arrival"][owner]
    counted = (arrival >= window.start) & (arrival < window.end)
    began = np.fmax(out["entered"][at], requests["appointment"][owner])
    response = out["response"][at]
    due = first[at] & counted & (requests["shows"][owner] == 1)
    deadline = np.full((len(at), len(rows)), np.nan)
    for column, row in enumerate(rows):
        group = due & _in_group(network, row, requests[owner], tier_of[stage])
        limit = _deadline(network, row.promise, window, began)
        deadline[:, column] = np.where(group & (limit < window.horizon), limit, np.nan)
    with np.errstate(invalid="ignore"):
        met = response[:, None] <= deadline
    return Joined(
        chunk=((out["joined"][at] - window.start) // chunk_min).astype(np.int64),
        joined=out["joined"][at],
        began=out["start"][at],
        patience=visits["patience"][at],
        service=visits["service"][at],
        noise=visits["travel_factor"][at],
        zone=requests["zone"][owner].astype(np.int64),
        site=out["site"][at].astype(np.int64),
        tier=tier_of[stage],
        stage=stage,
        segment=requests["segment"][owner].astype(np.int64),
        group=codes.group[stage],
        anywhere=codes.choice[stage] != POLICY,
        visit=away[stage],
        counted=counted,
        deadline=deadline,
        met=met,
    )


def _first_at_tier(
    tier_of: Ints, outcomes: Outcomes, visits: NDArray[np.void], only: int | None
) -> Bools:
    """Whether a visit is the first that its request entered at its tier."""
    tier = tier_of[visits["stage"]]
    entered = outcomes.visits["entered"]
    at = np.flatnonzero(~np.isnan(entered) & ((tier >= 0) if only is None else (tier == only)))
    key = visits["request"][at].astype(np.int64) * (tier_of.max(initial=0) + 1) + tier[at]
    order = np.lexsort((at, entered[at], key))
    head = np.ones(len(at), dtype=np.bool_)
    head[1:] = key[order][1:] != key[order][:-1]
    first = np.zeros(len(visits), dtype=np.bool_)
    first[at[order][head]] = True
    return first


def _in_group(network: Network, row: Asked, requests: NDArray[np.void], tier: Ints) -> Bools:
    promise, zones = row.promise, network.zones
    region, area = np.array(zones.region)[requests["zone"]], np.array(zones.area)[requests["zone"]]
    chosen: Bools = np.array([t.tier_id == promise.tier for t in network.tiers])[tier]
    if promise.region is not None:
        chosen = chosen & (region == promise.region)
    for name in {promise.area, row.area} - {None}:
        chosen = chosen & (area == name)
    if promise.segment is not None:
        segments = np.array([s.segment_id for s in network.segments])
        chosen = chosen & (segments[requests["segment"]] == promise.segment)
    if promise.class_id is not None:
        classes = np.array([c.class_id for c in network.classes])
        chosen = chosen & (classes[requests["class"]] == promise.class_id)
    return chosen


def _deadline(network: Network, promise: Promise, window: Window, began: Floats) -> Floats:
    if promise.clock is Clock.CALENDAR:
        return began + promise.within
    calendar, business = [0.0], [0.0]
    for start, end in opening(network, promise.calendar, window.horizon + MONTH_MIN):
        if end > 0:
            calendar += [max(start, 0.0), end]
            business += [business[-1], business[-1] + end - max(start, 0.0)]
    clock = BusinessClock(np.array(calendar), np.array(business))
    return clock.deadline(began, promise.within)
