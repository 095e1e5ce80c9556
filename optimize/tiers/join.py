"""One plan from the answers for all parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from network.errors import Problem
from network.model import Network
from optimize.solver import Limits, Solved, Status
from optimize.tiers.options import TierOptions
from optimize.tiers.outcome import (
    Outcome,
    Staff,
)
from optimize.tiers.parts import Part
from optimize.tiers.plan import Staffed, TieredPlan


@dataclass(frozen=True)
class Found:
    """The answer for one part: of the model, of today's sites (kept), or without it (greedy)."""

    part: Part
    solved: Solved
    constant: float
    staff: dict[int, Staff]
    intensity: dict[int, float]
    outcome: Outcome | None
    today: Outcome | None
    shortfalls: tuple[Problem, ...] = ()
    kept: bool = False
    greedy: bool = False


def join(
    network: Network,
    options: TierOptions,
    found: Sequence[Found],
    limits: Limits,
    seconds: float,
) -> TieredPlan:
    """One plan from the answers for all parts."""
    status = _joint_status([one.solved.status for one in found])
    base = TieredPlan(
        scenario=network.name,
        status=status,
        objective=float("nan"),
        bound=sum(one.solved.bound + one.constant for one in found),
        seconds=seconds,
        solver=found[0].solved.solver,
        version=found[0].solved.version,
        today=_added([one.today.cost for one in found if one.today]),
        promises_today=tuple(p for one in found if one.today for p in one.today.promises),
        trip_min_today=_mean_trips(found, today=True),
        uncovered=_uncovered(found),
        shortfalls=tuple(p for one in found for p in one.shortfalls),
    )
    if not status.has_plan:
        return base
    outcomes = [one.outcome for one in found if one.outcome is not None]
    staff = tuple(_staffed(one, o) for one in found for o in sorted(one.staff))
    open_now = {one.site.site_id for one in staff}
    usable = [offer for one in found for offer in one.part.offers]
    cost = _added([outcome.cost for outcome in outcomes])
    objective = sum(cost.values())
    outside = any(one.kept for one in found)  # today's mix of people is no level of the model
    proved = not outside and objective - base.bound <= limits.gap * abs(objective)
    return replace(
        base,
        status=Status.OPTIMAL if proved else Status.FEASIBLE,
        objective=objective,
        open_sites=tuple(sorted(open_now)),
        opened=tuple(
            sorted(o.site.site_id for o in usable if o.site.site_id in open_now and not o.is_open)
        ),
        closed=tuple(
            sorted(o.site.site_id for o in usable if o.site.site_id not in open_now and o.is_open)
        ),
        staff=staff,
        assignments=tuple(row for one in found for row in _assignments(one)),
        cost=cost,
        promises=tuple(p for outcome in outcomes for p in outcome.promises),
        trip_min=_mean_trips(found, today=False),
        notes=_notes(found, options),
    )


def _joint_status(statuses: Sequence[Status]) -> Status:
    for worst in (Status.INFEASIBLE, Status.UNKNOWN, Status.FEASIBLE):
        if worst in statuses:
            return worst
    return Status.OPTIMAL


def _added(costs: Sequence[dict[str, float]]) -> dict[str, float]:
    return {name: sum(cost[name] for cost in costs) for name in costs[0]} if costs else {}


def _mean_trips(found: Sequence[Found], *, today: bool) -> dict[str, float]:
    """Mean trip by tier over parts, weighted by visits."""
    total: dict[str, float] = {}
    weight: dict[str, float] = {}
    for one in found:
        outcome = one.today if today else one.outcome
        for tier, minutes in (outcome.trip_min if outcome else {}).items():
            job = next(j for j in one.part.jobs if j.main and j.tier == tier)
            visits = float(one.part.visits(job).sum())
            total[tier] = total.get(tier, 0.0) + visits * minutes
            weight[tier] = weight.get(tier, 0.0) + visits
    return {tier: total[tier] / weight[tier] for tier in total if weight[tier] > 0}


def _uncovered(found: Sequence[Found]) -> tuple[tuple[str, str], ...]:
    rows = {
        (job.tier, one.part.network.zones.zone_id[one.part.zones[i]])
        for one in found
        for job in one.part.jobs
        for i in job.unreached
        if one.part.visits(job)[i].sum() > 0
    }
    return tuple(sorted(rows))


def _staffed(found: Found, o: int) -> Staffed:
    offer, who, outcome = found.part.offers[o], found.staff[o], found.outcome
    work = outcome.work_min if outcome else {}
    return Staffed(
        site=offer.site,
        crew=who.crew,
        partner=offer.partner,
        agents=who.agents,
        count=tuple(who.count.tolist()),
        intensity=found.intensity[o],
        work_h=tuple(work.get((o, g), 0.0) / 60 for g in range(who.crew.groups)),
    )


def _assignments(found: Found) -> list[tuple[str, str, str]]:
    rows = []
    for number, job in enumerate(found.part.jobs):
        if job.main and found.outcome is not None:
            for i, o in enumerate(found.outcome.site_of[number].tolist()):
                if o >= 0:
                    zone = found.part.network.zones.zone_id[found.part.zones[i]]
                    rows.append((zone, job.tier, found.part.offers[o].site.site_id))
    return rows


def _notes(found: Sequence[Found], options: TierOptions) -> tuple[str, ...]:
    notes = []
    for one in found:
        for promise in one.outcome.promises if one.outcome else ():
            if not promise.kept:
                where = f" in {promise.area}" if promise.area else ""
                notes.append(
                    f"{promise.promise_id}{where}: predicted {promise.share:.1%} after rounding to "
                    f"whole zones and agents, {promise.target:.1%} asked"
                )
    for one in found:
        if one.kept and one.today is not None and one.outcome is not None:
            more = sum(s.count.sum() for s in one.staff.values()) - _heads(one)
            people = f" with {more} people more" if more else ""
            notes.append(
                f"{one.part.name}: today's sites{people} keep every promise at less cost than any "
                "plan found; their mix of people is outside the model, and so is its bound"
            )
    notes += [
        f"{one.part.name}: the time did not suffice for the model; sites were opened one after the "
        "other until every promise held, and a cheaper plan is likely"
        for one in found
        if one.greedy
    ]
    shared = {p.promise_id for p in found[0].part.promises}
    for one in found[1:]:
        shared &= {p.promise_id for p in one.part.promises}
    if len(found) > 1 and shared:
        notes.append(
            f"{', '.join(sorted(shared))}: asked of every region by itself, which is more than "
            "asked on average"
        )
    if options.price_per_miss is not None:
        notes.append("promises are priced, not required; misses are not in the cost shown")
    return tuple(notes)


def _heads(found: Found) -> int:
    """People of the placed tiers today."""
    sites = {o.site.site_id for o in found.part.offers if o.is_open}
    return sum(p.count for p in found.part.network.pools if p.site in sites)
