"""A queue with limited room: M/M/c/K.

Rates are per time unit and waits are in that unit; any unit will do if it is the same throughout.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from network.queueing._inputs import non_negative, positive, whole
from network.queueing.balance import birth_death


@dataclass(frozen=True, slots=True)
class LimitedQueue:
    """A queue with a limit in the long run; a customer who finds it full is lost.

    Parameters
    ----------
    blocking : float
        Share of customers lost.
    wait_probability, mean_wait, mean_time : float
        Of the customers who enter; times in the time unit of the rates.
    mean_queue, mean_number : float
        Customers waiting, and customers waiting or in service.
    throughput : float
        Customers served per time unit.
    utilisation : float
        Busy share of a server's time.
    """

    blocking: float
    wait_probability: float
    mean_wait: float
    mean_time: float
    mean_queue: float
    mean_number: float
    throughput: float
    utilisation: float


def mmck(lam: float, mu: float, c: int, k: int) -> LimitedQueue:
    """Return the means of M/M/c/K: at most K customers, those in service included.

    Parameters
    ----------
    lam, mu, c : float, float, int
        Arrivals per time unit, services per time unit of one busy server, servers. Here lam may
        exceed c mu.
    k : int
        K, room for customers; at least c.

    Returns
    -------
    LimitedQueue

    Raises
    ------
    ValueError
        If lam < 0, mu <= 0, c < 1, k < c, or a value is not finite.

    References
    ----------
    Gross and Harris (1998), Fundamentals of Queueing Theory, section 2.4.

    Examples
    --------
    >>> queue = mmck(lam=3, mu=4, c=2, k=3)
    >>> round(queue.blocking, 6), round(queue.throughput, 6)
    (0.04936, 2.85192)
    """
    lam, mu, c = non_negative("lam", lam), positive("mu", mu), whole("c", c, 1)
    k = whole("k", k, c)
    present = np.arange(k + 1)
    share = birth_death(np.full(k, lam), mu * np.minimum(present[1:], c))
    entering = float(share[:-1].sum())
    waiting = share[c:-1]
    ends_before_service = np.arange(1, k - c + 1)
    mean_wait = float(waiting @ ends_before_service) / (c * mu * entering)
    throughput = lam * entering
    return LimitedQueue(
        blocking=float(share[-1]),
        wait_probability=float(waiting.sum()) / entering,
        mean_wait=mean_wait,
        mean_time=mean_wait + 1 / mu,
        mean_queue=throughput * mean_wait,
        mean_number=float(share @ present),
        throughput=throughput,
        utilisation=throughput / (c * mu),
    )
