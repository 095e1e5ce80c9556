"""`LevelTable`: what a region's service would be at each level of a resource.

Levels are whole numbers (agents, sites), their costs and service are given level by level:
service need be neither concave nor even rising. `erlang_levels` fills a table from theory;
simulation may fill it with what it measured.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from network.errors import Problem, ScenarioError
from network.queueing import erlang_c

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_NODES = 64
"""Equal-probability nodes of a trip's lognormal factor."""


@dataclass(frozen=True, slots=True)
class LevelTable:
    """Cost and service of a region at every level.

    Built by `from_arrays`, which validates it.

    Parameters
    ----------
    region : str
    demand : float
        Weight of the region's service: requests due.
    level : int array (L,)
        Ascending.
    cost : float array (L,)
    service : float array (L,)
        Share of requests handled in time, 0 to 1.
    """

    region: str
    demand: float
    level: Ints
    cost: Floats
    service: Floats

    @classmethod
    def from_arrays(
        cls,
        region: str,
        cost: ArrayLike,
        service: ArrayLike,
        demand: float = 1.0,
        level: Sequence[int] | None = None,
    ) -> LevelTable:
        """A table from arrays (L,).

        Raises
        ------
        ScenarioError
            With everything that is wrong with them.

        Examples
        --------
        >>> LevelTable.from_arrays("Lugo", cost=[0, 100, 200], service=[0, 0.7, 0.9]).level
        array([0, 1, 2])
        """
        costs = np.asarray(cost, dtype=np.float64).ravel()
        shares = np.asarray(service, dtype=np.float64).ravel()
        numbers = list(range(len(costs))) if level is None else [int(one) for one in level]
        problems = []
        if not len(costs) or not len(costs) == len(shares) == len(numbers):
            message = (
                f"got {len(costs)} costs, {len(shares)} services and {len(numbers)} levels; "
                "expected equally many, at least one"
            )
            problems.append(Problem(f"region {region}", message))
        for name, values, most in (("cost", costs, np.inf), ("service", shares, 1.0)):
            bad = np.flatnonzero(~(np.isfinite(values) & (values >= 0) & (values <= most)))
            if len(bad):
                expected = "a finite number >= 0" if most > 1 else "a share from 0 to 1"
                message = f"level {bad[0]} has {values[bad[0]]:g}; expected {expected}"
                problems.append(Problem(f"region {region}, {name}", message))
        if not (math.isfinite(demand) and demand >= 0):
            message = f"got {demand!r}; expected a finite number >= 0"
            problems.append(Problem(f"region {region}, demand", message))
        if sorted(set(numbers)) != numbers:
            problems.append(Problem(f"region {region}, level", "expected ascending levels"))
        if problems:
            raise ScenarioError("the level tables", problems)
        return cls(region, float(demand), np.array(numbers, dtype=np.int64), costs, shares)

    def __len__(self) -> int:
        """Number of levels."""
        return len(self.level)


def erlang_levels(
    region: str,
    *,
    arrivals_per_h: float,
    on_site_min: float,
    within_min: float,
    most_agents: int,
    cost_per_agent: float,
    travel_min: ArrayLike = 0.0,
    travel_share: ArrayLike | None = None,
    noise_sigma: float = 0.0,
    fixed_cost: float = 0.0,
    demand: float | None = None,
) -> LevelTable:
    """Service by theory at 0, 1, ... agents: P(wait + travel <= T) of M/M/c.

    A job takes an agent out, work and back: its mean is S + 2 E[V]. With a = lam (S + 2 E[V])
    below c, the wait is 0 with probability 1 - C(a, c), else exponential with rate
    theta = (c - a) / (S + 2 E[V]), and independent of the trip V, so that

        service = P(V <= T) - C(a, c) E[exp(-theta (T - V)); V <= T].

    Where c <= a the queue grows without bound: service 0 in the long run. An approximation:
    jobs are not exponential, and the trip of a busy hour is longer.

    Parameters
    ----------
    region : str
    arrivals_per_h : float
        Requests per hour on duty.
    on_site_min : float
        Mean work of a request [S].
    within_min : float
        Response promised [T].
    most_agents : int
        Levels 0 to so many.
    cost_per_agent : float
        In the scenario's currency, over the planning period.
    travel_min : array-like (places,)
        Mean trip to each place served [V]; 0: customers walk in or call.
    travel_share : array-like (places,), optional
        Shares of the requests; None: equal.
    noise_sigma : float
        Sigma of the lognormal factor on each trip, mean 1.
    fixed_cost : float
        Paid at any level above 0.
    demand : float, optional
        Weight of the region; None: its arrivals per hour.

    Raises
    ------
    ScenarioError
        With everything that is wrong with the numbers.

    References
    ----------
    Erlang (1917); Larson and Odoni (1981), Urban Operations Research, section 5.2.

    Examples
    --------
    >>> table = erlang_levels("Lugo", arrivals_per_h=2, on_site_min=60, within_min=90,
    ...                       most_agents=6, cost_per_agent=3000, travel_min=[10, 50])
    >>> table.service.round(3)
    array([0.   , 0.   , 0.   , 0.   , 0.   , 0.659, 0.889])
    """
    problems = []
    amounts = {
        "arrivals_per_h": arrivals_per_h,
        "on_site_min": on_site_min,
        "within_min": within_min,
        "most_agents": most_agents,
        "cost_per_agent": cost_per_agent,
        "noise_sigma": noise_sigma,
        "fixed_cost": fixed_cost,
    }
    for name, value in amounts.items():
        if not (math.isfinite(value) and value >= 0):
            problems.append(Problem(name, f"got {value!r}; expected a finite number >= 0"))
    trip = np.atleast_1d(np.asarray(travel_min, dtype=np.float64))
    share = np.ones(trip.shape) if travel_share is None else np.asarray(travel_share, np.float64)
    if not (np.isfinite(trip) & (trip >= 0)).all() or not trip.size:
        problems.append(Problem("travel_min", "expected finite minutes >= 0, at least one"))
    if share.shape != trip.shape or not ((share >= 0).all() and 0 < share.sum() < math.inf):
        message = f"expected {trip.size} finite shares >= 0, one of them above 0"
        problems.append(Problem("travel_share", message))
    if problems:
        raise ScenarioError(f"the levels of {region}", problems)
    share = share / share.sum()
    work_min = on_site_min + 2 * float(share @ trip)
    service = [
        _within(c, arrivals_per_h / 60, work_min, within_min, trip, share, noise_sigma)
        for c in range(int(most_agents) + 1)
    ]
    cost = cost_per_agent * np.arange(len(service)) + np.where(
        np.arange(len(service)), fixed_cost, 0
    )
    weight = arrivals_per_h if demand is None else demand
    return LevelTable.from_arrays(region, cost, np.clip(service, 0.0, 1.0), weight)


def _within(
    agents: int,
    per_min: float,
    work_min: float,
    within_min: float,
    trip: Floats,
    share: Floats,
    sigma: float,
) -> float:
    """P(wait + travel <= T) with so many agents."""
    load = per_min * work_min
    if agents <= load or agents == 0:
        return 0.0
    arrived = sum(
        part * _trip_within(minutes, within_min, sigma)
        for minutes, part in zip(trip.tolist(), share.tolist(), strict=True)
    )
    waits = erlang_c(load, agents)
    if waits == 0:
        return float(arrived)
    spare = (agents - load) / work_min
    left = within_min - trip[:, None] * _trip_factors(sigma)
    late = np.where(left >= 0, np.exp(-spare * np.maximum(left, 0.0)), 0.0).mean(axis=1)
    return float(arrived - waits * (share @ late))


def _trip_factors(sigma: float) -> Floats:
    """Equally likely lognormal factors of mean 1."""
    if sigma == 0:
        return np.ones(1)
    normal = NormalDist()
    nodes = np.array([normal.inv_cdf((k + 0.5) / _NODES) for k in range(_NODES)])
    factor = np.exp(sigma * nodes)
    return np.asarray(factor / factor.mean())


def _trip_within(minutes: float, within_min: float, sigma: float) -> float:
    """P(trip of this mean <= T)."""
    if sigma == 0 or minutes == 0 or within_min == 0:
        return float(minutes <= within_min)
    return NormalDist().cdf((math.log(within_min) - math.log(minutes)) / sigma + sigma / 2)
