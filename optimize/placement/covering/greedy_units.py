"""A greedy plan for formulations where further units near a zone add to its cover."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimize.placement.covering.merge import Groups

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def greedy_units(groups: Groups, worth: Floats, units: int, required: Bools, most: Ints) -> Ints:
    """Units at each site (sites,): one by one where they add most.

    Parameters
    ----------
    groups : Groups
    worth : float array (levels,)
        What the first, second ... unit near a group adds, per weight.
    units : int
    required : bool array (sites,)
    most : int array (sites,)
        Units that each site can hold.

    Examples
    --------
    >>> two = np.arange(2)
    >>> groups = Groups(np.array([0, 1, 2]), two, np.array([5.0, 2.0]), two, site_count=2)
    >>> greedy_units(groups, np.array([0.7, 0.21]), 3, np.zeros(2, bool), np.array([3, 3]))
    array([2, 1])
    """
    by_site = groups.matrix().T.tocsr()
    placed = required.astype(np.int64)
    near = (groups.matrix() @ placed.astype(np.float64)).astype(np.int64)
    steps = np.concatenate([worth, [0.0]])
    for _ in range(units - int(placed.sum())):
        adds = by_site @ (groups.weight * steps[np.minimum(near, len(worth))])
        site = int(np.argmax(np.where(placed < most, adds, -np.inf)))
        placed[site] += 1
        near[by_site.indices[by_site.indptr[site] : by_site.indptr[site + 1]]] += 1
    return placed
