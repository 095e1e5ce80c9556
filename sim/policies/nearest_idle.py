"""The first open candidate with an able idle agent, else the first open one."""

from __future__ import annotations

from sim.policies.options import Options, first_open


def nearest_idle(
    count: int, now: float, mean_service_min: float, assigned: int, options: Options
) -> int:
    """Send to the nearest site that can start at once; if none can, queue at the nearest."""
    for position in range(count):
        if options.opens_at[position] <= now and options.able_idle[position] > 0:
            return position
    return first_open(count, now, options)
