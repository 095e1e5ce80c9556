"""Variables of the sample bound: at which moments a visit may be begun, and what that takes.

What a job that begins at s and takes w minutes asks of each bucket of time is piecewise linear in
s, with kinks where s or s + w is an edge of a bucket. So its profile at any s is a convex
combination of the profiles at the two kinks beside it (same w), and columns at the kinks alone
lose nothing. The way depends on the hour: each hour of departure has its own kinks, with the
least way back that any departure of that hour may meet.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from optimize.bounds.sample_visits import Joined

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Spans = list[tuple[float, float]]

HOUR = 60.0
SHORT_MIN = 90.0
"""Patience up to which every possible start is a column of its own."""


@dataclass
class Starts:
    """Columns as they are found; lives only while a program is built.

    Parameters
    ----------
    visit, ground : list of int
    begins, lasts : list of float
        Minutes; what lasts 0 minutes asks for nothing.
    out, ways : list of float
        Way out, and out and back, minutes.
    """

    visit: list[Ints] = field(default_factory=list)
    ground: list[Ints] = field(default_factory=list)
    begins: list[Floats] = field(default_factory=list)
    lasts: list[Floats] = field(default_factory=list)
    out: list[Floats] = field(default_factory=list)
    ways: list[Floats] = field(default_factory=list)

    def add(self, visit: int, ground: int, begins: Floats, lasts: float, out: float,
            ways: float) -> None:  # fmt: skip
        """Columns of one visit in one hour."""
        count = len(begins)
        self.visit.append(np.full(count, visit))
        self.ground.append(np.full(count, ground))
        self.begins.append(begins)
        for to, value in ((self.lasts, lasts), (self.out, out), (self.ways, ways)):
            to.append(np.full(count, value))

    def joined(self) -> tuple[Ints, Ints, Floats, Floats, Floats, Floats]:
        """All of them as arrays, in the order of the parameters."""
        none = [np.zeros(0)]
        visit, ground = (np.concatenate([np.zeros(0, np.int64), *one])
                         for one in (self.visit, self.ground))  # fmt: skip
        rest = (self.begins, self.lasts, self.out, self.ways)
        begins, lasts, out, ways = (np.concatenate([*none, *one]) for one in rest)
        return visit, ground, begins, lasts, out, ways


@dataclass(frozen=True)
class Road:
    """How long ways take.

    Parameters
    ----------
    factor : float array (168,)
        By hour of the week.
    offset : float
        Minutes from Monday 00:00 to the start.
    """

    factor: Floats
    offset: float

    def at(self, time: float) -> float:
        """Factor of a departure."""
        return float(self.factor[int((time + self.offset) // HOUR) % len(self.factor)])

    def least(self, low: float, high: float) -> float:
        """Least factor of departures in an interval."""
        hours = np.arange(int((low + self.offset) // HOUR), int((high + self.offset) // HOUR) + 1)
        return float(self.factor[hours % len(self.factor)].min())

    def hours(self, low: float, high: float) -> Spans:
        """An interval cut at full hours."""
        first = (np.floor((low + self.offset) / HOUR) + 1) * HOUR - self.offset
        edges = [low, *np.arange(first, high, HOUR).tolist(), high]
        return list(pairwise(edges)) if high > low else [(low, high)]


def until(visits: Joined, row: int) -> float:
    """Last start that has a column of its own; before the visit's joining: none has."""
    patience = float(visits.patience[row])
    joined = float(visits.joined[row])
    limits = visits.deadline[row]
    last = float(np.nanmax(limits)) if not np.isnan(limits).all() else -np.inf
    return joined + patience if patience <= SHORT_MIN else min(last, joined + patience)


def add_starts(
    starts: Starts, visits: Joined, row: int, ground: int, spans: Spans, way: float, road: Road,
    bucket: tuple[float, float], cut: float,
) -> None:  # fmt: skip
    """Columns of a visit at a ground.

    Parameters
    ----------
    spans : list of (float, float)
        When anybody able is on duty.
    way : float
        Minutes of the way without the factor of the hour.
    bucket : tuple of float
        Start and length of the buckets of time.
    cut : float
        Longer jobs count as so long.
    """
    joined, service = float(visits.joined[row]), float(visits.service[row])
    last, limits = until(visits, row), visits.deadline[row]
    limits = limits[~np.isnan(limits)]
    for on, off in spans:
        if off < joined:
            continue
        if on > last:
            break
        low, high = max(on, joined), min(off, last)
        for a, b in road.hours(low, high) if way > 0 else [(low, high)]:
            out = way * road.at((a + b) / 2)
            back = way * road.least(a + out + service, b + out + service) if way > 0 else 0.0
            lasts = min(out + service + back, cut)
            points = _kinks(a, b, lasts, *bucket)
            by = limits - out
            points = np.concatenate([points, by[(by > a) & (by < b)]])
            starts.add(row, ground, np.unique(points), lasts, out, out + back)


def _kinks(low: float, high: float, lasts: float, first: float, step: float) -> Floats:
    """Where the profile of a job bends, and both ends."""
    found = [np.array([low, high])]
    for shift in (0.0, lasts):
        begin = np.floor((low + shift - first) / step) + 1
        end = np.ceil((high + shift - first) / step)
        found.append(first + step * np.arange(begin, end) - shift)
    return np.concatenate(found)


def profile(
    begins: Floats, lasts: Floats, first: float, step: float, count: int
) -> tuple[Ints, Ints, Floats]:
    """Minutes that jobs ask of buckets: job, bucket, minutes of each pair that meets.

    Examples
    --------
    >>> job, bucket, minutes = profile(np.array([5.0]), np.array([12.0]), 0.0, 10.0, 9)
    >>> bucket, minutes
    (array([0, 1]), array([5., 7.]))
    """
    low = np.floor((begins - first) / step).astype(np.int64)
    high = np.minimum(np.ceil((begins + lasts - first) / step).astype(np.int64), count)
    many = np.maximum(high - low, 0)
    job = np.repeat(np.arange(len(begins)), many)
    bucket = np.arange(len(job)) - np.repeat(np.cumsum(many) - many, many) + low[job]
    edge = first + step * bucket
    minutes = np.minimum(edge + step, (begins + lasts)[job]) - np.maximum(edge, begins[job])
    keep = minutes > 1e-9
    return job[keep], bucket[keep], minutes[keep]
