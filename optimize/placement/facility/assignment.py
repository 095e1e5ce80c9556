"""Compiled search for who serves whom within the capacities of given sites."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_PENALTIES = 20


@njit(cache=True, nogil=True)
def _choices(
    cost: Floats, demand: float, room: Floats, whole: bool, zone: int
) -> tuple[int, float, float]:
    """Cheapest site with room, its cost and that of the second; no site: -1."""
    first, second, site = np.inf, np.inf, -1
    for j in range(len(room)):
        fits = demand <= room[j] if whole else room[j] > 1e-9 or demand == 0.0
        if fits and cost[j, zone] < first:
            first, second, site = cost[j, zone], first, j
        elif fits and cost[j, zone] < second:
            second = cost[j, zone]
    return site, first, second


@njit(cache=True, nogil=True)
def assign_by_regret(
    cost: Floats, demand: Floats, capacity: Floats, whole: bool, share: Floats
) -> bool:
    """Serve first the zone that would lose most by its second choice; False if stuck.

    ``share`` (sites, zones), zero at first, receives the shares. Zones are served by the
    room that is left in turn, or whole: one that fits nowhere overloads its cheapest site.
    """
    zones = cost.shape[1]
    room, left = capacity.copy(), np.ones(zones)
    while True:
        zone, best_site, most = -1, -1, -np.inf
        for i in range(zones):
            if left[i] <= 1e-12:
                continue
            site, first, second = _choices(cost, demand[i], room, whole, i)
            if site < 0 and whole:
                site = int(np.argmin(cost[:, i]))
            if site < 0 or not np.isfinite(cost[site, i]):
                return False
            regret = second - first if second < np.inf else 1e200 * (1.0 + demand[i])
            if regret > most:
                zone, best_site, most = i, site, regret
        if zone < 0:
            return True
        part = left[zone]
        if not whole and demand[zone] * part > room[best_site]:
            part = room[best_site] / demand[zone]
        share[best_site, zone] += part
        left[zone] -= part
        room[best_site] -= part * demand[zone]


@njit(cache=True, nogil=True)
def _overload(room: float) -> float:
    return -room if room < 0.0 else 0.0


@njit(cache=True, nogil=True)
def _best_shifts(cost: Floats, demand: Floats, penalty: float, of: Ints, room: Floats) -> None:
    """Move zones and exchange pairs of zones until none gains, overload at its penalty."""
    sites, zones = cost.shape
    better = True
    while better:
        better = False
        for i in range(zones):
            for j in range(sites):
                a = of[i]
                if j == a or not np.isfinite(cost[j, i]):
                    continue
                spill = _overload(room[a] + demand[i]) + _overload(room[j] - demand[i])
                spill -= _overload(room[a]) + _overload(room[j])
                if cost[j, i] - cost[a, i] + penalty * spill < -1e-9 * (1.0 + cost[a, i]):
                    room[a] += demand[i]
                    room[j] -= demand[i]
                    of[i] = j
                    better = True
            for k in range(i):
                a, b = of[i], of[k]
                now, then = cost[a, i] + cost[b, k], cost[b, i] + cost[a, k]
                if a == b or not np.isfinite(then):
                    continue
                more = demand[i] - demand[k]
                spill = _overload(room[a] + more) + _overload(room[b] - more)
                spill -= _overload(room[a]) + _overload(room[b])
                if then - now + penalty * spill < -1e-9 * (1.0 + now):
                    of[i], of[k] = b, a
                    room[a] += more
                    room[b] -= more
                    better = True


@njit(cache=True, nogil=True)
def shift_and_swap(cost: Floats, demand: Floats, capacity: Floats, share: Floats) -> bool:
    """Improve whole assignments in place; False if some site stays overloaded.

    Overload is allowed at a penalty that doubles until there is none.
    """
    sites, zones = cost.shape
    of = np.zeros(zones, np.int64)
    room, spread = capacity.copy(), 0.0
    for i in range(zones):
        for j in range(sites):
            if share[j, i] > 0.5:
                of[i] = j
        room[of[i]] -= demand[i]
        spread += cost[of[i], i]
    penalty = spread / max(demand.sum(), 1e-300) / 8 + 1e-9
    for _ in range(_PENALTIES):
        _best_shifts(cost, demand, penalty, of, room)
        spilled = 0.0
        for j in range(sites):
            spilled += _overload(room[j] + 1e-9 * capacity[j])
        if spilled == 0.0:
            break
        penalty *= 2.0
    for i in range(zones):
        for j in range(sites):
            share[j, i] = 1.0 if of[i] == j else 0.0
    return spilled == 0.0
