"""The live objects of a SimPy run: a case, a visit of it, an agent."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

from network.tables import RequestStatus, VisitStatus

if TYPE_CHECKING:
    from sim.engines.clock import Ticket

VisitCells: TypeAlias = tuple[int, int, int, float, float, float, int, float, float, int, int]
"""A row of `network.tables.VISIT`."""

NAN = math.nan

# plain numbers, bound once: these are read at every event and written into every row
NOT_ENTERED, PARTS, TRAVELLING, WAITING, IN_SERVICE, SUSPENDED = (
    int(status) for status in list(VisitStatus)[:6]
)
RESOLVED, UNRESOLVED, ABANDONED, BLOCKED, UNSERVED = (
    int(status) for status in list(VisitStatus)[6:]
)
OPEN = int(RequestStatus.OPEN)


class Case:
    """A request on its way: what its outcome row will say."""

    __slots__ = (
        "arrival",
        "last_visit",
        "priority",
        "resolved",
        "row",
        "shows",
        "site",
        "status",
        "used",
        "visits",
        "zone",
    )

    def __init__(self, row: int, arrival: float, zone: int, priority: float, shows: bool) -> None:
        self.row = row
        self.arrival = arrival
        self.zone = zone
        self.priority = priority
        self.shows = shows
        self.resolved = NAN
        self.visits = 0
        self.last_visit = -1
        self.site = -1
        self.used: dict[int, int] = {}
        self.status = OPEN


class Job:
    """A visit in progress: its draws, its times, and the agent who works on it."""

    # set on joining a queue, and on being assigned an agent
    over: Ticket
    key: float
    number: int
    travel_min: float
    depart: float
    on_site: float
    due: float

    __slots__ = (
        "agent",
        "case",
        "depart",
        "due",
        "end",
        "entered",
        "if_resolved",
        "if_unresolved",
        "joined",
        "key",
        "mode",
        "number",
        "on_site",
        "over",
        "parts",
        "patience",
        "remaining",
        "resolve_u",
        "response",
        "row",
        "site",
        "skill",
        "stage",
        "start",
        "status",
        "stints",
        "travel_factor",
        "travel_min",
    )

    def __init__(
        self,
        case: Case,
        row: int,
        cells: VisitCells,
        entered: float,
        modes: list[int],
        skills: list[int],
    ) -> None:
        (_, stage, _, service, patience, parts, _, factor, resolve_u, resolved, unresolved) = cells
        self.case = case
        self.row = row
        self.stage = stage
        self.mode = modes[stage]
        self.skill = skills[stage]
        self.remaining = service
        self.patience = patience
        self.parts = parts
        self.travel_factor = factor
        self.resolve_u = resolve_u
        self.if_resolved = resolved
        self.if_unresolved = unresolved
        self.entered = entered
        self.joined = self.start = self.response = self.end = NAN
        self.site = self.agent = -1
        self.stints = 0
        self.status = NOT_ENTERED


class Agent:
    """One person: on duty or not, busy with a job, returning, on a break, or idle."""

    __slots__ = (
        "bit",
        "bound",
        "break_due",
        "free_at",
        "idle_since",
        "index",
        "job",
        "level",
        "on_duty",
        "pending_break",
        "rule",
        "skills",
        "work_row",
    )

    def __init__(
        self, index: int, bit: int, level: int, rule: int, skills: tuple[int, ...]
    ) -> None:
        self.index = index
        self.bit = bit
        self.level = level
        self.rule = rule
        self.skills = skills
        self.on_duty = False
        self.job: Job | None = None
        self.bound: Job | None = None
        self.free_at = NAN
        self.break_due = NAN
        self.pending_break = 0.0
        self.idle_since = NAN
        self.work_row = -1

    @property
    def away(self) -> bool:
        """Whether he has a job, is on his way back, or on a break."""
        return (
            self.job is not None or self.free_at == self.free_at or self.break_due == self.break_due
        )
