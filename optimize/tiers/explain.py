"""Why there is no plan: which promise, where, by how much, and what would be enough."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from network.errors import Problem
from network.places import Ownership, Site, SiteStatus
from network.promise import Promise
from network.quantity import show_duration
from optimize.solver import Limits, Solved, solve_program
from optimize.tiers.divide import part_of
from optimize.tiers.model import build
from optimize.tiers.outcome import Outcome, Staff, outcome_of, ways_of
from optimize.tiers.parts import Part
from optimize.tiers.promises import MISS_UNIT
from optimize.tiers.variables import Asked, Placement

Floats = NDArray[np.float64]

PRICE_PER_MISS = 1e5
"""So dear that a miss is allowed only where it cannot be avoided."""
MOST_TIMES = 8.0
"""The time that would be enough is looked for up to so many times the promised one."""
LEAST_LOOK_S = 1.0
"""Seconds that the first look has in any case."""


def explain(part: Part, limits: Limits) -> tuple[Problem, ...]:
    """What the part lacks, from its model with every promise made soft.

    Parameters
    ----------
    part : Part
        Whose model has no plan.
    limits : Limits
        Of all looks together, each of which takes a relaxation or a restricted program. What
        would be enough is told as far as the time suffices.
    """
    from optimize.tiers.decode import decode
    from optimize.tiers.search import solve_placement

    clock = _Clock(limits, time.perf_counter())
    problems = list(_uncovered(part))
    model = build(part, elastic=PRICE_PER_MISS)
    program = model.builder.build()
    soft = solve_placement(model, program, replace(clock.left, gap=0.02))
    if not soft.status.has_plan:
        return (*problems, *_without(part, clock))
    short = [asked for asked in model.asked if soft.values[asked.slack] > 1e-7]
    staff, _, outcome = decode(model, ways_of(part), soft.values)
    for asked in short:
        promise = part.promises[asked.promise]
        best = _best_share(model, asked, soft)
        where = f"{promise.promise_id}, {asked.area or _group(promise, part)}"
        enough = [
            "" if clock.is_over else _time_enough(part, asked, outcome, staff, clock),
            "" if clock.is_over else _site_enough(part, asked, outcome, clock.left),
        ]
        also = " or ".join(word for word in enough if word)
        if clock.is_over and not also:
            said = "No time was left to say what would be enough"
        else:
            said = f"{also or 'Nothing that was tried'} would be enough"
        problems.append(
            Problem(
                where,
                f"at most {best:.1%} within {show_duration(promise.within)}, {asked.target:.1%} "
                f"asked: {(asked.target - best) * asked.requests:.0f} requests a month too many "
                f"are late. {said}",
            )
        )
    return tuple(problems)


@dataclass(frozen=True, slots=True)
class _Clock:
    """The time of all looks together."""

    limits: Limits
    began: float

    @property
    def left(self) -> Limits:
        """Limits of the next look."""
        passed = time.perf_counter() - self.began
        return replace(self.limits, seconds=max(self.limits.seconds - passed, LEAST_LOOK_S))

    @property
    def is_over(self) -> bool:
        """Whether no further look may begin."""
        return time.perf_counter() - self.began >= self.limits.seconds


def _group(promise: Promise, part: Part) -> str:
    return promise.area or promise.region or part.name


def _uncovered(part: Part) -> list[Problem]:
    """Zones that no site may serve."""
    zones, found = part.network.zones, []
    for job in part.jobs:
        asked = part.visits(job).sum(axis=1)
        missing = [i for i in job.unreached if asked[i] > 0]
        if missing:
            names = ", ".join(
                zones.name[part.zones[i]] or zones.zone_id[part.zones[i]] for i in missing[:5]
            )
            more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
            skills = {part.streams.streams[q].skill or "any" for q in job.streams}
            found.append(
                Problem(
                    f"{job.tier} ({', '.join(sorted(skills))})",
                    f"no site can reach {len(missing)} of {len(part.zones)} zones: {names}{more}",
                )
            )
    return found


def _best_share(model: Placement, asked: Asked, soft: Solved) -> float:

    misses = float(soft.values[asked.slack]) * MISS_UNIT
    return asked.target - misses / asked.requests


def _without(part: Part, clock: _Clock) -> list[Problem]:
    """Which of the planner's own limits leaves no plan even without promises."""
    options = part.options
    tries = {
        "budget": replace(options, budget={}, budget_floor={}),
        "most_sites": replace(options, most_sites={}),
        "least_sites": replace(options, least_sites={}),
        "nested": replace(options, nested=()),
        "backup": replace(options, backup=()),
        "max_utilisation": replace(options, max_utilisation=1.0),
    }
    for name, relaxed in tries.items():
        if relaxed == options or clock.is_over:
            continue
        model = build(replace(part, options=relaxed), elastic=PRICE_PER_MISS)
        if solve_program(model.builder.build(), clock.left).status.has_plan:
            given = getattr(options, name)
            return [Problem(f"{part.name}, {name}", f"no plan keeps it; got {given}. Relax it")]
    if clock.is_over:
        message = "the time did not suffice to say what is in the way; allow more"
        return [Problem(part.name, message)]
    message = "no set of sites can do the work; add candidates or raise partners' people"
    return [Problem(part.name, message)]


def _time_enough(
    part: Part, asked: Asked, outcome: Outcome, staff: dict[int, Staff], clock: _Clock
) -> str:
    """The promised time that the best plan keeps, by bisection as far as the clock allows."""
    promise = part.promises[asked.promise]

    def share(within: float) -> float:
        longer = promise.model_copy(update={"within": within})
        waits = replace(part.waits, promises=(longer,))
        other = replace(part, promises=(longer,), waits=waits)
        chosen = {job.tier: outcome.site_of[n] for n, job in enumerate(part.jobs) if job.main}
        found = outcome_of(other, ways_of(other), staff, chosen)
        return next(p.share for p in found.promises if p.area == asked.area)

    low, high = promise.within, promise.within * MOST_TIMES
    if share(high) < asked.target:
        return ""
    while high - low > 0.02 * promise.within and not clock.is_over:
        middle = (low + high) / 2
        low, high = (low, middle) if share(middle) >= asked.target else (middle, high)
    return show_duration(high)


def _site_enough(part: Part, asked: Asked, outcome: Outcome, limits: Limits) -> str:
    """One more candidate, where most of the late requests are, by the linear relaxation."""
    promise = part.promises[asked.promise]
    tier = promise.tier
    like = [o.site for o in part.offers if o.site.tier == tier and not o.partner]
    areas = np.array(part.areas())
    inside = part.members(promise) & ((areas == asked.area) if asked.area else True)
    if tier is None or tier not in part.today:
        return ""
    most = part.options.most_sites.get(tier)
    if most is not None:
        more = replace(part.options, most_sites={**part.options.most_sites, tier: most + 1})
        word = f"one more open site of tier {tier} ({most + 1})"
        return word if _keeps(replace(part, options=more), asked, promise, limits) else ""
    if not like:
        return ""
    job = next(n for n, job in enumerate(part.jobs) if job.main and job.tier == tier)
    at = outcome.site_of[job]
    minutes = ways_of(part).minutes[np.arange(len(at)), np.maximum(at, 0)]
    away = np.where((at >= 0) & np.isfinite(minutes), minutes, 1e3)
    worst = int(np.argmax(part.population(promise) * away * inside))
    site = _site_at(part, like[0], int(part.zones[worst]))
    network = replace(part.network, sites=(*part.network.sites, site))
    if network.road_minutes is not None:
        return ""  # a road graph knows no way to a place that it has not seen
    sites = [offer.number for offer in part.offers] + [len(network.sites) - 1]
    wider = part_of(network, part.streams, part.options, part.name, part.zones, sites)
    wider = replace(wider, waits=replace(wider.waits, trip_min=part.waits.trip_min))
    return f"one more site, as at {site.name}" if _keeps(wider, asked, promise, limits) else ""


def _keeps(part: Part, asked: Asked, promise: Promise, limits: Limits) -> bool:
    """Whether the linear relaxation of another part keeps the promise."""
    model = build(part, elastic=PRICE_PER_MISS)
    program = model.builder.build()
    relaxed = replace(program, integer=np.zeros_like(program.integer))
    solved = solve_program(relaxed, limits)
    same = [
        one.slack
        for one in model.asked
        if part.promises[one.promise].promise_id == promise.promise_id and one.area == asked.area
    ]
    return solved.status.has_plan and all(solved.values[slack] <= 1e-7 for slack in same)


def _site_at(part: Part, like: Site, zone: int) -> Site:
    """A candidate of one's own at a zone, like another of the tier."""
    zones = part.network.zones
    y, x = zones.position[zone].tolist()
    planar = like.lat is None
    where = {"y_km": y, "x_km": x} if planar else {"lat": y, "lon": x}
    return like.model_copy(
        update={
            "site_id": f"{zones.zone_id[zone]}_further",
            "name": zones.name[zone] or zones.zone_id[zone],
            "region": zones.region[zone],
            "area": zones.area[zone],
            "status": SiteStatus.CANDIDATE,
            "ownership": Ownership.OWN,
            **where,
        }
    )
