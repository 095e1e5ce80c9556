"""`Allocation`: which level every region gets, and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from network.errors import Problem
from optimize.solver import Status, relative_gap, require_plan

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Aim(StrEnum):
    """What an optimal allocation is best at.

    ``weighted``: most service, weighted by demand. ``worst``: most service for the region
    that has least, and among those allocations the most weighted service.
    """

    WEIGHTED = "weighted"
    WORST = "worst"


@dataclass(frozen=True, slots=True)
class Allocation:
    """A level for every region.

    Parameters
    ----------
    name : str
        Of the rule, or ``optimum``.
    regions : tuple of str, length R
    levels : int array (R,)
        Empty without a plan, as all arrays.
    shares : float array (R,)
        Of the money: what an optimum spends, what a rule grants.
    spend : float array (R,)
        What the levels cost.
    service : float array (R,)
        Share handled in time at these levels.
    objective : float
        Service weighted by demand; NaN without a plan.
    worst : float
        Service of the region that has least; under the aim ``worst`` the most possible.
    bound : float
        No allocation within the budget (and, under ``worst``, as good for the worst region) has
        more weighted service; NaN for a rule.
    status : Status
    budget : float
    seconds : float
        On the clock.
    solver, version : str
    shortfalls : tuple of Problem
        Why there is none: which region, by how much, what would be enough.
    """

    name: str
    regions: tuple[str, ...]
    status: Status
    budget: float
    levels: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    shares: Floats = field(default_factory=lambda: np.zeros(0))
    spend: Floats = field(default_factory=lambda: np.zeros(0))
    service: Floats = field(default_factory=lambda: np.zeros(0))
    objective: float = np.nan
    worst: float = np.nan
    bound: float = np.nan
    seconds: float = 0.0
    solver: str = ""
    version: str = ""
    shortfalls: tuple[Problem, ...] = ()

    @property
    def gap(self) -> float:
        """Relative distance of objective and bound; NaN without a plan or a bound."""
        return relative_gap(self.objective, self.bound)

    def require(self) -> Allocation:
        """Return the allocation if there is one.

        Raises
        ------
        InfeasibleError
            If it is proved that there is none, with the reasons.
        PlanningError
            If none was found in the time.
        """
        require_plan("the allocation", self.status, self.shortfalls, self.seconds)
        return self
