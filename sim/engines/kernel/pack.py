"""A laid-out network and its tables -> the kernel's arrays."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from network.tables import REQUEST_OUTCOME, VISIT_OUTCOME, WORK, Requests, Visits
from sim.engines import clock as reference
from sim.engines.kernel import records as r
from sim.engines.kernel.world import World
from sim.layout import SAME_SITE, Layout

Ints = NDArray[np.int64]
_WORD = 64
_CACHE_LINE = 64
_VISITS_PER_BUCKET = 32


def build_world(layout: Layout, requests: Requests, visits: Visits, last_arrival: float) -> World:
    """Lay out everything that a run reads, and the state in which it begins.

    Parameters
    ----------
    layout : Layout
    requests, visits : structured array
        From `sim.sample.sample`.
    last_arrival : float
        Requests arrive before this minute only.
    """
    sites, words = _sites(layout)
    lines, line_of, able = _lines(layout, sites, words)
    agents, agent_lines = _agents(layout, sites, line_of)
    duty = _duty(layout)
    stages = _stages(layout)
    breaks = int((layout.duty.kind == r.BREAK_STARTS).sum()) + len(agents)
    offs = int((layout.duty.kind == r.DUTY_OFF).sum())
    reach = layout.reach
    places = np.zeros(len(reach.first), dtype=r.PLACE)
    places["first"] = reach.first
    places["assigned"][:-1] = reach.assigned
    most = int(np.diff(reach.first).max(initial=1))
    asks = bool((layout.stages.choice == SAME_SITE).any())
    tiers = int(stages["tier"].max(initial=-1)) + 1 if asks else 0
    cases = 256
    return World(
        requests=np.ascontiguousarray(requests),
        visits=np.ascontiguousarray(visits),
        request_outcomes=np.empty(len(requests), dtype=REQUEST_OUTCOME),
        visit_outcomes=np.empty(len(visits), dtype=VISIT_OUTCOME),
        work=np.empty(len(visits) + offs + breaks + r.ROOM, dtype=WORK),
        clock=_clock(layout, requests, visits, last_arrival),
        events=_events(len(agents) + 2 * cases + r.ROOM),
        later=np.empty(2 * cases, dtype=r.LATER),
        buckets=np.full(_buckets(visits) + 2, r.NONE, dtype=np.int32),
        cases=np.empty(cases, dtype=r.CASE),
        used=np.empty((cases, tiers), dtype=np.int32),
        lanes=np.empty(len(lines) + r.ROOM, dtype=r.LANE),
        agents=agents,
        sites=sites,
        lines=lines,
        agent_lines=agent_lines,
        line_of=line_of,
        idle=np.zeros(int(words.sum()), dtype=np.uint64),
        able=able,
        stages=stages,
        chances=np.ascontiguousarray(layout.stages.resolve, dtype=np.float64),
        places=places,
        candidates=_pairs(reach.pair_site[reach.pair], reach.pair_min[reach.pair]),
        pair_first=reach.pair_first.astype(np.int32),
        pairs=_pairs(reach.pair_site, reach.pair_min),
        above=reach.above.astype(np.int32),
        hours=_columns(r.HOURS, opens=layout.sites.opens, closes=layout.sites.closes),
        hour_factor=layout.hour_factor.astype(np.float64),
        duty=duty,
        followers=_followers(requests),
        ask_min=np.zeros((2, most)),
        ask_count=np.zeros((5, most), dtype=np.int64),
    )


def grow(world: World) -> World:
    """The same state with more room in each table that is nearly full.

    Growth by half bounds what is copied; only `r.ROOM` free rows count as nearly full.
    """
    clock = world.clock[0]
    changes: dict[str, Any] = {}
    for name in ("events", "later", "cases", "lanes", "work"):
        table = getattr(world, name)
        if int(clock[name]) + r.ROOM > len(table):
            changes[name] = _longer_events(table) if name == "events" else _longer(table)
    if "cases" in changes:
        used = np.empty((len(changes["cases"]), world.used.shape[1]), dtype=np.int32)
        used[: len(world.used)] = world.used
        changes["used"] = used
    return replace(world, **changes)


def _longer(table: NDArray[np.void]) -> NDArray[np.void]:
    longer = np.empty(len(table) + len(table) // 2 + r.ROOM, dtype=table.dtype)
    longer[: len(table)] = table
    return longer


def _longer_events(table: NDArray[np.void]) -> NDArray[np.void]:
    longer = _events(len(table) + len(table) // 2 + r.ROOM)
    longer[: len(table)] = table
    return longer


def _events(size: int) -> NDArray[np.void]:
    """Room for events, none yet; the four children of a node share a line of the cache."""
    spare = _CACHE_LINE // r.EVENT.itemsize
    room = np.empty(size + spare, dtype=r.EVENT)
    root = -(room.ctypes.data // r.EVENT.itemsize + 1) % spare
    events = room[root : root + size]
    events["time"] = math.inf
    return events


def _columns(dtype: np.dtype[np.void], **columns: NDArray[np.generic]) -> NDArray[np.void]:
    table = np.zeros(len(next(iter(columns.values()))), dtype=dtype)
    for name, values in columns.items():
        table[name] = values
    return table


def _buckets(visits: Visits) -> int:
    """As many spans of time as give each some tens of events."""
    return max(16, len(visits) // _VISITS_PER_BUCKET)


def _clock(
    layout: Layout, requests: Requests, visits: Visits, last_arrival: float
) -> NDArray[np.void]:
    clock = np.zeros(1, dtype=r.CLOCK)
    clock["horizon"] = layout.horizon
    clock["last_arrival"] = last_arrival
    clock["clock_offset"] = layout.clock_offset
    clock["crowd_limit"] = reference.MAX_EVENTS_AT_ONE_INSTANT
    clock["known"] = np.searchsorted(requests["arrival"], last_arrival)  # NaN sorts last
    clock["free_case"] = r.NONE
    clock["free_later"] = r.NONE
    clock["buckets_per_min"] = _buckets(visits) / layout.horizon
    return clock


def _sites(layout: Layout) -> tuple[NDArray[np.void], Ints]:
    codes, first = layout.sites, layout.agents.first
    words = -(-np.diff(first) // _WORD)
    sites = _columns(
        r.SITE,
        limit=codes.queue_limit,
        ageing_per_min=codes.ageing_per_min,
        first_agent=first[:-1],
        word=np.cumsum(words) - words,
        words=words,
        interval=codes.hours_first[:-1],
        interval_end=codes.hours_first[1:],
    )
    return sites, words


def _lines(
    layout: Layout, sites: NDArray[np.void], words: Ints
) -> tuple[NDArray[np.void], NDArray[np.int32], NDArray[np.uint64]]:
    """A line for each skill that a site has, with the bits of those able for it."""
    codes = layout.agents
    held = np.zeros((len(sites), codes.skills.shape[1]), dtype=np.bool_)
    agent, skill = np.nonzero(codes.skills)
    held[codes.site[agent], skill] = True
    line_of = np.full(held.shape, r.NONE, dtype=np.int32)
    site_of = np.nonzero(held)[0]
    line_of[held] = np.arange(len(site_of))
    span = words[site_of]
    lines = _columns(r.LINE, word=np.cumsum(span) - span, lane=np.full(len(span), r.NONE))
    able = np.zeros(int(span.sum()), dtype=np.uint64)
    place = agent - codes.first[codes.site[agent]]
    word = lines["word"][line_of[codes.site[agent], skill]] + place // _WORD
    np.bitwise_or.at(able, word, _bit(place))
    return lines, line_of, able


def _bit(place: Ints) -> NDArray[np.uint64]:
    return np.left_shift(np.uint64(1), (place % _WORD).astype(np.uint64))


def _agents(
    layout: Layout, sites: NDArray[np.void], line_of: NDArray[np.int32]
) -> tuple[NDArray[np.void], NDArray[np.int32]]:
    codes = layout.agents
    place = np.arange(len(codes.site)) - codes.first[codes.site]
    agent, skill = np.nonzero(codes.skills)
    ends = np.cumsum(codes.skills.sum(axis=1))
    agents = _columns(
        r.AGENT,
        site=codes.site,
        level=codes.level,
        rule=codes.rule,
        word=sites["word"][codes.site] + place // _WORD,
        bit=_bit(place),
        lines=ends - codes.skills.sum(axis=1),
        lines_end=ends,
        opening=np.where(codes.on_duty, codes.break_until, math.nan),
    )
    for name in ("case", "bound", "work_row"):
        agents[name] = r.NONE
    for name in ("free_at", "break_due", "idle_since"):
        agents[name] = math.nan
    return agents, line_of[codes.site[agent], skill]


def _stages(layout: Layout) -> NDArray[np.void]:
    codes = layout.stages
    has_group = codes.group >= 0
    travels = np.zeros(len(codes.group), dtype=np.bool_)
    travels[has_group] = layout.reach.travels[codes.group[has_group]]
    return _columns(
        r.STAGE,
        mean_service=codes.mean_service,
        tier=codes.tier,
        mode=codes.mode,
        skill=codes.skill,
        choice=codes.choice,
        group=codes.group,
        travels=travels,
        callback=codes.callback,
    )


def _duty(layout: Layout) -> NDArray[np.void]:
    codes = layout.duty
    rank = ((codes.kind.astype(np.int64) << r.ID_BITS) + codes.agent) << r.CASE_BITS
    return _columns(r.DUTY, time=codes.time, rank=rank, length=codes.length)


def _pairs(site: Ints, minutes: NDArray[np.float64]) -> NDArray[np.void]:
    return _columns(r.PAIR, minutes=minutes, site=site)


def _followers(requests: Requests) -> NDArray[np.int32]:
    """Row that arrives when a row has ended."""
    after = requests["after"]
    chained = np.flatnonzero(after >= 0)
    followers = np.full(len(requests) if len(chained) else 0, r.NONE, dtype=np.int32)
    followers[after[chained]] = chained
    return followers
