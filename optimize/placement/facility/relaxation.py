"""Compiled parts of the Lagrangian relaxation of facility location.

With a price u_i for serving zone i (the multiplier of "each zone is served once"), sites
part: site j is worth ``rho_j = f_j + min sum_i (c_ij - u_i) x_ij`` within its capacity, and
the bound is ``sum_i u_i`` plus the cheapest choice of sites. How a site is filled is its
``kind``: without limit, by shares of zones, or by whole zones. All of it is in one file because
Numba's cache of compiled code does not notice edits in others.

References
----------
Horowitz and Sahni (1974), Computing partitions with applications to the knapsack problem,
Journal of the ACM 21(2).
Held, Wolfe and Crowder (1974), Validation of subgradient optimization, Mathematical
Programming 6: the steps.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

UNLIMITED, SHARES, WHOLE = 0, 1, 2
SHUT, FREE, OPEN = -1, 0, 1

_KNAPSACK_NODES = 20_000
_MOMENTUM = 0.3
_PATIENCE = 30
_SMALLEST_STEP = 0.001
_SMOOTHING = 0.1
_PROGRESS = 1e-5


class Part(NamedTuple):
    """Costs and limits of the sites of a part of the search.

    Parameters
    ----------
    cost : float array (sites, zones)
    fixed, capacity : float array (sites,)
    demand : float array (zones,)
    kind : int
        How a site is filled: `UNLIMITED`, `SHARES` or `WHOLE`.
    need : float
        Capacity that the open sites must have together.
    at_least, at_most : int
        Number of open sites.
    """

    cost: Floats
    fixed: Floats
    capacity: Floats
    demand: Floats
    kind: int
    need: float
    at_least: int
    at_most: int


@njit(cache=True, nogil=True)
def _fill_shares(profit: Floats, weight: Floats, room: float, first: int) -> float:
    """Most profit of shares of the items from one on: more than that of whole items."""
    value = 0.0
    for k in range(first, len(profit)):
        if weight[k] > room:
            return float(value + room * profit[k] / weight[k])
        value += profit[k]
        room -= weight[k]
    return value


@njit(cache=True, nogil=True)
def fill_whole(profit: Floats, weight: Floats, room: float, taken: Bools) -> float:
    """Most profit of whole items within the room; items by falling profit per weight.

    Depth-first search of Horowitz and Sahni. Returns an upper bound instead of the
    optimum where the search grows too long; ``taken`` is then the best known filling.
    """
    count = len(profit)
    held = np.zeros(count, np.bool_)
    best, value, root_bound = -1.0, 0.0, 0.0
    k = nodes = 0
    while True:
        nodes += 1
        bound = value + _fill_shares(profit, weight, room, k)
        if nodes == 1:
            root_bound = bound
        if bound > best * (1 + 1e-12) or best < 0.0:
            if nodes > _KNAPSACK_NODES:
                return root_bound
            while k < count:
                if weight[k] <= room:
                    held[k] = True
                    room -= weight[k]
                    value += profit[k]
                k += 1
            if value > best:
                best = value
                for i in range(count):
                    taken[i] = held[i]
        k -= 1
        while k >= 0 and not held[k]:
            k -= 1
        if k < 0:
            return best
        held[k] = False
        room += weight[k]
        value -= profit[k]
        k += 1


@njit(cache=True, nogil=True)
def _fill_site(
    gain: Floats, demand: Floats, capacity: float, kind: int, take: Floats
) -> tuple[float, float]:
    """Value (<= 0) of a site's best filling, and the price of its capacity.

    ``gain`` is c_ij - u_i; ``take`` receives the share of each zone.
    """
    value, weight = 0.0, 0.0
    count = 0
    for i in range(len(gain)):
        take[i] = 1.0 if gain[i] < 0.0 else 0.0
        if gain[i] < 0.0:
            value += gain[i]
            weight += demand[i]
            count += 1
    if weight <= capacity:
        return value, 0.0
    chosen, rate, at = np.zeros(count, np.int64), np.zeros(count), 0
    for i in range(len(gain)):
        if gain[i] < 0.0:
            take[i] = 0.0
            chosen[at] = i
            rate[at] = gain[i] / demand[i] if demand[i] > 0.0 else -np.inf
            at += 1
    chosen = chosen[np.argsort(rate, kind="mergesort")]
    room, price, value = capacity, 0.0, 0.0
    for k in range(count):
        i = chosen[k]
        if demand[i] > room:
            price = -gain[i] / demand[i]
            value -= price * room
            take[i] = room / demand[i]
            break
        room -= demand[i]
        value += gain[i]
        take[i] = 1.0
    if kind == WHOLE:
        profit, size, taken = np.zeros(count), np.zeros(count), np.zeros(count, np.bool_)
        for k in range(count):
            profit[k], size[k] = -gain[chosen[k]], demand[chosen[k]]
        value = -fill_whole(profit, size, capacity, taken)
        for k in range(count):
            take[chosen[k]] = 1.0 if taken[k] else 0.0
    return value, price


@njit(cache=True, nogil=True)
def _worth_of_sites(
    part: Part, status: Ints, u: Floats, rho: Floats, price: Floats, take: Floats
) -> None:
    """Worth rho_j of every site that is not shut, the price of its capacity, its filling."""
    gains = np.zeros(len(u))
    for j in range(len(part.fixed)):
        if status[j] == SHUT:
            rho[j] = 0.0
            continue
        if part.kind == UNLIMITED:
            value = 0.0
            row = part.cost[j]
            for i in range(len(u)):
                gain = row[i] - u[i]
                value += gain if gain < 0.0 else 0.0
        else:
            for i in range(len(u)):
                gains[i] = part.cost[j, i] - u[i]
            value, price[j] = _fill_site(gains, part.demand, part.capacity[j], part.kind, take[j])
        rho[j] = part.fixed[j] + value


@njit(cache=True, nogil=True)
def _choose_sites(part: Part, rho: Floats, status: Ints, chosen: Bools) -> float:
    """Cheapest choice of sites by worth: within their number, or of enough capacity.

    Only the dearer of the two limits counts, which is a relaxation. Infinite where no
    choice exists.
    """
    count, opened, shut = 0, 0, 0
    for j in range(len(rho)):
        chosen[j] = status[j] == OPEN or (status[j] == FREE and rho[j] < 0.0)
        count += chosen[j]
        opened += status[j] == OPEN
        shut += status[j] == SHUT
    if count < part.at_least or count > part.at_most:
        worth = np.zeros(len(rho))
        for j in range(len(rho)):
            worth[j] = rho[j] if status[j] == FREE else np.inf
        order = np.argsort(worth, kind="mergesort")
        number = min(max(count, part.at_least), part.at_most) - opened
        if number < 0 or number > len(rho) - opened - shut:
            return np.inf
        for j in range(len(rho)):
            chosen[j] = status[j] == OPEN
        for k in range(number):
            chosen[order[k]] = True
    value, room = 0.0, 0.0
    for j in range(len(rho)):
        if chosen[j]:
            value += rho[j]
            room += part.capacity[j]
    if room < part.need:
        return max(value, _choose_for_capacity(part, rho, status, value, chosen))
    return value


@njit(cache=True, nogil=True)
def _choose_for_capacity(
    part: Part, rho: Floats, status: Ints, least: float, chosen: Bools
) -> float:
    """Cheapest choice of sites that together have the capacity asked.

    It is marked where it costs at least the choice that is marked already.
    """
    value, room = 0.0, 0.0
    for j in range(len(rho)):
        if status[j] != SHUT:
            value += rho[j]
            room += part.capacity[j]
    if room < part.need * (1 - 1e-12):
        return np.inf
    rate = np.zeros(len(rho))
    count = 0
    for j in range(len(rho)):
        droppable = status[j] == FREE and rho[j] >= 0.0
        count += droppable
        rate[j] = -rho[j] / max(part.capacity[j], 1e-300) if droppable else np.inf
    kept = np.argsort(rate, kind="mergesort")[:count]
    worth, size, dropped = np.zeros(count), np.zeros(count), np.zeros(count, np.bool_)
    for k in range(count):
        worth[k], size[k] = rho[kept[k]], part.capacity[kept[k]]
    value -= fill_whole(worth, size, max(room - part.need, 0.0), dropped)
    if value >= least:
        for j in range(len(rho)):
            chosen[j] = status[j] != SHUT
        for k in range(len(kept)):
            if dropped[k]:
                chosen[kept[k]] = False
    return value


@njit(cache=True, nogil=True)
def _slope(part: Part, chosen: Bools, take: Floats, u: Floats, slope: Floats) -> None:
    """How far each zone is from being served once."""
    for i in range(len(u)):
        slope[i] = 1.0
    for j in range(len(chosen)):
        if not chosen[j]:
            continue
        for i in range(len(u)):
            if part.kind == UNLIMITED:
                slope[i] -= 1.0 if part.cost[j, i] < u[i] else 0.0
            else:
                slope[i] -= take[j, i]


@njit(cache=True, nogil=True)
def _copy(values: Floats, into: Floats) -> None:
    for i in range(len(values)):
        into[i] = values[i]


@njit(cache=True, nogil=True)
def ascend(
    part: Part, status: Ints, u: Floats, least_u: Floats, target: float, enough: float,
    iterations: int, scale: float, open_share: Floats,
) -> tuple[float, float]:  # fmt: skip
    """Raise the bound by subgradient steps from prices u; the best prices are left in u.

    Prices never fall below ``least_u``, each zone's cheapest service, where the bound
    cannot gain. Steps aim at the target and shrink when the bound is stuck; they stop
    early at a bound that is enough. ``open_share`` receives the smoothed choice of sites,
    which says where to branch. Returns the bound and the step scale reached.
    """
    sites, zones = part.cost.shape
    rho, price = np.zeros(sites), np.zeros(sites)
    take = np.zeros((sites if part.kind != UNLIMITED else 1, zones))
    chosen = np.zeros(sites, np.bool_)
    best_u, slope, along = u.copy(), np.zeros(zones), np.zeros(zones)
    best, stuck = -np.inf, 0
    for iteration in range(iterations):
        _worth_of_sites(part, status, u, rho, price, take)
        value = _choose_sites(part, rho, status, chosen) + u.sum()
        stuck += 1
        if value > best:
            stuck = 0 if value > best + _PROGRESS * abs(target - best) else stuck
            best = value
            _copy(u, best_u)
        _slope(part, chosen, take, u, slope)
        for j in range(sites):
            weight = _SMOOTHING if iteration else 1.0
            open_share[j] += weight * (chosen[j] - open_share[j])
        if stuck >= _PATIENCE:
            stuck = 0
            scale *= 0.5
            _copy(best_u, u)
        length = 0.0
        for i in range(zones):
            downhill = slope[i] < 0.0 and u[i] <= least_u[i]
            along[i] = (0.0 if downhill else slope[i]) + _MOMENTUM * along[i]
            length += along[i] * along[i]
        if best >= enough or length < 1e-12 or scale < _SMALLEST_STEP or not np.isfinite(value):
            break
        step = scale * (target - value) / length
        for i in range(zones):
            u[i] = max(least_u[i], u[i] + step * along[i])
    _copy(best_u, u)
    return best, scale


@njit(cache=True, nogil=True)
def bounds_if_forced(
    part: Part, status: Ints, u: Floats, if_open: Floats, if_shut: Floats, if_served: Floats
) -> None:
    """Bounds with a site forced open or shut, or a pair (site, zone) forced to be served.

    The bound of a pair uses the reduced cost ``c_ij - u_i + price_j d_i`` of the
    continuous filling of the site, which is worth no more than its true filling.
    """
    sites, zones = part.cost.shape
    rho, price = np.zeros(sites), np.zeros(sites)
    take = np.zeros((sites if part.kind != UNLIMITED else 1, zones))
    chosen = np.zeros(sites, np.bool_)
    _worth_of_sites(part, status, u, rho, price, take)
    total = u.sum()
    for j in range(sites):
        was = status[j]
        if_shut[j] = if_open[j] = np.inf
        if was != SHUT:
            status[j] = OPEN
            if_open[j] = total + _choose_sites(part, rho, status, chosen)
        if was != OPEN:
            status[j] = SHUT
            if_shut[j] = total + _choose_sites(part, rho, status, chosen)
        status[j] = was
        relaxed = part.fixed[j] - (price[j] * part.capacity[j] if price[j] > 0.0 else 0.0)
        for i in range(zones):
            relaxed += min(0.0, part.cost[j, i] - u[i] + price[j] * part.demand[i])
        for i in range(zones):
            reduced = max(0.0, part.cost[j, i] - u[i] + price[j] * part.demand[i])
            if_served[j, i] = if_open[j] + max(0.0, relaxed + reduced - rho[j])
