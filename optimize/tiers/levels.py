"""Which requests keep a promise at a crew of some size and load: tables of waiting.

A level is a range of agents of the site's main skill group. It promises the wait of its least
size at full work, which is the longest of the range: conservative, as larger crews at the same
work per agent wait less.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from network.model import Network
from network.promise import Clock, Measure, Promise
from network.quantity import HOURS_PER_WEEK, MINUTES_PER_HOUR, MINUTES_PER_MONTH, MINUTES_PER_WEEK
from optimize.tiers.staffing import QUARTER_MIN, QUARTERS, Crew, finishes
from optimize.tiers.streams import Streams
from optimize.tiers.waits import (
    Queue,
    business_deadline,
    overflow,
    run_queue,
    slack_shares,
)
from sim.duty import opening, week_start

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SLACKS = 40
"""Grid points of slack from 0 to the promised time, and a few beyond."""
BANDS = 3
"""Groups of priorities told apart in a queue."""


@dataclass(frozen=True, slots=True)
class Counted:
    """The visits that a promise counts, by stream and distribution over zones.

    Parameters
    ----------
    stream, spread : int
    per_month : float
        First visits at the tier whose site the zone decides, all zones together.
    share : float array (slacks,)
        Chance of at least so much of the promised time left for travel.
    """

    stream: int
    spread: int
    per_month: float
    share: Floats


@dataclass(frozen=True)
class Waits:
    """Waiting at crews of a scenario; tables are made once and kept.

    Parameters
    ----------
    network : Network
    streams : Streams
    promises : tuple of Promise
        Response promises.
    trip_min : mapping of str to float
        Mean minutes of one way by tier, for the length of a job.
    """

    network: Network
    streams: Streams
    promises: tuple[Promise, ...]
    trip_min: Mapping[str, float]
    _kept: dict[tuple[object, ...], tuple[tuple[Counted, ...], ...]] = field(
        default_factory=dict, init=False
    )

    def slack_min(self, promise: Promise) -> Floats:
        """Grid of slack for a promise, minutes."""
        return slack_grid(promise)

    def of(
        self, crew: Crew, group: int, agents: int, work_min: float
    ) -> tuple[tuple[Counted, ...], ...]:
        """What each promise counts of a group's work, and its slack, at so many agents.

        Parameters
        ----------
        crew : Crew
        group : int
        agents : int
        work_min : float
            Minutes of work a month that they are given.
        """
        key = (id(crew), group, agents, round(work_min, 3))
        if key not in self._kept:
            self._kept[key] = _count(self, crew, group, agents, work_min)
        return self._kept[key]


def slack_grid(promise: Promise) -> Floats:
    """Slack from 0 past the promised time (work may begin before the clock does), minutes."""
    return np.linspace(0.0, 1.25 * promise.within + 30.0, SLACKS)


def hour_factor(network: Network, profile: Floats) -> float:
    """Mean factor on a trip at the hours of a profile (168,)."""
    factors = np.resize(np.array(network.travel.hour_factors), HOURS_PER_WEEK)
    return float(factors @ profile / profile.sum())


def stream_factor(network: Network, streams: Streams) -> Floats:
    """Mean hour factor of the trips of each stream, (streams,)."""
    factors = np.ones(len(streams.streams))
    for q in range(len(factors)):
        flows = np.flatnonzero((streams.stream == q) & (streams.visits > 0))
        if len(flows):
            profile = np.average(streams.profile[flows], axis=0, weights=streams.visits[flows])
            factors[q] = hour_factor(network, profile)
    return factors


def job_minutes(network: Network, streams: Streams, trip_min: Mapping[str, float]) -> Floats:
    """Mean time an agent is bound by a visit of each flow, both ways included, (flows,)."""
    factor = stream_factor(network, streams)
    trips = np.array([2 * trip_min.get(s.tier, 0.0) * s.agent_travels for s in streams.streams])
    return np.asarray(streams.service_min + (trips * factor)[streams.stream])


def _count(
    waits: Waits, crew: Crew, group: int, agents: int, work_min: float
) -> tuple[tuple[Counted, ...], ...]:
    streams = waits.streams
    tier = next(s.tier for s in waits.network.sites if s.site_id == crew.pools[0].site)
    flows = np.array(
        [
            f
            for f in np.flatnonzero(streams.visits > 0)
            if (s := streams.streams[streams.stream[f]]).tier == tier
            and crew.group_of(s.skill) == group
        ],
        dtype=np.int64,
    )
    counted: list[tuple[Counted, ...]] = [() for _ in waits.promises]
    if not len(flows):
        return tuple(counted)
    desk = _Desk(waits, crew, group, agents, work_min, flows)
    for p, promise in enumerate(waits.promises):
        if promise.tier == tier:
            counted[p] = tuple(desk.counted(promise))
    return tuple(counted)


class _Desk:
    """The queues of one crew at one load; lives only while tables are made."""

    def __init__(
        self, waits: Waits, crew: Crew, group: int, agents: int, work_min: float, flows: Ints
    ) -> None:
        self.waits, self.crew, self.flows = waits, crew, flows
        streams = waits.streams
        self.count = crew.spread(group, agents)
        self.job = job_minutes(waits.network, streams, waits.trip_min)[flows]
        today = streams.visits[flows] @ self.job
        scale = work_min / today if today > 0 else 0.0
        self.rate = scale * streams.visits[flows] / MINUTES_PER_MONTH
        self.skill = [streams.streams[q].skill for q in streams.stream[flows]]
        self.segments = waits.network.segments
        self.ageing = waits.network.dispatch.ageing_per_h
        self.queues: dict[tuple[str | None, float], Queue] = {}

    def holders(self, skill: str | None) -> NDArray[np.bool_]:
        held = [skill is None or skill in pool.skills for pool in self.crew.pools]
        return np.array(held) & (self.count > 0)

    def servers(self, held: NDArray[np.bool_]) -> Ints:
        weight = np.where(held, self.count, 0)
        return np.asarray(weight @ self.crew.on_duty, dtype=np.int64)

    def load(self, skill: str | None, above: float) -> Floats:
        """Work of a skill with priority up to a limit, by quarter of an hour (erlang)."""
        total = np.zeros(HOURS_PER_WEEK)
        for at, work in self.by_priority(skill).items():
            if at <= above + 1e-9:
                total += work
            elif self.ageing > 0:  # so old that it goes first, if it still waits then
                head_start_h = (at - above) / self.ageing
                shift = min(int(np.ceil(head_start_h)), HOURS_PER_WEEK - 1)
                total += np.roll(work * self.waiting_after(skill, head_start_h), shift)
        return np.repeat(total, QUARTERS // HOURS_PER_WEEK)

    def by_priority(self, skill: str | None) -> dict[float, Floats]:
        """Work of a skill by priority and hour of the week (erlang)."""
        found: dict[float, Floats] = {}
        for n, f in enumerate(self.flows):
            if self.skill[n] == skill:
                hourly = self.rate[n] * self.job[n] * self.waits.streams.profile[f]
                for segment in self.segments:
                    at = float(self.waits.streams.priority[f] + segment.priority)
                    found[at] = found.get(at, np.zeros(HOURS_PER_WEEK)) + segment.share * hourly
        return found

    def waiting_after(self, skill: str | None, hours: float) -> Floats:
        """Chance that work in order of arrival still waits after so many hours, (168,)."""
        none = np.zeros(HOURS_PER_WEEK)
        deadline = np.full(HOURS_PER_WEEK, hours * MINUTES_PER_HOUR)
        return 1 - slack_shares(self.queue(skill, np.inf), none, deadline, np.zeros(1))[:, 0]

    def queue(self, skill: str | None, above: float) -> Queue:
        """The queue of a skill's work up to a priority, with what overflows from other skills."""
        key = (skill, above)
        if key not in self.queues:
            held = self.holders(skill)
            load = self.load(skill, above)
            for other in sorted({*self.skill} - {skill}, key=str):
                theirs = self.holders(other)
                if (theirs & held).any():
                    work = self.load(other, above)
                    load = load + work * overflow(work, self.servers(theirs & ~held))
            own = [n for n, name in enumerate(self.skill) if name == skill]
            job = float(np.average(self.job[own], weights=self.rate[own] + 1e-300))
            duty = np.where(held, self.count, 0) * self.crew.on_duty.sum(axis=1)
            weight = duty if duty.sum() > 0 else np.ones(len(duty))
            staying = [finishes(pool) for pool in self.crew.pools]
            self.queues[key] = run_queue(
                load / job,
                self.servers(held),
                job,
                breaks=float(np.average(self.crew.break_share, weights=weight)),
                finish=bool(np.average(staying, weights=weight) > 0.5),
            )
        return self.queues[key]

    def bands(self, skill: str | None) -> list[float]:
        """Upper limits of the groups of priorities of a skill's work, ascending."""
        work = {at: float(hourly.sum()) for at, hourly in self.by_priority(skill).items()}
        levels = sorted(work)
        passed = np.cumsum([work[at] for at in levels])
        cut = [
            levels[min(int(np.searchsorted(passed, passed[-1] * b / BANDS)), len(levels) - 1)]
            for b in range(1, BANDS)
        ]
        return sorted({*cut, levels[-1]})

    def counted(self, promise: Promise) -> list[Counted]:
        streams = self.waits.streams
        deadline = promise_deadline(self.waits.network, promise)
        slack = slack_grid(promise)
        found: dict[tuple[int, int], list[tuple[float, float, Floats]]] = {}
        shares: dict[tuple[str | None, float], Floats] = {}
        for n, f in enumerate(self.flows):
            if streams.first[f] <= 0 or promise.class_id not in (None, streams.class_id[f]):
                continue
            bands = self.bands(self.skill[n])
            weight = streams.profile[f] / streams.profile[f].sum()
            for segment in self.segments:
                if promise.segment not in (None, segment.segment_id) or segment.share <= 0:
                    continue
                at = streams.priority[f] + segment.priority
                band = next(limit for limit in bands if at <= limit + 1e-9)
                key = (self.skill[n], band)
                if key not in shares:
                    ahead = self.queue(*key)
                    every = self.queue(self.skill[n], np.inf)
                    residual = every.all_busy if band < bands[-1] else np.zeros(HOURS_PER_WEEK)
                    shares[key] = slack_shares(ahead, residual, deadline, slack)
                visits = float(streams.first[f] * segment.share)
                place = (int(streams.stream[f]), int(streams.spread[f]))
                direct = visits * float(streams.direct[f])
                found.setdefault(place, []).append((visits, direct, weight @ shares[key]))
        return [
            Counted(
                stream,
                spread,
                sum(direct for _, direct, _ in rows),
                np.average([share for *_, share in rows], axis=0, weights=[v for v, *_ in rows]),
            )
            for (stream, spread), rows in sorted(found.items())
        ]


def promise_deadline(network: Network, promise: Promise) -> Floats:
    """Calendar minutes until a promise is due, for arrivals at each hour of the week (168,)."""
    if promise.clock is not Clock.BUSINESS:
        return business_deadline(None, promise.within)
    monday = week_start(network)
    hours = opening(network, promise.calendar, MINUTES_PER_WEEK)
    middle = monday + QUARTER_MIN * (np.arange(QUARTERS) + 0.5)
    open_quarter = np.zeros(QUARTERS, dtype=np.bool_)
    for start, end in hours:
        open_quarter |= (start <= middle) & (middle < end)
    return business_deadline(open_quarter, promise.within)


def response_promises(network: Network, tiers: Sequence[str]) -> tuple[Promise, ...]:
    """Promises on the response of these tiers."""
    return tuple(p for p in network.promises if p.measure is Measure.RESPONSE and p.tier in tiers)
