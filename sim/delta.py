"""A run against the locked baseline of its scenario: what its summary says of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from network.digest import network_digest
from network.errors import ScenarioError
from network.kpi import BY_NAME
from report.comparison.delta import DeltaView
from report.decision.view import PROMISE, Change
from sim.baseline import BASELINES, Baseline, data_changes, read_baseline
from sim.estimates import t_quantile
from sim.paired import MetDue, ratio_contributions, ratio_difference, shared_promises
from sim.result import Result
from sim.store.code import code_version

Floats = NDArray[np.float64]


def delta_of(result: Result, folder: Path = BASELINES) -> DeltaView | None:
    """The difference of a run from its baseline; None if none is locked.

    A baseline that cannot be read is no reason to lose a run: it is told of in a note.

    Parameters
    ----------
    result : Result
    folder : pathlib.Path
        Of all baselines.
    """
    try:
        baseline = read_baseline(result.network.name, folder)
    except ScenarioError as error:
        return DeltaView("", "", notes=tuple(str(one) for one in error.problems))
    return None if baseline is None else delta_from(baseline, result)


def delta_from(baseline: Baseline, result: Result) -> DeltaView:
    """The difference of a run from a baseline: paired replication by replication if it can be."""
    why = not_paired(baseline, result)
    before = baseline.as_result(result.network)
    same_network = baseline.network == network_digest(result.network)
    return DeltaView(
        baseline=baseline.run_id,
        locked_at=baseline.locked_at.replace("T", " ").replace("+00:00", " UTC"),
        figures=tuple(_figures(before, result, paired=not why)),
        promises=tuple(_promises(before, result, paired=not why)),
        paired=not why,
        why=why,
        data=data_changes(baseline.data_sha256, result.network.data_sha256),
        notes=tuple(_notes(baseline, result)),
        is_itself=same_network and list(baseline.digests) == result.digests,
    )


def not_paired(baseline: Baseline, result: Result) -> str:
    """What keeps two runs from being paired; empty: both met the same requests."""
    sides = (
        ("seed", baseline.seed, result.seed),
        ("first replication", 0, result.first),
        ("horizon, warm-up or drain", baseline.window, result.window),
    )
    differ = [name for name, then, now in sides if then != now]
    return f"another {' and another '.join(differ)}" if differ else ""


def _notes(baseline: Baseline, result: Result) -> Iterator[str]:
    counts = len(baseline.kpis), len(result.digests)
    if counts[0] != counts[1] and not not_paired(baseline, result):
        yield f"the first {min(counts)} of {counts[0]} and {counts[1]} replications are compared"
    if baseline.code != code_version(result.network.dispatch.policy):
        yield "the baseline was played by another version of the code"


def _named(result: Result) -> Iterator[tuple[str, str, str, str]]:
    """What is told of a run: name, figure, dimension and key."""
    yield f"Cost, {result.network.settings.currency} a month", "cost", "total", "all"
    for tier in result.network.tiers:
        name = tier.name or tier.tier_id
        yield f"Mean response, {name}", "response_mean", "tier", tier.tier_id


def _figures(before: Result, after: Result, *, paired: bool) -> Iterator[tuple[str, Change]]:
    for name, *figure in _named(after):
        columns = [_column(one, *figure) for one in (before, after)]
        if columns[0] is None or columns[1] is None:
            continue
        means, limits = differ(columns[0], columns[1], paired=paired)
        if not np.isnan(means).all():
            unit = BY_NAME[figure[0]].unit
            yield name, Change(figure[0], figure[1], figure[2], unit, *means, *limits)


def _column(result: Result, kpi: str, dimension: str, key: str) -> Floats | None:
    try:
        place = result.kpis_by_replication[0].index.position(kpi, dimension, key)
    except KeyError:
        return None
    column: Floats = result.values[:, place]
    return column


def _promises(before: Result, after: Result, *, paired: bool) -> Iterator[tuple[str, Change]]:
    titles = {one.promise_id: one.name or one.promise_id for one in after.network.promises}
    for name, first, second in shared_promises(before, after):
        count = min(len(first[0]), len(second[0])) if paired else None
        sides = [(met[:count], due[:count]) for met, due in (first, second)]
        shares = [_share(one) for one in sides]
        if np.isnan(shares).any():
            continue
        if paired:
            difference, half = ratio_difference(sides[0], sides[1])
        else:
            difference = shares[1] - shares[0]
            half = _apart(*(ratio_contributions(_nothing(one), one) for one in sides))
        limits = difference, difference - half, difference + half
        yield titles[name], Change(PROMISE, PROMISE, name, "1", shares[0], shares[1], *limits)


def _share(share: MetDue) -> float:
    met, due = share
    return float(met.sum() / due.sum()) if due.sum() > 0 else float("nan")


def _nothing(like: MetDue) -> MetDue:
    """A share of zero: the difference from it is the share itself."""
    return np.zeros(len(like[0])), np.ones(len(like[0]))


def differ(
    before: Floats, after: Floats, *, paired: bool, confidence: float = 0.95
) -> tuple[tuple[float, float], tuple[float, float, float]]:
    """Means of two columns of replications, and their difference with its limits.

    Parameters
    ----------
    before, after : float array (replications,)
        NaN: nothing to measure.
    paired : bool
        Row by row; else Welch's interval for independent runs.
    confidence : float

    Returns
    -------
    means : tuple of 2 float
    difference : tuple of 3 float
        Mean, lower and upper; NaN where it cannot be told.

    References
    ----------
    Welch (1947), The generalization of Student's problem, Biometrika 34.

    Examples
    --------
    >>> one, other = np.array([1.0, 5.0, 3.0]), np.array([2.0, 6.0, 4.0])
    >>> [round(x, 2) for x in differ(one, other, paired=True)[1]]
    [1.0, 1.0, 1.0]
    >>> [round(x, 2) for x in differ(one, other, paired=False)[1]]
    [1.0, -3.53, 5.53]
    """
    if paired:
        count = min(len(before), len(after))
        both = ~np.isnan(before[:count]) & ~np.isnan(after[:count])
        before, after = before[:count][both], after[:count][both]
    else:
        before, after = before[~np.isnan(before)], after[~np.isnan(after)]
    if not len(before) or not len(after):
        return (np.nan, np.nan), (np.nan, np.nan, np.nan)
    means = float(before.mean()), float(after.mean())
    if paired:
        half = _apart(after - before, confidence=confidence)
        difference = float((after - before).mean())
    else:
        half = _apart(before, after, confidence=confidence)
        difference = means[1] - means[0]
    return means, (difference, difference - half, difference + half)


def _apart(*columns: Floats, confidence: float = 0.95) -> float:
    """Half of the interval of a mean, or of a difference of independent means (Welch)."""
    if min(len(one) for one in columns) < 2:
        return float("nan")
    errors = np.array([one.var(ddof=1) / len(one) for one in columns])
    if errors.sum() == 0:
        return 0.0
    free = np.array([len(one) - 1 for one in columns])
    degrees = errors.sum() ** 2 / (errors**2 / free).sum()
    return t_quantile(0.5 + confidence / 2, float(degrees)) * float(np.sqrt(errors.sum()))
