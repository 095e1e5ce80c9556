"""One pass over each table of a run: what its identities say of requests, sites and agents."""

from __future__ import annotations

import math

from network.tables import Cause, RequestStatus, VisitStatus
from sim.audit.balance import NOWHERE, Balance
from sim.layout import DELAY
from sim.machine_code.jit import part

# Codes as plain numbers, which become constants of the machine code
_NOT_ARRIVED, _OPEN = int(RequestStatus.NOT_ARRIVED), int(RequestStatus.OPEN)
_PARTS, _SUSPENDED = int(VisitStatus.PARTS), int(VisitStatus.SUSPENDED)
_BLOCKED = int(VisitStatus.BLOCKED)
_HANDED_OVER = int(Cause.HANDED_OVER)


def add_up(balance: Balance, task: int) -> int:
    """Add up all tables; there is only one task."""
    for row in range(len(balance.requests)):
        add_request(balance, row)
    for row in range(len(balance.work)):
        add_stint(balance, row)
    for row in range(len(balance.visits)):
        add_visit(balance, row)
    return task


@part
def add_request(balance: Balance, row: int) -> None:
    """Note a request whose times say something else than its status."""
    found, request = balance.found[0], balance.requests[row]
    has_arrived, has_ended = not math.isnan(request.arrival), not math.isnan(request.closed)
    waits = request.status == _OPEN
    found.open_requests += waits
    if has_arrived != (request.status != _NOT_ARRIVED) and found.wrong_arrival == NOWHERE:
        found.wrong_arrival = row
    if has_ended != (request.status != _NOT_ARRIVED and not waits) and found.wrong_end == NOWHERE:
        found.wrong_end = row


@part
def add_stint(balance: Balance, row: int) -> None:
    """Time of the agent within duty, and of a visit that waited for its next agent."""
    found, stint = balance.found[0], balance.work[row]
    strange = stint.agent < 0 or stint.agent >= len(balance.agent_pool)
    if strange or stint.visit >= len(balance.visits):
        if found.wrong_stint == NOWHERE:
            found.wrong_stint = row
        return
    back = found.horizon if math.isnan(stint.back) else stint.back
    pool = balance.agent_pool[stint.agent]
    before = duty_until(balance, pool, stint.depart)
    balance.worked[stint.agent] += duty_until(balance, pool, back) - before
    if stint.visit >= 0:
        add_wait(balance, stint.visit, balance.handed_at[stint.visit], stint.depart)
        handed_over = stint.cause == _HANDED_OVER
        balance.handed_at[stint.visit] = stint.end if handed_over else math.nan


@part
def add_visit(balance: Balance, row: int) -> None:
    """Time in the queue of the site, and at the horizon that of visits handed over."""
    found, visit = balance.found[0], balance.visits[row]
    found.open_visits += _PARTS <= visit.status <= _SUSPENDED
    add_wait(balance, row, balance.handed_at[row], found.horizon)
    if balance.stage_mode[balance.drawn[row].stage] != DELAY and visit.status != _BLOCKED:
        until = visit.end if math.isnan(visit.start) else visit.start
        add_wait(balance, row, visit.joined, found.horizon if math.isnan(until) else until)


@part
def add_wait(balance: Balance, row: int, since: float, until: float) -> None:
    """A visit has waited at its site; NaN: it has not."""
    if math.isnan(since):
        return
    site = balance.visits[row].site
    if 0 <= site < len(balance.waited):
        balance.waited[site] += until - since
    elif balance.found[0].wrong_visit == NOWHERE:
        balance.found[0].wrong_visit = row


@part
def duty_until(balance: Balance, pool: int, time: float) -> float:
    """Duty minutes of a pool's agents from time 0 on.

    Stints come in the order in which they begin, so the span is that of the last one or near.
    """
    first, end = balance.span_first[pool], balance.span_first[pool + 1]
    number = balance.span_last[pool]
    while number + 1 < end and balance.span_start[number + 1] <= time:
        number += 1
    while number >= first and balance.span_start[number] > time:
        number -= 1
    balance.span_last[pool] = max(number, first)
    if number < first or number >= end:
        return 0.0
    until: float = min(time, balance.span_end[number]) - balance.span_start[number]
    minutes: float = balance.span_before[number] + until
    return minutes
