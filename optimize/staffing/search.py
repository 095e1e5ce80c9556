"""Search the cheapest staffing whose promises hold on the fit block.

Repair until nothing is missing, then thin out and exchange, guided by the effect of one
agent more or fewer under common random numbers; every step that is kept was simulated.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimize.staffing.looks import Looks, Point
from optimize.staffing.master import Effects, next_step
from optimize.staffing.measured import Block
from optimize.staffing.requirements import Ambition
from optimize.staffing.trials import Trials

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Say = Callable[[str], None]

_PLENTY = 3
"""Times the people that are surely enough, if any number is."""
_FINAL = 2
"""Times the runs of a look, near what is asked."""
_PRICE = 10.0
"""Of a row that is missing entirely, as a multiple of the cost: a step leaves nothing missing."""
_DEARER = 3.0
"""Times the price of what is missing, after a look that ended with something missing."""
_FAR_OFF = 0.2
"""Missing after a step that was far too large."""
_TRIES = 8
"""Steps that may fail before effects are measured anew."""
_HOPE = 4.0
"""Times what the last look saved, that later ones may still save: each saves less, mostly."""


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
        Stop looking for less staff after so many replications (remembered ones count as well, so
        that an interrupted search goes the same way).
    """

    probe: int = 4
    first: int = 5
    rounds: int = 12
    saving: float = 5e-4
    plays: int = 3000


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
        beat: float = math.inf,
        say: Say = lambda _: None,
    ) -> None:
        self._trials, self._fit = trials, fit
        self._options = options or SearchOptions()
        open_sites = {s.site_id for s in trials.network.sites if s.status.is_open}
        at_work = np.array([pool.site in open_sites for pool in trials.network.pools])
        self._free = at_work if fixed is None else at_work & ~fixed
        extra = np.zeros(1) if extra is None else extra
        self._looks = Looks(trials, fit, ambition, extra, self._options.first)
        self._until, self._beat = until, beat
        self.given_up = False
        self._plays = self._options.plays
        self._say = say

    @property
    def extra(self) -> Floats:
        """What each row must show beyond (rows,); minus infinity: it is set aside."""
        return self._looks.extra

    def ask_more(self, beyond: Floats) -> None:
        """Ask each row to show so much more (rows,)."""
        self._looks.extra = self._looks.extra + beyond

    def run(self, start: Ints) -> Point:
        """The cheapest staffing found from a start (pools,).

        Rows that not even three times the people would keep are set aside: what staff cannot
        mend must not swallow staff.
        """
        point = self._looks.at(start)
        if not point.holds:
            most = self._looks.at(np.where(self._free, _PLENTY * start + 2, start))
            self.ask_more(np.where((point.slack < 0) & (most.slack < 0), -np.inf, 0.0))
            point = self._repair(self._looks.at(start))
            self.given_up = math.isfinite(self._beat) and bool(np.isneginf(self.extra).any())
        if point.holds and not self.given_up:
            point = self._near(self._far(point))
        return point

    def mend(self, start: Ints, plays: int | None = None) -> Point:
        """The cheapest staffing found near one that lacks little, or that has a little to spare.

        Parameters
        ----------
        start : int array (pools,)
        plays : int, optional
            Other than the options say.
        """
        self._looks.asked, self._plays = 0, self._options.plays if plays is None else plays
        point = self._near(self._looks.at(start))
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
            block = self._fit if thorough else self._fit.part(self._options.probe)
            effects = self._looks.effects(point, block, more=pools)
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
            new = self._looks.at(point.counts + step)
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
        effects = self._looks.effects(point, self._fit.part(self._options.probe), fewer=self._free)
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
            if self._late or self._looks.asked > self._plays:
                break
            effects = self._looks.effects(point, block, more=self._free, fewer=self._free)
            found, here = self._descend(point, effects, radius=2, steps=16, weight=weight)
            best = min(best, found, key=lambda one: (one.missing, one.cost))
            saved = point.merit(weight) - here.merit(weight)
            stays, point = here is point, here
            self.given_up = best.cost - self._beat > _HOPE * max(saved, 0.0)
            if self.given_up:
                break
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
            guess = self._looks.guess(point.counts + step, point, weight)
            new = self._looks.at(point.counts + step) if guess is None else guess
            effects = effects.corrected(step, new.since(point), new.cost - point.cost)
            if guess is None and (new.missing, new.cost) < (best.missing, best.cost):
                best = new
                self._say(self._told(best))
            if guess is None and new.merit(weight) < point.merit(weight):
                point, failed, allowed = new, 0, steps
            else:
                shrink = 0.5 if new.missing > _FAR_OFF else 0.8
                failed, allowed = failed + 1, max(1, int(shrink * np.abs(step).sum()))
        return best, point

    def _told(self, point: Point) -> str:
        lacks = "" if point.holds else f", short by {point.missing:.4f}"
        return f"{point.cost:,.0f} a month with {point.counts[self._free].sum()} agents{lacks}"
