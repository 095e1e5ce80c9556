"""Impatient customers: Erlang A, or M/M/c+M, where each waits at most an exponential patience.

Rates are per time unit and waits are in that unit; any unit will do if it is the same throughout.
The *offered* wait is that of a customer of infinite patience; the actual wait ends at abandonment.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.queueing._inputs import non_negative, positive, whole
from network.queueing.balance import birth_death
from network.queueing.erlang import all_busy, erlang_b

LARGEST_QUEUE = 5_000_000  # states; a longer queue law would not fit in memory


@dataclass(frozen=True, slots=True)
class ErlangA:
    """A queue of impatient customers in the long run; times in the time unit of the rates.

    Parameters
    ----------
    wait_probability, abandon_probability : float
        Shares of all customers.
    abandon_probability_if_waiting : float
        Share of the customers who wait.
    mean_wait, mean_wait_served, mean_wait_abandoned : float
        Of all customers, of those served, of those who abandon.
    mean_queue, mean_number : float
        Customers waiting, and customers waiting or in service.
    utilisation : float
        Busy share of a server's time.
    """

    wait_probability: float
    abandon_probability: float
    abandon_probability_if_waiting: float
    mean_wait: float
    mean_wait_served: float
    mean_wait_abandoned: float
    mean_queue: float
    mean_number: float
    utilisation: float


@dataclass(frozen=True, slots=True)
class Within:
    """What has happened to a customer within a time t of joining; all are probabilities.

    Parameters
    ----------
    offered_wait : float
        The offered wait is at most t.
    wait : float
        The actual wait is at most t, whether it ended in service or in abandonment.
    served : float
        Service has begun within t: the service level over all customers.
    served_if_served : float
        The same, over those served at all: the service level without the abandoned.
    """

    offered_wait: float
    wait: float
    served: float
    served_if_served: float


def _check(lam: float, mu: float, theta: float, c: int) -> tuple[float, float, float, int]:
    return (
        non_negative("lam", lam),
        positive("mu", mu),
        positive("theta", theta),
        whole("c", c, 1),
    )


def _longest_queue(lam: float, mu: float, theta: float, c: int) -> int:
    """Return a queue length beyond which less than e**-40 of the law remains.

    From its mode the queue's law falls at least as fast as a Poisson law of mean
    max(lam, c mu) / theta (Bernstein's bound), and as a geometric one of ratio rho.
    """
    mode = max(0.0, (lam - c * mu) / theta)
    length = mode + 14 + math.sqrt(178 + 80 * max(lam, c * mu) / theta)
    if lam < c * mu:
        length = min(length, 40 / math.log(c * mu / lam) if lam > 0 else 0.0)
    if not length < LARGEST_QUEUE:
        raise ValueError(
            f"theta: got {theta!r}, a queue of about {length:.1e} customers; "
            f"expected a patience short enough for less than {LARGEST_QUEUE:.0e}"
        )
    return math.ceil(length) + 1


def queue_if_busy(lam: float, mu: float, theta: float, c: int) -> NDArray[np.float64]:
    """Return the law of the number waiting, given that all servers are busy.

    Parameters
    ----------
    lam, mu, theta, c : float, float, float, int
        As in `erlang_a`.

    Returns
    -------
    ndarray
        Probability of 0, 1, 2 ... waiting, up to where the law has vanished.

    Raises
    ------
    ValueError
        As in `erlang_a`.

    Examples
    --------
    >>> queue_if_busy(lam=2, mu=1, theta=0.25, c=3)[:3].round(4).tolist()
    [0.43, 0.2646, 0.1512]
    """
    lam, mu, theta, c = _check(lam, mu, theta, c)
    position = np.arange(1, _longest_queue(lam, mu, theta, c) + 1)
    return birth_death(np.full(position.size, lam), c * mu + position * theta)


def erlang_a(lam: float, mu: float, theta: float, c: int) -> ErlangA:
    """Return the means of M/M/c+M.

    A customer at position k of the queue is served with probability c mu / (c mu + k theta), and
    the wait is then a sum of exponentials of rates c mu + j theta, j = 1 ... k.

    Parameters
    ----------
    lam : float
        Arrivals per time unit; may exceed c mu.
    mu : float
        Services per time unit of one busy server.
    theta : float
        1 / mean patience.
    c : int
        Servers.

    Returns
    -------
    ErlangA

    Raises
    ------
    ValueError
        If lam < 0, mu <= 0, theta <= 0, c < 1, a value is not finite, or patience is so long that
        the queue would hold millions (for customers who never leave see `mmc`).

    References
    ----------
    Palm (1957), Research on telephone traffic carried by full availability groups. Tele 1.
    Garnett, Mandelbaum and Reiman (2002), Manufacturing & Service Operations Management 4, 208-227.

    Examples
    --------
    >>> queue = erlang_a(lam=48, mu=1, theta=0.5, c=50)
    >>> round(queue.abandon_probability, 4), round(queue.mean_wait, 4)
    (0.0309, 0.0618)
    """
    lam, mu, theta, c = _check(lam, mu, theta, c)
    queue = queue_if_busy(lam, mu, theta, c)
    waits = all_busy(erlang_b(lam / mu, c), float(queue[0]))
    leaving_rate = theta * np.arange(1, queue.size + 1)
    rate = c * mu + leaving_rate
    abandons = float(queue @ (leaving_rate / rate))  # this and the next two: given a wait
    wait = abandons / theta
    wait_of_served = float(queue @ (c * mu / rate * np.cumsum(1 / rate)))
    served = 1 - waits * abandons
    throughput = lam * served
    return ErlangA(
        wait_probability=waits,
        abandon_probability=waits * abandons,
        abandon_probability_if_waiting=abandons,
        mean_wait=waits * wait,
        mean_wait_served=waits * wait_of_served / served,
        mean_wait_abandoned=(wait - wait_of_served) / abandons,
        mean_queue=lam * waits * wait,
        mean_number=lam * waits * wait + throughput / mu,
        utilisation=throughput / (c * mu),
    )


def erlang_a_within(lam: float, mu: float, theta: float, c: int, t: float) -> Within:
    """Return what has happened to a customer of M/M/c+M within a time t of joining.

    The offered wait x > 0 has a density proportional to
    exp(lam (1 - exp(-theta x)) / theta - c mu x), and the customer's own patience is independent
    of it.

    Parameters
    ----------
    lam, mu, theta, c : float, float, float, int
        As in `erlang_a`.
    t : float
        Time since joining, in the time unit of the rates.

    Returns
    -------
    Within

    Raises
    ------
    ValueError
        As in `erlang_a`, or if t < 0.

    References
    ----------
    Baccelli and Hebuterne (1981), On queues with impatient customers. Performance '81.
    Mandelbaum and Zeltyn (2007), Service engineering in action: the Palm/Erlang-A queue.

    Examples
    --------
    >>> round(erlang_a_within(lam=48, mu=1, theta=0.5, c=50, t=1 / 3).served, 4)
    0.943
    """
    lam, mu, theta, c = _check(lam, mu, theta, c)
    t = non_negative("t", t)
    if lam == 0:
        return Within(offered_wait=1.0, wait=1.0, served=1.0, served_if_served=1.0)
    means = erlang_a(lam, mu, theta, c)
    waits, served = means.wait_probability, 1 - means.abandon_probability
    total = _log_tail(lam, mu, theta, c, 0.0, left=0)
    late = waits * math.exp(min(0.0, _log_tail(lam, mu, theta, c, t, left=0) - total))
    served_late = waits * math.exp(_log_tail(lam, mu, theta, c, t, left=1) - total)
    return Within(
        offered_wait=1 - late,
        wait=1 - late * math.exp(-theta * t),
        served=max(0.0, served - served_late),
        served_if_served=max(0.0, 1 - served_late / served),
    )


def _log_tail(lam: float, mu: float, theta: float, c: int, t: float, left: int) -> float:
    """Return the logarithm of the integral over x > t of the offered wait's density.

    The density is not normalised, and weighted with exp(-theta x) if `left` is 1: the customer is
    still there. With y = lam exp(-theta t) and r(j) = c mu + (left + j) theta the integral is
    exp((lam - y) / theta - r(0) t) times the sum over j of y**j / (r(0) r(1) ... r(j)).
    """
    rates = c * mu + theta * np.arange(left, left + _longest_queue(lam, mu, theta, c) + 1)
    log_y = math.log(lam) - theta * t
    logs = np.cumsum(log_y - np.log(rates)) - log_y
    largest = float(logs.max())
    series = largest + math.log(float(np.exp(logs - largest).sum()))
    return -lam / theta * math.expm1(-theta * t) - float(rates[0]) * t + series
