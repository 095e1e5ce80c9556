"""Compiled search for good sets of sites without capacity: add, drop and swap.

References
----------
Whitaker (1983), A fast algorithm for the greedy interchange for large-scale clustering and
median location problems, INFOR 21(2): the gain of a swap is that of its two halves plus a
correction over the zones that lose their site.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@njit(cache=True, nogil=True)
def _nearest_two(
    cost: Floats, chosen: Bools, none_cost: float, first: Ints, near: Floats, next_near: Floats
) -> None:
    """Cheapest open site of every zone, its cost and that of the second cheapest."""
    for i in range(len(first)):
        first[i], near[i], next_near[i] = -1, none_cost, none_cost
    for j in range(len(chosen)):
        if not chosen[j]:
            continue
        row = cost[j]
        for i in range(len(first)):
            if row[i] < near[i]:
                next_near[i] = near[i]
                near[i] = row[i]
                first[i] = j
            elif row[i] < next_near[i]:
                next_near[i] = row[i]


@njit(cache=True, nogil=True)
def _gains(row: Floats, first: Ints, near: Floats, next_near: Floats, extra: Floats) -> float:
    """What zones gain by another site, and by zones' present site what its loss then spares."""
    gain = 0.0
    for j in range(len(extra)):
        extra[j] = 0.0
    for i in range(len(row)):
        if row[i] < near[i]:
            gain += near[i] - row[i]
        if first[i] >= 0 and row[i] < next_near[i]:
            extra[first[i]] += next_near[i] - (row[i] if row[i] > near[i] else near[i])
    return gain


@njit(cache=True, nogil=True)
def _best_move(
    cost: Floats, fixed: Floats, removable: Bools, can_add: bool, can_drop: bool,
    chosen: Bools, first: Ints, near: Floats, next_near: Floats, least: float,
) -> tuple[int, int]:  # fmt: skip
    """The addition, removal or swap that gains most, as (site in, site out); -1: none."""
    sites = len(fixed)
    loss, extra = -fixed, np.zeros(sites)
    for i in range(len(first)):
        if first[i] >= 0:
            loss[first[i]] += next_near[i] - near[i]
    best, into, out = least, -1, -1
    for r in range(sites):
        if can_drop and chosen[r] and removable[r] and -loss[r] > best:
            best, into, out = -loss[r], -1, r
    for j in range(sites):
        if chosen[j]:
            continue
        gain = _gains(cost[j], first, near, next_near, extra) - fixed[j]
        if can_add and gain > best:
            best, into, out = gain, j, -1
        for r in range(sites):
            if chosen[r] and removable[r] and gain - loss[r] + extra[r] > best:
                best, into, out = gain - loss[r] + extra[r], j, r
    return into, out


@njit(cache=True, nogil=True)
def improve(
    cost: Floats, fixed: Floats, removable: Bools, at_least: int, at_most: int,
    none_cost: float, chosen: Bools,
) -> None:  # fmt: skip
    """Improve a set of sites in place by the best move until none helps.

    ``none_cost`` is what a zone without any site costs.
    """
    sites, zones = cost.shape
    first = np.zeros(zones, np.int64)
    near, next_near = np.zeros(zones), np.zeros(zones)
    while True:
        _nearest_two(cost, chosen, none_cost, first, near, next_near)
        count, total = 0, near.sum()
        for j in range(sites):
            if chosen[j]:
                count += 1
                total += fixed[j]
        least = 1e-9 * max(1.0, abs(total))
        into, out = _best_move(
            cost, fixed, removable, count < at_most, count > at_least,
            chosen, first, near, next_near, least,
        )  # fmt: skip
        if into < 0 and out < 0:
            return
        if into >= 0:
            chosen[into] = True
        if out >= 0:
            chosen[out] = False
