"""The tables of a run: columns, types, units and meaning, as NumPy structured arrays.

Two tables go into an engine (requests, potential visits), three come out of it
(request outcomes, visit outcomes, work), with totals that the engine keeps. Times are
minutes since the scenario's start; NaN means that it did not happen before the horizon.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Requests: TypeAlias = NDArray[np.void]
"""A row per request, dtype `REQUEST`."""
Visits: TypeAlias = NDArray[np.void]
"""A row per potential visit, dtype `VISIT`; rows of a request stand together."""

END = -1
"""Pointer: the request ends here."""
CUT = -2
"""Pointer: the route goes on, but the visit cap was reached; the request ends unresolved."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a run's tables."""

    name: str
    dtype: str
    unit: str
    meaning: str


class RequestStatus(IntEnum):
    """How a request ended, or where it stood at the horizon."""

    NOT_ARRIVED = 0
    OPEN = 1
    RESOLVED = 2
    UNRESOLVED = 3
    ABANDONED = 4
    BLOCKED = 5
    NO_SHOW = 6
    UNSERVED = 7


class VisitStatus(IntEnum):
    """How a visit ended, or where it stood at the horizon."""

    NOT_ENTERED = 0
    PARTS = 1
    TRAVELLING = 2
    WAITING = 3
    IN_SERVICE = 4
    SUSPENDED = 5
    RESOLVED = 6
    UNRESOLVED = 7
    ABANDONED = 8
    BLOCKED = 9
    UNSERVED = 10


class Cause(IntEnum):
    """Why a stint of work ended."""

    OPEN = 0
    DONE = 1
    HANDED_OVER = 2
    INTERRUPTED = 3
    BREAK = 4


REQUEST_COLUMNS = (
    Column("arrival", "f8", "min", "arrival; NaN if it follows another request"),
    Column("after", "i4", "row", "request that must end first, or -1"),
    Column("gap", "f8", "min", "from the end of `after` to the arrival"),
    Column("appointment", "f8", "min", "booked time; NaN: none"),
    Column("zone", "i4", "index", "demand zone"),
    Column("class", "i2", "index", "request class"),
    Column("segment", "i2", "index", "customer segment"),
    Column("channel", "i2", "index", "channel"),
    Column("priority", "f8", "1", "lower goes first"),
    Column("first_visit", "i4", "row", "first row in the visits, or -1"),
    Column("shows", "i1", "0/1", "whether the customer keeps the appointment"),
)
VISIT_COLUMNS = (
    Column("request", "i4", "row", "its request"),
    Column("stage", "i4", "index", "stage of the route"),
    Column("depth", "i2", "1", "place on the path, from 0"),
    Column("service", "f8", "min", "working time"),
    Column("patience", "f8", "min", "from joining the queue; infinite: never gives up"),
    Column("parts", "f8", "min", "wait for parts before the stage; 0: none"),
    Column("parts_late", "i1", "0/1", "whether the part came late"),
    Column("travel_factor", "f8", "1", "noise on each trip of this visit"),
    Column("resolve_u", "f8", "1", "resolved when below the chance of the agent's level"),
    Column("if_resolved", "i4", "row", "next visit, END or CUT"),
    Column("if_unresolved", "i4", "row", "next visit, END or CUT"),
)
REQUEST_OUTCOME_COLUMNS = (
    Column("arrival", "f8", "min", "arrival"),
    Column("resolved", "f8", "min", "resolved; before the call-back"),
    Column("closed", "f8", "min", "end in any way"),
    Column("visits", "i4", "1", "visits entered"),
    Column("last_visit", "i4", "row", "visit entered last, or -1"),
    Column("status", "i1", "code", "RequestStatus"),
)
VISIT_OUTCOME_COLUMNS = (
    Column("entered", "f8", "min", "stage entered"),
    Column("joined", "f8", "min", "queue joined"),
    Column("start", "f8", "min", "agent assigned (visit: departs)"),
    Column("response", "f8", "min", "service begins (visit: agent on site)"),
    Column("end", "f8", "min", "service ends, or the customer is lost"),
    Column("site", "i4", "index", "site, or -1"),
    Column("agent", "i4", "index", "agent who worked last, or -1"),
    Column("stints", "i2", "1", "stints of work"),
    Column("status", "i1", "code", "VisitStatus"),
)
WORK_COLUMNS = (
    Column("agent", "i4", "index", "agent"),
    Column("visit", "i4", "row", "visit, or -1 for a break"),
    Column("depart", "f8", "min", "assigned; leaves for the customer"),
    Column("on_site", "f8", "min", "work begins; NaN if the trip was cancelled"),
    Column("end", "f8", "min", "work ends or is stopped"),
    Column("back", "f8", "min", "agent is back and free"),
    Column("cause", "i1", "code", "Cause"),
)


def _dtype(columns: tuple[Column, ...]) -> np.dtype[np.void]:
    return np.dtype([(column.name, column.dtype) for column in columns], align=True)


REQUEST = _dtype(REQUEST_COLUMNS)
VISIT = _dtype(VISIT_COLUMNS)
REQUEST_OUTCOME = _dtype(REQUEST_OUTCOME_COLUMNS)
VISIT_OUTCOME = _dtype(VISIT_OUTCOME_COLUMNS)
WORK = _dtype(WORK_COLUMNS)


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What an engine found out about one replication.

    Parameters
    ----------
    requests, visits : structured array
        Rows as in the tables that went in; `REQUEST_OUTCOME`, `VISIT_OUTCOME`.
    work : structured array
        A row per stint or break in the order they began; `WORK`.
    idle_min : float array (agents,)
        Minutes on duty, idle and not on a break, before the horizon.
    queue_area : float array (sites,)
        Waiting visits integrated over time before the horizon, minutes.
    horizon : float
        Nothing at or after this minute happened (infinite: drained).
    """

    requests: NDArray[np.void]
    visits: NDArray[np.void]
    work: NDArray[np.void]
    idle_min: NDArray[np.float64]
    queue_area: NDArray[np.float64]
    horizon: float
