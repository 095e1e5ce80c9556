"""Statistics by group: means, shares and percentiles of columns with group codes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Grouping:
    """One dimension: a group for every row.

    Parameters
    ----------
    keys : tuple of str
        Names of the groups.
    code : int array (rows,)
        Group of each row; -1: none.
    """

    keys: tuple[str, ...]
    code: Ints

    def among(self, rows: Bools) -> Grouping:
        """The grouping of some of the rows."""
        return Grouping(self.keys, self.code[rows])

    def count(self) -> Floats:
        """Rows in each group."""
        return np.bincount(self.code[self.code >= 0], minlength=len(self.keys)).astype(np.float64)

    def total(self, values: Floats) -> Floats:
        """Sum in each group."""
        known = self.code >= 0
        return sums(self.code[known], values[known], len(self.keys))

    def mean(self, values: Floats) -> Floats:
        """Mean in each group; NaN for an empty one."""
        return ratio(self.total(values), self.count())

    def percentiles(self, values: Floats, shares: tuple[float, ...]) -> list[Floats]:
        """Quantiles (type 7, linear) in each group; NaN for an empty one."""
        known = self.code >= 0
        code, x = self.code[known], values[known]
        order = np.lexsort((x, code))
        x = x[order]
        size = np.bincount(code, minlength=len(self.keys))
        first = np.concatenate([[0], np.cumsum(size)[:-1]])
        result = []
        for share in shares:
            place = np.maximum(size - 1, 0) * share
            low = np.floor(place).astype(np.int64)
            high = np.minimum(low + 1, np.maximum(size - 1, 0))
            quantile = np.full(len(size), np.nan)
            filled = size > 0
            a = x[(first + low)[filled]]
            b = x[(first + high)[filled]]
            quantile[filled] = a + (b - a) * (place - low)[filled]
            result.append(quantile)
        return result


def sums(code: Ints, values: Floats, size: int) -> Floats:
    """Sum of the values of each code from 0 to ``size - 1``, in the order of the rows."""
    return np.bincount(code, values, size).astype(np.float64)


def ratio(part: Floats, whole: Floats) -> Floats:
    """``part / whole``; NaN where the whole is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(whole > 0, part / whole, np.nan)
