"""One server with a general law on one side: M/G/1 and GI/M/1, among them D/M/1.

Rates are per time unit and waits are in that unit; any unit will do if it is the same throughout.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from network.queueing._inputs import non_negative, positive, stable
from network.queueing.moments import Moments
from network.queueing.steady_state import SteadyState, by_little


def mg1(lam: float, service: Moments) -> SteadyState:
    """Return the means of M/G/1 by Pollaczek and Khinchine.

    E[Wq] = lam E[S^2] / (2 (1 - rho)), Var[Wq] = lam E[S^3] / (3 (1 - rho)) + E[Wq]^2.

    Parameters
    ----------
    lam : float
        Arrivals per time unit.
    service : Moments
        Of the service time.

    Returns
    -------
    SteadyState

    Raises
    ------
    ValueError
        If lam < 0 or not finite, or rho = lam E[S] >= 1.

    References
    ----------
    Kleinrock (1975), Queueing Systems, volume I, section 5.6; the variance: Takacs (1962).

    Examples
    --------
    >>> from network.queueing.moments import constant
    >>> queue = mg1(lam=0.7, service=constant(1.0))
    >>> round(queue.mean_wait, 6), round(queue.wait_variance, 6)
    (1.166667, 2.138889)
    """
    rho = stable(non_negative("lam", lam) * service.first)
    mean_wait = lam * service.second / (2 * (1 - rho))
    return by_little(
        lam,
        service.first,
        1,
        wait_probability=rho,
        mean_wait=mean_wait,
        wait_variance=lam * service.third / (3 * (1 - rho)) + mean_wait**2,
    )


def gm1(transform: Callable[[float], float], mean_interarrival: float, mu: float) -> SteadyState:
    """Return the means of GI/M/1: independent arrivals, exponential service.

    An arrival finds n customers with probability (1 - sigma) sigma^n, where sigma is the root in
    (0, 1) of sigma = A*(mu (1 - sigma)).

    Parameters
    ----------
    transform : callable
        A*(s) = E[exp(-s A)] of the time A between arrivals.
    mean_interarrival : float
        E[A], in time units.
    mu : float
        Services per time unit.

    Returns
    -------
    SteadyState

    Raises
    ------
    ValueError
        If a number is not above zero and finite, or rho = 1 / (mu E[A]) >= 1.

    References
    ----------
    Kleinrock (1975), Queueing Systems, volume I, section 6.4.

    Examples
    --------
    Poisson arrivals make it M/M/1:

    >>> round(gm1(lambda s: 0.8 / (0.8 + s), mean_interarrival=1.25, mu=1.0).mean_wait, 9)
    4.0
    """
    interarrival, mu = positive("mean_interarrival", mean_interarrival), positive("mu", mu)
    stable(1 / (mu * interarrival))
    # With x = 1 - sigma, A*(mu x) + x - 1 is below zero left of its root and above zero right.
    low, high = 0.0, 1.0
    while low < (x := (low + high) / 2) < high:
        low, high = (x, high) if transform(mu * x) + x < 1 else (low, x)
    waits = 1 - high
    return by_little(
        1 / interarrival,
        1 / mu,
        1,
        wait_probability=waits,
        mean_wait=waits / (mu * high),
        wait_variance=waits * (2 - waits) / (mu * high) ** 2,
    )


def dm1(slot: float, mu: float) -> SteadyState:
    """Return the means of D/M/1: an appointment book with one customer per slot.

    Parameters
    ----------
    slot : float
        Time between appointments.
    mu : float
        Services per time unit.

    Returns
    -------
    SteadyState

    Raises
    ------
    ValueError
        If a number is not above zero and finite, or rho = 1 / (mu slot) >= 1.

    References
    ----------
    Kleinrock (1975), Queueing Systems, volume I, section 6.4.

    Examples
    --------
    >>> queue = dm1(slot=1.0, mu=1.25)
    >>> round(queue.wait_probability, 6), round(queue.mean_wait, 6)
    (0.62863, 1.354185)
    """
    slot = positive("slot", slot)
    return gm1(lambda s: math.exp(-s * slot), slot, mu)
