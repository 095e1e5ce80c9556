"""The reference engine: one lean SimPy process per request.

Read `Life.live` first: it is the life of a request. The sites do all bookkeeping
(`sim.engines.desk`); a process waits for one event at a time and is resumed only by
events of the total order in `docs/events.md`.
"""

from __future__ import annotations

import gc
import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TypeAlias

import numpy as np

from network.errors import EngineError
from network.tables import Outcomes, Requests, RequestStatus, Visits
from sim.engines.clock import Clock, Process
from sim.engines.desk import Desk
from sim.engines.ledger import REQUEST_ROW, VISIT_ROW, Ledger, bytes_of
from sim.engines.state import (
    ABANDONED,
    BLOCKED,
    IN_SERVICE,
    PARTS,
    RESOLVED,
    TRAVELLING,
    UNRESOLVED,
    UNSERVED,
    Agent,
    Case,
    Job,
)
from sim.engines.streets import AbleIdle, LateColumn, Streets
from sim.layout import DELAY, PARENT, POLICY, VISIT, WALK_IN, Layout, Moment
from sim.policies import Options, Policy

Extension: TypeAlias = Callable[["World"], None]
"""Called with the world before it starts, to add processes of one's own."""

ARRIVAL, DELAY_ENDS = Moment.ARRIVAL, Moment.DELAY_ENDS

_CHUNK = 4096
"""Arrival times taken from the table at a time: Python floats for all would fill memory."""

_LOST = {
    ABANDONED: int(RequestStatus.ABANDONED),
    BLOCKED: int(RequestStatus.BLOCKED),
    UNSERVED: int(RequestStatus.UNSERVED),
}
"""How a request ends when a visit of it is lost."""


def run(
    layout: Layout,
    requests: Requests,
    visits: Visits,
    policy: Policy,
    *,
    last_arrival: float = math.inf,
    extensions: Sequence[Extension] = (),
) -> Outcomes:
    """Play one replication.

    Parameters
    ----------
    layout : Layout
    requests, visits : structured array
        From `sim.sample.sample`.
    policy : Policy
        Chooses the site where the route does not.
    last_arrival : float
        Requests arrive before this minute only (to drain what is open until the horizon).
    extensions : sequence of callables
        Each is called with the `World` and may add SimPy processes to ``world.clock``.

    Returns
    -------
    Outcomes
        The same for the same input, in any process.
    """
    world = World(layout, requests, visits, policy, min(last_arrival, layout.horizon))
    for extend in extensions:
        extend(world)
    gc.freeze()  # tables and layout never die during a run: do not trace them again and again
    try:
        world.clock.play(layout.horizon)
    finally:
        gc.unfreeze()
    outcomes = world.close()
    world.dismiss()
    return outcomes


class World:
    """A running network: the clock, the sites, and the requests on their way."""

    def __init__(
        self,
        layout: Layout,
        requests: Requests,
        visits: Visits,
        policy: Policy,
        last_arrival: float,
    ) -> None:
        self.layout = layout
        self.requests = requests = np.ascontiguousarray(requests)
        self.visits = visits = np.ascontiguousarray(visits)
        self.policy = policy
        self.last_arrival = last_arrival
        self.clock = Clock()
        self.ledger = Ledger(requests, visits, len(layout.agents.site))
        self.streets = Streets(layout)
        self.agents = _hire(layout)
        self.desks = self._open_desks()
        self.live_jobs: dict[int, Job] = {}
        self._request_bytes = bytes_of(requests)
        self._visit_bytes = bytes_of(visits)
        self._stage_of = visits["stage"]
        self._modes = layout.stages.mode.tolist()
        self._skills = layout.stages.skill.tolist()
        self._tiers = layout.stages.tier.tolist()
        self._choices = layout.stages.choice.tolist()
        self._groups = layout.stages.group.tolist()
        self._callbacks = layout.stages.callback.tolist()
        self._chances = layout.stages.resolve.tolist()
        self._mean_service = layout.stages.mean_service.tolist()
        self._levels = layout.agents.level.tolist()
        self._followers = _followers(requests)
        self._options: dict[int, tuple[list[int], int, Options]] = {}
        self.clock.begin(self._change_duty())
        self._arrivals = self._known_arrivals()
        self._expect_arrival()

    # --- sources ---------------------------------------------------------------------

    def _open_desks(self) -> list[Desk]:
        first, sites = self.layout.agents.first.tolist(), self.layout.sites
        desks = [
            Desk(
                self.clock,
                self.ledger,
                j,
                self.agents[first[j] : first[j + 1]],
                int(sites.queue_limit[j]),
                float(sites.ageing_per_min[j]),
                self.streets.trip,
            )
            for j in range(len(sites.tier))
        ]
        codes = self.layout.agents
        for agent, on, until in zip(self.agents, codes.on_duty, codes.break_until, strict=True):
            if on:
                desks[codes.site[agent.index]].open_shop(agent, float(until))
        return desks

    def _change_duty(self) -> Process:
        """Shifts and breaks, in the order of the duty table."""
        duty, site = self.layout.duty, self.layout.agents.site.tolist()
        rows = zip(
            duty.time.tolist(),
            duty.kind.tolist(),
            duty.agent.tolist(),
            duty.length.tolist(),
            strict=True,
        )
        for time, kind, index, length in rows:
            yield self.clock.until(time, Moment(kind), index)
            agent, desk = self.agents[index], self.desks[site[index]]
            if kind == Moment.DUTY_OFF:
                desk.duty_off(agent)
            elif kind == Moment.DUTY_ON:
                desk.duty_on(agent)
            else:
                desk.break_starts(agent, length)

    def _known_arrivals(self) -> Iterator[tuple[int, float]]:
        """Rows and times of the requests whose time is known from the start."""
        known = int(np.searchsorted(self.requests["arrival"], self.last_arrival))  # NaN is last
        for first in range(0, known, _CHUNK):
            chunk = self.requests["arrival"][first : min(first + _CHUNK, known)]
            yield from enumerate(chunk.tolist(), start=first)

    def _expect_arrival(self) -> None:
        for row, time in self._arrivals:
            self.clock.at(time, ARRIVAL, row, partial(self._arrive, row))
            return

    def _arrive(self, row: int) -> None:
        self._expect_arrival()
        self.clock.begin(self.live(row))

    # --- the life of a request -------------------------------------------------------

    def live(self, row: int) -> Process:
        """A request: stage after stage, until its route ends or it is lost."""
        clock = self.clock
        cells = REQUEST_ROW.unpack_from(self._request_bytes, row * REQUEST_ROW.size)
        _, _, _, _, zone, _, _, _, priority, visit, shows = cells
        case = Case(row, clock.now, zone, priority, bool(shows))
        if not shows and self._modes[self._stage_of[visit]] != VISIT:
            case.status = RequestStatus.NO_SHOW
            visit = -1
        while visit >= 0:
            cells = VISIT_ROW.unpack_from(self._visit_bytes, visit * VISIT_ROW.size)
            job = Job(case, visit, cells, clock.now, self._modes, self._skills)
            case.visits += 1
            case.last_visit = visit
            self.live_jobs[visit] = job
            if job.parts > 0:
                job.status = PARTS
                yield clock.until(clock.now + job.parts, DELAY_ENDS, visit)
            if job.mode == DELAY:
                job.status = IN_SERVICE
                job.joined = job.start = job.response = clock.now
                yield clock.until(clock.now + job.remaining, DELAY_ENDS, visit)
                job.status, job.end = RESOLVED, clock.now
            elif self._choose_site(job):
                if job.mode == WALK_IN:
                    job.status = TRAVELLING
                    travel = self.streets.trip(job, clock.now)
                    yield clock.until(clock.now + travel, DELAY_ENDS, visit)
                over = self.desks[job.site].serve(job)
                if over is None:
                    job.status, job.end = BLOCKED, clock.now
                else:
                    yield over
            else:
                job.status, job.end = UNSERVED, clock.now
            visit = self._follow(job)
        self.ledger.record_request(case, clock.now)
        self._call_follower(row)

    def _follow(self, job: Job) -> int:
        """Close a visit and return the row of the next one, or -1."""
        case = job.case
        del self.live_jobs[job.row]
        if job.status != RESOLVED:
            self.ledger.record_visit(job)
            resolved_before = case.resolved == case.resolved
            case.status = RequestStatus.RESOLVED if resolved_before else _LOST[job.status]
            return -1
        level = self._levels[job.agent] if job.agent >= 0 else 0
        callback = self._callbacks[job.stage]
        if job.resolve_u < self._chances[job.stage][level]:
            target = job.if_resolved
            leads_to_callback = target >= 0 and self._callbacks[self._stage_of[target]]
            if leads_to_callback or (target == -1 and not callback):
                case.resolved = self.clock.now
        else:
            job.status = UNRESOLVED
            target = job.if_unresolved
            if callback and target != -1:
                case.resolved = math.nan  # reopened
        self.ledger.record_visit(job)
        if target < 0:
            done = case.resolved == case.resolved and target == -1
            case.status = RequestStatus.RESOLVED if done else RequestStatus.UNRESOLVED
            if not case.shows:
                case.status, case.resolved = RequestStatus.NO_SHOW, math.nan
        return target

    def _call_follower(self, row: int) -> None:
        """The unit whose request has ended will call again after its drawn gap."""
        follower = self._followers.get(row)
        if follower is None:
            return
        time = self.clock.now + float(self.requests["gap"][follower])
        if time < self.last_arrival:
            self.clock.at(
                time,
                ARRIVAL,
                follower,
                lambda: self.clock.begin(self.live(follower)),
            )

    # --- where to --------------------------------------------------------------------

    def _choose_site(self, job: Job) -> bool:
        """Set the site of a visit by its stage's choice; False if nobody can serve it."""
        case, stage, streets = job.case, job.stage, self.streets
        group, choice = self._groups[stage], self._choices[stage]
        pair = -1
        if choice != POLICY:
            pair = self._named_site(job, group, choice)
        if pair < 0:
            pair = self._ask_policy(job, group)
        if pair < 0:
            return False
        job.site = case.site = case.used[self._tiers[stage]] = streets.pair_site[pair]
        job.travel_min = streets.pair_min[pair]
        return True

    def _named_site(self, job: Job, group: int, choice: int) -> int:
        """The pair of the site that the route names, or -1 if it cannot take the visit."""
        case, streets = job.case, self.streets
        if choice == PARENT:
            site = streets.above[group][case.site] if case.site >= 0 else -1
        else:
            site = case.used.get(self._tiers[job.stage], -1)
            if site >= 0 and job.skill not in self.desks[site].able:
                site = -1
        pair = streets.find_pair(case.zone, site) if site >= 0 else -1
        reachable = pair >= 0 and (not streets.travels[group] or streets.pair_min[pair] < math.inf)
        return pair if reachable else -1

    def _ask_policy(self, job: Job, group: int) -> int:
        """The pair that the dispatch policy chooses, or -1 if the zone has no candidate."""
        row = group * self.streets.zones + job.case.zone
        found = self._options.get(row)
        if found is None:
            found = self._options[row] = self._look_around(row, group, job.skill)
        pairs, assigned, options = found
        count = len(pairs)
        if count < 2:
            return pairs[0] if count else -1
        mean = self._mean_service[job.stage]
        position = self.policy(count, self.clock.now, mean, assigned, options)
        if not 0 <= position < count:
            raise EngineError(f"the policy chose position {position} of {count} candidates")
        return pairs[position]

    def _look_around(self, row: int, group: int, skill: int) -> tuple[list[int], int, Options]:
        """Candidate pairs of a group and zone, with columns that are read when asked."""
        streets = self.streets
        pairs, assigned = streets.candidates(row)
        sites = [streets.pair_site[pair] for pair in pairs]
        desks = [self.desks[site] for site in sites]
        travels = streets.travels[group]
        always_open = all(streets.is_always_open(site) for site in sites)
        able = [desk.able[skill] for desk in desks]
        options = Options(
            site=sites,
            travel_min=[streets.pair_min[pair] if travels else 0.0 for pair in pairs],
            opens_at=[streets.opens_at(site, self.clock.now) for site in sites]
            if always_open
            else LateColumn(lambda n: streets.opens_at(sites[n], self.clock.now)),
            able_idle=AbleIdle(desks, able),
            waiting=LateColumn(lambda n: desks[n].waiting),
            busy=LateColumn(lambda n: desks[n].busy),
            on_duty=LateColumn(lambda n: desks[n].on_duty),
        )
        return pairs, assigned, options

    # --- the end ---------------------------------------------------------------------

    def dismiss(self) -> None:
        """Let go of everything that points back here, so that memory is free at once."""
        self.clock.forget()
        for job in self.live_jobs.values():
            if hasattr(job, "over"):
                job.over.callbacks = None  # a process and what it waits for hold each other
        self._options.clear()
        self._arrivals = iter(())

    def close(self) -> Outcomes:
        """What is open at the horizon stays open; no time at or after it is told."""
        horizon = self.layout.horizon
        for desk in self.desks:
            desk.close_books(horizon)
        for job in self.live_jobs.values():
            begun = job.status == IN_SERVICE and job.agent >= 0 and job.on_site < horizon
            if begun and job.response != job.response:
                job.response = job.on_site
            self.ledger.record_visit(job)
            self.ledger.record_request(job.case, math.nan)
        return self.ledger.close(np.array([desk.queue_area for desk in self.desks]), horizon)


def _hire(layout: Layout) -> list[Agent]:
    codes = layout.agents
    skills = [tuple(np.flatnonzero(row).tolist()) for row in codes.skills]
    return [
        Agent(n, 1 << (n - int(codes.first[site])), level, rule, skills[n])
        for n, (site, level, rule) in enumerate(
            zip(codes.site.tolist(), codes.level.tolist(), codes.rule.tolist(), strict=True)
        )
    ]


def _followers(requests: Requests) -> dict[int, int]:
    """Row that arrives when a row has ended."""
    chained = np.flatnonzero(requests["after"] >= 0)
    return dict(zip(requests["after"][chained].tolist(), chained.tolist(), strict=True))
