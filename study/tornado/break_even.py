"""Break-even: how far an assumption must move until an alternative costs what the base costs."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from study.design.assumptions import ASSUMPTIONS, Assumption
from study.tornado.ratio import Limits, root
from study.tornado.runs import BASE, COST, Played

Floats = NDArray[np.float64]
NEVER: Limits = (math.nan, math.nan, math.nan)
MOST = 5.0
"""A price that would have to be more than so many times as high is no break-even."""


@dataclass(frozen=True, slots=True)
class BreakEven:
    """Where an alternative and the base cost the same.

    Parameters
    ----------
    assumption : Assumption
    factor : Limits
        Multiplies the assumption, with the ends of what the replications do not exclude;
        NaN: there is none in the range looked at.
    low, high : float
        That range.
    """

    assumption: Assumption
    factor: Limits
    low: float
    high: float


def break_evens(played: Played, name: str) -> list[BreakEven]:
    """The break-even of an alternative against the base, for every assumption."""
    difference = played.values(COST, (name, "", 1.0)) - played.values(COST, (BASE, "", 1.0))
    share = played.question.share
    found = []
    for one in ASSUMPTIONS.values():
        if one.is_price:
            slope = played.component(one, name) - played.component(one, BASE)
            factor = root(difference - slope, slope)
            good = math.isfinite(factor[0]) and 0 <= factor[0] <= MOST
            found.append(BreakEven(one, factor if good else NEVER, 0.0, MOST))
        else:
            factor = _between(played, name, one, difference)
            found.append(BreakEven(one, factor, 1 - share, 1 + share))
    return found


def _between(played: Played, name: str, one: Assumption, at_base: Floats) -> Limits:
    """The break-even on the straight lines between the three factors that were played."""
    share = played.question.share
    found = []
    for factor in (1 - share, 1 + share):
        moved = played.values(COST, (name, one.name, factor))
        moved = moved - played.values(COST, (BASE, one.name, factor))
        if not np.isfinite(moved).all() or moved.mean() * at_base.mean() > 0:
            continue
        slope = (moved - at_base) / (factor - 1)
        found.append(root(at_base - slope, slope))
    return min(found, key=lambda limits: abs(limits[0] - 1), default=NEVER)
