"""The best allocation of a budget over regions: one level for each.

Sets        r regions, l levels of region r
Data        d_r demand as a share of all, c_rl cost, s_rl service, f_r floor, B budget
Variables   x_rl region r has level l (binary)
Maximise    sum_r d_r sum_l s_rl x_rl
(1) one level per region    sum_l x_rl = 1
(2) the budget              sum_rl c_rl x_rl <= B
(3) floors                  x_rl = 0 where s_rl < f_r

Worst region first: the floors are raised to the most service that all regions can have at
once, which is found exactly by search (`floors.highest_worst`), before the same program is
solved. Among equals the allocation that spends least is taken. Service need be neither concave nor
rising in the level: nothing is interpolated.

Reference: Kellerer, Pferschy, Pisinger (2004), Knapsack Problems, chapter 11, the
multiple-choice knapsack problem.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from network.errors import Problem, ScenarioError
from optimize.allocation.apply import BUDGET_ROUNDING, described, table_problems, weights
from optimize.allocation.floors import highest_worst, rows_meeting, shortfalls
from optimize.allocation.levels import LevelTable
from optimize.allocation.relaxation import efficient, relaxed
from optimize.allocation.result import Aim, Allocation
from optimize.solver import Limits, ProgramBuilder, Solved, Status, solve_program, solver_version

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_SCALE = 1e4
"""Budget and objective of the program: solvers' tolerances (1e-6) are then 1e-10 of them."""


def allocate_optimum(
    tables: Sequence[LevelTable],
    budget: float,
    aim: Aim | str = Aim.WEIGHTED,
    *,
    floor: ArrayLike = 0.0,
    limits: Limits | None = None,
    solver: str = "highs",
) -> Allocation:
    """Choose a level for every region within the budget.

    Parameters
    ----------
    tables : sequence of LevelTable
        One per region.
    budget : float
        In the currency of the tables.
    aim : Aim
        ``weighted``: most service weighted by demand; ``worst``: the worst region first.
    floor : array-like (R,)
        Least service of each region, or of all.
    limits : Limits, optional
        At the time limit the best allocation found is returned with its bound.
    solver : str

    Returns
    -------
    Allocation
        Infeasible with the reasons where floors or lowest levels cost more than the budget.

    Raises
    ------
    ScenarioError
        If tables, budget, aim or floors are not sound.

    Examples
    --------
    >>> tables = [
    ...     LevelTable.from_arrays("A", cost=[0, 10, 20], service=[0.0, 0.6, 0.9], demand=3),
    ...     LevelTable.from_arrays("B", cost=[0, 10, 20], service=[0.0, 0.8, 0.9], demand=1),
    ... ]
    >>> allocate_optimum(tables, 20).levels
    array([2, 0])
    >>> allocate_optimum(tables, 20, "worst").levels
    array([1, 1])
    """
    began = time.perf_counter()
    floors = _checked(tables, budget, aim, floor)
    purse = budget * (1 + BUDGET_ROUNDING)
    missing = shortfalls(tables, floors, purse)
    if missing:
        return Allocation(
            "optimum",
            tuple(table.region for table in tables),
            Status.INFEASIBLE,
            float(budget),
            seconds=time.perf_counter() - began,
            solver=solver,
            version=solver_version(),
            shortfalls=tuple(missing),
        )
    if aim == Aim.WORST:
        floors = np.maximum(floors, highest_worst(tables, floors, purse))
    choice, bound, status = _solve(
        _levels(tables, floors, purse), purse, limits or Limits(gap=1e-9), solver
    )
    return described(
        "optimum",
        tables,
        choice,
        budget,
        status,
        bound=bound,
        seconds=time.perf_counter() - began,
        solver=solver,
        version=solver_version(),
    )


def _checked(tables: Sequence[LevelTable], budget: float, aim: str, floor: ArrayLike) -> Floats:
    """The floors (R,), if everything is sound."""
    problems = table_problems(tables, budget)
    if aim not in list(Aim):
        known = [one.value for one in Aim]
        problems.append(Problem("aim", f"got '{aim}'; expected one of {known}"))
    floors = np.asarray(floor, dtype=np.float64).ravel()
    if floors.size not in (1, len(tables)) or not ((floors >= 0) & (floors <= 1)).all():
        message = f"got {floors}; expected a share from 0 to 1 for each of {len(tables)} regions"
        problems.append(Problem("floor", message))
    if problems:
        raise ScenarioError("the allocation", problems)
    return np.broadcast_to(floors, (len(tables),)).copy()


@dataclass(frozen=True, slots=True)
class _Levels:
    """Cost and weighted service of all levels, and the rows worth choosing, by region."""

    costs: tuple[Floats, ...]
    gains: tuple[Floats, ...]
    rows: tuple[Ints, ...]

    @property
    def region(self) -> Ints:
        """Region of each variable."""
        return np.repeat(np.arange(len(self.rows)), [len(mine) for mine in self.rows])

    @property
    def cost(self) -> Floats:
        """Cost of each variable."""
        return np.concatenate([c[mine] for c, mine in zip(self.costs, self.rows, strict=True)])

    @property
    def gain(self) -> Floats:
        """Weighted service of each variable."""
        return np.concatenate([g[mine] for g, mine in zip(self.gains, self.rows, strict=True)])


def _levels(tables: Sequence[LevelTable], floors: Floats, purse: float) -> _Levels:
    """(3): only levels that meet the floor; of those only affordable ones that no other beats."""
    costs = tuple(table.cost for table in tables)
    gains = tuple(
        share * table.service for table, share in zip(tables, weights(tables), strict=True)
    )
    rows = tuple(
        efficient(cost, gain, _affordable(table, floor, purse))
        for cost, gain, table, floor in zip(costs, gains, tables, floors.tolist(), strict=True)
    )
    return _Levels(costs, gains, rows)


def _affordable(table: LevelTable, floor: float, purse: float) -> Ints:
    rows = rows_meeting(table, floor)
    return rows[table.cost[rows] <= purse]


def _solve(
    levels: _Levels, purse: float, limits: Limits, solver: str
) -> tuple[list[int], float, Status]:
    """Chosen rows, upper bound and status."""
    fallback, bound = relaxed(levels.costs, levels.gains, levels.rows, purse)
    best = _most_service(levels, purse, limits, solver)
    if not best.status.has_plan:
        return fallback, bound, Status.FEASIBLE
    bound = min(bound, -best.bound / _SCALE)
    if best.status is not Status.OPTIMAL:
        found = _chosen(levels, best)
        return max((found, fallback), key=lambda one: _value(levels, one)), bound, best.status
    least = _least_spend(levels, purse, -best.objective, limits, solver)
    return _chosen(levels, least if least.status.has_plan else best), bound, Status.OPTIMAL


def _most_service(levels: _Levels, purse: float, limits: Limits, solver: str) -> Solved:
    model = ProgramBuilder()
    x = model.add_variables(len(levels.gain), cost=-_SCALE * levels.gain, integer=True)
    _add_one_level_per_region(model, levels, x)
    _add_budget(model, levels, x, purse)
    return solve_program(model.build(), limits, solver=solver)


def _least_spend(
    levels: _Levels, purse: float, service: float, limits: Limits, solver: str
) -> Solved:
    """Of the allocations of this much service the one that spends least."""
    model = ProgramBuilder()
    spend = levels.cost * (_SCALE / purse) if purse > 0 else 0.0
    x = model.add_variables(len(levels.gain), cost=spend, integer=True)
    _add_one_level_per_region(model, levels, x)
    _add_budget(model, levels, x, purse)
    model.add_rows(1, np.zeros(len(x)), x, _SCALE * levels.gain, lower=service - 1e-6)
    return solve_program(model.build(), limits, solver=solver)


def _add_one_level_per_region(model: ProgramBuilder, levels: _Levels, x: Ints) -> None:
    """(1)."""
    model.add_rows(len(levels.rows), levels.region, x, 1.0, lower=1.0, upper=1.0)


def _add_budget(model: ProgramBuilder, levels: _Levels, x: Ints, purse: float) -> None:
    """(2)."""
    if purse > 0:
        paid = levels.cost * (_SCALE / purse)
        model.add_rows(1, np.zeros(len(x)), x, paid, upper=_SCALE)


def _chosen(levels: _Levels, solved: Solved) -> list[int]:
    """Chosen row of each region."""
    picked = np.concatenate(levels.rows)[solved.values > 0.5]
    return [int(row) for row in picked]


def _value(levels: _Levels, choice: Sequence[int]) -> float:
    return float(sum(gain[row] for gain, row in zip(levels.gains, choice, strict=True)))
