"""From a solver's or a search's answer to a `Plan`."""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray

from network.errors import Problem
from optimize.placement.cover import Cover
from optimize.placement.instance import Instance
from optimize.placement.plan import Plan
from optimize.solver import Solved, Status, solver_version

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

OWN_METHOD = "search+bound"
"""Named as solver where a plan and its bound are this library's own."""


def plan_of_units(
    formulation: str,
    instance: Instance,
    cover: Cover,
    units: Ints,
    *,
    status: Status,
    objective: float,
    bound: float,
    began: float,
    solver: str,
) -> Plan:
    """The plan with some units at each site (sites,).

    Zones with weight that no open site covers are listed as uncovered.
    """
    opened = np.flatnonzero(units > 0)
    missed = (cover.covered_by(units > 0) == 0) & (instance.weight > 0)
    return Plan(
        formulation=formulation,
        status=status,
        objective=objective,
        bound=bound,
        seconds=time.perf_counter() - began,
        solver=solver,
        version=solver_version(),
        open_sites=opened,
        units=units[opened],
        site_id=tuple(instance.sites.site_id[j] for j in opened.tolist()),
        uncovered=np.flatnonzero(missed),
    )


def no_plan(
    formulation: str,
    status: Status,
    began: float,
    solver: str,
    shortfalls: tuple[Problem, ...] = (),
    uncovered: Ints | None = None,
) -> Plan:
    """Why there is no plan."""
    return Plan(
        formulation=formulation,
        status=status,
        objective=np.nan,
        bound=np.nan,
        seconds=time.perf_counter() - began,
        solver=solver,
        version=solver_version(),
        uncovered=np.zeros(0, np.int64) if uncovered is None else uncovered,
        shortfalls=shortfalls,
    )


def best_of(
    solved: Solved, found: Floats, value: float, bound: float
) -> tuple[Status, Floats, float, float]:
    """The better of a solver's answer to a maximisation and a plan found without it.

    Parameters
    ----------
    solved : Solved
        Of the program with minus the objective as cost.
    found, value, bound : float array, float, float
        Values of the site variables known before, what they are worth, and a valid bound.
    """
    if not solved.status.has_plan:
        known = bound if np.isnan(solved.bound) else min(bound, -solved.bound)
        return Status.FEASIBLE, found, value, max(known, value)
    bound = min(bound, -solved.bound)
    if -solved.objective >= value:
        units = solved.values[: len(found)]
        return solved.status, units, -solved.objective, max(bound, -solved.objective)
    return solved.status, found, value, max(bound, value)
