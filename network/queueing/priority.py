"""Several classes at one queue, served in order of priority without interruption.

Classes are listed from the most to the least urgent; within a class, first come first served.
Rates are per time unit and waits are in that unit; any unit will do if it is the same throughout.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np

from network.queueing._inputs import non_negative, positive, same_length, stable
from network.queueing.abandonment import erlang_a, queue_if_busy
from network.queueing.erlang import erlang_c
from network.queueing.moments import Moments


@dataclass(frozen=True, slots=True)
class Priorities:
    """The classes of a queue with priorities in the long run, the most urgent first.

    Parameters
    ----------
    wait_probability : float
        The same for all classes.
    mean_wait : tuple of float
        By class, over all its customers, in the time unit of the rates.
    mean_queue : tuple of float
        By class, customers waiting.
    """

    wait_probability: float
    mean_wait: tuple[float, ...]
    mean_queue: tuple[float, ...]


def mmc_priority(lams: Sequence[float], mu: float, c: int) -> Priorities:
    """Return the waits of M/M/c with non-preemptive priorities and one service rate.

    E[Wq of class k] = C / (c mu (1 - s(k-1)) (1 - s(k))), where C is Erlang C of all classes
    together and s(k) the load per server of the classes 1 ... k.

    Parameters
    ----------
    lams : sequence of float
        Arrivals per time unit by class.
    mu : float
        Services per time unit of one busy server.
    c : int
        Servers.

    Returns
    -------
    Priorities

    Raises
    ------
    ValueError
        If a rate is negative, mu <= 0, c < 1, there is no class, or rho >= 1.

    References
    ----------
    Cobham (1954), Operations Research 2, 70-76; Kella and Yechiali (1985), Waiting times in the
    non-preemptive priority M/M/c queue, Communications in Statistics: Stochastic Models 1, 257-262.

    Examples
    --------
    >>> [round(wait, 4) for wait in mmc_priority(lams=[0.3, 0.5], mu=1.0, c=1).mean_wait]
    [1.1429, 5.7143]
    """
    mu, lams = positive("mu", mu), _rates(lams)
    busy = erlang_c(sum(lams) / mu, c)
    return _cobham(lams, [lam / (c * mu) for lam in lams], busy, busy / (c * mu))


def mg1_priority(lams: Sequence[float], services: Sequence[Moments]) -> Priorities:
    """Return the waits of M/G/1 with non-preemptive priorities, each class with its own service.

    E[Wq of class k] = W0 / ((1 - s(k-1)) (1 - s(k))), where W0 = sum of lam E[S^2] / 2 is the mean
    work left in service and s(k) the load of the classes 1 ... k.

    Parameters
    ----------
    lams : sequence of float
        Arrivals per time unit by class.
    services : sequence of Moments
        Service times by class.

    Returns
    -------
    Priorities

    Raises
    ------
    ValueError
        If a rate is negative, the lengths differ or are zero, or rho >= 1.

    References
    ----------
    Cobham (1954), Operations Research 2, 70-76; Kleinrock (1976), Queueing Systems, volume II,
    section 3.6.

    Examples
    --------
    >>> from network.queueing.moments import constant, exponential
    >>> queue = mg1_priority(lams=[0.3, 0.4], services=[constant(0.5), exponential(1.2)])
    >>> [round(wait, 4) for wait in queue.mean_wait]
    [0.7218, 1.9507]
    """
    same_length(lams=lams, services=services)
    lams = _rates(lams)
    loads = [lam * service.first for lam, service in zip(lams, services, strict=True)]
    busy = stable(sum(loads))
    left = sum(lam * service.second / 2 for lam, service in zip(lams, services, strict=True))
    return _cobham(lams, loads, busy, left)


def erlang_a_priority(lams: Sequence[float], mu: float, theta: float, c: int) -> Priorities:
    """Return the waits of M/M/c+M with non-preemptive priorities and one patience.

    While all servers are busy, the customers of the classes 1 ... k who wait come at the rate of
    these classes and leave at the rate c mu + theta per head, whatever else waits: a birth-death
    chain of its own. The wait counts those who abandon too; a share theta E[Wq] of a class does.

    Parameters
    ----------
    lams : sequence of float
        Arrivals per time unit by class; together they may exceed c mu.
    mu : float
        Services per time unit of one busy server.
    theta : float
        1 / mean patience, of every class.
    c : int
        Servers.

    Returns
    -------
    Priorities

    Raises
    ------
    ValueError
        If a rate is not above zero, c < 1, or there is no class.

    References
    ----------
    Jouini and Roubos (2014), On multiple priority multi-server queues with impatience. Journal of
    the Operational Research Society 65, 616-632.

    Examples
    --------
    >>> queue = erlang_a_priority(lams=[4, 6], mu=1, theta=0.5, c=9)
    >>> [round(wait, 4) for wait in queue.mean_wait]
    [0.1245, 0.4426]
    """
    same_length(lams=lams)
    lams = [positive("lams", lam) for lam in lams]
    busy = erlang_a(sum(lams), mu, theta, c).wait_probability
    up_to = [0.0]
    for urgent in accumulate(lams):
        law = queue_if_busy(urgent, mu, theta, c)
        up_to.append(busy * float(law @ np.arange(law.size)))
    queues = tuple(more - less for less, more in pairwise(up_to))
    return Priorities(
        wait_probability=busy,
        mean_wait=tuple(queue / lam for lam, queue in zip(lams, queues, strict=True)),
        mean_queue=queues,
    )


def _rates(lams: Sequence[float]) -> list[float]:
    same_length(lams=lams)
    return [non_negative("lams", lam) for lam in lams]


def _cobham(
    lams: Sequence[float], loads: Sequence[float], busy: float, until_free: float
) -> Priorities:
    """Return the waits from P(all servers busy) and the mean time until a server is free."""
    spare = [1 - load for load in accumulate(loads, initial=0.0)]
    waits = tuple(until_free / (before * after) for before, after in pairwise(spare))
    queues = tuple(lam * wait for lam, wait in zip(lams, waits, strict=True))
    return Priorities(wait_probability=busy, mean_wait=waits, mean_queue=queues)
