"""The p-median solved: good plans, a strong bound, and a search for anything better.

The search runs in passes. Each looks only for plans that cost less than a little more
than the bound: so most sites and pairs are fixed at once, also while the best plan known
is poor. A pass that finds nothing has raised the bound to what it sought; one that finds
a plan has found the best.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimize.placement.lagrangian.branching import branch
from optimize.placement.lagrangian.core import fewest_sites, is_core, solve_core
from optimize.placement.lagrangian.data import Best, MedianData
from optimize.placement.lagrangian.dual import Dual, Effort, Part, raise_bound
from optimize.placement.lagrangian.fixing import drop_pairs, fix_sites
from optimize.placement.lagrangian.interchange import interchange, sampled_greedy
from optimize.placement.lagrangian.near import nearest, nearest_of
from optimize.solver import Limits

Bools = NDArray[np.bool_]

_STARTS = 4
_NODE = Effort(iterations=120, patience=60)
_LEAST_ROOT_STEP = 1e-3
_FIRST_PASS = 3e-4
_ROUNDS = 5
_NODES_BEFORE_CORE = 60
_MOST_COMPLETED = 50_000_000
_PAIRS_AT_ONCE = 500_000_000
"""Pairs looked at between two looks at the clock."""


@dataclass(frozen=True, slots=True)
class MedianAnswer:
    """What the search knows at its end.

    Parameters
    ----------
    opened : bool array (sites,)
        The best plan; meaningless if its cost is infinite.
    cost, bound : float
    proved : bool
        Nothing is better by more than the gap asked for.
    nodes : int
        Parts searched.
    needed : int, optional
        Sites that are needed to reach every zone, if more than may be opened.
    """

    opened: Bools
    cost: float
    bound: float
    proved: bool
    nodes: int
    needed: int | None = None


def solve_median(data: MedianData, limits: Limits) -> MedianAnswer:
    """Prove the best plan, or say how far the proof came in the time."""
    return _Search(data, Best(data, limits.gap), limits).run()


class _Search:
    """One search; lives only inside a solver call."""

    def __init__(self, data: MedianData, best: Best, limits: Limits) -> None:
        self.data = data
        self.best = best
        self.limits = limits
        self.began = time.perf_counter()
        self.nodes = 0

    def run(self) -> MedianAnswer:
        """Start, bound, search in passes."""
        self._start()
        if not np.isfinite(self.best.cost):
            needed = self._reach_all()
            if not np.isfinite(self.best.cost):
                bound = 0.0 if needed is None else np.inf
                return MedianAnswer(self.best.opened, np.inf, bound, needed is not None, 0, needed)
        root = self._root()
        bound = self.best.proved(root.dual.bound)
        width = max(2 * self.best.step, _FIRST_PASS * abs(bound))
        while bound < self.best.cutoff() and not self._over():
            sought = bound + width
            if self.data.whole:
                sought = float(math.ceil(sought))
            if sought + width > self.best.cost:
                sought = self.best.cost
            reached, done = self._pass(root, sought)
            bound = max(bound, self.best.proved(reached))
            if not done:
                break
            width *= 3
        proved = bound >= self.best.cutoff()
        return MedianAnswer(self.best.opened, self.best.cost, bound, proved, self.nodes)

    def _start(self) -> None:
        """Offer a few local optima."""
        data = self.data
        free = np.flatnonzero(~data.required)
        for start in range(_STARTS):
            opened = data.required.copy()
            add = data.count - int(opened.sum())
            sampled_greedy(data.cost, opened, free.copy(), add, self.limits.seed + start)
            self._improve(opened)
            if self._over():
                break

    def _reach_all(self) -> int | None:
        """Offer a plan that reaches every zone; if none does, how many sites one needs."""
        reachable = (self.data.cost < self.data.unreachable).T
        reach = fewest_sites(reachable, self.data.required, self._rest())
        if reach is None or reach.sum() > self.data.count:
            return None if reach is None else int(reach.sum())
        spare = np.flatnonzero(~reach)[: self.data.count - int(reach.sum())]
        reach[spare] = True
        self._improve(reach)
        return None

    def _improve(self, opened: Bools) -> None:
        """Offer what interchange makes of a plan."""
        opened = opened.copy()
        sweeps = max(1, _PAIRS_AT_ONCE // self.data.cost.size)
        while not interchange(self.data.cost, opened, self.data.required, sweeps):
            if self._over():
                break
        self.best.offer(opened)

    def _root(self) -> Part:
        """The whole problem with a bound that no longer rises."""
        data, best = self.data, self.best
        sites = len(data.required)
        listed = min(sites, 5 * sites // data.count + 20)
        part = Part(
            nearest(data.cost, listed, data.unreachable),
            data.required,
            np.flatnonzero(~data.required),
            self._first_dual(),
        )
        effort = Effort(*_paced(part.near.pairs), 0.75)
        step = 1.0
        while step > _LEAST_ROOT_STEP and not self._over():
            dual, step = raise_bound(data, part, best, effort, sought=np.inf, step=step)
            if dual.bound >= part.dual.bound or not part.fresh:
                part = replace(part, dual=dual, fresh=True)
            self._round(part)
            if dual.bound >= best.cutoff():
                break
            if listed < sites and step < 0.05 and (part.dual.u >= part.near.top).any():
                listed = min(sites, 2 * listed)
                part = replace(part, near=nearest(data.cost, listed, data.unreachable))
                step = 0.3
        return part

    def _first_dual(self) -> Dual:
        """Multipliers between the costs of a zone's nearest and second open site."""
        costs = self.data.cost[self.best.opened]
        second = min(1, len(costs) - 1)
        u = np.partition(costs, second, axis=0)[: second + 1].mean(axis=0)
        nothing = np.zeros(len(self.data.required))
        return Dual(0.0, np.minimum(u, self.data.unreachable / 4), nothing, nothing)

    def _round(self, part: Part) -> None:
        """Offer the sites that the relaxation picks most often."""
        often = part.free[np.argsort(-part.dual.share[part.free], kind="stable")]
        opened = part.opened.copy()
        opened[often[: part.picks(self.data.count)]] = True
        self._improve(opened)

    def _pass(self, root: Part, sought: float) -> tuple[float, bool]:
        """Search for plans that cost less than sought: the bound reached, and whether done."""
        top = self._narrow(self._completed(root, sought), sought)
        stack = [] if top is None else list(branch(top))
        core_at = self.nodes + _NODES_BEFORE_CORE
        while top is not None and stack:
            out_of_nodes = self.limits.nodes is not None and self.nodes >= self.limits.nodes
            if self._over() or out_of_nodes:
                weakest = min(part.dual.bound for part in stack)
                return min(weakest, self.best.cutoff(sought)), False
            self.nodes += 1
            part = self._narrow(stack.pop(), sought)
            if part is not None:
                stack += branch(part)
            if self.nodes == core_at and is_core(top.near) and self._core(top):
                break
        return self.best.cutoff(sought), True

    def _completed(self, root: Part, sought: float) -> Part:
        """The root without shut sites; its lists hold all others, unless these are many."""
        part = fix_sites(root, self.data.count, self.best.cutoff(sought))
        kept = np.flatnonzero(part.opened)
        kept = np.sort(np.concatenate([kept, part.free]))
        if part.near.complete or len(kept) * len(part.near.top) > _MOST_COMPLETED:
            return root
        near = nearest_of(self.data.cost, kept, self.data.unreachable)
        return replace(root, near=near)

    def _narrow(self, part: Part, sought: float) -> Part | None:
        """Raise the bound of a part and fix what it can; None once nothing is left to find."""
        data, best = self.data, self.best
        step = 0.3
        for _ in range(_ROUNDS):
            fixed = fix_sites(part, data.count, best.cutoff(sought))
            changed = len(part.free) - len(fixed.free)
            if changed or not part.fresh:
                fixed = drop_pairs(part, fixed, data.count, best.cutoff(sought))
            if self._settled(fixed):
                return None
            if part.fresh and changed < 0.1 * len(fixed.free):
                return fixed
            dual, step = raise_bound(data, fixed, best, _NODE, sought=sought, step=step)
            step = max(step, 0.02)
            if dual.bound >= best.cutoff(sought):
                return None
            part = replace(fixed, dual=dual, fresh=True)
        return part

    def _settled(self, part: Part) -> bool:
        """Whether a part holds one plan at most; that one is offered."""
        picks = part.picks(self.data.count)
        if picks < 0 or picks > len(part.free) or part.near.hopeless:
            return True
        if 0 < picks < len(part.free):
            return False
        opened = part.opened.copy()
        if picks:
            opened[part.free] = True
        self.best.offer(opened)
        return True

    def _core(self, part: Part) -> bool:
        """Give a part to a solver; whether its best plan is now known."""
        gap = 0.1 * self.best.step / max(self.best.cost, 1e-9)
        rest = self._rest(min(gap, self.limits.gap))
        return solve_core(self.data, part, self.best, replace(rest, seconds=rest.seconds / 2))

    def _rest(self, gap: float = 0.0) -> Limits:
        left = max(0.1, self.limits.seconds - (time.perf_counter() - self.began))
        return replace(self.limits, seconds=left, gap=gap)

    def _over(self) -> bool:
        return time.perf_counter() - self.began > self.limits.seconds


def _paced(pairs: int) -> tuple[int, int]:
    """Iterations and patience at the root: fewer between two looks at the clock if large."""
    iterations = min(300, max(20, _PAIRS_AT_ONCE // max(1, pairs)))
    return iterations, min(40, iterations)
