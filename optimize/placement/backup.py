"""Backup coverage (Hogan and ReVelle 1986): BACOP1 and BACOP2.

Sets        i groups of zones covered by the same sites, j candidate sites
Data        w_i weight, N_i sites within the radius, p sites to open,
            theta worth of a second cover, s share of weight that must be covered once
Variables   y_j open (binary), z_i covered (binary), u_i covered twice in [0, 1]
Maximise    sum_i w_i ((1 - theta) z_i + theta u_i)
(1) covered once, and twice, by open sites    z_i + u_i <= sum_{j in N_i} y_j
(2) a backup follows a first cover            u_i <= z_i
(3) mandatory first cover                     sum_i w_i z_i >= s sum_i w_i
(4) p sites                                   sum_j y_j = min(p, usable sites)
(5) required and closed sites                 y_j = 1, y_j = 0

BACOP1 is s = 1 and theta = 1: all covered once, the most weight covered twice. BACOP2 is
s = 0 and 0 < theta < 1: first cover is traded against backup.

Hogan and ReVelle (1986), Concepts and applications of backup coverage, Management Science
32, 1434-1444.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from network.errors import Problem
from optimize.placement.cover import Cover
from optimize.placement.covering.answers import OWN_METHOD, best_of, no_plan, plan_of_units
from optimize.placement.covering.greedy_units import greedy_units
from optimize.placement.covering.merge import Groups, merge_equal
from optimize.placement.covering.parameters import (
    check_count,
    check_radius,
    check_share,
    out_of_reach,
    refuse,
    too_few,
)
from optimize.placement.instance import Instance
from optimize.placement.lscp import LSCP
from optimize.placement.mclp import MCLP, open_in_all
from optimize.placement.plan import Plan
from optimize.solver import Limits, Program, ProgramBuilder, Status, solve_program

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class BackupCoverage:
    """Open p sites so that weight is covered, and covered again by a second site.

    Parameters
    ----------
    sites : int
        Sites to open, required ones included; all usable ones where there are fewer.
    radius : float
        In the unit of travel; a zone exactly at the radius is covered.
    backup_weight : float
        Worth of the second cover, 0 to 1; the first is worth the rest. [theta]
    first_share : float
        Share of all weight that must be covered once. [s]

    Notes
    -----
    The defaults are BACOP1; ``backup_weight=0.5, first_share=0`` is BACOP2.

    References
    ----------
    Hogan and ReVelle (1986), Management Science 32.

    Examples
    --------
    >>> instance = Instance.from_matrix([[1, 2, 9], [9, 2, 1]], weight=[5, 7])
    >>> plan = BackupCoverage(sites=2, radius=2).solve(instance)
    >>> plan.objective, plan.site_id
    (7.0, ('s1', 's2'))
    """

    sites: int
    radius: float
    backup_weight: float = 1.0
    first_share: float = 1.0

    def __post_init__(self) -> None:
        problems = check_count("sites", self.sites) + check_radius(self.radius)
        problems += check_share("backup_weight", self.backup_weight)
        problems += check_share("first_share", self.first_share)
        refuse("BackupCoverage", problems)

    def solve(self, instance: Instance, limits: Limits | None = None) -> Plan:
        """Solve on an instance.

        Parameters
        ----------
        instance : Instance
        limits : Limits, optional

        Returns
        -------
        Plan
            Objective: (1 - theta) x weight covered + theta x weight covered twice.
            Infeasible where the sites cannot cover the mandatory share; `shortfalls` says
            which share is possible and, for all of it, how many sites would be enough.
        """
        name, began, limits = "BackupCoverage", time.perf_counter(), limits or Limits()
        sites = instance.sites
        shortfalls = too_few("sites", self.sites, instance)
        if shortfalls:
            return no_plan(name, Status.INFEASIBLE, began, OWN_METHOD, shortfalls)
        cover = instance.cover(self.radius)
        groups = merge_equal(cover, instance.weight)
        count = min(self.sites, int(sites.usable.sum()))
        needed = self.first_share * float(instance.weight.sum())
        alone = np.flatnonzero((np.diff(cover.first) == 0) & (instance.weight > 0))
        if self.first_share == 1 and len(alone):
            return self._short(instance, cover, limits, began, OWN_METHOD)
        worth = np.array([1 - self.backup_weight, self.backup_weight])
        program = backup_program(groups, count, worth, needed, sites.required, sites.usable)
        left = replace(limits, seconds=max(0.1, limits.seconds + began - time.perf_counter()))
        solved = solve_program(program, left)
        if solved.status is Status.INFEASIBLE:
            return self._short(instance, cover, left, began, solved.solver)
        found = greedy_units(groups, worth, count, sites.required, sites.usable.astype(np.int64))
        if not solved.status.has_plan and _covered(groups, found) < needed * (1 - _ROUNDING):
            return no_plan(name, Status.UNKNOWN, began, solved.solver)
        known = _worth(groups, found, worth)
        if _covered(groups, found) < needed * (1 - _ROUNDING):
            known = -np.inf
        status, opened, _, bound = best_of(
            solved, found.astype(np.float64), known, float(groups.weight.sum()) * float(worth.sum())
        )
        units = np.round(opened).astype(np.int64)
        objective = _worth(groups, units, worth)
        return plan_of_units(
            name,
            instance,
            cover,
            units,
            status=status,
            objective=objective,
            bound=max(bound, objective),
            began=began,
            solver=solved.solver,
        )

    def _short(
        self, instance: Instance, cover: Cover, limits: Limits, began: float, solver: str
    ) -> Plan:
        """Why the mandatory share cannot be covered, and what would be enough."""
        alone = cover.uncoverable
        alone = alone[instance.weight[alone] > 0]
        total = float(instance.weight.sum())
        most = MCLP(self.sites, self.radius).solve(instance, limits)
        message = (
            f"{self.sites} sites cover at most {most.bound / total:.2%} of the weight, "
            f"{self.first_share:.2%} must be covered"
        )
        if not len(alone):
            enough = LSCP(self.radius).solve(instance, limits)
            message += f"; {enough.objective:.0f} sites would be enough to cover all"
        shortfalls = [Problem("first_share", message)]
        shortfalls += out_of_reach(instance, alone, self.radius)
        return no_plan("BackupCoverage", Status.INFEASIBLE, began, solver, tuple(shortfalls), alone)


def backup_program(
    groups: Groups, sites: int, worth: Floats, needed: float, required: Bools, usable: Bools
) -> Program:
    """The program; variables y, z, u."""
    model = ProgramBuilder()
    opened = model.add_variables(groups.site_count, lower=required, upper=usable, integer=True)
    # Only a backup worth more than a first cover could split one cover into two halves.
    whole = bool(worth[1] > worth[0])
    # A share of all is a bound on each: a row of weights could let a light zone slip.
    least = float(needed >= groups.weight.sum() * (1 - _ROUNDING))
    once = model.add_variables(
        len(groups), cost=-worth[0] * groups.weight, lower=least, integer=whole
    )
    twice = model.add_variables(len(groups), cost=-worth[1] * groups.weight)
    covered_by_open_sites(model, groups, opened, once, twice)
    backup_follows_first(model, once, twice)
    first_cover_mandatory(model, groups, once, needed)
    open_in_all(model, opened, sites)
    return model.build()


def covered_by_open_sites(
    model: ProgramBuilder, groups: Groups, opened: Ints, once: Ints, twice: Ints
) -> None:
    """(1) ``z_i + u_i - sum_{j in N_i} y_j <= 0``."""
    rows = np.arange(len(groups))
    model.add_rows(
        len(groups),
        np.concatenate([rows, rows, groups.group]),
        np.concatenate([once, twice, opened[groups.site]]),
        np.concatenate([np.ones(2 * len(groups)), -np.ones(len(groups.site))]),
        upper=0.0,
    )


def backup_follows_first(model: ProgramBuilder, once: Ints, twice: Ints) -> None:
    """(2) ``u_i - z_i <= 0``."""
    rows = np.arange(len(once))
    model.add_rows(
        len(once),
        np.concatenate([rows, rows]),
        np.concatenate([twice, once]),
        np.repeat([1.0, -1.0], len(once)),
        upper=0.0,
    )


def first_cover_mandatory(model: ProgramBuilder, groups: Groups, once: Ints, needed: float) -> None:
    """(3) ``sum_i w_i z_i >= s sum_i w_i``, over the weight that a site can cover."""
    if needed > 0:
        least = needed * (1 - _ROUNDING)
        model.add_rows(1, np.zeros(len(once)), once, groups.weight, lower=least)


def _covered(groups: Groups, units: Ints) -> float:
    return _worth(groups, units, np.array([1.0]))


def _worth(groups: Groups, units: Ints, worth: Floats) -> float:
    """What a plan is worth: each further unit near a group adds its own worth."""
    near = np.minimum(groups.matrix() @ units.astype(np.float64), len(worth)).astype(np.int64)
    steps = np.concatenate([[0.0], np.cumsum(worth)])
    return float(groups.weight @ steps[near])
