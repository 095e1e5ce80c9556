"""The kernel's state: a record per live request, agent, site, line and pending event.

Records stand in arrays, row by row, because an event touches many fields of few rows.
Codes are plain integers here: what a kernel reads from a module becomes a constant.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from network.tables import Cause, RequestStatus, VisitStatus
from sim.layout import Moment

Records = NDArray[np.void]

NONE = -1
"""No row."""

# Moments ------------------------------------------------------------------------------
DUTY_OFF = int(Moment.DUTY_OFF)
BREAK_STARTS = int(Moment.BREAK_STARTS)
DUTY_ON = int(Moment.DUTY_ON)
BREAK_ENDS = int(Moment.BREAK_ENDS)
AGENT_FREE = int(Moment.AGENT_FREE)
SERVICE_ENDS = int(Moment.SERVICE_ENDS)
DELAY_ENDS = int(Moment.DELAY_ENDS)
ARRIVAL = int(Moment.ARRIVAL)
PATIENCE_ENDS = int(Moment.PATIENCE_ENDS)

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
WORK_OPEN = int(Cause.OPEN)
WORK_DONE = int(Cause.DONE)
HANDED_OVER = int(Cause.HANDED_OVER)
INTERRUPTED = int(Cause.INTERRUPTED)
BREAK = int(Cause.BREAK)

# What an entry of the kernel returns --------------------------------------------------
FINISHED, FULL, PAUSED, WRONG_TIME, LIVELOCK, WRONG_CHOICE, WRONG_ROW = range(7)


def _record(**columns: str) -> np.dtype[np.void]:
    return np.dtype(list(columns.items()), align=True)


EVENT = _record(time="f8", rank="i8", case="i4")
"""A pending event: its time, ``kind << 40 | id``, and the live request it is about."""

CASE = _record(
    # the request
    row="i4", zone="i4", home="i4", visits="i4", shows="i4", ending="i4",
    priority="f8", arrival="f8", resolved="f8",
    # the visit it is in
    visit="i4", stage="i4", mode="i4", status="i4", site="i4", agent="i4", stints="i4",
    entered="f8", joined="f8", start="f8", response="f8",
    remaining="f8", due="f8", depart="f8", on_site="f8",
    travel_min="f8", travel_factor="f8",
    # its place in a line
    key="f8", number="i8", lane="i4", ahead="i4", behind="i4",
)  # fmt: skip
"""A live request and its current visit (row NONE: a free record).

``home`` is the site it used last, ``ending`` its status, ``ahead`` and ``behind`` are its
neighbours in a lane."""

AGENT = _record(
    site="i4", level="i4", rule="i4", on_duty="i4", word="i4", lines="i4", lines_end="i4",
    case="i4", bound="i4", work_row="i4", bit="u8",
    free_at="f8", break_due="f8", pending_break="f8", idle_since="f8", idle_min="f8",
)  # fmt: skip
"""One person; his bit among the idle ones stands in word ``word``."""

SITE = _record(
    limit="i8", waiting="i8", on_duty="i8", idle="i8",
    ageing_per_min="f8", queue_area="f8", counted_until="f8",
    first_agent="i4", word="i4", words="i4", interval="i4", interval_end="i4",
)  # fmt: skip
"""A site at work; ``idle`` agents are counted beside their bits."""

LINE = _record(word="i4", lane="i4")
"""Who waits at a site for a skill: the words of able agents, and the first lane."""

LANE = _record(priority="f8", head="i4", tail="i4", next="i4")
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
DUTY = _record(time="f8", rank="i8", length="f8")

CLOCK = _record(
    now="f8", horizon="f8", last_arrival="f8", clock_offset="f8",
    begun="i8", wrong="i8", wrong_time="f8", wrong_rank="i8",
    crowd="i8", crowd_limit="i8", line_number="i8",
    events="i8", duty="i8", known="i8", arrival="i8",
    cases="i8", free_case="i8", lanes="i8", work="i8",
    policy="i8", policy_address="i8",
    asked="i8", asked_mean="f8", asked_assigned="i8", answer="i8",
)  # fmt: skip
"""The one row of all that is single.

The time, how far each table is used, what went wrong (a code of what an entry returns,
0: nothing), the policy, and what it was asked last.
"""


class World(NamedTuple):
    """Everything an entry of the kernel reads and writes; one array per kind of row.

    Parameters
    ----------
    requests, visits : structured array
        The tables that came in.
    request_outcomes, visit_outcomes, work : structured array
        The tables that go out.
    clock : structured array (1,)
        `CLOCK`.
    events, cases, used, lanes : array
        Grow with what is live: pending events (a heap), live requests, the site that
        each used last at each tier (cases, tiers; no tiers if no stage asks), lanes.
    agents, sites, lines, agent_lines
        Agents, sites, lines, and the lines that an agent works, by agent.
    line_of : int array (sites, skills)
        The line of a site and skill, or -1.
    idle, able : uint64 array
        Bits of idle agents by site; of able ones by line.
    stages, chances
        Stages, and the chance to resolve by stage and level.
    places, candidates, pair_first, pairs, above
        Where requests of a zone can go; see `sim.reach.Reach`.
    hours, hour_factor, duty
        Opening intervals, travel factors by hour of the week, changes of duty.
    followers : int array
        Row that arrives when a row has ended, or -1; empty if there is none.
    ask_min, ask_count : array (2, candidates), (5, candidates)
        What a policy sees of the candidates: minutes, and counts.
    """

    requests: Records
    visits: Records
    request_outcomes: Records
    visit_outcomes: Records
    work: Records
    clock: Records
    events: Records
    cases: Records
    used: NDArray[np.int32]
    lanes: Records
    agents: Records
    sites: Records
    lines: Records
    agent_lines: NDArray[np.int32]
    line_of: NDArray[np.int32]
    idle: NDArray[np.uint64]
    able: NDArray[np.uint64]
    stages: Records
    chances: NDArray[np.float64]
    places: Records
    candidates: Records
    pair_first: NDArray[np.int32]
    pairs: Records
    above: NDArray[np.int32]
    hours: Records
    hour_factor: NDArray[np.float64]
    duty: Records
    followers: NDArray[np.int32]
    ask_min: NDArray[np.float64]
    ask_count: NDArray[np.int64]


Row = Any
"""A row of an array of records, as Numba sees it."""
