"""Multiple comparisons with the best: how far from the best each alternative may be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.errors import Problem, ScenarioError

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class WithBest:
    """Cost of each alternative above that of the best of the others.

    Parameters
    ----------
    alternatives : tuple of str
    mean : float array (k,)
        Mean cost, money.
    above, lower, upper : float array (k,)
        Mean cost minus the least of the others', and its limits, which hold for all
        alternatives at once. An upper limit of 0: it is the best; a lower limit of 0: it is
        not, unless equal.
    may_be_best : tuple of str
        Those that nothing has shown not to be the best.
    replications : int
    """

    alternatives: tuple[str, ...]
    mean: Floats
    above: Floats
    lower: Floats
    upper: Floats
    may_be_best: tuple[str, ...]
    replications: int


def compare_with_best(
    costs: Mapping[str, Floats], *, confidence: float = 0.95, draws: int = 2000, seed: int = 0
) -> WithBest:
    """Simultaneous intervals of ``cost_i - min cost of the others``, pairing kept.

    Hsu's constrained intervals. Their critical values are those of a max-t bootstrap which
    draws whole replications, so that it is joint over the alternatives and keeps their
    pairing, unequal variances and any dependence.

    Parameters
    ----------
    costs : mapping of str to float array (replications,)
        Of the same replications in the same order, at least 5.
    confidence : float
    draws : int
        Bootstrap samples.
    seed : int
        Of the bootstrap.

    Raises
    ------
    ScenarioError
        If there is nothing to compare, or the replications do not pair.

    References
    ----------
    Hsu (1984), Constrained simultaneous confidence intervals for multiple comparisons with
    the best, Annals of Statistics 12(3); Romano and Wolf (2005), Exact and approximate
    stepdown methods for multiple hypothesis testing, JASA 100: max-t by bootstrap.

    Examples
    --------
    >>> noise = np.random.default_rng(1).normal(size=(3, 40))
    >>> found = compare_with_best({"a": noise[0], "b": noise[1] + 5, "c": noise[2] + 9})
    >>> found.may_be_best, float(found.upper[0])
    (('a',), 0.0)
    """
    names = tuple(costs)
    sizes = {len(one) for one in costs.values()}
    if len(names) < 2 or len(sizes) != 1 or min(sizes) < 5:
        got = ", ".join(f"{name}: {len(one)}" for name, one in costs.items()) or "none"
        message = f"got {got}; expected two or more, each with the same 5 replications or more"
        raise ScenarioError("the comparison with the best", [Problem("replications", message)])
    values = np.array([costs[name] for name in names])
    n = values.shape[1]
    apart = values[:, None, :] - values[None, :, :]  # (i, j, replication)
    mean, error = apart.mean(axis=2), apart.std(axis=2, ddof=1) / np.sqrt(n)
    # width[i, j]: of i against j when i is taken for the best; chances from its own row
    width = _critical(apart, mean, error, confidence, draws, seed)[:, None] * error
    best, worst = np.eye(len(names), dtype=np.bool_), np.full(error.shape, -np.inf)
    least = np.where(best, worst, mean - width).max(axis=1)
    lower, may = np.minimum(0.0, least), least <= 0  # equals may all be the best
    upper = np.zeros(len(names))
    for i in range(len(names)):
        rivals = [j for j in np.flatnonzero(may) if j != i]
        if rivals:
            upper[i] = max(0.0, float((mean[i, rivals] + width[rivals, i]).max()))
    above = np.where(best, worst, mean).max(axis=1)
    best_ones = tuple(name for name, one in zip(names, may, strict=True) if one)
    return WithBest(names, values.mean(axis=1), above, lower, upper, best_ones, n)


def _critical(
    apart: Floats, mean: Floats, error: Floats, confidence: float, draws: int, seed: int
) -> Floats:
    """For each i: quantile of the largest studentised error of its differences (k,)."""
    k, _, n = apart.shape
    generator = np.random.default_rng(seed)
    weights = generator.multinomial(n, np.full(n, 1 / n), size=draws) / n
    largest = np.full((k, draws), -np.inf)
    for i in range(k):
        for j in range(k):
            if i == j or error[i, j] == 0:
                continue
            again = weights @ apart[i, j]
            spread = weights @ (apart[i, j] - mean[i, j]) ** 2 - (again - mean[i, j]) ** 2
            with np.errstate(divide="ignore", invalid="ignore"):
                t = (again - mean[i, j]) / np.sqrt(np.maximum(spread, 0.0) / (n - 1))
            largest[i] = np.maximum(largest[i], np.nan_to_num(t, nan=0.0))
    found = np.quantile(largest, confidence, axis=1, method="higher")
    return np.where(np.isfinite(found), found, 0.0)
