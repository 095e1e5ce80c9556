"""Travel and candidate sites for the SimPy engine: look-ups in plain Python lists."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar

from sim.engines.state import Job
from sim.layout import Layout

if TYPE_CHECKING:
    from sim.engines.desk import Desk

T = TypeVar("T")


class LateColumn(Generic[T]):
    """A column of a policy's options of which only what is asked for is computed."""

    __slots__ = ("_read",)

    def __init__(self, read: Callable[[int], T]) -> None:
        self._read = read

    def __getitem__(self, position: int, /) -> T:
        return self._read(position)


class AbleIdle:
    """How many able agents are idle at each candidate site, counted when asked for."""

    __slots__ = ("_able", "_desks")

    def __init__(self, desks: list[Desk], able: list[int]) -> None:
        self._desks = desks
        self._able = able

    def __getitem__(self, position: int, /) -> int:
        return (self._desks[position].idle & self._able[position]).bit_count()


class Streets:
    """What a running network needs to know about geography and opening hours."""

    def __init__(self, layout: Layout) -> None:
        reach = layout.reach
        self.zones = len(reach.pair_first) - 1
        self.travels: list[bool] = reach.travels.tolist()
        self.above: list[list[int]] = reach.above.tolist()
        self.pair_site: list[int] = reach.pair_site.tolist()
        self.pair_min: list[float] = reach.pair_min.tolist()
        self._first: list[int] = reach.first.tolist()
        self._pair: list[int] = reach.pair.tolist()
        self._assigned: list[int] = reach.assigned.tolist()
        self._pair_first: list[int] = reach.pair_first.tolist()
        self._hour_factor: list[float] = layout.hour_factor.tolist()
        self._clock_offset = layout.clock_offset
        self._closes: list[float] = layout.sites.closes.tolist()
        self._opens: list[float] = layout.sites.opens.tolist()
        self._interval: list[int] = layout.sites.hours_first[:-1].tolist()
        self._last: list[int] = layout.sites.hours_first[1:].tolist()

    def trip(self, job: Job, departure: float) -> float:
        """Minutes between the zone and the site of a visit, one way, leaving now."""
        hour = int((departure + self._clock_offset) / 60.0) % 168
        return (job.travel_min * self._hour_factor[hour]) * job.travel_factor

    def candidates(self, row: int) -> tuple[list[int], int]:
        """Pairs of the candidate sites of ``group * zones + zone``, and the plan's position."""
        return self._pair[self._first[row] : self._first[row + 1]], self._assigned[row]

    def find_pair(self, zone: int, site: int) -> int:
        """The pair of a zone and a site, or -1."""
        low, high = self._pair_first[zone], self._pair_first[zone + 1]
        pair = bisect_left(self.pair_site, site, low, high)
        return pair if pair < high and self.pair_site[pair] == site else -1

    def is_always_open(self, site: int) -> bool:
        """Whether a site has no calendar."""
        first = self._interval[site]
        return first < self._last[site] and self._closes[first] == math.inf

    def opens_at(self, site: int, now: float) -> float:
        """Now or earlier if the site is open, else its next opening (infinite: never)."""
        last = self._last[site]
        while self._interval[site] < last and self._closes[self._interval[site]] <= now:
            self._interval[site] += 1
        return self._opens[self._interval[site]] if self._interval[site] < last else math.inf
