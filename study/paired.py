"""Paired differences: two networks on the same requests, figure by figure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from network.errors import Problem, ScenarioError
from network.kpi import BY_NAME
from network.promise import Form
from sim.estimates import t_intervals, t_quantile
from sim.kpis import Index
from sim.result import Result

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Paired:
    """Figures that two results share.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns kpi, dimension, key, unit, before, after, difference, lower, upper (of the
        difference), n (replications in which both were measured).
    """

    table: pd.DataFrame

    def row(self, kpi: str, dimension: str = "total", key: str = "all") -> dict[str, float]:
        """Before, after, difference, lower and upper of one figure.

        Raises
        ------
        KeyError
            If the results do not share it.
        """
        asked = (self.table["kpi"] == kpi) & (self.table["dimension"] == dimension)
        found = self.table[asked & (self.table["key"] == key)]
        if found.empty:
            raise KeyError(f"no figure {kpi} by {dimension} of {key} in both results")
        names = ("before", "after", "difference", "lower", "upper")
        return {name: float(found[name].iloc[0]) for name in names}


def paired_differences(before: Result, after: Result, confidence: float = 0.95) -> Paired:
    """Differences ``after - before`` of replications that met the same requests.

    Parameters
    ----------
    before, after : Result
        Of the same seed and window; replications are paired by number.
    confidence : float
        Of the t intervals over the differences.

    Raises
    ------
    ScenarioError
        If the results are of different seeds, windows or numbers of replications.
    """
    fields = (
        ("seed", before.seed, after.seed),
        ("first replication", before.first, after.first),
        ("horizon, warm-up or drain", before.window, after.window),
        ("replications", len(before.digests), len(after.digests)),
    )
    problems = [
        Problem(name, f"got {first} and {second}; expected the same, or there is nothing to pair")
        for name, first, second in fields
        if first != second
    ]
    if problems:
        raise ScenarioError("the comparison", problems)
    import pandas as pd

    index = [one.kpis_by_replication[0].index for one in (before, after)]
    rows, columns = _shared(*index)
    first, second = before.values[:, columns[0]], after.values[:, columns[1]]
    found = t_intervals(second - first, confidence)
    both = ~np.isnan(first) & ~np.isnan(second)
    table = pd.DataFrame(rows, columns=["kpi", "dimension", "key"])
    table["unit"] = [BY_NAME[kpi].unit for kpi in table["kpi"]]
    table["before"], table["after"] = _means(first, both), _means(second, both)
    table["difference"], table["lower"], table["upper"] = found.mean, found.lower, found.upper
    table["n"] = found.n
    return Paired(table)


def _shared(before: Index, after: Index) -> tuple[list[tuple[str, str, str]], NDArray[np.int64]]:
    """Figures that both have, and where they stand in each."""
    places = [
        {row: place for place, row in enumerate(zip(*index.rows(), strict=True))}
        for index in (before, after)
    ]
    rows = [row for row in places[0] if row in places[1]]
    return rows, np.array([[place[row] for row in rows] for place in places], dtype=np.int64)


def _means(values: Floats, known: NDArray[np.bool_]) -> Floats:
    count = known.sum(axis=0)
    total = np.where(known, values, 0.0).sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def promise_differences(before: Result, after: Result, confidence: float = 0.95) -> Paired:
    """Paired differences of the shares in which promises are kept.

    Shares are ratios of sums over all replications; their difference has a jackknife
    interval, which leaves out one replication of both at a time.
    """
    import pandas as pd

    rows = []
    for number, promise in enumerate(after.network.promises):
        shares = [_kept_share(one, number) for one in (before, after)]
        difference, half = ratio_difference(shares[0], shares[1], confidence)
        means = [_ratio(met.sum(), due.sum()) for met, due in shares]
        rows.append((promise.promise_id, *means, difference, difference - half, difference + half))
    table = pd.DataFrame(rows, columns=["key", "before", "after", "difference", "lower", "upper"])
    table.insert(0, "dimension", "promise")
    table.insert(0, "kpi", "promise")
    table["unit"], table["n"] = "1", len(before.digests)
    return Paired(table)


def _kept_share(result: Result, number: int) -> tuple[Floats, Floats]:
    """Met and due by replication: requests, or months that reached their target."""
    promise = result.network.promises[number]
    kept = [one.kept for one in result.kpis_by_replication]
    if promise.form is Form.EVERY_MONTH:
        due = np.array([one.month_due[number] for one in kept])
        good = np.array([one.month_met[number] for one in kept]) >= promise.share * due
        return ((due > 0) & good).sum(axis=1).astype(float), (due > 0).sum(axis=1).astype(float)
    return np.array([one.met[number] for one in kept]), np.array([one.due[number] for one in kept])


def _ratio(met: float, due: float) -> float:
    return met / due if due > 0 else float("nan")


def ratio_difference(
    before: tuple[Floats, Floats], after: tuple[Floats, Floats], confidence: float = 0.95
) -> tuple[float, float]:
    """Difference of two ratios of sums, and half its jackknife interval.

    Parameters
    ----------
    before, after : tuple of float array (replications,)
        Met and due, paired by replication.
    confidence : float
    """
    (met_0, due_0), (met_1, due_1) = before, after
    n = len(met_0)
    whole = _ratio(met_1.sum(), due_1.sum()) - _ratio(met_0.sum(), due_0.sum())
    if n < 2:
        return whole, float("nan")
    with np.errstate(invalid="ignore", divide="ignore"):
        left = (met_1.sum() - met_1) / (due_1.sum() - due_1)
        left = left - (met_0.sum() - met_0) / (due_0.sum() - due_0)
    error = np.sqrt((n - 1) / n * ((left - left.mean()) ** 2).sum())
    return whole, float(t_quantile(0.5 + confidence / 2, n - 1) * error)
