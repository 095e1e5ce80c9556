"""Is a tiered plan what it says? Recomputed zone by zone, sharing nothing with the model.

Taken as given are the streams (what is asked) and the crews (who works how long for how much).
Predicted shares cannot be recomputed without the formulas for waits; they are held against what
travel alone allows.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from network.model import Network
from network.places import SiteStatus
from network.promise import Promise
from network.route import Mode
from network.travel_time import base_travel
from optimize.tiers.options import TierOptions
from optimize.tiers.outcome import Predicted
from optimize.tiers.plan import Staffed, TieredPlan
from optimize.tiers.streams import Streams, streams_of

TOLERANCE = 1e-6


def check_tiers(
    network: Network, tiered: TieredPlan, options: TierOptions | None = None
) -> list[str]:
    """Violations of a plan, empty if it is sound.

    Parameters
    ----------
    network : Network
        The one that was planned.
    tiered : TieredPlan
    options : TierOptions, optional
        Those it was made with.
    """
    options = options or TierOptions()
    if not tiered.status.has_plan:
        return []
    world = _World(network, tiered, options)
    return [
        *_status(world),
        *_numbers(world),
        *_assigned(world),
        *_staffed(world),
        *_cost(world),
        *_promised(world),
    ]


class _World:
    """Look-ups for one check."""

    def __init__(self, network: Network, tiered: TieredPlan, options: TierOptions) -> None:
        self.network, self.tiered, self.options = network, tiered, options
        self.streams: Streams = streams_of(network, days=options.demand_days)
        self.site = {site.site_id: site for site in network.sites}
        self.staffed = {one.site.site_id: one for one in tiered.staff}
        self.zone = {zone: i for i, zone in enumerate(network.zones.zone_id)}
        minutes, km = base_travel(network, slice(0, None), np.arange(len(network.sites)))
        order = {site.site_id: j for j, site in enumerate(network.sites)}
        self.minutes = {name: minutes[:, j] for name, j in order.items()}
        self.km = {name: km[:, j] for name, j in order.items()}
        self.serves = {(zone, tier): site for zone, tier, site in tiered.assignments}
        self.tiers = {one.site.tier for one in tiered.staff}
        homes = {s.region for s in network.sites if s.tier in self.tiers}
        tied = options.budget_shift > 0 and len(options.budget) > 1
        self.apart = len(homes) > 1 and homes == {*network.zones.region} and not tied
        self.visited = self._visited()

    def able(self, name: str, skill: str | None) -> bool:
        one = self.staffed.get(name)
        if one is None:
            return False
        return any(
            count > 0 and (skill is None or skill in pool.skills)
            for pool, count in zip(one.crew.pools, one.count, strict=True)
        )

    def serving(self, i: int, tier: str, skill: str | None, travels: bool) -> str | None:
        """The site of a zone: its own if able, else the nearest able one of its part."""
        zone = self.network.zones.zone_id[i]
        reached = [
            name
            for name, one in self.staffed.items()
            if one.site.tier == tier
            and self.able(name, skill)
            and (not travels or math.isfinite(self.minutes[name][i]))
            and (not self.apart or one.site.region == self.network.zones.region[i])
        ]
        own = self.serves.get((zone, tier))
        if own in reached:
            return own
        return min(reached, key=lambda name: float(self.minutes[name][i]), default=None)

    def factor(self, q: int) -> float:
        """Mean hour factor of a stream's trips."""
        hours = list(self.network.travel.hour_factors)
        total = weight = 0.0
        for f in range(len(self.streams.visits)):
            if self.streams.stream[f] == q:
                for hour in range(168):
                    part = self.streams.visits[f] * self.streams.profile[f, hour]
                    total += part * hours[hour % len(hours)]
                    weight += part
        return total / weight if weight > 0 else 1.0

    def _visited(self) -> dict[tuple[int, int], tuple[str, float, float]]:
        """Site, visits and service minutes a month of every zone and stream that is served."""
        found = {}
        for q, stream in enumerate(self.streams.streams):
            if stream.tier in self.tiers:
                for i in range(len(self.network.zones)):
                    visits = float(self.streams.zone_visits[i, q])
                    name = self.serving(
                        i, stream.tier, stream.skill, stream.mode in (Mode.VISIT, Mode.WALK_IN)
                    )
                    if visits > 0 and name is not None:
                        service = float(self.streams.zone_service_min[i, q])
                        found[i, q] = (name, visits, service)
        return found


def _status(world: _World) -> Iterator[str]:
    opened = {*world.tiered.open_sites}
    if opened != {*world.staffed}:
        yield f"open sites {sorted(opened)} and staffed sites {sorted(world.staffed)} differ"
    for site in world.network.sites:
        name = site.site_id
        if site.tier not in world.tiers:
            continue
        if site.status is SiteStatus.REQUIRED and name not in opened:
            yield f"{name} is required and not open"
        if site.status is SiteStatus.CLOSED and name in opened:
            yield f"{name} is closed for good and open"
        if (name in world.tiered.opened) != (name in opened and not site.status.is_open):
            yield f"{name} is wrongly listed as opened, or not"
        if (name in world.tiered.closed) != (name not in opened and site.status.is_open):
            yield f"{name} is wrongly listed as closed, or not"


def _numbers(world: _World) -> Iterator[str]:
    options, opened = world.options, {*world.tiered.open_sites}
    count: dict[str, int] = defaultdict(int)
    for name in opened:
        count[world.site[name].tier] += 1
    for tier, most in options.most_sites.items():
        if count[tier] > most and len({*world.network.zones.region}) == 1:
            yield f"{count[tier]} sites of tier {tier} are open; at most {most} may be"
    for tier, least in options.least_sites.items():
        if tier in world.tiers and count[tier] < least:
            yield f"{count[tier]} sites of tier {tier} are open; at least {least} must be"
    for inner, outer in options.nested:
        if inner in opened and outer not in opened:
            yield f"{inner} is open without {outer}"


def _assigned(world: _World) -> Iterator[str]:
    for (zone, tier), name in world.serves.items():
        if name not in world.staffed:
            yield f"zone {zone} is assigned to {name}, which is not open"
        elif world.staffed[name].site.tier != tier:
            yield f"zone {zone} is assigned at tier {tier} to {name} of another tier"
    unreached = {*world.tiered.uncovered}
    for q, stream in enumerate(world.streams.streams):
        if stream.tier not in world.tiers:
            continue
        for i, zone in enumerate(world.network.zones.zone_id):
            asked = world.streams.zone_visits[i, q] > 0
            if asked and (i, q) not in world.visited and (stream.tier, zone) not in unreached:
                yield f"zone {zone} is served by no site at tier {stream.tier} ({stream.skill})"


def _work(world: _World) -> dict[tuple[str, str | None], float]:
    """Minutes of work a month by site and skill."""
    streams = world.streams
    work: dict[tuple[str, str | None], float] = defaultdict(float)
    factor = {q: world.factor(q) for q in range(len(streams.streams))}
    for (i, q), (name, visits, service) in world.visited.items():
        stream = streams.streams[q]
        trips = 2 * visits * world.minutes[name][i] * factor[q] if stream.agent_travels else 0.0
        kappa = world.options.load_factor.get(name, 1.0)
        work[name, stream.skill] += kappa * (service + trips)
    for name, skill, _, minutes in _lifted(world):
        work[name, skill] += world.options.load_factor.get(name, 1.0) * minutes
    return work


def _lifted(world: _World) -> Iterator[tuple[str, str | None, float, float]]:
    """Site, skill, visits and minutes of work that follows at the parent of a site."""
    streams = world.streams
    parent = {site.site_id: site.parent for site in world.network.sites}
    rows = zip(streams.lifted_from, streams.lifted_to, streams.lifted, strict=True)
    for source, target, each in rows:
        q, up = int(streams.stream[source]), streams.streams[streams.stream[target]]
        if up.tier not in world.tiers:
            continue
        for i in range(len(world.network.zones)):
            if (i, q) not in world.visited:
                continue
            share = float(streams.zone_share[streams.spread[source], i])
            visits = float(streams.visits[source] * streams.direct[source] * share * each)
            above = parent[world.visited[i, q][0]]
            while above is not None and not (
                world.site[above].tier == up.tier and above in world.staffed
            ):
                above = parent[above]
            name = above or world.serving(i, up.tier, up.skill, False)
            if name is not None:
                yield name, up.skill, visits, visits * float(streams.service_min[target])


def _staffed(world: _World) -> Iterator[str]:
    work = _work(world)
    for name, one in world.staffed.items():
        for group in range(one.crew.groups):
            members = np.flatnonzero(one.crew.group == group)
            heads = sum(one.count[p] for p in members)
            if heads != one.agents[group]:
                yield f"{name}: {heads} agents by pattern, {one.agents[group]} in the group"
            own = one.crew.skills(group)
            minutes = sum(m for (site, s), m in work.items() if site == name and s in own)
            if not math.isclose(minutes / 60, one.work_h[group], rel_tol=1e-4, abs_tol=0.1):
                yield f"{name}: {minutes / 60:.1f} h of work, {one.work_h[group]:.1f} h stated"
        yield from _duty(world, name, one, work)


def _duty(
    world: _World, name: str, one: Staffed, work: dict[tuple[str, str | None], float]
) -> Iterator[str]:
    for (site, skill), minutes in work.items():
        if site != name:
            continue
        duty = sum(
            count * float(each)
            for count, each in zip(one.count, one.crew.duty_min(skill), strict=True)
        )
        if minutes > duty * (1 + TOLERANCE):
            yield f"{name}: {minutes / 60:.0f} h of work for {skill} in {duty / 60:.0f} h of duty"


def _cost(world: _World) -> Iterator[str]:
    network, options = world.network, world.options
    total = 0.0
    for site in network.sites:
        if site.tier not in world.tiers:
            continue
        before = site.status.is_open and not options.greenfield
        if site.site_id in world.staffed:
            one = world.staffed[site.site_id]
            total += site.fixed_cost_per_month
            total += sum(
                c * float(w) for c, w in zip(one.count, one.crew.wage_per_month, strict=True)
            )
            total += 0.0 if before else site.opening_cost / options.payback_months
        elif before:
            total += site.closing_cost / options.payback_months
    factor = {q: world.factor(q) for q in range(len(world.streams.streams))}
    for (i, q), (name, visits, _) in world.visited.items():
        total += visits * world.site[name].cost_per_job
        if world.streams.streams[q].agent_travels:
            hours = 2 * world.minutes[name][i] * factor[q] / 60
            km = 2 * world.km[name][i]
            rates = network.costs
            total += visits * float(rates.travel_per_km * km + rates.travel_per_h * hours)
    total += sum(visits * world.site[name].cost_per_job for name, _, visits, _ in _lifted(world))
    if not math.isclose(total, world.tiered.objective, rel_tol=1e-6, abs_tol=0.01):
        yield f"the plan costs {total:,.2f} a month, {world.tiered.objective:,.2f} are stated"
    stated = sum(world.tiered.cost.values())
    if not math.isclose(stated, world.tiered.objective, rel_tol=1e-9, abs_tol=0.01):
        yield f"its components add up to {stated:,.2f}, not {world.tiered.objective:,.2f}"


def _promised(world: _World) -> Iterator[str]:
    promises = {one.promise_id: one for one in world.network.promises}
    for one in world.tiered.promises:
        noted = any(one.promise_id in note for note in world.tiered.notes)
        if not one.kept and not noted:
            yield f"{one.promise_id} ({one.area or 'all'}): {one.share:.3f} of {one.target:.3f}"
        most = _reachable(world, promises[one.promise_id], one)
        if one.share > most + 1e-3:
            yield f"{one.promise_id}: {one.share:.3f} predicted; travel alone allows {most:.3f}"


def _reachable(world: _World, promise: Promise, one: Predicted) -> float:
    """Share of a promise's requests whose trip alone is probably shorter than a working day."""
    streams, zones = world.streams, world.network.zones
    kept = asked = 0.0
    for f in range(len(streams.visits)):
        stream = streams.streams[streams.stream[f]]
        if stream.tier != promise.tier or promise.class_id not in (None, streams.class_id[f]):
            continue
        for i in range(len(zones)):
            inside = (one.area in (None, zones.area[i])) and (
                promise.region in (None, zones.region[i])
            )
            if not inside or promise.area not in (None, zones.area[i]):
                continue
            amount = float(streams.first[f] * streams.zone_share[streams.spread[f], i])
            asked += amount
            served = world.visited.get((i, int(streams.stream[f])))
            lifted = streams.direct[f] < 1
            kept += amount if served is not None or lifted else 0.0
    return kept / asked if asked > 0 else 1.0
