"""Location set covering (Toregas, Swain, ReVelle and Bergman 1971).

Sets        i groups of zones covered by the same sites, j candidate sites
Data        c_j cost of an open site (1 each, or fixed and opening costs),
            N_i sites within the radius
Variables   y_j open (binary)
Minimise    sum_j c_j y_j
(1) every zone with weight is covered    sum_{j in N_i} y_j >= 1
(2) required and closed sites            y_j = 1, y_j = 0

Toregas, Swain, ReVelle and Bergman (1971), Operations Research 19, 1363-1373.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from network.errors import Problem
from optimize.placement.cover import Cover
from optimize.placement.covering.answers import OWN_METHOD, best_of, no_plan, plan_of_units
from optimize.placement.covering.merge import Groups, merge_equal, without_dominated
from optimize.placement.covering.parameters import check_radius, out_of_reach, refuse
from optimize.placement.covering.set_cover import greedy_cover, packing_bound
from optimize.placement.instance import Instance
from optimize.placement.plan import Plan
from optimize.solver import Limits, Program, ProgramBuilder, Status, solve_program

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class LSCP:
    """Open the fewest, or cheapest, sites so that every zone with weight has one near.

    Parameters
    ----------
    radius : float
        In the unit of travel; a zone exactly at the radius is covered.
    cost : str
        ``count``: fewest sites. ``fixed``: least fixed, opening and closing cost of the
        instance's sites.

    Notes
    -----
    General set covering: travel 0 where a column covers a row and infinite elsewhere,
    radius 0, and the columns' costs as fixed costs.

    References
    ----------
    Toregas, Swain, ReVelle and Bergman (1971), Operations Research 19.

    Examples
    --------
    >>> instance = Instance.from_matrix([[1, 9, 3], [9, 2, 3]], fixed_cost=[1, 1, 5])
    >>> LSCP(radius=3).solve(instance).site_id
    ('s2',)
    >>> LSCP(radius=3, cost="fixed").solve(instance).objective
    2.0
    >>> print(LSCP(radius=1).solve(instance).shortfalls[0])
    zone z1: no usable site within 1; the nearest, s1, needs a radius of 2
    """

    radius: float
    cost: Literal["count", "fixed"] = "count"

    def __post_init__(self) -> None:
        problems = check_radius(self.radius)
        if self.cost not in ("count", "fixed"):
            problems.append(Problem("cost", f"got '{self.cost}'; expected count or fixed"))
        refuse("LSCP", problems)

    def solve(self, instance: Instance, limits: Limits | None = None) -> Plan:
        """Solve on an instance.

        Parameters
        ----------
        instance : Instance
        limits : Limits, optional

        Returns
        -------
        Plan
            Objective: open sites, or total cost. Infeasible where a zone with weight has
            no usable site within the radius: `uncovered` lists them, `shortfalls` says
            which radius they need.
        """
        began, limits = time.perf_counter(), limits or Limits()
        cover, sites = instance.cover(self.radius), instance.sites
        alone = _out_of_reach(cover, instance)
        if len(alone):
            shortfalls = tuple(out_of_reach(instance, alone, self.radius))
            return no_plan("LSCP", Status.INFEASIBLE, began, OWN_METHOD, shortfalls, alone)
        cost = np.ones(len(sites)) if self.cost == "count" else sites.cost_if_open
        constant = 0.0 if self.cost == "count" else sites.cost_of_closing_all
        groups = without_dominated(merge_equal(cover, instance.weight))
        greedy = greedy_cover(groups, cost, sites.required, sites.usable)
        left = replace(limits, seconds=max(0.1, limits.seconds + began - time.perf_counter()))
        solved = solve_program(lscp_program(groups, cost, sites.required, sites.usable), left)
        floor = packing_bound(groups, cost, sites.required, sites.usable)
        if self.cost == "count":  # there is no part of a site
            solved = replace(solved, bound=np.ceil(solved.bound - 1e-6))
        status, opened, _, bound = best_of(
            solved, greedy.astype(np.float64), -float(cost[greedy].sum()), -floor
        )
        units = np.round(opened).astype(np.int64)
        return plan_of_units(
            "LSCP",
            instance,
            cover,
            units,
            status=status,
            objective=float(cost[units > 0].sum()) + constant,
            bound=-bound + constant,
            began=began,
            solver=solved.solver,
        )


def lscp_program(groups: Groups, cost: Floats, required: Bools, usable: Bools) -> Program:
    """The program; one variable per site."""
    model = ProgramBuilder()
    opened = model.add_variables(
        groups.site_count, cost=cost, lower=required, upper=usable, integer=True
    )
    every_zone_covered(model, groups, opened)
    return model.build()


def every_zone_covered(model: ProgramBuilder, groups: Groups, opened: Ints) -> None:
    """(1) ``sum_{j in N_i} y_j >= 1``."""
    model.add_rows(len(groups), groups.group, opened[groups.site], 1.0, lower=1.0)


def _out_of_reach(cover: Cover, instance: Instance) -> Ints:
    """Zones with weight that no usable site covers."""
    alone = cover.uncoverable
    return alone[instance.weight[alone] > 0]
