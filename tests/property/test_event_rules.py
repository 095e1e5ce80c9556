"""Break each event rule in a copy of the reference: the twins must disagree somewhere.

This is the proof that the comparison of the engines can see a fault of every kind. A rule
is broken by replacing a line of the reference's source, which must be found there once.
"""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest
from plays import Play, random_play
from twins import differences, play_compiled

import sim.engines
from network.errors import EngineError
from network.tables import Outcomes
from sim.layout import Moment
from sim.policies import find_policy

_MODULES = ("clock", "state", "ledger", "streets", "desk", "simpy_engine")
_FOLDER = Path(sim.engines.__file__).parent
_MOST_PLAYS = 1000


@dataclass(frozen=True, slots=True)
class Break:
    """A rule, and the edit that breaks it."""

    rule: str
    module: str
    line: str
    instead: str


_RANKED = "(time, _FIRST_RANK[kind] + id, self._sequence, handler)"
_CHANGES = "for time, kind, index, length in rows:"


def _swap(first: Moment) -> Break:
    """Exchange a kind of event with the next one in the order."""
    order = list(range(max(Moment) + 1))
    order[first], order[first + 1] = order[first + 1], order[first]
    rule = f"{first.name} before {Moment(first + 1).name}"
    if first + 1 <= Moment.DUTY_ON:  # changes of duty come sorted from their table
        key = f"lambda row: (row[0], {order}[row[1]], row[2])"
        return Break(
            rule, "simpy_engine", _CHANGES, _CHANGES.replace("rows", f"sorted(rows, key={key})")
        )
    return Break(rule, "clock", _RANKED, _RANKED.replace("[kind]", f"[{order}[kind]]"))


BREAKS = [
    *(_swap(kind) for kind in Moment if kind < max(Moment)),
    Break(
        "ties by kind and id, not by insertion",
        "clock",
        _RANKED,
        _RANKED.replace("[kind] + id", "[1]"),
    ),
    Break(
        "ties of a kind by id",
        "clock",
        _RANKED,
        _RANKED.replace(" + id", ""),
    ),
    Break(
        "events at absolute times",
        "clock",
        "        self._sequence += 1\n",
        "        self._sequence += 1\n        time = self.now + (time - self.now)\n",
    ),
    Break(
        "nothing happens at the horizon",
        "clock",
        "if time >= horizon:",
        "if time > horizon:",
    ),
    Break(
        "a service event is ignored unless it is due now",
        "desk",
        "if job.status != IN_SERVICE or job.due != now or agent.job is not job:",
        "if job.status != IN_SERVICE:",
    ),
    Break(
        "a visit that has been worked on does not give up",
        "desk",
        "if job.status != WAITING or job.stints or due != self.clock.now:",
        "if job.status != WAITING or due != self.clock.now:",
    ),
    Break(
        "the agent takes his next job before the request goes on",
        "desk",
        "        self._let_go(agent, job, Cause.DONE)\n        job.over.fire()\n",
        "        job.over.fire()\n        self._let_go(agent, job, Cause.DONE)\n",
    ),
    Break(
        "the lowest-index idle agent",
        "desk",
        "lowest = able & -able",
        "lowest = 1 << able.bit_length() - 1",
    ),
    Break(
        "waiting = limit is blocked",
        "desk",
        "if not able and self.waiting >= self.limit:",
        "if not able and self.waiting > self.limit:",
    ),
    Break(
        "a blocked visit is one that nobody could start",
        "desk",
        "if not able and self.waiting >= self.limit:",
        "if self.waiting >= self.limit:",
    ),
    Break(
        "the key ages from joining",
        "desk",
        "job.key = job.case.priority + self.ageing_per_min * now",
        "job.key = job.case.priority",
    ),
    Break(
        "a handed-over visit keeps its key and number",
        "desk",
        "            self._queue(job)\n\n    def break_starts",
        "            job.number = self.ledger.next_in_line()\n            self._queue(job)\n\n"
        "    def break_starts",
    ),
    Break(
        "hand-over only if the end is later than now",
        "desk",
        "if job is None or agent.rule == FINISH or not job.due > now:",
        "if job is None or agent.rule == FINISH or not job.due >= now:",
    ),
    Break(
        "a stopped service goes on with what is left of it",
        "desk",
        "job.remaining = job.due - now",
        "job.remaining = job.due - job.on_site",
    ),
    Break(
        "a cancelled trip leaves the service whole",
        "desk",
        "if job.mode != VISIT or now >= job.on_site:",
        "if job.mode != VISIT or now >= job.depart:",
    ),
    Break(
        "a cancelled trip takes as long back as it went out",
        "desk",
        "agent.free_at = now + (now - job.depart)",
        "agent.free_at = now + (job.on_site - now)",
    ),
    Break(
        "a cancelled trip reached nobody",
        "desk",
        "            self.ledger.cancel_trip(agent.work_row)\n",
        "",
    ),
    Break(
        "the way back takes the hour of the return",
        "desk",
        "agent.free_at = now + self.trip(job, now)",
        "agent.free_at = now + self.trip(job, job.depart)",
    ),
    Break(
        "sums from left to right",
        "desk",
        "job.due = due = job.on_site + job.remaining",
        "job.due = due = now + ((job.on_site - now) + job.remaining)",
    ),
    Break(
        "an interrupted visit is its agent's first job",
        "desk",
        "elif agent.bound is not None:",
        "elif agent.bound is not None and self._first_line(agent) is None:",
    ),
    Break(
        "a pending break comes before the next job",
        "desk",
        "if agent.pending_break > 0:",
        "if agent.pending_break > 0 and self._first_line(agent) is None:",
    ),
    Break(
        "pending breaks add up",
        "desk",
        "agent.pending_break += length",
        "agent.pending_break = length",
    ),
    Break(
        "a pending break is dropped at duty off",
        "desk",
        "        agent.pending_break = 0.0\n        self._leave_idle(agent)\n",
        "        self._leave_idle(agent)\n",
    ),
    Break(
        "a break ends at duty off",
        "desk",
        "        if agent.break_due == agent.break_due:\n            self._stop_break(agent)\n",
        "",
    ),
    Break(
        "an agent who is away takes no job when his duty begins",
        "desk",
        "        if not agent.away:\n            self._next(agent)\n",
        "        self._next(agent)\n",
    ),
    Break(
        "idle time is counted to the horizon",
        "desk",
        "self.ledger.idle_min[agent.index] += horizon - agent.idle_since",
        "pass",
    ),
    Break(
        "the queue is counted to the horizon",
        "desk",
        "self.queue_area += self.waiting * (horizon - self._counted_until)",
        "pass",
    ),
    Break(
        "a response before the horizon is told, however long the service",
        "simpy_engine",
        "if begun and job.response != job.response:",
        "if False:",
    ),
    Break(
        "no parts, no event",
        "simpy_engine",
        "            if job.parts > 0:\n",
        "            if job.parts >= 0:\n",
    ),
    Break(
        "a customer who does not come to a walk-in ends at arrival",
        "simpy_engine",
        "if not shows and self._modes[self._stage_of[visit]] != VISIT:",
        "if not shows:",
    ),
    Break(
        "the next fault clock starts when the request ends",
        "simpy_engine",
        "        self._call_follower(row)\n",
        "        if case.status == RequestStatus.RESOLVED:\n            self._call_follower(row)\n",
    ),
    Break(
        "nobody arrives after the last arrival",
        "simpy_engine",
        "if time < self.last_arrival:",
        "if time < self.layout.horizon:",
    ),
    Break(
        "resolved is before the call-back",
        "simpy_engine",
        "if leads_to_callback or (target == -1 and not callback):",
        "if target == -1:",
    ),
    Break(
        "a call-back that fails reopens the case",
        "simpy_engine",
        "if callback and target != -1:",
        "if False:",
    ),
    Break(
        "a site of the same tier is returned to only if it is able",
        "simpy_engine",
        "if site >= 0 and job.skill not in self.desks[site].able:",
        "if False:",
    ),
    Break(
        "the level of the agent who finished decides",
        "simpy_engine",
        "level = self._levels[job.agent] if job.agent >= 0 else 0",
        "level = 1",
    ),
    Break(
        "the first opening that has not ended",
        "streets",
        "self._closes[self._interval[site]] <= now",
        "self._closes[self._interval[site]] < now",
    ),
]


@pytest.fixture(scope="module")
def plays() -> list[tuple[Play, Outcomes]]:
    """Plays with their true outcomes, drawn as they are needed."""
    return []


def _play(plays: list[tuple[Play, Outcomes]], number: int) -> tuple[Play, Outcomes]:
    while number >= len(plays):
        play = random_play(len(plays))
        plays.append((play, play_compiled(play)))
    return plays[number]


def _break(broken: Break, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The SimPy engine from a copy of the sources with one edit."""
    for name in _MODULES:
        source = (_FOLDER / f"{name}.py").read_text(encoding="utf-8")
        if name == broken.module:
            assert source.count(broken.line) == 1, f"not found once in {name}: {broken.line}"
            source = source.replace(broken.line, broken.instead)
        source = source.replace("from sim.engines.", "from broken_")
        spec = importlib.util.spec_from_loader(f"broken_{name}", loader=None)
        assert spec is not None
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, f"broken_{name}", module)
        exec(compile(source, f"broken_{name}", "exec"), module.__dict__)  # noqa: S102  # our own sources
    return module


def test_the_copy_itself_agrees(
    plays: list[tuple[Play, Outcomes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = _break(
        Break("none", "clock", "MAX_EVENTS_AT_ONE_INSTANT = ", "MAX_EVENTS_AT_ONE_INSTANT = "),
        monkeypatch,
    )
    for number in range(20):
        play, outcomes = _play(plays, number)
        policy = find_policy(play.network.dispatch.policy)
        copied = engine.run(play.layout, *play.tables, policy, last_arrival=play.last_arrival)
        assert not differences(outcomes, copied)


@pytest.mark.parametrize("broken", BREAKS, ids=lambda broken: broken.rule.replace(" ", "-"))
def test_a_broken_rule_is_noticed(
    broken: Break, plays: list[tuple[Play, Outcomes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = _break(broken, monkeypatch)
    for number in range(_MOST_PLAYS):
        play, outcomes = _play(plays, number)
        policy = find_policy(play.network.dispatch.policy)
        try:
            copied = engine.run(play.layout, *play.tables, policy, last_arrival=play.last_arrival)
        except (EngineError, LookupError):
            return
        if differences(outcomes, copied):
            return
    pytest.fail(f"{_MOST_PLAYS} plays agree although this rule is broken: {broken.rule}")
