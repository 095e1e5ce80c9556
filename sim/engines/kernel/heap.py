"""Pending events: a heap with four children per node, ordered by (time, kind, id).

Events beyond the last have an infinite time, so that a node always has four children to
compare; comparing needs no branch, which a processor would guess wrong half of the time.
"""

from __future__ import annotations

import math

from sim.engines.kernel.intrinsics import is_before
from sim.engines.kernel.records import Records
from sim.engines.kernel.world import World
from sim.machine_code.jit import part


@part
def add(world: World, time: float, rank: int) -> None:
    """Put an event in its place."""
    clock = world.clock[0]
    clock.events += 1
    _climb(world.events, clock.events - 1, time + 0.0, rank)  # -0.0 becomes 0.0


@part
def drop_first(world: World) -> None:
    """Remove the earliest event: the hole sinks to a leaf, the last event climbs from there."""
    clock, events = world.clock[0], world.events
    last = clock.events - 1
    clock.events = last
    time = events[last].time
    rank = events[last].rank
    events[last].time = math.inf
    hole = 0
    child = 1
    while child < last:
        one = child + is_before(events[child + 1], events[child])
        other = child + 2 + is_before(events[child + 3], events[child + 2])
        least = other if is_before(events[other], events[one]) else one
        events[hole].time = events[least].time
        events[hole].rank = events[least].rank
        hole = least
        child = 4 * hole + 1
    _climb(events, hole, time, rank)


@part
def _climb(events: Records, hole: int, time: float, rank: int) -> None:
    events[hole].time = time
    events[hole].rank = rank
    while hole > 0:
        above = (hole - 1) >> 2
        if not is_before(events[hole], events[above]):
            break
        events[hole].time = events[above].time
        events[hole].rank = events[above].rank
        events[above].time = time
        events[above].rank = rank
        hole = above
