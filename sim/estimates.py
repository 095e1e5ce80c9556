"""Replications -> estimates with intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.model import Network
from network.promise import Form, Promise
from sim.kpis import Kpis

Floats = NDArray[np.float64]


def t_quantile(share: float, degrees: float) -> float:
    """Quantile of Student's t."""
    from scipy.special import stdtrit

    return float(stdtrit(degrees, share))


@dataclass(frozen=True, slots=True)
class Intervals:
    """Means over replications with t intervals.

    Parameters
    ----------
    mean, lower, upper : float array (k,)
        NaN where nothing was measured; limits are NaN with a single replication.
    n : int array (k,)
        Replications in which there was something to measure.
    """

    mean: Floats
    lower: Floats
    upper: Floats
    n: NDArray[np.int64]


def t_intervals(values: Floats, confidence: float = 0.95) -> Intervals:
    """Intervals for the mean of every column.

    Parameters
    ----------
    values : float array (replications, k)
        Independent rows; NaN: nothing to measure.
    confidence : float

    References
    ----------
    Law (2015), Simulation Modeling and Analysis, section 9.4: replication/deletion.

    Examples
    --------
    >>> found = t_intervals(np.array([[1.0], [2.0], [3.0]]))
    >>> round(float(found.lower[0]), 3), round(float(found.upper[0]), 3)
    (-0.484, 4.484)
    """
    known = ~np.isnan(values)
    n = known.sum(axis=0)
    filled = np.where(known, values, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(n > 0, filled.sum(axis=0) / n, np.nan)
        apart = np.where(known, values - mean, 0.0)
        error = np.sqrt((apart**2).sum(axis=0) / (n - 1) / n)
    quantile = np.array([np.nan, np.nan, *(_t(confidence, d) for d in range(1, len(values)))])
    half = np.where(n > 1, quantile[np.minimum(n, len(quantile) - 1)] * error, np.nan)
    return Intervals(mean, mean - half, mean + half, n.astype(np.int64))


def _t(confidence: float, degrees: int) -> float:
    return t_quantile(0.5 + confidence / 2, degrees)


@dataclass(frozen=True, slots=True)
class PromiseEstimate:
    """How a promise fared.

    Parameters
    ----------
    promise : Promise
    estimate : float
        Share met of the requests due (``average``), or of the months that reached the
        target (``every_month``); NaN: nothing was due.
    lower : float
        One-sided 95 % limit; NaN with a single replication.
    upper : float
        One-sided 95 % limit from above.
    worst_area : str
        With a floor: the area with the least share.
    worst : float
        Its share.
    due : float
        Requests due (or months seen) in all replications.
    """

    promise: Promise
    estimate: float
    lower: float
    upper: float
    worst_area: str
    worst: float
    due: float

    @property
    def target(self) -> float:
        """What the estimate must reach: the share, or gamma for months."""
        monthly = self.promise.form is Form.EVERY_MONTH
        return self.promise.gamma if monthly else self.promise.share

    @property
    def met(self) -> bool:
        """Whether the lower limit reaches the target (and the worst area its floor)."""
        floor = self.promise.floor
        return self.lower >= self.target and (floor is None or self.worst >= floor)

    @property
    def missed(self) -> bool:
        """Whether even the upper limit stays below the target."""
        return self.upper < self.target


def estimate_promises(
    network: Network, kpis: Sequence[Kpis], confidence: float = 0.95
) -> list[PromiseEstimate]:
    """Ratios of sums over all replications with their one-sided limits."""
    areas = tuple(sorted(set(network.zones.area)))
    result = []
    for number, promise in enumerate(network.promises):
        met = np.array([k.kept.met[number] for k in kpis])
        due = np.array([k.kept.due[number] for k in kpis])
        if promise.form is Form.EVERY_MONTH:
            share, lower, upper, seen = _months(promise, number, kpis, confidence)
        else:
            share, lower, upper = ratio_limits(met, due, confidence)
            seen = float(due.sum())
        area_met = np.sum([k.kept.area_met[number] for k in kpis], axis=0)
        area_due = np.sum([k.kept.area_due[number] for k in kpis], axis=0)
        shares = np.where(area_due > 0, area_met / np.maximum(area_due, 1), np.inf)
        least = int(np.argmin(shares))
        worst = float(shares[least]) if np.isfinite(shares[least]) else math.nan
        result.append(PromiseEstimate(promise, share, lower, upper, areas[least], worst, seen))
    return result


def ratio_limits(met: Floats, due: Floats, confidence: float) -> tuple[float, float, float]:
    """Ratio of sums with one-sided limits from a jackknife on the logit scale.

    Parameters
    ----------
    met, due : float array (replications,)

    Returns
    -------
    estimate, lower, upper : float
        With no misses the lower limit follows the rule of three, 1 - 3 / due (and alike
        from above with no hits): the jackknife sees no variation there.

    References
    ----------
    Efron (1982), The Jackknife, the Bootstrap and Other Resampling Plans, ch. 3;
    Hanley and Lippman-Hand (1983), If nothing goes wrong, is everything all right?

    Examples
    --------
    >>> met, due = np.array([90.0, 92, 88]), np.array([100.0, 100, 100])
    >>> share, lower, upper = ratio_limits(met, due, 0.95)
    >>> share, round(lower, 3), round(upper, 3)
    (0.9, 0.86, 0.928)
    """
    total_met, total_due = float(met.sum()), float(due.sum())
    if total_due <= 0:
        return math.nan, math.nan, math.nan
    share = total_met / total_due
    if len(met) < 2:
        return share, math.nan, math.nan
    if total_met == total_due:
        return share, max(0.0, 1 - 3 / total_due), 1.0
    if total_met == 0:
        return share, 0.0, min(1.0, 3 / total_due)
    left_met, left_due = total_met - met, total_due - due
    # a half added on both sides keeps the logit finite when one run holds all the misses
    left = (left_met + 0.5) / (left_due + 1.0)
    whole = (total_met + 0.5) / (total_due + 1.0)
    logits = np.log(left / (1 - left))
    n = len(met)
    error = math.sqrt((n - 1) / n * float(((logits - logits.mean()) ** 2).sum()))
    half = t_quantile(confidence, n - 1) * error
    middle = math.log(whole / (1 - whole))
    return share, 1 / (1 + math.exp(-(middle - half))), 1 / (1 + math.exp(-(middle + half)))


def _months(
    promise: Promise, number: int, kpis: Sequence[Kpis], confidence: float
) -> tuple[float, float, float, float]:
    """Share of months that met the target, with exact binomial limits."""
    met = np.concatenate([k.kept.month_met[number] for k in kpis])
    due = np.concatenate([k.kept.month_due[number] for k in kpis])
    seen = due > 0
    months = int(seen.sum())
    if months == 0:
        return math.nan, math.nan, math.nan, 0.0
    good = int((met[seen] >= promise.share * due[seen]).sum())
    return good / months, *binomial_limits(good, months, confidence), float(months)


def binomial_limits(good: int, seen: int, confidence: float) -> tuple[float, float]:
    """Exact one-sided limits of a chance of which so many of those seen came true.

    References
    ----------
    Clopper and Pearson (1934), The use of confidence or fiducial limits.

    Examples
    --------
    >>> [round(limit, 3) for limit in binomial_limits(29, 29, 0.95)]
    [0.902, 1.0]
    """
    from scipy.special import betaincinv

    tail = 1 - confidence
    lower = float(betaincinv(good, seen - good + 1, tail)) if good else 0.0
    upper = float(betaincinv(good + 1, seen - good, 1 - tail)) if good < seen else 1.0
    return lower, upper
