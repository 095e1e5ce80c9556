"""What agents do besides work: be idle, take breaks, and leave rows of work behind."""

from __future__ import annotations

import math

from sim.engines.kernel.later import push
from sim.engines.kernel.records import BREAK, BREAK_ENDS, NO_CASE, NONE, WORK_OPEN
from sim.engines.kernel.world import World
from sim.machine_code.jit import part


@part
def become_idle(world: World, agent: int) -> None:
    """He waits for work from now on."""
    him = world.agents[agent]
    him.idle_since = world.clock[0].now
    world.idle[him.word] |= him.bit
    world.sites[him.site].idle += 1


@part
def leave_idle(world: World, agent: int) -> None:
    """He waits for work no longer, if he did."""
    him = world.agents[agent]
    if world.idle[him.word] & him.bit:
        world.idle[him.word] ^= him.bit
        world.sites[him.site].idle -= 1
        him.idle_min += world.clock[0].now - him.idle_since


@part
def begin_stint(world: World, agent: int, visit: int, on_site: float) -> None:
    """Open a row of work for an agent (visit NONE: a break)."""
    clock = world.clock[0]
    row = clock.work
    clock.work = row + 1
    world.agents[agent].work_row = row
    stint = world.work[row]
    stint.agent = agent
    stint.visit = visit
    stint.depart = clock.now
    stint.on_site = on_site
    stint.end = math.nan
    stint.back = math.nan
    stint.cause = WORK_OPEN


@part
def start_break(world: World, agent: int, length: float) -> None:
    """An agent goes on a break."""
    him = world.agents[agent]
    now = world.clock[0].now
    him.break_due = now + length
    begin_stint(world, agent, NONE, now)
    push(world, him.break_due, BREAK_ENDS, agent, NO_CASE)


@part
def stop_break(world: World, agent: int) -> None:
    """Write down the end of a break."""
    him = world.agents[agent]
    now = world.clock[0].now
    him.break_due = math.nan
    stint = world.work[him.work_row]
    stint.end = now
    stint.cause = BREAK
    stint.back = now
