"""The cheapest people of a tier of one site, by its level tables.

Sets        p pools of the site, c components, b blocks of a component, l combinations of levels
Data        w_p wages of an agent a month; a level stands for at least n_kl people of dimension k;
            joined, lost, waits, money, met and due of each block at each combination
Variables   n_p agents (integer); z_cbl combination of a block (binary)
Minimise    sum w_p n_p + money z, scaled to a month
(1) one     sum_l z_cbl = 1
(2) people  sum_l n_kl z_cbl <= agents of dimension k on duty in the block
(3) promise sum (met - share due) z >= 0, for each row, already relaxed
(4) guards  sum (lost - allowed joined) z <= 0; sum waits z <= allowed mean number x time

Sites, trips, jobs and overtime count nothing. Each block is served as if there were plenty of
people at all other times, so this is a bound where more people never serve worse.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from network.quantity import MINUTES_PER_MONTH
from optimize.bounds.level_crew import Component, components_of, wages_of
from optimize.bounds.level_tables import Bench, Figures, LevelTable, measure_levels, measure_rest
from optimize.bounds.sample_limits import Guarded
from optimize.bounds.sample_visits import must_hold
from optimize.solver import Limits, ProgramBuilder, Solved, Status, solve_program

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_MOST_AGENTS = 10_000
_MOST_PLAYS = 2000
"""Combinations x phases x samples beyond which tables take too long."""


@dataclass(frozen=True)
class LevelBound:
    """What the people of a tier cost at least.

    Parameters
    ----------
    per_month : float
        Wages, lost customers and penalties; infinite if no people keep what is asked.
    worse_with_more : float
        Part of the comparisons of neighbouring levels in which more people served worse, of
        levels that stand for others.
    """

    per_month: float
    worse_with_more: float


def level_bound(
    bench: Bench, site: str, shares: Floats, guarded: Guarded, limits: Limits, *, quick: bool
) -> LevelBound | None:
    """A lower bound by level tables; None: there are too many levels, or no answer in time.

    Parameters
    ----------
    bench : Bench
    site : str
        The only open one of the tier.
    shares : float array (rows,)
        Least shares of the bench's rows.
    guarded : Guarded
    limits : Limits
    quick : bool
        Whether the tier answers at once.
    """
    components = components_of(bench.network, site, bench.window, quick=quick)
    if not components or _plays(components) * len(bench.samples) > _MOST_PLAYS:
        return None
    tables = [measure_levels(bench, one) for one in components]
    rest = measure_rest(bench, components)
    solved = _solve(bench, tables, rest, shares, guarded, limits)
    if solved.status is Status.INFEASIBLE:
        return LevelBound(np.inf, _share_worse(tables))
    if not np.isfinite(solved.bound):
        return None
    return LevelBound(solved.bound + float(rest.money) * _scale(bench), _share_worse(tables))


def _plays(components: Sequence[Component]) -> int:
    return sum(len(one.levels.people) * len({0, 1} & {*one.phases.tolist()}) for one in components)


def _share_worse(tables: Sequence[LevelTable]) -> float:
    found = [table.worse_with_more for table in tables if not table.component.exact]
    return sum(bad for bad, _ in found) / max(sum(count for _, count in found), 1)


def _scale(bench: Bench) -> float:
    """Months in a month for each month of the sample."""
    return MINUTES_PER_MONTH / (len(bench.samples) * bench.window.minutes)


def _solve(
    bench: Bench, tables: Sequence[LevelTable], rest: Figures, shares: Floats, guarded: Guarded,
    limits: Limits,
) -> Solved:  # fmt: skip
    builder = ProgramBuilder()
    chosen: list[Ints] = []
    for table in tables:
        wages = wages_of(bench.network, table.component.pools, bench.window)
        agents = builder.add_variables(len(wages), cost=wages, upper=_MOST_AGENTS, integer=True)
        chosen += [
            _add_block(builder, bench, table, b, agents)
            for b in range(len(table.component.on_duty))
        ]
    columns = np.concatenate(chosen)
    joined, lost, waits, met, due = (
        np.concatenate([np.concatenate(getattr(table.seen, name)) for table in tables])
        for name in ("joined", "lost", "waits", "met", "due")
    )
    zero = np.zeros(len(columns), dtype=np.int64)
    for k, row in enumerate(bench.rows):
        if must_hold(row) and shares[k] > 0:
            free = float(rest.met[k] - shares[k] * rest.due[k])
            builder.add_rows(1, zero, columns, met[:, k] - shares[k] * due[:, k], lower=-free)
    if np.isfinite(guarded.lost_share):
        free = float(rest.lost - guarded.lost_share * rest.joined)
        builder.add_rows(1, zero, columns, lost - guarded.lost_share * joined, upper=-free)
    if np.isfinite(guarded.waiting):
        time = len(bench.samples) * bench.window.minutes
        most = max(guarded.waiting * time - float(rest.waits), 0.0)
        builder.add_rows(1, zero, columns, waits, upper=most)
    return solve_program(builder.build(), limits)


def _add_block(
    builder: ProgramBuilder, bench: Bench, table: LevelTable, b: int, agents: Ints
) -> Ints:
    """(1) and (2): the combination of levels of a block."""
    component, levels = table.component, table.component.levels
    size = len(levels.people)
    cost = table.seen.money[b] * _scale(bench) + levels.wages
    z = builder.add_variables(size, cost=cost, upper=1.0, integer=True)
    builder.add_rows(1, np.zeros(size, np.int64), z, 1.0, lower=1.0, upper=1.0)
    split = np.cumsum([0, *(len(one.pools) for one in component.dimensions)])
    there = [agents[a:o][component.on_duty[b, a:o]] for a, o in pairwise(split.tolist())]
    for least, some in zip((*levels.least.T, levels.total), (*there, np.concatenate(there)),
                           strict=True):  # fmt: skip
        builder.add_rows(
            1, np.zeros(size + len(some), np.int64), np.concatenate([z, some]),
            np.concatenate([least.astype(np.float64), -np.ones(len(some))]), upper=0.0,
        )  # fmt: skip
    return z
