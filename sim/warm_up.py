"""How long a run needs until it has forgotten that it started empty."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from network.quantity import HOURS_PER_WEEK, MINUTES_PER_HOUR

Floats = NDArray[np.float64]

_BATCH = 6
_NEARLY_LEAST = 1.25
"""The first truncation that is nearly the best: near its least the rule follows noise."""


def suggest_warm_up(backlog: Floats) -> float:
    """Warm-up in minutes by the MSER rule on the backlog, in batches of six hours.

    The weekly pattern, taken from the second half of the run, is removed first, so that a
    quiet night is not taken for the end of the warm-up.

    Parameters
    ----------
    backlog : float array (replications, hours)
        Open requests at each full hour from an empty start.

    Returns
    -------
    float
        Minutes; infinite if the run is too short to tell (the rule asks for more than half
        of it).

    References
    ----------
    White, Cobb, Spratt (2000), A comparison of five steady-state truncation heuristics.

    Examples
    --------
    >>> hours = np.arange(24.0 * 28)
    >>> noise = np.random.default_rng(1).normal(size=(5, len(hours)))
    >>> filling = 10 * (1 - np.exp(-hours / 12))
    >>> suggest_warm_up(filling + noise) / 60
    36.0
    """
    series = backlog.mean(axis=0)
    half = len(series) // 2
    if half < HOURS_PER_WEEK:
        pattern = np.full(len(series), series[half:].mean() if len(series) else 0.0)
    else:
        hour = np.arange(len(series)) % HOURS_PER_WEEK
        late = np.bincount(hour[half:], series[half:], HOURS_PER_WEEK)
        pattern = (late / np.bincount(hour[half:], minlength=HOURS_PER_WEEK))[hour]
    batches = (series - pattern)[: len(series) // _BATCH * _BATCH].reshape(-1, _BATCH).mean(axis=1)
    if len(batches) < 10:
        return float("inf")
    left = np.arange(len(batches), 0, -1)
    total = np.cumsum(batches[::-1])[::-1]
    square = np.cumsum((batches**2)[::-1])[::-1]
    error = (square - total**2 / left) / left**2
    error = error[: len(batches) * 3 // 4]
    best = int(np.argmax(error <= _NEARLY_LEAST * error.min()))
    if best > len(batches) // 2:
        return float("inf")
    return best * _BATCH * MINUTES_PER_HOUR
