"""What the formulas accept: each check returns its value or says what it expected."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence


def non_negative(name: str, value: float) -> float:
    """Return a finite number that is zero or more.

    Examples
    --------
    >>> non_negative("lam", -1.0)
    Traceback (most recent call last):
        ...
    ValueError: lam: got -1.0; expected a finite number >= 0
    """
    if not (math.isfinite(value) and value >= 0):
        raise ValueError(f"{name}: got {value!r}; expected a finite number >= 0")
    return float(value)


def positive(name: str, value: float) -> float:
    """Return a finite number above zero."""
    if not (math.isfinite(value) and value > 0):
        raise ValueError(f"{name}: got {value!r}; expected a finite number > 0")
    return float(value)


def chance(name: str, value: float) -> float:
    """Return a target probability strictly between zero and one."""
    if not 0 < value < 1:
        raise ValueError(f"{name}: got {value!r}; expected a number between 0 and 1, both excluded")
    return float(value)


def whole(name: str, value: int, least: int) -> int:
    """Return an integer of at least `least`; 2.5 and "2" are refused."""
    try:
        number = operator.index(value)
    except TypeError:
        number = least - 1
    if number < least:
        raise ValueError(f"{name}: got {value!r}; expected an integer >= {least}")
    return number


def same_length(**sequences: Sequence[object]) -> int:
    """Return the length that all the sequences share, at least one."""
    lengths = {name: len(values) for name, values in sequences.items()}
    if len(set(lengths.values())) > 1 or 0 in lengths.values():
        found = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise ValueError(f"lengths: got {found}; expected the same length, at least 1")
    return next(iter(lengths.values()))


def stable(rho: float) -> float:
    """Return an offered load per server below one: only then a queue has a steady state."""
    if not rho < 1:
        raise ValueError(f"rho: got {rho:.6g}; expected < 1, else the queue grows without bound")
    return rho
