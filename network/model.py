"""`Network`: a whole scenario as one frozen value."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from network.demand import (
    Channel,
    Entry,
    LoggedRequest,
    ProfileHour,
    RequestClass,
    Season,
    Segment,
)
from network.errors import Problem, ScenarioError
from network.money import CostRates
from network.noun import Amount, Id, Name, Noun
from network.people import Pool, Shift
from network.places import OpeningHours, Preference, Site, SiteStatus, Tier, Zones
from network.plan import Assignment, Plan
from network.promise import Promise
from network.route import Stage
from network.travel import TravelModel, TravelOverride


class Dispatch(Noun):
    """How requests find a site and leave its queue.

    Parameters
    ----------
    policy : str
        Name of a registered dispatch policy.
    ageing_per_h : float
        Priority units that a waiting visit gains per hour at every site.
    candidates : int
        A zone is served by its so many nearest able sites.
    """

    policy: Id = "nearest_idle"
    ageing_per_h: Amount = 0.0
    candidates: Annotated[int, Field(ge=1, le=64)] = 4


class Settings(Noun):
    """What holds for the scenario as a whole.

    Parameters
    ----------
    title, description : str
    start : datetime.date
        Local date on which the clock is 0.
    utc_offset : str
        ``+01:00``; one offset for the whole run, daylight saving is not modelled.
    currency : str
    units_per_inhabitant : float
        Installed base per inhabitant where a zone does not state its own.
    growth_per_year : float
        Growth of demand over the year, linear from the start.
    visit_cap : int
        Most visits a request can make; what is cut there ends unresolved and is counted.
    """

    title: Name = ""
    description: Name = ""
    start: dt.date = dt.date(2026, 1, 5)
    utc_offset: Annotated[str, Field(pattern=r"^[+-]\d{2}:\d{2}$")] = "+00:00"
    currency: Name = "EUR"
    units_per_inhabitant: Amount = 1.0
    growth_per_year: float = 0.0
    visit_cap: Annotated[int, Field(ge=1, le=500)] = 12


@dataclass(frozen=True, slots=True)
class Network:
    """Everything an engine, a planner or a report needs to know about a scenario.

    Built by `network.load.load_scenario`, which validates it. Entities are sorted by
    id; agents of a site follow the rows of the pools table.

    Parameters
    ----------
    name : str
    settings, dispatch, travel, costs
        Values that hold for the scenario as a whole.
    tiers, sites, zones, calendars, preferences
        Places; see `network.places`.
    pools, shifts
        People; see `network.people`.
    classes, segments, channels, entries, profiles, seasons, log
        Demand; see `network.demand`.
    stages : tuple of Stage
        All routes.
    promises : tuple of Promise
    assignments : tuple of Assignment
    road_minutes, road_km : float array (Z, S) or None
        From the road graph: NaN where a pair is unreachable.
    demand_factor : float
        Multiplies every rate (the demand variant).
    data_sha256 : mapping of str to str
        Digest of every file that was read.
    warnings : tuple of str
        What is allowed but looks odd.
    """

    name: str
    settings: Settings
    tiers: tuple[Tier, ...]
    zones: Zones
    sites: tuple[Site, ...]
    pools: tuple[Pool, ...]
    classes: tuple[RequestClass, ...]
    segments: tuple[Segment, ...]
    channels: tuple[Channel, ...]
    entries: tuple[Entry, ...]
    stages: tuple[Stage, ...]
    shifts: tuple[Shift, ...] = ()
    calendars: tuple[OpeningHours, ...] = ()
    profiles: tuple[ProfileHour, ...] = ()
    seasons: tuple[Season, ...] = ()
    promises: tuple[Promise, ...] = ()
    preferences: tuple[Preference, ...] = ()
    overrides: tuple[TravelOverride, ...] = ()
    log: tuple[LoggedRequest, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    travel: TravelModel = field(default_factory=TravelModel)
    costs: CostRates = field(default_factory=CostRates)
    dispatch: Dispatch = field(default_factory=Dispatch)
    road_minutes: NDArray[np.float64] | None = None
    road_km: NDArray[np.float64] | None = None
    demand_factor: float = 1.0
    data_sha256: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def with_plan(self, plan: Plan) -> Network:
        """The network as a plan would make it.

        Raises
        ------
        ScenarioError
            If the plan adds places to a network with a road graph, which does not know
            the way to them.
        """
        if plan.sites and self.road_minutes is not None:
            message = (
                f"'{plan.sites[0].site_id}' is not in the scenario, so the road graph knows no way "
                "to it; add it to sites.csv as a candidate"
            )
            raise ScenarioError("the plan", [Problem("plan, sites", message)])
        status = {
            **dict.fromkeys(plan.opened, SiteStatus.EXISTING),
            **dict.fromkeys(plan.closed, SiteStatus.CLOSED),
            **{site.site_id: SiteStatus.EXISTING for site in plan.sites},
        }
        known = sorted((*self.sites, *plan.sites), key=lambda site: site.site_id)
        sites = tuple(
            site.model_copy(update={"status": status[site.site_id]})
            if site.site_id in status
            else site
            for site in known
        )
        decided = {pool.pool_id: pool for pool in plan.pools}
        kept = [decided.pop(pool.pool_id, pool) for pool in self.pools]
        return replace(
            self,
            sites=sites,
            pools=(*kept, *decided.values()),
            assignments=plan.assignments or self.assignments,
        )
