"""Larson's hypercube, zero-line variant: who is sent to whom when nobody can wait.

Rates are per time unit; any unit will do if it is the same throughout.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.queueing._inputs import non_negative, positive, same_length

MOST_SERVERS = 13  # 2**13 states; the largest system of equations has 1716 unknowns


@dataclass(frozen=True, slots=True)
class Hypercube:
    """Servers that are each called in an order of preference, in the long run.

    Parameters
    ----------
    busy : tuple of float
        Busy share of each server's time.
    dispatched : tuple of tuple of float
        By class and server: share of all calls that are of this class and get this server.
    lost : tuple of float
        By class: share of its calls that find none of its servers free.
    all_busy : float
        Probability that all servers are busy.
    not_first_choice : float
        Share of the calls served whose server was not the first of their list.
    """

    busy: tuple[float, ...]
    dispatched: tuple[tuple[float, ...], ...]
    lost: tuple[float, ...]
    all_busy: float
    not_first_choice: float


def hypercube_loss(
    rates: Sequence[float], preferences: Sequence[Sequence[int]], mus: Sequence[float]
) -> Hypercube:
    """Return how often each server is busy and sent to each class, solved exactly.

    A call goes to the first free server of its class's list, and is lost if there is none. State
    b of the 2^n states has server i busy if bit i of b is set.

    Parameters
    ----------
    rates : sequence of float
        Calls per time unit by class.
    preferences : sequence of sequence of int
        By class: servers from the most to the least preferred, counted from 0. Those not listed
        never serve the class.
    mus : sequence of float
        Services per time unit by server; at most 13 servers.

    Returns
    -------
    Hypercube

    Raises
    ------
    ValueError
        If a rate is negative or all are zero, a service rate is not above zero, a list is empty,
        names a server twice or one that does not exist, or there are too many servers.

    References
    ----------
    Larson (1974), A hypercube queuing model for facility location and redistricting in urban
    emergency services. Computers & Operations Research 1, 67-95.
    Larson and Odoni (1981), Urban Operations Research, sections 5.3 and 5.4.

    Examples
    --------
    >>> city = hypercube_loss([0.6, 0.9], preferences=[[0, 1], [1, 0]], mus=[1.0, 1.0])
    >>> [round(busy, 4) for busy in city.busy], round(city.all_busy, 4)
    ([0.5007, 0.5338], 0.3103)
    """
    same_length(rates=rates, preferences=preferences)
    call_rates = np.array([non_negative("rates", rate) for rate in rates])
    service_rates = np.array([positive("mus", mu) for mu in mus])
    n = service_rates.size
    if not 1 <= n <= MOST_SERVERS:
        raise ValueError(f"mus: got {n} servers; expected 1 to {MOST_SERVERS}")
    if call_rates.sum() == 0:
        raise ValueError("rates: got a sum of 0; expected a sum > 0")
    for order in preferences:
        if len(order) == 0 or len(set(order)) < len(order) or not set(order) <= set(range(n)):
            raise ValueError(
                f"preferences: got {list(order)}; expected different servers from 0 to {n - 1}"
            )

    states = np.arange(2**n)
    is_busy = (states[:, None] >> np.arange(n)) & 1 == 1
    sent = np.full((len(preferences), states.size), -1)  # server by class and state, -1 = lost
    for server_of, order in zip(sent, preferences, strict=True):
        for i in reversed(order):
            server_of[~is_busy[:, i]] = i
    up = np.stack([call_rates @ (sent == i) for i in range(n)], axis=1)
    share = _stationary(up, service_rates, is_busy)

    calls = call_rates / call_rates.sum()
    dispatched = np.stack([calls * ((sent == i) @ share) for i in range(n)], axis=1)
    first = sum(float(row[order[0]]) for row, order in zip(dispatched, preferences, strict=True))
    return Hypercube(
        busy=tuple((share @ is_busy).tolist()),
        dispatched=tuple(tuple(row) for row in dispatched.tolist()),
        lost=tuple(((sent == -1) @ share).tolist()),
        all_busy=float(share[-1]),
        not_first_choice=1 - first / float(dispatched.sum()),
    )


def _stationary(
    up: NDArray[np.float64], mus: NDArray[np.float64], is_busy: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return the probability of each state, by block elimination over the number of busy servers.

    Calls lead from level k - 1 (so many busy) to level k, services back. Eliminating the levels
    from the top leaves p[k] = p[k-1] ratio[k], and level 0 is a single state.
    """
    out = up.sum(axis=1) + is_busy @ mus
    level = is_busy.sum(axis=1)
    levels = [np.flatnonzero(level == k) for k in range(mus.size + 1)]
    place = np.empty(level.size, int)  # of a state within its level
    for members in levels:
        place[members] = np.arange(members.size)

    ratios = []
    staying = np.diag(out[levels[-1]])
    for below, above in zip(levels[-2::-1], levels[:0:-1], strict=True):
        rise = np.zeros((below.size, above.size))
        fall = np.zeros((above.size, below.size))
        for i, mu in enumerate(mus):
            idle = below[~is_busy[below, i]]
            sent = idle | 1 << i
            rise[place[idle], place[sent]] = up[idle, i]
            fall[place[sent], place[idle]] = mu
        ratios.append(np.linalg.solve(staying.T, rise.T).T)
        staying = np.diag(out[below]) - ratios[-1] @ fall

    weights = np.ones(level.size)
    for ratio, below, above in zip(reversed(ratios), levels[:-1], levels[1:], strict=True):
        weights[above] = weights[below] @ ratio
    probabilities: NDArray[np.float64] = weights / weights.sum()
    return probabilities
