"""One assumption at a time, lower and higher: how far the figure moves, paired."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from study.campaign.measures import Measure
from study.design.assumptions import ASSUMPTIONS, Assumption
from study.tornado.ratio import Limits, paired
from study.tornado.runs import BASE, COST, Played

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Swing:
    """What a figure does when an assumption is lower or higher.

    Parameters
    ----------
    assumption : Assumption
    low, high : Limits
        Change of the figure, paired, with 95 % limits.
    """

    assumption: Assumption
    low: Limits
    high: Limits

    @property
    def width(self) -> float:
        """The larger of both changes; NaN where neither could be played."""
        sizes = [abs(one[0]) for one in (self.low, self.high) if math.isfinite(one[0])]
        return max(sizes, default=math.nan)


def swings_of(played: Played, measure: Measure) -> list[Swing]:
    """All swings of a figure of the base, the widest first.

    Prices are not simulated: at given events the cost is a sum of components, each
    proportional to its price, so that a price times f adds (f - 1) times its components.
    """
    share = played.question.share
    base = played.values(measure, (BASE, "", 1.0))
    found = []
    for one in ASSUMPTIONS.values():
        if one.is_price:
            change = share * _per_figure(played, measure) * played.component(one, BASE)
            found.append(Swing(one, paired(-change), paired(change)))
        else:
            low, high = (
                paired(played.values(measure, (BASE, one.name, factor)) - base)
                for factor in (1 - share, 1 + share)
            )
            found.append(Swing(one, low, high))
    return sorted(found, key=lambda one: -math.inf if math.isnan(one.width) else -one.width)


def _per_figure(played: Played, measure: Measure) -> Floats | float:
    """What a unit of monthly cost adds to the figure: nothing to figures of service."""
    if measure.kpi == "cost_per_request":
        key = (BASE, "", 1.0)
        ratio: Floats = played.values(measure, key) / played.values(COST, key)
        return ratio
    return 1.0 if measure == COST else 0.0
