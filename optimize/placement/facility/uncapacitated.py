"""Uncapacitated facility location: sites alone make a plan, zones go to the cheapest."""

from __future__ import annotations

import numpy as np

from optimize.placement.facility.problem import Bools, FacilityProblem, Floats
from optimize.placement.facility.tree import OPEN, Node, SiteTree
from optimize.solver import Limits


class UncapacitatedTree(SiteTree):
    """Search over sites; greedy and interchange find the plans."""

    kind = 0

    def __init__(self, problem: FacilityProblem, limits: Limits, ends: float) -> None:
        super().__init__(problem, limits, ends)
        self.none_cost = none_cost(problem)
        self.try_sites(first_sites(problem))

    def try_sites(self, chosen: Bools) -> None:
        """Add, drop and swap from a choice of sites."""
        from optimize.placement.facility.search import improve

        p = self.problem
        found = chosen | p.required
        if not p.at_least <= found.sum() <= p.at_most:
            return
        improve(p.cost, p.fixed, ~p.required, p.at_least, p.at_most, self.none_cost, found)
        self.keep(found)

    def settle_sites(self, chosen: Bools, prices: Floats) -> None:
        """Nothing is left: a choice of sites has one best plan."""

    def keep(self, chosen: Bools) -> None:
        """Keep a choice of sites if it is the best."""
        p = self.problem
        nearest = p.cost[chosen].min(axis=0, initial=np.inf)
        cost = float(nearest.sum() + p.fixed[chosen].sum())
        if cost < self.objective:
            self.chosen, self.objective = chosen, cost

    def finish(self, node: Node) -> bool:
        """Price the plan of a node without free sites."""
        self.fix_sites(node)
        if (node.status == 0).any():
            return False
        chosen = node.status == OPEN
        if self.problem.at_least <= chosen.sum() <= self.problem.at_most:
            self.keep(chosen)
        return True


def first_sites(problem: FacilityProblem) -> Bools:
    """The required sites, and as many of the cheapest ones as must be open."""
    chosen = problem.required.copy()
    missing = problem.at_least - int(chosen.sum())
    if missing > 0:
        cost = np.where(np.isfinite(problem.cost), problem.cost, none_cost(problem))
        worth = np.where(chosen, np.inf, cost.sum(axis=1) + problem.fixed)
        chosen[np.argsort(worth, kind="stable")[:missing]] = True
    return chosen


def none_cost(problem: FacilityProblem) -> float:
    """More than any plan that serves every zone can cost."""
    finite = np.where(np.isfinite(problem.cost), problem.cost, 0.0)
    return float(finite.max(axis=0, initial=0.0).sum() + np.abs(problem.fixed).sum() + 1.0)
