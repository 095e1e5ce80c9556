"""The life of a request: stage after stage, until its route ends or it is lost."""

from __future__ import annotations

import math

from network.tables import END
from sim.engines.kernel.ask import choose_site
from sim.engines.kernel.desk import serve
from sim.engines.kernel.heap import push
from sim.engines.kernel.jit import part
from sim.engines.kernel.records import (
    ABANDONED,
    ARRIVAL,
    BLOCKED,
    DELAY_ENDS,
    IN_SERVICE,
    NONE,
    NOT_ENTERED,
    PARTS,
    REQUEST_ABANDONED,
    REQUEST_BLOCKED,
    REQUEST_NO_SHOW,
    REQUEST_OPEN,
    REQUEST_RESOLVED,
    REQUEST_UNRESOLVED,
    REQUEST_UNSERVED,
    RESOLVED,
    TRAVELLING,
    UNRESOLVED,
    UNSERVED,
    WRONG_ROW,
    World,
)
from sim.engines.kernel.streets import trip
from sim.layout import DELAY, VISIT, WALK_IN

ENTER, PARTS_READY, AT_SITE, OVER = range(4)
"""Steps from which a request goes on."""


@part
def arrive(world: World, row: int) -> int:
    """Give an arriving request a record; returns it, with its first visit to enter."""
    clock, request = world.clock[0], world.requests[row]
    case = clock.free_case
    if case >= 0:
        clock.free_case = world.cases[case].behind
    else:
        case = clock.cases
        clock.cases = case + 1
    one = world.cases[case]
    one.row = row
    one.zone = request.zone
    one.home = NONE
    one.visits = 0
    one.shows = request.shows
    one.ending = REQUEST_OPEN
    one.priority = request.priority
    one.arrival = clock.now
    one.resolved = math.nan
    one.visit = NONE
    for tier in range(world.used.shape[1]):
        world.used[case, tier] = NONE
    if not 0 <= request.zone < len(world.pair_first) - 1:
        clock.wrong = WRONG_ROW
    return int(case)


@part
def go_on(world: World, case: int, step: int) -> None:
    """Carry a request on from a step of its life until it waits for an event."""
    one = world.cases[case]
    now = world.clock[0].now
    visit = NONE
    if step == ENTER:
        visit = first_visit(world, case)
        if visit < 0:
            close_request(world, case)
            return
    while True:
        if step == ENTER:
            parts = enter(world, case, visit)
            if world.clock[0].wrong:
                return
            if parts > 0:
                one.status = PARTS
                push(world, now + parts, DELAY_ENDS, visit, case)
                return
            step = PARTS_READY
        if step == PARTS_READY:
            if one.mode == DELAY:
                one.status = IN_SERVICE
                one.joined = now
                one.start = now
                one.response = now
                push(world, now + one.remaining, DELAY_ENDS, one.visit, case)
                return
            if not choose_site(world, case):
                one.status = UNSERVED
                step = OVER
            elif one.mode == WALK_IN:
                one.status = TRAVELLING
                push(world, now + trip(world, case, now), DELAY_ENDS, one.visit, case)
                return
            else:
                step = AT_SITE
        if step == AT_SITE:
            if serve(world, case):
                return
            one.status = BLOCKED
        visit = follow(world, case)
        if visit < 0:
            close_request(world, case)
            return
        step = ENTER


@part
def first_visit(world: World, case: int) -> int:
    """The first visit of a request; NONE for a customer who does not come to his appointment."""
    one = world.cases[case]
    visit = int(world.requests[one.row].first_visit)
    if one.shows or visit < 0:
        return visit
    if world.stages[world.visits[visit].stage].mode == VISIT:
        return visit  # the agent travels out and back
    one.ending = REQUEST_NO_SHOW
    return NONE


@part
def enter(world: World, case: int, visit: int) -> float:
    """A request enters a stage; returns the minutes until its parts are there."""
    one = world.cases[case]
    if not 0 <= visit < len(world.visits) or not (
        0 <= world.visits[visit].stage < len(world.stages)
    ):
        world.clock[0].wrong = WRONG_ROW
        return 0.0
    row = world.visits[visit]
    one.visits += 1
    one.visit = visit
    one.stage = row.stage
    one.mode = world.stages[row.stage].mode
    one.status = NOT_ENTERED
    one.site = NONE
    one.agent = NONE
    one.stints = 0
    one.entered = world.clock[0].now
    one.joined = math.nan
    one.start = math.nan
    one.response = math.nan
    one.on_site = math.nan
    one.remaining = row.service
    one.travel_factor = row.travel_factor
    parts: float = row.parts
    return parts


@part
def delay_ends(world: World, case: int) -> int:
    """The step at which a request goes on after parts, travel or a delay stage."""
    one = world.cases[case]
    if one.status == PARTS:
        return PARTS_READY
    if one.status == TRAVELLING:
        return AT_SITE
    one.status = RESOLVED
    return OVER


@part
def follow(world: World, case: int) -> int:
    """Close a visit and return the row of the next one, or a number below 0."""
    one = world.cases[case]
    now = world.clock[0].now
    if one.status != RESOLVED:
        record_visit(world, case, now)
        if not math.isnan(one.resolved):
            one.ending = REQUEST_RESOLVED
        elif one.status == ABANDONED:
            one.ending = REQUEST_ABANDONED
        elif one.status == BLOCKED:
            one.ending = REQUEST_BLOCKED
        else:
            one.ending = REQUEST_UNSERVED
        return NONE
    level = world.agents[one.agent].level if one.agent >= 0 else 0
    callback = world.stages[one.stage].callback
    row = world.visits[one.visit]
    if row.resolve_u < world.chances[one.stage, level]:
        target = int(row.if_resolved)
        leads_to_callback = (
            0 <= target < len(world.visits)
            and world.stages[world.visits[target].stage].callback != 0
        )
        if leads_to_callback or (target == END and not callback):
            one.resolved = now
    else:
        one.status = UNRESOLVED
        target = int(row.if_unresolved)
        if callback and target != END:
            one.resolved = math.nan  # reopened
    record_visit(world, case, now)
    if target < 0:
        done = not math.isnan(one.resolved) and target == END
        one.ending = REQUEST_RESOLVED if done else REQUEST_UNRESOLVED
        if not one.shows:
            one.ending = REQUEST_NO_SHOW
            one.resolved = math.nan
    return target


@part
def close_request(world: World, case: int) -> None:
    """A request has ended: its unit may call again, its record is free."""
    one, clock = world.cases[case], world.clock[0]
    row = one.row
    record_request(world, case, clock.now)
    one.row = NONE
    one.visit = NONE
    one.behind = clock.free_case
    clock.free_case = case
    if len(world.followers) > 0:
        follower = world.followers[row]
        if follower >= 0:
            time = clock.now + world.requests[follower].gap
            if time < clock.last_arrival:
                push(world, time, ARRIVAL, follower, NONE)


@part
def record_visit(world: World, case: int, end: float) -> None:
    """Write the outcome row of a visit."""
    one = world.cases[case]
    outcome = world.visit_outcomes[one.visit]
    outcome.entered = one.entered
    outcome.joined = one.joined
    outcome.start = one.start
    outcome.response = one.response
    outcome.end = end
    outcome.site = one.site
    outcome.agent = one.agent
    outcome.stints = one.stints
    outcome.status = one.status


@part
def record_request(world: World, case: int, closed: float) -> None:
    """Write the outcome row of a request."""
    one = world.cases[case]
    outcome = world.request_outcomes[one.row]
    outcome.arrival = one.arrival
    outcome.resolved = one.resolved
    outcome.closed = closed
    outcome.visits = one.visits
    outcome.last_visit = one.visit
    outcome.status = one.ending
