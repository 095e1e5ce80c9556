"""Which alternatives keep their promises: decided one by one, with a tolerance."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from study.selection.boundary import h_squared
from study.selection.observations import BudgetSpent, Seen

Floats = NDArray[np.float64]


class Standing(StrEnum):
    """Whether an alternative keeps its promises."""

    KEEPS = "keeps its promises"
    BREAKS = "breaks a promise"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Feasibility:
    """How an alternative stands to its promises.

    Parameters
    ----------
    alternative : str
    standing : Standing
    shares : float array (promises,)
        Met of due in the replications it took.
    replications : int
        That it took.
    broken : int or None
        Number of the promise that was found broken.
    """

    alternative: str
    standing: Standing
    shares: Floats
    replications: int
    broken: int | None = None


def check_feasibility(
    seen: Seen, targets: Floats, tolerances: Floats, *, error: float, first: int
) -> list[Feasibility]:
    """Check every alternative's promises, each alternative only as long as it takes.

    A promise is a target share of what is due, so the sum of ``met - target * due`` drifts
    up where it is kept and down where it is broken, whatever the replications' sizes (a
    ratio of sums, never a mean of shares). Its triangle closes around the tolerance.

    Parameters
    ----------
    seen : Seen
    targets, tolerances : float array (promises,)
        Shares; what lies within the tolerance of the target may be called either way.
    error : float
        Bound for the chance that any alternative is called wrongly: kept at a share of
        ``target - tolerance`` or less, or broken at ``target + tolerance`` or more.
    first : int
        Replications from which variances are estimated.

    Returns
    -------
    list of Feasibility
        Undecided where the budget ended.

    References
    ----------
    Andradottir and Kim (2010), Fully sequential procedures for comparing constrained systems
    via simulation, Naval Research Logistics 57(5): procedure F; Batur and Kim (2010), Finding
    feasible systems in the presence of constraints on multiple performance measures, ACM
    TOMACS 20(3): several promises.
    """
    each = error / max(1, len(seen.names) * len(targets))
    h2 = h_squared(each, first, one_look=True)
    return [_check(seen, name, targets, tolerances, h2, first) for name in seen.names]


def _check(
    seen: Seen, name: str, targets: Floats, tolerances: Floats, h2: float, first: int
) -> Feasibility:
    n = first
    met, due = np.zeros((0, len(targets))), np.zeros((0, len(targets)))
    height = np.zeros(len(targets))
    open_ones = np.ones(len(targets), dtype=np.bool_)
    while open_ones.any():
        try:
            met, due = seen.kept(name, n)
        except BudgetSpent:
            return Feasibility(name, Standing.UNDECIDED, _share(met, due), len(met))
        above = met - targets * due
        if n == first:
            mean_due = due.mean(axis=0)
            slack = tolerances * mean_due
            # a few replications without a miss are no proof that there is no variance: at
            # least what independent requests have at the target
            least = targets * (1 - targets) * mean_due
            height = h2 * np.maximum(above.var(axis=0, ddof=1), least)
            open_ones &= mean_due > 0  # nobody asks for it: kept
        total = above.sum(axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            edge = np.maximum(0.0, height / (2 * slack) - slack * n / 2)
        broken = open_ones & (total < 0) & (total <= -edge)
        if broken.any():
            worst = int(np.flatnonzero(broken)[0])
            return Feasibility(name, Standing.BREAKS, _share(met, due), n, worst)
        open_ones &= total < edge
        n += 1
    return Feasibility(name, Standing.KEEPS, _share(met, due), max(len(met), 0))


def _share(met: Floats, due: Floats) -> Floats:
    total = due.sum(axis=0)
    return np.where(total > 0, met.sum(axis=0) / np.maximum(total, 1e-300), np.nan)
