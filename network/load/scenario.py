"""A scenario's tables, read once, and the networks they make with other values in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from network.errors import Problem, ScenarioError
from network.load.build import build_section, build_table, build_zones
from network.load.channels import Moves, with_channels
from network.load.checks import CHECKS, NOTES, check_references
from network.load.folder import (
    SCENARIOS,
    Raw,
    add_digest,
    apply_changes,
    choose_staffing,
    read_folder,
    value_at,
)
from network.load.plans import with_plan
from network.load.schema import SECTIONS, TABLES, Nouns, rows_of
from network.noun import Noun
from network.plan import Plan
from network.travel import Metric

if TYPE_CHECKING:
    from network.model import Network

Roads = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Minutes and kilometres (zones, sites)."""


class ScenarioTables:
    """What the folder of a scenario says, read once to make many networks.

    A network that differs in a few values costs the validation of the tables they stand
    in, not a new look at the files (which are read, and their digests taken, when this
    value is made).

    Parameters
    ----------
    name : str
        Folder below ``root``, such as ``regionB`` or ``theory/mmc``.
    root : pathlib.Path
        Folder of scenarios.

    Raises
    ------
    ScenarioError
        If there is no such scenario or its files cannot be read.

    Examples
    --------
    >>> tables = ScenarioTables("theory/mmc")
    >>> [tables.network(changes={"pools.agents.count": c}).pools[0].count for c in (2, 3)]
    [2, 3]
    >>> tables.value("pools.agents.count")
    '1'
    """

    def __init__(self, name: str, root: Path = SCENARIOS) -> None:
        self.name = name
        self.root = root
        self._raw = read_folder(name, root)
        self._built: dict[str, list[Noun]] = {}
        self._ways: Roads | None = None
        self._unchanged: dict[str, Network] = {}

    def value(self, path: str, staffing: str = "base") -> str | None:
        """What stands at ``table.row.column`` or ``section.key``; None: nothing does."""
        raw = self._raw.copy()
        choose_staffing(raw, staffing)
        return value_at(raw, path)

    def staffings(self) -> tuple[str, ...]:
        """The staffing variants there are, ``base`` first."""
        cells = {column for row in self._raw.tables.get("pools", []) for column in row.cells}
        named = sorted(c.removeprefix("count_") for c in cells if c.startswith("count_"))
        return ("base", *(name for name in named if name != "base"))

    def network(
        self,
        *,
        staffing: str = "base",
        demand_factor: float = 1.0,
        channels: Moves | None = None,
        changes: Mapping[str, object] | None = None,
        plan: Plan | None = None,
    ) -> Network:
        """Build and validate a network; the parameters are those of `load_scenario`.

        Raises
        ------
        ScenarioError
            With every problem that was found.
        """
        network = self._unchanged.get(staffing) if not changes else None
        if network is None:
            network = self._build(staffing, changes or {})
        if not changes:
            self._unchanged[staffing] = network
        network = replace(network, demand_factor=demand_factor)
        network = with_channels(network, channels) if channels else network
        return network if plan is None else with_plan(network, plan)

    def _build(self, staffing: str, changes: Mapping[str, object]) -> Network:
        raw = self._raw.copy()
        choose_staffing(raw, staffing)
        apply_changes(raw, changes)
        nouns = self._nouns(raw)
        if raw.problems:  # then look at least whether ids exist, where all rows are known
            whole = {
                name: nouns[name]
                for name, rows in raw.tables.items()
                if len(rows) == len(nouns[name])
            }
            raw.problems += check_references(whole)
        else:
            raw.problems += [problem for check in CHECKS for problem in check(nouns)]
        if raw.problems:
            raise ScenarioError(f"scenario {self.name}", raw.problems)
        network = self._with_roads(_assemble(raw, nouns), raw)
        return replace(
            network,
            data_sha256=dict(raw.digests),
            warnings=(*network.warnings, *(odd for note in NOTES for odd in note(nouns))),
        )

    def _nouns(self, raw: Raw) -> dict[str, list[Noun]]:
        """All nouns by table and section; what stands as it was read is built once."""
        nouns = {
            table.name: self._once(table.name, raw, partial(build_table, raw, table))
            for table in TABLES
        }
        sections = {
            name: self._once(name, raw, partial(build_section, raw, name)) for name in SECTIONS
        }
        return {**nouns, **sections}

    def _once(self, name: str, raw: Raw, build: Callable[[], list[Noun]]) -> list[Noun]:
        """Nouns of a table or section; only those that are sound and as read are kept."""
        if raw.rows(name) is not self._raw.rows(name):
            return build()
        if name not in self._built:
            known = len(raw.problems)
            nouns = build()
            if len(raw.problems) > known:
                return nouns
            self._built[name] = nouns
        return self._built[name]

    def _with_roads(self, network: Network, raw: Raw) -> Network:
        """The network with travel by road, if the scenario has a road graph."""
        if network.travel.road_graph is None:
            return network
        from network.load.roads import unreachable_note

        as_read = all(
            raw.rows(name) is self._raw.rows(name) for name in ("zones", "sites", "travel")
        )
        path = _road_file(network, raw)
        ways = self._ways if as_read and self._ways is not None else _ways(network, path)
        self._ways = ways if as_read else self._ways
        add_digest(raw, path, self.root)
        network = replace(network, road_minutes=ways[0], road_km=ways[1])
        return replace(network, warnings=tuple(unreachable_note(network)))


def load_scenario(
    name: str,
    *,
    staffing: str = "base",
    demand_factor: float = 1.0,
    channels: Moves | None = None,
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
    channels : mapping of str to mapping of str to float, optional
        Shares of a channel's requests that move to others, by class that has both:
        ``{"phone": {"chat": 0.2}}``.
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
    return ScenarioTables(name, root).network(
        staffing=staffing,
        demand_factor=demand_factor,
        channels=channels,
        changes=changes,
        plan=plan,
    )


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


def _road_file(network: Network, raw: Raw) -> Path:
    """The road graph's file, which lies in the folder of the scenario that names it."""
    name = str(network.travel.road_graph)
    path = raw.road_folder / name
    if not name.isprintable() or raw.road_folder.resolve() not in path.resolve().parents:
        message = f"'{name}' lies outside the scenario's folder"
        raise ScenarioError(network.name, [Problem("scenario.yaml, travel.road_graph", message)])
    return path


def _ways(network: Network, path: Path) -> Roads:
    from network.load.roads import read_graphml, road_matrices
    from network.travel_time import site_positions

    planar = network.travel.metric is not Metric.GREAT_CIRCLE
    return road_matrices(
        read_graphml(path, planar=planar),
        network.zones.position,
        site_positions(network),
        snap_limit_km=network.travel.snap_limit_km,
        planar=planar,
    )
