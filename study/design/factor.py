"""A factor of a study: what is varied, and over which values."""

from __future__ import annotations

import math
from dataclasses import dataclass

Level = str | int | float | bool
"""What a factor can be at a point."""


@dataclass(frozen=True, slots=True)
class Factor:
    """What is varied: named levels, or a range of numbers.

    Parameters
    ----------
    name : str
        ``staffing``, ``demand.factor``, ``pools.desk.count``, ``scale.wages`` ...
    levels : tuple of Level
        Empty where there is a range.
    low, high : float
        The range, both ends included.
    integer : bool
        Whole numbers only.
    log : bool
        Even steps on a logarithmic scale.
    steps : int
        Levels that a grid takes from a range.
    """

    name: str
    levels: tuple[Level, ...] = ()
    low: float = math.nan
    high: float = math.nan
    integer: bool = False
    log: bool = False
    steps: int = 5

    def at(self, u: float) -> Level:
        """The value at a place ``u`` of the unit interval.

        A range is spread evenly (or in proportion); levels, and the whole numbers of an
        integer range, have an equal share each.

        Examples
        --------
        >>> Factor("demand.factor", low=0.8, high=1.2).at(0.5)
        1.0
        >>> [Factor("pools.desk.count", low=2, high=4, integer=True).at(u) for u in (0, 0.5, 1)]
        [2, 3, 4]
        >>> Factor("staffing", levels=("lean", "base")).at(0.7)
        'base'
        >>> round(Factor("scale.penalties", low=0.1, high=10, log=True).at(0.5), 9)
        1.0
        """
        if self.levels:
            return self.levels[min(int(u * len(self.levels)), len(self.levels) - 1)]
        if self.integer and not self.log:
            count = int(self.high) - int(self.low) + 1
            return int(self.low) + min(int(u * count), count - 1)
        if self.log:
            value = math.exp(math.log(self.low) + u * (math.log(self.high) - math.log(self.low)))
        else:
            value = self.low + u * (self.high - self.low)
        value = min(max(value, self.low), self.high)
        return round(value) if self.integer else float(f"{value:.12g}")

    def grid(self) -> tuple[Level, ...]:
        """The levels of a grid, each once.

        Examples
        --------
        >>> Factor("demand.factor", low=0.8, high=1.2, steps=3).grid()
        (0.8, 1.0, 1.2)
        """
        if self.levels:
            return self.levels
        ends = [k / (self.steps - 1) for k in range(self.steps)] if self.steps > 1 else [0.5]
        return tuple(dict.fromkeys(self.at(u) for u in ends))

    def ends(self) -> tuple[Level, ...]:
        """What one-at-a-time designs try: the ends of a range, or all levels."""
        return self.levels or (self.at(0.0), self.at(1.0))
