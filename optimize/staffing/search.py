"""Search the cheapest staffing whose promises hold on the fit block.

Repair until nothing is missing, then thin out and exchange, guided by the effect of one
agent more or fewer under common random numbers; every step that is kept was simulated.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimize.staffing.master import Effects, next_step
from optimize.staffing.requirements import Ambition, slack
from optimize.staffing.together import Move, batches_of
from optimize.staffing.trials import Block, Measured, Trials

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Say = Callable[[str], None]

_PLENTY = 3
"""Times the people that are surely enough, if any number is."""
_FINAL = 2
"""Times the runs of a look, for the one that decides that nothing is left to gain."""
_TRIES = 12
"""Steps that may fail before effects are measured anew."""


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
    plays : int
        Stop thinning after so many replications (remembered ones count as well, so that an
        interrupted search goes the same way).
    """

    probe: int = 4
    rounds: int = 12
    saving: float = 5e-4
    plays: int = 3000


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
        return float(np.maximum(-self.slack, 0.0).sum())

    def since(self, other: Point) -> Floats:
        """Change of each row's slack (rows,); 0 for rows that do not count."""
        counts = np.isfinite(self.slack) & np.isfinite(other.slack)
        return np.subtract(self.slack, other.slack, out=np.zeros_like(self.slack), where=counts)

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
        until: float = math.inf,
        say: Say = lambda _: None,
    ) -> None:
        self._trials, self._fit, self._ambition = trials, fit, ambition
        self._options = options or SearchOptions()
        open_sites = {s.site_id for s in trials.network.sites if s.status.is_open}
        at_work = np.array([pool.site in open_sites for pool in trials.network.pools])
        self._free = at_work if fixed is None else at_work & ~fixed
        self.extra = np.zeros(1) if extra is None else extra
        self._until = until
        self._say = say
        self._known: dict[bytes, Point] = {}
        self._asked = 0

    def run(self, start: Ints) -> Point:
        """The cheapest staffing found from a start (pools,).

        Rows that not even three times the people would keep are set aside: what staff cannot
        mend must not swallow staff.
        """
        point = self._simulate([start])[0]
        if not point.holds:
            (most,) = self._simulate([np.where(self._free, _PLENTY * start + 2, start)])
            self.extra = np.where((point.slack < 0) & (most.slack < 0), -np.inf, self.extra)
            point = self._repair(self._simulate([start])[0])
        if point.holds:
            point = self._thin(point)
        return point

    def mend(self, start: Ints) -> Point:
        """A staffing with what is missing added, and what that makes needless taken away."""
        point = self._repair(self._simulate([start])[0])
        return self._thin(point, radius=1) if point.holds else point

    def _repair(self, point: Point) -> Point:
        """Rounds of probing what an agent more would do, and of steps that leave less missing.

        Where a few runs show no help (what is missing is rare), all runs of the block are asked.
        """
        thorough = False
        for _ in range(self._options.rounds):
            if point.holds or self._late:
                break
            pools = self._free if thorough else self._free & self._helpful(point)
            block = self._fit if thorough else None
            effects = self._effects(point, more=pools, fewer=None, block=block)
            better = self._less_missing(point, effects)
            if better is None and thorough:
                break
            thorough = better is None
            point = better or point
            self._say(f"short by {point.missing:.4f}, {point.cost:,.0f} a month")
        return point

    def _less_missing(self, point: Point, effects: Effects) -> Point | None:
        """The best of several simulated steps; None: none leaves less missing."""
        start, radius = point, 16
        nobody = np.zeros_like(point.counts)
        for _ in range(_TRIES):
            step = next_step(point.slack, effects, nobody, radius=radius, steps=400)
            if step is None:
                break
            new = self._simulate([point.counts + step])[0]
            effects = effects.corrected(step, new.since(point), new.cost - point.cost)
            if new.missing < point.missing - 1e-12:
                point = new
                if point.holds:
                    break
            else:
                radius = max(1, radius // 2)
        return point if point.missing < start.missing else None

    @property
    def _late(self) -> bool:
        """Whether the time given is over."""
        return time.monotonic() > self._until

    def _helpful(self, point: Point) -> NDArray[np.bool_]:
        """Pools of the tiers whose rows are short; all where a whole case is promised."""
        tiers = {
            row.tier for row, short in zip(self._trials.rows, point.slack < 0, strict=True) if short
        }
        tier_of = {site.site_id: site.tier for site in self._trials.network.sites}
        pools = self._trials.network.pools
        return np.array([None in tiers or tier_of[pool.site] in tiers for pool in pools])

    def _thin(self, point: Point, radius: int = 3) -> Point:
        """Rounds of probing pools and of steps on what was seen, while they save.

        The first look is at what may go; then only pools at sites that were changed are
        looked at again, until little is saved. The last rounds look at everything anew, at
        what an agent more would do, too, and change single agents only.
        """
        effects = self._effects(point, more=self._free, fewer=self._free)
        for _ in range(self._options.rounds):
            if self._late or self._asked > self._options.plays:
                break
            before = point
            while True:
                found, effects = self._best_step(point, effects, radius)
                if found is None:
                    break
                point = found
                self._say(f"{point.cost:,.0f} a month with {point.counts[self._free].sum()} agents")
            if before.cost - point.cost > self._options.saving * before.cost:
                near = self._beside(point.counts != before.counts)
                seen = self._effects(point, more=near & effects.knows_more, fewer=near)
                effects = effects.renewed(seen, near)
            elif radius == 1:
                break
            else:
                radius = 1
                block = self._fit.part(_FINAL * self._options.probe)
                effects = self._effects(point, more=self._free, fewer=self._free, block=block)
        return point

    def _beside(self, pools: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Pools that share a site with any of these."""
        site = [pool.site for pool in self._trials.network.pools]
        changed = {one for one, moved in zip(site, pools, strict=True) if moved}
        return self._free & np.array([one in changed for one in site], dtype=np.bool_)

    def _best_step(
        self, point: Point, effects: Effects, radius: int
    ) -> tuple[Point | None, Effects]:
        """A simulated step that saves and holds, if any; effects learn from every step tried."""
        steps = 40 if radius > 1 else 12
        for _ in range(_TRIES):
            step = next_step(
                point.slack,
                effects,
                np.where(self._free, point.counts, 0),
                radius=radius,
                steps=steps,
            )
            if step is None:
                break
            new = self._simulate([point.counts + step])[0]
            effects = effects.corrected(step, new.since(point), new.cost - point.cost)
            if new.holds and new.cost < point.cost:
                return new, effects
            steps = max(1, int(0.8 * np.abs(step).sum()))
        return None, effects

    def _effects(
        self,
        point: Point,
        *,
        more: NDArray[np.bool_] | None,
        fewer: NDArray[np.bool_] | None,
        block: Block | None = None,
    ) -> Effects:
        """Play pools with an agent more or fewer on a block, or on the start of the fit block."""
        pools, rows = len(point.counts), len(self._trials.rows)
        moves = [Move(int(g), 1) for g in np.flatnonzero(more)] if more is not None else []
        if fewer is not None:
            moves += [Move(int(g), -1) for g in np.flatnonzero(fewer & (point.counts > 0))]
        block = block or self._fit.part(self._options.probe)
        batches = batches_of(self._trials.network, moves)
        self._asked += (len(batches) + 1) * block.count
        effects = Effects(
            np.full((pools, rows), np.nan),
            np.full((pools, rows), np.nan),
            np.full(pools, np.nan),
            np.full(pools, np.nan),
        )
        for move, without, with_it in self._trials.measure_moves(point.counts, batches, block):
            base, moved = (self._point(point.counts, one) for one in (without, with_it))
            to, cost = (
                (effects.more, effects.more_cost)
                if move.change > 0
                else (effects.fewer, effects.fewer_cost)
            )
            to[move.pool] = moved.since(base)
            cost[move.pool] = moved.cost - base.cost
        return effects

    def _simulate(self, staffings: list[Ints]) -> list[Point]:
        """Points of staffings on the whole fit block; what was seen is not played again."""
        new = [counts for counts in staffings if counts.tobytes() not in self._known]
        self._asked += len(new) * self._fit.count
        for counts, found in zip(new, self._trials.measure(new, self._fit), strict=True):
            self._known[counts.tobytes()] = self._point(counts, found)
        return [self._raised(self._known[counts.tobytes()]) for counts in staffings]

    def _point(self, counts: Ints, found: Measured) -> Point:
        above = slack(self._trials.rows, found.tally, self._ambition)
        return Point(counts, above, float(found.cost.mean()))

    def _raised(self, point: Point) -> Point:
        return replace(point, slack=point.slack - self.extra)
