"""Ranges of replications, and what a staffing does on one."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimize.staffing.requirements import Tally

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Block:
    """A range of replications; blocks of different ranges share no draw.

    Parameters
    ----------
    name : str
    first, count : int
        Replications ``first`` to ``first + count - 1`` of the seed.
    """

    name: str
    first: int
    count: int

    @property
    def numbers(self) -> range:
        """Numbers of its replications."""
        return range(self.first, self.first + self.count)

    def part(self, count: int) -> Block:
        """Its first replications."""
        return replace(self, count=min(count, self.count))

    def beyond(self, count: int) -> Block:
        """Those after the first ones."""
        first = min(count, self.count)
        return replace(self, first=self.first + first, count=self.count - first)


@dataclass(frozen=True, slots=True)
class Measured:
    """What a staffing costs and keeps on a block.

    Parameters
    ----------
    tally : Tally
    cost : float array (replications,)
        Per month; the weighted mean of the variants.
    """

    tally: Tally
    cost: Floats

    def and_then(self, later: Measured) -> Measured:
        """On this block and on the one that follows it."""
        return Measured(self.tally.and_then(later.tally), np.concatenate([self.cost, later.cost]))
