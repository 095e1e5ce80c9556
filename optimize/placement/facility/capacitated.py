"""Capacitated facility location: Lagrangian bounds cut the program down, a MIP solver ends it."""

from __future__ import annotations

import numpy as np

from optimize.placement.facility.problem import Bools, FacilityProblem, Floats
from optimize.placement.facility.program import facility_program
from optimize.placement.facility.tree import FREE, OPEN, SHUT, Node, SiteTree
from optimize.solver import Limits, Status, solve_program

_SMALL_PAIRS_PER_ZONE = 2.5
_SMALL_FREE = 2
_LEAF_ITERATIONS = 200
_WINDOWS = (0.003, 0.03)


class CapacitatedTree(SiteTree):
    """Search over sites; regret and exchange find plans, small parts go to a MIP solver."""

    def __init__(self, problem: FacilityProblem, limits: Limits, ends: float) -> None:
        super().__init__(problem, limits, ends)
        self.kind = 2 if problem.single_source else 1
        self.seen: set[bytes] = set()

    def try_sites(self, chosen: Bools) -> None:
        """Assign zones to a choice of sites by regret."""
        from optimize.placement.facility.assignment import assign_by_regret, shift_and_swap

        p = self.problem
        chosen = self.completed(chosen)
        if not p.at_least <= chosen.sum() <= p.at_most:
            return
        opened = np.flatnonzero(chosen)
        cost, capacity = p.cost[opened], p.capacity[opened]
        part = np.zeros(cost.shape)
        if not assign_by_regret(cost, p.demand, capacity, p.single_source, part):
            return
        if p.single_source and not shift_and_swap(cost, p.demand, capacity, part):
            return
        share = np.zeros(p.cost.shape)
        share[opened] = part
        self.keep(chosen, share)

    def settle_sites(self, chosen: Bools, prices: Floats) -> None:
        """Look for the best plan of a choice of sites, first near its bound.

        Whole assignments are hard to prove, so once one is known this is left to `finish`.
        """
        p = self.problem
        if p.single_source and np.isfinite(self.objective):
            return
        chosen = self.completed(chosen)
        if chosen.tobytes() in self.seen or not p.at_least <= chosen.sum() <= p.at_most:
            return
        self.seen.add(chosen.tobytes())
        status = np.where(chosen, OPEN, SHUT).astype(np.int64)
        node = Node(-np.inf, 0, status, prices.copy())
        node.bound, _, _ = self.raise_bound(node, _LEAF_ITERATIONS, 1.0)
        for window in _WINDOWS:
            below = node.bound + window * max(abs(node.bound), 1.0)
            if node.bound >= self.enough or self.seconds_left == 0:
                return
            self.hand_over(node, self.fix_sites(node, below), below)
            if np.isfinite(self.objective):
                return

    def completed(self, chosen: Bools) -> Bools:
        """Add sites by cost per capacity until the capacity is enough."""
        p = self.problem
        order = np.argsort(p.fixed / np.maximum(p.capacity, 1e-300), kind="stable")
        chosen = chosen | p.required
        for site in order[~chosen[order]]:
            if p.capacity[chosen].sum() >= p.need and chosen.sum() >= max(1, p.at_least):
                break
            chosen[site] = True
        return chosen

    def keep(self, chosen: Bools, share: Floats) -> None:
        """Keep a plan if it is the best."""
        p = self.problem
        cost = float((np.where(share > 0, p.cost, 0.0) * share).sum() + p.fixed[chosen].sum())
        if cost < self.objective:
            self.chosen, self.share, self.objective = chosen.copy(), share, cost

    def finish(self, node: Node) -> bool:
        """Hand a small node to the MIP solver."""
        pairs = self.fix_sites(node)
        if node.bound >= self.enough:
            return True
        free = int((node.status == FREE).sum())
        small = int(pairs.sum()) <= _SMALL_PAIRS_PER_ZONE * len(self.problem.demand)
        if free > _SMALL_FREE and not small and np.isfinite(self.objective):
            return False
        self.left_open = min(self.left_open, self.hand_over(node, pairs))
        return True

    def hand_over(self, node: Node, pairs: Bools, below: float = np.inf) -> float:
        """Solve what is left of a node as a program; returns a bound on what it holds.

        Only plans ``below`` a cost are looked for.
        """
        p = self.problem
        pairs &= np.isfinite(p.cost)
        if not pairs.any(axis=0).all():
            return np.inf
        cutoff = min(below, self.enough)
        program, variables = facility_program(p, pairs, node.status, cutoff)
        solved = solve_program(
            program, Limits(self.seconds_left, self.limits.gap, self.limits.seed)
        )
        if solved.status.has_plan:
            share = np.zeros(p.cost.shape)
            share[variables.site, variables.zone] = solved.values[variables.serve]
            self.keep(solved.values[variables.open_site] > 0.5, share)
        if solved.status in (Status.OPTIMAL, Status.INFEASIBLE):
            return np.inf
        return max(node.bound, solved.bound if np.isfinite(solved.bound) else -np.inf)
