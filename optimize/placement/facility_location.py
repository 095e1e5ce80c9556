"""Facility location with fixed costs: which sites pay for themselves.

Sets        i zones, j candidate sites
Data        c_ij = transport cost x weight_i x travel_ij, f_j cost of an open site against a
            shut one (fixed and opening cost; less the closing cost of an existing site),
            d_i demand, s_j capacity, [a, b] number of sites
Variables   y_j open (binary), x_ij share of zone i served by site j in [0, 1], binary
            where a zone has a single source
Minimise    sum_j f_j y_j + sum_ij c_ij x_ij + closing costs of all existing sites
(1) every zone is served               sum_j x_ij = 1
(2) only an open site serves           x_ij <= y_j
(3) within its capacity                sum_i d_i x_ij <= s_j y_j
(4) open sites have the capacity       sum_j s_j y_j >= sum_i d_i      (implied; it cuts)
(5) number of sites                    a <= sum_j y_j <= b
(6) required and closed sites          y_j = 1, y_j = 0

Without capacities (3) and (4) fall away and x needs no integrality. Solved by
branch-and-bound over sites on the Lagrangian relaxation of (1); parts with capacities that
have become small are ended by a MIP solver.

References
----------
Balinski (1965), Integer programming: methods, uses, computation, Management Science 12(3).
Erlenkotter (1978), A dual-based procedure for uncapacitated facility location, Operations
Research 26(6).
Holmberg, Ronnqvist and Yuan (1999), An exact algorithm for the capacitated facility
location problems with single sourcing, European Journal of Operational Research 113(3).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from importlib.metadata import version
from typing import TypedDict, Unpack

import numpy as np
from numpy.typing import ArrayLike

from network.errors import Problem, ScenarioError
from optimize.placement.facility.method import search
from optimize.placement.facility.problem import FacilityProblem, Floats, Ints, read_problem
from optimize.placement.facility.served import who_serves
from optimize.placement.facility.shortfalls import plain_shortfalls, searched_shortfalls
from optimize.placement.facility.tree import Found
from optimize.placement.instance import Instance
from optimize.placement.plan import Plan
from optimize.placement.sites import read_amount
from optimize.solver import Limits, Status, solver_version

_EXPLAIN_SECONDS = 10.0


class _Parts(TypedDict, total=False):
    """What a plan may have besides its figures."""

    open_sites: Ints
    units: Ints
    site_id: tuple[str, ...]
    assignment: Ints
    share_zone: Ints
    share_site: Ints
    share: Floats
    uncovered: Ints
    shortfalls: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, eq=False)
class FacilityLocation:
    """Sites and assignments of least total cost: sites open or shut, and transport.

    Parameters
    ----------
    transport_cost : float
        Per unit of weight and unit of travel.
    capacitated : bool
        Whether sites serve no more than their capacity; otherwise it is not read.
    single_source : bool
        Whether one site must serve all of a zone. Without capacities this costs nothing.
    demand : array-like (zones,), optional
        What a zone takes of a capacity, where that is not its weight: published instances
        give the cost of serving all of a zone (then weight 1 and that cost as travel).
    sites_at_least, sites_at_most : int, optional
        Number of open sites, required and existing ones included.

    Raises
    ------
    ScenarioError
        If a parameter makes no sense.

    Notes
    -----
    A zone without weight and without demand binds nothing: it is shown at the nearest open
    site, or at none if no way leads to one.

    The plan has an ``assignment``; with capacities and several sources it has shares.

    Examples
    --------
    >>> instance = Instance.from_matrix(
    ...     [[0, 8], [1, 7], [9, 0]], weight=[5, 2, 3], fixed_cost=[6, 20], capacity=[8, 8]
    ... )
    >>> plan = FacilityLocation().solve(instance)
    >>> plan.objective, plan.site_id, plan.assignment
    (28.0, ('s0', 's1'), array([0, 0, 1]))
    """

    transport_cost: float = 1.0
    capacitated: bool = False
    single_source: bool = False
    demand: ArrayLike | None = None
    sites_at_least: int | None = None
    sites_at_most: int | None = None

    def __post_init__(self) -> None:
        problems = []
        if not 0 <= self.transport_cost < np.inf:
            message = f"got {self.transport_cost}; expected a finite number >= 0"
            problems.append(Problem("transport_cost", message))
        least, most = self.sites_at_least, self.sites_at_most
        for name, count in (("sites_at_least", least), ("sites_at_most", most)):
            if count is not None and (count < 0 or count != int(count)):
                problems.append(Problem(name, f"got {count}; expected an integer >= 0"))
        if least is not None and most is not None and least > most:
            message = f"got {least}; expected at most sites_at_most, which is {most}"
            problems.append(Problem("sites_at_least", message))
        if problems:
            raise ScenarioError("facility location", problems)

    @property
    def name(self) -> str:
        """As in the literature."""
        if not self.capacitated:
            return "UFLP"
        return "single-source CFLP" if self.single_source else "CFLP"

    def solve(self, instance: Instance, limits: Limits | None = None) -> Plan:
        """The cheapest plan, or the best found in the time with its bound.

        Raises
        ------
        ScenarioError
            If ``demand`` does not fit the instance.
        """
        began, limits = time.perf_counter(), limits or Limits()
        problem = self.problem(instance)
        short, uncovered = plain_shortfalls(problem, instance)
        if short:
            return self._infeasible(began, short, uncovered)
        found = search(problem, limits, began + limits.seconds)
        if not np.isfinite(found.objective):
            if np.isfinite(found.bound) or found.bound == -np.inf:
                return self._plan(Status.UNKNOWN, began, np.nan, found.bound + problem.base)
            explain = Limits(_EXPLAIN_SECONDS, seed=limits.seed)
            short = searched_shortfalls(problem, instance, explain)
            return self._infeasible(began, short, uncovered)
        return self._found(instance, problem, found, limits, began)

    def problem(self, instance: Instance) -> FacilityProblem:
        """The costs and limits of an instance as arrays.

        Raises
        ------
        ScenarioError
            If ``demand`` does not fit the instance.
        """
        return read_problem(
            instance,
            transport_cost=self.transport_cost,
            capacitated=self.capacitated,
            single_source=self.single_source,
            demand=self.demands(instance),
            at_least=self.sites_at_least or 0,
            at_most=self.sites_at_most,
        )

    def demands(self, instance: Instance) -> Floats:
        """What each zone takes of a capacity (zones,).

        Raises
        ------
        ScenarioError
            If ``demand`` has another length, or values that are no amounts.
        """
        if self.demand is None:
            return instance.weight
        problems: list[Problem] = []
        demand = read_amount("demand", self.demand, len(instance), problems)
        if problems:
            raise ScenarioError("facility location", problems)
        return demand

    def _infeasible(self, began: float, short: list[Problem], uncovered: Ints) -> Plan:
        return self._plan(
            Status.INFEASIBLE, began, np.nan, np.inf, uncovered=uncovered, shortfalls=tuple(short)
        )

    def _found(
        self,
        instance: Instance,
        problem: FacilityProblem,
        found: Found,
        limits: Limits,
        began: float,
    ) -> Plan:
        """The plan of what was found, its cost added up afresh."""
        opened = problem.site[found.chosen]
        served = who_serves(instance, problem, found.share, opened)
        objective = problem.base + float(
            instance.sites.cost_if_open[opened].sum()
            + self.transport_cost * served.weighted_travel(instance)
        )
        split, no_ints = self.capacitated and not self.single_source, np.zeros(0, np.int64)
        proved = found.bound >= problem.enough(found.objective, limits.gap)
        return self._plan(
            Status.OPTIMAL if proved else Status.FEASIBLE,
            began,
            objective,
            min(objective, found.bound + problem.base),
            open_sites=opened,
            units=np.ones(len(opened), dtype=np.int64),
            site_id=tuple(instance.sites.site_id[j] for j in opened.tolist()),
            assignment=no_ints if split else served.assignment(len(instance)),
            share_zone=served.zone if split else no_ints,
            share_site=served.site if split else no_ints,
            share=served.share if split else np.zeros(0),
        )

    def _plan(
        self, status: Status, began: float, objective: float, bound: float, **parts: Unpack[_Parts]
    ) -> Plan:
        return Plan(
            formulation=self.name,
            status=status,
            objective=objective,
            bound=bound,
            seconds=time.perf_counter() - began,
            solver="lagrangian+highs" if self.capacitated else "lagrangian",
            version=solver_version() if self.capacitated else version("numba"),
            **parts,
        )
