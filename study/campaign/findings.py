"""What a study has found, as tables: a row per point, its parameters beside its figures."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.result import Result
from study.campaign.measures import Measure, by_replication, estimate
from study.campaign.run import Outcome
from study.design.factor import Level
from study.design.uncertain import prediction_range
from study.statistics.pareto import non_dominated

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Ranges:
    """What a period may bring.

    Parameters
    ----------
    fixed : tuple of two floats
        95 % range of a period at fixed inputs: chance alone.
    uncertain : tuple of two floats
        The same with the inputs drawn anew for each period.
    uncertain_mean : float
    """

    fixed: tuple[float, float]
    uncertain: tuple[float, float]
    uncertain_mean: float


@dataclass(frozen=True)
class Row:
    """A point and what was found there.

    Parameters
    ----------
    point : str
    parameters : mapping of str to Level
    replications : int
        0: it failed.
    estimates : mapping of str to (mean, lower, upper)
        By measure, with 95 % limits.
    ranges : mapping of str to Ranges
        By measure, where inputs are uncertain.
    pareto : bool
        No other point dominates it.
    """

    point: str
    parameters: Mapping[str, Level]
    replications: int
    estimates: Mapping[str, tuple[float, float, float]]
    ranges: Mapping[str, Ranges]
    pareto: bool = False


def rows_of(outcome: Outcome) -> list[Row]:
    """A row per point of a study, in the order of the design."""
    measures = outcome.study.measures
    found = []
    for point in outcome.points:
        result = outcome.results.get(point.name)
        drawn = outcome.drawn.get(point.name, ())
        known = result is not None
        found.append(
            (
                point,
                point.replications if known else 0,
                {m.name: _safely(m, result) for m in measures},
                {m.name: _ranges(m, result, drawn) for m in measures if result and drawn},
            )
        )
    frontier = _frontier(outcome, [estimates for _, _, estimates, _ in found])
    return [
        Row(point.name.rpartition("/")[2], point.parameters, replications, estimates, ranges, on_it)
        for (point, replications, estimates, ranges), on_it in zip(found, frontier, strict=True)
    ]


def _safely(measure: Measure, result: Result | None) -> tuple[float, float, float]:
    """The estimate; NaN where the point failed or its network has no such group."""
    nothing = (math.nan, math.nan, math.nan)
    if result is None:
        return nothing
    try:
        return estimate(measure, result)
    except KeyError:
        return nothing


def _ranges(measure: Measure, result: Result, drawn: tuple[Result, ...]) -> Ranges:
    fixed = by_replication(measure, result)
    moved = np.concatenate([by_replication(measure, one) for one in drawn])
    mean = float(np.nanmean(moved)) if not np.isnan(moved).all() else math.nan
    return Ranges(prediction_range(fixed), prediction_range(moved), mean)


def _frontier(
    outcome: Outcome, estimates: list[dict[str, tuple[float, float, float]]]
) -> list[bool]:
    axes = outcome.study.frontier
    if axes is None:
        return [False] * len(estimates)
    cost, service = (np.array([one[measure.name][0] for one in estimates]) for measure in axes)
    better = axes[1].higher_is_better
    return [bool(flag) for flag in non_dominated(cost, -service if better is False else service)]


def table_of(outcome: Outcome, rows: list[Row]) -> pd.DataFrame:
    """All rows as a table.

    Columns: ``point``, the parameters by their names, ``replications``; for each measure its
    name (the mean), ``<name>_lower`` and ``<name>_upper``; where inputs are uncertain
    ``_fixed_low``, ``_fixed_high``, ``_uncertain_mean``, ``_uncertain_low`` and
    ``_uncertain_high``; ``pareto`` where the study has a frontier.
    """
    import pandas as pd

    records: list[dict[str, Level]] = []
    for row in rows:
        record: dict[str, Level] = {"point": row.point, **row.parameters}
        record["replications"] = row.replications
        for name, (mean, lower, upper) in row.estimates.items():
            record |= {name: mean, f"{name}_lower": lower, f"{name}_upper": upper}
        for name, ranges in row.ranges.items():
            record |= _range_columns(name, ranges)
        if outcome.study.frontier is not None:
            record["pareto"] = row.pareto
        records.append(record)
    table = pd.DataFrame(records)
    for name in table.columns:  # levels of several types have no column type of their own
        if len({type(value) for value in table[name]}) > 1 and table[name].dtype == object:
            table[name] = table[name].map(str)
    return table


def _range_columns(name: str, ranges: Ranges) -> dict[str, Level]:
    return {
        f"{name}_fixed_low": ranges.fixed[0],
        f"{name}_fixed_high": ranges.fixed[1],
        f"{name}_uncertain_mean": ranges.uncertain_mean,
        f"{name}_uncertain_low": ranges.uncertain[0],
        f"{name}_uncertain_high": ranges.uncertain[1],
    }


def write_tables(folder: Path, name: str, table: pd.DataFrame) -> None:
    """Write a table as Parquet and CSV, each all or nothing."""
    from sim.run_folder import write_atomically

    def as_csv(path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([_cell(column) for column in table.columns])
            for record in table.itertuples(index=False):
                writer.writerow([_cell(value) for value in record])

    write_atomically(folder / f"{name}.parquet", lambda path: table.to_parquet(path, index=False))
    write_atomically(folder / f"{name}.csv", as_csv)


def _cell(value: object) -> object:
    """A value as a cell; text that a spreadsheet would run as a formula is quoted."""
    if isinstance(value, float) and math.isnan(value):
        return ""
    return f"'{value}" if isinstance(value, str) and value[:1] in tuple("=+-@\t\r") else value
