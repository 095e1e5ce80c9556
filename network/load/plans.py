"""A decision's file -> a plan, and whether a network can take it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from network.errors import Problem, ScenarioError, did_you_mean
from network.load.build import explain
from network.load.checks_places import check_staff
from network.load.text import decode
from network.places import located
from network.plan import Plan
from network.travel import Metric

if TYPE_CHECKING:
    from network.model import Network

MAX_PLAN_BYTES = 50_000_000


def load_plan(path: Path) -> Plan:
    """Read a plan from its JSON file.

    Raises
    ------
    ScenarioError
        If the file is missing or not a plan.
    """
    try:
        content = json.loads(decode(path, MAX_PLAN_BYTES), object_pairs_hook=_unique_keys)
        return Plan.model_validate(content)
    except RecursionError:
        problems = [Problem(path.name, "nested too deeply")]
    except ValidationError as error:
        problems = [explain(path.name, Plan, detail) for detail in error.errors()]
    except ValueError as error:
        if isinstance(error, ScenarioError):
            raise
        problems = [Problem(path.name, f"not readable as JSON: {error}")]
    raise ScenarioError(f"plan {path.name}", problems)


def _unique_keys(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    keys = [key for key, _ in pairs]
    if len(set(keys)) != len(keys):
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"key '{twice}' is given twice")
    return dict(pairs)


def with_plan(network: Network, plan: Plan) -> Network:
    """The network as the plan makes it, if that is something that can run."""
    problems = [*_unknown_in(plan, network), *_contradictions(plan)]
    if not problems:
        network = network.with_plan(plan)
        nouns = {"sites": network.sites, "pools": network.pools, "stages": network.stages}
        problems = list(check_staff(nouns))
    if problems:
        raise ScenarioError("the plan", problems)
    return network


def _unknown_in(plan: Plan, network: Network) -> Iterator[Problem]:
    """Ids that the plan names and the network does not have."""
    sites = {site.site_id: site.tier for site in (*network.sites, *plan.sites)}
    shifts = {shift.shift_id for shift in network.shifts}
    zones = set(network.zones.zone_id)
    yield from _unsound_sites(plan, network)
    for key, names in (("opened", plan.opened), ("closed", plan.closed)):
        for site in names:
            if site not in sites:
                hint = did_you_mean(site, sites)
                yield Problem(f"plan, {key}", f"there is no site '{site}'.{hint}")
    for pool in plan.pools:
        where = f"plan, pool {pool.pool_id}"
        if pool.site not in sites:
            hint = did_you_mean(pool.site, sites)
            yield Problem(where, f"there is no site '{pool.site}'.{hint}")
        if pool.shift is not None and pool.shift not in shifts:
            hint = did_you_mean(pool.shift, shifts)
            yield Problem(where, f"there is no shift '{pool.shift}'.{hint}")
    for one in plan.assignments:
        where = f"plan, assignment {one.zone} -> {one.site}"
        if one.zone not in zones:
            yield Problem(where, f"there is no zone '{one.zone}'.{did_you_mean(one.zone, zones)}")
        if sites.get(one.site) != one.tier:
            yield Problem(where, f"there is no site '{one.site}' of tier '{one.tier}'")


def _unsound_sites(plan: Plan, network: Network) -> Iterator[Problem]:
    """New places that the network cannot take in."""
    known = {site.site_id: site for site in network.sites}
    tiers = {tier.tier_id for tier in network.tiers}
    calendars = {hours.calendar_id for hours in network.calendars}
    parents = {*known, *(site.site_id for site in plan.sites)}
    planar = network.travel.metric is not Metric.GREAT_CIRCLE
    for site in plan.sites:
        where = f"plan, site {site.site_id}"
        if site.site_id in known:
            yield Problem(where, "is in the scenario already; list it under 'opened'")
        if site.tier not in tiers:
            hint = did_you_mean(site.tier, tiers)
            yield Problem(where, f"there is no tier '{site.tier}'.{hint}")
        if site.calendar is not None and site.calendar not in calendars:
            hint = did_you_mean(site.calendar, calendars)
            yield Problem(where, f"there is no calendar '{site.calendar}'.{hint}")
        if site.parent is not None and site.parent not in parents - {site.site_id}:
            yield Problem(where, f"there is no other site '{site.parent}' to be its parent")
        if not located(site, planar=planar):
            yield Problem(where, "has no position")


def _contradictions(plan: Plan) -> Iterator[Problem]:
    """What the plan says twice."""
    for site in sorted({*plan.opened} & {*plan.closed}):
        yield Problem("plan, opened/closed", f"'{site}' is both opened and closed")
    keys = [
        *(("sites", site.site_id) for site in plan.sites),
        *(("pools", pool.pool_id) for pool in plan.pools),
        *(("assignments", f"{one.zone} at {one.tier}") for one in plan.assignments),
    ]
    for table, key in sorted({key for key in keys if keys.count(key) > 1}):
        yield Problem(f"plan, {table}", f"'{key}' is given twice")
