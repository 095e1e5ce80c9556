"""Duty and opening hours as running totals: how many minutes until any moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.model import Network
from network.promise import Clock
from network.quantity import MINUTES_PER_DAY
from sim.duty import Duty, opening

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_BEYOND_MIN = 28 * MINUTES_PER_DAY
"""Business time is known so long after the horizon, for deadlines that lie beyond it."""


@dataclass(frozen=True, slots=True)
class DutySpans:
    """The intervals of duty of all pools from time 0, pool after pool.

    Parameters
    ----------
    first : int array (pools + 1,)
        Spans of pool p are ``first[p]`` to ``first[p + 1] - 1``.
    start, end : float array (spans,)
        Half-open, sorted and disjoint within a pool, minutes.
    before : float array (spans,)
        Duty minutes of the pool before the span.
    """

    first: Ints
    start: Floats
    end: Floats
    before: Floats

    def minutes(self, start: float, end: float) -> Floats:
        """Duty minutes of each pool in a window that begins at 0 or later, (pools,)."""
        pool = np.repeat(np.arange(len(self.first) - 1), np.diff(self.first))
        inside = np.minimum(self.end, end) - np.maximum(self.start, start)
        minutes = np.bincount(pool, np.maximum(inside, 0.0), len(self.first) - 1)
        return minutes.astype(np.float64)


def duty_spans(duties: Sequence[Duty]) -> DutySpans:
    """Duty of the pools from time 0.

    Parameters
    ----------
    duties : sequence of Duty
        By row of the pools table.

    Examples
    --------
    >>> spans = duty_spans([Duty(((-60.0, 60.0), (100.0, 130.0)), ()), Duty((), ())])
    >>> spans.before.tolist(), spans.minutes(30.0, 110.0).tolist()
    ([0.0, 60.0], [40.0, 0.0])
    """
    spans = [[(max(a, 0.0), b) for a, b in duty.intervals if b > 0] for duty in duties]
    before = [np.cumsum([0.0, *(end - start for start, end in one)])[:-1] for one in spans]
    flat = np.array([span for one in spans for span in one]).reshape(-1, 2)
    return DutySpans(
        first=np.cumsum([0, *map(len, spans)]),
        start=np.ascontiguousarray(flat[:, 0]),
        end=np.ascontiguousarray(flat[:, 1]),
        before=np.concatenate([np.zeros(0), *before]),
    )


@dataclass(frozen=True, slots=True)
class BusinessClock:
    """Calendar minutes <-> business minutes, piecewise linear."""

    calendar: Floats
    business: Floats

    def deadline(self, begins: Floats, within: float) -> Floats:
        """Calendar minute at which so much business time has passed since ``begins``."""
        at = np.interp(begins, self.calendar, self.business) + within
        last = self.business[-1]
        return np.where(at > last, np.inf, np.interp(at, self.business, self.calendar))


def business_clocks(network: Network, horizon: float) -> Mapping[str | None, BusinessClock]:
    """The clock of each calendar by which a promise counts business time."""
    calendars = {one.calendar for one in network.promises if one.clock is Clock.BUSINESS}
    return {one: _clock(opening(network, one, horizon + _BEYOND_MIN)) for one in calendars}


def _clock(hours: Sequence[tuple[float, float]]) -> BusinessClock:
    calendar, business = [0.0], [0.0]
    for start, end in hours:
        if end > 0:
            calendar += [max(start, 0.0), end]
            business += [business[-1], business[-1] + end - max(start, 0.0)]
    return BusinessClock(np.array(calendar), np.array(business))
