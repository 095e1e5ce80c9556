"""Designs that no other beats: less cost at no less service, or more service at no more cost."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def non_dominated(cost: NDArray[np.float64], service: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which points no other point dominates.

    Parameters
    ----------
    cost : float array (points,)
        Less is better.
    service : float array (points,)
        More is better.

    Returns
    -------
    bool array (points,)
        A point with an unknown figure is never on the frontier; equal points all are.

    Examples
    --------
    >>> non_dominated(np.array([1.0, 2, 3, 2]), np.array([0.5, 0.9, 0.9, 0.4])).tolist()
    [True, True, False, False]
    """
    known = np.isfinite(cost) & np.isfinite(service)
    no_worse = (cost[None, :] <= cost[:, None]) & (service[None, :] >= service[:, None])
    better = (cost[None, :] < cost[:, None]) | (service[None, :] > service[:, None])
    beaten = (no_worse & better & known[None, :]).any(axis=1)
    return known & ~beaten
