"""Good plans fast: a sampled greedy start, then vertex interchange until nothing improves.

References
----------
Whitaker (1983), A fast algorithm for the greedy interchange for large-scale clustering and
median location problems, INFOR 21(2): an entering site finds its best leaving site in one
pass over the zones.
Resende and Werneck (2004), A hybrid heuristic for the p-median problem, J. Heuristics 10(1):
the sampled greedy start.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_LEAST_GAIN = 1e-9


@njit(cache=True, nogil=True)
def sampled_greedy(cost: Floats, opened: Bools, candidates: Ints, count: int, seed: int) -> None:
    """Open sites one by one, each the best of a small random sample.

    Parameters
    ----------
    cost : float array (sites, zones)
    opened : bool array (sites,)
        Sites that are open already; those added are marked.
    candidates : int array
        Sites that may be added; shuffled in place.
    count : int
        Sites to add.
    seed : int
    """
    np.random.seed(seed)  # Numba's own generator
    zones = cost.shape[1]
    nearest = np.full(zones, np.inf)
    for j in range(cost.shape[0]):
        if opened[j]:
            for i in range(zones):
                nearest[i] = min(nearest[i], cost[j, i])
    left = len(candidates)
    for k in range(count):
        sample = min(left, max(2, -(-2 * left // (count - k))))
        best, best_at = np.inf, 0
        for s in range(sample):
            at = s + np.random.randint(left - s)
            candidates[s], candidates[at] = candidates[at], candidates[s]
            total = 0.0
            for i in range(zones):
                total += min(nearest[i], cost[candidates[s], i])
            if total < best:
                best, best_at = total, s
        j = candidates[best_at]
        opened[j] = True
        for i in range(zones):
            nearest[i] = min(nearest[i], cost[j, i])
        left -= 1
        candidates[best_at] = candidates[left]
        candidates[left] = j


@njit(cache=True, nogil=True)
def _rank(
    cost: Floats, place: Ints, i: int, first: Ints, second: Ints, d1: Floats, d2: Floats
) -> None:
    """Find the nearest and the second nearest open site of a zone."""
    d1[i], d2[i], second[i] = np.inf, np.inf, -1
    for s in range(len(place)):
        d = cost[place[s], i]
        if d < d1[i]:
            d2[i], second[i] = d1[i], first[i]
            d1[i], first[i] = d, s
        elif d < d2[i]:
            d2[i], second[i] = d, s


@njit(cache=True, nogil=True)
def interchange(cost: Floats, opened: Bools, required: Bools, sweeps: int) -> int:
    """Swap an open for a shut site while that lowers the cost; the first improvement counts.

    Parameters
    ----------
    cost : float array (sites, zones)
    opened : bool array (sites,)
        Improved in place.
    required : bool array (sites,)
        Sites that stay open.
    sweeps : int
        Most looks at every shut site.

    Returns
    -------
    int
        Sweeps left; none left: swaps may remain that improve.
    """
    sites, zones = cost.shape
    place = np.flatnonzero(opened)
    p = len(place)
    first, second = np.zeros(zones, np.int64), np.zeros(zones, np.int64)
    d1, d2 = np.zeros(zones), np.zeros(zones)
    for i in range(zones):
        _rank(cost, place, i, first, second, d1, d2)
    loss = np.zeros(p)
    total = d1.sum()
    since, j = 0, 0
    while since < sites and sweeps > 0:
        if not opened[j]:
            gain = 0.0
            loss[:] = 0.0
            for i in range(zones):
                d = cost[j, i]
                if d < d1[i]:
                    gain += d1[i] - d
                else:
                    loss[first[i]] += min(d, d2[i]) - d1[i]
            out = -1
            for s in range(p):
                if not required[place[s]] and (out < 0 or loss[s] < loss[out]):
                    out = s
            if out >= 0 and gain - loss[out] > _LEAST_GAIN * total:
                opened[place[out]], opened[j] = False, True
                place[out] = j
                for i in range(zones):
                    if first[i] == out or second[i] == out or cost[j, i] < d2[i]:
                        _rank(cost, place, i, first, second, d1, d2)
                total = d1.sum()
                since = 0
        since += 1
        j += 1
        if j == sites:
            j = 0
            sweeps -= 1
    return sweeps
