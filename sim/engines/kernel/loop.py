"""The run: events in the order (time, kind, id), until the horizon.

Three sources are merged: the heap, the arrivals known from the start, and the changes of
duty; the latter two are sorted already. Within an event an agent who becomes free takes
his next job first, then the request goes on.
"""

from __future__ import annotations

import math

from sim.engines.kernel.desk import agent_free, patience_ends, service_ends, take_next
from sim.engines.kernel.duty import break_ends, break_starts, duty_off, duty_on, open_shop
from sim.engines.kernel.foresight import look_ahead
from sim.engines.kernel.heap import drop_first
from sim.engines.kernel.later import bring, bucket_of, note_wrong_time
from sim.engines.kernel.records import (
    AGENT_FREE,
    ARRIVAL,
    BREAK_ENDS,
    BREAK_STARTS,
    CASE_BITS,
    CASE_MASK,
    DELAY_ENDS,
    DUTY_OFF,
    DUTY_ON,
    FINISHED,
    FULL,
    ID_BITS,
    ID_MASK,
    IN_SERVICE,
    KIND_SHIFT,
    LIVELOCK,
    NONE,
    NOT_ENTERED,
    PATIENCE_ENDS,
    PAUSED,
    REQUEST_NOT_ARRIVED,
    ROOM,
    SERVICE_ENDS,
)
from sim.engines.kernel.route import (
    ENTER,
    OVER,
    WAITS,
    arrive,
    delay_ends,
    go_on,
    record_request,
    record_visit,
)
from sim.engines.kernel.world import World
from sim.machine_code.jit import part

NOTHING, HEAP, ARRIVALS, DUTY = range(4)
"""Sources of events."""


def play(world: World, budget: int) -> int:
    """Go on with a run for a number of events; what Python calls.

    Parameters
    ----------
    world : World
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
            if not math.isnan(world.agents[agent].opening):
                open_shop(world, agent)
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
        or (clock.free_later < 0 and clock.later + ROOM > len(world.later))
        or clock.lanes + ROOM > len(world.lanes)
        or clock.work + ROOM > len(world.work)
    )


@part
def _handle_next(world: World) -> bool:
    """Handle the earliest event, or bring it near; False if none comes before the horizon."""
    clock = world.clock[0]
    source = _find_next(world)
    time = clock.due
    bucket = len(world.buckets) - 1 if source == NOTHING else bucket_of(world, time)
    if bucket > clock.bucket:
        if clock.waits_later > 0:
            bring(world, bucket)
            return True
        clock.bucket = bucket
    if source == NOTHING:
        return False
    rank = clock.rank
    length = _take(world, source)
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
    _handle(world, rank >> KIND_SHIFT, rank >> CASE_BITS & ID_MASK, rank & CASE_MASK, length)
    return True


@part
def _find_next(world: World) -> int:
    """Where the earliest event comes from; the clock tells its time and rank."""
    clock = world.clock[0]
    time, rank = clock.horizon, 0
    source = NOTHING
    if clock.events > 0 and world.events[0].time < time:
        time, rank = world.events[0].time, world.events[0].rank
        source = HEAP
    if clock.arrival < clock.known:
        arrival = world.requests[clock.arrival].arrival
        arrival_rank = (ARRIVAL << ID_BITS) + clock.arrival << CASE_BITS
        if arrival < time or (arrival == time and arrival_rank < rank):
            time, rank = arrival, arrival_rank
            source = ARRIVALS
    if clock.duty < len(world.duty):
        change = world.duty[clock.duty]
        if change.time < time or (change.time == time and change.rank < rank):
            time, rank = change.time, change.rank
            source = DUTY
    clock.due = time
    clock.rank = rank
    return source


@part
def _take(world: World, source: int) -> float:
    """Remove the earliest event from its source; returns the length of a break."""
    clock = world.clock[0]
    if source == HEAP:
        drop_first(world)
    elif source == ARRIVALS:
        clock.arrival += 1
        look_ahead(world, clock.arrival)
    else:
        clock.duty += 1
        length: float = world.duty[clock.duty - 1].length
        return length
    return 0.0


@part
def _handle(world: World, kind: int, number: int, case: int, length: float) -> None:
    """One event: what happens, then the freed agent's next job, then the request's way on."""
    free, step = NONE, WAITS
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
    else:
        free = _change_duty(world, kind, number, length)
    if free >= 0:
        take_next(world, free)
    if step != WAITS:
        go_on(world, case, step)


@part
def _change_duty(world: World, kind: int, agent: int, length: float) -> int:
    """Shifts and breaks; returns the agent if he is free for work now, else NONE."""
    if kind == DUTY_ON:
        return duty_on(world, agent)
    if kind == BREAK_ENDS:
        return break_ends(world, agent)
    if kind == DUTY_OFF:
        duty_off(world, agent)
    elif kind == BREAK_STARTS:
        break_starts(world, agent, length)
    return NONE


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
