"""Elementary effects: which inputs matter at all, from few runs.

An effect is the change of the figure over the whole range of an input, seen along a random
path that moves one input at a time. Its mean size says how much the input matters, its
spread whether it acts with others or bends. Paths are SALib's.

References
----------
Morris (1991), Factorial sampling plans for preliminary computational experiments.
Campolongo, Cariboni, Saltelli (2007), An effective screening design for sensitivity analysis
of large models.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from study.sensitivity.noise import square_noise

Floats = NDArray[np.float64]
LEVELS = 4
RESAMPLES = 400


@dataclass(frozen=True, slots=True)
class MorrisEffects:
    """Effects on one figure, a value per factor, in the figure's unit over the whole range.

    Parameters
    ----------
    size : float array (factors,)
        Mean of the absolute effects [mu*].
    mean : float array (factors,)
        Mean of the effects with their signs [mu].
    spread : float array (factors,)
        Standard deviation of the effects over paths [sigma], without noise.
    size_half, spread_half : float array (factors,)
        Half-widths of 95 % intervals, bootstrapped over paths and replications.
    noise : float array (factors,)
        Share of the mean squared effect that is noise; NaN with one replication.
    """

    size: Floats
    mean: Floats
    spread: Floats
    size_half: Floats
    spread_half: Floats
    noise: Floats


def morris_points(factors: int, paths: int, seed: int) -> Floats:
    """Paths through the unit cube.

    Returns
    -------
    float array (paths * (factors + 1), factors)
        In blocks of factors + 1 points; neighbours differ in one coordinate.
    """
    from SALib.sample import morris

    names = [f"x{number}" for number in range(factors)]
    problem = {"num_vars": factors, "names": names, "bounds": [[0.0, 1.0]] * factors}
    found: Floats = morris.sample(problem, paths, num_levels=LEVELS, seed=seed)
    return found


def effects(points: Floats, values: Floats) -> Floats:
    """Elementary effects over the unit range.

    Parameters
    ----------
    points : float array (paths * (factors + 1), factors)
    values : float array (paths * (factors + 1), replications)

    Returns
    -------
    float array (paths, replications, factors)
    """
    factors = points.shape[1]
    steps = np.diff(points.reshape(-1, factors + 1, factors), axis=1)
    rises = np.diff(values.reshape(-1, factors + 1, values.shape[1]), axis=1)
    moved = np.argmax(np.abs(steps), axis=2)
    sizes = np.take_along_axis(steps, moved[:, :, None], axis=2)
    found = np.empty((len(steps), values.shape[1], factors))
    path = np.arange(len(steps))[:, None]
    found[path, :, moved] = rises / sizes
    return found


def morris_effects(
    points: Floats, values: Floats, *, seed: int = 1, resamples: int = RESAMPLES
) -> MorrisEffects:
    """Effects on a figure from its values at `morris_points`.

    Parameters
    ----------
    points : float array (paths * (factors + 1), factors)
    values : float array (paths * (factors + 1), replications)
        Complete.
    seed : int
        Of the bootstrap.
    resamples : int

    Raises
    ------
    ValueError
        If a value is missing.
    """
    if not np.isfinite(values).all():
        raise ValueError("a figure that is not measured everywhere has no effects")
    found = effects(points, values)
    means = found.mean(axis=1)
    noise = square_noise(found)
    spread = means.std(axis=0, ddof=1) if len(means) > 1 else np.full(means.shape[1], np.nan)
    stream = np.random.default_rng(seed)
    paths, replications, factors = found.shape
    boot = np.empty((resamples, 2, factors))
    for number in range(resamples):
        rows = stream.integers(paths, size=paths)
        runs = stream.integers(replications, size=replications)
        again = found[rows][:, runs].mean(axis=1)
        boot[number] = np.abs(again).mean(axis=0), again.std(axis=0, ddof=1 if paths > 1 else 0)
    halves = 1.959964 * boot.std(axis=0, ddof=1)
    squares = (means**2).mean(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return MorrisEffects(
            size=np.abs(means).mean(axis=0),
            mean=means.mean(axis=0),
            spread=np.sqrt(np.maximum(spread**2 - np.nan_to_num(noise), 0.0)),
            size_half=halves[0],
            spread_half=halves[1],
            noise=np.minimum(np.where(squares > 0, noise / squares, np.nan), 1.0),
        )
