"""Probability laws written as text: ``lognormal(25min, cv=0.8)``.

A law names the standard variate it is made from (`Law.source`), so that sampling
can draw one column of standard variates for all requests and give each its law.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator

from network.quantity import parse_duration


class Source(StrEnum):
    """Standard variates that laws are transforms of."""

    NONE = "none"
    EXPONENTIAL = "exponential"
    NORMAL = "normal"
    UNIFORM = "uniform"


_SOURCE = {
    "never": Source.NONE,
    "constant": Source.NONE,
    "exponential": Source.EXPONENTIAL,
    "weibull": Source.EXPONENTIAL,
    "lognormal": Source.NORMAL,
    "normal": Source.NORMAL,
    "gamma": Source.UNIFORM,
    "uniform": Source.UNIFORM,
    "triangular": Source.UNIFORM,
}
_FORMS = (
    "constant(5min), exponential(12min), lognormal(25min, cv=0.8), gamma(25min, cv=0.5), "
    "weibull(3h, shape=1.5), uniform(5min, 10min), triangular(5min, 8min, 20min), "
    "normal(0min, sd=5min) or never"
)
_TEXT = re.compile(r"([a-z]+)\s*(?:\((.*)\))?")


@dataclass(frozen=True, slots=True)
class Law:
    """A law of durations in minutes.

    Parameters
    ----------
    family : str
        constant, exponential, weibull, lognormal, normal, gamma, uniform, triangular or never.
    a, b, c : float
        Parameters: mean and spread (cv, shape or sd); uniform: low, high;
        triangular: low, mode, high.

    Examples
    --------
    >>> Law.parse("lognormal(25min, cv=0.8)")
    Law(family='lognormal', a=25.0, b=0.8, c=0.0)
    >>> Law.parse("triangular(5min, 8min, 20min)").mean
    11.0
    """

    family: str
    a: float = 0.0
    b: float = 0.0
    c: float = 0.0

    @property
    def source(self) -> Source:
        """The standard variate this law transforms."""
        return _SOURCE[self.family]

    @property
    def mean(self) -> float:
        """Mean in minutes (infinite for ``never``)."""
        match self.family:
            case "never":
                return math.inf
            case "uniform":
                return (self.a + self.b) / 2.0
            case "triangular":
                return (self.a + self.b + self.c) / 3.0
            case _:
                return self.a

    @property
    def variance(self) -> float:
        """Variance in square minutes."""
        a, b, c = self.a, self.b, self.c
        match self.family:
            case "exponential":
                return a * a
            case "lognormal" | "gamma":
                return (a * b) ** 2
            case "weibull":
                scale = a / math.gamma(1.0 + 1.0 / b)
                return scale * scale * math.gamma(1.0 + 2.0 / b) - a * a
            case "normal":
                return b * b
            case "uniform":
                return (b - a) ** 2 / 12.0
            case "triangular":
                return (a * a + b * b + c * c - a * b - a * c - b * c) / 18.0
            case _:
                return 0.0

    def __str__(self) -> str:
        a, b, c = (f"{value:.12g}min" for value in (self.a, self.b, self.c))
        match self.family:
            case "never":
                return "never"
            case "constant" | "exponential":
                return f"{self.family}({a})"
            case "lognormal" | "gamma":
                return f"{self.family}({a}, cv={self.b:.12g})"
            case "weibull":
                return f"weibull({a}, shape={self.b:.12g})"
            case "normal":
                return f"normal({a}, sd={b})"
            case "uniform":
                return f"uniform({a}, {b})"
            case _:
                return f"triangular({a}, {b}, {c})"

    @staticmethod
    def parse(text: object) -> Law:
        """Read a law from its text.

        Raises
        ------
        ValueError
            If the text is not one of the known forms or a parameter is out of range.
        """
        if isinstance(text, Law):
            return text
        match = _TEXT.fullmatch(str(text).strip())
        family = match[1] if match else ""
        words = [word.strip() for word in match[2].split(",")] if match and match[2] else []
        if _NAMES.get(family) != tuple(_name(word) for word in words):
            raise ValueError(f"expected a law such as {_FORMS}")
        values = [_parameter(word) for word in words]
        law = Law(family, *values)
        _check(law)
        return law


_NAMES = {
    "never": (),
    "constant": ("",),
    "exponential": ("",),
    "weibull": ("", "shape"),
    "lognormal": ("", "cv"),
    "normal": ("", "sd"),
    "gamma": ("", "cv"),
    "uniform": ("", ""),
    "triangular": ("", "", ""),
}
"""How the parameters of each family are named: a second time is never taken for a cv."""
_RANGE = {"cv": (0.001, 100.0), "shape": (0.1, 1000.0)}
"""Beyond, the formulas leave the range of floating point numbers."""


def _name(word: str) -> str:
    return word.rpartition("=")[0].strip()


def _parameter(word: str) -> float:
    """One parameter: ``cv=`` and ``shape=`` are plain numbers, all else durations."""
    name, value = _name(word), word.rpartition("=")[2]
    if name not in _RANGE:
        return parse_duration(value)
    low, high = _RANGE[name]
    try:
        number = float(value)
    except ValueError:
        raise ValueError(f"expected {name} to be a number") from None
    if not low <= number <= high:
        raise ValueError(f"expected {name} from {low:g} to {high:g}")
    return number


def _check(law: Law) -> None:
    if law.family not in ("normal", "never") and law.a < 0:
        raise ValueError("expected durations >= 0")
    if law.family in ("exponential", "lognormal", "gamma", "weibull") and law.a <= 0:
        raise ValueError("expected a mean > 0 (write constant(0min) for no time at all)")
    if law.family == "normal" and law.b < 0:
        raise ValueError("expected sd >= 0")
    if law.family == "uniform" and law.b < law.a:
        raise ValueError("expected low <= high")
    if law.family == "triangular" and not law.a <= law.b <= law.c:
        raise ValueError("expected low <= mode <= high")


ENDLESS = ("never", "normal")
"""Families whose times may not end, or be negative: no law of work or waiting for parts."""

NEVER = Law("never")
AT_ONCE = Law("constant", 0.0)

LawText = Annotated[Law, BeforeValidator(Law.parse)]
"""A law, read from its text."""
