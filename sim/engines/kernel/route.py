"""The life of a request: stage after stage, until its route ends or it is lost."""

from __future__ import annotations

import math

from network.tables import END
from sim.engines.kernel.ask import choose_site
from sim.engines.kernel.desk import serve
from sim.engines.kernel.later import push
from sim.engines.kernel.records import (
    ABANDONED,
    ARRIVAL,
    BLOCKED,
    DELAY_ENDS,
    IN_SERVICE,
    NO_CASE,
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
)
from sim.engines.kernel.streets import trip
from sim.engines.kernel.world import World
from sim.layout import DELAY, VISIT, WALK_IN
from sim.machine_code.jit import part

ENTER, PARTS_READY, AT_SITE, OVER, WAITS = range(5)
"""Steps from which a request goes on; the last is for an event."""


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
    visit = first_visit(world, case) if step == ENTER else NONE
    while step != ENTER or visit >= 0:
        if step == ENTER:
            step = enter(world, case, visit)
        if step == PARTS_READY:
            step = begin(world, case)
        if step == AT_SITE:
            step = join(world, case)
        if step == WAITS:
            return
        visit = follow(world, case)
        step = ENTER
    close_request(world, case)


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
def enter(world: World, case: int, visit: int) -> int:
    """A request enters a stage and waits for parts, if it needs any."""
    one = world.cases[case]
    if not 0 <= visit < len(world.visits) or not (
        0 <= world.visits[visit].stage < len(world.stages)
    ):
        world.clock[0].wrong = WRONG_ROW
        return WAITS
    row = world.visits[visit]
    now = world.clock[0].now
    one.visits += 1
    one.visit = visit
    one.stage = row.stage
    one.mode = world.stages[row.stage].mode
    one.status = NOT_ENTERED
    one.site = NONE
    one.agent = NONE
    one.stints = 0
    one.entered = now
    one.joined = math.nan
    one.start = math.nan
    one.response = math.nan
    one.on_site = math.nan
    one.remaining = row.service
    one.travel_factor = row.travel_factor
    if not row.parts > 0:
        return PARTS_READY
    one.status = PARTS
    push(world, now + row.parts, DELAY_ENDS, visit, case)
    return WAITS


@part
def begin(world: World, case: int) -> int:
    """A delay begins, or a site is chosen and the customer goes there."""
    one = world.cases[case]
    now = world.clock[0].now
    if one.mode == DELAY:
        one.status = IN_SERVICE
        one.joined = now
        one.start = now
        one.response = now
        push(world, now + one.remaining, DELAY_ENDS, one.visit, case)
        return WAITS
    if not choose_site(world, case):
        one.status = UNSERVED
        return OVER
    if one.mode != WALK_IN:
        return AT_SITE
    one.status = TRAVELLING
    push(world, now + trip(world, case, now), DELAY_ENDS, one.visit, case)
    return WAITS


@part
def join(world: World, case: int) -> int:
    """A visit is started, joins the queue, or is blocked."""
    if serve(world, case):
        return WAITS
    world.cases[case].status = BLOCKED
    return OVER


@part
def delay_ends(world: World, case: int) -> int:
    """Parts, travel or a delay stage end; returns the step at which the request goes on."""
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
        follower = 0 + world.followers[row]
        if follower >= 0:
            time = clock.now + world.requests[follower].gap
            if time < clock.last_arrival:
                push(world, time, ARRIVAL, follower, NO_CASE)


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
