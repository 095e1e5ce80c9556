"""Floors of service: which levels meet them, what that costs at least, and why it may fail."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from network.errors import Problem
from optimize.allocation.levels import LevelTable

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_ROUNDING = 1e-12


def rows_meeting(table: LevelTable, floor: float) -> Ints:
    """Rows of a table whose service is at least the floor."""
    return np.flatnonzero(table.service >= floor - _ROUNDING)


def least_cost(tables: Sequence[LevelTable], floors: Floats) -> Floats:
    """Cost (R,) of the cheapest level that meets each floor; infinite where none does."""
    return np.array(
        [
            table.cost[rows_meeting(table, floor)].min(initial=np.inf)
            for table, floor in zip(tables, floors.tolist(), strict=True)
        ]
    )


def highest_worst(tables: Sequence[LevelTable], floors: Floats, budget: float) -> float:
    """The most service that every region can have at once, floors kept.

    Exact: the least cost of "everybody at least t" rises only at services of the tables, so
    those are searched by halving.
    """
    steps = np.unique(np.concatenate([table.service for table in tables]))
    low, high = 0, len(steps)  # steps[low] is affordable, steps[high] is not
    while high - low > 1:
        middle = (low + high) // 2
        cost = least_cost(tables, np.maximum(floors, steps[middle])).sum()
        low, high = (middle, high) if cost <= budget else (low, middle)
    return float(steps[low])


def shortfalls(tables: Sequence[LevelTable], floors: Floats, budget: float) -> list[Problem]:
    """Why no allocation meets the floors within the budget; empty if one does."""
    best = np.array([table.service.max() for table in tables])
    beyond = [
        Problem(
            f"region {table.region}",
            f"its best level, {table.level[table.service.argmax()]}, gives {_least(most)} %, "
            f"{100 * floor:g} % asked: {_most(floor - most)} points short at any budget; "
            f"a floor of {_least(most)} % or a table with more levels would be enough",
        )
        for table, most, floor in zip(tables, best.tolist(), floors.tolist(), strict=True)
        if most < floor - _ROUNDING
    ]
    reachable = np.minimum(floors, best)
    cost = least_cost(tables, reachable)
    if cost.sum() <= budget:
        return beyond
    lack = cost.sum() - budget
    message = (
        f"is {budget:,.6g}, the floors{' within reach' if beyond else ''} cost at least "
        f"{cost.sum():,.6g}: {rounded_up(lack):,.6g} more would be enough"
    )
    down = _lower_all(tables, reachable, budget)
    if down is None:
        cheapest = sum(float(table.cost.min()) for table in tables)
        message += f"; without any floor the lowest levels cost {cheapest:,.6g} already"
    else:
        message += f", or every floor lower by {_most(down)} points"
    return [*beyond, Problem("budget", message), *_alone(tables, reachable, cost, budget)]


def _alone(
    tables: Sequence[LevelTable], floors: Floats, cost: Floats, budget: float
) -> list[Problem]:
    """What each region's floor costs, and which single floor could give way."""
    problems = []
    for r, table in enumerate(tables):
        extra = cost[r] - table.cost.min()
        if extra <= 0:
            continue
        message = f"its floor {_least(floors[r])} % costs at least {cost[r]:,.6g}"
        purse = budget - (cost.sum() - cost[r])
        within = table.service[table.cost <= purse]
        if len(within) and within.max() > 0:
            message += f"; {_least(within.max())} % for it alone would be enough"
        elif len(within):
            message += "; without it alone the budget would be enough"
        else:
            message += f", {extra:,.6g} above its lowest level"
        problems.append(Problem(f"region {table.region}", message))
    return problems


def _lower_all(tables: Sequence[LevelTable], floors: Floats, budget: float) -> float | None:
    """Least amount by which all floors must fall together; None if that never helps."""
    steps = np.unique(
        np.concatenate(
            [floor - table.service for table, floor in zip(tables, floors.tolist(), strict=True)]
        )
    )
    steps = steps[steps > 0]
    low, high = -1, len(steps)
    while high - low > 1:
        middle = (low + high) // 2
        enough = least_cost(tables, floors - steps[middle]).sum() <= budget
        low, high = (low, middle) if enough else (middle, high)
    return float(steps[high]) if high < len(steps) else None


def rounded_up(amount: float) -> float:
    """Six digits that are not below the amount: what is said to be enough is enough.

    Examples
    --------
    >>> rounded_up(1234567.1)
    1234570.0
    """
    if amount <= 0:
        return 0.0
    unit = 10.0 ** (math.floor(math.log10(amount)) - 5)
    return math.ceil(amount / unit - 1e-6) * unit


def _least(share: float) -> str:
    """Percent, rounded down: a floor that is met."""
    return f"{math.floor(1e4 * share + 1e-6) / 100:g}"


def _most(share: float) -> str:
    """Percent, rounded up: a change that is enough."""
    return f"{math.ceil(1e4 * share - 1e-6) / 100:g}"
