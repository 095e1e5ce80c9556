"""Sobol indices: which share of a figure's variance is due to which input.

S1 is the share that an input explains alone, ST the share in which it takes part, with its
interactions. Points are scrambled Sobol points in Saltelli's scheme (SALib); estimators are
SALib's, of Saltelli et al. (2010) and Jansen. What the noise of replications adds to
numerator and denominator is estimated from the replications and taken off.

References
----------
Sobol (2001), Global sensitivity indices for nonlinear mathematical models.
Saltelli, Annoni, Azzini, Campolongo, Ratto, Tarantola (2010), Variance based sensitivity
analysis of model output: design and estimator for the total sensitivity index.
Herman and Usher (2017), SALib: an open-source Python library for sensitivity analysis.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from study.sensitivity.noise import mean_noise, product_noise, square_noise

Floats = NDArray[np.float64]
RESAMPLES = 400
_LEAST = 1e-12
_ALL_NOISE = 0.95
"""With more of the variance from noise there is nothing left to share out."""


@dataclass(frozen=True, slots=True)
class SobolIndices:
    """Indices of one figure, a value per factor.

    Parameters
    ----------
    first, total : float array (factors,)
        Without the share of noise; NaN where nearly all that is seen is noise.
    first_half, total_half : float array (factors,)
        Half-widths of 95 % intervals, bootstrapped over points and replications.
    first_raw, total_raw : float array (factors,)
        As SALib gives them from the means.
    first_noise, total_noise : float array (factors,)
        Share of the raw index's numerator that is noise; NaN with one replication.
    noise : float
        Share of the variance between points that is noise.
    """

    first: Floats
    total: Floats
    first_half: Floats
    total_half: Floats
    first_raw: Floats
    total_raw: Floats
    first_noise: Floats
    total_noise: Floats
    noise: float


def sobol_points(factors: int, samples: int, seed: int) -> Floats:
    """Saltelli's scheme on scrambled Sobol points of the unit cube.

    Returns
    -------
    float array (samples * (factors + 2), factors)
        In blocks of factors + 2: a point A, A with one coordinate of B each, B.
    """
    from SALib.sample import sobol

    problem = _unit_problem(factors)
    found: Floats = sobol.sample(
        problem, samples, calc_second_order=False, seed=np.random.default_rng(seed)
    )
    return found


def _unit_problem(factors: int) -> dict[str, object]:
    names = [f"x{number}" for number in range(factors)]
    return {"num_vars": factors, "names": names, "bounds": [[0.0, 1.0]] * factors}


def sobol_indices(
    values: Floats, factors: int, *, seed: int = 1, resamples: int = RESAMPLES
) -> SobolIndices:
    """Indices of a figure from its values at `sobol_points`.

    Parameters
    ----------
    values : float array (points, replications)
        In the order of `sobol_points`; complete.
    factors : int
    seed : int
        Of the bootstrap.
    resamples : int

    Raises
    ------
    ValueError
        If a value is missing.
    """
    if not np.isfinite(values).all():
        raise ValueError("a figure that is not measured everywhere has no indices")
    a, ab, b = _divided(values, factors)
    first, total = _raw(a.mean(axis=1), ab.mean(axis=1), b.mean(axis=1))
    spread = float(np.var(np.concatenate([a, b]).mean(axis=1)))
    if spread < _LEAST * max(1.0, float(np.mean(values) ** 2)):
        none = np.full(factors, np.nan)
        return SobolIndices(none, none, none, none, none, none, none, none, float("nan"))
    noise = mean_noise(np.concatenate([a, b])) / spread
    in_total = np.array([square_noise(a - ab[:, :, j]) / 2 for j in range(factors)]) / spread
    in_first = np.array([product_noise(b, ab[:, :, j] - a) for j in range(factors)]) / spread
    known = np.nan_to_num(noise)
    clean = 1.0 - known if known < _ALL_NOISE else float("nan")
    halves = _half_widths(a, ab, b, clean, seed, resamples)
    with np.errstate(divide="ignore", invalid="ignore"):
        return SobolIndices(
            first=(first - np.nan_to_num(in_first)) / clean,
            total=(total - np.nan_to_num(in_total)) / clean,
            first_half=halves[0],
            total_half=halves[1],
            first_raw=first,
            total_raw=total,
            first_noise=np.minimum(np.abs(in_first) / np.abs(first), 1.0),
            total_noise=np.minimum(in_total / total, 1.0),
            noise=min(noise, 1.0) if known else noise,
        )


def _divided(values: Floats, factors: int) -> tuple[Floats, Floats, Floats]:
    """A (n, r), AB (n, r, factors), B (n, r), centred on the mean of all."""
    blocks = (values - values.mean()).reshape(-1, factors + 2, values.shape[1])
    return blocks[:, 0], np.moveaxis(blocks[:, 1:-1], 1, 2), blocks[:, -1]


def _raw(a: Floats, ab: Floats, b: Floats) -> tuple[Floats, Floats]:
    """First and total indices of SALib for all factors at once."""
    from SALib.analyze.sobol import first_order, total_order

    if np.ptp(np.concatenate([a, b])) == 0:
        return np.full(ab.shape[1], np.nan), np.full(ab.shape[1], np.nan)
    columns = range(ab.shape[1])
    first = [float(first_order(a, ab[:, j], b)) for j in columns]
    total = [float(total_order(a, ab[:, j], b)) for j in columns]
    return np.array(first), np.array(total)


def _half_widths(
    a: Floats, ab: Floats, b: Floats, clean: float, seed: int, resamples: int
) -> Floats:
    """Normal half-widths (2, factors) from resampled points and replications."""
    from scipy.special import ndtri

    stream = np.random.default_rng(seed)
    points, replications = a.shape
    found = np.empty((resamples, 2, ab.shape[2]))
    for number in range(resamples):
        rows = stream.integers(points, size=points)
        runs = stream.integers(replications, size=replications)
        means = (part[rows][:, runs].mean(axis=1) for part in (a, ab, b))
        found[number] = _raw(*means)
    halves: Floats = ndtri(0.975) * np.nanstd(found, axis=0, ddof=1) / clean
    return halves
