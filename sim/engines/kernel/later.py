"""Events of a later hour wait in buckets, unsorted, so that the heap stays small.

Most pending events are far ahead: a part that comes tomorrow, a patience of days that
nobody will need. A bucket holds a span of time; when the run reaches it, its events go to
the heap, without those that have become pointless meanwhile.
"""

from __future__ import annotations

from sim.engines.kernel.heap import add
from sim.engines.kernel.records import (
    CASE_BITS,
    CASE_MASK,
    ID_BITS,
    ID_MASK,
    KIND_SHIFT,
    NONE,
    PATIENCE_ENDS,
    ROOM,
    WAITING,
    WRONG_TIME,
)
from sim.engines.kernel.world import World
from sim.machine_code.jit import part


@part
def push(world: World, time: float, kind: int, number: int, case: int) -> None:
    """Schedule an event; one that would come after the horizon is not kept.

    A time that is NaN or past is noted; the loop stops on it after the current event.
    """
    clock = world.clock[0]
    rank = ((kind << ID_BITS) + number << CASE_BITS) + case
    if not time >= clock.now:
        note_wrong_time(world, time, rank)
    elif time < clock.horizon:
        bucket = bucket_of(world, time)
        if bucket <= clock.bucket:
            add(world, time, rank)
        else:
            _put_off(world, bucket, time, rank)


@part
def bucket_of(world: World, time: float) -> int:
    """The bucket of a time; later times have no earlier bucket."""
    return int(time * world.clock[0].buckets_per_min)


@part
def bring(world: World, bucket: int) -> None:
    """Move what waits in the buckets up to one to the heap, as far as the heap has room."""
    clock, later = world.clock[0], world.later
    while clock.bucket < bucket and clock.waits_later > 0:
        following = clock.bucket + 1
        place = world.buckets[following]
        while place >= 0:
            if clock.events + ROOM > len(world.events):
                world.buckets[following] = place
                return
            event = later[place]
            if not _is_pointless(world, event.rank):
                add(world, event.time, event.rank)
            behind = event.next
            event.next = clock.free_later
            clock.free_later = place
            clock.waits_later -= 1
            place = behind
        world.buckets[following] = NONE
        clock.bucket = following


@part
def note_wrong_time(world: World, time: float, rank: int) -> None:
    """Remember the first event that cannot be scheduled."""
    clock = world.clock[0]
    if clock.wrong == 0:
        clock.wrong = WRONG_TIME
        clock.wrong_time = time
        clock.wrong_rank = rank


@part
def _put_off(world: World, bucket: int, time: float, rank: int) -> None:
    clock = world.clock[0]
    place = clock.free_later
    if place >= 0:
        clock.free_later = world.later[place].next
    else:
        place = clock.later
        clock.later = place + 1
    event = world.later[place]
    event.time = time
    event.rank = rank
    event.next = world.buckets[bucket]
    world.buckets[bucket] = place
    clock.waits_later += 1


@part
def _is_pointless(world: World, rank: int) -> bool:
    """Whether an event is the patience of a visit that no longer waits for its first start."""
    if rank >> KIND_SHIFT != PATIENCE_ENDS:
        return False
    one = world.cases[rank & CASE_MASK]
    return bool(
        one.visit != rank >> CASE_BITS & ID_MASK or one.status != WAITING or one.stints != 0
    )
