"""The least number of servers for a target: blocking, waiting, service level, square-root rule.

Rates are per time unit and waits are in that unit; any unit will do if it is the same throughout.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

from network.queueing._inputs import chance, non_negative, positive
from network.queueing.abandonment import erlang_a_within
from network.queueing.erlang import all_busy


def _walk(offered_load: float, enough: Callable[[int, float], bool]) -> int:
    """Return the first c whose Erlang B is enough: one pass of the recursion for all c."""
    c, blocking = 0, 1.0
    while c == 0 or not enough(c, blocking):
        c += 1
        blocking = offered_load * blocking / (c + offered_load * blocking)
    return c


def servers_for_blocking(offered_load: float, max_blocking: float) -> int:
    """Return the least c for which Erlang B is at most a target.

    Parameters
    ----------
    offered_load : float
        a = lam / mu, in erlangs.
    max_blocking : float
        Largest share of customers lost, in (0, 1).

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If the load is negative or not finite, or the target is outside (0, 1).

    References
    ----------
    Erlang (1917).

    Examples
    --------
    >>> servers_for_blocking(10, 0.02)
    17
    """
    a, target = non_negative("offered_load", offered_load), chance("max_blocking", max_blocking)
    return _walk(a, lambda _, blocking: blocking <= target)


def servers_for_wait_probability(offered_load: float, max_wait_probability: float) -> int:
    """Return the least c for which Erlang C is at most a target.

    Parameters
    ----------
    offered_load : float
        a = lam / mu, in erlangs.
    max_wait_probability : float
        Largest share of customers who wait, in (0, 1).

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If the load is negative or not finite, or the target is outside (0, 1).

    References
    ----------
    Erlang (1917).

    Examples
    --------
    >>> servers_for_wait_probability(25, 0.2)
    31
    """
    a = non_negative("offered_load", offered_load)
    target = chance("max_wait_probability", max_wait_probability)
    return _walk(a, lambda c, blocking: c > a and all_busy(blocking, 1 - a / c) <= target)


def servers_for_service_level(
    lam: float, mu: float, *, within: float, share: float, theta: float = 0.0
) -> int:
    """Return the least c that serves a share of all customers within a time.

    Parameters
    ----------
    lam : float
        Arrivals per time unit.
    mu : float
        Services per time unit of one busy server.
    within : float
        Longest wait that meets the target, in the time unit of the rates.
    share : float
        Share of all customers, in (0, 1). Those who abandon count as missed.
    theta : float
        1 / mean patience; 0 (Erlang C) if nobody abandons, else Erlang A.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If lam < 0, mu <= 0, within < 0, theta < 0, the share is outside (0, 1), or a value is not
        finite.

    References
    ----------
    Gans, Koole and Mandelbaum (2003), Manufacturing & Service Operations Management 5, 79-141.

    Examples
    --------
    10 erlangs of three-minute calls, 80 % answered in 20 s (minutes); then with a patience of 3:

    >>> servers_for_service_level(10 / 3, 1 / 3, within=1 / 3, share=0.8)
    14
    >>> servers_for_service_level(10 / 3, 1 / 3, within=1 / 3, share=0.8, theta=1 / 3)
    12
    """
    lam, mu, theta = non_negative("lam", lam), positive("mu", mu), non_negative("theta", theta)
    within, share = non_negative("within", within), chance("share", share)
    a = lam / mu
    if theta > 0:
        return _bisect(lambda c: erlang_a_within(lam, mu, theta, c, within).served >= share, a)

    def enough(c: int, blocking: float) -> bool:
        if c <= a:
            return False
        late = all_busy(blocking, 1 - a / c) * math.exp(-(c * mu - lam) * within)
        return 1 - late >= share

    return _walk(a, enough)


def _bisect(enough: Callable[[int], bool], guess: float) -> int:
    """Return the first c that is enough, where more is never less."""
    low, high = 0, max(1, round(guess))
    while not enough(high):
        low, high = high, high + math.ceil(math.sqrt(high)) + high - low
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


@dataclass(frozen=True, slots=True)
class SquareRootRule:
    """Servers by the rule c = a + beta sqrt(a).

    Parameters
    ----------
    beta : float
        Safety factor of the square-root rule.
    servers : int
        The rule's c, rounded up.
    """

    beta: float
    servers: int


def halfin_whitt(beta: float) -> float:
    """Return the limit of Erlang C for c = a + beta sqrt(a) as a grows.

    P(wait) = 1 / (1 + beta Phi(beta) / phi(beta)), with the standard normal law and density.

    Parameters
    ----------
    beta : float
        Above zero.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If beta <= 0 or not finite.

    References
    ----------
    Halfin and Whitt (1981), Operations Research 29, 567-588.

    Examples
    --------
    >>> round(halfin_whitt(1.0), 4)
    0.2234
    """
    beta, normal = positive("beta", beta), NormalDist()
    return normal.pdf(beta) / (normal.pdf(beta) + beta * normal.cdf(beta))


def square_root_rule(offered_load: float, max_wait_probability: float) -> SquareRootRule:
    """Return the servers that the Halfin-Whitt limit asks for.

    Parameters
    ----------
    offered_load : float
        a = lam / mu, in erlangs.
    max_wait_probability : float
        Largest share of customers who wait, in (0, 1).

    Returns
    -------
    SquareRootRule

    Raises
    ------
    ValueError
        If the load is negative or not finite, or the target is outside (0, 1).

    References
    ----------
    Borst, Mandelbaum and Reiman (2004), Operations Research 52, 17-34.

    Examples
    --------
    >>> square_root_rule(25, 0.2).servers
    31
    """
    a = non_negative("offered_load", offered_load)
    target = chance("max_wait_probability", max_wait_probability)
    low, high = 0.0, 40.0  # halfin_whitt falls from 1 to less than the smallest float
    while low < (beta := (low + high) / 2) < high:
        low, high = (low, beta) if halfin_whitt(beta) <= target else (beta, high)
    return SquareRootRule(beta=high, servers=max(1, math.ceil(a + high * math.sqrt(a))))
