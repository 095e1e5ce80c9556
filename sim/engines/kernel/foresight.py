"""Rows that will be needed soon are asked for now: memory is slow to answer.

Visits of a request stand together but are entered hours apart, in between those of
others; the first arrival brings all of them near. It changes no result.
"""

from __future__ import annotations

from sim.engines.kernel.world import World
from sim.machine_code.intrinsics import fetch
from sim.machine_code.jit import part

_AHEAD = 2
_MOST = 6


@part
def look_ahead(world: World, arrival: int) -> None:
    """Fetch the visits of a request that arrives soon, and where their outcomes go."""
    row = arrival + _AHEAD
    if row + 1 < len(world.requests):
        first = world.requests[row].first_visit
        end = world.requests[row + 1].first_visit
        for visit in range(first, min(end, first + _MOST)):
            fetch(world.visits[visit])
            fetch(world.visit_outcomes[visit])
