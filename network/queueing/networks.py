"""Several stations: traffic equations and open Jackson networks.

Rates are per time unit and times are in that unit; any unit will do if it is the same throughout.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from network.queueing._inputs import same_length
from network.queueing.erlang import mmc
from network.queueing.steady_state import SteadyState

ROUNDING = 1e-9


def traffic(arrivals: ArrayLike, routing: ArrayLike) -> NDArray[np.float64]:
    """Return the flow through each station, v = a (I - P)^-1.

    Parameters
    ----------
    arrivals : array_like of shape (n,)
        a, arrivals from outside per time unit.
    routing : array_like of shape (n, n)
        P[i, j], mean number of customers sent to station j by one that leaves station i: a
        probability unless customers split.

    Returns
    -------
    ndarray of shape (n,)
        Visits per time unit.

    Raises
    ------
    ValueError
        If the shapes do not fit, an entry is negative or not finite, or the spectral radius of P
        is 1 or more, so that somebody would never leave.

    References
    ----------
    Jackson (1957), Networks of waiting lines. Operations Research 5, 518-521.

    Examples
    --------
    A call centre escalates 30 % of its calls to engineers, who send 10 % of theirs back:

    >>> traffic([100, 0], [[0, 0.3], [0.1, 0]]).round(2).tolist()
    [103.09, 30.93]
    """
    a, p = np.asarray(arrivals, float), np.asarray(routing, float)
    if a.ndim != 1 or a.size == 0 or p.shape != (a.size, a.size):
        raise ValueError(f"routing: got shape {p.shape}, arrivals {a.shape}; expected (n, n), (n,)")
    for name, values in (("arrivals", a), ("routing", p)):
        if not (np.isfinite(values).all() and (values >= 0).all()):
            raise ValueError(f"{name}: got {values.tolist()}; expected finite numbers >= 0")
    radius = float(np.abs(np.linalg.eigvals(p)).max())
    if radius >= 1 - ROUNDING:
        raise ValueError(f"routing: got a spectral radius of {radius:.6g}; expected < 1")
    return np.maximum(np.linalg.solve(np.eye(a.size) - p.T, a), 0.0)  # no -1e-17 by rounding


@dataclass(frozen=True, slots=True)
class JacksonNetwork:
    """An open network of stations in the long run.

    Parameters
    ----------
    stations : tuple of SteadyState
        Each station by itself; its times are per visit.
    flows : tuple of float
        Visits per time unit to each station.
    mean_visits : float
        Visits of one customer to all stations.
    mean_number : float
        Customers in the network.
    mean_time : float
        From entering to leaving the network, in the time unit of the rates.
    """

    stations: tuple[SteadyState, ...]
    flows: tuple[float, ...]
    mean_visits: float
    mean_number: float
    mean_time: float


def jackson(
    arrivals: Sequence[float], mus: Sequence[float], cs: Sequence[int], routing: ArrayLike
) -> JacksonNetwork:
    """Return the means of an open Jackson network: each station behaves as M/M/c by itself.

    Parameters
    ----------
    arrivals : sequence of float
        Arrivals from outside per time unit, by station.
    mus : sequence of float
        Services per time unit of one busy server, by station.
    cs : sequence of int
        Servers by station.
    routing : array_like of shape (n, n)
        P[i, j], probability to go from station i to j; who goes nowhere leaves.

    Returns
    -------
    JacksonNetwork

    Raises
    ------
    ValueError
        If the lengths differ, nothing arrives, a row of P sums to more than 1, nobody leaves
        (see `traffic`), or a station has rho >= 1 (which one is said).

    References
    ----------
    Jackson (1957), Networks of waiting lines. Operations Research 5, 518-521.

    Examples
    --------
    >>> network = jackson([1.0], mus=[1.0], cs=[2], routing=[[0.25]])
    >>> round(network.mean_visits, 4), round(network.mean_time, 4)
    (1.3333, 2.4)
    """
    same_length(arrivals=arrivals, mus=mus, cs=cs)
    flows = tuple(traffic(arrivals, routing).tolist())
    leaving = np.asarray(routing, float).sum(axis=1).max()
    if leaving > 1 + ROUNDING:
        raise ValueError(f"routing: got a row with sum {leaving:.6g}; expected at most 1")
    entering = float(sum(arrivals))
    if entering == 0:
        raise ValueError("arrivals: got a sum of 0; expected a sum > 0")
    stations = []
    for i, (flow, mu, c) in enumerate(zip(flows, mus, cs, strict=True)):
        try:
            stations.append(mmc(flow, mu, c))
        except ValueError as error:
            raise ValueError(f"station {i}: {error}") from error
    mean_number = sum(station.mean_number for station in stations)
    return JacksonNetwork(
        stations=tuple(stations),
        flows=flows,
        mean_visits=sum(flows) / entering,
        mean_number=mean_number,
        mean_time=mean_number / entering,
    )
