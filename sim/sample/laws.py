"""Standard variates -> durations of a law."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from network.law import Law, Source
from sim.sample.streams import Draws

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Number = TypeVar("Number", float, Floats)


def transform(law: Law, standard: Floats) -> Floats:
    """Durations (min) of a law from variates of its source.

    Parameters
    ----------
    law : Law
    standard : float array
        Draws of ``law.source``: standard exponential, standard normal or uniform [0, 1).

    References
    ----------
    Lognormal with mean m and coefficient of variation c: sigma^2 = ln(1 + c^2),
    mu = ln m - sigma^2 / 2. Weibull with shape k: scale = m / Gamma(1 + 1/k). Uniform
    draws go through the inverse distribution function.
    """
    if law.source is Source.NONE:
        return np.full(len(standard), law.mean)
    return _apply(law.family, standard, *_parameters(law))


class LawTable:
    """A law for each stage, drawn for visits of many stages at a time.

    Parameters
    ----------
    laws : sequence of Law
        By stage.
    """

    def __init__(self, laws: Sequence[Law]) -> None:
        families = [law.family for law in laws]
        numbers: Floats = np.array([_parameters(law) for law in laws]).T.copy()
        self._fixed: Floats = numbers[0]
        self._families = [
            _Family(
                name,
                laws[families.index(name)].source,
                np.array([other == name for other in families]),
                tuple(numbers[: _NEEDS.get(name, 2)]),
            )
            for name in dict.fromkeys(families)
            if name not in ("constant", "never")
        ]

    def draw(self, column: str, draws: Draws, stage: Ints) -> Floats:
        """Durations (min) of a column for visits at stages, (n,)."""
        if len(self._families) == 1 and self._families[0].everywhere:
            return self._families[0].draw(column, draws, stage)
        values = self._fixed.take(stage)
        for family in self._families:
            rows = np.flatnonzero(family.at.take(stage))
            if len(rows):
                values[rows] = family.draw(column, draws.of(rows), stage.take(rows))
        return values


@dataclass(frozen=True, slots=True)
class _Family:
    """The laws of one family among the stages'.

    Parameters
    ----------
    name : str
    source : Source
    at : bool array (stages,)
        Which stages have a law of this family.
    parameters : float arrays (stages,)
        As `_apply` takes them.
    """

    name: str
    source: Source
    at: NDArray[np.bool_]
    parameters: tuple[Floats, ...]

    @property
    def everywhere(self) -> bool:
        """Whether all stages have a law of this family."""
        return bool(self.at.all())

    def draw(self, column: str, draws: Draws, stage: Ints) -> Floats:
        """Durations of visits that are all at stages with a law of this family."""
        standard = draws.draw(column, self.source)
        return _apply(self.name, standard, *(row.take(stage) for row in self.parameters))


_NEEDS = {"exponential": 1, "triangular": 3}
"""How many parameters a family has, if not two."""


@cache
def _parameters(law: Law) -> tuple[float, float, float]:
    """What `_apply` needs of a law: logarithms and roots are taken once."""
    a, b, c = law.a, law.b, law.c
    match law.family:
        case "never":
            return math.inf, 0.0, 0.0
        case "lognormal":
            variance = math.log1p(b * b)
            return math.log(a) - variance / 2, math.sqrt(variance), 0.0
        case "weibull":
            return a / math.gamma(1 + 1 / b), 1 / b, 0.0
        case "gamma":
            return 1 / (b * b), a * b * b, 0.0
        case _:
            return a, b, c


def _apply(
    family: str, standard: Floats, p: Number, q: Number | float = 0.0, r: Number | float = 0.0
) -> Floats:
    match family:
        case "exponential":
            return p * standard
        case "lognormal":
            return np.exp(p + q * standard)
        case "weibull":
            return np.asarray(p * standard**q)
        case "normal":
            return p + q * standard
        case "uniform":
            return p + (q - p) * standard
        case "gamma":
            from scipy.special import gammaincinv

            return np.asarray(gammaincinv(p, standard) * q)
        case "triangular":
            low = p + np.sqrt(standard * (r - p) * (q - p))
            high = r - np.sqrt((1 - standard) * (r - p) * (r - q))
            return np.where(standard * (r - p) < q - p, low, high)
        case _:
            raise AssertionError(f"unknown family {family}")
