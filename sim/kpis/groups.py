"""Statistics by group: counts, means and percentiles of columns with group codes.

Codes are narrow integers, so that sorting rows by group is a radix sort; values are sorted
once for all dimensions (see `docs/performance.md`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Codes = NDArray[np.integer]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Grouping:
    """One dimension: a group for every row.

    Parameters
    ----------
    keys : tuple of str
        Names of the groups.
    code : int array (rows,)
        Group of each row; ``len(keys)``: none. See `grouping`.
    """

    keys: tuple[str, ...]
    code: Codes

    def among(self, rows: Bools | Ints) -> Grouping:
        """The grouping of some of the rows."""
        return Grouping(self.keys, self.code[rows])

    def count(self) -> Floats:
        """Rows in each group."""
        size = len(self.keys)
        return np.bincount(self.code, minlength=size + 1)[:size].astype(np.float64)

    def total(self, values: Floats) -> Floats:
        """Sum in each group."""
        size = len(self.keys)
        return sums(self.code, values, size + 1)[:size]

    def mean(self, values: Floats) -> Floats:
        """Mean in each group; NaN for an empty one."""
        return ratio(self.total(values), self.count())


def grouping(keys: tuple[str, ...], code: Codes) -> Grouping:
    """A dimension from codes of any integer type; negative: none."""
    width = np.int16 if len(keys) < np.iinfo(np.int16).max else np.int32
    return Grouping(keys, np.where(code < 0, len(keys), code).astype(width))


def mean_and_percentiles(
    groups: Mapping[str, Grouping], values: Floats, rows: Bools, shares: Sequence[float]
) -> Iterator[tuple[str, tuple[str, ...], Floats, list[Floats]]]:
    """Mean and quantiles of some rows' values by every dimension.

    Parameters
    ----------
    shares : sequence of float
        Quantiles asked for, type 7 of Hyndman and Fan (linear between order statistics).

    Yields
    ------
    dimension, keys, mean, quantiles
        NaN for an empty group.
    """
    chosen = np.flatnonzero(rows)
    ranked = chosen[np.argsort(values[chosen])]
    ordered = values[ranked]
    for name, group in groups.items():
        size = len(group.keys)
        code = group.code[ranked]
        count = np.bincount(code, minlength=size + 1)[:size]
        mean = ratio(sums(code, ordered, size + 1)[:size], count.astype(np.float64))
        x = ordered if size == 1 and count[0] == len(code) else ordered[_by_group(code)]
        yield name, group.keys, mean, _quantiles(x, count, shares)


def _by_group(code: Codes) -> Ints:
    """Rows sorted by group, in their order within a group."""
    return np.argsort(code, kind="stable")


def _quantiles(x: Floats, count: Ints, shares: Sequence[float]) -> list[Floats]:
    """Quantiles of values that are sorted by group, then by value."""
    first = np.concatenate([[0], np.cumsum(count)[:-1]])
    filled = count > 0
    result = []
    for share in shares:
        place = np.maximum(count - 1, 0) * share
        low = np.floor(place).astype(np.int64)
        high = np.minimum(low + 1, np.maximum(count - 1, 0))
        quantile = np.full(len(count), np.nan)
        a, b = x[(first + low)[filled]], x[(first + high)[filled]]
        quantile[filled] = a + (b - a) * (place - low)[filled]
        result.append(quantile)
    return result


def sums(code: Codes, values: Floats, size: int) -> Floats:
    """Sum of the values of each code from 0 to ``size - 1``, in the order of the rows."""
    return np.bincount(code, values, size).astype(np.float64)


def ratio(part: Floats | Ints, whole: Floats | Ints) -> Floats:
    """``part / whole``; NaN where the whole is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(whole > 0, part / whole, np.nan)
