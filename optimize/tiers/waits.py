"""How long work waits at a crew, hour by hour through the week, without simulating.

A queue M_t/M/c(t) stands for the work of one skill: Poisson arrivals at the hours of the
week at which its classes call, exponential jobs (service and both ways), c(t) able agents on
duty. Its state runs through three weeks, of which the last is read. From it follows the chance that
a job begins within any time, and from that the *slack*: what is left of the promised time for
travel. So P(wait + travel <= T) = P(travel <= slack), for every travel time at once.

Approximations, all of them on purpose and stated: work of other skills counts as far as it
overflows its own people (Erlang B by quarter of an hour); who has a worse priority only ever
delays by the job in hand; nobody gives up; shares of breaks slow the agents; agents who
`finish` take their job along at the end of the shift, others leave it in the queue.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from network.quantity import MINUTES_PER_HOUR
from optimize.tiers.staffing import QUARTER_MIN, QUARTERS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

WEEKS = 3
"""Weeks run; the last one is read."""
_MOST_QUARTERS = 8 * QUARTERS // 7


@dataclass(frozen=True, slots=True)
class Queue:
    """The state of a queue through a week.

    Parameters
    ----------
    number : float array (hours, states)
        Chance of so many jobs present at the middle of each of the 168 hours.
    servers : int array (672,)
        Agents on duty by quarter of an hour.
    rate_per_min : float
        Jobs that a busy agent ends per minute of duty.
    """

    number: Floats
    servers: Ints
    rate_per_min: float

    @property
    def all_busy(self) -> Floats:
        """Chance that an arrival at each hour of the week finds no agent free, (168,)."""
        at = self.servers[2::4]
        states = np.arange(self.number.shape[1])
        return np.asarray((self.number * (states[None, :] >= at[:, None])).sum(axis=1))


def run_queue(
    jobs_per_min: Floats, servers: Ints, job_min: float, *, breaks: float, finish: bool
) -> Queue:
    """The periodic state of M_t/M/c(t).

    Parameters
    ----------
    jobs_per_min : float array (672,)
        Arrivals by quarter of an hour from Monday 00:00.
    servers : int array (672,)
    job_min : float
        Mean time an agent is bound by a job.
    breaks : float
        Share of duty that is break.
    finish : bool
        Whether agents take the job in hand along when duty ends.

    Notes
    -----
    Kolmogorov's equations by Euler steps short enough to stay stable. States are cut at the
    work of two days beyond all agents; what would come there is turned away.

    References
    ----------
    Green, Kolesar and Whitt (2007), Coping with time-varying demand when setting staffing
    requirements for a service system. Production and Operations Management 16, 13-39.
    """
    rate = (1 - breaks) / job_min
    daily = float(jobs_per_min.sum()) * QUARTER_MIN / 7
    states = int(servers.max(initial=0) + 3 * daily + 40)
    fastest = float(jobs_per_min.max()) + rate * int(servers.max(initial=0))
    steps = max(1, int(np.ceil(QUARTER_MIN * fastest / 0.5)))
    number = _run(jobs_per_min, servers, rate, states, steps, finish)
    return Queue(number, servers, rate)


@njit(cache=True, nogil=True)
def _run(jobs: Floats, servers: Ints, rate: float, states: int, steps: int, finish: bool) -> Floats:
    quarters = len(jobs)
    p = np.zeros(states)
    p[0] = 1.0
    new = np.zeros(states)
    kept = np.zeros((quarters // 4, states))
    before = servers[quarters - 1]
    dt = 15.0 / steps
    for quarter in range(WEEKS * quarters):
        k = quarter % quarters
        now = servers[k]
        if finish and now < before:
            new[:] = 0.0
            for n in range(states):
                gone = int(min(n, before) * (before - now) / before + 0.5)
                new[n - gone] += p[n]
            p[:] = new
        before = now
        up = jobs[k] * dt
        if k % 4 == 2 and quarter >= (WEEKS - 1) * quarters:
            kept[k // 4] = p
        for _ in range(steps):
            flow = 0.0  # net flow from state n - 1 to n
            for n in range(states):
                onward = 0.0
                if n + 1 < states:
                    onward = up * p[n] - rate * dt * min(n + 1, now) * p[n + 1]
                new[n] = p[n] + flow - onward
                flow = onward
            p[:] = new
    return kept


@njit(cache=True, nogil=True)
def _poisson_at_most(mean: float, most: int, into: Floats) -> None:
    """P(N <= n) for n = 0 ... most."""
    if mean > 600.0:
        for n in range(most + 1):
            z = (n + 0.5 - mean) / np.sqrt(mean)
            into[n] = 0.0 if z < -8.0 else (1.0 if z > 8.0 else 0.5 * (1 + _erf(z / np.sqrt(2.0))))
        return
    term = np.exp(-mean)
    total = term
    into[0] = total
    for n in range(1, most + 1):
        term *= mean / n
        total += term
        into[n] = min(total, 1.0)


@njit(cache=True, nogil=True)
def _erf(x: float) -> float:
    """Abramowitz and Stegun 7.1.26, error below 1.5e-7."""
    t = 1.0 / (1.0 + 0.3275911 * abs(x))
    series = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t) + (
        0.254829592
    )
    value = 1.0 - series * t * np.exp(-x * x)
    return float(value) if x >= 0 else -float(value)


def slack_shares(
    ahead: Queue,
    residual: Floats,
    deadline_min: Floats,
    slack_min: Floats,
) -> Floats:
    """Chance that at least so much of the promised time is left when the job begins.

    Parameters
    ----------
    ahead : Queue
        Of the work that goes first or is served in turn.
    residual : float array (168,)
        Chance that an arrival finds all agents busy, with work that would have to wait too.
    deadline_min : float array (168,)
        Calendar minutes from the middle of each hour of the week to the promised moment.
    slack_min : float array (slacks,)
        Ascending, from 0.

    Returns
    -------
    shares : float array (168, slacks)
    """
    return np.asarray(
        _slack(
            ahead.number, ahead.servers, ahead.rate_per_min, residual, deadline_min, slack_min,
            _MOST_QUARTERS,
        )
    )  # fmt: skip


@njit(cache=True, nogil=True)
def _slack(
    number: Floats,
    servers: Ints,
    rate: float,
    residual: Floats,
    deadline: Floats,
    slack: Floats,
    most: int,
) -> Floats:
    quarters, states = len(servers), number.shape[1]
    shares = np.zeros((number.shape[0], len(slack)))
    at_most = np.zeros(states)
    done = np.zeros(most + 2)  # jobs that all agents together would end by then
    reach = np.zeros(most + 2)  # most jobs that could have been started by then, less one
    best = np.zeros(most + 2, dtype=np.int64)
    for hour in range(number.shape[0]):
        k0 = (4 * hour + 2) % quarters
        done[0] = 0.0
        reach[0] = servers[k0]
        best[0] = 0
        for u in range(1, most + 2):
            done[u] = done[u - 1] + rate * 15.0 * servers[(k0 + u - 1) % quarters]
            value = done[u] + servers[(k0 + u) % quarters]
            if value >= reach[u - 1]:
                reach[u], best[u] = value, u
            else:
                reach[u], best[u] = reach[u - 1], best[u - 1]
        for s in range(len(slack)):
            wait = deadline[hour] - slack[s]
            if wait < 0.0:
                continue
            u = min(int(wait / 15.0), most)
            part = wait / 15.0 - u if u < most else 0.0
            ended = done[u] + part * rate * 15.0 * servers[(k0 + u) % quarters]
            c = servers[(k0 + u) % quarters]
            if ended + c < reach[u]:
                ended, c = done[best[u]], servers[(k0 + best[u]) % quarters]
            _poisson_at_most(ended, states - 1, at_most)
            late = 0.0
            for n in range(states):
                if n >= c:
                    late += number[hour, n] * at_most[n - c]
            if servers[k0] > 0:  # kept by a job in hand only
                free = 0.0
                for n in range(min(servers[k0], states)):
                    free += number[hour, n]
                late += min(residual[hour], free) * np.exp(-ended)
            shares[hour, s] = max(0.0, 1.0 - late)
    return shares


def within(slack_min: Floats, share: Floats, travel_min: Floats, sigma: float) -> Floats:
    """P(travel <= slack) for trips of these mean minutes.

    Parameters
    ----------
    slack_min : float array (slacks,)
    share : float array (slacks,)
        Chance of at least so much slack, descending.
    travel_min : float array
        Mean minutes; 0: nobody travels.
    sigma : float
        Of the lognormal factor, whose mean is 1.
    """
    from scipy.special import ndtr

    mass = np.append(share[:-1] - share[1:], share[-1])
    middle = np.append((slack_min[:-1] + slack_min[1:]) / 2, slack_min[-1])
    travel = np.asarray(travel_min, dtype=np.float64)[..., None]
    with np.errstate(divide="ignore", invalid="ignore"):
        if sigma > 0:
            z = (np.log(middle) - np.log(travel) + sigma**2 / 2) / sigma
            met = ndtr(z)
        else:
            met = (travel <= middle).astype(np.float64)
    met = np.where(travel <= 0, 1.0, np.where(np.isfinite(travel), met, 0.0))
    return np.asarray((met * mass).sum(axis=-1))


def overflow(load: Floats, servers: Ints) -> Floats:
    """Share of a load that its own agents cannot take at once (Erlang B), by quarter.

    Parameters
    ----------
    load : float array (672,)
        Erlang.
    servers : int array (672,)
        Own agents; 0: all of it overflows.

    Examples
    --------
    >>> overflow(np.array([10.0, 2.0]), np.array([17, 0])).round(4).tolist()
    [0.0129, 1.0]
    """
    blocking = np.ones(len(load))
    for n in range(1, int(servers.max(initial=0)) + 1):
        step = load * blocking / (n + load * blocking)
        blocking = np.where(n <= servers, step, blocking)
    return blocking


def business_deadline(open_quarter: Bools | None, within_min: float) -> Floats:
    """Calendar minutes from the middle of each hour until so much business time is over, (168,).

    Parameters
    ----------
    open_quarter : bool array (672,) or None
        Business hours of a week; None: the calendar clock.
    within_min : float
    """
    if open_quarter is None or open_quarter.all():
        return np.full(QUARTERS // 4, within_min)
    weeks = 2 + int(within_min / (QUARTER_MIN * max(int(open_quarter.sum()), 1)))
    many = np.tile(open_quarter, weeks)
    passed = np.concatenate([[0.0], np.cumsum(many * QUARTER_MIN)])
    calendar = np.arange(len(passed)) * QUARTER_MIN
    starts = MINUTES_PER_HOUR * (np.arange(QUARTERS // 4) + 0.5)
    target = np.interp(starts, calendar, passed) + within_min
    first = np.searchsorted(passed, target - 1e-9, side="left")
    ends = calendar[first] - (passed[first] - target)
    return np.asarray(ends - starts)
