"""Shifts, breaks and opening hours -> the moments at which duty changes.

Opening hours are cut into duty: an agent is on duty while both his shift runs and his
site is open. Touching shifts are merged, so a change of shift is no event.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from network.model import Network
from network.people import Pool
from network.quantity import MINUTES_PER_DAY, MINUTES_PER_WEEK

Interval = tuple[float, float]

ALWAYS: tuple[Interval, ...] = ((-MINUTES_PER_WEEK, float("inf")),)


@dataclass(frozen=True, slots=True)
class Duty:
    """When the agents of a pool are on duty.

    Parameters
    ----------
    intervals : tuple of (float, float)
        Half-open, sorted, disjoint; minutes since the start, from a week before it.
    breaks : tuple of (float, float)
        Start and length, each strictly inside an interval.
    """

    intervals: tuple[Interval, ...]
    breaks: tuple[Interval, ...]

    def minutes(self, start: float, end: float) -> float:
        """Duty minutes in a window, breaks included (they are paid)."""
        return sum(max(0.0, min(b, end) - max(a, start)) for a, b in self.intervals)


def week_start(network: Network) -> float:
    """Minutes of the Monday 00:00 at or before the start (0 or negative)."""
    return -network.settings.start.weekday() * MINUTES_PER_DAY


def opening(network: Network, calendar: str | None, horizon: float) -> tuple[Interval, ...]:
    """Half-open intervals in which a calendar is open, from a week before the start."""
    if calendar is None:
        return ALWAYS
    rows = [row for row in network.calendars if row.calendar_id == calendar]
    return merged(_spans(network, [(row.days, row.opens, row.closes) for row in rows], horizon))


def duty_of(network: Network, pool: Pool, horizon: float) -> Duty:
    """Duty of a pool's agents: its shift, cut by the opening hours of its site."""
    site = next(site for site in network.sites if site.site_id == pool.site)
    hours = opening(network, site.calendar, horizon)
    if pool.shift is None:
        return Duty(hours, ())
    rows = [row for row in network.shifts if row.shift_id == pool.shift]
    shifts = merged(_spans(network, [(row.days, row.starts, row.ends) for row in rows], horizon))
    intervals = tuple(intersected(shifts, hours))
    breaks = sorted(
        (start + (begins - row.starts) % MINUTES_PER_DAY, length)
        for row in rows
        for start, _ in _spans(network, [(row.days, row.starts, row.ends)], horizon)
        for begins, length in row.breaks
    )
    return Duty(intervals, tuple(_breaks_inside(breaks, intervals)))


def merged(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """Sorted disjoint intervals; overlapping and touching ones become one.

    Examples
    --------
    >>> merged([(8, 12), (12, 16), (20, 22)])
    ((8, 16), (20, 22))
    """
    result: list[Interval] = []
    for start, end in sorted(intervals):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return tuple(result)


def intersected(first: Sequence[Interval], second: Sequence[Interval]) -> Iterable[Interval]:
    """Where both of two sorted sequences of disjoint intervals hold.

    Examples
    --------
    >>> list(intersected([(0, 10), (20, 30)], [(5, 25)]))
    [(5, 10), (20, 25)]
    """
    i = j = 0
    while i < len(first) and j < len(second):
        start, end = max(first[i][0], second[j][0]), min(first[i][1], second[j][1])
        if start < end:
            yield start, end
        if first[i][1] < second[j][1]:
            i += 1
        else:
            j += 1


def _spans(
    network: Network, rows: Iterable[tuple[tuple[int, ...], float, float]], horizon: float
) -> list[Interval]:
    """Weekly rows unrolled from a week before the start until the horizon."""
    monday = week_start(network)
    weeks = int((horizon - monday) // MINUTES_PER_WEEK) + 2
    spans = []
    for days, begins, ends in rows:
        length = (ends - begins) % MINUTES_PER_DAY or MINUTES_PER_DAY
        for week in range(-1, weeks):
            for day in days:
                start = monday + week * MINUTES_PER_WEEK + day * MINUTES_PER_DAY + begins
                spans.append((start, start + length))
    return spans


def _breaks_inside(breaks: Sequence[Interval], duty: Sequence[Interval]) -> Iterable[Interval]:
    """Breaks that start strictly inside duty, cut at its end."""
    i = 0
    for start, length in breaks:
        while i < len(duty) and duty[i][1] <= start:
            i += 1
        if i < len(duty) and duty[i][0] < start:
            yield start, min(length, duty[i][1] - start)
