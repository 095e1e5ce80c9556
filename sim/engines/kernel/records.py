"""The kernel's state: a record per live request, agent, site, line and pending event.

Records stand in arrays, row by row, because an event touches many fields of few rows.
Codes are integers here, not members of an enum: they become constants of the machine code.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from network.tables import Cause, RequestStatus, VisitStatus
from sim.layout import Moment

Records: TypeAlias = NDArray[np.void]


def _typed(number: int) -> int:
    """A number with a type: Numba would compile a function anew for each plain one."""
    return np.int64(number)  # type: ignore[return-value]  # it is used as an int


NONE = _typed(-1)
"""No row."""
ONE_MORE, ONE_LESS = _typed(1), _typed(-1)

CASE_BITS, ID_BITS = 28, 31
KIND_SHIFT = CASE_BITS + ID_BITS
CASE_MASK, ID_MASK = (1 << CASE_BITS) - 1, (1 << ID_BITS) - 1
"""An event's rank is kind, id and live request in one number; the last decides nothing."""
ROOM = 8
"""Rows that one event can need in a table that grows, and more."""

# Moments ------------------------------------------------------------------------------
DUTY_OFF = _typed(Moment.DUTY_OFF)
BREAK_STARTS = _typed(Moment.BREAK_STARTS)
DUTY_ON = _typed(Moment.DUTY_ON)
BREAK_ENDS = _typed(Moment.BREAK_ENDS)
AGENT_FREE = _typed(Moment.AGENT_FREE)
SERVICE_ENDS = _typed(Moment.SERVICE_ENDS)
DELAY_ENDS = _typed(Moment.DELAY_ENDS)
ARRIVAL = _typed(Moment.ARRIVAL)
PATIENCE_ENDS = _typed(Moment.PATIENCE_ENDS)

# Where a visit stands -----------------------------------------------------------------
PARTS = int(VisitStatus.PARTS)
TRAVELLING = int(VisitStatus.TRAVELLING)
WAITING = int(VisitStatus.WAITING)
IN_SERVICE = int(VisitStatus.IN_SERVICE)
SUSPENDED = int(VisitStatus.SUSPENDED)
RESOLVED = int(VisitStatus.RESOLVED)
UNRESOLVED = int(VisitStatus.UNRESOLVED)
ABANDONED = int(VisitStatus.ABANDONED)
BLOCKED = int(VisitStatus.BLOCKED)
UNSERVED = int(VisitStatus.UNSERVED)
NOT_ENTERED = int(VisitStatus.NOT_ENTERED)

# How a request ends -------------------------------------------------------------------
REQUEST_NOT_ARRIVED = int(RequestStatus.NOT_ARRIVED)
REQUEST_OPEN = int(RequestStatus.OPEN)
REQUEST_RESOLVED = int(RequestStatus.RESOLVED)
REQUEST_UNRESOLVED = int(RequestStatus.UNRESOLVED)
REQUEST_ABANDONED = int(RequestStatus.ABANDONED)
REQUEST_BLOCKED = int(RequestStatus.BLOCKED)
REQUEST_NO_SHOW = int(RequestStatus.NO_SHOW)
REQUEST_UNSERVED = int(RequestStatus.UNSERVED)

# Why a stint ends ---------------------------------------------------------------------
WORK_OPEN = _typed(Cause.OPEN)
WORK_DONE = _typed(Cause.DONE)
HANDED_OVER = _typed(Cause.HANDED_OVER)
INTERRUPTED = _typed(Cause.INTERRUPTED)
BREAK = _typed(Cause.BREAK)

# What an entry of the kernel returns --------------------------------------------------
FINISHED, FULL, PAUSED, WRONG_TIME, LIVELOCK, WRONG_CHOICE, WRONG_ROW = range(7)


NO_CASE = _typed(0)
"""In the rank of an event that is about no live request."""
FAILED = -1
"""A policy's answer that is no position."""


def _record(**columns: str) -> np.dtype[np.void]:
    return np.dtype(list(columns.items()), align=True)


EVENT = _record(time="f8", rank="i8")
"""A pending event."""

LATER = _record(time="f8", rank="i8", next="i8")
"""An event that waits in a bucket, and the next one there."""

CASE = _record(
    # the request
    row="i4", zone="i4", home="i4", visits="i4", shows="i4", ending="i4",
    priority="f8", arrival="f8", resolved="f8",
    # the visit it is in
    visit="i8", stage="i4", mode="i4", status="i4", stints="i4", site="i8", agent="i8",
    entered="f8", joined="f8", start="f8", response="f8",
    remaining="f8", due="f8", depart="f8", on_site="f8",
    travel_min="f8", travel_factor="f8",
    # its place in a line
    key="f8", number="i8", lane="i8", ahead="i8", behind="i8",
)  # fmt: skip
"""A live request and its current visit (row NONE: a free record).

``home`` is the site it used last, ``ending`` its status, ``ahead`` and ``behind`` are its
neighbours in a lane."""

AGENT = _record(
    site="i8", level="i4", rule="i4", on_duty="i4", word="i4", lines="i4", lines_end="i4",
    case="i8", bound="i8", work_row="i8", bit="u8",
    free_at="f8", break_due="f8", pending_break="f8", idle_since="f8", idle_min="f8",
    opening="f8",
)  # fmt: skip
"""One person; his bit among the idle ones stands in word ``word``.

``opening``: at time 0, NaN: not on duty, 0: idle, else the end of the break he is on."""

SITE = _record(
    limit="i8", waiting="i8", on_duty="i8", idle="i8",
    ageing_per_min="f8", queue_area="f8", counted_until="f8",
    first_agent="i4", word="i4", words="i4", interval="i4", interval_end="i4",
)  # fmt: skip
"""A site at work; ``idle`` agents are counted beside their bits."""

LINE = _record(word="i4", lane="i8")
"""Who waits at a site for a skill: the words of able agents, and the first lane."""

LANE = _record(priority="f8", head="i8", tail="i8", next="i8")
"""The part of a line that has one priority: a list in the order of the queue."""

STAGE = _record(
    mean_service="f8", tier="i4", mode="i4", skill="i4", choice="i4", group="i4",
    travels="i4", callback="i4",
)  # fmt: skip
"""A stage of a route; ``travels``: whether agent or customer does."""

PAIR = _record(minutes="f8", site="i4")
"""A site that a zone can go to, and the base travel."""

PLACE = _record(first="i4", assigned="i4")
"""Candidates of a group and zone: the first, and the position of the plan's site."""

HOURS = _record(opens="f8", closes="f8")
"""An interval in which a site is open."""

DUTY = _record(time="f8", rank="i8", length="f8")
"""A change of duty, with the length of a break."""

CLOCK = _record(
    now="f8", horizon="f8", last_arrival="f8", clock_offset="f8",
    begun="i8", wrong="i8", wrong_time="f8", wrong_rank="i8",
    crowd="i8", crowd_limit="i8", line_number="i8",
    due="f8", rank="i8", events="i8", duty="i8", known="i8", arrival="i8",
    cases="i8", free_case="i8", lanes="i8", work="i8",
    later="i8", free_later="i8", waits_later="i8", bucket="i8", buckets_per_min="f8",
    policy="i8", policy_address="i8",
    asked="i8", asked_mean="f8", asked_assigned="i8",
)  # fmt: skip
"""The one row of all that is single.

The time, how far each table is used, what went wrong (a code of what an entry returns,
0: nothing), the policy, and what it was asked last.
"""
