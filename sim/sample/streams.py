"""Random numbers by hashing: a stream for each column, class, depth and replication.

A number is a hash of what it is for: seed, replication, class, request, depth of its path
and column. So a new column, a changed lever or a changed plan disturbs no other draw, two
plans on the same tables are compared under common random numbers, and only the numbers
that are needed are made, in whatever order and however many at a time.

References
----------
Counters instead of state: Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as
easy as 1, 2, 3". The hash is the output function of SplitMix64: Steele, Lea and Flood 2014,
"Fast splittable pseudorandom number generators". Normal variates: Box and Muller 1958.
"""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from network.law import Source

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Words: TypeAlias = NDArray[np.uint64]

_STEP = np.uint64(0x9E3779B97F4A7C15)
"""Odd, 2^64 over the golden ratio: the distance between two counters."""
_FACTORS = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_SHIFTS = np.uint64(30), np.uint64(27), np.uint64(31)
_ONE = np.uint64(1)
_UNIFORM_BITS, _RADIUS_BITS, _ANGLE_BITS = 53, 40, 24
_RADIANS = np.float32(2 * math.pi / 2**_ANGLE_BITS)


@dataclass(frozen=True, slots=True)
class Streams:
    """The streams of one request class in one replication.

    Parameters
    ----------
    seed, replication : int
    owner : str
        The class; its draws do not depend on any other class.
    """

    seed: int
    replication: int
    owner: str

    def of(self, number: Ints) -> Draws:
        """What is drawn for requests, by their number within the class."""
        key = (self.replication, zlib.crc32(self.owner.encode()))
        start = np.random.SeedSequence(self.seed, spawn_key=key).generate_state(1, np.uint64)
        return Draws(_hashed(number.astype(np.uint64) * _STEP + start))

    def first(self, size: int) -> Draws:
        """What is drawn for the first requests of the class."""
        return self.of(np.arange(size))


@dataclass(frozen=True, slots=True)
class Draws:
    """All that is drawn for some rows, column by column.

    Parameters
    ----------
    state : uint64 array (n,)
        A row's own number, from which its columns are hashed.
    """

    state: Words

    def __len__(self) -> int:
        return len(self.state)

    def __getitem__(self, rows: slice) -> Draws:
        """The draws of rows that stand together; their states are the same memory."""
        return Draws(self.state[rows])

    def of(self, rows: Ints) -> Draws:
        """The draws of some of these rows."""
        return Draws(self.state.take(rows))

    def at(self, depth: int | NDArray[np.int16]) -> Draws:
        """The draws of these requests' visits at a depth of their paths, one for each row."""
        counter = np.atleast_1d(np.asarray(depth, dtype=np.uint64)) + _ONE
        return Draws(_hashed(self.state + counter * _STEP))

    def draw(self, column: str, source: Source) -> Floats:
        """Standard variates of a column, one for each row.

        Uniform ones are below 1, exponential ones at most 37, normal ones within 7.5.
        """
        match source:
            case Source.UNIFORM:
                return self.uniform(column)
            case Source.EXPONENTIAL:
                return np.asarray(-np.log(_fractions(self._bits(column, source), _UNIFORM_BITS)))
            case Source.NORMAL:
                bits = self._bits(column, source)
                radius = np.sqrt(-2.0 * np.log(_fractions(bits, _RADIUS_BITS)))
                angle = (bits & np.uint64(2**_ANGLE_BITS - 1)).astype(np.float32) * _RADIANS
                # in single precision, which is as fine as the angle's 24 bits
                return np.asarray(radius * np.cos(angle))
            case Source.NONE:
                return np.zeros(len(self.state))

    def uniform(self, column: str) -> Floats:
        """Uniform variates of a column in [0, 1)."""
        bits = self._bits(column, Source.UNIFORM)
        bits >>= np.uint64(64 - _UNIFORM_BITS)
        return bits * np.float64(2.0**-_UNIFORM_BITS)

    def _bits(self, column: str, source: Source) -> Words:
        return _hashed(self.state + _column_key(f"{column}:{source.value}"))


@cache
def _column_key(name: str) -> np.uint64:
    """Where the column of a name stands; never from `hash`, which differs between processes."""
    key: np.uint64 = np.random.SeedSequence(zlib.crc32(name.encode())).generate_state(1, np.uint64)[
        0
    ]
    return key


def _hashed(words: Words) -> Words:
    """SplitMix64's output function; it works in place."""
    words ^= words >> _SHIFTS[0]
    words *= _FACTORS[0]
    words ^= words >> _SHIFTS[1]
    words *= _FACTORS[1]
    words ^= words >> _SHIFTS[2]
    return words


def _fractions(bits: Words, count: int) -> Floats:
    """The highest bits of each word as a number in (0, 1]."""
    return ((bits >> np.uint64(64 - count)) + _ONE) * np.float64(2.0**-count)
