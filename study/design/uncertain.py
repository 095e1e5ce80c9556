"""Uncertain inputs: parameters drawn anew for each replication from stated laws.

A range at fixed inputs says what chance alone does to a period; the range at uncertain
inputs adds what is not known about the inputs themselves.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from study.design.factor import Level

LEAST_DRAWS = 39
"""The extremes of so many draws hold a further one with a chance of 95 %."""
_TEXT = re.compile(r"([a-z]+)\((.*)\)")
_PARAMETERS: Mapping[str, tuple[str, ...]] = {
    "uniform": ("low", "high"),
    "triangular": ("low", "mode", "high"),
    "normal": ("mean", "sd"),
    "lognormal": ("mean", "cv"),
    "gamma": ("mean", "cv"),
}
_FORMS = (
    "uniform(0.9, 1.1), triangular(0.8, 1, 1.3), normal(1, sd=0.1), lognormal(1, cv=0.2) "
    "or gamma(1, cv=0.2)"
)


@dataclass(frozen=True, slots=True)
class Uncertain:
    """A parameter that is not known exactly.

    Parameters
    ----------
    name : str
        As a factor's.
    family : str
        uniform, triangular, normal, lognormal or gamma.
    parameters : tuple of float
        In the order in which they are written.
    integer : bool
        Draws are rounded to whole numbers.
    """

    name: str
    family: str
    parameters: tuple[float, ...]
    integer: bool = False

    def __str__(self) -> str:
        named = dict(zip(_PARAMETERS[self.family], self.parameters, strict=True))
        return f"{self.family}({', '.join(f'{name} {value:g}' for name, value in named.items())})"

    def quantile(self, u: float) -> float:
        """The value below which a share ``u`` of the draws lies.

        Examples
        --------
        >>> Uncertain("demand.factor", "uniform", (0.8, 1.2)).quantile(0.25)
        0.9
        >>> round(Uncertain("scale.wages", "normal", (1.0, 0.1)).quantile(0.975), 3)
        1.196
        """
        from scipy.special import gammaincinv, ndtri

        a, b, *rest = self.parameters
        match self.family:
            case "uniform":
                return a + u * (b - a)
            case "triangular":
                return _triangular(u, a, b, rest[0])
            case "normal":
                return float(a + b * ndtri(u))
            case "lognormal":
                sigma = math.sqrt(math.log1p(b * b))
                return float(a / math.sqrt(1 + b * b) * math.exp(sigma * ndtri(u)))
            case _:
                return float(a * b * b * gammaincinv(1 / (b * b), u))


def _triangular(u: float, low: float, mode: float, high: float) -> float:
    """Quantile of the triangular law."""
    wide = high - low
    if u * wide <= mode - low:
        return low + math.sqrt(u * wide * (mode - low))
    return high - math.sqrt((1 - u) * wide * (high - mode))


def parse_uncertain(name: str, text: str, *, integer: bool = False) -> Uncertain:
    """A law of a plain number from its text.

    Raises
    ------
    ValueError
        If the text is none of the known forms, or a parameter is out of range.

    Examples
    --------
    >>> parse_uncertain("demand.factor", "normal(1, sd=0.1)")
    Uncertain(name='demand.factor', family='normal', parameters=(1.0, 0.1), integer=False)
    """
    match = _TEXT.fullmatch(text.strip())
    family = match[1] if match else ""
    words = [word.strip() for word in match[2].split(",")] if match else []
    names = _PARAMETERS.get(family, ())
    if not match or not names or len(words) != len(names):
        raise ValueError(f"expected a law such as {_FORMS}")
    try:
        values = tuple(
            float(word.removeprefix(f"{parameter}=").strip())
            for word, parameter in zip(words, names, strict=True)
        )
    except ValueError:
        raise ValueError(f"expected numbers, as in {_FORMS}") from None
    ordered = family in ("uniform", "triangular")
    if not all(math.isfinite(value) for value in values) or (
        list(values) != sorted(values) if ordered else values[1] <= 0
    ):
        raise ValueError(
            "expected rising numbers" if ordered else f"expected {names[1]} > 0, as in {_FORMS}"
        )
    if family in ("lognormal", "gamma") and values[0] <= 0:
        raise ValueError("expected a mean > 0")
    return Uncertain(name, family, values, integer)


def draw(laws: Sequence[Uncertain], seed: int, replication: int) -> dict[str, Level]:
    """The parameters of a replication; each has its own stream, whatever else is uncertain.

    Examples
    --------
    >>> demand = Uncertain("demand.factor", "uniform", (0.8, 1.2))
    >>> wages = Uncertain("scale.wages", "uniform", (0.9, 1.1))
    >>> draw([demand], 1, 0)["demand.factor"] == draw([wages, demand], 1, 0)["demand.factor"]
    True
    """
    drawn: dict[str, Level] = {}
    for law in laws:
        stream = np.random.default_rng([seed, replication, crc32(law.name.encode())])
        value = law.quantile(float(stream.random()))
        drawn[law.name] = round(value) if law.integer else float(f"{value:.12g}")
    return drawn


def prediction_range(values: NDArray[np.float64]) -> tuple[float, float]:
    """Limits that hold a further value like these with a chance of 95 %, whatever their law.

    Parameters
    ----------
    values : float array (replications,)
        At least `LEAST_DRAWS`; with fewer known ones the limits are NaN.

    References
    ----------
    Wilks (1941), Determination of sample sizes for setting tolerance limits: order
    statistics of rank p (n + 1).

    Examples
    --------
    >>> low, high = prediction_range(np.arange(1.0, 40.0))
    >>> round(low, 9), round(high, 9)
    (1.0, 39.0)
    """
    known = values[~np.isnan(values)]
    if len(known) < LEAST_DRAWS:
        return math.nan, math.nan
    low, high = np.quantile(known, [0.025, 0.975], method="weibull")
    return float(low), float(high)
