"""How precise estimates are to be, and how many replications that takes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.errors import Problem, ScenarioError, did_you_mean
from network.kpi import BY_NAME
from network.quantity import parse_duration
from sim.estimates import t_intervals
from sim.kpis import Index

Floats = NDArray[np.float64]

LEAST_REPLICATIONS = 30
"""Stopping at a half-width errs with fewer: the interval must have settled first."""


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure and the half-width its 95 % interval must reach.

    Parameters
    ----------
    kpi, dimension, key : str
    half_width : float
        In the figure's unit, or a share of the mean.
    relative : bool
    """

    kpi: str
    dimension: str
    key: str
    half_width: float
    relative: bool

    @property
    def name(self) -> str:
        """As written in a configuration."""
        return self.kpi if self.dimension == "total" else f"{self.kpi}/{self.dimension}/{self.key}"


def parse_goals(wanted: Mapping[str, str]) -> tuple[Goal, ...]:
    """Goals from text such as ``{"response_p90/tier/point": "5%", "wait_mean": "30s"}``.

    Raises
    ------
    ScenarioError
        If a figure is unknown or a half-width is not positive.

    Examples
    --------
    >>> parse_goals({"resolved": "1%"})[0]
    Goal(kpi='resolved', dimension='total', key='all', half_width=0.01, relative=True)
    """
    goals, problems = [], []
    for name, text in wanted.items():
        kpi, _, rest = name.partition("/")
        dimension, _, key = rest.partition("/") if rest else ("total", "", "all")
        if kpi not in BY_NAME or dimension not in BY_NAME[kpi].dimensions:
            hint = did_you_mean(kpi, BY_NAME)
            message = f"expected a key figure as kpi or kpi/dimension/key.{hint}"
            problems.append(Problem(f"precision.{name}", message))
            continue
        try:
            width, relative = _half_width(str(text), BY_NAME[kpi].unit)
            goals.append(Goal(kpi, dimension, key, width, relative))
        except ValueError as error:
            problems.append(Problem(f"precision.{name}", f"got {text!r}; {error}"))
    if problems:
        raise ScenarioError("the configuration", problems)
    return tuple(goals)


def _half_width(text: str, unit: str) -> tuple[float, bool]:
    relative = text.strip().endswith("%")
    if relative:
        width = float(text.strip()[:-1]) / 100
    else:
        width = parse_duration(text) if unit == "min" else float(text)
    if not 0 < width < math.inf:
        raise ValueError("expected a half-width > 0, such as 5% or 30s")
    return width, relative


def replications_needed(goals: Sequence[Goal], index: Index, values: Floats) -> int:
    """How many replications should meet all goals, judged by those there are.

    Parameters
    ----------
    values : float array (replications, figures)

    Returns
    -------
    int
        At most ``len(values)`` if all goals are met (after `LEAST_REPLICATIONS`).

    References
    ----------
    Law (2015), Simulation Modeling and Analysis, section 9.4.1: n (half-width / goal)^2.
    """
    n = len(values)
    if n < LEAST_REPLICATIONS:
        return LEAST_REPLICATIONS
    columns = values[:, [index.position(g.kpi, g.dimension, g.key) for g in goals]]
    found = t_intervals(columns)
    needed = n
    for number, goal in enumerate(goals):
        mean, half = float(found.mean[number]), float(found.upper[number] - found.mean[number])
        width = goal.half_width * abs(mean) if goal.relative else goal.half_width
        if not half <= width:
            ratio = half / width if width > 0 and math.isfinite(half) else 2.0
            needed = max(needed, math.ceil(n * min(ratio * ratio, 4.0)), n + 1)
    return needed
