"""Maximum availability location (ReVelle and Hogan 1989): MALP I and MALP II.

Sets        i groups of zones covered by the same sites and needing the same number of units,
            j candidate sites
Data        w_i weight, N_i sites within the radius, m units, alpha reliability,
            r_i units needed near zone i, b_j units that a site can hold
Variables   x_j units (integer), z_i available with reliability alpha (binary)
Maximise    sum_i w_i z_i
(1) available only with enough units near    r_i z_i <= sum_{j in N_i} x_j
(2) m units                                  sum_j x_j = m
(3) room, required and closed sites          x_j <= b_j, x_j >= 1, x_j = 0

MALP I: r is the smallest integer with 1 - q^r >= alpha, q the busy fraction of every unit.
MALP II: r_i is the smallest integer with 1 - (F_i / r_i)^r_i >= alpha, F_i the work offered
around zone i in units (erlang). The paper's chain y_ik <= y_i,k-1 with y_i,r counted is
constraint (1) without the levels below r, which earn nothing.

ReVelle and Hogan (1989), Transportation Science 23, 192-200.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from network.errors import Problem, ScenarioError
from optimize.placement.cover import Cover
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
class MALP:
    """Place units so that the most weight finds one free with a reliability.

    Parameters
    ----------
    units : int
        Units to place; a required site gets at least one.
    radius : float
        In the unit of travel; a zone exactly at the radius is covered.
    reliability : float
        Probability that a unit near is free, at least 0 and below 1. [alpha]
    busy : float
        Probability that a unit is busy, the same everywhere: MALP I. [q]
    offered : float array (zones,), optional
        Work offered around each zone (within its radius) in units, takes the place of
        `busy`: MALP II. [F, erlang]
    colocation : bool
        Whether a site may hold several units.
    max_per_site : int, optional
        Most units at a site; by default all of them.

    References
    ----------
    ReVelle and Hogan (1989), The maximum availability location problem, Transportation
    Science 23.

    Examples
    --------
    >>> instance = Instance.from_matrix([[1, 9], [9, 2]], weight=[5, 6])
    >>> plan = MALP(units=2, radius=3, busy=0.3, reliability=0.9).solve(instance)
    >>> plan.objective, plan.open_sites, plan.units
    (6.0, array([1]), array([2]))
    """

    units: int
    radius: float
    reliability: float
    busy: float = 0.0
    offered: ArrayLike | None = field(default=None, compare=False)
    colocation: bool = True
    max_per_site: int | None = None

    def __post_init__(self) -> None:
        problems = check_fleet(
            self.units, self.radius, self.busy, self.max_per_site, colocation=self.colocation
        )
        if not 0 <= self.reliability < 1:
            message = f"got {self.reliability}; expected a number at least 0 and below 1"
            problems.append(Problem("reliability", message))
        refuse("MALP", problems)

    def solve(self, instance: Instance, limits: Limits | None = None) -> Plan:
        """Solve on an instance.

        Parameters
        ----------
        instance : Instance
        limits : Limits, optional

        Returns
        -------
        Plan
            Objective: weight with enough units near. `uncovered` lists zones with no unit
            near at all. Infeasible where the sites cannot hold the units, or more sites
            are required than there are units.

        Raises
        ------
        ScenarioError
            If `offered` does not fit the instance.
        """
        began, limits = time.perf_counter(), limits or Limits()
        needed = self.units_needed(len(instance))
        most = most_units(instance, self.units, self.max_per_site, colocation=self.colocation)
        shortfalls = no_room(self.units, instance, most)
        if shortfalls:
            return no_plan("MALP", Status.INFEASIBLE, began, OWN_METHOD, shortfalls)
        cover, required = instance.cover(self.radius), instance.sites.required
        groups = merge_equal(cover, instance.weight, kind=needed)
        program = malp_program(groups, needed[groups.zone], self.units, required, most)
        left = replace(limits, seconds=max(0.1, limits.seconds + began - time.perf_counter()))
        solved = solve_program(program, left)
        found = greedy_units(groups, 0.5 ** np.arange(needed.max()), self.units, required, most)
        status, placed, _, bound = best_of(
            solved,
            found.astype(np.float64),
            _available(cover, instance, found, needed),
            float(groups.weight.sum()),
        )
        placed_units = np.round(placed).astype(np.int64)
        objective = _available(cover, instance, placed_units, needed)
        return plan_of_units(
            "MALP",
            instance,
            cover,
            placed_units,
            status=status,
            objective=objective,
            bound=max(bound, objective),
            began=began,
            solver=solved.solver,
        )

    def units_needed(self, zones: int) -> Ints:
        """Units that must be near each zone (zones,), 1 to all of them and one more: never.

        Raises
        ------
        ScenarioError
            If there is not one offered load >= 0 per zone.
        """
        if self.offered is None:
            return np.full(zones, self._least(np.array([self.busy]), per_unit=False)[0])
        load = np.asarray(self.offered, dtype=np.float64).ravel()
        if load.shape != (zones,) or not (np.isfinite(load) & (load >= 0)).all():
            message = f"got {load.size} values; expected {zones} finite numbers >= 0"
            raise ScenarioError("MALP", [Problem("offered", message)])
        return self._least(load, per_unit=True)

    def _least(self, load: Floats, *, per_unit: bool) -> Ints:
        """The smallest r >= 1 with ``1 - busy^r >= alpha``; busy is load, or load / r."""
        needed = np.full(len(load), self.units + 1)
        for r in range(self.units, 0, -1):
            busy = load / r if per_unit else load
            # Equality counts, also where rounding would deny it.
            enough = (busy < 1) & (busy**r <= (1 - self.reliability) * (1 + 1e-9))
            needed[enough] = r
        return needed


def malp_program(groups: Groups, needed: Ints, units: int, required: Bools, most: Ints) -> Program:
    """The program; variables x then z."""
    model = ProgramBuilder()
    placed = model.add_variables(groups.site_count, lower=required, upper=most, integer=True)
    served = model.add_variables(len(groups), cost=-groups.weight, integer=True)
    available_with_enough_units(model, groups, placed, served, needed)
    open_in_all(model, placed, units)
    return model.build()


def available_with_enough_units(
    model: ProgramBuilder, groups: Groups, placed: Ints, served: Ints, needed: Ints
) -> None:
    """(1) ``r_i z_i - sum_{j in N_i} x_j <= 0``."""
    count = len(groups)
    model.add_rows(
        count,
        np.concatenate([np.arange(count), groups.group]),
        np.concatenate([served, placed[groups.site]]),
        np.concatenate([needed.astype(np.float64), -np.ones(len(groups.site))]),
        upper=0.0,
    )


def _available(cover: Cover, instance: Instance, units: Ints, needed: Ints) -> float:
    near = np.bincount(cover.zone, weights=units[cover.site], minlength=len(instance))
    return float(instance.weight[near >= needed].sum())
