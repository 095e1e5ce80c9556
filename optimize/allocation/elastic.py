"""Elastic capacity: alpha * demand + beta, an own core and a rented peak.

Sets        t periods
Data        D_t demand, alpha capacity per unit of demand, beta reserve,
            c own cost and p rented cost of a unit per period
Variables   n own units, the same in every period; r_t rented units
Result      need_t = alpha D_t + beta, r_t = max(need_t - n, 0)
Minimise    T c n + p sum_t r_t

Own units are paid in every period, rented ones when they work. The least n whose need is
exceeded in at most a share c / p of the periods is optimal (newsvendor).

References
----------
Arrow, Harris, Marschak (1951), Optimal inventory policy, Econometrica 19, 250-272.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from network.errors import Problem, ScenarioError

Floats = NDArray[np.float64]

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class ElasticCapacity:
    """Capacity that follows demand.

    Parameters
    ----------
    need : float array (periods,)
        alpha * demand + beta, in units (agents).
    own : float
        Units of one's own, in every period.
    rented : float array (periods,)
        What is needed beyond them.
    own_cost, rented_cost : float
        Over all periods.
    """

    need: Floats
    own: float
    rented: Floats
    own_cost: float
    rented_cost: float

    @property
    def cost(self) -> float:
        """Own and rented units over all periods."""
        return self.own_cost + self.rented_cost


def elastic(
    demand: ArrayLike,
    alpha: float,
    beta: float = 0.0,
    *,
    own_unit_cost: float = 1.0,
    rented_unit_cost: float = 1.5,
    own: float | None = None,
    whole: bool = False,
) -> ElasticCapacity:
    """Capacity alpha * demand + beta per period, as own core and rented peak.

    Parameters
    ----------
    demand : array-like (periods,)
        Requests per period, or work.
    alpha : float
        Units per unit of demand.
    beta : float
        Units of reserve.
    own_unit_cost, rented_unit_cost : float
        Of a unit per period, in one currency.
    own : float, optional
        Units of one's own: 0 rents everything, the largest need rents nothing. None: as
        many as cost least.
    whole : bool
        Round the need of each period up to whole units.

    Raises
    ------
    ScenarioError
        If a number is negative or not finite, or there are no periods.

    Examples
    --------
    Six quiet hours and two of peak; a rented agent costs twice an own one:

    >>> plan = elastic([30] * 6 + [60] * 2, alpha=0.1, beta=1, rented_unit_cost=2.0)
    >>> plan.own, plan.rented, plan.cost
    (4.0, array([0., 0., 0., 0., 0., 0., 3., 3.]), 44.0)
    """
    load = np.atleast_1d(np.asarray(demand, dtype=np.float64))
    problems = []
    if load.ndim != 1 or not load.size:
        problems.append(Problem("demand", f"got shape {load.shape}; expected (periods,)"))
    elif not (np.isfinite(load) & (load >= 0)).all():
        t = int(np.flatnonzero(~(np.isfinite(load) & (load >= 0)))[0])
        message = f"period {t} is {load[t]:g}; expected a finite number >= 0"
        problems.append(Problem("demand", message))
    numbers = {
        "alpha": alpha,
        "beta": beta,
        "own_unit_cost": own_unit_cost,
        "rented_unit_cost": rented_unit_cost,
        "own": 0.0 if own is None else own,
    }
    for name, value in numbers.items():
        if not (np.isfinite(value) and value >= 0):
            problems.append(Problem(name, f"got {value!r}; expected a finite number >= 0"))
    if problems:
        raise ScenarioError("elastic capacity", problems)
    need = alpha * load + beta
    if whole:
        need = np.ceil(need - _ROUNDING)
    core = _cheapest_core(need, own_unit_cost, rented_unit_cost) if own is None else float(own)
    rented = np.maximum(need - core, 0.0)
    return ElasticCapacity(
        need,
        core,
        rented,
        own_unit_cost * core * len(need),
        rented_unit_cost * float(rented.sum()),
    )


def _cheapest_core(need: Floats, own_cost: float, rented_cost: float) -> float:
    """Least n with so few periods of higher need that another own unit would cost more."""
    ascending = np.sort(need)
    higher = len(need) - np.searchsorted(ascending, ascending, side="right")
    steps = np.concatenate([[0.0], ascending])
    beyond = np.concatenate([[np.count_nonzero(need > 0)], higher])
    enough = beyond * rented_cost <= own_cost * len(need) * (1 + _ROUNDING)
    return float(steps[int(np.argmax(enough))])
