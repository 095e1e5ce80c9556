"""Who asks for what, when and how: request classes, segments, channels, profiles."""

from __future__ import annotations

import datetime as dt
import re
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field

from network.law import AT_ONCE, LawText
from network.noun import Amount, Id, Name, Noun, Probability
from network.quantity import Duration

_OFFSET = re.compile(r"([+-])(\d{2}):(\d{2})")


class Kind(StrEnum):
    """Kinds of request that a service network answers."""

    PRE_SALE = "pre_sale"
    INSTALLATION = "installation"
    HOW_TO = "how_to"
    FAULT_BASIC = "fault_basic"
    FAULT_COMPLEX = "fault_complex"
    FAULT_URGENT = "fault_urgent"
    RETURN = "return"
    HEALTH_CHECK = "health_check"
    UPGRADE = "upgrade"
    DEMONSTRATION = "demonstration"
    OTHER = "other"


class Arrivals(StrEnum):
    """How requests of a class come about."""

    POISSON = "poisson"
    RENEWAL = "renewal"
    APPOINTMENT = "appointment"
    FINITE_BASE = "finite_base"
    LOG = "log"


class Weight(StrEnum):
    """The column of the zones that shares a class's requests over them."""

    POPULATION = "population"
    INSTALLED_BASE = "installed_base"


class RequestClass(Noun):
    """A class of requests: what is asked, how often and how urgent it is.

    Parameters
    ----------
    class_id : str
    kind : Kind
    priority : float
        Lower goes first; the segment's priority is added.
    arrivals : Arrivals
    rate_per_unit_year : float or None
        Requests per unit of `weight` and year (Poisson, appointment).
    rate_per_h : float or None
        Requests per hour in all zones together, instead of the former.
    weight : Weight
    profile : str or None
        Hour-of-week profile; None: flat.
    day_cv : float
        Coefficient of variation of a day's volume beyond Poisson (gamma, mean 1).
    interarrival : Law or None
        Time between requests (renewal; appointment: instead of a rate).
    slot : float
        Appointments are booked on a grid of this many minutes; 0: any time.
    punctuality : Law
        Arrival minus booked time, minutes; may be negative.
    no_show : float
        Chance that a booked customer does not come.
    gap : Law or None
        Time until the next request of the same unit (finite base).
    units_share : float
        Share of the zone's units that can call (finite base).
    """

    class_id: Id
    name: Name = ""
    kind: Kind = Kind.OTHER
    priority: float = 0.0
    arrivals: Arrivals = Arrivals.POISSON
    rate_per_unit_year: Amount | None = None
    rate_per_h: Amount | None = None
    weight: Weight = Weight.INSTALLED_BASE
    profile: Id | None = None
    day_cv: Amount = 0.0
    interarrival: LawText | None = None
    slot: Duration = 0.0
    punctuality: LawText = AT_ONCE
    no_show: Probability = 0.0
    gap: LawText | None = None
    units_share: Probability = 1.0


class Segment(Noun):
    """A grade of customers.

    Parameters
    ----------
    segment_id : str
    share : float
        Share of the requests of every class.
    priority : float
        Added to the class's; lower goes first.
    patience_factor : float
        Multiplies the patience of a visit.
    penalty : float
        Paid for each missed promise, in the scenario's currency.
    lost_cost : float
        Cost of a request lost (abandoned, blocked or unserved).
    """

    segment_id: Id
    name: Name = ""
    share: Probability
    priority: float = 0.0
    patience_factor: Annotated[float, Field(gt=0)] = 1.0
    penalty: Amount = 0.0
    lost_cost: Amount = 0.0


class Channel(Noun):
    """A way to reach the network: phone, chat, e-mail, self-service ...

    Parameters
    ----------
    channel_id : str
    cost_per_contact : float
        In the scenario's currency.
    """

    channel_id: Id
    name: Name = ""
    cost_per_contact: Amount = 0.0


class Entry(Noun):
    """How requests of a class that come by a channel enter their route.

    Parameters
    ----------
    class_id, channel : str
    share : float
        Share of the class's requests that come by this channel.
    stage : str
        First stage of the route.
    """

    class_id: Id
    channel: Id
    share: Probability
    stage: Id


class ProfileHour(Noun):
    """One hour of the day in a weekly profile; only ratios matter.

    Parameters
    ----------
    profile_id : str
    hour : int
        0 to 23, local clock.
    mon, tue, wed, thu, fri, sat, sun : float
        Relative volume in this hour.
    """

    profile_id: Id
    hour: Annotated[int, Field(ge=0, le=23)]
    mon: Amount
    tue: Amount
    wed: Amount
    thu: Amount
    fri: Amount
    sat: Amount
    sun: Amount


class Season(Noun):
    """A month's factor on all Poisson and appointment volumes.

    Parameters
    ----------
    month : int
        1 to 12.
    factor : float
    """

    month: Annotated[int, Field(ge=1, le=12)]
    factor: Amount


def utc_zone(offset: str) -> dt.timezone:
    """The fixed zone of an offset such as ``+01:00``.

    Raises
    ------
    ValueError
        If no place on Earth has it.
    """
    match = _OFFSET.fullmatch(offset)
    minutes = int(match[2]) * 60 + int(match[3]) if match and int(match[3]) < 60 else 10_000
    if minutes > 14 * 60:
        raise ValueError(f"got '{offset}'; expected an offset from -14:00 to +14:00")
    return dt.timezone(dt.timedelta(minutes=minutes if offset[0] == "+" else -minutes))


def minutes_since(start: dt.date, utc_offset: str, time: str) -> float:
    """Minutes from midnight of the start to a time; without an offset it is local.

    There is one offset for the whole run: the clock knows no daylight saving, so in summer a
    log of local wall-clock times needs its offsets.

    Examples
    --------
    >>> minutes_since(dt.date(2026, 1, 5), "+01:00", "2026-01-05T08:30")
    510.0
    >>> minutes_since(dt.date(2026, 1, 5), "+01:00", "2026-01-05T08:30+02:00")
    450.0
    """
    zone = utc_zone(utc_offset)
    at = dt.datetime.fromisoformat(time)
    since = (at if at.tzinfo else at.replace(tzinfo=zone)) - dt.datetime.combine(
        start, dt.time(), zone
    )
    return since / dt.timedelta(minutes=1)


def has_offset(time: str) -> bool:
    """Whether a time says how far it is from UTC."""
    return dt.datetime.fromisoformat(time).tzinfo is not None


def _iso_time(text: str) -> str:
    try:
        dt.datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("expected an ISO 8601 time such as '2026-01-05T08:30'") from None
    return text


class LoggedRequest(Noun):
    """A row of a service log to be replayed; columns present replace draws.

    Parameters
    ----------
    time : str
        ISO 8601 with its offset; without one it is local, with the scenario's fixed offset.
    class_id, zone : str
    segment, channel : str or None
        Drawn where absent.
    service, patience : float or None
        Of the first visit, minutes; drawn where absent.
    """

    time: Annotated[str, AfterValidator(_iso_time)]
    class_id: Id
    zone: Id
    segment: Id | None = None
    channel: Id | None = None
    service: Duration | None = None
    patience: Duration | None = None
