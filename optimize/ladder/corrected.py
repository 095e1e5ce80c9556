"""Covering corrected for queueing: the approximate hypercube says which unit comes.

Sets        i zones, j candidate sites, n units
Data        w_i weight, lambda_i calls, t_ij travel, s service, a_ij chance of a trip in time,
            b_j units that a site can hold
Variables   x_j units (integer)
Maximise    sum_ij w_i f_ij(x) a_ij, f_ij(x) the share of zone i's calls that get a unit of j
(1) n units                              sum_j x_j = n
(2) room, required and closed sites      x_j <= b_j, x_j >= 1, x_j = 0

Where MEXCLP has one busy fraction for all, and units that are busy independently, here each
unit has its own, corrected for dependence. f has no closed form: a local search moves one
unit at a time, the best move first, from the plan of MEXCLP.

Batta, Dolan, Krishnamurthy (1989), Transportation Science 23, 277-287; Erkut, Ingolfsson,
Sim, Erdogan (2009), Geographical Analysis 41, 43-65, model MEXCLP+PR+SSBP.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from network.errors import Problem
from network.queueing import erlang_b
from optimize.ladder.dispatch import answer_calls, chance_in_time
from optimize.ladder.moves import one_unit_moves
from optimize.placement.covering.answers import OWN_METHOD, no_plan, plan_of_units
from optimize.placement.covering.parameters import refuse
from optimize.placement.covering.units import check_fleet, most_units, no_room
from optimize.placement.instance import Instance
from optimize.placement.mexclp import MEXCLP
from optimize.placement.plan import Plan
from optimize.solver import Limits, Status

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_LEAST_GAIN = 1e-9
_ROUGH = 1e-4
"""Busy shares need not be more exact to tell one move from another."""


@dataclass(frozen=True, slots=True)
class HypercubeCover:
    """Place units for the most weight reached in time, each unit busy as it really is.

    Parameters
    ----------
    units : int
        Units to place; a required site gets at least one.
    radius : float
        Minutes of travel that count as in time. Travel of the instance is in minutes.
    calls_per_min : float
        In all zones together, shared by weight; a call that finds all units busy is lost.
    service_min : float
        Mean time at the call; the way out and back comes on top.
    noise_sigma : float
        Of the lognormal factor on each trip, mean 1.
    max_per_site : int, optional
        Most units at a site; by default all of them.

    References
    ----------
    Erkut, Ingolfsson, Sim, Erdogan (2009), Computational comparison of five maximal covering
    models for locating ambulances, Geographical Analysis 41.

    Examples
    --------
    >>> instance = Instance.from_matrix([[1, 9], [9, 2]], weight=[5, 4])
    >>> plan = HypercubeCover(2, radius=3, calls_per_min=0.02, service_min=40).solve(instance)
    >>> plan.units, round(plan.objective, 2)
    (array([1, 1]), 5.57)
    """

    units: int
    radius: float
    calls_per_min: float
    service_min: float
    noise_sigma: float = 0.0
    max_per_site: int | None = None

    def __post_init__(self) -> None:
        problems = check_fleet(self.units, self.radius, 0.0, self.max_per_site, colocation=True)
        for name, least in (("calls_per_min", "> 0"), ("service_min", "> 0")):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                problems.append(Problem(name, f"got {value}; expected a number {least}"))
        if not 0 <= self.noise_sigma <= 2:
            message = f"got {self.noise_sigma}; expected a number from 0 to 2"
            problems.append(Problem("noise_sigma", message))
        refuse("HypercubeCover", problems)

    def solve(self, instance: Instance, limits: Limits | None = None) -> Plan:
        """Search from MEXCLP's plan.

        Parameters
        ----------
        instance : Instance
            Every site must have a way to every zone.
        limits : Limits, optional

        Returns
        -------
        Plan
            Status feasible: no move of one unit is better, or the time is up. The bound is
            what units that are never busy would reach, one at every site.
        """
        began, limits = time.perf_counter(), limits or Limits()
        self._check(instance)
        most = most_units(instance, self.units, self.max_per_site, colocation=True)
        shortfalls = no_room(self.units, instance, most)
        if shortfalls:
            return no_plan("HypercubeCover", Status.INFEASIBLE, began, OWN_METHOD, shortfalls)
        units = self._start(instance, limits)
        least = instance.sites.required.astype(np.int64)
        reached = self._rough(instance, units[None])[0]
        while self.units and time.perf_counter() - began < limits.seconds:
            moves = one_unit_moves(units, least, most)
            worth = self._rough(instance, moves) if len(moves) else np.zeros(0)
            if not len(moves) or worth.max() <= reached + _LEAST_GAIN * instance.weight.sum():
                break
            units, reached = moves[np.argmax(worth)], float(worth.max())
        objective = float(self.reached(instance, units[None])[0])
        best = chance_in_time(instance.travel(), self.radius, self.noise_sigma)
        bound = float(instance.weight @ best[:, instance.sites.usable].max(axis=1))
        return plan_of_units(
            "HypercubeCover",
            instance,
            instance.cover(self.radius),
            units,
            status=Status.FEASIBLE,
            objective=objective,
            bound=max(bound, objective),
            began=began,
            solver=OWN_METHOD,
        )

    def reached(self, instance: Instance, units: Ints, tolerance: float = 1e-6) -> Floats:
        """Weight reached in time under each of several plans (plans,), units by site.

        Busy shares are exact to the tolerance, by the approximation.
        """
        travel = instance.travel()
        if not self.units:
            return np.zeros(len(units))
        rates = self.calls_per_min * instance.weight / instance.weight.sum()
        found = answer_calls(units, rates, travel, self.service_min, tolerance=tolerance)
        in_time = chance_in_time(travel, self.radius, self.noise_sigma)
        return np.asarray(np.einsum("bij,ij,i->b", found.share, in_time, instance.weight))

    def _rough(self, instance: Instance, units: Ints) -> Floats:
        return self.reached(instance, units, tolerance=_ROUGH)

    def _start(self, instance: Instance, limits: Limits) -> Ints:
        """MEXCLP's plan at the busy fraction that Erlang's loss formula gives."""
        load = self.calls_per_min * self.service_min
        lost = erlang_b(load, self.units) if self.units else 0.0
        busy = min(0.99, load * (1 - lost) / max(1, self.units))
        start = MEXCLP(self.units, self.radius, busy, max_per_site=self.max_per_site)
        plan = start.solve(instance, replace(limits, seconds=limits.seconds / 2))
        units = np.zeros(len(instance.sites), dtype=np.int64)
        units[plan.open_sites] = plan.units
        return units

    def _check(self, instance: Instance) -> None:
        problems = []
        if not np.isfinite(instance.travel()[:, instance.sites.usable]).all():
            message = "some site has no way to some zone; expected finite minutes"
            problems.append(Problem("travel", message))
        if not instance.weight.sum() > 0:
            problems.append(Problem("weight", "got a sum of 0; expected a sum > 0"))
        refuse("HypercubeCover", problems)
