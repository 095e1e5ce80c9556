"""Standard variates -> durations of a law."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from network.law import Law

Floats = NDArray[np.float64]


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
    a, b, c = law.a, law.b, law.c
    match law.family:
        case "constant":
            return np.full(len(standard), a)
        case "never":
            return np.full(len(standard), np.inf)
        case "exponential":
            return a * standard
        case "lognormal":
            variance = math.log1p(b * b)
            return np.exp(math.log(a) - variance / 2 + math.sqrt(variance) * standard)
        case "weibull":
            return np.asarray(a / math.gamma(1 + 1 / b) * standard ** (1 / b))
        case "normal":
            return a + b * standard
        case "uniform":
            return a + (b - a) * standard
        case "gamma":
            from scipy.special import gammaincinv

            shape = 1 / (b * b)
            return np.asarray(gammaincinv(shape, standard) * (a / shape))
        case "triangular":
            if c == a:
                return np.full(len(standard), a)
            split = (b - a) / (c - a)
            low = a + np.sqrt(standard * (c - a) * (b - a))
            high = c - np.sqrt((1 - standard) * (c - a) * (c - b))
            return np.where(standard < split, low, high)
        case _:
            raise AssertionError(f"unknown law {law}")
