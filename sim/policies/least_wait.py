"""The open candidate with the least estimated time until service begins."""

from __future__ import annotations

from sim.policies.options import Options, first_open


def least_wait(
    count: int, now: float, mean_service_min: float, assigned: int, options: Options
) -> int:
    """Minimise travel plus the work ahead shared among the agents on duty.

    ``travel + (max(0, waiting + busy + 1 - on_duty) * mean service) / on_duty``; nobody on
    duty counts as infinite; ties go to the earlier candidate.
    """
    best = -1
    least = 0.0
    for position in range(count):
        on_duty = options.on_duty[position]
        if options.opens_at[position] > now or on_duty == 0:
            continue
        excess = max(0, options.waiting[position] + options.busy[position] + 1 - on_duty)
        estimate = options.travel_min[position] + (excess * mean_service_min) / on_duty
        if best < 0 or estimate < least:
            best = position
            least = estimate
    if best < 0:
        return first_open(count, now, options)
    return best
