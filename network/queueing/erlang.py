"""Poisson arrivals and exponential service at c equal servers: Erlang B, Erlang C, M/M/c.

Rates are per time unit and waits are in that unit; any unit will do if it is the same throughout.
"""

from __future__ import annotations

import math

from network.queueing._inputs import non_negative, positive, stable, whole
from network.queueing.steady_state import SteadyState, by_little


def erlang_b(offered_load: float, c: int) -> float:
    """Return the share of customers lost when nobody can wait (Erlang B, M/G/c/c).

    The recursion B(n) = a B(n-1) / (n + a B(n-1)) neither overflows nor cancels, for any load.

    Parameters
    ----------
    offered_load : float
        a = lam / mu, in erlangs.
    c : int
        Servers.

    Returns
    -------
    float
        Probability that all servers are busy.

    Raises
    ------
    ValueError
        If the load is negative or not finite, or c < 1.

    References
    ----------
    Erlang (1917); the recursion: Jagerman (1974), Bell System Technical Journal 53, 525-551.

    Examples
    --------
    >>> round(erlang_b(10, 17), 6)
    0.012949
    """
    a, c = non_negative("offered_load", offered_load), whole("c", c, 1)
    blocking = 1.0
    for n in range(1, c + 1):
        blocking = a * blocking / (n + a * blocking)
    return blocking


def all_busy(blocking: float, empty_queue: float) -> float:
    """Return P(all servers are busy) when customers may wait.

    By the cut between c - 1 and c customers, the states below c keep the proportions that they
    have in the loss system, whatever the queue does: P = B / (B + q (1 - B)).

    Parameters
    ----------
    blocking : float
        Erlang B at the same load and servers.
    empty_queue : float
        q: probability that nobody waits, given that all servers are busy.

    Returns
    -------
    float

    Examples
    --------
    >>> all_busy(blocking=1 / 3, empty_queue=1.0)  # nobody can wait
    0.3333333333333333
    """
    return blocking / (blocking + empty_queue * (1 - blocking))


def erlang_c(offered_load: float, c: int) -> float:
    """Return the share of customers who wait when all are patient (Erlang C, M/M/c).

    Parameters
    ----------
    offered_load : float
        a = lam / mu, in erlangs; below c.
    c : int
        Servers.

    Returns
    -------
    float
        Probability that all servers are busy.

    Raises
    ------
    ValueError
        If the load is negative or not finite, c < 1, or rho = a / c >= 1.

    References
    ----------
    Erlang (1917); Kleinrock (1975), Queueing Systems, volume I, section 3.5.

    Examples
    --------
    >>> round(erlang_c(10, 14), 6)
    0.174132
    """
    blocking = erlang_b(offered_load, c)
    return all_busy(blocking, 1 - stable(offered_load / c))


def mmc(lam: float, mu: float, c: int) -> SteadyState:
    """Return the means of M/M/c: patient customers, one queue.

    Parameters
    ----------
    lam : float
        Arrivals per time unit.
    mu : float
        Services per time unit of one busy server.
    c : int
        Servers.

    Returns
    -------
    SteadyState

    Raises
    ------
    ValueError
        If lam < 0, mu <= 0, c < 1, rho = lam / (c mu) >= 1, or a value is not finite.

    References
    ----------
    Gross and Harris (1998), Fundamentals of Queueing Theory, section 2.3.

    Examples
    --------
    >>> queue = mmc(lam=3, mu=2, c=2)
    >>> round(queue.wait_probability, 4), round(queue.mean_wait, 4), round(queue.mean_number, 4)
    (0.6429, 0.6429, 3.4286)
    """
    lam, mu = non_negative("lam", lam), positive("mu", mu)
    wait_probability = erlang_c(lam / mu, c)
    spare_rate = c * mu - lam
    return by_little(
        lam,
        1 / mu,
        c,
        wait_probability=wait_probability,
        mean_wait=wait_probability / spare_rate,
        wait_variance=wait_probability * (2 - wait_probability) / spare_rate**2,
    )


def wait_cdf(lam: float, mu: float, c: int, t: float) -> float:
    """Return P(Wq <= t) of M/M/c: the service level of patient customers.

    Parameters
    ----------
    lam, mu, c : float, float, int
        As in `mmc`.
    t : float
        Waiting time, in the time unit of the rates.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        As in `mmc`, or if t < 0.

    References
    ----------
    Gross and Harris (1998), Fundamentals of Queueing Theory, section 2.3.

    Examples
    --------
    100 calls in half an hour of 3 minutes each, 14 agents, answered within 20 seconds (minutes):

    >>> round(wait_cdf(lam=100 / 30, mu=1 / 3, c=14, t=1 / 3), 3)
    0.888
    """
    lam, mu, t = non_negative("lam", lam), positive("mu", mu), non_negative("t", t)
    return 1 - erlang_c(lam / mu, c) * math.exp(-(c * mu - lam) * t)
