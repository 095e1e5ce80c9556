"""How a queue moves through time: M_t/M/c(t) over periods, and M/M/1 from empty.

Rates are per time unit and times are in that unit; any unit will do if it is the same throughout.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from network.queueing._inputs import non_negative, positive, whole


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time with constant rates.

    Parameters
    ----------
    length : float
        In time units; above zero.
    lam : float
        Arrivals per time unit.
    c : int
        Servers; 0 while closed.

    Raises
    ------
    ValueError
        If a value is out of its range.
    """

    length: float
    lam: float
    c: int

    def __post_init__(self) -> None:
        """Check the ranges."""
        positive("length", self.length)
        non_negative("lam", self.lam)
        whole("c", self.c, 0)


@dataclass(frozen=True, slots=True)
class PeriodOutcome:
    """What a queue did in one period.

    Parameters
    ----------
    mean_number : float
        Customers present at the period's end.
    all_busy : float
        Probability, at the period's end and before a change of servers, that all are busy.
    arrivals, delayed : float
        Mean number of arrivals in the period, and of those among them who find all servers busy.
    waiting_time : float
        Mean time spent waiting by all customers together in the period, in time units.
    """

    mean_number: float
    all_busy: float
    arrivals: float
    delayed: float
    waiting_time: float


def mtmct(
    periods: Sequence[Period], mu: float, *, initial: int = 0, limit: int | None = None
) -> tuple[PeriodOutcome, ...]:
    """Return the course of M_t/M/c(t), first come first served, over successive periods.

    When a period has fewer servers than the one before, the surplus leaves at once and their
    customers rejoin the head of the queue; being memoryless, service may resume or restart.

    The Kolmogorov equations are solved exactly by uniformisation: with the rate u = lam + c mu,
    the state at t is that of a discrete chain after a Poisson(u t) number of steps.

    Parameters
    ----------
    periods : sequence of Period
    mu : float
        Services per time unit of one busy server.
    initial : int
        Customers present at the begin.
    limit : int, optional
        Most customers that may be present, those beyond are turned away. By default so many that
        it is reached with a probability of less than 1e-12. The work grows with the limit times
        the sum of u times length.

    Returns
    -------
    tuple of PeriodOutcome
        One per period.

    Raises
    ------
    ValueError
        If there is no period, mu <= 0, initial < 0, limit < initial or < 1, or a value is not
        finite.

    References
    ----------
    Jensen (1953), Markoff chains as an aid in the study of Markoff processes. Skandinavisk
    Aktuarietidskrift 36, 87-91.
    Green, Kolesar and Whitt (2007), Coping with time-varying demand when setting staffing
    requirements for a service system. Production and Operations Management 16, 13-39.

    Examples
    --------
    >>> day = [Period(8, lam=2, c=3), Period(10, lam=10, c=12), Period(6, lam=4, c=5)]
    >>> [round(outcome.mean_number, 4) for outcome in mtmct(day, mu=1)]
    [2.6542, 11.784, 8.5024]
    """
    if not periods:
        raise ValueError("periods: got none; expected one or more")
    mu, initial = positive("mu", mu), whole("initial", initial, 0)
    if limit is None:
        arrivals = sum(period.lam * period.length for period in periods)
        limit = initial + math.ceil(arrivals + 8 * math.sqrt(arrivals) + 20)
    limit = whole("limit", limit, max(1, initial))
    present = np.arange(limit + 1)
    share = np.zeros(limit + 1)
    share[initial] = 1.0
    outcomes = []
    for period in periods:
        waiting = np.maximum(present - period.c, 0)
        share, time_in = _uniformise(share, period, mu)
        outcomes.append(
            PeriodOutcome(
                mean_number=float(share @ present),
                all_busy=float(share[period.c :].sum()),
                arrivals=period.lam * period.length,
                delayed=period.lam * float(time_in[period.c :].sum()),
                waiting_time=float(time_in @ waiting),
            )
        )
    return tuple(outcomes)


def _uniformise(
    share: NDArray[np.float64], period: Period, mu: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the law at the period's end and the mean time spent in each state."""
    rate = period.lam + period.c * mu
    if rate == 0:
        return share, share * period.length
    up = period.lam / rate
    down = mu * np.minimum(np.arange(1, share.size), period.c) / rate
    stay = np.ones(share.size)
    stay[:-1] -= up
    stay[1:] -= down

    steps = rate * period.length
    n = np.arange(1, math.ceil(steps + 10 * math.sqrt(steps) + 30))
    exactly = np.exp(np.concatenate(([0.0], np.cumsum(np.log(steps / n)))) - steps)
    more = np.maximum(1 - np.cumsum(exactly), 0.0)  # P(Poisson(steps) > n)
    end = np.zeros(share.size)
    time_in = np.zeros(share.size)
    for at_end, after in zip(exactly, more, strict=True):
        end += at_end * share
        time_in += after / rate * share
        moved = stay * share
        moved[1:] += up * share[:-1]
        moved[:-1] += down * share[1:]
        share = moved
    return end, time_in


def mm1_from_empty(t: ArrayLike, lam: float, mu: float) -> NDArray[np.float64]:
    """Return E[N(t)] of M/M/1 that begins empty: how long a warm-up takes.

    With g(y) = lam + mu - 2 sqrt(lam mu) cos y,

        E[N(t)] = max(lam - mu, 0) t
                  + 2 lam mu / pi * integral over y in [0, pi] of sin(y)^2 (1 - exp(-g t)) / g^2.

    Parameters
    ----------
    t : array_like
        Times since the begin, in time units.
    lam : float
        Arrivals per time unit; may exceed mu.
    mu : float
        Services per time unit.

    Returns
    -------
    ndarray of the shape of t
        Mean number of customers present.

    Raises
    ------
    ValueError
        If lam < 0, mu <= 0, a time is negative, or a value is not finite.

    References
    ----------
    Takacs (1962), Introduction to the Theory of Queues, chapter 1; Abate and Whitt (1987),
    Transient behavior of the M/M/1 queue: starting at the origin. Queueing Systems 2, 41-65.

    Examples
    --------
    >>> mm1_from_empty([1, 5, 20, 100], lam=0.8, mu=1).round(4).tolist()
    [0.5516, 1.4695, 2.6476, 3.7919]
    """
    times = np.asarray(t, float)
    if not (np.isfinite(times).all() and (times >= 0).all()):
        raise ValueError(f"t: got {times.tolist()}; expected finite numbers >= 0")
    lam, mu = non_negative("lam", lam), positive("mu", mu)
    # y = pi / (1 + exp(-x)) spreads out both ends, where the integrand changes on every scale;
    # the trapezoid rule over x is then exact to rounding.
    width = 0.1
    x = np.arange(-60, 60, width)
    y, rest = np.pi / (1 + np.exp(-x)), np.pi / (1 + np.exp(x))
    g = (math.sqrt(mu) - math.sqrt(lam)) ** 2 + 4 * math.sqrt(lam * mu) * np.sin(y / 2) ** 2
    weight = y * rest / np.pi * np.sin(np.minimum(y, rest)) ** 2 / g**2
    settled = width * (-np.expm1(-times[..., None] * g) @ weight)
    return np.asarray(max(lam - mu, 0.0) * times + 2 * lam * mu / np.pi * settled, float)
