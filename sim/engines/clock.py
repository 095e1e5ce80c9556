"""A SimPy environment whose events come in the order (time, kind, id).

SimPy orders simultaneous events by insertion; here the kind of event and the row or
agent it belongs to decide, so that two engines can agree to the last bit. Events of a
user's own processes (plain timeouts) come first within an instant.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappush
from itertools import count
from typing import TypeAlias

import simpy

from network.errors import EngineError
from sim.layout import Moment

_KIND_BITS = 40
MAX_EVENTS_AT_ONE_INSTANT = 5_000_000

Handler: TypeAlias = Callable[[simpy.Event], None]


class Due(simpy.Event):
    """An event that is sure to come at its time, with one handler (or a waiting process)."""

    def __init__(self, clock: Clock, handler: Handler | None) -> None:
        self.env = clock
        self.callbacks = [] if handler is None else [handler]
        self._value = None
        self._ok = True
        self._defused = False


class Clock(simpy.Environment):
    """Simulation time in minutes, with events at absolute times and explicit ranks."""

    def __init__(self) -> None:
        super().__init__()
        self._instant = -1.0
        self._crowd = 0
        self._sequence = count()

    def at(self, time: float, kind: Moment, id: int, handler: Handler | None = None) -> simpy.Event:
        """Schedule an event; its place among others is decided by time, kind and id.

        Raises
        ------
        EngineError
            If the time is NaN or past, or more events fall on one instant than any
            sound scenario has.
        """
        if not time >= self._now:
            raise EngineError(f"event {kind.name} of {id} at {time}; the clock is at {self._now}")
        if time == self._now:
            self._watch(kind, id)
        event = Due(self, handler)
        rank = (kind << _KIND_BITS) + id
        heappush(self._queue, (time, rank, next(self._sequence), event))  # type: ignore[misc]  # rank packs kind and id
        return event

    def ticket(self) -> simpy.Event:
        """An event without a time, for a process to wait on; `fire` lets it go on."""
        return Due(self, None)

    def schedule(self, event: simpy.Event, priority: int = 1, delay: float = 0) -> None:
        """Schedule as SimPy does; the good end of a process that nobody waits for is no event."""
        if isinstance(event, simpy.Process) and event.ok and not event.callbacks:
            event.callbacks = None  # type: ignore[assignment]  # processed, as SimPy marks it
            return
        super().schedule(event, priority, delay)  # type: ignore[arg-type]  # SimPy wants its enum

    def _watch(self, kind: Moment, id: int) -> None:
        if self._instant != self._now:
            self._instant, self._crowd = self._now, 0
        self._crowd += 1
        if self._crowd > MAX_EVENTS_AT_ONE_INSTANT:
            raise EngineError(
                f"more than {MAX_EVENTS_AT_ONE_INSTANT:,} events at minute {self._now}; the last "
                f"was {kind.name} of {id}. Is there a loop of zero service and zero delay?"
            )


def fire(event: simpy.Event) -> None:
    """Let those who wait for an event go on now, within the current event."""
    callbacks, event.callbacks = event.callbacks, None  # type: ignore[assignment]  # as SimPy's step
    for callback in callbacks:
        callback(event)
