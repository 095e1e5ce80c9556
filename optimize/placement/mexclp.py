"""Maximum expected covering location (Daskin 1983).

Sets        i groups of zones covered by the same sites, j candidate sites,
            k = 1 .. m units near a zone
Data        w_i weight, N_i sites within the radius, m units, q busy fraction of a unit,
            b_j units that a site can hold
Variables   x_j units (integer), z_ik at least k units near in [0, 1]
Maximise    sum_ik w_i (1 - q) q^(k-1) z_ik
(1) counted only where units are near    sum_k z_ik <= sum_{j in N_i} x_j
(2) m units                              sum_j x_j = m
(3) room, required and closed sites      x_j <= b_j, x_j >= 1, x_j = 0

The k-th unit near a zone adds the probability that it is free and the k - 1 others are
busy, units being busy independently. That falls with k, so z_i1 is filled first.

Daskin (1983), Transportation Science 17, 48-70.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimize.placement.covering.answers import OWN_METHOD, best_of, no_plan, plan_of_units
from optimize.placement.covering.greedy_units import greedy_units
from optimize.placement.covering.merge import Groups, merge_equal
from optimize.placement.covering.parameters import refuse
from optimize.placement.covering.units import check_fleet, most_units, no_room
from optimize.placement.instance import Instance
from optimize.placement.mclp import open_in_all
from optimize.placement.plan import Plan
from optimize.solver import Limits, Program, ProgramBuilder, Status, solve_program

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class MEXCLP:
    """Place units, each busy part of the time, for the most expected cover.

    Parameters
    ----------
    units : int
        Units to place; a required site gets at least one.
    radius : float
        In the unit of travel; a zone exactly at the radius is covered.
    busy : float
        Probability that a unit is busy, the same for all, at least 0 and below 1. [q]
    colocation : bool
        Whether a site may hold several units.
    max_per_site : int, optional
        Most units at a site; by default all of them.

    References
    ----------
    Daskin (1983), A maximum expected covering location model: formulation, properties and
    heuristic solution, Transportation Science 17.

    Examples
    --------
    >>> instance = Instance.from_matrix([[1, 9], [9, 2]], weight=[5, 1])
    >>> plan = MEXCLP(units=2, radius=3, busy=0.5).solve(instance)
    >>> plan.objective, plan.open_sites, plan.units
    (3.75, array([0]), array([2]))
    """

    units: int
    radius: float
    busy: float
    colocation: bool = True
    max_per_site: int | None = None

    def __post_init__(self) -> None:
        problems = check_fleet(
            self.units, self.radius, self.busy, self.max_per_site, colocation=self.colocation
        )
        refuse("MEXCLP", problems)

    def solve(self, instance: Instance, limits: Limits | None = None) -> Plan:
        """Solve on an instance.

        Parameters
        ----------
        instance : Instance
        limits : Limits, optional

        Returns
        -------
        Plan
            Objective: expected covered weight; `units` at each open site. Infeasible where
            the sites cannot hold the units, or more sites are required than there are units.
        """
        began, limits = time.perf_counter(), limits or Limits()
        most = most_units(instance, self.units, self.max_per_site, colocation=self.colocation)
        shortfalls = no_room(self.units, instance, most)
        if shortfalls:
            return no_plan("MEXCLP", Status.INFEASIBLE, began, OWN_METHOD, shortfalls)
        cover, required = instance.cover(self.radius), instance.sites.required
        groups = merge_equal(cover, instance.weight)
        worth = level_worth(self.units, self.busy)
        program = mexclp_program(groups, worth, self.units, required, most)
        left = replace(limits, seconds=max(0.1, limits.seconds + began - time.perf_counter()))
        solved = solve_program(program, left)
        found = greedy_units(groups, worth, self.units, required, most)
        status, placed, _, bound = best_of(
            solved,
            found.astype(np.float64),
            _expected(groups, found, self.busy),
            float(groups.weight.sum()) * (1 - self.busy**self.units),
        )
        placed_units = np.round(placed).astype(np.int64)
        objective = _expected(groups, placed_units, self.busy)
        return plan_of_units(
            "MEXCLP",
            instance,
            cover,
            placed_units,
            status=status,
            objective=objective,
            bound=max(bound, objective),
            began=began,
            solver=solved.solver,
        )


def level_worth(units: int, busy: float) -> Floats:
    """What the k-th unit near a zone adds, ``(1 - q) q^(k-1)``, as long as it is anything."""
    worth = (1 - busy) * busy ** np.arange(max(units, 1))
    return np.asarray(worth[: max(1, int((worth > 1e-12).sum()))])


def mexclp_program(
    groups: Groups, worth: Floats, units: int, required: Bools, most: Ints
) -> Program:
    """The program; variables x, then z level by level."""
    model = ProgramBuilder()
    placed = model.add_variables(groups.site_count, lower=required, upper=most, integer=True)
    levels = [model.add_variables(len(groups), cost=-value * groups.weight) for value in worth]
    counted_where_units_are_near(model, groups, placed, levels)
    open_in_all(model, placed, units)
    return model.build()


def counted_where_units_are_near(
    model: ProgramBuilder, groups: Groups, placed: Ints, levels: list[Ints]
) -> None:
    """(1) ``sum_k z_ik - sum_{j in N_i} x_j <= 0``."""
    counted = np.concatenate([*levels, np.zeros(0, np.int64)])
    model.add_rows(
        len(groups),
        np.concatenate([np.tile(np.arange(len(groups)), len(levels)), groups.group]),
        np.concatenate([counted, placed[groups.site]]),
        np.concatenate([np.ones(len(counted)), -np.ones(len(groups.site))]),
        upper=0.0,
    )


def _expected(groups: Groups, units: Ints, busy: float) -> float:
    near = groups.matrix() @ units.astype(np.float64)
    return float(groups.weight @ (1.0 - busy**near))
