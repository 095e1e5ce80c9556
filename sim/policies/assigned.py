"""The plan's site for the zone, with or without overflow."""

from __future__ import annotations

from sim.policies.options import Options


def assigned_site(
    count: int, now: float, mean_service_min: float, assigned: int, options: Options
) -> int:
    """Send to the plan's site, open or not; the request waits there."""
    return assigned


def assigned_with_overflow(
    count: int, now: float, mean_service_min: float, assigned: int, options: Options
) -> int:
    """The plan's site; where nobody able is idle there, the nearest site that can start at once."""
    if options.opens_at[assigned] <= now and options.able_idle[assigned] > 0:
        return assigned
    for position in range(count):
        if options.opens_at[position] <= now and options.able_idle[position] > 0:
            return position
    return assigned
