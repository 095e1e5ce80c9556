"""The kernel's state as one value: arrays for Python, one address for machine code."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from network.tables import REQUEST, REQUEST_OUTCOME, VISIT, VISIT_OUTCOME, WORK
from sim.engines.kernel import records as r
from sim.engines.kernel.records import Records
from sim.machine_code.table import Addressed, Arrays

ARRAYS: dict[str, tuple[np.dtype[Any], int]] = {
    "requests": (REQUEST, 1),
    "visits": (VISIT, 1),
    "request_outcomes": (REQUEST_OUTCOME, 1),
    "visit_outcomes": (VISIT_OUTCOME, 1),
    "work": (WORK, 1),
    "clock": (r.CLOCK, 1),
    "events": (r.EVENT, 1),
    "later": (r.LATER, 1),
    "buckets": (np.dtype("i4"), 1),
    "cases": (r.CASE, 1),
    "used": (np.dtype("i4"), 2),
    "lanes": (r.LANE, 1),
    "agents": (r.AGENT, 1),
    "sites": (r.SITE, 1),
    "lines": (r.LINE, 1),
    "agent_lines": (np.dtype("i4"), 1),
    "line_of": (np.dtype("i4"), 2),
    "idle": (np.dtype("u8"), 1),
    "able": (np.dtype("u8"), 1),
    "stages": (r.STAGE, 1),
    "chances": (np.dtype("f8"), 2),
    "places": (r.PLACE, 1),
    "candidates": (r.PAIR, 1),
    "pair_first": (np.dtype("i4"), 1),
    "pairs": (r.PAIR, 1),
    "above": (np.dtype("i4"), 2),
    "hours": (r.HOURS, 1),
    "hour_factor": (np.dtype("f8"), 1),
    "duty": (r.DUTY, 1),
    "followers": (np.dtype("i4"), 1),
    "ask_min": (np.dtype("f8"), 2),
    "ask_count": (np.dtype("i8"), 2),
}
"""Type of a row and dimensions of each array, in the order of the table."""


@dataclass(frozen=True)
class World(Addressed):
    """Everything that the kernel reads and writes; one array per kind of row.

    Parameters
    ----------
    requests, visits : structured array
        The tables that came in.
    request_outcomes, visit_outcomes, work : structured array
        The tables that go out.
    clock : structured array (1,)
        `CLOCK`.
    events, later, cases, used, lanes : array
        Grow with what is live: pending events (a heap), those of later, live requests,
        the site that each used last at each tier (cases, tiers; no tiers if no stage
        asks), lanes.
    buckets : int array
        First event of each span of time that is still to come, or -1.
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

    arrays: ClassVar[Arrays] = ARRAYS
    requests: Records
    visits: Records
    request_outcomes: Records
    visit_outcomes: Records
    work: Records
    clock: Records
    events: Records
    later: Records
    buckets: NDArray[np.int32]
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


assert list(ARRAYS) == [one.name for one in fields(World) if one.init]
