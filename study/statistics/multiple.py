"""Many comparisons at once: corrected p-values and intervals that hold together.

Each of twenty honest 95 % intervals errs in one of twenty; together they err more often than
not. What is said of a family of differences is therefore corrected for its size.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from network.errors import Problem, ScenarioError
from sim.estimates import Intervals, t_intervals

Floats = NDArray[np.float64]


def bonferroni(p_values: ArrayLike) -> Floats:
    """P-values times their number: below alpha, the family errs with at most alpha.

    Parameters
    ----------
    p_values : float array (k,)
        NaN: not tested, and not counted.

    Returns
    -------
    float array (k,)

    References
    ----------
    Dunn (1961), Multiple comparisons among means, JASA 56.

    Examples
    --------
    >>> [float(p) for p in bonferroni([0.01, 0.02, 0.5])]
    [0.03, 0.06, 1.0]
    """
    given = _checked(p_values)
    return np.minimum(1.0, given * np.count_nonzero(~np.isnan(given)))


def holm(p_values: ArrayLike) -> Floats:
    """P-values corrected step by step: as safe as Bonferroni's, and never larger.

    Parameters
    ----------
    p_values : float array (k,)
        NaN: not tested, and not counted.

    Returns
    -------
    float array (k,)
        Below alpha: shown, with a chance of at most alpha that anything false is shown.

    References
    ----------
    Holm (1979), A simple sequentially rejective multiple test procedure, Scand. J. Stat. 6.

    Examples
    --------
    >>> [round(float(p), 3) for p in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    given = _checked(p_values)
    tested = np.flatnonzero(~np.isnan(given))
    order = tested[np.argsort(given[tested], kind="stable")]
    left = np.arange(len(order), 0, -1)
    adjusted = np.full(given.shape, np.nan)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(given[order] * left))
    return adjusted


def _checked(p_values: ArrayLike) -> Floats:
    given = np.asarray(p_values, dtype=np.float64)
    known = given[~np.isnan(given)]
    if given.ndim != 1 or ((known < 0) | (known > 1)).any():
        message = f"got {given.tolist()}; expected a row of numbers from 0 to 1"
        raise ScenarioError("the comparison", [Problem("p-values", message)])
    return given


def t_p_values(differences: Floats) -> Floats:
    """Two-sided p-values that the mean of each column is zero.

    Parameters
    ----------
    differences : float array (replications, figures)
        Paired by row; NaN: nothing to measure.

    Returns
    -------
    float array (figures,)
        NaN with fewer than two rows; a column that never varies has 1 if it is zero, else 0.

    Examples
    --------
    >>> found = t_p_values(np.array([[1.0, 0.0, 2.0], [2.0, 0.0, 2.0], [3.0, 0.0, 2.0]]))
    >>> [round(float(p), 3) for p in found]
    [0.074, 1.0, 0.0]
    """
    from scipy.special import stdtr

    known = ~np.isnan(differences)
    n = known.sum(axis=0)
    filled = np.where(known, differences, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = filled.sum(axis=0) / n
        variance = (np.where(known, differences - mean, 0.0) ** 2).sum(axis=0) / (n - 1)
        statistic = np.where(mean == 0, 0.0, np.abs(mean) / np.sqrt(variance / n))
        p_values = 2 * stdtr(np.maximum(n - 1, 1), -statistic)
    return np.where(n > 1, p_values, np.nan)


def simultaneous_t_intervals(differences: Floats, confidence: float = 0.95) -> Intervals:
    """Intervals for the means of all columns that hold together.

    Bonferroni's: each at ``1 - (1 - confidence) / k`` of the k columns that can be
    estimated, whatever their dependence.

    Parameters
    ----------
    differences : float array (replications, figures)
        Paired by row; NaN: nothing to measure.
    confidence : float
        That all intervals cover at once.

    Returns
    -------
    Intervals

    References
    ----------
    Dunn (1961), Multiple comparisons among means, JASA 56; Law (2015), section 10.3.

    Examples
    --------
    >>> rows = np.array([[1.0, 2.0], [2.0, 4.0], [3.0, 3.0]])
    >>> alone, together = t_intervals(rows), simultaneous_t_intervals(rows)
    >>> bool((together.lower < alone.lower).all())
    True
    """
    family = max(1, int(((~np.isnan(differences)).sum(axis=0) > 1).sum()))
    return t_intervals(differences, 1 - (1 - confidence) / family)
