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
Figure = tuple[str, str, str]
"""KPI, dimension and key."""
MetDue = tuple[Floats, Floats]
"""Met and due by replication."""


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
    check_pairs(before, after)
    import pandas as pd

    rows, first, second = shared_figures(before, after)
    found = t_intervals(second - first, confidence)
    both = ~np.isnan(first) & ~np.isnan(second)
    table = pd.DataFrame(rows, columns=["kpi", "dimension", "key"])
    table["unit"] = [BY_NAME[kpi].unit for kpi in table["kpi"]]
    table["before"], table["after"] = _means(first, both), _means(second, both)
    table["difference"], table["lower"], table["upper"] = found.mean, found.lower, found.upper
    table["n"] = found.n
    return Paired(table)


def check_pairs(before: Result, after: Result) -> None:
    """Refuse results that met other requests.

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


def shared_figures(before: Result, after: Result) -> tuple[list[Figure], Floats, Floats]:
    """Figures that both have, as kpi, dimension and key, with their values.

    Returns
    -------
    rows : list of tuple of 3 str
    before, after : float array (replications, rows)
    """
    index = [one.kpis_by_replication[0].index for one in (before, after)]
    rows, columns = _shared(*index)
    return rows, before.values[:, columns[0]], after.values[:, columns[1]]


def _shared(before: Index, after: Index) -> tuple[list[Figure], NDArray[np.int64]]:
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
    for name, first, second in shared_promises(before, after):
        difference, half = ratio_difference(first, second, confidence)
        means = [_ratio(met.sum(), due.sum()) for met, due in (first, second)]
        rows.append((name, *means, difference, difference - half, difference + half))
    table = pd.DataFrame(rows, columns=["key", "before", "after", "difference", "lower", "upper"])
    table.insert(0, "dimension", "promise")
    table.insert(0, "kpi", "promise")
    table["unit"], table["n"] = "1", len(before.digests)
    return Paired(table)


def shared_promises(before: Result, after: Result) -> list[tuple[str, MetDue, MetDue]]:
    """Promises that both networks make, by id, with what each met of what was due.

    A promise that is not the same in both (another time, another form) is still compared;
    its share means what each network says it does.
    """
    places = {one.promise_id: n for n, one in enumerate(before.network.promises)}
    return [
        (one.promise_id, met_due(before, places[one.promise_id]), met_due(after, number))
        for number, one in enumerate(after.network.promises)
        if one.promise_id in places
    ]


def met_due(result: Result, number: int) -> MetDue:
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
    before: MetDue, after: MetDue, confidence: float = 0.95
) -> tuple[float, float]:
    """Difference of two ratios of sums, and half its jackknife interval.

    Parameters
    ----------
    before, after : tuple of float array (replications,)
        Met and due, paired by replication.
    confidence : float

    Returns
    -------
    difference, half : float
        Half is NaN with fewer than two replications.

    References
    ----------
    Efron (1982), The Jackknife, the Bootstrap and Other Resampling Plans, ch. 3.
    """
    each = ratio_contributions(before, after)
    n = len(each)
    whole = _ratio(after[0].sum(), after[1].sum()) - _ratio(before[0].sum(), before[1].sum())
    if n < 2:
        return whole, float("nan")
    error = each.std(ddof=1) / np.sqrt(n)
    return whole, float(t_quantile(0.5 + confidence / 2, n - 1) * error)


def ratio_contributions(before: MetDue, after: MetDue) -> Floats:
    """What each replication contributes to a difference of two ratios of sums.

    The jackknife's pseudo-values, moved so that their mean is the difference itself: they
    are tested like any other figure, and their standard error is the jackknife's.

    Parameters
    ----------
    before, after : tuple of float array (replications,)

    Returns
    -------
    float array (replications,)
        NaN where a ratio has nothing due without some replication.

    References
    ----------
    Tukey (1958), Bias and confidence in not-quite large samples, Ann. Math. Stat. 29.

    Examples
    --------
    >>> ten = np.array([10.0, 10.0])
    >>> ratio_contributions((np.array([9.0, 7.0]), ten), (np.array([10.0, 9.0]), ten)).round(3)
    array([0.1, 0.2])
    """
    (met_0, due_0), (met_1, due_1) = before, after
    n = len(met_0)
    whole = _ratio(met_1.sum(), due_1.sum()) - _ratio(met_0.sum(), due_0.sum())
    if n < 2:
        return np.full(n, whole)
    with np.errstate(invalid="ignore", divide="ignore"):
        left = (met_1.sum() - met_1) / (due_1.sum() - due_1)
        left = left - (met_0.sum() - met_0) / (due_0.sum() - due_0)
    each: Floats = whole + (n - 1) * (left.mean() - left)
    return each
