"""Which method solves which facility location problem."""

from __future__ import annotations

import time

from optimize.placement.facility.capacitated import CapacitatedTree
from optimize.placement.facility.problem import FacilityProblem
from optimize.placement.facility.shortfalls import least_sites
from optimize.placement.facility.tree import Found
from optimize.placement.facility.uncapacitated import UncapacitatedTree
from optimize.solver import Limits, Status


def search(problem: FacilityProblem, limits: Limits, ends: float) -> Found:
    """The cheapest plan of a problem, or the best found until a time of the clock.

    No plan has an infinite objective; its bound is infinite too where it is proved that
    there is none.
    """
    if problem.capacitated:
        return CapacitatedTree(problem, limits, ends).run()
    tree = UncapacitatedTree(problem, limits, ends)
    if tree.objective == float("inf"):  # so few sites that it is hard to reach every zone
        seconds = max(0.0, ends - time.perf_counter())
        least = least_sites(problem, Limits(seconds, limits.gap, limits.seed, limits.nodes))
        if least.status is Status.OPTIMAL and round(least.objective) > problem.at_most:
            return Found(tree.objective, tree.objective, tree.chosen, tree.share)
        if least.status.has_plan:
            tree.try_sites(least.values > 0.5)
        if tree.objective == float("inf"):
            return Found(tree.objective, float("-inf"), tree.chosen, tree.share)
    return tree.run()
