"""Set covering without a solver: a greedy cover, and a bound from zones far apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimize.placement.covering.merge import Groups

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def greedy_cover(groups: Groups, cost: Floats, required: Bools, usable: Bools) -> Bools:
    """Open what covers most new groups per cost, then shut what is not needed (sites,).

    Closed sites cover nothing here, and stay shut even where an open one would save money.

    References
    ----------
    Chvatal (1979), Mathematics of Operations Research 4.

    Examples
    --------
    >>> groups = Groups(np.array([0, 1, 3]), np.array([0, 0, 1]), np.ones(2), np.arange(2), 2)
    >>> greedy_cover(groups, np.ones(2), np.zeros(2, bool), np.ones(2, bool))
    array([ True, False])
    """
    matrix = groups.matrix()
    by_site = matrix.T.tocsr()
    opened = required | (usable & (cost < 0))
    left = matrix @ opened.astype(np.float64) == 0
    while left.any():
        adds = by_site @ left.astype(np.float64)
        worth = np.where(adds > 0, adds / np.maximum(cost, 1e-12), -1.0)
        site = int(np.argmax(worth))
        opened[site] = True
        left[by_site.indices[by_site.indptr[site] : by_site.indptr[site + 1]]] = False
    count = matrix @ opened.astype(np.float64)
    for site in sorted(np.flatnonzero(opened & ~required).tolist(), key=lambda j: (-cost[j], j)):
        rows = by_site.indices[by_site.indptr[site] : by_site.indptr[site + 1]]
        if cost[site] >= 0 and (count[rows] > 1).all():
            opened[site] = False
            count[rows] -= 1
    return opened


def packing_bound(groups: Groups, cost: Floats, required: Bools, usable: Bools) -> float:
    """A lower bound on cost: each group in turn pays what its cheapest site has left.

    Every group offers the least reduced cost of its sites, which is then taken off each of
    them: a feasible solution of the dual of the linear relaxation.
    """
    always = required | (usable & (cost < 0))
    left = np.where(always, 0.0, cost)
    total = float(cost[always].sum())
    for row in np.argsort(np.diff(groups.first), kind="stable").tolist():
        sites = groups.site[groups.first[row] : groups.first[row + 1]]
        paid = float(left[sites].min())
        if paid > 0:
            left[sites] -= paid
            total += paid
    return total
