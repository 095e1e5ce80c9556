"""What every answer shares: how far it is from its bound, and what to say without a plan."""

from __future__ import annotations

from collections.abc import Sequence

from network.errors import InfeasibleError, PlanningError, Problem
from optimize.solver.result import Status


def relative_gap(objective: float, bound: float) -> float:
    """Relative distance of objective and bound; NaN where one of them is.

    Examples
    --------
    >>> relative_gap(200.0, 190.0)
    0.05
    """
    return abs(objective - bound) / max(abs(objective), 1e-9)


def require_plan(
    name: str, status: Status, shortfalls: Sequence[Problem], seconds: float, more: str = "time"
) -> None:
    """Refuse an answer that has no plan.

    Parameters
    ----------
    name : str
        Of what was asked.
    status : Status
    shortfalls : sequence of Problem
        Why there is none.
    seconds : float
        Spent on it.
    more : str
        What to allow more of.

    Raises
    ------
    InfeasibleError
        If it is proved that there is none, with the reasons.
    PlanningError
        If none was found in the time.
    """
    if status is Status.INFEASIBLE:
        raise InfeasibleError(name, shortfalls)
    if not status.has_plan:
        raise PlanningError(f"{name}: no plan was found in {seconds:.0f} s; allow more {more}")
