"""A SimPy environment whose events come in the order (time, kind, id).

SimPy orders simultaneous events by insertion; here the kind of event and the row or
agent it belongs to decide, so that two engines can agree to the last bit. Events of a
user's own processes (plain timeouts) come first within an instant.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from heapq import heappop, heappush
from typing import TypeAlias, cast

import simpy

from network.errors import EngineError
from sim.layout import Moment

_FIRST_RANK = [kind << 40 for kind in range(max(Moment) + 1)]
"""Kind and id make one number, so that comparing two events is comparing two numbers."""
MAX_EVENTS_AT_ONE_INSTANT = 5_000_000

Handler: TypeAlias = Callable[[], object]


class Ticket:
    """Something a process waits for; `fire` lets it go on within the current event.

    It has of a SimPy event just what a process asks of one.
    """

    __slots__ = ("_ok", "_value", "callbacks")

    def __init__(self) -> None:
        self.callbacks: list[Callable[[Ticket], object]] | None = []
        self._ok = True
        self._value = None

    def fire(self) -> None:
        """Let those who wait go on now."""
        callbacks, self.callbacks = self.callbacks, None
        for callback in callbacks or ():
            callback(self)


Process: TypeAlias = Generator[Ticket, None, None]


class _Walk:
    """A process reduced to what a request needs.

    It waits for one event at a time, is never interrupted and nobody waits for it; unlike
    `simpy.Process` it costs no event to start and to end, and leaves nothing to the
    garbage collector.
    """

    __slots__ = ("_process",)

    def __init__(self, process: Process) -> None:
        self._process = process

    def go_on(self, _: Ticket | None) -> None:
        for ticket in self._process:
            ticket.callbacks.append(self.go_on)  # type: ignore[union-attr]  # it has not fired yet
            return


class Clock(simpy.Environment):
    """Simulation time in minutes, with events at absolute times and explicit ranks."""

    now: float = 0.0  # a plain attribute where SimPy has a property

    def __init__(self) -> None:
        super().__init__()
        self._instant = -1.0
        self._crowd = 0
        self._sequence = 0

    def at(self, time: float, kind: Moment, id: int, handler: Handler) -> None:
        """Let a handler act at a time; its place among others is decided by time, kind, id.

        Raises
        ------
        EngineError
            If the time is NaN or past, or more events fall on one instant than any
            sound scenario has.
        """
        if not time > self.now:
            self._watch(time, kind, id)
        self._sequence += 1
        heappush(self._queue, (time, _FIRST_RANK[kind] + id, self._sequence, handler))  # type: ignore[misc]  # a handler where SimPy has an event

    def until(self, time: float, kind: Moment, id: int) -> Ticket:
        """What a process yields to go on at a time, in its place among others."""
        ticket = Ticket()
        self.at(time, kind, id, ticket.fire)
        return ticket

    def begin(self, process: Process) -> None:
        """Start a process now, within the current event."""
        _Walk(process).go_on(None)

    def play(self, horizon: float) -> None:
        """Handle all events before the horizon (SimPy's own loop, without a call per event).

        Raises
        ------
        Exception
            Whatever a handler or a user's process raises.
        """
        queue, ours = self._queue, _FIRST_RANK[1]
        while queue:
            time, rank, _, event = heappop(queue)
            if time >= horizon:
                return
            self._now = self.now = time
            if rank >= ours:
                event()  # type: ignore[operator]  # a handler, see `at`
                continue
            callbacks, event.callbacks = event.callbacks, None  # type: ignore[assignment]  # as SimPy's step
            for callback in callbacks:
                callback(event)
            if not event.ok and not hasattr(event, "_defused"):
                raise cast("BaseException", event.value)

    def forget(self) -> None:
        """Drop all events that are still to come."""
        self._queue.clear()

    def _watch(self, time: float, kind: Moment, id: int) -> None:
        """Refuse an event that is not now or later, and count those that are now."""
        if time != self.now:
            raise EngineError(f"event {kind.name} of {id} at {time}; the clock is at {self.now}")
        if self._instant != time:
            self._instant, self._crowd = time, 0
        self._crowd += 1
        if self._crowd > MAX_EVENTS_AT_ONE_INSTANT:
            raise EngineError(
                f"more than {MAX_EVENTS_AT_ONE_INSTANT:,} events at minute {time}; the last "
                f"was {kind.name} of {id}. Is there a loop of zero service and zero delay?"
            )
