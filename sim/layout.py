"""A network as integer-coded arrays: what both engines, sampling and key figures read.

`lay_out` numbers everything once: stages, agents (by site, then row of the pools
table), skills, candidate sites by zone, and the moments at which duty changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from network.model import Network
from network.people import EndOfShift
from network.quantity import HOURS_PER_WEEK, MINUTES_PER_HOUR
from network.route import Mode, Role, SiteChoice
from sim.duty import Duty, duty_of, opening, week_start
from sim.duty_time import BusinessClock, DutySpans, business_clocks, duty_spans
from sim.reach import Reach, reach_sites

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

NO_LIMIT = np.iinfo(np.int64).max
NO_DUTY = Duty((), ())
"""Of pools without agents at an open site."""
Group = tuple[int, int, bool]
"""Stages that the same sites can work: tier, skill, whether anybody travels."""
MODES = tuple(Mode)
CHOICES = tuple(SiteChoice)
RULES = tuple(EndOfShift)
REMOTE, VISIT, WALK_IN, DELAY = range(4)
POLICY, PARENT, SAME_SITE = range(3)
FINISH, HAND_OVER, INTERRUPT = range(3)


class Moment(IntEnum):
    """Kinds of event, first to last within an instant; see `docs/events.md`."""

    DUTY_OFF = 1
    BREAK_STARTS = 2
    DUTY_ON = 3
    BREAK_ENDS = 4
    AGENT_FREE = 5
    SERVICE_ENDS = 6
    DELAY_ENDS = 7
    ARRIVAL = 8
    PATIENCE_ENDS = 9


@dataclass(frozen=True, slots=True)
class StageCodes:
    """The stages of all routes, one entry each.

    Parameters
    ----------
    tier, mode, skill, choice : int array
        Indices and codes; tier -1 for a delay. Skill 0 is "any".
    group : int array
        Row of `groups`; -1 for a delay.
    groups : tuple of (int, int, bool)
        Candidate groups.
    callback : bool array
        Whether the stage is the call-back, so that the case is resolved before it.
    resolve : float array (stages, levels + 1)
        Chance to resolve by agent level; column 0 for delays.
    mean_service : float array
        Minutes.
    """

    tier: Ints
    mode: Ints
    skill: Ints
    choice: Ints
    group: Ints
    groups: tuple[Group, ...]
    callback: NDArray[np.bool_]
    resolve: Floats
    mean_service: Floats


@dataclass(frozen=True, slots=True)
class AgentCodes:
    """All agents at open sites, numbered by site and row of the pools table.

    Parameters
    ----------
    pool, site, level, rule : int array
        Row of the pools table, site, level, end-of-shift rule.
    skills : bool array (agents, skills)
        Column 0, "any", is always true.
    first : int array (sites + 1,)
        Agents of site j are ``first[j]`` to ``first[j + 1] - 1``.
    on_duty : bool array
        At time 0.
    break_until : float array
        End of the break that holds time 0; 0: none.
    """

    pool: Ints
    site: Ints
    level: Ints
    rule: Ints
    skills: NDArray[np.bool_]
    first: Ints
    on_duty: NDArray[np.bool_]
    break_until: Floats


@dataclass(frozen=True, slots=True)
class DutyTable:
    """Changes of duty after time 0, in the order in which engines handle them.

    Parameters
    ----------
    time, length : float array
        Minutes; length of a break, else 0.
    kind, agent : int array
        `Moment` and agent.
    """

    time: Floats
    kind: Ints
    agent: Ints
    length: Floats


@dataclass(frozen=True, slots=True)
class SiteCodes:
    """All sites, closed ones included.

    Parameters
    ----------
    tier, queue_limit : int array
        Tier index; waiting visits allowed (`NO_LIMIT`: any number).
    ageing_per_min : float array
        Priority units that a waiting visit gains per minute.
    hours_first : int array (sites + 1,)
        Opening intervals of site j are ``hours_first[j]`` to ``hours_first[j + 1] - 1``.
    opens, closes : float array
        Half-open opening intervals, sorted within a site, minutes.
    """

    tier: Ints
    queue_limit: Ints
    ageing_per_min: Floats
    hours_first: Ints
    opens: Floats
    closes: Floats


@dataclass(frozen=True, slots=True)
class Layout:
    """A network laid out for a horizon.

    Parameters
    ----------
    stages, agents, duty, sites, reach
        See their types.
    duties : tuple of Duty
        By row of the pools table (empty duty for pools at closed sites).
    spans : DutySpans
        The same as arrays, from time 0.
    clocks : mapping of str or None to BusinessClock
        Of the calendars of the promises that count business time.
    skill_ids : tuple of str
        Names by skill index; 0 is "any".
    hour_factor : float array (168,)
        Travel factor by hour of the week.
    clock_offset : float
        Minutes from Monday 00:00 to the start.
    horizon : float
        Minutes; only events before it happen.
    """

    stages: StageCodes
    agents: AgentCodes
    duty: DutyTable
    sites: SiteCodes
    reach: Reach
    duties: tuple[Duty, ...]
    spans: DutySpans
    clocks: Mapping[str | None, BusinessClock]
    skill_ids: tuple[str, ...]
    hour_factor: Floats
    clock_offset: float
    horizon: float


def lay_out(network: Network, horizon: float) -> Layout:
    """Number and unroll a network for a horizon in minutes.

    Parameters
    ----------
    network : Network
    horizon : float
        Minutes since the start until which duty is unrolled.
    """
    skill_ids = ("any", *sorted({s.skill for s in network.stages if s.skill is not None}))
    open_pools = _open_pools(network)
    agents = _agent_codes(network, open_pools, skill_ids)
    duties = tuple(
        duty_of(network, pool, horizon) if row in open_pools else NO_DUTY
        for row, pool in enumerate(network.pools)
    )
    codes = _stage_codes(network, skill_ids)
    able = _able_sites(network, agents, codes.groups)
    factors = np.array(network.travel.hour_factors)
    return Layout(
        stages=codes,
        agents=_state_at_start(agents, duties),
        duty=_duty_table(agents, duties, horizon),
        sites=_site_codes(network, horizon),
        reach=reach_sites(network, codes.groups, able),
        duties=duties,
        spans=duty_spans(duties),
        clocks=business_clocks(network, horizon),
        skill_ids=skill_ids,
        hour_factor=np.resize(factors, HOURS_PER_WEEK),
        clock_offset=-week_start(network),
        horizon=horizon,
    )


def with_other_counts(layout: Layout, network: Network) -> Layout:
    """The layout of the same network with other numbers of agents, from what stays as it is.

    Parameters
    ----------
    layout : Layout
        Of a network from which this one differs in the counts of its pools only.
    network : Network

    Examples
    --------
    >>> from network.load import load_scenario
    >>> network = load_scenario("regionC")
    >>> fewer = network.pools[0].model_copy(update={"count": 1})
    >>> changed = replace(network, pools=(fewer, *network.pools[1:]))
    >>> quick = with_other_counts(lay_out(network, 10_080.0), changed)
    >>> np.array_equal(quick.duty.agent, lay_out(changed, 10_080.0).duty.agent)
    True
    """
    open_pools = _open_pools(network)
    agents = _agent_codes(network, open_pools, layout.skill_ids)
    duties = tuple(
        (was if was.intervals else duty_of(network, pool, layout.horizon))
        if row in open_pools
        else NO_DUTY
        for row, (pool, was) in enumerate(zip(network.pools, layout.duties, strict=True))
    )
    same_duties = all(is_ is was for is_, was in zip(duties, layout.duties, strict=True))
    groups = layout.stages.groups
    able = _able_sites(network, agents, groups)
    same_sites = np.array_equal(able, _able_sites(network, layout.agents, groups))
    return replace(
        layout,
        agents=_state_at_start(agents, duties),
        duty=_duty_table(agents, duties, layout.horizon),
        reach=layout.reach if same_sites else reach_sites(network, groups, able),
        duties=duties,
        spans=layout.spans if same_duties else duty_spans(duties),
    )


def _open_pools(network: Network) -> list[int]:
    """Rows of the pools that have agents at an open site, by (site, row)."""
    index = {site.site_id: j for j, site in enumerate(network.sites)}
    rows = [
        (index[pool.site], row)
        for row, pool in enumerate(network.pools)
        if pool.count > 0 and network.sites[index[pool.site]].status.is_open
    ]
    return [row for _, row in sorted(rows)]


def _agent_codes(network: Network, rows: list[int], skill_ids: tuple[str, ...]) -> AgentCodes:
    index = {site.site_id: j for j, site in enumerate(network.sites)}
    row = np.repeat(rows, [network.pools[r].count for r in rows]).astype(np.int64)
    everyone = [network.pools[r] for r in row]
    site = np.array([index[pool.site] for pool in everyone], dtype=np.int64)
    held = [[s == "any" or s in pool.skills for s in skill_ids] for pool in everyone]
    return AgentCodes(
        pool=row,
        site=site,
        level=np.array([pool.level for pool in everyone], dtype=np.int64),
        rule=np.array([RULES.index(pool.end_of_shift) for pool in everyone], dtype=np.int64),
        skills=np.array(held, dtype=np.bool_).reshape(len(everyone), len(skill_ids)),
        first=np.searchsorted(site, np.arange(len(network.sites) + 1)).astype(np.int64),
        on_duty=np.zeros(len(everyone), dtype=np.bool_),
        break_until=np.zeros(len(everyone)),
    )


def _state_at_start(agents: AgentCodes, duties: tuple[Duty, ...]) -> AgentCodes:
    """Who is on duty and on a break at time 0, by half-open intervals."""
    if not len(agents.pool):
        return agents
    at_start = [_at_start(duty) for duty in duties]
    on_duty = np.array([on for on, _ in at_start], dtype=np.bool_)[agents.pool]
    until = np.array([until for _, until in at_start])[agents.pool]
    return replace(agents, on_duty=on_duty, break_until=np.where(on_duty, until, 0.0))


@lru_cache(maxsize=4096)
def _at_start(duty: Duty) -> tuple[bool, float]:
    """Whether on duty at time 0, and the end of the break that holds it."""
    on_duty = any(start <= 0 < end for start, end in duty.intervals)
    ends = (start + length for start, length in duty.breaks if start <= 0 < start + length)
    return on_duty, max(ends, default=0.0)


def _duty_table(agents: AgentCodes, duties: tuple[Duty, ...], horizon: float) -> DutyTable:
    members = [np.flatnonzero(agents.pool == number) for number in range(len(duties))]
    found = [
        (*(np.repeat(column, len(here)) for column in changes), np.tile(here, len(changes[0])))
        for here, changes in zip(members, (_changes(one, horizon) for one in duties), strict=True)
        if len(here)
    ]
    if not found:
        empty, none = np.zeros(0), np.zeros(0, dtype=np.int64)
        return DutyTable(empty, none, none, empty)
    when, what, length, who = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.lexsort((who, what, when))
    return DutyTable(when[order], what[order].astype(np.int64), who[order], length[order])


@lru_cache(maxsize=4096)
def _changes(duty: Duty, horizon: float) -> Floats:
    """Time, kind and length of every change of a duty after time 0 (3, changes)."""
    rows = [(end, Moment.DUTY_OFF, 0.0) for _, end in duty.intervals]
    rows += [(start, Moment.DUTY_ON, 0.0) for start, _ in duty.intervals]
    rows += [(start, Moment.BREAK_STARTS, span) for start, span in duty.breaks]
    rows = [row for row in rows if 0 < row[0] < horizon]
    return np.array(rows, dtype=np.float64).reshape(-1, 3).T


def _stage_codes(network: Network, skill_ids: tuple[str, ...]) -> StageCodes:
    tiers = {tier.tier_id: k for k, tier in enumerate(network.tiers)}
    levels = max((pool.level for pool in network.pools), default=1)
    keys = [
        (
            tiers[stage.tier] if stage.tier is not None else -1,
            skill_ids.index(stage.skill) if stage.skill else 0,
            stage.mode in (Mode.VISIT, Mode.WALK_IN),
        )
        for stage in network.stages
    ]
    groups = tuple(sorted({key for key in keys if key[0] >= 0}))
    return StageCodes(
        tier=np.array([key[0] for key in keys], dtype=np.int64),
        mode=np.array([MODES.index(s.mode) for s in network.stages], dtype=np.int64),
        skill=np.array([key[1] for key in keys], dtype=np.int64),
        choice=np.array([CHOICES.index(s.choice) for s in network.stages], dtype=np.int64),
        group=np.array([groups.index(k) if k[0] >= 0 else -1 for k in keys], dtype=np.int64),
        groups=groups,
        callback=np.array([s.role is Role.CALLBACK for s in network.stages], dtype=np.bool_),
        resolve=np.array([[s.chance(n) for n in range(levels + 1)] for s in network.stages]),
        mean_service=np.array([s.service.mean for s in network.stages]),
    )


def _site_codes(network: Network, horizon: float) -> SiteCodes:
    tiers = {tier.tier_id: k for k, tier in enumerate(network.tiers)}
    ageing = [
        network.dispatch.ageing_per_h if site.ageing_per_h is None else site.ageing_per_h
        for site in network.sites
    ]
    hours = [opening(network, site.calendar, horizon) for site in network.sites]
    flat = [interval for intervals in hours for interval in intervals]
    return SiteCodes(
        tier=np.array([tiers[site.tier] for site in network.sites], dtype=np.int64),
        queue_limit=np.array(
            [NO_LIMIT if s.queue_limit is None else s.queue_limit for s in network.sites],
            dtype=np.int64,
        ),
        ageing_per_min=np.array(ageing) / MINUTES_PER_HOUR,
        hours_first=np.cumsum([0, *(len(intervals) for intervals in hours)]),
        opens=np.array([start for start, _ in flat]),
        closes=np.array([end for _, end in flat]),
    )


def _able_sites(
    network: Network, agents: AgentCodes, groups: tuple[Group, ...]
) -> NDArray[np.bool_]:
    """Whether a site [group, site] is of the group's tier and has an agent of its skill."""
    tiers = {tier.tier_id: k for k, tier in enumerate(network.tiers)}
    tier = np.array([tiers[site.tier] for site in network.sites], dtype=np.int64)
    able = np.zeros((len(groups), len(network.sites)), dtype=np.bool_)
    for g, (group_tier, skill, _) in enumerate(groups):
        staffed = np.zeros(len(network.sites), dtype=np.bool_)
        staffed[agents.site[agents.skills[:, skill]]] = True
        able[g] = staffed & (tier == group_tier)
    return able
