"""What a rule's shares buy: the best level that each region's money pays for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from network.errors import Problem, ScenarioError
from optimize.allocation.floors import rounded_up
from optimize.allocation.levels import LevelTable
from optimize.allocation.regions import Regions
from optimize.allocation.resource import Resource, split_budget
from optimize.allocation.result import Allocation
from optimize.solver import Status

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BUDGET_ROUNDING = 1e-9
"""A spend above the budget by no more than this share of it counts as within."""


def allocate_by_rule(
    tables: Sequence[LevelTable],
    regions: Regions,
    rule: str,
    budget: float,
    resource: Resource | str = Resource.MONEY,
) -> Allocation:
    """Levels that regions afford when a named rule shares the budget.

    Parameters
    ----------
    tables : sequence of LevelTable
        One for each region, of the same name.
    regions : Regions
    rule : str
    budget : float
    resource : Resource
        What the rule shares.

    Raises
    ------
    ScenarioError
        If tables and regions differ, or as `split_budget`.

    Examples
    --------
    >>> regions = Regions.from_arrays("AB", demand=[3, 1])
    >>> tables = [
    ...     LevelTable.from_arrays(name, [0, 10, 20], [0, 0.6, 0.9], demand)
    ...     for name, demand in zip(regions.name, regions.demand)
    ... ]
    >>> found = allocate_by_rule(tables, regions, "ratio", 30)
    >>> found.levels, found.objective  # A cannot use all of its share, and B affords nothing
    (array([2, 0]), 0.675)
    """
    names = tuple(table.region for table in tables)
    if names != regions.name:
        message = f"tables are of {list(names)}; expected {list(regions.name)}, in this order"
        raise ScenarioError("the allocation", [Problem("tables", message)])
    split = split_budget(regions, rule, budget, resource)
    return allocate_shares(tables, split.money / budget if budget else split.money, budget, rule)


def allocate_shares(
    tables: Sequence[LevelTable], shares: ArrayLike, budget: float, name: str = "shares"
) -> Allocation:
    """Levels that regions afford when each has its share of the budget, and no more.

    Every region takes the level of best service within its money (the cheapest of equals).
    What it cannot spend is not passed on.

    Parameters
    ----------
    tables : sequence of LevelTable
    shares : array-like (R,)
        Of the budget; they sum to at most 1.
    budget : float
    name : str
        Of the allocation.

    Returns
    -------
    Allocation
        Infeasible where a region's money does not buy its lowest level.

    Raises
    ------
    ScenarioError
        If tables, shares or budget are not sound.
    """
    granted = np.asarray(shares, dtype=np.float64)
    problems = table_problems(tables, budget)
    if granted.shape != (len(tables),) or not (granted >= 0).all() or granted.sum() > 1 + 1e-9:
        message = f"got {granted}; expected {len(tables)} shares >= 0 that sum to at most 1"
        problems.append(Problem("shares", message))
    if problems:
        raise ScenarioError("the allocation", problems)
    names = tuple(table.region for table in tables)
    purses = granted * budget
    short = [
        _too_poor(table, share, purse)
        for table, share, purse in zip(tables, granted.tolist(), purses.tolist(), strict=True)
        if table.cost.min() > purse + BUDGET_ROUNDING * budget
    ]
    if short:
        return Allocation(name, names, Status.INFEASIBLE, budget, shortfalls=tuple(short))
    choice = [
        best_level(table, purse + BUDGET_ROUNDING * budget)
        for table, purse in zip(tables, purses.tolist(), strict=True)
    ]
    return described(name, tables, choice, budget, Status.FEASIBLE, shares=granted)


def _too_poor(table: LevelTable, share: float, purse: float) -> Problem:
    least = float(table.cost.min())
    message = (
        f"its share of {share:.1%} is {purse:,.6g}, its lowest level costs {least:,.6g}; "
        f"{rounded_up(least - purse):,.6g} more would be enough"
    )
    return Problem(f"region {table.region}", message)


def best_level(table: LevelTable, purse: float) -> int:
    """Number of the affordable level of best service, the cheapest of equals."""
    order = np.lexsort((table.cost, -np.where(table.cost <= purse, table.service, -1.0)))
    return int(order[0])


def described(
    name: str,
    tables: Sequence[LevelTable],
    choice: Sequence[int],
    budget: float,
    status: Status,
    *,
    shares: Floats | None = None,
    bound: float = np.nan,
    seconds: float = 0.0,
    solver: str = "",
    version: str = "",
) -> Allocation:
    """The allocation that chooses these rows of the tables."""
    spend = np.array([table.cost[k] for table, k in zip(tables, choice, strict=True)])
    service = np.array([table.service[k] for table, k in zip(tables, choice, strict=True)])
    total = float(spend.sum())
    objective = float(weights(tables) @ service)
    return Allocation(
        name=name,
        regions=tuple(table.region for table in tables),
        status=status,
        budget=float(budget),
        levels=np.array([t.level[k] for t, k in zip(tables, choice, strict=True)], dtype=np.int64),
        shares=shares if shares is not None else (spend / total if total else spend),
        spend=spend,
        service=service,
        objective=objective,
        worst=float(service.min()),
        bound=max(bound, objective) if np.isfinite(bound) else np.nan,
        seconds=seconds,
        solver=solver,
        version=version,
    )


def weights(tables: Sequence[LevelTable]) -> Floats:
    """Demand of the regions as shares (R,)."""
    demand = np.array([table.demand for table in tables])
    return np.asarray(demand / demand.sum())


def table_problems(tables: Sequence[LevelTable], budget: float) -> list[Problem]:
    """What is wrong with tables and budget together."""
    problems = []
    names = [table.region for table in tables]
    if not names:
        problems.append(Problem("tables", "there are none; expected at least one"))
    elif not any(table.demand > 0 for table in tables):
        problems.append(Problem("demand", "all are zero; expected at least one above zero"))
    if len(set(names)) < len(names):
        twice = next(one for one in names if names.count(one) > 1)
        problems.append(Problem("tables", f"region '{twice}' is given twice"))
    if not (np.isfinite(budget) and budget >= 0):
        problems.append(Problem("budget", f"got {budget!r}; expected a finite number >= 0"))
    return problems
