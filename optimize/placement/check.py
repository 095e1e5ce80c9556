"""Recompute a plan with code that shares nothing with the models."""

from __future__ import annotations

from optimize.placement.backup import BackupCoverage
from optimize.placement.checks_covering import covering_violations
from optimize.placement.checks_facility import facility_violations
from optimize.placement.checks_median import median_violations
from optimize.placement.facility_location import FacilityLocation
from optimize.placement.instance import Instance
from optimize.placement.lscp import LSCP
from optimize.placement.malp import MALP
from optimize.placement.mclp import MCLP
from optimize.placement.mexclp import MEXCLP
from optimize.placement.p_center import PCenter
from optimize.placement.p_median import PMedian
from optimize.placement.plan import Plan

Formulation = LSCP | MCLP | BackupCoverage | MEXCLP | MALP | PMedian | PCenter | FacilityLocation


def check_plan(formulation: Formulation, instance: Instance, plan: Plan) -> list[str]:
    """What is wrong with a plan: constraints and objective recomputed; empty: nothing.

    Examples
    --------
    >>> from dataclasses import replace
    >>> instance = Instance.from_matrix([[1, 9], [9, 2]], weight=[5, 7])
    >>> plan = MCLP(sites=1, radius=3).solve(instance)
    >>> check_plan(MCLP(sites=1, radius=3), instance, plan)
    []
    >>> len(check_plan(MCLP(sites=1, radius=3), instance, replace(plan, objective=12.0))) > 0
    True
    """
    if not plan.status.has_plan:
        return []
    if isinstance(formulation, PMedian | PCenter):
        return median_violations(formulation, instance, plan)
    if isinstance(formulation, FacilityLocation):
        return facility_violations(formulation, instance, plan)
    return covering_violations(formulation, instance, plan)
