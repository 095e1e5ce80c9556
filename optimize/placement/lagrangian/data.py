"""What the branch-and-bound solves, and the best plan that it knows."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_ROUNDING = 1e-3
_LARGEST_WHOLE = 2.0**36
"""Sums of larger numbers lose what rounding a bound up needs."""
_EXACT = 1e-6
"""With integer costs, a gap up to this asks for the very best plan."""


@dataclass(frozen=True, slots=True)
class MedianData:
    """A p-median problem as a matrix.

    Parameters
    ----------
    cost : float array (sites, zones)
        Weight times travel, contiguous by site.
    count : int
        Sites to open. [p]
    required : bool array (sites,)
    unreachable : float
        Costs from here on stand for pairs without a way; more than any plan costs.
    whole : bool
        All costs are integers, so that a bound may be rounded up.
    """

    cost: Floats
    count: int
    required: Bools
    unreachable: float
    whole: bool

    def only(self, kept: Ints) -> MedianData:
        """The problem on some of its sites."""
        if len(kept) == len(self.required):
            return self
        return replace(self, cost=self.cost[kept], required=self.required[kept])

    def price(self, opened: Bools) -> float:
        """Cost of a set of open sites; infinite if it leaves a zone out."""
        total = float(self.cost[opened].min(axis=0).sum())
        return total if total < self.unreachable else np.inf


def median_data(travel: Floats, weight: Floats, required: Bools, count: int) -> MedianData:
    """Costs of all pairs; infinite travel becomes a cost beyond all plans.

    Parameters
    ----------
    travel : float array (zones, sites)
    weight : float array (zones,)
    required : bool array (sites,)
    count : int
    """
    reachable = np.isfinite(travel)
    cost = np.ascontiguousarray(travel.T)
    if not reachable.all():
        cost = np.where(reachable.T, cost, 0.0)
    cost = cost * weight
    worst = float(cost.max(axis=0).sum())
    unreachable = 2.0 ** np.ceil(np.log2(2.0 * worst + 1.0))
    whole = worst < _LARGEST_WHOLE and bool((cost == np.floor(cost)).all())
    cost[~reachable.T] = unreachable
    return MedianData(cost, count, required, unreachable, whole)


def distinct_sites(data: MedianData) -> Ints:
    """One of each group of sites that cost the same for every zone (required ones all).

    A second site of a group serves nobody, so any plan without it costs as little; all
    are kept if too few would remain.
    """
    rng = np.random.default_rng(0)
    mark = data.cost @ rng.random(data.cost.shape[1])
    order = np.lexsort((np.arange(len(mark)), ~data.required, mark))
    kept = np.ones(len(mark), dtype=np.bool_)
    leader = order[0]
    for j in order[1:]:
        if mark[j] == mark[leader] and np.array_equal(data.cost[j], data.cost[leader]):
            kept[j] = data.required[j]
        else:
            leader = j
    few = kept.sum() < data.count
    return np.arange(len(mark)) if few else np.flatnonzero(kept)


class Best:
    """The best plan so far, and below which bound nothing is worth a search."""

    def __init__(self, data: MedianData, gap: float) -> None:
        self.data = data
        self.gap = gap
        self.cost = np.inf
        self.opened = data.required.copy()

    def offer(self, opened: Bools) -> None:
        """Take a plan if it is better."""
        cost = self.data.price(opened)
        if cost < self.cost:
            self.cost, self.opened = cost, opened.copy()

    @property
    def step(self) -> float:
        """Improvements smaller than this are not looked for."""
        allowed = self.gap * abs(self.cost)
        if not self.data.whole:
            return max(allowed, 1e-12)
        return max(allowed if self.gap > _EXACT else 0.0, 1.0 - _ROUNDING)

    def cutoff(self, sought: float = np.inf) -> float:
        """A part of the search ends when its bound exceeds this.

        Parameters
        ----------
        sought : float
            Only plans that cost less are looked for.
        """
        return min(self.cost, sought) - self.step

    def proved(self, below: float) -> float:
        """Lower bound that follows when no plan has a cost up to ``below``."""
        bound = np.ceil(below - 0.5 * _ROUNDING) if self.data.whole else below
        return float(min(self.cost, max(bound, 0.0)))
