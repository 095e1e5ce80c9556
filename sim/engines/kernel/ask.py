"""Which site a visit goes to: its stage's choice, or the dispatch policy.

The built-in policies are the functions of `sim.policies` themselves. Any other is called
at an address, be it compiled or Python; see `sim.engines.kernel.bridge`.
"""

from __future__ import annotations

import math

from numba.extending import register_jitable

from sim.engines.kernel.desk import able_idle
from sim.engines.kernel.intrinsics import ask_at
from sim.engines.kernel.policy_codes import (
    ASSIGNED,
    ASSIGNED_WITH_OVERFLOW,
    BUILT_IN,
    LEAST_WAIT,
    NEAREST_IDLE,
)
from sim.engines.kernel.records import NONE, WRONG_CHOICE
from sim.engines.kernel.streets import find_pair, opens_at
from sim.engines.kernel.world import World
from sim.layout import PARENT, SAME_SITE
from sim.machine_code.jit import part
from sim.policies.options import Options, first_open

register_jitable(first_open)
_nearest_idle, _assigned_site, _assigned_with_overflow, _least_wait = map(part, BUILT_IN)


@part
def choose_site(world: World, case: int) -> bool:
    """Set the site of a visit by its stage's choice; False if nobody can serve it."""
    one = world.cases[case]
    stage = world.stages[one.stage]
    site = NONE
    if stage.choice == PARENT:
        if one.home >= 0:
            site = world.above[stage.group, one.home]
    elif stage.choice == SAME_SITE:
        site = world.used[case, stage.tier]
        if site >= 0 and world.line_of[site, stage.skill] < 0:
            site = NONE
    minutes = math.inf
    if site >= 0:
        pair = find_pair(world, one.zone, site)
        if pair < 0:
            site = NONE
        else:
            minutes = world.pairs[pair].minutes
            if stage.travels and not minutes < math.inf:
                site = NONE
    if site < 0:
        candidate = _ask_policy(world, case)
        if candidate < 0:
            return False
        site = world.candidates[candidate].site
        minutes = world.candidates[candidate].minutes
    one.site = site
    one.home = site
    one.travel_min = minutes
    if world.used.shape[1] > 0:
        world.used[case, stage.tier] = site
    return True


@part
def _ask_policy(world: World, case: int) -> int:
    """The candidate that the dispatch policy chooses, or NONE if the zone has none."""
    one = world.cases[case]
    stage = world.stages[one.stage]
    zones = len(world.pair_first) - 1
    place = stage.group * zones + one.zone
    first = int(world.places[place].first)
    count = world.places[place + 1].first - first
    if count < 2:
        return first if count == 1 else NONE
    clock = world.clock[0]
    minutes, counts = world.ask_min, world.ask_count
    for position in range(count):
        candidate = world.candidates[first + position]
        number = candidate.site
        site = world.sites[number]
        minutes[0, position] = candidate.minutes if stage.travels else 0.0
        minutes[1, position] = opens_at(world, number, clock.now)
        counts[0, position] = number
        counts[1, position] = able_idle(world, number, stage.skill)
        counts[2, position] = site.waiting
        counts[3, position] = site.on_duty - site.idle
        counts[4, position] = site.on_duty
    answer = _answer(world, count, stage.mean_service, world.places[place].assigned)
    if 0 <= answer < count:
        return first + answer
    clock.wrong = WRONG_CHOICE
    clock.asked = count
    clock.asked_mean = stage.mean_service
    clock.asked_assigned = world.places[place].assigned
    return NONE


@part
def _answer(world: World, count: int, mean: float, assigned: int) -> int:
    clock = world.clock[0]
    minutes, counts = world.ask_min, world.ask_count
    now, policy = clock.now, clock.policy
    options = Options(counts[0], minutes[0], minutes[1], counts[1], counts[2], counts[3], counts[4])
    if policy == NEAREST_IDLE:
        return _nearest_idle(count, now, mean, assigned, options)
    if policy == ASSIGNED:
        return _assigned_site(count, now, mean, assigned, options)
    if policy == ASSIGNED_WITH_OVERFLOW:
        return _assigned_with_overflow(count, now, mean, assigned, options)
    if policy == LEAST_WAIT:
        return _least_wait(count, now, mean, assigned, options)
    answer: int = ask_at(clock.policy_address, count, now, mean, assigned, world)
    return answer
