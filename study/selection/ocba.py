"""Optimal computing budget allocation: a fixed number of runs spent where they tell most.

A heuristic: it often finds the best with fewer runs, and guarantees nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from study.selection.observations import Observe, Seen

Floats = NDArray[np.float64]

NO_GUARANTEE = "heuristic, without guarantee: no probability may be stated for this choice"


@dataclass(frozen=True, slots=True)
class Allocation:
    """Where a budget went, and who was ahead in the end.

    Parameters
    ----------
    ahead : str
        Least mean cost; of those whose shares reach all targets, if any does.
    replications : dict of str to int
    means : dict of str to float
        Mean cost, money.
    keeps : dict of str to bool
        Whether the shares seen reach all targets: an estimate, not a test.
    guarantee : str
        That there is none.
    """

    ahead: str
    replications: dict[str, int]
    means: dict[str, float]
    keeps: dict[str, bool]
    guarantee: str = NO_GUARANTEE


def allocate(means: Floats, spreads: Floats, total: int) -> NDArray[np.int64]:
    """Replications of each alternative that make the best stand out most.

    Parameters
    ----------
    means, spreads : float array (k,)
        Mean cost and standard deviation of one replication; smaller means are better.
    total : int
        Replications to share out.

    Returns
    -------
    int array (k,)
        Sums to ``total``.

    References
    ----------
    Chen, Lin, Yucesan and Chick (2000), Simulation budget allocation for further enhancing
    the efficiency of ordinal optimization, Discrete Event Dynamic Systems 10: theorem 1,
    N_i / N_j = (s_i d_bj / (s_j d_bi))**2 and N_b = s_b sqrt(sum (N_i / s_i)**2).

    Examples
    --------
    >>> allocate(np.array([0.0, 1.0, 2.0]), np.array([1.0, 1.0, 1.0]), 100).tolist()
    [45, 44, 11]
    """
    best = int(np.argmin(means))
    others = np.arange(len(means)) != best
    # equals and constants would take everything or nothing: they count as very near
    gap = np.maximum(means - means[best], 1e-6 * max(1e-300, float(np.ptp(means))))
    spread = np.maximum(spreads, 1e-6 * max(1e-300, float(spreads.max())))
    weight = np.where(others, (spread / gap) ** 2, 0.0)
    weight[best] = spread[best] * np.sqrt(((weight / spread)[others] ** 2).sum())
    exact = total * weight / weight.sum()
    counts: NDArray[np.int64] = np.floor(exact).astype(np.int64)
    counts[np.argsort(counts - exact, kind="stable")[: total - int(counts.sum())]] += 1
    return counts


def run_ocba(
    names: Sequence[str],
    observe: Observe,
    *,
    budget: int,
    targets: Sequence[float] = (),
    first: int = 10,
    step: int = 10,
) -> Allocation:
    """Spend a budget by `allocate`, a step at a time.

    Parameters
    ----------
    names : sequence of str
    observe : Observe
        Common random numbers may be used, but unequal counts give pairing away.
    budget : int
        Replications in all; at least ``first`` are made of each alternative.
    targets : sequence of float (promises,)
        Shares to be kept: alternatives that seem to miss one take part in the allocation
        but come behind those that seem to keep all.
    first, step : int
        Replications of each to begin with, and shared out at a time.
    """
    seen = Seen(names, observe, budget=max(budget, first * len(names)))
    counts = np.full(len(names), first, dtype=np.int64)
    costs = [seen.cost(name, first) for name in names]
    while (left := budget - int(counts.sum())) > 0:
        means, spreads = np.array([(one.mean(), one.std(ddof=1)) for one in costs]).T
        added = min(step, left)
        short = np.maximum(0, allocate(means, spreads, int(counts.sum()) + added) - counts)
        order = np.argsort(-short, kind="stable")
        for i in order:
            share = min(int(short[i]), added)
            counts[i] += share
            added -= share
        costs = [seen.cost(name, int(n)) for name, n in zip(names, counts, strict=True)]
    means = {name: float(one.mean()) for name, one in zip(names, costs, strict=True)}
    keeps = {}
    for name, n in zip(names, counts, strict=True):
        met, due = (one.sum(axis=0) for one in seen.kept(name, int(n)))
        keeps[name] = bool((met >= np.asarray(targets) * due).all()) if targets else True
    among = [name for name in names if keeps[name]] or list(names)
    made = {name: int(n) for name, n in zip(names, counts, strict=True)}
    return Allocation(min(among, key=lambda name: means[name]), made, means, keeps)
