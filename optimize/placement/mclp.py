"""Maximal covering location (Church and ReVelle 1974).

Sets        i groups of zones covered by the same sites, j candidate sites
Data        w_i weight, N_i sites within the radius, p sites to open
Variables   y_j open (binary), z_i covered in [0, 1]
Maximise    sum_i w_i z_i
(1) covered only by an open site    z_i <= sum_{j in N_i} y_j
(2) p sites                         sum_j y_j = min(p, usable sites)
(3) required and closed sites       y_j = 1, y_j = 0

Church and ReVelle (1974), Papers of the Regional Science Association 32, 101-118.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimize.placement.covering.answers import OWN_METHOD, best_of, no_plan, plan_of_units
from optimize.placement.covering.maximal import LARGE, SMALL, Narrowed, narrow
from optimize.placement.covering.merge import Groups, merge_equal
from optimize.placement.covering.parameters import check_count, check_radius, refuse, too_few
from optimize.placement.covering.swap import SwapSearch
from optimize.placement.instance import Instance
from optimize.placement.plan import Plan
from optimize.solver import Limits, Program, ProgramBuilder, Solved, Status, solve_program

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class MCLP:
    """Open p sites so that the most weight lies within a radius of one.

    Parameters
    ----------
    sites : int
        Sites to open, required ones included; all usable ones where there are fewer.
    radius : float
        In the unit of travel; a zone exactly at the radius is covered.

    Notes
    -----
    Zones covered by the same sites are merged. What is then small goes to a solver. What
    is large is first narrowed by a search of our own (swaps from below, a Lagrangian bound
    from above, sites ruled out in between), whose bound holds for the plan returned.

    References
    ----------
    Church and ReVelle (1974), Papers of the Regional Science Association 32. Instances with
    many clients: Cordeau, Furini and Ljubic (2019), European Journal of Operational
    Research 275.

    Examples
    --------
    >>> instance = Instance.from_matrix([[1, 9], [9, 2], [9, 3]], weight=[5, 7, 1])
    >>> plan = MCLP(sites=1, radius=3).solve(instance)
    >>> plan.objective, plan.site_id, plan.uncovered
    (8.0, ('s1',), array([0]))
    """

    sites: int
    radius: float

    def __post_init__(self) -> None:
        refuse("MCLP", check_count("sites", self.sites) + check_radius(self.radius))

    def solve(self, instance: Instance, limits: Limits | None = None) -> Plan:
        """Solve on an instance.

        Parameters
        ----------
        instance : Instance
        limits : Limits, optional

        Returns
        -------
        Plan
            Objective: covered weight. Infeasible only if more sites are required than may
            open.
        """
        began, limits = time.perf_counter(), limits or Limits()
        shortfalls = too_few("sites", self.sites, instance)
        if shortfalls:
            return no_plan("MCLP", Status.INFEASIBLE, began, OWN_METHOD, shortfalls)
        cover = instance.cover(self.radius)
        groups = merge_equal(cover, instance.weight)
        sites = min(self.sites, int(instance.sites.usable.sum()))
        status, opened, bound, solver = _solve(groups, sites, instance, limits, began)
        objective = float(instance.weight[cover.covered_by(opened) > 0].sum())
        return plan_of_units(
            "MCLP",
            instance,
            cover,
            opened.astype(np.int64),
            status=status,
            objective=objective,
            bound=max(bound, objective),
            began=began,
            solver=solver,
        )


def mclp_program(groups: Groups, sites: int, required: Bools, usable: Bools) -> Program:
    """The program; variables y then z, so that minus its cost is the covered weight."""
    model = ProgramBuilder()
    opened = model.add_variables(groups.site_count, lower=required, upper=usable, integer=True)
    covered = model.add_variables(len(groups), cost=-groups.weight)
    covered_only_by_open(model, groups, opened, covered)
    open_in_all(model, opened, sites)
    return model.build()


def covered_only_by_open(
    model: ProgramBuilder, groups: Groups, opened: Ints, covered: Ints
) -> None:
    """(1) ``z_i - sum_{j in N_i} y_j <= 0``."""
    count = len(groups)
    model.add_rows(
        count,
        np.concatenate([np.arange(count), groups.group]),
        np.concatenate([covered, opened[groups.site]]),
        np.concatenate([np.ones(count), -np.ones(len(groups.site))]),
        upper=0.0,
    )


def open_in_all(model: ProgramBuilder, opened: Ints, count: int) -> None:
    """(2) ``sum_j y_j = p``."""
    model.add_rows(1, np.zeros(len(opened)), opened, 1.0, lower=count, upper=count)


def _solve(
    groups: Groups, sites: int, instance: Instance, limits: Limits, began: float
) -> tuple[Status, Bools, float, str]:
    """Status, open sites, bound and solver."""
    required, usable = instance.sites.required, instance.sites.usable
    total = float(groups.weight.sum())
    if sites == int(usable.sum()):
        return Status.OPTIMAL, usable.copy(), total, OWN_METHOD
    if sites == int(required.sum()):
        value = float(groups.weight[groups.matrix() @ required.astype(np.float64) > 0].sum())
        return Status.OPTIMAL, required.copy(), value, OWN_METHOD
    if len(groups.site) <= SMALL:
        search = SwapSearch(groups, sites, required, usable, limits.seed)
        search.greedy()
        start = Narrowed(groups, required, usable, search.best, search.value, total, proved=False)
    else:
        start = narrow(groups, sites, required, usable, _left(limits, began))
    left = _left(limits, began)
    if start.proved or left.seconds <= 0 or len(start.groups.site) > LARGE:
        status = Status.OPTIMAL if start.proved else Status.FEASIBLE
        return status, start.open_sites, start.bound, OWN_METHOD
    solved = solve_program(mclp_program(start.groups, sites, start.required, start.usable), left)
    status, opened, _, bound = _best(solved, start)
    return status, opened, bound, solved.solver


def _best(solved: Solved, start: Narrowed) -> tuple[Status, Bools, float, float]:
    found = start.open_sites.astype(np.float64)
    status, values, value, bound = best_of(solved, found, start.value, start.bound)
    return status, np.asarray(values > 0.5), value, bound


def _left(limits: Limits, began: float) -> Limits:
    """The same limits with what is left of the time."""
    return replace(limits, seconds=max(0.0, limits.seconds - (time.perf_counter() - began)))
