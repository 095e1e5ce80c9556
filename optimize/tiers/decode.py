"""From a solution of the model to a plan that can be carried out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from optimize.tiers.outcome import (
    NOBODY,
    Outcome,
    Staff,
    Ways,
    outcome_of,
)
from optimize.tiers.parts import Job, Part
from optimize.tiers.variables import Placement

Floats = NDArray[np.float64]


Ints = NDArray[np.int64]


def decode(
    model: Placement, ways: Ways, values: Floats
) -> tuple[dict[int, Staff], dict[int, float], Outcome]:
    """The plan of a solution: one site per zone and tier, whole agents, exact waits."""
    part, levels = model.part, model.part.levels
    open_offers = np.flatnonzero(values[model.y] > 0.5)
    taken = {int(levels.offer[row]): int(row) for row in np.flatnonzero(values[model.z] > 0.5)}
    chosen = {
        job.tier: _largest_share(job.zone, job.offer, values[x], len(part.zones))
        for job, x in zip(part.jobs, model.x, strict=True)
        if job.main
    }
    for job, x in zip(part.jobs, model.x, strict=True):
        if job.main:
            relieve_partners(part, ways, job, values[x], chosen[job.tier], open_offers)
    intensity = {int(o): float(levels.intensity[taken[int(o)]]) for o in open_offers}
    least = {o: round(float(values[model.n[row]])) for o, row in taken.items()}
    staff = {int(o): staff_of(part, int(o), [least[int(o)]]) for o in open_offers}
    first = outcome_of(part, ways, staff, chosen)
    for o in _unused(part, staff, first):  # a share of a zone that went to another site
        del staff[o], intensity[o]
    first = outcome_of(part, ways, staff, chosen)
    for o in staff:  # who serves a zone is whole now, so work may be a little more
        offer = part.offers[o]
        agents = [
            offer.agents(g, first.work_min.get((o, g), 0.0), intensity[o])
            if g == offer.main
            else offer.agents(g, first.work_min.get((o, g), 0.0))
            for g in range(offer.crew.groups)
        ]
        agents[offer.main] = max(agents[offer.main], least[o])
        staff[o] = staff_of(part, o, agents)
    waits = replace(part.waits, trip_min={**part.waits.trip_min, **first.trip_min})
    return staff, intensity, outcome_of(replace(part, waits=waits), ways, staff, chosen)


def relieve_partners(
    part: Part, ways: Ways, job: Job, x: Floats, chosen: Ints, open_offers: Ints
) -> None:
    """Move zones away from partners who would have more work than their people can do, in place.

    A zone that was shared goes wholly to the site with its largest share; a partner cannot
    hire for that. Zones of which he had least go first, to the nearest own site.
    """
    own = np.array([o for o in open_offers if o in job.able and not part.offers[o].partner])
    if not len(own):
        return
    share = {(int(i), int(o)): v for i, o, v in zip(job.zone, job.offer, x, strict=True)}
    for o in (int(o) for o in open_offers if o in job.able and part.offers[o].partner):
        offer = part.offers[o]
        limit = offer.work_min(offer.main, offer.least(offer.main))
        mine = np.flatnonzero(chosen == o)
        at = np.full(len(mine), o)
        work = part.work(job, at, mine, ways.minutes[mine, o]).sum(axis=1)
        order = sorted(range(len(mine)), key=lambda n: (share.get((int(mine[n]), o), 0.0), n))
        left = float(work.sum())
        for n in order:
            if left <= limit * (1 + 1e-6):
                break
            nearest = own[np.argmin(ways.minutes[mine[n], own])]
            if np.isfinite(ways.minutes[mine[n], nearest]):
                chosen[mine[n]] = nearest
                left -= float(work[n])


def _unused(part: Part, staff: dict[int, Staff], outcome: Outcome) -> list[int]:
    """Sites that the plan would open and that nobody is served by, as far as they may stay shut."""
    busy = {o for (o, _), work in outcome.work_min.items() if work > 0}
    unused: list[int] = []
    for o in staff:
        offer, tier = part.offers[o], part.offers[o].site.tier
        left = sum(part.offers[k].site.tier == tier for k in staff) - len(unused)
        spare = left > part.options.least_sites.get(tier, 1)
        if o not in busy and spare and not offer.is_open and not part.options.greenfield:
            unused.append(o)
    return unused


def staff_of(part: Part, o: int, agents: Sequence[int]) -> Staff:
    """Staff of an offer; groups that are not said have their fewest."""
    offer = part.offers[o]
    every = [
        agents[g]
        if len(agents) == offer.crew.groups
        else (agents[0] if g == offer.main else offer.least(g))
        for g in range(offer.crew.groups)
    ]
    count = np.zeros(len(offer.crew.pools), dtype=np.int64)
    for group, size in enumerate(every):
        count += offer.count(group, size)
    return Staff(offer.crew, tuple(every), count)


def _largest_share(zone: Ints, offer: Ints, x: Floats, zones: int) -> Ints:
    """Offer with the largest share of each zone, -1 where there is none."""
    chosen = np.full(zones, NOBODY)
    order = np.lexsort((offer, -x, zone))
    first = np.unique(zone[order], return_index=True)[1]
    chosen[zone[order][first]] = offer[order][first]
    return chosen
