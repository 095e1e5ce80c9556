"""The work of a study, in chunks of about a second.

A chunk holds several points if these are small, and a large point lies in several chunks.
Which replications share a chunk depends on the points alone, not on clocks or cores.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from network.quantity import MINUTES_PER_HOUR
from sim.engines import LARGE, Engine
from sim.sample.arrivals import requests_per_hour
from study.points import Point

CHUNK_S = 1.0
"""Work of a chunk, by estimate."""
_POINT_S = 0.02
_REPLICATION_S = 0.003
_REQUEST_S = {Engine.COMPILED: 1e-6, Engine.SIMPY: 1e-4}


@dataclass(frozen=True, slots=True)
class Portion:
    """Some replications of a point.

    Parameters
    ----------
    place : int
        Of the point in its study.
    point : Point
    numbers : tuple of int
    """

    place: int
    point: Point
    numbers: tuple[int, ...]


Chunk = tuple[Portion, ...]


def expected_requests(point: Point) -> float:
    """Requests in a replication."""
    hours = point.window.end / MINUTES_PER_HOUR
    return hours * sum(requests_per_hour(point.network, one) for one in point.network.classes)


def expected_seconds(portions: Iterable[Portion], engine: Engine) -> float:
    """Work of some portions on one core."""
    return sum(_POINT_S + len(one.numbers) * _replication_s(one, engine) for one in portions)


def _replication_s(portion: Portion, engine: Engine) -> float:
    return _REPLICATION_S + _REQUEST_S[engine] * expected_requests(portion.point)


def in_chunks(portions: Iterable[Portion], engine: Engine) -> list[Chunk]:
    """Replications in chunks of about a second, in their order."""
    chunks: list[Chunk] = []
    open_chunk: list[Portion] = []
    filled = 0.0
    for portion in portions:
        each = _replication_s(portion, engine)
        numbers = portion.numbers
        while numbers:
            room = int((CHUNK_S - filled - _POINT_S) / each)
            whole = _POINT_S + each * len(numbers)
            apart = filled >= CHUNK_S / 2 and whole <= CHUNK_S  # a point is laid out once
            if open_chunk and (room < 1 or (apart and room < len(numbers))):
                chunks.append(tuple(open_chunk))
                open_chunk, filled = [], 0.0
                continue
            taken, numbers = numbers[: max(1, room)], numbers[max(1, room) :]
            open_chunk.append(Portion(portion.place, portion.point, taken))
            filled += _POINT_S + each * len(taken)
    return [*chunks, tuple(open_chunk)] if open_chunk else chunks


def choose(engine: Engine, points: Sequence[Point]) -> Engine:
    """The engine for all points together: SimPy where loading the kernel would not pay."""
    if Engine(engine) is not Engine.AUTO:
        return Engine(engine)
    total = 0.0
    for point in points:
        total += expected_requests(point) * point.replications
        if total >= LARGE:
            return Engine.COMPILED
    return Engine.SIMPY
