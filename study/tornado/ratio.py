"""Ratios of paired means with their limits."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sim.estimates import t_quantile

Floats = NDArray[np.float64]
Limits = tuple[float, float, float]
"""A figure with its lower and upper limit."""


def paired(difference: Floats) -> Limits:
    """Mean of paired differences with its 95 % t limits.

    Examples
    --------
    >>> [round(x, 2) for x in paired(np.array([1.0, 2.0, 3.0]))]
    [2.0, -0.48, 4.48]
    """
    known = difference[np.isfinite(difference)]
    if not len(known):
        return math.nan, math.nan, math.nan
    mean = float(known.mean())
    if len(known) < 2:
        return mean, math.nan, math.nan
    half = t_quantile(0.975, len(known) - 1) * float(known.std(ddof=1)) / math.sqrt(len(known))
    return mean, mean - half, mean + half


def root(constant: Floats, slope: Floats) -> Limits:
    """Where ``constant + f slope`` is 0 in the mean, with 95 % limits.

    Parameters
    ----------
    constant, slope : float array (replications,)
        Paired.

    Returns
    -------
    tuple of float
        The root, and the ends of the set of all f at which the mean does not differ from 0
        on the level of 5 %; limits are NaN where that set has no two ends (the slope itself
        may be 0).

    References
    ----------
    Fieller (1954), Some problems in interval estimation.

    Examples
    --------
    >>> a = np.array([-2.0, -2.1, -1.9])
    >>> [round(x, 3) for x in root(a, np.ones(3))]
    [2.0, 1.752, 2.248]
    """
    n = len(constant)
    a, b = float(constant.mean()), float(slope.mean())
    if b == 0:
        return math.nan, math.nan, math.nan
    middle = -a / b
    if n < 2:
        return middle, math.nan, math.nan
    (aa, ab), (_, bb) = (np.cov(constant, slope, ddof=1) / n).tolist()
    t2 = t_quantile(0.975, n - 1) ** 2
    square, linear, free = b * b - t2 * bb, a * b - t2 * ab, a * a - t2 * aa
    inner = linear * linear - square * free
    if square <= 0 or inner < 0:
        return middle, math.nan, math.nan
    half = math.sqrt(inner) / square
    centre = -linear / square
    return middle, centre - half, centre + half
