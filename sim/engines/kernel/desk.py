"""A site at work: who starts what, and when a visit waits or is lost.

The rules are those of `docs/events.md`, in the words of `sim.engines.desk`. Where an
agent becomes free the event returns him, and the loop lets him take his next job.
"""

from __future__ import annotations

import math

from sim.engines.kernel.agents import become_idle, begin_stint, leave_idle, start_break
from sim.engines.kernel.bits import count_in_both, lowest_in_both
from sim.engines.kernel.later import push
from sim.engines.kernel.lines import first_for, join_line, leave_line
from sim.engines.kernel.records import (
    ABANDONED,
    AGENT_FREE,
    IN_SERVICE,
    NO_CASE,
    NONE,
    ONE_LESS,
    ONE_MORE,
    PATIENCE_ENDS,
    RESOLVED,
    SERVICE_ENDS,
    WAITING,
    WORK_DONE,
)
from sim.engines.kernel.streets import trip
from sim.engines.kernel.world import World
from sim.layout import VISIT
from sim.machine_code.jit import part

# --- customers ------------------------------------------------------------------------


@part
def serve(world: World, case: int) -> bool:
    """Start a visit or let it join the queue; False if it is blocked."""
    one = world.cases[case]
    clock = world.clock[0]
    site = world.sites[one.site]
    one.joined = clock.now
    one.key = one.priority + site.ageing_per_min * clock.now
    one.number = clock.line_number
    clock.line_number += 1
    agent = idle_for(world, case)
    if agent >= 0:
        start(world, case, agent)
        return True
    if site.waiting >= site.limit:
        return False
    one.status = WAITING
    join_line(world, case)
    count_waiting(world, one.site, ONE_MORE)
    patience = world.visits[one.visit].patience
    if patience < math.inf:
        push(world, clock.now + patience, PATIENCE_ENDS, one.visit, case)
    return True


@part
def idle_for(world: World, case: int) -> int:
    """The lowest idle agent able for a visit at its site, or NONE."""
    one = world.cases[case]
    site = world.sites[one.site]
    if site.idle == 0:
        return NONE
    line = world.line_of[one.site, world.stages[one.stage].skill]
    bit = lowest_in_both(world.idle, site.word, world.able, world.lines[line].word, site.words)
    return int(site.first_agent + bit) if bit >= 0 else NONE


@part
def able_idle(world: World, site: int, skill: int) -> int:
    """How many idle agents on duty at a site have a skill."""
    place = world.sites[site]
    if place.idle == 0:
        return 0
    line = world.lines[world.line_of[site, skill]]
    return count_in_both(world.idle, place.word, world.able, line.word, place.words)


@part
def count_waiting(world: World, site: int, change: int) -> None:
    """Change the number of waiting visits, after adding up those of the time till now."""
    place = world.sites[site]
    now = world.clock[0].now
    place.queue_area += place.waiting * (now - place.counted_until)
    place.counted_until = now
    place.waiting += change


@part
def patience_ends(world: World, case: int, visit: int) -> bool:
    """Whether a visit gives up now; it leaves the queue then."""
    one = world.cases[case]
    if one.visit != visit or one.status != WAITING or one.stints != 0:
        return False
    if one.joined + world.visits[visit].patience != world.clock[0].now:
        return False
    leave_line(world, case)
    count_waiting(world, one.site, ONE_LESS)
    one.status = ABANDONED
    return True


# --- work -----------------------------------------------------------------------------


@part
def start(world: World, case: int, agent: int) -> None:
    """An agent takes a visit and leaves for it, or begins at once."""
    one = world.cases[case]
    now = world.clock[0].now
    leave_idle(world, agent)
    if one.stints == 0:
        one.start = now
    one.stints += 1
    one.agent = agent
    one.status = IN_SERVICE
    one.depart = now
    on_site = now
    if one.mode == VISIT:
        on_site = now + trip(world, case, now)
    one.on_site = on_site
    one.due = on_site + one.remaining
    world.agents[agent].case = case
    begin_stint(world, agent, one.visit, on_site)
    push(world, one.due, SERVICE_ENDS, one.visit, case)


@part
def service_ends(world: World, case: int, visit: int) -> int:
    """End a service that is due now.

    Returns
    -------
    int
        -2 if none is due, the agent if he is free for the next job, else NONE.
    """
    one = world.cases[case]
    now = world.clock[0].now
    if one.visit != visit or one.status != IN_SERVICE or one.due != now:
        return -2
    if math.isnan(one.response):
        one.response = one.on_site
    one.status = RESOLVED
    return let_go(world, one.agent, case, WORK_DONE)


@part
def let_go(world: World, agent: int, case: int, cause: int) -> int:
    """The agent leaves a visit: he travels back, or is free at once.

    Returns
    -------
    int
        The agent if he is free and on duty, else NONE.
    """
    one, him = world.cases[case], world.agents[agent]
    now = world.clock[0].now
    stint = world.work[him.work_row]
    him.case = NONE
    stint.end = now
    stint.cause = cause
    if one.mode != VISIT:
        stint.back = now
        return agent if him.on_duty else NONE
    if now < one.on_site:  # still on the way out: the trip is cancelled
        stint.on_site = math.nan
        him.free_at = now + (now - one.depart)
    else:
        him.free_at = now + trip(world, case, now)
    push(world, him.free_at, AGENT_FREE, agent, NO_CASE)
    return NONE


@part
def agent_free(world: World, agent: int) -> int:
    """An agent is back from a visit; returned if he is on duty, else NONE."""
    him = world.agents[agent]
    now = world.clock[0].now
    if him.free_at != now:
        return NONE
    him.free_at = math.nan
    world.work[him.work_row].back = now
    return agent if him.on_duty else NONE


@part
def take_next(world: World, agent: int) -> None:
    """A free agent on duty takes his pending break, his own job, or the first in line."""
    him = world.agents[agent]
    if him.pending_break > 0:
        length = him.pending_break
        him.pending_break = 0.0
        start_break(world, agent, length)
        return
    case = him.bound
    if case >= 0:
        him.bound = NONE
    elif world.sites[him.site].waiting > 0:
        case = first_for(world, agent)
        if case >= 0:
            leave_line(world, case)
            count_waiting(world, him.site, ONE_LESS)
    if case >= 0:
        start(world, case, agent)
    else:
        become_idle(world, agent)
