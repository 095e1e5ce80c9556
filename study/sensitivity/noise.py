"""What the noise of replications adds to figures that compare points.

Values of all points in all replications form a table (points, replications). Under common
random numbers a replication shifts all points alike; that shift cancels in every comparison
of points, and what is left, the residual of the two-way layout, is the noise.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def mean_noise(values: Floats) -> float:
    """Variance that noise adds to the spread of point means.

    Parameters
    ----------
    values : float array (points, replications)

    Returns
    -------
    float
        Residual mean square of the two-way layout over the number of replications; NaN
        with a single replication or point.

    References
    ----------
    Scheffe (1959), The Analysis of Variance, chapter 4: two-way layout, one observation
    per cell.

    Examples
    --------
    >>> alike = np.array([[1.0, 2.0, 6.0], [3.0, 4.0, 8.0]])  # a shift of all points
    >>> mean_noise(alike)
    0.0
    """
    points, replications = values.shape
    if points < 2 or replications < 2:
        return math.nan
    centred = values - values.mean(axis=1, keepdims=True) - values.mean(axis=0) + values.mean()
    freedom = (points - 1) * (replications - 1)
    return float((centred**2).sum() / freedom / replications)


def square_noise(differences: Floats) -> Floats:
    """How much noise adds to the mean square of mean differences.

    Parameters
    ----------
    differences : float array (pairs, replications, ...)

    Returns
    -------
    float array (...)
        The mean over the pairs of the variance of a mean difference; it is unbiased
        whatever the replications of a pair have in common.
    """
    replications = differences.shape[1]
    if replications < 2:
        return np.full(differences.shape[2:], np.nan)
    found: Floats = differences.var(axis=1, ddof=1).mean(axis=0) / replications
    return found


def product_noise(first: Floats, second: Floats) -> Floats:
    """How much noise adds to the mean product of two means over the same replications.

    Parameters
    ----------
    first, second : float array (pairs, replications)
    """
    replications = first.shape[1]
    if replications < 2:
        return np.full((), np.nan)
    apart = (first - first.mean(axis=1, keepdims=True)) * (
        second - second.mean(axis=1, keepdims=True)
    )
    found: Floats = (apart.sum(axis=1) / (replications - 1)).mean(axis=0) / replications
    return found
