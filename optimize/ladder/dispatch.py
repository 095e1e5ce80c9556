"""Who answers whose calls, approximately: the hypercube in n unknowns instead of 2^n states.

The nearest free unit goes, units of a site in a fixed order, and a call that finds nobody
free is lost. Service depends on zone and site (the way out and back belongs to it). Many
plans are evaluated side by side.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_ENTRIES = 1_000_000
"""Plans x zones x units worked on at a time."""


@dataclass(frozen=True, slots=True)
class Answered:
    """How the calls are answered in the long run.

    Parameters
    ----------
    share : float array (plans, zones, sites)
        Of the calls of a zone, those that get a unit of a site; the rest is lost.
    busy : float array (plans, units)
        Busy share of each unit's time; units by site, in the order in which they are sent.
    lost : float array (plans,)
        Share of all calls.
    """

    share: Floats
    busy: Floats
    lost: Floats


def chance_in_time(travel_min: Floats, within_min: float, noise_sigma: float = 0.0) -> Floats:
    """Chance that a trip takes at most so long.

    Parameters
    ----------
    travel_min : float array
        Mean trips.
    within_min : float
    noise_sigma : float
        Of the lognormal factor on each trip, mean 1; 0: trips take what they take on average.

    Examples
    --------
    >>> chance_in_time(np.array([4.0, 8.0]), 6.0)
    array([1., 0.])
    >>> chance_in_time(np.array([4.0, 8.0]), 6.0, 0.4).round(2)
    array([0.89, 0.3 ])
    """
    if noise_sigma == 0:
        return (travel_min <= within_min).astype(np.float64)
    from scipy.special import ndtr

    with np.errstate(divide="ignore"):
        return np.asarray(ndtr((np.log(within_min / travel_min)) / noise_sigma + noise_sigma / 2))


def correction_factors(units: int, offered_load: Floats) -> tuple[Floats, Floats]:
    """Larson's Q, by the number of units tried in vain, and the chance that all are busy.

    Units are not busy independently: Q(k) r^k (1 - r) is the chance that k units drawn at
    random are busy and the next one is free, all n being busy the share r of their time.

    Parameters
    ----------
    units : int
    offered_load : float array (plans,)
        Erlang.

    Returns
    -------
    factors : float array (plans, units)
    all_busy : float array (plans,)
        Erlang's loss formula.

    References
    ----------
    Larson (1975), Approximating the performance of urban emergency service systems.
    Operations Research 23, 845-868; here for calls that are lost, as in Jarvis (1985).

    Examples
    --------
    >>> factors, all_busy = correction_factors(2, np.array([1.0]))
    >>> factors.round(4), all_busy
    (array([[1.    , 0.8333]]), array([0.2]))
    """
    n, load = units, np.asarray(offered_load, dtype=np.float64)
    busy_units = np.arange(n + 1)
    log_factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, n + 1)))])
    weight = np.exp(np.log(load)[:, None] * busy_units - log_factorial)
    chance = weight / weight.sum(axis=1, keepdims=True)
    mean_busy = load * (1 - chance[:, n]) / n
    factors = np.ones((len(load), n))
    for k in range(1, n):
        j = np.arange(k, n)
        ways = np.exp(log_factorial[j] - log_factorial[j - k] + log_factorial[n - k - 1])
        drawn = chance[:, k:n] @ (ways * (n - j) / np.exp(log_factorial[n]))
        factors[:, k] = drawn / (mean_busy**k * (1 - mean_busy))
    return factors, chance[:, n]


def answer_calls(
    units: Ints,
    calls_per_min: Floats,
    travel_min: Floats,
    service_min: float,
    *,
    tolerance: float = 1e-6,
    rounds: int = 200,
) -> Answered:
    """How busy each unit is, and which zones get which sites.

    Parameters
    ----------
    units : int array (plans, sites)
        Units at each site; every plan has as many in all.
    calls_per_min : float array (zones,)
    travel_min : float array (zones, sites)
        One way; the nearest goes, ties to the lower site number.
    service_min : float
        Mean time at the call, whoever comes.
    tolerance, rounds
        Stop when no busy share moves by more, or after so many rounds.

    References
    ----------
    Jarvis (1985), Approximating the equilibrium behavior of multi-server loss systems.
    Management Science 31, 235-239.

    Notes
    -----
    Units of one site are taken as others are, though they are busy together more often than
    units apart: with many units per site, cover comes out up to 1.5 points too high (against
    the exact hypercube). Budge, Ingolfsson, Erkut (2009), Operations Research 57, 251-255,
    correct for that by site.

    Examples
    --------
    >>> plan, calls = np.array([[1, 1]]), np.array([0.01, 0.015])
    >>> found = answer_calls(plan, calls, np.array([[1.0, 2.0], [2.0, 1.0]]), 60.0)
    >>> found.busy.round(2), found.lost.round(2)
    (array([[0.51, 0.55]]), array([0.32]))
    """
    plans, count = units.shape[0], int(units[0].sum())
    size = max(1, _ENTRIES // (len(calls_per_min) * count))
    parts = [
        _answer(units[low : low + size], calls_per_min, travel_min, service_min, tolerance, rounds)
        for low in range(0, plans, size)
    ]
    return Answered(
        np.concatenate([part.share for part in parts]),
        np.concatenate([part.busy for part in parts]),
        np.concatenate([part.lost for part in parts]),
    )


def _answer(
    units: Ints,
    calls_per_min: Floats,
    travel_min: Floats,
    service_min: float,
    tolerance: float,
    rounds: int,
) -> Answered:
    plans, zones, n = len(units), len(calls_per_min), int(units[0].sum())
    site = np.stack([np.repeat(np.arange(len(one)), one) for one in units])
    apart = travel_min.T[site].transpose(0, 2, 1)  # plans, zones, units
    order = np.argsort(apart, axis=2, kind="stable")
    takes = service_min + 2 * np.take_along_axis(apart, order, axis=2)
    unit = order + n * np.arange(plans)[:, None, None]  # numbered through all plans
    total, rate = float(calls_per_min.sum()), calls_per_min[:, None]
    mean_takes = takes[:, :, 0] @ calls_per_min / total
    busy = np.repeat((total * mean_takes / n / (1 + total * mean_takes / n))[:, None], n, axis=1)
    for _ in range(rounds):
        factors, all_busy = correction_factors(n, total * mean_takes)
        busy_in_order = busy.ravel()[unit]
        tried = np.ones_like(takes)
        np.cumprod(busy_in_order[:, :, :-1], axis=2, out=tried[:, :, 1:])
        reached = factors[:, None, :] * tried
        answered = reached * (1 - busy_in_order)
        answered *= ((1 - all_busy)[:, None] / answered.sum(axis=2))[:, :, None]
        work = np.bincount(unit.ravel(), (rate * takes * reached).ravel(), minlength=plans * n)
        former, busy = busy, (work / (1 + work)).reshape(plans, n)
        mean_takes = (rate * takes * answered).sum(axis=(1, 2)) / (total * (1 - all_busy))
        if np.abs(busy - former).max() <= tolerance:
            break
    share = np.zeros((plans, zones, units.shape[1]))
    sent = site[np.arange(plans)[:, None, None], order]
    np.add.at(share, (np.arange(plans)[:, None, None], np.arange(zones)[:, None], sent), answered)
    return Answered(share, busy, all_busy)
