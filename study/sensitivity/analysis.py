"""A study file -> the samples of its sensitivity analysis -> indices of every figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from network.errors import Problem, ScenarioError
from sim.result import Result
from sim.store import Store
from study.campaign.file import Study
from study.campaign.measures import Measure, by_replication
from study.campaign.run import Outcome, check_budget, points_of, run_study
from study.campaign.text import Method
from study.design.designs import Values, mapped
from study.design.factor import Level
from study.execution import Execution, Teller
from study.points import Point
from study.sensitivity.morris import MorrisEffects, morris_effects, morris_points
from study.sensitivity.sobol import SobolIndices, sobol_indices, sobol_points

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sample:
    """The points of an analysis.

    Parameters
    ----------
    study : Study
    unit : float array (rows, factors)
        In the unit cube, in the order that the estimators need.
    rows : tuple of mappings
        The same as values of the factors.
    points : tuple of Point
        The different ones among them.
    place : tuple of int
        Which point each row is.
    """

    study: Study
    unit: Floats
    rows: tuple[Values, ...]
    points: tuple[Point, ...]
    place: tuple[int, ...]


@dataclass(frozen=True)
class Found:
    """What an analysis has found for a figure.

    Parameters
    ----------
    measure : Measure
    indices : SobolIndices or MorrisEffects or None
        None: the figure is not measured at every point.
    mean, sd : float
        Of the figure over the points.
    """

    measure: Measure
    indices: SobolIndices | MorrisEffects | None
    mean: float
    sd: float


def sample_of(study: Study) -> Sample:
    """The points of a study's sensitivity analysis.

    Raises
    ------
    ScenarioError
        If there are fewer than two factors, points that cannot be built, or more runs than
        the budget allows.
    """
    count = len(study.factors)
    if count < 2:
        message = f"got {count}; expected at least two, or there is nothing to rank"
        raise ScenarioError("the study", [Problem("factors", message)])
    plain = replace(study, precision={}, uncertain=())
    asked = study.sensitivity
    draw = sobol_points if asked.method is Method.SOBOL else morris_points
    unit = draw(count, asked.samples, asked.seed)
    rows = tuple(mapped(unit, study.factors))
    different: dict[tuple[Level, ...], int] = {}
    place = tuple(different.setdefault(tuple(row.values()), len(different)) for row in rows)
    points = points_of(plain, [dict(zip(rows[0], key, strict=True)) for key in different])
    check_budget(plain, points)
    return Sample(plain, unit, rows, points, place)


def analyse(
    sample: Sample,
    store: Store,
    execution: Execution | None = None,
    tell: Teller | None = None,
) -> tuple[tuple[Found, ...], Outcome]:
    """Simulate the points of an analysis and estimate the indices of every figure."""
    outcome = run_study(sample.study, sample.points, store, execution, tell)
    if outcome.failures:
        return (), outcome
    results = [outcome.results[point.name] for point in sample.points]
    return tuple(_found(sample, results, one) for one in sample.study.measures), outcome


def _found(sample: Sample, results: Sequence[Result], measure: Measure) -> Found:
    values = np.array([by_replication(measure, one) for one in results])[list(sample.place)]
    indices: SobolIndices | MorrisEffects | None = None
    if np.isfinite(values).all():
        if sample.study.sensitivity.method is Method.SOBOL:
            indices = sobol_indices(values, len(sample.study.factors))
        else:
            indices = morris_effects(sample.unit, values)
    means = values.mean(axis=1)
    return Found(measure, indices, float(means.mean()), float(means.std()))


def table_of(found: Sequence[Found], names: Sequence[str]) -> list[Mapping[str, str | float]]:
    """A row per figure and factor, with all that was estimated."""
    rows: list[Mapping[str, str | float]] = []
    for one in found:
        if one.indices is None:
            continue
        columns = _columns(one.indices)
        for place, name in enumerate(names):
            values = {column: float(column_values[place]) for column, column_values in columns}
            rows.append({"kpi": one.measure.name, "factor": name, **values})
    return rows


def _columns(indices: SobolIndices | MorrisEffects) -> list[tuple[str, Floats]]:
    if isinstance(indices, SobolIndices):
        return [
            ("first", indices.first),
            ("first_half_width", indices.first_half),
            ("total", indices.total),
            ("total_half_width", indices.total_half),
            ("first_raw", indices.first_raw),
            ("total_raw", indices.total_raw),
            ("first_noise_share", indices.first_noise),
            ("total_noise_share", indices.total_noise),
            ("noise_share_of_variance", np.full(len(indices.first), indices.noise)),
        ]
    return [
        ("size", indices.size),
        ("size_half_width", indices.size_half),
        ("mean", indices.mean),
        ("spread", indices.spread),
        ("spread_half_width", indices.spread_half),
        ("noise_share", indices.noise),
    ]
