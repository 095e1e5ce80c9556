"""One pass over the work table: minutes, kilometres and jobs by pool."""

from __future__ import annotations

import math

from sim.kpis.kernel.stints import JOB_DONE, Stints
from sim.layout import VISIT
from sim.machine_code.intrinsics import fetch
from sim.machine_code.jit import part

_AHEAD = 8
"""Rows of so many stints on are asked for now: memory is slow to answer."""


def add_up(stints: Stints, task: int) -> int:
    """Add up all stints and breaks; there is only one task."""
    last = len(stints.work) - 1
    for row in range(last + 1):
        fetch(stints.visits[max(stints.work[min(row + 2 * _AHEAD, last)].visit, 0)])
        visit = stints.visits[max(stints.work[min(row + _AHEAD, last)].visit, 0)]
        fetch(stints.requests[visit.request])
        add(stints, row)
    return task


@part
def add(stints: Stints, row: int) -> None:
    """Add one stint or break to its pool."""
    period, stint = stints.period[0], stints.work[row]
    pool = stints.pools[stints.agent_pool[stint.agent]]
    depart, back = within(stints, stint.depart), within(stints, stint.back)
    if stint.visit < 0:
        pool.breaks += back - depart
        return
    end = min(within(stints, stint.end), back)
    begins = end  # of a cancelled trip
    if not math.isnan(stint.on_site):
        begins = min(max(within(stints, stint.on_site), depart), end)
    pool.work += end - begins
    pool.travel += (begins - depart) + (back - end)
    on_duty = duty_until(stints, stint.agent, back) - duty_until(stints, stint.agent, depart)
    pool.overtime += (back - depart) - on_duty
    if period.start <= stint.depart < period.end:
        pool.jobs += stint.cause == JOB_DONE
        pool.km += kilometres(stints, row)


@part
def within(stints: Stints, time: float) -> float:
    """A moment cut to the counted part of the run; NaN: not before its end."""
    period = stints.period[0]
    cut: float = period.end if math.isnan(time) else min(max(time, period.start), period.end)
    return cut


@part
def duty_until(stints: Stints, agent: int, time: float) -> float:
    """Duty minutes of an agent's pool from time 0 on.

    Stints come in the order in which they begin, so the span is that of the last one or near.
    """
    pool = stints.pools[stints.agent_pool[agent]]
    number = pool.span
    while number + 1 < pool.end and stints.spans[number + 1].start <= time:
        number += 1
    while number >= pool.first and stints.spans[number].start > time:
        number -= 1
    pool.span = max(number, pool.first)
    if number < pool.first:
        return 0.0
    span = stints.spans[number]
    minutes: float = span.before + (min(time, span.end) - span.start)
    return minutes


@part
def kilometres(stints: Stints, row: int) -> float:
    """Road kilometres of a stint: out and back; of a cancelled trip, the part driven."""
    stint = stints.work[row]
    visit = stints.visits[stint.visit]
    if stints.stage_mode[visit.stage] != VISIT:
        return 0.0
    zone = stints.requests[visit.request].zone
    pair = find_pair(stints, zone, stints.agent_site[stint.agent])
    driven = 1.0
    if math.isnan(stint.on_site) and not math.isnan(stint.end):
        planned = max(stints.pair_min[pair] * visit.travel_factor, 1e-9)
        driven = min((stint.end - stint.depart) / planned, 1.0)
    km: float = 2 * stints.pair_km[pair] * driven
    return km


@part
def find_pair(stints: Stints, zone: int, site: int) -> int:
    """The pair of a zone and a site; sites of a zone are sorted."""
    low, high = stints.pair_first[zone], stints.pair_first[zone + 1]
    while low < high:
        middle = (low + high) >> 1
        if stints.pair_site[middle] < site:
            low = middle + 1
        else:
            high = middle
    return int(low)
