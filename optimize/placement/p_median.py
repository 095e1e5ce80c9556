"""p-median (Hakimi 1964; ReVelle and Swain 1970).

Sets        i zones, j candidate sites
Data        w_i weight, d_ij travel, p sites to open
Variables   y_j open (binary), x_ij share of zone i served by site j in [0, 1]
Minimise    sum_ij w_i d_ij x_ij
(1) every zone is served                  sum_j x_ij = 1
(2) only by an open site                  x_ij <= y_j
(3) p sites                               sum_j y_j = p
(4) required and closed sites             y_j = 1, y_j = 0
(5) never where there is no way           x_ij = 0 where d_ij is infinite

Hakimi (1964), Operations Research 12, 450-459. ReVelle and Swain (1970), Geographical
Analysis 2, 30-42.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from network.errors import Problem
from optimize.placement.covering.answers import no_plan
from optimize.placement.covering.parameters import check_count, refuse, too_few
from optimize.placement.instance import Instance
from optimize.placement.plan import UNASSIGNED, Plan
from optimize.solver import Limits, Program, ProgramBuilder, Status, solve_program, solver_version

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

OWN_METHOD = "lagrangian"
"""Named as solver where the library's own branch-and-bound answers."""


@dataclass(frozen=True, slots=True)
class PMedian:
    """Open p sites so that total weighted travel to the nearest open one is least.

    Parameters
    ----------
    sites : int
        Sites to open, required ones among them; all usable ones where there are fewer. [p]
    method : str
        ``lagrangian``: branch-and-bound on Lagrangian bounds, the choice for all sizes.
        ``mip``: the formulation as it stands, in a solver; for small instances and as a
        cross-check.

    Notes
    -----
    Capacities and costs of sites play no part. Where all weighted travel is integer, the
    bound is rounded up, and the plan proved to be the very best.

    References
    ----------
    ReVelle and Swain (1970), Geographical Analysis 2. Beasley (1985), EJOR 21. Avella,
    Sassano and Vasil'ev (2007), Mathematical Programming 109.

    Examples
    --------
    >>> instance = Instance.from_matrix([[0, 4, 9], [4, 0, 5], [9, 5, 0]], weight=[1, 2, 3])
    >>> plan = PMedian(sites=1).solve(instance)
    >>> plan.site_id, plan.objective, plan.bound
    (('s2',), 19.0, 19.0)
    >>> PMedian(sites=2).solve(instance).assignment
    array([1, 1, 2])
    """

    sites: int
    method: Literal["lagrangian", "mip"] = "lagrangian"

    def __post_init__(self) -> None:
        problems = check_count("sites", self.sites, least=1)
        if self.method not in ("lagrangian", "mip"):
            problems.append(Problem("method", f"got '{self.method}'; expected lagrangian or mip"))
        refuse("PMedian", problems)

    def solve(self, instance: Instance, limits: Limits | None = None) -> Plan:
        """Solve on an instance.

        Parameters
        ----------
        instance : Instance
        limits : Limits, optional
            Compiling, once on a machine, counts into the time.

        Returns
        -------
        Plan
            Objective: weighted travel, in the unit of weight times that of travel.
            Infeasible where sites do not reach every zone, or more are required than may
            open: `uncovered` lists zones no usable site reaches, `shortfalls` says how many
            sites would be enough.

        Raises
        ------
        ScenarioError
            If the instance has more zone-site pairs than fit.
        """
        began, limits = time.perf_counter(), limits or Limits()
        usable = np.flatnonzero(instance.sites.usable)
        travel = instance.travel()
        if len(usable) < len(instance.sites):
            travel = travel[:, usable]
        stranded, problems = stranded_zones(instance, travel, np.ones(len(travel), np.bool_))
        shortfalls = too_few("sites", self.sites, instance) + problems
        if shortfalls:
            return no_plan("PMedian", Status.INFEASIBLE, began, OWN_METHOD, shortfalls, stranded)
        required = instance.sites.required[usable]
        count = min(self.sites, len(usable))
        solve = _by_lagrangian if self.method == "lagrangian" else _by_program
        left = replace(limits, seconds=max(0.0, limits.seconds + began - time.perf_counter()))
        answer = solve(travel, instance.weight, required, count, left)
        if answer.needed is not None:
            problem = not_enough(self.sites, answer.needed)
            return no_plan("PMedian", Status.INFEASIBLE, began, answer.solver, (problem,))
        if not answer.status.has_plan:
            return no_plan("PMedian", answer.status, began, answer.solver)
        opened = usable[answer.opened]
        assignment, objective = assign(travel[:, answer.opened], opened, instance.weight)
        return Plan(
            formulation="PMedian",
            status=answer.status,
            objective=objective,
            bound=min(answer.bound, objective),
            seconds=time.perf_counter() - began,
            solver=answer.solver,
            version=solver_version(),
            open_sites=opened,
            units=np.ones(len(opened), np.int64),
            site_id=tuple(instance.sites.site_id[j] for j in opened.tolist()),
            assignment=assignment,
        )


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a method found: site numbers among the usable ones, and what it proved."""

    status: Status
    opened: Ints
    bound: float
    solver: str
    needed: int | None = None


def assign(travel: Floats, opened: Ints, weight: Floats) -> tuple[Ints, float]:
    """Nearest open site of each zone, the first of equals, and total weighted travel.

    Parameters
    ----------
    travel : float array (zones, open)
    opened : int array (open,)
        Site numbers.
    weight : float array (zones,)
    """
    at = np.argmin(travel, axis=1)
    least = travel[np.arange(len(travel)), at]
    reached = np.isfinite(least)
    total = float(weight[reached] @ least[reached])
    return np.where(reached, opened[at], UNASSIGNED), total


def _by_lagrangian(
    travel: Floats, weight: Floats, required: Bools, count: int, limits: Limits
) -> _Answer:
    # Numba takes a third of a second to import
    from optimize.placement.lagrangian.data import distinct_sites, median_data
    from optimize.placement.lagrangian.search import solve_median

    data = median_data(travel, weight, required, count)
    kept = distinct_sites(data)
    answer = solve_median(data.only(kept), limits)
    if answer.needed is not None:
        return _Answer(Status.INFEASIBLE, kept[:0], np.inf, OWN_METHOD, answer.needed)
    status = Status.OPTIMAL if answer.proved else Status.FEASIBLE
    if not np.isfinite(answer.cost):
        status = Status.UNKNOWN
    return _Answer(status, kept[answer.opened], answer.bound, OWN_METHOD)


def _by_program(
    travel: Floats, weight: Floats, required: Bools, count: int, limits: Limits
) -> _Answer:
    zone, site = np.nonzero(np.isfinite(travel))
    program = median_program(
        zone,
        site,
        weight[zone] * travel[zone, site],
        zones=len(travel),
        required=required,
        count=count,
    )
    solved = solve_program(program, limits)
    if solved.status is Status.INFEASIBLE:
        from optimize.placement.lagrangian.core import fewest_sites

        reach = fewest_sites(np.isfinite(travel), required, limits)
        needed = count + 1 if reach is None else int(reach.sum())
        return _Answer(solved.status, site[:0], np.inf, solved.solver, needed)
    opened = np.flatnonzero(solved.values[: len(required)] > 0.5)
    return _Answer(solved.status, opened, solved.bound, solved.solver)


def median_program(
    zone: Ints, site: Ints, cost: Floats, *, zones: int, required: Bools, count: int
) -> Program:
    """The program; one variable per site, then one per pair that may be used.

    Parameters
    ----------
    zone, site : int array (pairs,)
    cost : float array (pairs,)
        Weight times travel.
    zones : int
    required : bool array (sites,)
    count : int
        Sites to open. [p]
    """
    model = ProgramBuilder()
    opened = model.add_variables(len(required), lower=required, integer=True)
    served = model.add_variables(len(zone), cost=cost)
    every_zone_served(model, zone, served, zones)
    only_by_open_sites(model, served, opened[site])
    count_of_sites(model, opened, count)
    return model.build()


def every_zone_served(model: ProgramBuilder, zone: Ints, served: Ints, zones: int) -> None:
    """(1) ``sum_j x_ij = 1``."""
    model.add_rows(zones, zone, served, 1.0, lower=1.0, upper=1.0)


def only_by_open_sites(model: ProgramBuilder, served: Ints, opened: Ints) -> None:
    """(2) ``x_ij - y_j <= 0``, a row for each pair."""
    row = np.arange(len(served))
    sign: ArrayLike = np.repeat([1.0, -1.0], len(served))
    model.add_rows(len(served), np.tile(row, 2), np.concatenate([served, opened]), sign, upper=0.0)


def count_of_sites(model: ProgramBuilder, opened: Ints, count: int) -> None:
    """(3) ``sum_j y_j = p``."""
    model.add_rows(1, np.zeros(len(opened), np.int64), opened, 1.0, lower=count, upper=count)


def stranded_zones(
    instance: Instance, travel: Floats, counts: Bools
) -> tuple[Ints, tuple[Problem, ...]]:
    """Zones that count and that no usable site reaches, and what to say of them.

    Parameters
    ----------
    instance : Instance
    travel : float array (zones, usable sites)
    counts : bool array (zones,)
    """
    zones = np.flatnonzero(~np.isfinite(travel).any(axis=1) & counts)
    message = "there is no way to any site that may open; it needs a site, or a way to one"
    return zones, tuple(
        Problem(f"zone {instance.zone_id[zone]}", message) for zone in zones.tolist()
    )


def not_enough(count: int, needed: int) -> Problem:
    """What to say where p sites have no way to every zone, but more would."""
    message = f"{count} cannot reach every zone, as some ways are missing; it takes {needed}"
    return Problem("sites", message)
