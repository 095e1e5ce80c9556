"""Load a scenario folder into a validated `Network`.

`load_scenario` reports all faults of a scenario at once and reads nothing outside the
scenarios folder. The steps: `folder` (files -> raw rows), `build` (rows -> nouns),
`checks` (what must hold between them), `roads` (GraphML -> travel times).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from network.errors import Problem, ScenarioError
from network.load.build import build_rows, build_section, build_zones, explain
from network.load.checks import CHECKS, Nouns, rows_of
from network.load.folder import (
    SCENARIOS,
    Raw,
    apply_changes,
    choose_staffing,
    list_scenarios,
    read_folder,
)
from network.load.text import decode
from network.places import Zone
from network.plan import Plan
from network.travel import Metric

if TYPE_CHECKING:
    from network.model import Network

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
    nouns = build_rows(raw)
    built = not raw.problems
    network = _assemble(raw, nouns)
    if built:
        raw.problems += [problem for check in CHECKS for problem in check(nouns)]
    if raw.problems:
        raise ScenarioError(f"scenario {name}", raw.problems)
    network = replace(_with_roads(network, raw.folder), demand_factor=demand_factor)
    return network if plan is None else network.with_plan(_checked(plan, network))


def _assemble(raw: Raw, nouns: Nouns) -> Network:
    from network import demand, model, money, people, places, promise, route, travel
    from network.plan import Assignment

    settings = build_section(raw, "settings", model.Settings)
    way = build_section(raw, "travel", travel.TravelModel)
    zones = (
        build_zones(rows_of(nouns, "zones", Zone), way.metric, settings.units_per_inhabitant)
        if not raw.problems
        else build_zones([], way.metric, 1.0)
    )
    return model.Network(
        name=raw.name,
        settings=settings,
        tiers=tuple(rows_of(nouns, "tiers", places.Tier)),
        zones=zones,
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
        costs=build_section(raw, "costs", money.CostRates),
        dispatch=build_section(raw, "dispatch", model.Dispatch),
        data_sha256=dict(raw.digests),
    )


def _with_roads(network: Network, folder: Path) -> Network:
    if network.travel.road_graph is None:
        return network
    from network.load.roads import read_graphml, road_matrices
    from network.travel_time import site_positions

    path = (folder / network.travel.road_graph).resolve()
    if folder.resolve() not in path.parents:
        message = f"'{network.travel.road_graph}' lies outside the scenario's folder"
        raise ScenarioError(network.name, [Problem("scenario.yaml, travel.road_graph", message)])
    planar = network.travel.metric is not Metric.GREAT_CIRCLE
    minutes, km = road_matrices(
        read_graphml(path),
        network.zones.position,
        site_positions(network),
        snap_limit_km=network.travel.snap_limit_km,
        planar=planar,
    )
    return replace(network, road_minutes=minutes, road_km=km)


def load_plan(path: Path) -> Plan:
    """Read a plan from its JSON file.

    Raises
    ------
    ScenarioError
        If the file is missing or not a plan.
    """
    try:
        content = json.loads(decode(path, 50_000_000), object_pairs_hook=_unique_keys)
        return Plan.model_validate(content)
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


def _checked(plan: Plan, network: Network) -> Plan:
    """The plan, if every id it names exists."""
    sites = {site.site_id for site in network.sites}
    shifts = {shift.shift_id for shift in network.shifts}
    zones = set(network.zones.zone_id)
    problems = [
        Problem("plan, opened/closed", f"there is no site '{site}'")
        for site in (*plan.opened, *plan.closed)
        if site not in sites
    ]
    for pool in plan.pools:
        if pool.site not in sites:
            problems.append(
                Problem(f"plan, pool {pool.pool_id}", f"there is no site '{pool.site}'")
            )
        if pool.shift is not None and pool.shift not in shifts:
            problems.append(
                Problem(f"plan, pool {pool.pool_id}", f"there is no shift '{pool.shift}'")
            )
    problems += [
        Problem("plan, assignments", f"unknown zone or site in {one.zone} -> {one.site}")
        for one in plan.assignments
        if one.zone not in zones or one.site not in sites
    ]
    if problems:
        raise ScenarioError("the plan", problems)
    return plan
