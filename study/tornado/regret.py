"""Regret: what an alternative costs more than the best one, if demand turns out so or so.

References
----------
Savage (1951), The theory of statistical decision: minimax regret.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from study.tornado.ratio import Limits, paired
from study.tornado.runs import COST, Key, Played

Cell = tuple[str, str]
"""Alternative, demand."""


@dataclass(frozen=True, slots=True)
class Regrets:
    """The regret table.

    Parameters
    ----------
    cost : mapping of Cell to Limits
        A month.
    regret : mapping of Cell to Limits
        Against the cheapest at that demand, paired.
    kept : mapping of Cell to (int, int)
        Promises whose estimate reaches the target, and how many there are.
    """

    cost: Mapping[Cell, Limits]
    regret: Mapping[Cell, Limits]
    kept: Mapping[Cell, tuple[int, int]]

    def worst(self, name: str) -> float:
        """The largest regret of an alternative; NaN if a cell could not be played."""
        cells = [limits[0] for (one, _), limits in self.regret.items() if one == name]
        return math.nan if any(map(math.isnan, cells)) else max(cells, default=math.nan)


def regrets_of(played: Played) -> Regrets:
    """Cost and regret of every alternative at every demand."""
    cost: dict[Cell, Limits] = {}
    regret: dict[Cell, Limits] = {}
    kept: dict[Cell, tuple[int, int]] = {}
    for demand, factor in played.question.demands.items():
        keys = {name: _key(name, factor) for name in played.question.names}
        values = {name: played.values(COST, key) for name, key in keys.items()}
        known = {name: float(one.mean()) for name, one in values.items() if np.isfinite(one).all()}
        for name, key in keys.items():
            cost[name, demand] = paired(values[name])
            best = values[min(known, key=lambda other: known[other])] if known else values[name]
            regret[name, demand] = paired(values[name] - best)
            kept[name, demand] = _kept(played, key)
    return Regrets(cost, regret, kept)


def _key(name: str, factor: float) -> Key:
    return (name, "", 1.0) if factor == 1.0 else (name, "demand", factor)


def _kept(played: Played, key: Key) -> tuple[int, int]:
    result = played.results.get(key)
    if result is None:
        return 0, 0
    due = [one for one in result.promises if math.isfinite(one.estimate)]
    return sum(one.estimate >= one.target for one in due), len(due)
