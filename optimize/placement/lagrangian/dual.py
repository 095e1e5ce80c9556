"""Lower bounds of a part of the search."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimize.placement.lagrangian.ascent import ascend
from optimize.placement.lagrangian.data import Best, MedianData
from optimize.placement.lagrangian.near import Near

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

SMOOTH = 0.8


@dataclass(frozen=True, slots=True)
class Dual:
    """A lower bound and what it was computed from.

    Parameters
    ----------
    bound : float
    u : float array (zones,)
        Multipliers.
    rho : float array (sites,)
        Reduced costs of the sites.
    share : float array (sites,)
        How often the relaxed problem picked each free site lately: an estimate of how open
        it is in the linear relaxation.
    """

    bound: float
    u: Floats
    rho: Floats
    share: Floats


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the search: sites open for sure, sites still free, all others shut.

    Parameters
    ----------
    near : Near
        Which sites may still serve each zone.
    opened : bool array (sites,)
    free : int array
    dual : Dual
        Of this part or of one that contains it.
    fresh : bool
        Whether the bound is of exactly this part, so that its reduced costs hold.
    """

    near: Near
    opened: Bools
    free: Ints
    dual: Dual
    fresh: bool = False

    def picks(self, count: int) -> int:
        """Sites still to be opened of ``count``."""
        return count - int(self.opened.sum())


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to raise a bound: iterations, and patience before the step is cut."""

    iterations: int
    patience: int
    shrink: float = 0.7


def raise_bound(
    data: MedianData, part: Part, best: Best, effort: Effort, *, sought: float, step: float
) -> tuple[Dual, float]:
    """Raise the bound of a part; plans met on the way are offered.

    Parameters
    ----------
    data : MedianData
    part : Part
    best : Best
    effort : Effort
    sought : float
        Only plans that cost less are looked for.
    step : float
        First step.

    Returns
    -------
    Dual, step reached
    """
    u, share = part.dual.u.copy(), part.dual.share.copy()
    rho = np.zeros(len(part.opened))
    plan_open = np.zeros(len(part.opened), dtype=np.bool_)
    target = float(min(best.cost, sought))
    if not np.isfinite(target):
        target = 1.1 * abs(part.dual.bound) + 1.0
    near = part.near
    bound, plan, step = ascend(
        near.first, near.last, near.site, near.cost, near.top, data.cost,
        np.flatnonzero(part.opened), part.free.copy(), part.picks(data.count),
        u, rho, share, plan_open, target, best.cutoff(sought), step,
        effort.iterations, effort.patience, effort.shrink, SMOOTH,
    )  # fmt: skip
    if plan < best.cost:
        best.offer(plan_open)
    return Dual(bound, u, rho, share), step
