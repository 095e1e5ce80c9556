"""Which of several shares a random number falls into."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.sample.streams import Draws

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Shares:
    """Shares laid end to end, with a guide to where each of them lies.

    Parameters
    ----------
    weights : sequence of float (k,)
        At least one is positive.

    References
    ----------
    Chen and Asau 1974, "On generating random variates from an empirical distribution": an
    index of equal steps says where to begin to look.
    """

    def __init__(self, weights: Sequence[float] | Floats) -> None:
        self._ends = np.cumsum(weights)
        self._total = float(self._ends[-1])
        steps = 1 << (2 * len(self._ends) - 1).bit_length()
        begins = np.arange(steps) * (self._total / steps)
        self._guide = np.searchsorted(self._ends, begins, side="right")
        self._ends[-1] = np.inf  # rounding leaves nobody without a share

    def pick(self, draws: Draws, column: str) -> Ints:
        """Index of the share that each row draws by a uniform number of a column."""
        if len(self._ends) == 1:
            return np.zeros(len(draws), dtype=np.int64)
        uniform = draws.uniform(column)
        found = self._guide.take((uniform * len(self._guide)).astype(np.int64))
        uniform *= self._total
        low = np.flatnonzero(self._ends.take(found) <= uniform)
        while len(low):
            found[low] += 1
            low = low[self._ends.take(found[low]) <= uniform[low]]
        return found
