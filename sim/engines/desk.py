"""A site at work: its queue, its agents, and every rule of shifts, breaks and patience.

The rules are those of `docs/events.md`; a method per event. Idle agents are bits of an
integer, so that the lowest able one is found by one operation however many there are.
"""

from __future__ import annotations

from functools import partial
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from network.tables import Cause
from sim.engines.clock import Clock, Ticket
from sim.engines.state import (
    ABANDONED,
    IN_SERVICE,
    NAN,
    RESOLVED,
    SUSPENDED,
    WAITING,
    Agent,
    Job,
)
from sim.layout import FINISH, HAND_OVER, VISIT, Moment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sim.engines.ledger import Ledger

# bound once: they are read at every event
AGENT_FREE, BREAK_ENDS = Moment.AGENT_FREE, Moment.BREAK_ENDS
INFINITE = float("inf")
PATIENCE_ENDS, SERVICE_ENDS = Moment.PATIENCE_ENDS, Moment.SERVICE_ENDS


class Desk:
    """The queue and the agents of one site.

    Parameters
    ----------
    clock : Clock
    ledger : Ledger
        Where stints and totals are written.
    index : int
        The site.
    agents : sequence of Agent
        By index; bit n of every mask is ``agents[n]``.
    limit : int
        Waiting visits allowed.
    ageing_per_min : float
    trip : callable
        ``trip(job, departure) -> minutes`` between the zone and this site.
    """

    def __init__(
        self,
        clock: Clock,
        ledger: Ledger,
        index: int,
        agents: Sequence[Agent],
        limit: int,
        ageing_per_min: float,
        trip: Callable[[Job, float], float],
    ) -> None:
        self.clock = clock
        self.ledger = ledger
        self.index = index
        self.agents = agents
        self.first_agent = agents[0].index if agents else 0
        self.limit = limit
        self.ageing_per_min = ageing_per_min
        self.trip = trip
        skills = sorted({skill for agent in agents for skill in agent.skills})
        self.able = {s: sum(a.bit for a in agents if s in a.skills) for s in skills}
        self.queues: dict[int, list[tuple[float, int, Job]]] = {skill: [] for skill in skills}
        self.idle = 0
        self.on_duty = 0
        self.waiting = 0
        self.queue_area = 0.0
        self._counted_until = 0.0

    # --- customers -------------------------------------------------------------------

    def serve(self, job: Job) -> Ticket | None:
        """Start a visit or let it join the queue; None if it is blocked.

        The ticket is fired when the service ends or the customer gives up.
        """
        now = self.clock.now
        job.joined = now
        job.key = job.case.priority + self.ageing_per_min * now
        job.number = self.ledger.next_in_line()  # also if it need not wait: it may be handed over
        able = self.idle & self.able[job.skill]
        if not able and self.waiting >= self.limit:
            return None
        job.over = Ticket()
        if able:
            self._engage(job, able)
            return job.over
        self._queue(job)
        if job.patience < INFINITE:
            self.clock.at(
                now + job.patience, PATIENCE_ENDS, job.row, partial(self._give_up, job, now)
            )
        return job.over

    @property
    def busy(self) -> int:
        """Agents on duty who cannot start a job now."""
        return self.on_duty - self.idle.bit_count()

    def _queue(self, job: Job) -> None:
        job.status = WAITING
        heappush(self.queues[job.skill], (job.key, job.number, job))
        self._count(1)

    def _count(self, change: int) -> None:
        now = self.clock.now
        self.queue_area += self.waiting * (now - self._counted_until)
        self._counted_until = now
        self.waiting += change

    def _give_up(self, job: Job, joined: float) -> None:
        due = joined + job.patience
        if job.status != WAITING or job.stints or due != self.clock.now:
            return
        self._count(-1)
        job.status = ABANDONED
        job.end = self.clock.now
        job.over.fire()

    # --- work ------------------------------------------------------------------------

    def _engage(self, job: Job, able: int) -> None:
        """Give a visit to the lowest of some idle agents."""
        lowest = able & -able
        agent = self.agents[lowest.bit_length() - 1]
        self.idle ^= lowest
        self.ledger.idle_min[agent.index] += self.clock.now - agent.idle_since
        self._start(job, agent)

    def _start(self, job: Job, agent: Agent) -> None:
        """Assign an agent who has just left his idleness, his break or another job."""
        now = self.clock.now
        if not job.stints:
            job.start = now
        job.stints += 1
        job.agent = agent.index
        job.status = IN_SERVICE
        job.depart = now
        job.on_site = now + self.trip(job, now) if job.mode == VISIT else now
        job.due = due = job.on_site + job.remaining
        agent.job = job
        agent.work_row = self.ledger.begin(agent.index, job.row, now, job.on_site)
        self.clock.at(due, SERVICE_ENDS, job.row, partial(self._service_ends, job, agent))

    def _service_ends(self, job: Job, agent: Agent) -> None:
        now = self.clock.now
        if job.status != IN_SERVICE or job.due != now or agent.job is not job:
            return
        if job.response != job.response:
            job.response = job.on_site
        job.status = RESOLVED
        job.end = now
        self._let_go(agent, job, Cause.DONE)
        job.over.fire()

    def _let_go(self, agent: Agent, job: Job, cause: Cause) -> None:
        """The agent leaves a job: he travels back, or is free at once."""
        now = self.clock.now
        agent.job = None
        if job.mode != VISIT:
            self.ledger.stop(agent.work_row, now, now, cause)
            if agent.on_duty:
                self._next(agent)
            return
        self.ledger.stop(agent.work_row, now, NAN, cause)
        if now < job.on_site:  # still on the way out: the trip is cancelled
            self.ledger.cancel_trip(agent.work_row)
            agent.free_at = now + (now - job.depart)
        else:
            agent.free_at = now + self.trip(job, now)
        self.clock.at(agent.free_at, AGENT_FREE, agent.index, partial(self._agent_free, agent))

    def _agent_free(self, agent: Agent) -> None:
        now = self.clock.now
        if agent.free_at != now:
            return
        agent.free_at = NAN
        self.ledger.back(agent.work_row, now)
        if agent.on_duty:
            self._next(agent)

    def _next(self, agent: Agent) -> None:
        """A free agent on duty takes his pending break, his own job, or the first in line."""
        if agent.pending_break > 0:
            length, agent.pending_break = agent.pending_break, 0.0
            self._start_break(agent, length)
        elif agent.bound is not None:
            job, agent.bound = agent.bound, None
            self._start(job, agent)
        else:
            line = self._first_line(agent)
            if line is None:
                agent.idle_since = self.clock.now
                self.idle |= agent.bit
            else:
                job = heappop(line)[2]
                self._count(-1)
                self._start(job, agent)

    def _first_line(self, agent: Agent) -> list[tuple[float, int, Job]] | None:
        """The queue whose head is the smallest key among those the agent is able for."""
        best: list[tuple[float, int, Job]] | None = None
        if not self.waiting:
            return best
        for skill in agent.skills:
            line = self.queues[skill]
            while line and line[0][2].status != WAITING:
                heappop(line)
            if line and (best is None or line[0][:2] < best[0][:2]):
                best = line
        return best

    def _leave_idle(self, agent: Agent) -> None:
        if self.idle & agent.bit:
            self.idle &= ~agent.bit
            self.ledger.idle_min[agent.index] += self.clock.now - agent.idle_since

    # --- duty ------------------------------------------------------------------------

    def duty_on(self, agent: Agent) -> None:
        """An agent's duty begins; if he is not still away he acts as if freed."""
        agent.on_duty = True
        self.on_duty += 1
        if not agent.away:
            self._next(agent)

    def duty_off(self, agent: Agent) -> None:
        """An agent's duty ends: idle and breaks stop, a job follows the end-of-shift rule."""
        now = self.clock.now
        agent.on_duty = False
        self.on_duty -= 1
        agent.pending_break = 0.0
        self._leave_idle(agent)
        if agent.break_due == agent.break_due:
            self._stop_break(agent)
        job = agent.job
        if job is None or agent.rule == FINISH or not job.due > now:
            return
        if job.mode != VISIT or now >= job.on_site:
            job.remaining = job.due - now
            if job.response != job.response:
                job.response = job.on_site
        if agent.rule == HAND_OVER:
            self._let_go(agent, job, Cause.HANDED_OVER)
            self._rejoin(job)
        else:
            job.status = SUSPENDED
            agent.bound = job
            self._let_go(agent, job, Cause.INTERRUPTED)

    def _rejoin(self, job: Job) -> None:
        """A handed-over visit goes on with any able idle agent, or keeps its place in line."""
        able = self.idle & self.able[job.skill]
        if able:
            self._engage(job, able)
        else:
            self._queue(job)

    def break_starts(self, agent: Agent, length: float) -> None:
        """A break begins at once for an idle agent, and is pending for any other on duty."""
        if not agent.on_duty:
            return
        if self.idle & agent.bit:
            self._leave_idle(agent)
            self._start_break(agent, length)
        else:
            agent.pending_break += length

    def _start_break(self, agent: Agent, length: float) -> None:
        now = self.clock.now
        agent.break_due = now + length
        agent.work_row = self.ledger.begin(agent.index, -1, now, now)
        self.clock.at(agent.break_due, BREAK_ENDS, agent.index, partial(self._break_ends, agent))

    def _break_ends(self, agent: Agent) -> None:
        if agent.break_due == self.clock.now:
            self._stop_break(agent)
            self._next(agent)

    def _stop_break(self, agent: Agent) -> None:
        agent.break_due = NAN
        self.ledger.stop(agent.work_row, self.clock.now, self.clock.now, Cause.BREAK)

    # --- the ends of the run ---------------------------------------------------------

    def open_shop(self, agent: Agent, break_until: float) -> None:
        """The state at time 0 of an agent who is on duty then."""
        agent.on_duty = True
        self.on_duty += 1
        if break_until > 0:
            self._start_break(agent, break_until)
        else:
            agent.idle_since = 0.0
            self.idle |= agent.bit

    def close_books(self, horizon: float) -> None:
        """Count idle time and queue up to the horizon."""
        self.queue_area += self.waiting * (horizon - self._counted_until)
        for agent in self.agents:
            if self.idle & agent.bit:
                self.ledger.idle_min[agent.index] += horizon - agent.idle_since
