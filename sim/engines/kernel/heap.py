"""Pending events: a heap with four children per node, ordered by (time, kind, id)."""

from __future__ import annotations

from sim.engines.kernel.jit import part
from sim.engines.kernel.records import WRONG_TIME, World

KIND_BITS = 40
ID_MASK = (1 << KIND_BITS) - 1


@part
def push(world: World, time: float, kind: int, number: int, case: int) -> None:
    """Schedule an event; one that would come after the horizon is not kept.

    A time that is NaN or past is noted; the loop stops on it after the current event.
    """
    clock = world.clock[0]
    rank = (kind << KIND_BITS) + number
    if not time >= clock.now:
        note_wrong_time(world, time, rank)
        return
    if time >= clock.horizon:
        return
    events = world.events
    at = clock.events
    clock.events = at + 1
    while at > 0:
        above = (at - 1) >> 2
        if events[above].time < time:
            break
        if events[above].time == time and events[above].rank < rank:
            break
        events[at].time = events[above].time
        events[at].rank = events[above].rank
        events[at].case = events[above].case
        at = above
    events[at].time = time
    events[at].rank = rank
    events[at].case = case


@part
def drop_first(world: World) -> None:
    """Remove the earliest event."""
    clock, events = world.clock[0], world.events
    count = clock.events - 1
    clock.events = count
    time = events[count].time
    rank = events[count].rank
    case = events[count].case
    at = 0
    while True:
        child = 4 * at + 1
        if child >= count:
            break
        least = child
        least_time = events[child].time
        least_rank = events[child].rank
        for other in range(child + 1, min(child + 4, count)):
            other_time = events[other].time
            if other_time < least_time or (
                other_time == least_time and events[other].rank < least_rank
            ):
                least = other
                least_time = other_time
                least_rank = events[other].rank
        if time < least_time or (time == least_time and rank < least_rank):
            break
        events[at].time = least_time
        events[at].rank = least_rank
        events[at].case = events[least].case
        at = least
    events[at].time = time
    events[at].rank = rank
    events[at].case = case


@part
def note_wrong_time(world: World, time: float, rank: int) -> None:
    """Remember the first event that cannot be scheduled."""
    clock = world.clock[0]
    if clock.wrong == 0:
        clock.wrong = WRONG_TIME
        clock.wrong_time = time
        clock.wrong_rank = rank
