"""Compiled kernels of the lower bound: subgradient ascent on the Lagrangian dual.

Each zone's assignment constraint is relaxed with a multiplier u_i. What remains picks the
p sites of least rho_j = sum_i min(0, c_ij - u_i), and the bound is

    L(u) = sum_i u_i + sum of rho_j over the sites picked,

valid for every u. Sums run over the lists of near sites up to the first cost above u_i.

References
----------
Cornuejols, Fisher, Nemhauser (1977), Location of bank accounts to optimize float,
Management Science 23(8): the relaxation. Held, Wolfe, Crowder (1974), Validation of
subgradient optimization, Math. Programming 6: the step. Barahona and Anbil (2000), The
volume algorithm, Math. Programming 87: shares of the picks estimate the primal solution.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Codes = NDArray[np.int32]
Bools = NDArray[np.bool_]

_FORGET = 0.03
_REAL_GAIN = 1e-5


@njit(cache=True, nogil=True)
def _select(key: Floats, order: Ints, count: int) -> None:
    """Reorder so that the first ``count`` entries have the smallest keys (quickselect)."""
    low, high = 0, len(order) - 1
    while low < high:
        a, b, c = key[order[low]], key[order[(low + high) // 2]], key[order[high]]
        pivot = max(min(a, b), min(max(a, b), c))
        i, j = low, high
        while i <= j:
            while key[order[i]] < pivot:
                i += 1
            while key[order[j]] > pivot:
                j -= 1
            if i <= j:
                order[i], order[j] = order[j], order[i]
                i += 1
                j -= 1
        if count - 1 <= j:
            high = j
        elif count - 1 >= i:
            low = i
        else:
            return


@njit(cache=True, nogil=True)
def _relaxed(
    first: Ints,
    last: Ints,
    site: Codes,
    cost: Floats,
    opened: Ints,
    free: Ints,
    picks: int,
    u: Floats,
    rho: Floats,
) -> float:
    """Solve the relaxed problem: the bound; the picks become the first of ``free``."""
    for j in opened:
        rho[j] = 0.0
    for j in free:
        rho[j] = 0.0
    bound = 0.0
    for i in range(len(u)):
        bound += u[i]
        for k in range(first[i], last[i]):
            less = cost[k] - u[i]
            if less >= 0.0:
                break
            rho[site[k]] += less
    _select(rho, free, picks)
    for j in opened:
        bound += rho[j]
    for s in range(picks):
        bound += rho[free[s]]
    return bound


@njit(cache=True, nogil=True)
def _serve(
    first: Ints,
    last: Ints,
    site: Codes,
    cost: Floats,
    dense: Floats,
    place: Ints,
    picked: Bools,
    u: Floats,
    excess: Floats,
) -> float:
    """Cost of opening the picks; ``excess`` becomes 1 - sites that serve each zone."""
    plan = 0.0
    for i in range(len(u)):
        least = np.inf
        served = 0
        for k in range(first[i], last[i]):
            if cost[k] >= u[i] and (served > 0 or least < np.inf):
                break
            if picked[site[k]]:
                least = min(least, cost[k])
                if cost[k] < u[i]:
                    served += 1
        if least == np.inf:
            for j in place:
                least = min(least, dense[j, i])
        plan += least
        excess[i] = 1.0 - served
    return plan


@njit(cache=True, nogil=True)
def _move(
    u: Floats, direction: Floats, excess: Floats, top: Floats, smooth: float, rise: float
) -> bool:
    """Step along the smoothed subgradient, towards a bound higher by ``rise``."""
    norm = 0.0
    for i in range(len(u)):
        direction[i] = smooth * direction[i] + excess[i]
        if direction[i] > 0.0 or u[i] > 0.0:
            norm += direction[i] ** 2
    if norm == 0.0 or rise <= 0.0:
        return False
    for i in range(len(u)):
        u[i] = min(max(u[i] + rise / norm * direction[i], 0.0), top[i])
    return True


@njit(cache=True, nogil=True)
def ascend(
    first: Ints,
    last: Ints,
    site: Codes,
    cost: Floats,
    top: Floats,
    dense: Floats,
    opened: Ints,
    free: Ints,
    picks: int,
    u: Floats,
    rho: Floats,
    share: Floats,
    plan_open: Bools,
    target: float,
    enough: float,
    step: float,
    iterations: int,
    patience: int,
    shrink: float,
    smooth: float,
) -> tuple[float, float, float]:
    """Raise the bound.

    Parameters
    ----------
    first, last, site, cost, top
        Lists of near sites; see `optimize.placement.lagrangian.near.Near`.
    dense : float array (sites, zones)
        Costs of all pairs.
    opened, free : int array
        Sites that are open for sure, and those that may be.
    picks : int
        Free sites to open.
    u : float array (zones,)
        Multipliers to start from; the best found.
    rho : float array (sites,)
        Becomes the reduced costs of the best bound.
    share : float array (sites,)
        How often each free site was picked lately; updated.
    plan_open : bool array (sites,)
        Becomes the best plan met.
    target, enough : float
        Cost that the bound aims at; bound at which to stop.
    step : float
        Length of the first step, as a part of Polyak's.
    iterations, patience : int
    shrink, smooth : float
        Factor of the step after ``patience`` iterations without gain; weight of the past
        in the direction.

    Returns
    -------
    bound, plan cost, step
    """
    trial, key = u.copy(), np.zeros(len(rho))
    direction, excess = np.zeros(len(u)), np.zeros(len(u))
    picked = np.zeros(len(rho), np.bool_)
    place = np.concatenate((opened, free[:picks]))
    for j in opened:
        picked[j] = True
    best, best_plan, since = -np.inf, np.inf, 0
    for _ in range(iterations):
        bound = _relaxed(first, last, site, cost, opened, free, picks, trial, key)
        place[len(opened) :] = free[:picks]
        for j in free:
            share[j] *= 1.0 - _FORGET
        for s in range(picks):
            picked[free[s]] = True
            share[free[s]] += _FORGET
        plan = _serve(first, last, site, cost, dense, place, picked, trial, excess)
        if plan < best_plan:
            best_plan = plan
            target = min(target, plan)
            plan_open[:] = picked
        for s in range(picks):
            picked[free[s]] = False
        since += 1
        if bound > best:
            if bound > best + _REAL_GAIN * abs(best):
                since = 0
            best = bound
            u[:] = trial
            rho[:] = key
        if best >= enough:
            break
        if since >= patience:
            step *= shrink
            since = 0
            trial[:] = u
            direction[:] = 0.0
            continue
        if not _move(trial, direction, excess, top, smooth, step * (target - bound)):
            break
    return best, best_plan, step


@njit(cache=True, nogil=True)
def rate_splits(
    first: Ints, last: Ints, site: Codes, cost: Floats, share: Floats, end: Ints, score: Floats
) -> None:
    """Rate where each zone's list is best split: how unlike the costs of both parts are.

    Parameters
    ----------
    first, last, site, cost
        Lists of near sites.
    share : float array (sites,)
        Estimate of how open each site is.
    end : int array (zones,)
        Becomes the end of the first part, -1 where there is no split.
    score : float array (zones,)
        Becomes the score: the product of the two parts' shares of the zone times the
        difference of their mean costs.
    """
    few = 0.02
    for i in range(len(first)):
        score[i], end[i] = 0.0, -1
        mass, paid = 0.0, 0.0
        for k in range(first[i], last[i]):
            x = min(share[site[k]], 1.0 - mass)
            mass += x
            paid += x * cost[k]
        inside, inner = 0.0, 0.0
        for k in range(first[i], last[i] - 1):
            x = min(share[site[k]], 1.0 - inside)
            inside += x
            inner += x * cost[k]
            outside = mass - inside
            if outside <= few:
                break
            if inside > few and cost[k + 1] > cost[k]:
                apart = inside * outside * ((paid - inner) / outside - inner / inside)
                if apart > score[i]:
                    score[i], end[i] = apart, k + 1
