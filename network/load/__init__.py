"""Load a scenario folder into a validated `Network`.

`load_scenario` reports all faults of a scenario at once and reads nothing outside the
scenarios folder. The steps: `folder` (files -> raw rows), `build` (rows -> nouns),
`checks` (what must hold between them), `roads` (GraphML -> travel times).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from network.errors import Problem, ScenarioError, did_you_mean
from network.load.build import build_rows, build_sections, build_zones, explain
from network.load.checks import CHECKS, NOTES, check_references
from network.load.checks_places import check_staff
from network.load.folder import (
    SCENARIOS,
    Raw,
    add_digest,
    apply_changes,
    choose_staffing,
    list_scenarios,
    read_folder,
)
from network.load.schema import Nouns, rows_of
from network.load.text import decode
from network.places import located
from network.plan import Plan
from network.travel import Metric

if TYPE_CHECKING:
    from network.model import Network

MAX_PLAN_BYTES = 50_000_000

__all__ = ["SCENARIOS", "list_scenarios", "load_plan", "load_scenario"]


def load_scenario(
    name: str,
    *,
    staffing: str = "base",
    demand_factor: float = 1.0,
    changes: Mapping[str, object] | None = None,
    plan: Plan | None = None,
    root: Path = SCENARIOS,
) -> Network:
    """Read, validate and build the network of a scenario.

    Parameters
    ----------
    name : str
        Folder below ``root``, such as ``regionB`` or ``theory/mmc``.
    staffing : str
        Staffing variant: column ``count_<staffing>`` of the pools, or ``base``.
    demand_factor : float
        Multiplies every rate.
    changes : mapping of str to object, optional
        Single values to set, as ``table.row.column`` or ``section.key``.
    plan : Plan, optional
        A decision to apply.
    root : pathlib.Path
        Folder of scenarios.

    Raises
    ------
    ScenarioError
        With every problem that was found.

    Examples
    --------
    >>> network = load_scenario("theory/mmc", changes={"pools.agents.count": 3})
    >>> network.pools[0].count
    3
    """
    raw = read_folder(name, root)
    choose_staffing(raw, staffing)
    apply_changes(raw, changes or {})
    nouns = {**build_rows(raw), **build_sections(raw)}
    if raw.problems:  # then look at least whether ids exist, where all rows of a table are known
        whole = {
            name: nouns[name] for name, rows in raw.tables.items() if len(rows) == len(nouns[name])
        }
        raw.problems += check_references(whole)
    else:
        raw.problems += [problem for check in CHECKS for problem in check(nouns)]
    if raw.problems:
        raise ScenarioError(f"scenario {name}", raw.problems)
    network = _with_roads(_assemble(raw, nouns), raw, root)
    network = replace(
        network,
        demand_factor=demand_factor,
        data_sha256=dict(raw.digests),
        warnings=(*network.warnings, *(odd for note in NOTES for odd in note(nouns))),
    )
    return network if plan is None else _with_plan(network, plan)


def _assemble(raw: Raw, nouns: Nouns) -> Network:
    from network import demand, model, money, people, places, promise, route, travel
    from network.plan import Assignment

    (settings,) = rows_of(nouns, "settings", model.Settings)
    (way,) = rows_of(nouns, "travel", travel.TravelModel)
    (costs,) = rows_of(nouns, "costs", money.CostRates)
    (dispatch,) = rows_of(nouns, "dispatch", model.Dispatch)
    zones = rows_of(nouns, "zones", places.Zone)
    return model.Network(
        name=raw.name,
        settings=settings,
        tiers=tuple(rows_of(nouns, "tiers", places.Tier)),
        zones=build_zones(zones, way.metric, settings.units_per_inhabitant),
        sites=tuple(rows_of(nouns, "sites", places.Site)),
        pools=tuple(rows_of(nouns, "pools", people.Pool)),
        classes=tuple(rows_of(nouns, "classes", demand.RequestClass)),
        segments=tuple(rows_of(nouns, "segments", demand.Segment)),
        channels=tuple(rows_of(nouns, "channels", demand.Channel)),
        entries=tuple(rows_of(nouns, "entries", demand.Entry)),
        stages=tuple(rows_of(nouns, "stages", route.Stage)),
        shifts=tuple(rows_of(nouns, "shifts", people.Shift)),
        calendars=tuple(rows_of(nouns, "calendars", places.OpeningHours)),
        profiles=tuple(rows_of(nouns, "profiles", demand.ProfileHour)),
        seasons=tuple(rows_of(nouns, "seasons", demand.Season)),
        promises=tuple(rows_of(nouns, "promises", promise.Promise)),
        preferences=tuple(rows_of(nouns, "preferences", places.Preference)),
        overrides=tuple(rows_of(nouns, "overrides", travel.TravelOverride)),
        log=tuple(rows_of(nouns, "log", demand.LoggedRequest)),
        assignments=tuple(rows_of(nouns, "assignments", Assignment)),
        travel=way,
        costs=costs,
        dispatch=dispatch,
    )


def _with_roads(network: Network, raw: Raw, root: Path) -> Network:
    """The network with travel by road, if the scenario has a road graph."""
    name = network.travel.road_graph
    if name is None:
        return network
    from network.load.roads import read_graphml, road_matrices, unreachable_note
    from network.travel_time import site_positions

    path = raw.road_folder / name
    if not name.isprintable() or raw.road_folder.resolve() not in path.resolve().parents:
        message = f"'{name}' lies outside the scenario's folder"
        raise ScenarioError(network.name, [Problem("scenario.yaml, travel.road_graph", message)])
    planar = network.travel.metric is not Metric.GREAT_CIRCLE
    minutes, km = road_matrices(
        read_graphml(path, planar=planar),
        network.zones.position,
        site_positions(network),
        snap_limit_km=network.travel.snap_limit_km,
        planar=planar,
    )
    add_digest(raw, path, root)
    network = replace(network, road_minutes=minutes, road_km=km)
    return replace(network, warnings=tuple(unreachable_note(network)))


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


def _with_plan(network: Network, plan: Plan) -> Network:
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
