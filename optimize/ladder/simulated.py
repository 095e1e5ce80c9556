"""Improve a placement by simulation: move one unit at a time, on the same requests.

A guide proposes moves, a race on the fit block finds the best of them, and a screen block,
which took no part in that choice, decides. Neither says how good the result is: that takes
requests that nobody has seen.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimize.staffing.measured import Block
from optimize.staffing.requirements import Tally
from optimize.staffing.trials import Trials

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

Propose = Callable[[Ints], Ints]
"""From agents by pool (pools,) to neighbours worth a simulation (moves, pools)."""

_FIRST_HEAT = 8
"""Replications that every move gets."""


@dataclass(frozen=True, slots=True)
class Step:
    """A move that the screen block confirmed.

    Parameters
    ----------
    counts : int array (pools,)
        Agents afterwards.
    gain : float
        In the share of the promise, on the screen block.
    error : float
        Standard error of the gain, paired by replication.
    """

    counts: Ints
    gain: float
    error: float


@dataclass(frozen=True, slots=True)
class Improved:
    """Where the search ended, and how.

    Parameters
    ----------
    counts : int array (pools,)
    steps : tuple of Step
    plays : int
        Replications simulated.
    """

    counts: Ints
    steps: tuple[Step, ...]
    plays: int


def improve_by_simulation(
    trials: Trials,
    starts: Sequence[Ints],
    propose: Propose,
    *,
    fit: Block,
    screen: Block,
    row: int = 0,
    finalists: int = 4,
    errors: float = 2.0,
    most_steps: int = 20,
) -> Improved:
    """Move agents between pools while a promise is kept more often.

    Parameters
    ----------
    trials : Trials
    starts : sequence of int arrays (pools,)
        Agents of each pool; the search begins at what is best on the fit block.
    propose : callable
        `Propose`.
    fit, screen : Block
        Disjoint.
    row : int
        Of the trials' requirements: the promise whose share is to rise.
    finalists : int
        Moves that are measured on the screen block, the best of the fit block.
    errors : float
        Standard errors by which the gain on the screen block must exceed zero.
    most_steps : int

    Returns
    -------
    Improved
    """
    before, steps = trials.plays, list[Step]()
    trials.draw(fit)
    trials.draw(screen)
    counts = _race(trials, list(starts), fit, row, 1)[0]
    now = trials.measure([counts], screen)[0].tally
    while len(steps) < most_steps:
        found = _race(trials, list(propose(counts)), fit, row, finalists)
        moved = trials.measure(found, screen)
        gains = [paired_gain(now, one.tally, row) for one in moved]
        good = [k for k, (gain, error) in enumerate(gains) if gain > errors * error]
        if not good:
            break
        best = max(good, key=lambda k: gains[k][0])
        counts, now = found[best], moved[best].tally
        steps.append(Step(counts, *gains[best]))
    return Improved(counts, tuple(steps), trials.plays - before)


def paired_gain(before: Tally, after: Tally, row: int) -> tuple[float, float]:
    """Difference of the shares on the same requests, and its standard error.

    Examples
    --------
    >>> due = np.array([[100.0], [100.0]])
    >>> shares = [Tally(np.array(met), due, due) for met in ([[80.0], [70.0]], [[83.0], [74.0]])]
    >>> gain, error = paired_gain(*shares, row=0)
    >>> round(gain, 3), round(error, 3)
    (0.035, 0.005)
    """
    due = float(before.due[:, row].mean())
    differences = (after.met[:, row] - before.met[:, row]) / due
    error = float(differences.std(ddof=1)) / math.sqrt(len(differences))
    return float(differences.mean()), error


def _race(trials: Trials, plans: list[Ints], fit: Block, row: int, finalists: int) -> list[Ints]:
    """The plans with most requests in time, best first.

    All are played on a few replications, and a quarter of them goes on to four times as many.
    """
    count = _FIRST_HEAT
    while len(plans) > 1:
        part = fit.part(count)
        met = [one.tally.met[:, row].sum() for one in trials.measure(plans, part)]
        plans = [plans[k] for k in np.argsort(-np.array(met), kind="stable").tolist()]
        if part.count == fit.count:
            break
        plans = plans[: max(finalists, len(plans) // 4)]
        count *= 4
    return plans[:finalists]
