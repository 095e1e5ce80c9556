"""Why no plan serves every zone: what is short, where, by how much, what would be enough."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from network.errors import Problem
from optimize.placement.facility.problem import FacilityProblem, Ints
from optimize.placement.facility.program import (
    number_of_sites,
    program_variables,
    served_by_open_sites,
    served_once,
)
from optimize.placement.instance import Instance
from optimize.solver import Limits, ProgramBuilder, Solved, solve_program

_TOLERANCE = 1e-9


def plain_shortfalls(problem: FacilityProblem, instance: Instance) -> tuple[list[Problem], Ints]:
    """Shortfalls that need no search, and the zones that no plan serves."""
    found = [*_sites_short(problem), *_capacity_short(problem)]
    cut_off = np.flatnonzero(~np.isfinite(problem.cost).any(axis=0))
    found += [_zone_short(problem, instance, zone) for zone in cut_off.tolist()]
    return found, problem.zone[cut_off]


def _sites_short(problem: FacilityProblem) -> list[Problem]:
    found = []
    required, usable = int(problem.required.sum()), len(problem.fixed)
    if required > problem.at_most:
        message = (
            f"{required} sites must be open, at most {problem.at_most} asked; allow {required}"
        )
        found.append(Problem("sites_at_most", message))
    if problem.at_least > usable:
        message = (
            f"{usable} sites may be open, at least {problem.at_least} asked; "
            f"{problem.at_least - usable} more candidates, or asking for {usable}, would be enough"
        )
        found.append(Problem("sites_at_least", message))
    return found


def _capacity_short(problem: FacilityProblem) -> list[Problem]:
    """The largest sites allowed have less capacity together than is asked."""
    if not problem.capacitated:
        return []
    must = np.sort(problem.capacity[problem.required])
    rest = np.sort(problem.capacity[~problem.required])[::-1]
    ranked = np.concatenate([must, rest])
    room = float(ranked[: problem.at_most].sum())
    short = problem.need - room
    if short <= _TOLERANCE * problem.need:
        return []
    enough = np.cumsum(ranked) >= problem.need * (1 - _TOLERANCE)
    if enough.any():
        count = int(np.argmax(enough)) + 1
        message = (
            f"the {problem.at_most} largest sites allowed have capacity {room:,.6g} of "
            f"{problem.need:,.6g} asked: {short:,.6g} more, or {count} sites, would be enough"
        )
        return [Problem("sites_at_most", message)]
    largest = float(ranked.max(initial=0.0))
    message = f"capacity {room:,.6g} of {problem.need:,.6g} asked: {short:,.6g} more"
    if largest > 0:
        count = int(np.ceil(short / largest - _TOLERANCE))
        message += (
            f", e.g. {count} more site{'s' * (count != 1)} of the largest size ({largest:,.6g})"
        )
    return [Problem("capacity", f"{message}, would be enough")]


def _zone_short(problem: FacilityProblem, instance: Instance, zone: int) -> Problem:
    """A zone that no usable site reaches, or that is too large for every one that does."""
    number = int(problem.zone[zone])
    where = f"zone {instance.zone_id[number]}"
    reach = np.flatnonzero(np.isfinite(instance.travel()[number, problem.site]))
    if not len(reach):
        message = "no usable site has a way to it; one candidate with a way would be enough"
        return Problem(where, message)
    best = reach[np.argmax(problem.capacity[reach])]
    asked, room = problem.demand[zone], problem.capacity[best]
    name = instance.sites.site_id[int(problem.site[best])]
    message = (
        f"demand {asked:,.6g}, the largest capacity within reach is {room:,.6g} (site {name}): "
        f"{asked - room:,.6g} more there, or service by several sites, would be enough"
    )
    return Problem(where, message)


def least_sites(problem: FacilityProblem, limits: Limits) -> Solved:
    """Fewest sites that leave no zone without a way; the values are those of the sites."""
    model = ProgramBuilder()
    sites = len(problem.fixed)
    opened = model.add_variables(sites, cost=1.0, lower=problem.required, integer=True)
    site, zone = np.nonzero(np.isfinite(problem.cost))
    model.add_rows(len(problem.demand), zone, opened[site], 1.0, lower=1.0)
    return solve_program(model.build(), limits)


def searched_shortfalls(
    problem: FacilityProblem, instance: Instance, limits: Limits
) -> list[Problem]:
    """Shortfalls of a problem that was proved infeasible, by programs of their own."""
    least = least_sites(problem, limits)
    if least.status.has_plan and round(least.objective) > problem.at_most:
        count = round(least.objective)
        message = (
            f"at most {problem.at_most} sites leave zones without a way to an open site; "
            f"{count} would be enough"
        )
        return [Problem("sites_at_most", message)]
    extra = least_extra_capacity(problem, limits)
    if extra is None:
        return [Problem("capacity", "no plan exists; more capacity or more sites are needed")]
    needed = np.flatnonzero(extra > _TOLERANCE * problem.need)
    parts = [
        f"{extra[j]:,.6g} more at site {instance.sites.site_id[int(problem.site[j])]}"
        for j in needed.tolist()
    ]
    why = "zones served whole do not fit" if problem.single_source else "the zones do not fit"
    message = f"{why} into the capacities within reach: {', '.join(parts)} would be enough"
    return [Problem("capacity", message)]


def least_extra_capacity(problem: FacilityProblem, limits: Limits) -> NDArray[np.float64] | None:
    """Least capacity to add in all, by site, so that a plan exists; None if not found."""
    model = ProgramBuilder()
    free = np.isfinite(problem.cost)
    status = np.where(problem.required, 1, 0)
    variables = program_variables(model, problem, free, status, priced=False)
    extra = model.add_variables(len(problem.fixed), cost=1.0, upper=problem.need)
    served_once(model, problem, variables)
    served_by_open_sites(model, variables)
    number_of_sites(model, problem, variables)
    room = np.minimum(problem.capacity, problem.need)
    site = np.arange(len(room))
    model.add_rows(
        len(room),
        np.concatenate([variables.site, site]),
        np.concatenate([variables.serve, extra]),
        np.concatenate([problem.demand[variables.zone], -np.ones(len(room))]),
        upper=room,
    )
    solved = solve_program(model.build(), limits)
    return solved.values[extra] if solved.status.has_plan else None
