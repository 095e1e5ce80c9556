"""What a solver is allowed, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Status(StrEnum):
    """What is known of a plan.

    ``optimal``: proved within the gap asked for. ``feasible``: the best found in the time.
    ``infeasible``: proved that there is none. ``unknown``: none found in the time.
    """

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"

    @property
    def has_plan(self) -> bool:
        """Whether there are values to read."""
        return self in (Status.OPTIMAL, Status.FEASIBLE)


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a solver may work.

    Parameters
    ----------
    seconds : float
        On the clock. A plan found by then is returned with its gap.
    gap : float
        Relative gap at which a plan counts as optimal.
    seed : int
    nodes : int or None
        Limit of branch-and-bound nodes, the same on every machine: with it and no
        time limit in reach, a plan that is not optimal is reproducible too.
    cuts : bool
        False: SCIP branches without cutting planes, which small dense programs solve sooner.
    """

    seconds: float = 60.0
    gap: float = 1e-6
    seed: int = 0
    nodes: int | None = None
    cuts: bool = True


@dataclass(frozen=True, slots=True)
class Solved:
    """A solver's answer.

    Parameters
    ----------
    status : Status
    objective, bound : float
        NaN where there is none; the bound is from below.
    values : float array (variables,)
        Empty unless the status has a plan.
    seconds : float
        On the clock.
    solver, version : str
    """

    status: Status
    objective: float
    bound: float
    values: Floats
    seconds: float
    solver: str
    version: str


@cache
def solver_version() -> str:
    """Version of OR-Tools."""
    from importlib.metadata import version

    return version("ortools")
