"""What a staffing, and an agent more or fewer in each pool, are seen to do on the fit block."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimize.staffing.master import Effects
from optimize.staffing.measured import Block, Measured
from optimize.staffing.requirements import Ambition, slack
from optimize.staffing.together import Move, batches_of
from optimize.staffing.trials import Trials

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_CLEARLY = 0.002
"""A staffing is given up early if it looks worse than another by such a part of the cost."""


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


class Looks:
    """Plays of one search, counted; what was seen on the whole block is not played again.

    Parameters
    ----------
    trials : Trials
    fit : Block
    ambition : Ambition
    extra : float array (rows,) or (1,)
        What each row must show beyond; minus infinity: it is set aside.
    first : int
        Replications of the block after which what is clearly bad is given up.
    """

    def __init__(
        self, trials: Trials, fit: Block, ambition: Ambition, extra: Floats, first: int
    ) -> None:
        self.extra = extra
        self.asked = 0
        self._trials, self._fit, self._ambition, self._first = trials, fit, ambition, first
        self._known: dict[bytes, Point] = {}

    def at(self, counts: Ints) -> Point:
        """A staffing on the whole fit block."""
        if counts.tobytes() not in self._known:
            (seen,) = self._heads([counts])
            rest = self._fit.beyond(self._first)
            if rest.count:
                self.asked += rest.count
                (tail,) = self._trials.measure([counts], rest)
                seen = seen.and_then(tail)
            self._known[counts.tobytes()] = self._point(counts, seen)
        found = self._known[counts.tobytes()]
        return replace(found, slack=found.slack - self.extra)

    def guess(self, counts: Ints, base: Point, weight: float) -> Point | None:
        """What is thought of a staffing whose first replications are clearly against it.

        They say how it differs from a known staffing, under common random numbers; the change
        is added to what is known of that. None: they are not clearly against it.

        Parameters
        ----------
        counts : int array (pools,)
        base : Point
        weight : float
            Of what is missing, see `Point.merit`.
        """
        if counts.tobytes() in self._known:
            return None
        new, old = map(self._point, (counts, base.counts), self._heads([counts, base.counts]))
        found = Point(counts, base.slack + new.since(old), base.cost + new.cost - old.cost)
        worse = found.merit(weight) - base.merit(weight)
        return found if worse > _CLEARLY * base.cost else None

    def effects(
        self, point: Point, block: Block, *, more: Bools | None = None, fewer: Bools | None = None
    ) -> Effects:
        """What an agent more and an agent fewer in each of some pools (pools,) do on a block."""
        moves = [] if more is None else [Move(int(g), 1) for g in np.flatnonzero(more)]
        if fewer is not None:
            moves += [Move(int(g), -1) for g in np.flatnonzero(fewer & (point.counts > 0))]
        pools, rows = len(point.counts), len(self._trials.rows)
        slack_change, cost_change = np.full((2, pools, rows), np.nan), np.full((2, pools), np.nan)
        for move, without, with_it in self._moved(point, moves, block):
            base, moved = (self._point(point.counts, one) for one in (without, with_it))
            side = 0 if move.change > 0 else 1
            slack_change[side, move.pool] = moved.since(base)
            cost_change[side, move.pool] = moved.cost - base.cost
        return Effects(*slack_change, *cost_change)

    def _moved(
        self, point: Point, moves: list[Move], block: Block
    ) -> list[tuple[Move, Measured, Measured]]:
        """Every move with what was measured without and with it; on half the block where busy."""
        batches = batches_of(self._trials.network, moves)
        seen = []
        for busy in (False, True):
            some = [one for one in batches if one.busy is busy]
            part = block.part(max(2, block.count // 2)) if busy else block
            if some:
                self.asked += (len(some) + 1) * part.count
                seen += self._trials.measure_moves(point.counts, some, part)
        return seen

    def _heads(self, staffings: list[Ints]) -> list[Measured]:
        """What the first replications of the fit block say."""
        block = self._fit.part(self._first)
        self.asked += len(staffings) * block.count
        return self._trials.measure(staffings, block)

    def _point(self, counts: Ints, found: Measured) -> Point:
        above = slack(self._trials.rows, found.tally, self._ambition)
        return Point(counts, above, float(found.cost.mean()))
