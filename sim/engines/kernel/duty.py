"""Shifts and breaks: every rule of what begins and ends with them."""

from __future__ import annotations

import math

from sim.engines.kernel.agents import become_idle, leave_idle, start_break, stop_break
from sim.engines.kernel.desk import count_waiting, idle_for, let_go, start
from sim.engines.kernel.lines import rejoin_line
from sim.engines.kernel.records import HANDED_OVER, INTERRUPTED, NONE, ONE_MORE, SUSPENDED, WAITING
from sim.engines.kernel.world import World
from sim.layout import FINISH, HAND_OVER, VISIT
from sim.machine_code.jit import part


@part
def duty_on(world: World, agent: int) -> int:
    """Duty begins; the agent is returned if he is not still away, else NONE."""
    him = world.agents[agent]
    him.on_duty = 1
    world.sites[him.site].on_duty += 1
    away = him.case >= 0 or not math.isnan(him.free_at) or not math.isnan(him.break_due)
    return NONE if away else agent


@part
def duty_off(world: World, agent: int) -> None:
    """Duty ends: idle and breaks stop, a job follows the end-of-shift rule."""
    him = world.agents[agent]
    now = world.clock[0].now
    him.on_duty = 0
    world.sites[him.site].on_duty -= 1
    him.pending_break = 0.0
    leave_idle(world, agent)
    if not math.isnan(him.break_due):
        stop_break(world, agent)
    case = him.case
    if case < 0 or him.rule == FINISH:
        return
    one = world.cases[case]
    if not one.due > now:
        return
    if one.mode != VISIT or now >= one.on_site:
        one.remaining = one.due - now
        if math.isnan(one.response):
            one.response = one.on_site
    if him.rule == HAND_OVER:
        let_go(world, agent, case, HANDED_OVER)
        rejoin(world, case)
    else:
        one.status = SUSPENDED
        him.bound = case
        let_go(world, agent, case, INTERRUPTED)


@part
def rejoin(world: World, case: int) -> None:
    """A handed-over visit goes on with any able idle agent, or takes its place in line."""
    agent = idle_for(world, case)
    if agent >= 0:
        start(world, case, agent)
        return
    one = world.cases[case]
    one.status = WAITING
    rejoin_line(world, case)
    count_waiting(world, one.site, ONE_MORE)


@part
def break_starts(world: World, agent: int, length: float) -> None:
    """A break begins at once for an idle agent, and is pending for any other on duty."""
    him = world.agents[agent]
    if not him.on_duty:
        return
    if world.idle[him.word] & him.bit:
        leave_idle(world, agent)
        start_break(world, agent, length)
    else:
        him.pending_break += length


@part
def break_ends(world: World, agent: int) -> int:
    """An agent's break is over if it is due now; he is returned then, else NONE."""
    if world.agents[agent].break_due != world.clock[0].now:
        return NONE
    stop_break(world, agent)
    return agent


@part
def open_shop(world: World, agent: int) -> None:
    """The state at time 0 of an agent who is on duty then."""
    him = world.agents[agent]
    him.on_duty = 1
    world.sites[him.site].on_duty += 1
    if him.opening > 0:
        start_break(world, agent, him.opening)
    else:
        become_idle(world, agent)
