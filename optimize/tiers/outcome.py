"""What a plan means: work, cost and predicted promises, for given sites, staff and zones.

The same look at today's network and at a plan, so that they can be compared. Waits are those of
the very crew at the very work, not of a level.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.quantity import MINUTES_PER_HOUR
from optimize.tiers.offers import travel_to
from optimize.tiers.parts import Kept, Part
from optimize.tiers.staffing import Crew, crew_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NOBODY = -1
COMPONENTS = ("opening", "closing", "sites", "wages", "travel", "jobs")
"""Components of a plan's cost a month, in the order of reports."""


@dataclass(frozen=True, slots=True)
class Staff:
    """People of an open site.

    Parameters
    ----------
    crew : Crew
    agents : tuple of int
        By skill group.
    count : int array (patterns,)
        By pattern.
    """

    crew: Crew
    agents: tuple[int, ...]
    count: Ints


@dataclass(frozen=True, slots=True)
class Predicted:
    """A promise as the model sees it.

    Parameters
    ----------
    promise_id : str
    area : str or None
        For a floor: the area.
    share, target : float
    requests : float
        Counted a month.
    """

    promise_id: str
    area: str | None
    share: float
    target: float
    requests: float

    @property
    def kept(self) -> bool:
        """Whether the predicted share reaches the target."""
        return self.share >= self.target - 1e-6


@dataclass(frozen=True)
class Outcome:
    """Work, cost and promises of one way to run a part of the network.

    Parameters
    ----------
    site_of : dict of int to int array (zones,)
        Offer that serves each zone, by job; -1: nobody.
    work_min : dict of (int, int) to float
        Work a month by offer and skill group.
    cost : dict of str to float
        Money a month by component.
    promises : tuple of Predicted
    trip_min : dict of str to float
        Mean minutes of one way by tier, of agents' visits.
    uncovered : tuple of (int, int)
        Jobs and zones that nobody serves.
    """

    site_of: dict[int, Ints]
    work_min: dict[tuple[int, int], float]
    cost: dict[str, float]
    promises: tuple[Predicted, ...]
    trip_min: dict[str, float]
    uncovered: tuple[tuple[int, int], ...]

    @property
    def total(self) -> float:
        """Money a month."""
        return sum(self.cost.values())


@dataclass(frozen=True)
class Ways:
    """Base minutes and kilometres of every zone of a part to every offer (zones, offers)."""

    minutes: Floats
    km: Floats


def ways_of(part: Part) -> Ways:
    """All trips of a part."""
    return Ways(*travel_to(part.network, part.zones, [offer.number for offer in part.offers]))


def today_of(part: Part, ways: Ways) -> tuple[dict[int, Staff], Outcome]:
    """Today's staff and what the model says of today's network: nearest open sites."""
    staff = {}
    for o, offer in enumerate(part.offers):
        pools = [p for p in part.network.pools if p.site == offer.site.site_id and p.count > 0]
        if offer.is_open and pools:
            crew = crew_of(part.network, pools)
            heads = tuple(int(crew.heads[crew.group == g].sum()) for g in range(crew.groups))
            staff[o] = Staff(crew, heads, crew.heads)
    return staff, outcome_of(part, ways, staff, {})


def outcome_of(
    part: Part, ways: Ways, staff: Mapping[int, Staff], chosen: Mapping[str, Ints]
) -> Outcome:
    """What follows from sites, staff and assignments.

    Parameters
    ----------
    part : Part
    ways : Ways
    staff : mapping of int to Staff
        By open offer.
    chosen : mapping of str to int array (zones,)
        Offer of each zone by tier; where it is missing, -1 or unable, the nearest able one.
    """
    site_of = {
        number: _serving(part, ways, staff, number, chosen.get(job.tier))
        for number, job in enumerate(part.jobs)
    }
    lifted = [_lifted_to(part, ways, staff, site_of, lift) for lift in range(len(part.lifts))]
    work = _work(part, ways, site_of, lifted)
    return Outcome(
        site_of=site_of,
        work_min=work,
        cost=_cost(part, ways, staff, site_of, lifted),
        promises=tuple(_promises(part, ways, staff, site_of, lifted, work)),
        trip_min=_trips(part, ways, site_of),
        uncovered=tuple(
            (number, int(i))
            for number, at in site_of.items()
            for i in np.flatnonzero(
                (at == NOBODY) & (part.visits(part.jobs[number]).sum(axis=1) > 0)
            )
        ),
    )


def able(crew: Crew, skill: str | None, agents: tuple[int, ...]) -> bool:
    """Whether somebody of a crew holds a skill."""
    group = crew.group_of(skill)
    return group >= 0 and agents[group] > 0


def _serving(
    part: Part, ways: Ways, staff: Mapping[int, Staff], number: int, chosen: Ints | None
) -> Ints:
    job = part.jobs[number]
    skill = part.streams.streams[job.streams[0]].skill
    open_here = np.array(
        [
            o
            for o, who in staff.items()
            if part.offers[o].site.tier == job.tier and able(who.crew, skill, who.agents)
        ],
        dtype=np.int64,
    )
    zones = len(part.zones)
    if not len(open_here):
        return np.full(zones, NOBODY)
    travels = part.streams.streams[job.streams[0]].somebody_travels
    way = ways.minutes[:, open_here]
    nearest = open_here[np.argmin(way, axis=1)]
    found = np.where(np.isfinite(way.min(axis=1)) | (not travels), nearest, NOBODY)
    if chosen is not None:
        at = np.maximum(chosen, 0)
        usable = np.isin(chosen, open_here)
        if travels:
            usable &= np.isfinite(ways.minutes[np.arange(zones), at])
        found = np.where(usable, chosen, found)
    return np.asarray(found, dtype=np.int64)


def _lifted_to(
    part: Part,
    ways: Ways,
    staff: Mapping[int, Staff],
    site_of: Mapping[int, Ints],
    number: int,
) -> Ints:
    """Offer at which each zone's lifted work ends: the parent of its site, or its own choice."""
    lift = part.lifts[number]
    main = next(n for n, job in enumerate(part.jobs) if job.main and job.tier == lift.tier)
    parents = np.array([part.parent(offer, lift.tier) for offer in part.offers])
    source = site_of[lift.job]
    up = np.where(source >= 0, parents[np.maximum(source, 0)], NOBODY)
    is_open = np.array([o in staff for o in range(len(part.offers))])
    found = np.where((up >= 0) & is_open[np.maximum(up, 0)], up, site_of[main])
    return np.where(source >= 0, found, NOBODY)


def _work(
    part: Part, ways: Ways, site_of: Mapping[int, Ints], lifted: list[Ints]
) -> dict[tuple[int, int], float]:
    work: dict[tuple[int, int], float] = {}
    for number, job in enumerate(part.jobs):
        served = np.flatnonzero(site_of[number] >= 0)
        at = site_of[number][served]
        minutes = np.where(np.isfinite(ways.minutes), ways.minutes, 0.0)[served, at]
        each = part.work(job, at, served, minutes)
        for n, q in enumerate(job.streams):
            for o in np.unique(at).tolist():
                key = (o, part.offers[o].crew.group_of(part.streams.streams[q].skill))
                work[key] = work.get(key, 0.0) + float(each[at == o, n].sum())
    for lift, at in zip(part.lifts, lifted, strict=True):
        skill = part.streams.streams[part.streams.stream[lift.target]].skill
        for o in np.unique(at[at >= 0]).tolist():
            key = (o, part.offers[o].crew.group_of(skill))
            minutes_each = part.streams.service_min[lift.target] * part.kappa(o)
            added = float(lift.visits[at == o].sum() * minutes_each)
            work[key] = work.get(key, 0.0) + added
    return work


def _cost(
    part: Part,
    ways: Ways,
    staff: Mapping[int, Staff],
    site_of: Mapping[int, Ints],
    lifted: list[Ints],
) -> dict[str, float]:
    cost = dict.fromkeys(COMPONENTS, 0.0)
    months = part.options.payback_months
    for o, offer in enumerate(part.offers):
        was_open = offer.is_open and not part.options.greenfield
        if o in staff:
            cost["sites"] += offer.site.fixed_cost_per_month
            cost["wages"] += staff[o].crew.wages(staff[o].count)
            cost["opening"] += 0.0 if was_open else offer.site.opening_cost / months
        elif was_open:
            cost["closing"] += offer.site.closing_cost / months
    rates = part.network.costs
    for number, job in enumerate(part.jobs):
        served = np.flatnonzero(site_of[number] >= 0)
        at = site_of[number][served]
        visits = part.visits(job)[served]
        for n, q in enumerate(job.streams):
            if part.streams.streams[q].agent_travels:
                hours = 2 * ways.minutes[served, at] * part.factor[q] / MINUTES_PER_HOUR
                km = 2 * ways.km[served, at]
                trip = rates.travel_per_km * km + rates.travel_per_h * hours
                cost["travel"] += float(visits[:, n] @ trip)
            pay = np.array([part.offers[o].site.cost_per_job for o in at])
            cost["jobs"] += float(visits[:, n] @ pay)
    for lift, at in zip(part.lifts, lifted, strict=True):
        pay = np.array([part.offers[o].site.cost_per_job if o >= 0 else 0.0 for o in at])
        cost["jobs"] += float(lift.visits @ pay)
    return cost


def _trips(part: Part, ways: Ways, site_of: Mapping[int, Ints]) -> dict[str, float]:
    found = {}
    for number, job in enumerate(part.jobs):
        if job.main:
            served = np.flatnonzero(site_of[number] >= 0)
            weight = part.visits(job)[served].sum(axis=1)
            minutes = ways.minutes[served, site_of[number][served]]
            near = np.isfinite(minutes) & (weight > 0)
            found[job.tier] = (
                float(np.average(minutes[near], weights=weight[near])) if near.any() else 0.0
            )
    return found


def _promises(
    part: Part,
    ways: Ways,
    staff: Mapping[int, Staff],
    site_of: Mapping[int, Ints],
    lifted: list[Ints],
    work: Mapping[tuple[int, int], float],
) -> list[Predicted]:
    areas = np.array(part.areas())
    found = []
    for p, promise in enumerate(part.promises):
        asked = part.population(promise)
        if asked.sum() <= 0:
            continue
        kept = _kept(part, ways, staff, site_of, lifted, work, p)
        groups: list[tuple[str | None, float]] = [(None, part.target(promise))]
        floor = part.floor(promise)
        if floor is not None:
            groups += [(str(area), floor) for area in sorted({*areas[asked > 0]})]
        for area, target in groups:
            inside = part.members(promise) & ((areas == area) if area else True)
            requests = float(asked[inside].sum())
            share = float(kept[inside].sum()) / requests
            found.append(Predicted(promise.promise_id, area, share, target, requests))
    return found


def _kept(
    part: Part,
    ways: Ways,
    staff: Mapping[int, Staff],
    site_of: Mapping[int, Ints],
    lifted: list[Ints],
    work: Mapping[tuple[int, int], float],
    p: int,
) -> Floats:
    """Requests a month that keep a promise, by zone."""
    promise, streams = part.promises[p], part.streams
    kept = np.zeros(len(part.zones))
    share = streams.zone_share[:, part.zones]

    def tables(o: int, q: int, minutes: Floats) -> Kept:
        who = staff[o]
        group = who.crew.group_of(streams.streams[q].skill)
        load = work.get((o, part.offers[o].crew.group_of(streams.streams[q].skill)), 0.0)
        found = part.waits.of(who.crew, group, who.agents[group], load)[p]
        return part.share_kept(p, part.offers[o], q, found, minutes)

    for number, job in enumerate(part.jobs):
        if job.tier != promise.tier:
            continue
        for o in np.unique(site_of[number][site_of[number] >= 0]).tolist():
            zone = np.flatnonzero(site_of[number] == o)
            for q in job.streams:
                met = tables(o, q, np.where(np.isfinite(ways.minutes), ways.minutes, 0.0)[zone, o])
                for row, w in enumerate(met.spread):
                    kept[zone] += met.requests[row] * share[w, zone] * met.share[row]
    for lift, at in zip(part.lifts, lifted, strict=True):
        if lift.tier != promise.tier:
            continue
        each = part.lifted_share(promise, lift.target)
        for o in np.unique(at[at >= 0]).tolist():
            met = tables(o, int(streams.stream[lift.target]), np.zeros(1))
            same = met.share[met.spread == streams.spread[lift.target]]
            if len(same):
                zone = np.flatnonzero(at == o)
                kept[zone] += each * lift.visits[zone] * float(same[0, 0])
    return np.asarray(kept * part.members(promise))
