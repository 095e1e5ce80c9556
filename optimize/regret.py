"""Regret: what a plan costs too much, if another demand comes than the one it was made for.

Every plan is played under every demand on one block of requests (common random numbers), so
costs differ by the plans alone. The plan of a demand is the one that bears its name; a robust
plan bears a name of its own. Regret counts money only: where promises break, a plan may look
cheaper than one that keeps them, so broken promises stand beside it and rule a plan out.

References
----------
Savage (1951), The theory of statistical decision; Kouvelis and Yu (1997), Robust Discrete
Optimization and its Applications (minimax regret).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from network.errors import Problem, ScenarioError
from network.model import Network
from optimize.proof.certificate import LEVEL, Row, judge
from optimize.staffing.measured import Block
from optimize.staffing.requirements import requirements_of
from sim.api import simulate
from sim.estimates import t_intervals
from sim.kpis import Window

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Fate:
    """A plan under a demand.

    Parameters
    ----------
    plan, demand : str
    cost : float
        Per month, mean over the block.
    regret, lower, upper : float
        Cost beyond that of the demand's own plan, with its paired 95 % interval.
    rows : tuple of Row
        Promises and floors with their lower 95 % limits.
    """

    plan: str
    demand: str
    cost: float
    regret: float
    lower: float
    upper: float
    rows: tuple[Row, ...]

    @property
    def holds(self) -> bool:
        """Whether every promise reaches its target on the mean of the block."""
        return all(row.seen == 0 or row.simulated >= row.target for row in self.rows)

    @property
    def shown(self) -> bool:
        """Whether every promise's lower limit reaches its target."""
        return all(row.holds for row in self.rows)

    @property
    def broken(self) -> tuple[str, ...]:
        """Promises that miss their target on the mean."""
        return tuple(
            row.requirement.name
            for row in self.rows
            if row.seen > 0 and not row.simulated >= row.target
        )


@dataclass(frozen=True)
class RegretTable:
    """Every plan under every demand.

    Parameters
    ----------
    factors : mapping of str to float
        Demands, as factors on every rate.
    plans : tuple of str
    fates : tuple of Fate
        Plan by plan.
    base : str
        The demand that is expected: of factor 1, or nearest to it.
    block : Block
    seed : int
    """

    factors: Mapping[str, float]
    plans: tuple[str, ...]
    fates: tuple[Fate, ...]
    base: str
    block: Block
    seed: int

    def fate(self, plan: str, demand: str) -> Fate:
        """One cell of the table.

        Raises
        ------
        KeyError
            If there is no such plan or demand.
        """
        for fate in self.fates:
            if (fate.plan, fate.demand) == (plan, demand):
                return fate
        raise KeyError(f"no plan {plan} under demand {demand}")

    def worst(self, plan: str) -> Fate:
        """The demand under which a plan is regretted most."""
        return max((self.fate(plan, d) for d in self.factors), key=lambda fate: fate.regret)

    def stands(self, plan: str) -> bool:
        """Whether a plan keeps its promises under every demand, on the mean."""
        return all(self.fate(plan, demand).holds for demand in self.factors)

    @property
    def minimax(self) -> str | None:
        """The plan of least worst regret among those that stand; None if none does."""
        standing = [plan for plan in self.plans if self.stands(plan)]
        return min(standing, key=lambda plan: self.worst(plan).regret, default=None)

    def price_of_robustness(self, plan: str) -> float:
        """What a plan costs a month beyond the expected demand's own plan, if that demand comes."""
        return self.fate(plan, self.base).regret


def regret_table(
    plans: Mapping[str, Network],
    factors: Mapping[str, float],
    window: Window,
    seed: int,
    block: Block,
    workers: int | None = None,
) -> RegretTable:
    """Play every plan under every demand.

    Parameters
    ----------
    plans : mapping of str to Network
        As staffed, at the scenario's own demand. Every demand has the plan of its name.
    factors : mapping of str to float
        Demands by name, such as ``{"low": 0.9, "base": 1.0, "high": 1.1}``.
    window : Window
    seed : int
    block : Block
        Of replications; the same for all.
    workers : int, optional

    Raises
    ------
    ScenarioError
        If a demand has no plan, or a factor is no positive number.
    """
    _check(plans, factors)
    played = {
        (plan, demand): _play(network, factor, window, seed, block, workers)
        for demand, factor in factors.items()
        for plan, network in plans.items()
    }
    fates = []
    for plan in plans:
        for demand in factors:
            cost, rows = played[plan, demand]
            beyond = t_intervals((cost - played[demand, demand][0])[:, None])
            mean, lower, upper = (
                float(one[0]) for one in (beyond.mean, beyond.lower, beyond.upper)
            )
            fates.append(Fate(plan, demand, float(cost.mean()), mean, lower, upper, rows))
    base = min(factors, key=lambda demand: abs(math.log(factors[demand])))
    return RegretTable(dict(factors), tuple(plans), tuple(fates), base, block, seed)


def _check(plans: Mapping[str, Network], factors: Mapping[str, float]) -> None:
    problems = [
        Problem(f"demand {name}", f"got {factor}; expected a factor above 0")
        for name, factor in factors.items()
        if not 0 < factor < math.inf
    ]
    problems += [
        Problem(f"demand {name}", f"it has no plan; got plans {', '.join(plans)}")
        for name in factors
        if name not in plans
    ]
    if problems or not factors:
        no_demand = [Problem("demands", "got none; expected at least one")]
        raise ScenarioError("the regret table", problems or no_demand)


def _play(
    network: Network, factor: float, window: Window, seed: int, block: Block, workers: int | None
) -> tuple[Floats, tuple[Row, ...]]:
    """Cost of every replication, and promises with their limits."""
    result = simulate(
        replace(network, demand_factor=network.demand_factor * factor),
        replications=block.count,
        first=block.first,
        seed=seed,
        horizon=window.end,
        warm_up=window.start,
        drain=window.horizon - window.end,
        workers=workers,
        allow_overload=True,
    )
    kpis = result.kpis_by_replication
    cost = result.values[:, kpis[0].index.position("cost")]
    rows = judge(requirements_of(result.network), [one.kept for one in kpis], LEVEL)
    return np.asarray(cost), rows
