"""`Plan`: what every formulation returns."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from network.errors import Problem
from optimize.solver import Status, relative_gap, require_plan

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

UNASSIGNED = -1


def _no_ints() -> Ints:
    return np.zeros(0, dtype=np.int64)


def _no_floats() -> Floats:
    return np.zeros(0)


@dataclass(frozen=True, slots=True)
class Plan:
    """Where to open, who serves whom, and what is known of it.

    Parameters
    ----------
    formulation : str
    status : Status
    objective : float
        NaN without a plan. In the formulation's own sense (cover is maximised).
    bound : float
        No plan is better than this: above the objective where it is maximised.
    seconds : float
        On the clock, model building included.
    solver, version : str
    open_sites : int array (open,)
        Site numbers, ascending.
    units : int array (open,)
        Units at each (1 unless the formulation places several).
    site_id : tuple of str
        Ids of the open sites.
    assignment : int array (zones,)
        Site of each zone, -1 where none; empty where the formulation assigns nobody,
        or several sites share a zone.
    share_zone, share_site : int array (shares,)
    share : float array (shares,)
        Which part of a zone's demand a site serves, where several may.
    uncovered : int array
        Zones that the plan (or, if infeasible, any plan) leaves out.
    shortfalls : tuple of Problem
        Why there is no plan: what, where, by how much, what would be enough.
    """

    formulation: str
    status: Status
    objective: float
    bound: float
    seconds: float
    solver: str
    version: str
    open_sites: Ints = field(default_factory=_no_ints)
    units: Ints = field(default_factory=_no_ints)
    site_id: tuple[str, ...] = ()
    assignment: Ints = field(default_factory=_no_ints)
    share_zone: Ints = field(default_factory=_no_ints)
    share_site: Ints = field(default_factory=_no_ints)
    share: Floats = field(default_factory=_no_floats)
    uncovered: Ints = field(default_factory=_no_ints)
    shortfalls: tuple[Problem, ...] = ()

    @property
    def gap(self) -> float:
        """Relative distance of objective and bound; NaN without a plan."""
        return relative_gap(self.objective, self.bound)

    def require(self) -> Plan:
        """Return the plan if there is one.

        Raises
        ------
        InfeasibleError
            If it is proved that there is none, with the reasons.
        PlanningError
            If none was found in the time.
        """
        require_plan(self.formulation, self.status, self.shortfalls, self.seconds)
        return self
