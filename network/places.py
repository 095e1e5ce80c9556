"""Where service happens: tiers, sites, demand zones and opening calendars."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from network.noun import Amount, Count, Id, Name, Noun
from network.quantity import Clock, Days, Duration


class TierKind(StrEnum):
    """The four kinds of tier of a service network."""

    POINT = "point"
    REGIONAL = "regional"
    REMOTE = "remote"
    EXPERIENCE = "experience"


class SiteStatus(StrEnum):
    """Whether a site is open today and what a plan may do with it."""

    EXISTING = "existing"
    REQUIRED = "required"
    CANDIDATE = "candidate"
    CLOSED = "closed"

    @property
    def is_open(self) -> bool:
        """Whether the site works today."""
        return self in (SiteStatus.EXISTING, SiteStatus.REQUIRED)


class Ownership(StrEnum):
    """Who runs a site: it decides the form of its cost."""

    OWN = "own"
    FRANCHISED = "franchised"
    THIRD_PARTY = "third_party"


class Tier(Noun):
    """A level of the network, such as the base service points.

    Parameters
    ----------
    tier_id : str
    kind : TierKind
    name : str
    target : float or None
        Response time that the tier aims at, minutes; None: by appointment.
    """

    tier_id: Id
    kind: TierKind
    name: Name = ""
    target: Duration | None = None


class OpeningHours(Noun):
    """One row of a calendar: the hours a site is open on some weekdays.

    Parameters
    ----------
    calendar_id : str
        Rows of the same id together make the week.
    days : tuple of int
        Weekdays, Monday = 0.
    opens, closes : float
        Minutes after midnight; ``closes`` at or before ``opens`` means the next day.
    """

    calendar_id: Id
    days: Days
    opens: Clock
    closes: Clock


class Site(Noun):
    """A place where agents are based.

    Parameters
    ----------
    site_id : str
    tier : str
        Id of its tier.
    lat, lon : float or None
        WGS84 degrees; with a planar metric ``x_km`` and ``y_km`` instead.
    status : SiteStatus
    parent : str or None
        The site of a higher tier that takes its escalations.
    calendar : str or None
        Opening calendar; None: always open.
    queue_limit : int or None
        Waiting visits allowed before the next is blocked [K - c]; None: no limit.
    ageing_per_h : float or None
        Priority units a waiting visit gains per hour; None: as the scenario says.
    ownership : Ownership
    fixed_cost_per_month : float
        In the scenario's currency.
    cost_per_job : float
        Paid for each visit served (franchised and third-party sites).
    opening_cost, closing_cost : float
        Paid once when a plan opens or closes the site.
    """

    site_id: Id
    tier: Id
    name: Name = ""
    region: Name = ""
    area: Name = ""
    lat: float | None = Field(default=None, ge=-90, le=90)
    lon: float | None = Field(default=None, ge=-180, le=180)
    x_km: float | None = None
    y_km: float | None = None
    status: SiteStatus = SiteStatus.EXISTING
    parent: Id | None = None
    calendar: Id | None = None
    queue_limit: Count | None = None
    ageing_per_h: Amount | None = None
    ownership: Ownership = Ownership.OWN
    fixed_cost_per_month: Amount = 0.0
    cost_per_job: Amount = 0.0
    opening_cost: Amount = 0.0
    closing_cost: Amount = 0.0


class Zone(Noun):
    """A demand zone: a populated place, a district, a cell.

    Parameters
    ----------
    zone_id : str
    region, area : str
        Region for reports and promises; area is a finer part of it (a province).
    lat, lon : float or None
        WGS84 degrees; with a planar metric ``x_km`` and ``y_km`` instead.
    population : float
        Inhabitants.
    installed_base : float or None
        Units in use; None: population times the scenario's units per inhabitant.
    """

    zone_id: Id
    name: Name = ""
    region: Name = "all"
    area: Name = "all"
    lat: float | None = Field(default=None, ge=-90, le=90)
    lon: float | None = Field(default=None, ge=-180, le=180)
    x_km: float | None = None
    y_km: float | None = None
    population: Amount = 0.0
    installed_base: Amount | None = None


@dataclass(frozen=True, slots=True)
class Zones:
    """All demand zones as columns, sorted by id.

    Parameters
    ----------
    zone_id, name, region, area : tuple of str, length Z
    position : float array (Z, 2)
        Latitude and longitude in degrees, or y and x in km with a planar metric.
    population, installed_base : float array (Z,)
        Inhabitants and units in use.
    """

    zone_id: tuple[str, ...]
    name: tuple[str, ...]
    region: tuple[str, ...]
    area: tuple[str, ...]
    position: NDArray[np.float64]
    population: NDArray[np.float64]
    installed_base: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.zone_id)


class Preference(Noun):
    """A place in a zone's own list of sites, which goes before distance.

    Parameters
    ----------
    zone, site : str
    rank : int
        1 is asked first.
    """

    zone: Id
    site: Id
    rank: Annotated[int, Field(ge=1, le=10_000)]


def located(place: Site | Zone, *, planar: bool = False) -> bool:
    """Whether a place has the position that the metric needs."""
    pair = (place.x_km, place.y_km) if planar else (place.lat, place.lon)
    return None not in pair
