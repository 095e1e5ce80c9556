"""Solve one placement program: relaxation, a restricted program, then the whole.

The linear relaxation nearly names the sites; with these fixed, each zone's few nearest of them
and the levels about the relaxed size, a small program gives a plan in seconds. The whole program
then starts from it and proves how far it is from the best. Two solvers race for that proof. Which
sites are opened should not depend on how busy the machine is, so of their plans only these count:
one that HiGHS proved, which is always the same, and one that saves more than the allowed gap. What
SCIP finds until the clock stops it is bounds, not plans.
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from optimize.solver import Limits, Program, Solved, Status, race_program, solve_program
from optimize.tiers.parts import Job
from optimize.tiers.variables import Placement

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

KEPT = ((0.5, 2), (0.15, 2), (0.01, 4), (0.0, 10))
"""Sites that the relaxation opens at least so far are kept, and so many of them near each zone;
more if there is no plan."""
WHOLE_NEAREST = 3
RESTRICTED_SHARE = 0.6
"""Of the time left, for each restricted program."""


def solve_placement(
    model: Placement, program: Program, limits: Limits, *, prove: bool = True
) -> Solved:
    """Minimise a placement program.

    Parameters
    ----------
    model : Placement
    program : Program
        Of the model.
    limits : Limits
    prove : bool
        Go on for the sake of the bound when there is a plan.
    """
    began = time.perf_counter()
    relaxed = solve_program(
        replace(program, integer=np.zeros_like(program.integer)), limits, solver="highs"
    )
    if not relaxed.status.has_plan:
        return relaxed
    found = _restricted(model, program, relaxed, limits)
    allowed = 0.0 if found is None else limits.gap * abs(found.objective + model.constant)
    if found is not None and (found.objective - relaxed.objective <= allowed or not prove):
        return _bounded(found, relaxed.objective, allowed, time.perf_counter() - began)
    left = max(limits.seconds - (time.perf_counter() - began), 1.0)
    start = None if found is None else found.values
    whole = race_program(program, replace(limits, seconds=left), start)
    seconds = time.perf_counter() - began
    bound = max(relaxed.objective, whole.bound) if np.isfinite(whole.bound) else relaxed.objective
    sure = whole.solver == "highs" and whole.status is Status.OPTIMAL
    if found is not None and not (sure or found.objective - whole.objective > allowed):
        return _bounded(found, bound, allowed, seconds)
    if whole.status.has_plan:
        return replace(whole, bound=min(bound, whole.objective), seconds=seconds)
    return replace(
        whole, bound=whole.bound if whole.status is Status.INFEASIBLE else bound, seconds=seconds
    )


def _bounded(found: Solved, bound: float, allowed: float, seconds: float) -> Solved:
    """A plan of a restricted program as one of the whole, with a bound of the whole."""
    near = found.objective - bound <= allowed
    return replace(
        found,
        status=Status.OPTIMAL if near else Status.FEASIBLE,
        bound=min(bound, found.objective),
        seconds=seconds,
    )


def make_whole(model: Placement, program: Program, solved: Solved, limits: Limits) -> Solved:
    """The plan with every zone at one site per tier, at the same sites and levels.

    Its bound stays that of the model that may share zones. Where no such plan is found in the
    time, the former is returned.
    """
    smaller = restrict(model, program, solved.values, solved.values[model.y] > 0.5, WHOLE_NEAREST)
    lower, upper, integer = smaller.lower.copy(), smaller.upper.copy(), smaller.integer.copy()
    for fixed in (model.y, model.z):
        lower[fixed] = upper[fixed] = np.round(solved.values[fixed])
    for job, x in zip(model.part.jobs, model.x, strict=True):
        if job.main:
            integer[x] = True
            settled = solved.values[x] > 1 - 1e-6
            lower[x[settled]] = 1.0
            whole_zone = np.isin(job.zone, job.zone[settled])
            upper[x[whole_zone & ~settled]] = 0.0
            upper[x[settled]] = 1.0
    whole = solve_program(
        replace(smaller, lower=lower, upper=upper, integer=integer), limits, solver="highs"
    )
    if not whole.status.has_plan:
        return solved
    return replace(solved, objective=whole.objective, values=whole.values)


def _restricted(
    model: Placement, program: Program, relaxed: Solved, limits: Limits
) -> Solved | None:
    """The best plan of the restricted programs; more sites are kept until there is one."""
    began = time.perf_counter()
    for threshold, nearest in KEPT:
        left = limits.seconds - (time.perf_counter() - began)
        allowed = replace(limits, seconds=max(RESTRICTED_SHARE * left, 1.0))
        open_sites = relaxed.values[model.y] >= threshold
        smaller = restrict(model, program, relaxed.values, open_sites, nearest)
        found = solve_program(smaller, allowed, solver="highs")
        if found.status.has_plan:
            return found
    return None


def restrict(
    model: Placement, program: Program, values: Floats, open_sites: Bools, nearest: int
) -> Program:
    """The program with these sites only, near zones, and levels about their relaxed size.

    Parameters
    ----------
    values : float array (variables,)
        Of the relaxation.
    open_sites : bool array (offers,)
        May be open; all others are shut.
    nearest : int
        Open sites kept per zone.
    """
    part, levels = model.part, model.part.levels
    upper = program.upper.copy()
    upper[model.y[~open_sites]] = 0.0
    for job, x in zip(part.jobs, model.x, strict=True):
        upper[x[~_nearest_open(job, open_sites, nearest)]] = 0.0
    size = np.bincount(levels.offer, weights=values[model.n], minlength=len(part.offers))
    usual = size[levels.offer]
    far = (levels.most < 0.6 * usual) | (levels.least > 1.6 * usual + 2)
    upper[model.z[far]] = 0.0
    upper[model.n[far]] = 0.0
    return replace(program, upper=np.maximum(upper, program.lower))


def _nearest_open(job: Job, open_sites: Bools, nearest: int) -> Bools:
    """Pairs whose site is one of the few nearest open ones of the zone."""
    usable = open_sites[job.offer]
    order = np.lexsort((np.where(usable, job.minutes, np.inf), job.zone))
    zone = job.zone[order]
    begins = np.concatenate([[True], zone[1:] != zone[:-1]]) if len(zone) else np.zeros(0, bool)
    at = np.arange(len(zone))
    rank = np.empty(len(zone), dtype=np.int64)
    rank[order] = at - np.maximum.accumulate(np.where(begins, at, 0))
    return np.asarray(usable & (rank < nearest))
