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
_PRICE = 10.0
"""Of a row that is missing entirely, as a multiple of the cost: a step leaves nothing missing."""
_DEARER = 3.0
"""Times the price of what is missing, after a look that ended with something missing."""
_CLEARLY = 0.002
"""A step is given up early if it looks worse by such a part of the cost."""
_FAR_OFF = 0.2
"""Missing after a step that was far too large."""
_TRIES = 8
"""Steps that may fail before effects are measured anew."""


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """How hard to search.

    Parameters
    ----------
    probe : int
        Replications of the fit block for the effect of a single agent.
    first : int
        Replications of the fit block after which a step that is clearly bad is given up.
    rounds : int
        Most rounds of repair, and of thinning.
    saving : float
        Stop when a round saves less than this share of the cost.
    plays : int
        Stop looking for less staff after so many replications, from a start and from what is
        to be mended (remembered ones count as well, so that an interrupted search goes the
        same way).
    """

    probe: int = 4
    first: int = 5
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

    def merit(self, weight: float) -> float:
        """Cost with a price on what is missing: so much of the cost for a whole row."""
        return self.cost * (1 + weight * self.missing)

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
            point = self._near(self._far(point))
        return point

    def mend(self, start: Ints) -> Point:
        """The cheapest staffing found near one that lacks little, or that has a little to spare."""
        self._asked = 0
        point = self._near(self._simulate([start])[0])
        return point if point.holds else self._near(self._repair(point))

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
            price = _PRICE * point.cost
            step = next_step(point.slack, effects, nobody, radius=radius, steps=400, price=price)
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

    def _far(self, point: Point) -> Point:
        """Steps on what one look at agents fewer shows, from a staffing with much to spare."""
        effects = self._effects(point, more=None, fewer=self._free)
        return self._descend(point, effects, radius=3, steps=40, weight=1.0)[0]

    def _near(self, point: Point) -> Point:
        """Looks at agents more and fewer, and steps on what was seen, while they gain.

        Near what is asked, what is saved here is needed there: steps go through staffings that
        lack a little, at a price that rises until nothing is missing. The best that holds is
        kept.
        """
        block = self._fit.part(_FINAL * self._options.probe)
        best, weight = point, 1.0
        for _ in range(self._options.rounds):
            if self._late or self._asked > self._options.plays:
                break
            effects = self._effects(point, more=self._free, fewer=self._free, block=block)
            found, here = self._descend(point, effects, radius=2, steps=16, weight=weight)
            best = min(best, found, key=lambda one: (one.missing, one.cost))
            saved = point.merit(weight) - here.merit(weight)
            stays, point = here is point, here
            if point.holds and saved <= self._options.saving * point.cost:
                break
            if stays and weight > 1.0:
                break
            weight *= 1.0 if point.holds else _DEARER
        return best

    def _descend(
        self, point: Point, effects: Effects, *, radius: int, steps: int, weight: float
    ) -> tuple[Point, Point]:
        """Steps of less cost and shortage together, until none is found.

        Effects learn from every step tried. The best that holds, and where the steps ended.
        """
        best, failed, allowed = point, 0, steps
        while failed < _TRIES and not self._late:
            step = next_step(
                point.slack,
                effects,
                np.where(self._free, point.counts, 0),
                radius=radius,
                steps=allowed,
                price=_PRICE * point.cost,
            )
            if step is None:
                break
            new = self._try(point.counts + step, point, weight)
            effects = effects.corrected(step, new.since(point), new.cost - point.cost)
            if new.merit(weight) < point.merit(weight):
                point, failed, allowed = new, 0, steps
            else:
                shrink = 0.5 if new.missing > _FAR_OFF else 0.8
                failed, allowed = failed + 1, max(1, int(shrink * np.abs(step).sum()))
            if (new.missing, new.cost) < (best.missing, best.cost):
                best = new
                self._say(self._told(best))
        return best, point

    def _told(self, point: Point) -> str:
        lacks = "" if point.holds else f", short by {point.missing:.4f}"
        return f"{point.cost:,.0f} a month with {point.counts[self._free].sum()} agents{lacks}"

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
        seen = []
        for busy in (False, True):
            some = [one for one in batches if one.busy is busy]
            part = block.part(max(2, block.count // 2)) if busy else block
            self._asked += (len(some) + 1) * part.count if some else 0
            seen += self._trials.measure_moves(point.counts, some, part) if some else []
        effects = Effects(
            np.full((pools, rows), np.nan),
            np.full((pools, rows), np.nan),
            np.full(pools, np.nan),
            np.full(pools, np.nan),
        )
        for move, without, with_it in seen:
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
        if new:
            rest = self._fit.beyond(self._options.first)
            heads = self._heads(new)
            self._asked += len(new) * rest.count
            tails = self._trials.measure(new, rest) if rest.count else [None] * len(new)
            for counts, head, tail in zip(new, heads, tails, strict=True):
                whole = head if tail is None else head.and_then(tail)
                self._known[counts.tobytes()] = self._point(counts, whole)
        return [self._raised(self._known[counts.tobytes()]) for counts in staffings]

    def _heads(self, staffings: list[Ints]) -> list[Measured]:
        """What the first replications of the fit block say."""
        self._asked += len(staffings) * min(self._options.first, self._fit.count)
        return self._trials.measure(staffings, self._fit.part(self._options.first))

    def _try(self, counts: Ints, base: Point, weight: float) -> Point:
        """A staffing on the whole block, or a guess if its first runs are clearly against it.

        The guess adds what they say of the change from a known staffing, under common random
        numbers, to what is known of that.
        """
        if counts.tobytes() not in self._known:
            new, old = map(self._point, (counts, base.counts), self._heads([counts, base.counts]))
            change = new.since(old)
            guess = Point(counts, base.slack + change, base.cost + new.cost - old.cost)
            if guess.merit(weight) > base.merit(weight) + _CLEARLY * base.cost:
                return guess
        return self._simulate([counts])[0]

    def _point(self, counts: Ints, found: Measured) -> Point:
        above = slack(self._trials.rows, found.tally, self._ambition)
        return Point(counts, above, float(found.cost.mean()))

    def _raised(self, point: Point) -> Point:
        return replace(point, slack=point.slack - self.extra)
