"""Branch-and-bound over sites by Lagrangian bounds, the node of the least bound first."""

from __future__ import annotations

import heapq
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from optimize.placement.facility.problem import Bools, FacilityProblem, Floats, Ints
from optimize.solver import Limits

if TYPE_CHECKING:
    from optimize.placement.facility.relaxation import Part

OPEN, FREE, SHUT = 1, 0, -1

_ROOT_ROUNDS, _ROOT_ITERATIONS = 6, 150
_NODE_ITERATIONS = 60
_NODE_SCALE = 0.2
_SMALLEST_SCALE = 0.001


@dataclass(frozen=True, slots=True)
class Found:
    """The best plan found, and a bound on the cost of any (both without the base).

    Parameters
    ----------
    objective, bound : float
        Infinite where there is no plan, or where none can exist.
    chosen : bool array (sites,)
    share : float array (sites, zones)
        Empty where every zone is served by its cheapest chosen site.
    """

    objective: float
    bound: float
    chosen: Bools
    share: Floats


@dataclass(slots=True, order=True)
class Node:
    """A part of all plans: the status of every site, with prices to start from."""

    bound: float
    number: int
    status: Ints = field(compare=False)
    prices: Floats = field(compare=False)


class SiteTree(ABC):
    """The state of one search; a kind of problem says how plans are found."""

    kind: int

    def __init__(self, problem: FacilityProblem, limits: Limits, ends: float) -> None:
        self.problem, self.limits, self.ends = problem, limits, ends
        self.chosen: Bools = np.zeros(len(problem.fixed), dtype=np.bool_)
        self.share: Floats = np.zeros((0, 0))
        self.objective = np.inf
        self.left_open = np.inf  # least bound of what was given up
        self.least_prices = problem.cost.min(axis=0, initial=np.inf)
        self.heap: list[Node] = []
        self.count = 0

    @abstractmethod
    def try_sites(self, chosen: Bools) -> None:
        """Look quickly for a better plan near a choice of sites."""

    @abstractmethod
    def settle_sites(self, chosen: Bools, prices: Floats) -> None:
        """Look harder for the best plan of a choice of sites."""

    @abstractmethod
    def finish(self, node: Node) -> bool:
        """Fix what the bound decides, and settle the node for good where that is cheap.

        It must be settled where no site is free.
        """

    @property
    def enough(self) -> float:
        """A bound from which on a part holds nothing better."""
        if not np.isfinite(self.objective):
            return np.inf
        return self.problem.enough(self.objective, self.limits.gap)

    @property
    def seconds_left(self) -> float:
        """Until the time limit."""
        return max(0.0, self.ends - time.perf_counter())

    def run(self) -> Found:
        """Search until the bound reaches the objective, or a limit ends it."""
        self.root()
        most = np.inf if self.limits.nodes is None else self.limits.nodes
        while self.heap and self.heap[0].bound < self.enough:
            if self.seconds_left == 0 or self.count > most:
                break
            self.branch(heapq.heappop(self.heap))
        bound = min(self.left_open, self.heap[0].bound if self.heap else np.inf, self.enough)
        bound = min(self.objective, self.problem.rounded_up(bound))
        return Found(self.objective, bound, self.chosen, self.share)

    def root(self) -> None:
        """The first node: rounds of steps, each followed by a search from its choice."""
        p = self.problem
        status = np.where(p.required, OPEN, FREE).astype(np.int64)
        prices = self.least_prices.copy()
        if len(p.fixed) > 1:
            second = np.partition(p.cost, 1, axis=0)[1]
            prices = np.where(np.isfinite(second), second, prices)
        node, scale = Node(-np.inf, 0, status, prices), 1.0
        for _ in range(_ROOT_ROUNDS):
            bound, scale, share = self.raise_bound(node, _ROOT_ITERATIONS, scale)
            node.bound = max(node.bound, bound)
            self.try_sites(share > 0.5)
            if node.bound >= self.enough or scale < _SMALLEST_SCALE or not self.seconds_left:
                break
        self.settle_sites(share > 0.5, node.prices)
        self.push(node)

    def branch(self, node: Node) -> None:
        """Split a node at the site about which its steps are least decided."""
        bound, _, share = self.raise_bound(node, _NODE_ITERATIONS, _NODE_SCALE)
        node.bound = max(node.bound, bound)
        if node.bound < self.enough:
            self.try_sites(share > 0.5)
            self.settle_sites(share > 0.5, node.prices)
        if node.bound >= self.enough or self.seconds_left == 0:
            self.push(node)
            return
        if self.finish(node):
            return
        free = np.flatnonzero(node.status == FREE)
        site = free[np.argmin(np.abs(share[free] - 0.5))]
        for value in (OPEN, SHUT):
            status = node.status.copy()
            status[site] = value
            self.push(Node(node.bound, 0, status, node.prices.copy()))

    def push(self, node: Node) -> None:
        """Keep a node for later."""
        self.count += 1
        node.number = self.count
        heapq.heappush(self.heap, node)

    def raise_bound(self, node: Node, iterations: int, scale: float) -> tuple[float, float, Floats]:
        """Bound of a node, its step scale, and how often each site was chosen.

        The best prices stay in the node.
        """
        from optimize.placement.facility.relaxation import ascend

        kept = np.flatnonzero(node.status != SHUT)
        share = np.zeros(len(kept))
        bound, scale = ascend(
            self.part(kept), node.status[kept], node.prices, self.least_prices,
            self.target(node.bound), self.enough, iterations, scale, share,
        )  # fmt: skip
        spread = np.zeros(len(self.problem.fixed))
        spread[kept] = share
        return bound, scale, spread

    def part(self, kept: Ints) -> Part:
        """The problem over the sites that are not shut."""
        from optimize.placement.facility.relaxation import Part

        p = self.problem
        return Part(
            p.cost[kept], p.fixed[kept], p.capacity[kept], p.demand,
            self.kind, p.need, p.at_least, p.at_most,
        )  # fmt: skip

    def target(self, bound: float) -> float:
        """What the steps aim at: the objective, or a guess while there is none."""
        if np.isfinite(self.objective):
            return self.objective
        guess = bound if np.isfinite(bound) else float(self.least_prices.sum())
        return guess + 0.05 * abs(guess) + float(np.abs(self.problem.fixed).mean())

    def fix_sites(self, node: Node, below: float = np.inf) -> Bools:
        """Fix the sites that the bound decides; returns the pairs (sites, zones) left.

        What remains has every plan of the node that costs less than the best known, and
        less than ``below``.
        """
        from optimize.placement.facility.relaxation import bounds_if_forced

        p = self.problem
        kept = np.flatnonzero(node.status != SHUT)
        status = node.status[kept]
        if_open, if_shut = np.zeros(len(kept)), np.zeros(len(kept))
        if_served = np.zeros((len(kept), len(p.demand)))
        bounds_if_forced(self.part(kept), status, node.prices, if_open, if_shut, if_served)
        free, below = status == FREE, min(below, self.enough)
        must, never = free & (if_shut >= below), free & (if_open >= below)
        if (must & never).any():
            node.bound = max(node.bound, below)
        node.status[kept[must]] = OPEN
        node.status[kept[never]] = SHUT
        pairs = np.zeros(p.cost.shape, dtype=np.bool_)
        pairs[kept] = if_served < below
        return pairs
