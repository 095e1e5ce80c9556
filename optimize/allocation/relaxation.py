"""The allocation with levels mixed freely: a bound in closed form, and a plan to fall back on.

References
----------
Sinha and Zoltners (1979), The multiple-choice knapsack problem, Operations Research 27,
503-515: the linear relaxation takes the steps of the upper hulls by falling gain per money.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def efficient(cost: Floats, gain: Floats, rows: Ints) -> Ints:
    """Those rows that no other row beats (cheaper and as good, or as cheap and better).

    Examples
    --------
    >>> efficient(np.array([0.0, 2.0, 1.0, 3.0]), np.array([0.1, 0.5, 0.5, 0.9]), np.arange(4))
    array([0, 2, 3])
    """
    order = rows[np.lexsort((rows, -gain[rows], cost[rows]))]
    best = np.maximum.accumulate(np.concatenate([[-np.inf], gain[order][:-1]]))
    return order[gain[order] > best]


def relaxed(
    costs: Sequence[Floats], gains: Sequence[Floats], rows: Sequence[Ints], budget: float
) -> tuple[list[int], float]:
    """Whole steps up the hulls that fit the budget, and the value if the next is cut to fit.

    Parameters
    ----------
    costs, gains : sequence of float array (L,)
        By region.
    rows : sequence of int array
        Efficient rows of each region, by rising cost; the first of all fit the budget.
    budget : float

    Returns
    -------
    choice : list of int
        A row for each region.
    bound : float
        No choice within the budget has more gain.
    """
    choice = [int(mine[0]) for mine in rows]
    left = budget - sum(float(cost[k]) for cost, k in zip(costs, choice, strict=True))
    value = sum(float(gain[k]) for gain, k in zip(gains, choice, strict=True))
    steps = [
        ((gains[r][b] - gains[r][a]) / (costs[r][b] - costs[r][a]), -costs[r][b], r, a, b)
        for r, mine in enumerate(rows)
        for a, b in _hull_steps(costs[r], gains[r], mine)
    ]
    bound = None
    for slope, _, r, a, b in sorted(steps, reverse=True):
        price = costs[r][b] - costs[r][a]
        if bound is None and price > left:
            bound = value + slope * max(left, 0.0)
        if choice[r] == a and price <= left:
            choice[r], left, value = b, left - price, value + slope * price
    return choice, float(value if bound is None else bound)


def _hull_steps(cost: Floats, gain: Floats, rows: Ints) -> list[tuple[int, int]]:
    """Neighbours on the upper hull of the points (cost, gain)."""
    hull: list[int] = []
    for k in rows.tolist():
        while len(hull) > 1:
            i, j = hull[-2:]
            rise = (gain[j] - gain[i]) * (cost[k] - cost[j])
            if rise > (gain[k] - gain[j]) * (cost[j] - cost[i]):
                break
            hull.pop()
        hull.append(k)
    return list(pairwise(hull))
