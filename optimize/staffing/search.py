"""Search the cheapest staffing whose promises hold on the fit block.

Repair until nothing is missing, then thin out and exchange, guided by the effect of one
agent more or fewer under common random numbers; every step that is kept was simulated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimize.staffing.master import Effects, next_step
from optimize.staffing.requirements import Ambition, slack
from optimize.staffing.trials import Block, Measured, Trials

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """How hard to search.

    Parameters
    ----------
    probe : int
        Replications of the fit block for the effect of a single agent.
    rounds : int
        Most rounds of repair, and of thinning.
    saving : float
        Stop when a round saves less than this share of the cost.
    """

    probe: int = 4
    rounds: int = 12
    saving: float = 5e-4


@dataclass(frozen=True, slots=True)
class Point:
    """A staffing that was simulated.

    Parameters
    ----------
    counts : int array (pools,)
    slack : float array (rows,)
    cost : float
        Per month, mean over the block.
    """

    counts: Ints
    slack: Floats
    cost: float

    @property
    def missing(self) -> float:
        """Shortage of all rows together; 0: all promises hold as wanted."""
        return float(-np.minimum(self.slack, 0.0).sum())

    @property
    def holds(self) -> bool:
        """Whether nothing is missing."""
        return bool((self.slack >= 0).all())


class Search:
    """One search on one network; lives only inside a planning call."""

    def __init__(
        self,
        trials: Trials,
        fit: Block,
        ambition: Ambition,
        *,
        options: SearchOptions | None = None,
        fixed: NDArray[np.bool_] | None = None,
        extra: Floats | None = None,
        say: Say = lambda _: None,
    ) -> None:
        self._trials, self._fit, self._ambition = trials, fit, ambition
        self._options = options or SearchOptions()
        pools = len(trials.network.pools)
        open_sites = {s.site_id for s in trials.network.sites if s.status.is_open}
        at_work = np.array([pool.site in open_sites for pool in trials.network.pools])
        self._free = at_work if fixed is None else at_work & ~fixed
        self.extra = np.zeros(len(trials.rows)) if extra is None else extra
        self._say = say
        self._known: dict[bytes, Point] = {}
        self._fewer_cost = np.zeros(pools)

    def run(self, start: Ints) -> Point:
        """The cheapest staffing found from a start (pools,)."""
        point = self._repair(self._simulate([start])[0])
        if point.holds:
            point = self._thin(point)
        return point

    def _repair(self, point: Point) -> Point:
        radius = 4
        for _ in range(self._options.rounds):
            if point.holds or radius < 1:
                break
            effects = self._effects(point, more=self._free & self._helpful(point), fewer=None)
            while radius >= 1:
                step = next_step(
                    point.slack, effects, np.zeros_like(point.counts), radius=radius, steps=400
                )
                if step is None:
                    radius //= 2
                    continue
                new = self._simulate([point.counts + step])[0]
                if new.missing < point.missing - 1e-12:
                    point, radius = new, min(2 * radius, 16)
                    break
                radius //= 2
            self._say(f"short by {point.missing:.3f}, {point.cost:,.0f} a month")
        return point

    def _helpful(self, point: Point) -> NDArray[np.bool_]:
        """Pools of the tiers whose rows are short; all where a whole case is promised."""
        tiers = {
            row.promise.tier
            for row, short in zip(self._trials.rows, point.slack < 0, strict=True)
            if short
        }
        tier_of = {site.site_id: site.tier for site in self._trials.network.sites}
        pools = self._trials.network.pools
        return np.array([None in tiers or tier_of[pool.site] in tiers for pool in pools])

    def _thin(self, point: Point) -> Point:
        """Rounds of probing every pool and of steps on what was seen, while they save."""
        radius, caution = 3, 1.0
        promising = np.zeros_like(self._free)
        for number in range(self._options.rounds):
            more = self._free if number % 3 == 0 else self._free & promising
            effects = self._effects(point, more=more, fewer=self._free)
            promising = self._worthwhile(effects)
            before = point.cost
            while True:
                found, caution = self._best_step(point, effects, radius, caution)
                if found is None:
                    break
                point = found
                self._say(f"{point.cost:,.0f} a month with {point.counts[self._free].sum()} agents")
            if before - point.cost <= self._options.saving * before:
                if radius == 1:
                    break
                radius, caution = 1, 1.0
        return point

    def _best_step(
        self, point: Point, effects: Effects, radius: int, caution: float
    ) -> tuple[Point | None, float]:
        """A simulated step that saves and holds; caution grows while predictions fail."""
        steps = 40 if radius > 1 else 6
        for _ in range(4):
            step = next_step(
                point.slack,
                effects,
                np.where(self._free, point.counts, 0),
                radius=radius,
                steps=steps,
                caution=caution,
            )
            if step is None:
                break
            new = self._simulate([point.counts + step])[0]
            if new.holds and new.cost < point.cost:
                return new, caution
            caution *= 1.5
            steps = max(1, steps // 2)
        return None, caution

    def _worthwhile(self, effects: Effects) -> NDArray[np.bool_]:
        """Pools where an agent more does most for any row per cost: half of them."""
        gain = np.nan_to_num(effects.more.max(axis=1, initial=0.0), nan=0.0, posinf=0.0)
        value = gain / np.maximum(np.nan_to_num(effects.more_cost, nan=np.inf), 1.0)
        return value >= np.median(value[self._free]) if self._free.any() else self._free

    def _effects(
        self, point: Point, *, more: NDArray[np.bool_] | None, fewer: NDArray[np.bool_] | None
    ) -> Effects:
        """Play every pool with an agent more or fewer on the start of the fit block."""
        pools, rows = len(point.counts), len(self._trials.rows)
        moves = [(g, 1) for g in np.flatnonzero(more)] if more is not None else []
        if fewer is not None:
            moves += [(g, -1) for g in np.flatnonzero(fewer & (point.counts > 0))]
        block = self._fit.part(self._options.probe)
        staffings = [point.counts]
        for g, change in moves:
            moved = point.counts.copy()
            moved[g] += change
            staffings.append(moved)
        base, *found = (self._point(c, m) for c, m in zip(
            staffings, self._trials.measure(staffings, block), strict=True))  # fmt: skip
        effects = Effects(
            np.full((pools, rows), np.nan),
            np.full((pools, rows), np.nan),
            np.full(pools, np.nan),
            np.full(pools, np.nan),
        )
        for (g, change), one in zip(moves, found, strict=True):
            to, cost = (
                (effects.more, effects.more_cost)
                if change > 0
                else (effects.fewer, effects.fewer_cost)
            )
            with np.errstate(invalid="ignore"):  # rows that nothing is due in
                to[g] = np.nan_to_num(one.slack - base.slack, nan=0.0)
            cost[g] = one.cost - base.cost
        return effects

    def _simulate(self, staffings: list[Ints]) -> list[Point]:
        """Points of staffings on the whole fit block; what was seen is not played again."""
        new = [counts for counts in staffings if counts.tobytes() not in self._known]
        for counts, found in zip(new, self._trials.measure(new, self._fit), strict=True):
            self._known[counts.tobytes()] = self._point(counts, found)
        return [self._raised(self._known[counts.tobytes()]) for counts in staffings]

    def _point(self, counts: Ints, found: Measured) -> Point:
        above = slack(self._trials.rows, found.tally, self._ambition)
        return Point(counts, above, float(found.cost.mean()))

    def _raised(self, point: Point) -> Point:
        return replace(point, slack=point.slack - self.extra)
