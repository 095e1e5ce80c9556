"""Factors -> the points of a design, each a mapping from factor to value.

Space-filling designs are those of `scipy.stats.qmc`, mapped to the factors' own scales.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from math import prod

import numpy as np
from numpy.typing import NDArray

from study.design.factor import Factor, Level

Values = Mapping[str, Level]


class Kind(StrEnum):
    """How the points of a study are chosen."""

    GRID = "grid"
    LHS = "lhs"
    SOBOL = "sobol"
    LIST = "list"
    ONE_AT_A_TIME = "one_at_a_time"


@dataclass(frozen=True, slots=True)
class Design:
    """How the points of a study are chosen.

    Parameters
    ----------
    kind : Kind
    samples : int
        Points of a space-filling design; a power of two for Sobol points.
    seed : int
        Of a space-filling design.
    points : tuple of mappings
        The list itself.
    """

    kind: Kind = Kind.GRID
    samples: int = 0
    seed: int = 1
    points: tuple[Values, ...] = ()


def choose_points(design: Design, factors: Sequence[Factor]) -> tuple[Values, ...]:
    """The points of a design, each once, in a fixed order.

    A one-at-a-time design begins with the base itself, the point without any value; its
    other points set one factor each.

    References
    ----------
    McKay, Beckman, Conover (1979), A comparison of three methods for selecting values of
    input variables; Owen (1998), Scrambling Sobol and Niederreiter-Xing points.

    Examples
    --------
    >>> demand = Factor("demand.factor", low=0.8, high=1.2, steps=2)
    >>> staff = Factor("staffing", levels=("lean", "base"))
    >>> len(choose_points(Design(Kind.GRID), [demand, staff]))
    4
    >>> choose_points(Design(Kind.ONE_AT_A_TIME), [demand])
    ({}, {'demand.factor': 0.8}, {'demand.factor': 1.2})
    """
    points = list(_CHOOSE[design.kind](design, factors))
    unique = {tuple(point.items()): point for point in points}
    return tuple(unique.values())


def most_points(design: Design, factors: Sequence[Factor]) -> int:
    """Points of a design before equal ones are left out, counted without making them.

    Examples
    --------
    >>> most_points(Design(), [Factor("demand.factor", low=0.8, high=1.2, steps=1000)] * 4)
    1000000000000
    """
    match design.kind:
        case Kind.GRID:
            return prod(len(factor.grid()) for factor in factors)
        case Kind.LHS | Kind.SOBOL:
            return design.samples
        case Kind.LIST:
            return len(design.points)
        case Kind.ONE_AT_A_TIME:
            return 1 + sum(len(factor.ends()) for factor in factors)


def mapped(unit: NDArray[np.float64], factors: Sequence[Factor]) -> list[dict[str, Level]]:
    """Rows of the unit cube (points, factors) as values of the factors."""
    return [
        {factor.name: factor.at(float(u)) for factor, u in zip(factors, row, strict=True)}
        for row in unit
    ]


def _grid(_: Design, factors: Sequence[Factor]) -> list[dict[str, Level]]:
    names = [factor.name for factor in factors]
    return [
        dict(zip(names, values, strict=True))
        for values in product(*(factor.grid() for factor in factors))
    ]


def _lhs(design: Design, factors: Sequence[Factor]) -> list[dict[str, Level]]:
    from scipy.stats.qmc import LatinHypercube

    sampler = LatinHypercube(len(factors), rng=np.random.default_rng(design.seed))
    return mapped(sampler.random(design.samples), factors)


def _sobol(design: Design, factors: Sequence[Factor]) -> list[dict[str, Level]]:
    from scipy.stats.qmc import Sobol

    sampler = Sobol(len(factors), scramble=True, rng=np.random.default_rng(design.seed))
    return mapped(sampler.random(design.samples), factors)


def _list(design: Design, _: Sequence[Factor]) -> list[dict[str, Level]]:
    return [dict(point) for point in design.points]


def _one_at_a_time(_: Design, factors: Sequence[Factor]) -> list[dict[str, Level]]:
    moved = [{factor.name: level} for factor in factors for level in factor.ends()]
    return [{}, *moved]


_CHOOSE: Mapping[Kind, Callable[[Design, Sequence[Factor]], list[dict[str, Level]]]] = {
    Kind.GRID: _grid,
    Kind.LHS: _lhs,
    Kind.SOBOL: _sobol,
    Kind.LIST: _list,
    Kind.ONE_AT_A_TIME: _one_at_a_time,
}
