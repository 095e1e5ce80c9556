"""An upper bound on maximal cover by Lagrangian relaxation, and the sites it rules out."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optimize.placement.covering.merge import Groups

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_MOMENTUM = 0.9


@dataclass(frozen=True, slots=True)
class Dual:
    """The best multipliers found and what they prove.

    Parameters
    ----------
    price : float array (groups,)
        What each open site earns for covering a group.
    earned : float array (sites,)
    bound : float
        No plan covers more.
    """

    price: Floats
    earned: Floats
    bound: float

    def fixed(
        self, value: float, sites: int, required: Bools, usable: Bools
    ) -> tuple[Bools, Bools]:
        """Sites that are shut, and open, in every plan that covers more than a value.

        Swapping a site in or out of the relaxed plan costs at least the difference of what
        it earns and what the last chosen (first not chosen) site earns.
        """
        free = np.flatnonzero(usable & ~required)
        rest = sites - int(required.sum())
        earned = self.earned[free]
        shut, opened = np.zeros_like(usable), np.zeros_like(usable)
        if not 0 < rest < len(free):
            return shut, opened
        order = np.argsort(-earned, kind="stable")
        value -= 1e-9 * max(abs(value), 1.0)  # rounding must not shut the best plan out
        last_in, first_out = earned[order[rest - 1]], earned[order[rest]]
        shut[free] = self.bound - last_in + earned < value
        opened[free] = self.bound - earned + first_out < value
        shut[free[order[:rest]]] = False
        opened[free[order[rest:]]] = False
        return shut, opened


def lagrangian_bound(
    groups: Groups,
    sites: int,
    required: Bools,
    usable: Bools,
    value: float,
    *,
    patience: int,
    shrink: float,
    until: float,
    start: Floats | None = None,
) -> Dual:
    """Relax "covered only by an open site" and lower the bound by subgradients.

    With prices 0 <= u_g <= w_g the relaxed plan opens the sites that earn most, and covers
    what is worth more than its price: bound = sum (w - u) + sum of the largest sum_g u_g.

    Parameters
    ----------
    groups : Groups
    sites : int
    required, usable : bool array (sites,)
    value : float
        Weight that a known plan covers, for the step length.
    patience, shrink : int, float
        Rounds without a better bound after which the step shrinks, and by what.
    until : float
        On the clock of `time.perf_counter`.
    start : float array (groups,), optional
        Prices to start from.

    References
    ----------
    Galvao and ReVelle (1996), European Journal of Operational Research 88; Held, Wolfe and
    Crowder (1974), Mathematical Programming 6, for the steps.
    """
    matrix = groups.matrix()
    by_site = matrix.T.tocsr()
    relaxed = _Relaxed(groups.weight, by_site, sites, required, usable)
    price = _first_prices(groups, relaxed) if start is None else start
    best, best_price = relaxed.solve(price), price
    step, stale, direction = 1.0, 0, np.zeros(0)
    last = best
    target = value * (1 + 1e-9)
    while step > 1e-5 and best[0] > target and time.perf_counter() < until:
        surplus = relaxed.cover_count(last[2]) - 1.0
        direction = _MOMENTUM * direction + (1 - _MOMENTUM) * surplus if len(direction) else surplus
        blocked = ((price <= 0) & (direction > 0)) | ((price >= groups.weight) & (direction < 0))
        moving = np.where(blocked, 0.0, direction)
        norm = float(moving @ moving)
        if norm == 0:
            break
        ahead = max(last[0] - value, 1e-9 * max(value, 1.0))
        price = np.clip(price - step * ahead / norm * moving, 0.0, groups.weight)
        last = relaxed.solve(price)
        stale = 0 if last[0] < best[0] - 1e-6 * abs(best[0]) else stale + 1
        if last[0] < best[0]:
            best, best_price = last, price
        if stale >= patience:
            step, stale, direction = step * shrink, 0, np.zeros(0)
            price, last = best_price, best
    return Dual(best_price, best[1], best[0])


class _Relaxed:
    """The relaxed problem at given prices."""

    def __init__(
        self, weight: Floats, by_site: csr_array, sites: int, required: Bools, usable: Bools
    ) -> None:
        self._weight, self._by_site = weight, by_site
        self._required = np.flatnonzero(required)
        self._free = np.flatnonzero(usable & ~required)
        self._rest = min(sites - len(self._required), len(self._free))

    def solve(self, price: Floats) -> tuple[float, Floats, NDArray[np.int64]]:
        """Bound, what each site earns, and the sites chosen."""
        earned = np.asarray(self._by_site @ price)
        free = earned[self._free]
        chosen = self._required
        if self._rest > 0:
            top = np.argsort(-free, kind="stable")[: self._rest]
            chosen = np.concatenate([chosen, self._free[top]])
        return float((self._weight - price).sum() + earned[chosen].sum()), earned, chosen

    def cover_count(self, chosen: NDArray[np.int64]) -> Floats:
        """How many of the chosen sites cover each group."""
        rows = self._by_site[chosen]
        return np.bincount(rows.indices, minlength=len(self._weight)).astype(np.float64)


def _first_prices(groups: Groups, relaxed: _Relaxed) -> Floats:
    """The best of some simple prices: the weight, or shares of it between all sites near."""
    length = np.diff(groups.first)
    trials = [np.minimum(groups.weight, groups.weight * 2.0**k / length) for k in range(12)]
    trials.append(groups.weight.copy())
    return min(trials, key=lambda price: relaxed.solve(price)[0])
