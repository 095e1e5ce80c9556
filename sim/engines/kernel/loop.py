"""The run: events in the order (time, kind, id), until the horizon.

Three sources are merged: the heap, the arrivals known from the start, and the changes of
duty; the latter two are sorted already. Within an event an agent who becomes free takes
his next job first, then the request goes on.
"""

from __future__ import annotations

import math

from sim.engines.kernel.desk import (
    agent_free,
    break_ends,
    break_starts,
    duty_off,
    duty_on,
    open_shop,
    patience_ends,
    service_ends,
    take_next,
)
from sim.engines.kernel.heap import ID_MASK, KIND_BITS, drop_first, note_wrong_time
from sim.engines.kernel.jit import entry, part
from sim.engines.kernel.records import (
    AGENT_FREE,
    ARRIVAL,
    BREAK_ENDS,
    BREAK_STARTS,
    DELAY_ENDS,
    DUTY_OFF,
    DUTY_ON,
    FINISHED,
    FULL,
    IN_SERVICE,
    LIVELOCK,
    NONE,
    NOT_ENTERED,
    PATIENCE_ENDS,
    PAUSED,
    REQUEST_NOT_ARRIVED,
    SERVICE_ENDS,
    World,
)
from sim.engines.kernel.route import (
    ENTER,
    OVER,
    arrive,
    delay_ends,
    go_on,
    record_request,
    record_visit,
)

ROOM = 8
"""Rows that one event can need in a table that grows."""


@entry
def play(world: World, on_break_until: object, budget: int) -> int:
    """Go on with a run for a number of events.

    Parameters
    ----------
    world : World
    on_break_until : float array (agents,)
        End of the break that holds time 0; 0: none; NaN: not on duty at time 0.
    budget : int
        Events to handle before returning.

    Returns
    -------
    int
        FINISHED; FULL: a table must grow; PAUSED: the budget is used; else an error.
    """
    clock = world.clock[0]
    if clock.begun == 0:
        clock.begun = 1
        _clear(world)
        for agent in range(len(world.agents)):
            if not math.isnan(on_break_until[agent]):
                open_shop(world, agent, on_break_until[agent])
    for _ in range(budget):
        if clock.wrong:
            return int(clock.wrong)
        if _is_full(world):
            return FULL
        if not _handle_next(world):
            break
    else:
        return PAUSED
    if clock.wrong:
        return int(clock.wrong)
    _close(world)
    return FINISHED


@part
def _is_full(world: World) -> bool:
    clock = world.clock[0]
    return bool(
        clock.events + ROOM > len(world.events)
        or (clock.free_case < 0 and clock.cases == len(world.cases))
        or clock.lanes + ROOM > len(world.lanes)
        or clock.work + ROOM > len(world.work)
    )


@part
def _handle_next(world: World) -> bool:
    """Handle the earliest event; False if none comes before the horizon."""
    clock = world.clock[0]
    time, rank, case = clock.horizon, 0, NONE
    source = NONE
    if clock.events > 0:
        first = world.events[0]
        if first.time < time:
            time, rank, case = first.time, first.rank, first.case
            source = 0
    if clock.arrival < clock.known:
        arrival = world.requests[clock.arrival].arrival
        arrival_rank = (ARRIVAL << KIND_BITS) + clock.arrival
        if arrival < time or (arrival == time and arrival_rank < rank):
            time, rank = arrival, arrival_rank
            source = 1
    if clock.duty < len(world.duty):
        change = world.duty[clock.duty]
        if change.time < time or (change.time == time and change.rank < rank):
            time, rank = change.time, change.rank
            source = 2
    if source < 0:
        return False
    length = 0.0
    if source == 0:
        drop_first(world)
    elif source == 1:
        clock.arrival += 1
    else:
        length = world.duty[clock.duty].length
        clock.duty += 1
    if not time >= clock.now:
        note_wrong_time(world, time, rank)
        return True
    if time > clock.now:
        clock.now = time
        clock.crowd = 0
    clock.crowd += 1
    if clock.crowd > clock.crowd_limit:
        clock.wrong = LIVELOCK
        clock.wrong_rank = rank
        return True
    _handle(world, rank >> KIND_BITS, rank & ID_MASK, case, length)
    return True


@part
def _handle(world: World, kind: int, number: int, case: int, length: float) -> None:
    """One event: what happens, then the freed agent's next job, then the request's way on."""
    free, step = NONE, NONE
    if kind == ARRIVAL:
        case = arrive(world, number)
        step = ENTER
    elif kind == SERVICE_ENDS:
        free = service_ends(world, case, number)
        if free >= NONE:
            step = OVER
    elif kind == AGENT_FREE:
        free = agent_free(world, number)
    elif kind == DELAY_ENDS:
        step = delay_ends(world, case)
    elif kind == PATIENCE_ENDS:
        if patience_ends(world, case, number):
            step = OVER
    elif kind == BREAK_ENDS:
        free = break_ends(world, number)
    elif kind == DUTY_ON:
        free = duty_on(world, number)
    elif kind == DUTY_OFF:
        duty_off(world, number)
    elif kind == BREAK_STARTS:
        break_starts(world, number, length)
    if free >= 0:
        take_next(world, free)
    if step >= 0:
        go_on(world, case, step)


@part
def _clear(world: World) -> None:
    """Nothing has happened yet."""
    for row in range(len(world.request_outcomes)):
        request = world.request_outcomes[row]
        request.arrival = math.nan
        request.resolved = math.nan
        request.closed = math.nan
        request.visits = 0
        request.last_visit = NONE
        request.status = REQUEST_NOT_ARRIVED
    for row in range(len(world.visit_outcomes)):
        visit = world.visit_outcomes[row]
        visit.entered = math.nan
        visit.joined = math.nan
        visit.start = math.nan
        visit.response = math.nan
        visit.end = math.nan
        visit.site = NONE
        visit.agent = NONE
        visit.stints = 0
        visit.status = NOT_ENTERED


@part
def _close(world: World) -> None:
    """Count idle time and queues up to the horizon; what is open then stays open."""
    horizon = world.clock[0].horizon
    for site in range(len(world.sites)):
        place = world.sites[site]
        place.queue_area += place.waiting * (horizon - place.counted_until)
    for agent in range(len(world.agents)):
        him = world.agents[agent]
        if world.idle[him.word] & him.bit:
            him.idle_min += horizon - him.idle_since
    for case in range(world.clock[0].cases):
        one = world.cases[case]
        if one.row < 0:
            continue
        if one.status == IN_SERVICE and one.on_site < horizon and math.isnan(one.response):
            one.response = one.on_site
        record_visit(world, case, math.nan)
        record_request(world, case, math.nan)
    for row in range(world.clock[0].work):
        if world.work[row].on_site >= horizon:
            world.work[row].on_site = math.nan
