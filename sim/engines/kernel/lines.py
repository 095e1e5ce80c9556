"""Who waits where: a line per site and skill, in lanes of one priority each.

The order of a line is (key, number), key = priority + ageing x joining time. Within a
priority, those who join later have no smaller key, so a lane is a list with additions at
its tail; only a visit that is handed over comes back to its old place near the head.
"""

from __future__ import annotations

from sim.engines.kernel.records import NONE
from sim.engines.kernel.world import World
from sim.machine_code.jit import part


@part
def join_line(world: World, case: int) -> None:
    """Add a visit at the tail of its lane: it has the largest key and number there."""
    lane = _lane_of(world, case)
    cases, lanes = world.cases, world.lanes
    before = lanes[lane].tail
    while before >= 0 and goes_before(world, case, before):
        before = cases[before].ahead
    _put_behind(world, case, lane, before)


@part
def rejoin_line(world: World, case: int) -> None:
    """Put a visit back to its old place, looking from the head of its lane."""
    lane = _lane_of(world, case)
    cases, lanes = world.cases, world.lanes
    before = NONE
    after = lanes[lane].head
    while after >= 0 and goes_before(world, after, case):
        before = after
        after = int(cases[after].behind)
    _put_behind(world, case, lane, before)


@part
def leave_line(world: World, case: int) -> None:
    """Take a visit out of its lane."""
    cases = world.cases
    one = cases[case]
    lane = world.lanes[one.lane]
    if one.ahead >= 0:
        cases[one.ahead].behind = one.behind
    else:
        lane.head = one.behind
    if one.behind >= 0:
        cases[one.behind].ahead = one.ahead
    else:
        lane.tail = one.ahead


@part
def first_for(world: World, agent: int) -> int:
    """The first in order among those that an agent is able for, or NONE."""
    one = world.agents[agent]
    lanes = world.lanes
    best = NONE
    for position in range(one.lines, one.lines_end):
        lane = world.lines[world.agent_lines[position]].lane
        while lane >= 0:
            head = lanes[lane].head
            if head >= 0 and (best < 0 or goes_before(world, head, best)):
                best = head
            lane = lanes[lane].next
    return best


@part
def goes_before(world: World, case: int, other: int) -> bool:
    """Whether a visit stands before another in the order of the queue."""
    mine, its = world.cases[case], world.cases[other]
    if mine.key != its.key:
        return bool(mine.key < its.key)
    return bool(mine.number < its.number)


@part
def _put_behind(world: World, case: int, lane: int, before: int) -> None:
    cases, lanes = world.cases, world.lanes
    if before >= 0:
        after = cases[before].behind
        cases[before].behind = case
    else:
        after = lanes[lane].head
        lanes[lane].head = case
    if after >= 0:
        cases[after].ahead = case
    else:
        lanes[lane].tail = case
    cases[case].lane = lane
    cases[case].ahead = before
    cases[case].behind = after


@part
def _lane_of(world: World, case: int) -> int:
    """The lane of a visit's priority in its line; a line makes lanes as it meets them."""
    one = world.cases[case]
    skill = world.stages[one.stage].skill
    line = world.lines[world.line_of[one.site, skill]]
    lanes = world.lanes
    lane = line.lane
    while lane >= 0 and lanes[lane].priority != one.priority:
        lane = lanes[lane].next
    if lane < 0:
        clock = world.clock[0]
        lane = clock.lanes
        clock.lanes = lane + 1
        lanes[lane].priority = one.priority
        lanes[lane].head = NONE
        lanes[lane].tail = NONE
        lanes[lane].next = line.lane
        line.lane = lane
    return int(lane)
