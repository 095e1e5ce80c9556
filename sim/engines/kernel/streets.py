"""Travel, candidate sites and opening hours: look-ups in the laid-out network."""

from __future__ import annotations

import math

from sim.engines.kernel.records import NONE
from sim.engines.kernel.world import World
from sim.machine_code.jit import part


@part
def trip(world: World, case: int, departure: float) -> float:
    """Minutes between the zone and the site of a visit, one way, leaving now."""
    one = world.cases[case]
    hour = int((departure + world.clock[0].clock_offset) / 60.0) % 168
    minutes: float = (one.travel_min * world.hour_factor[hour]) * one.travel_factor
    return minutes


@part
def find_pair(world: World, zone: int, site: int) -> int:
    """The pair of a zone and a site, or NONE."""
    pairs = world.pairs
    low = int(world.pair_first[zone])
    end = int(world.pair_first[zone + 1])
    high = end
    while low < high:
        middle = (low + high) >> 1
        if pairs[middle].site < site:
            low = middle + 1
        else:
            high = middle
    return low if low < end and pairs[low].site == site else NONE


@part
def opens_at(world: World, site: int, now: float) -> float:
    """Now or earlier if the site is open, else its next opening (infinite: never)."""
    place, hours = world.sites[site], world.hours
    while place.interval < place.interval_end and hours[place.interval].closes <= now:
        place.interval += 1
    if place.interval < place.interval_end:
        opening: float = hours[place.interval].opens
        return opening
    return math.inf
