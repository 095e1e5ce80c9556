"""The mixed-integer program of facility location: one function per family of constraints."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimize.placement.facility.problem import Bools, FacilityProblem, Ints
from optimize.solver import Program, ProgramBuilder


@dataclass(frozen=True, slots=True)
class Variables:
    """Numbers of the program's variables.

    Parameters
    ----------
    open_site : int array (sites,)
        y_j.
    serve : int array (pairs,)
        x_ij of the pairs of ``site`` and ``zone``.
    site, zone : int array (pairs,)
    """

    open_site: Ints
    serve: Ints
    site: Ints
    zone: Ints


def facility_program(
    problem: FacilityProblem,
    pairs: Bools | None = None,
    status: Ints | None = None,
    cutoff: float = np.inf,
) -> tuple[Program, Variables]:
    """The program over the pairs (sites, zones) kept, all that have a way by default.

    ``status`` (sites,) fixes sites: 1 open, -1 shut, 0 free. With a cutoff only plans
    that cost no more are looked for.
    """
    kept = np.isfinite(problem.cost)
    if pairs is not None:
        kept &= pairs
    fixed = np.where(problem.required, 1, 0) if status is None else status
    model = ProgramBuilder()
    variables = program_variables(model, problem, kept, fixed)
    served_once(model, problem, variables)
    served_by_open_sites(model, variables)
    if problem.capacitated:
        within_capacity(model, problem, variables)
        enough_capacity(model, problem, variables)
    number_of_sites(model, problem, variables)
    if np.isfinite(cutoff):
        cheap_enough(model, problem, variables, cutoff)
    return model.build(), variables


def program_variables(
    model: ProgramBuilder,
    problem: FacilityProblem,
    kept: Bools,
    status: Ints,
    *,
    priced: bool = True,
) -> Variables:
    """y_j of every site and x_ij of the pairs (sites, zones) kept; unpriced, they cost nothing."""
    site, zone = np.nonzero(kept)
    opened = model.add_variables(
        len(problem.fixed),
        cost=problem.fixed if priced else 0.0,
        lower=status == 1,
        upper=status != -1,
        integer=True,
    )
    whole = problem.capacitated and problem.single_source
    cost = problem.cost[site, zone] if priced else 0.0
    serve = model.add_variables(len(site), cost=cost, integer=whole)
    return Variables(opened, serve, site, zone)


def served_once(model: ProgramBuilder, problem: FacilityProblem, v: Variables) -> None:
    """(1) every zone is served: sum_j x_ij = 1."""
    model.add_rows(len(problem.demand), v.zone, v.serve, 1.0, lower=1.0, upper=1.0)


def served_by_open_sites(model: ProgramBuilder, v: Variables) -> None:
    """(2) only an open site serves: x_ij <= y_j."""
    count = np.arange(len(v.serve))
    model.add_rows(
        len(count),
        np.concatenate([count, count]),
        np.concatenate([v.serve, v.open_site[v.site]]),
        np.repeat([1.0, -1.0], len(count)),
        upper=0.0,
    )


def within_capacity(model: ProgramBuilder, problem: FacilityProblem, v: Variables) -> None:
    """(3) no site serves more than its capacity: sum_i d_i x_ij <= s_j y_j."""
    limited = np.flatnonzero(problem.capacity < problem.demand.sum())
    row_of = np.full(len(problem.capacity), -1)
    row_of[limited] = np.arange(len(limited))
    kept = row_of[v.site] >= 0
    model.add_rows(
        len(limited),
        np.concatenate([row_of[v.site[kept]], np.arange(len(limited))]),
        np.concatenate([v.serve[kept], v.open_site[limited]]),
        np.concatenate([problem.demand[v.zone[kept]], -problem.capacity[limited]]),
        upper=0.0,
    )


def enough_capacity(model: ProgramBuilder, problem: FacilityProblem, v: Variables) -> None:
    """(4) implied, but it cuts: open sites have the capacity, sum_j s_j y_j >= sum_i d_i."""
    room = np.minimum(problem.capacity, problem.need)
    model.add_rows(1, np.zeros(len(room)), v.open_site, room, lower=problem.need * (1 - 1e-9))


def number_of_sites(model: ProgramBuilder, problem: FacilityProblem, v: Variables) -> None:
    """(5) as many sites as asked: at_least <= sum_j y_j <= at_most."""
    count = len(problem.fixed)
    if problem.at_least > 0 or problem.at_most < count:
        model.add_rows(
            1, np.zeros(count), v.open_site, 1.0, lower=problem.at_least, upper=problem.at_most
        )


def cheap_enough(
    model: ProgramBuilder, problem: FacilityProblem, v: Variables, cutoff: float
) -> None:
    """(6) only plans worth having: sum_j f_j y_j + sum_ij c_ij x_ij <= cutoff."""
    column = np.concatenate([v.open_site, v.serve])
    cost = np.concatenate([problem.fixed, problem.cost[v.site, v.zone]])
    model.add_rows(1, np.zeros(len(column)), column, cost, upper=cutoff)
