"""What a paired difference shows, judged together with all the others that are looked at.

Each figure of each alternative is a mean of paired differences. Its interval is given by
itself and together with all others (Bonferroni); the verdicts are those of Holm's procedure
over the whole family, so that the chance of any false one is at most ``1 - confidence``.
Tests are paired t tests; of promises that count months, exact sign tests.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from network.errors import Problem, ScenarioError, did_you_mean
from network.kpi import BY_NAME, COST_COMPONENTS, HEADLINES
from network.promise import Form
from sim.estimates import t_intervals
from sim.paired import Figure, check_pairs, ratio_contributions, shared_figures, shared_promises
from sim.result import Result
from study.statistics.equivalence import Verdict as Shown
from study.statistics.equivalence import equivalence
from study.statistics.multiple import holm, simultaneous_t_intervals, t_p_values

Floats = NDArray[np.float64]

PROMISE = "promise"
"""Name and dimension of the share in which a promise is kept; its key is the promise."""
TIER_FIGURES = ("response_mean", "response_p90", "sla", "wait_mean", "utilisation")


class Verdict(StrEnum):
    """What a difference shows; ``lower`` and ``higher`` are neither good nor bad."""

    WORSE = "worse"
    LOWER = "lower"
    HIGHER = "higher"
    BETTER = "better"
    EQUIVALENT = "equivalent"
    NO_EVIDENCE = "no evidence"
    SAME = "the same"


@dataclass(frozen=True, slots=True)
class Judged:
    """A figure of an alternative against the base.

    Parameters
    ----------
    kpi, dimension, key : str
        As in the registry of key figures; `PROMISE` twice and its id for a promise.
    unit : str
    before, after : float
        Means over the replications in which both were measured.
    difference, lower, upper : float
        With the interval of this figure by itself; NaN with a single replication.
    lower_together, upper_together : float
        Limits that hold for all figures of the family at once.
    p_value, p_together : float
        By itself, and corrected for the family.
    n : int
        Pairs.
    verdict : Verdict
    margin : float or None
        Largest difference that does not matter, if one was given.
    """

    kpi: str
    dimension: str
    key: str
    unit: str
    before: float
    after: float
    difference: float
    lower: float
    upper: float
    lower_together: float
    upper_together: float
    p_value: float
    p_together: float
    n: int
    verdict: Verdict
    margin: float | None = None

    @property
    def figure(self) -> Figure:
        """KPI, dimension and key."""
        return self.kpi, self.dimension, self.key

    @property
    def alone_only(self) -> bool:
        """Whether its own interval shows what does not stand when all are judged together."""
        own = self.lower > 0 or self.upper < 0
        return own and self.verdict is Verdict.NO_EVIDENCE


@dataclass(frozen=True)
class Differences:
    """Paired differences of one alternative, replication by replication.

    Parameters
    ----------
    rows : list of tuple of 3 str
        KPI, dimension and key.
    before, after : float array (rows,)
        Means over the replications in which both were measured.
    each : float array (replications, rows)
        NaN: not measured in both.
    """

    rows: list[Figure]
    before: Floats
    after: Floats
    each: Floats


def paired(before: Result, after: Result) -> Differences:
    """Differences ``after - before`` of all figures that both have, promises among them.

    Raises
    ------
    ScenarioError
        If they met other requests.
    """
    check_pairs(before, after)
    rows, first, second = shared_figures(before, after)
    both = ~np.isnan(first) & ~np.isnan(second)
    means = [_means(one, both) for one in (first, second)]
    each = np.where(both, second - first, np.nan)
    names, shares, columns = [], [], []
    for name, old, new in shared_promises(before, after):
        names.append((PROMISE, PROMISE, name))
        shares.append([_share(*old), _share(*new)])
        columns.append(ratio_contributions(old, new))
    if names:
        known = np.array(shares)
        means = [np.concatenate([means[n], known[:, n]]) for n in (0, 1)]
        each = np.column_stack([each, *columns])
    return Differences([*rows, *names], means[0], means[1], each)


def _means(values: Floats, known: NDArray[np.bool_]) -> Floats:
    count = known.sum(axis=0)
    total = np.where(known, values, 0.0).sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _share(met: Floats, due: Floats) -> float:
    return float(met.sum() / due.sum()) if due.sum() > 0 else math.nan


def family(result: Result) -> tuple[Figure, ...]:
    """The figures that are judged: headlines, service and use by tier, promises."""
    tiers = [tier.tier_id for tier in result.network.tiers]
    return (
        *((name, "total", "all") for name in HEADLINES),
        *((name, "tier", tier) for tier in tiers for name in TIER_FIGURES),
        *((PROMISE, PROMISE, one.promise_id) for one in result.network.promises),
    )


def judge(
    base: Result,
    others: Sequence[Result],
    *,
    confidence: float = 0.95,
    margins: Mapping[str, float] | None = None,
) -> tuple[tuple[Judged, ...], ...]:
    """Judge all alternatives against the base, corrected over all that is looked at.

    Parameters
    ----------
    base : Result
    others : sequence of Result
        On the same requests.
    confidence : float
        Of each interval, and of all verdicts together.
    margins : mapping of str to float, optional
        By KPI (or ``promise``): differences below this do not matter, in its unit.

    Returns
    -------
    tuple of tuple of Judged
        For each alternative, in the order of `family`; what only one measured is left out.

    Raises
    ------
    ScenarioError
        If a result met other requests, or a margin is of no figure that is judged.
    """
    margins = dict(margins or {})
    asked = family(base)
    _check_margins(margins, asked)
    found = [_columns(paired(base, other), asked) for other in others]
    each = np.column_stack([one.each for one in found])
    alone, together = t_intervals(each, confidence), simultaneous_t_intervals(each, confidence)
    p_values = t_p_values(each)
    monthly = _monthly(base)
    for at, figure in enumerate(figure for one in found for figure in one.rows):
        if figure in monthly:
            p_values[at] = sign_p_value(each[:, at])
    corrected = holm(p_values)
    alpha = 1 - confidence
    tested = sum(figure[0] in margins for one in found for figure in one.rows)
    judged: list[tuple[Judged, ...]] = []
    start = 0
    for one in found:
        rows = []
        for place, (kpi, dimension, key) in enumerate(one.rows):
            at, margin = start + place, margins.get(kpi)
            verdict = _verdict(kpi, each[:, at], float(corrected[at]), alpha, margin, tested)
            row = Judged(
                kpi=kpi,
                dimension=dimension,
                key=key,
                unit="1" if kpi == PROMISE else BY_NAME[kpi].unit,
                before=float(one.before[place]),
                after=float(one.after[place]),
                difference=float(alone.mean[at]),
                lower=float(alone.lower[at]),
                upper=float(alone.upper[at]),
                lower_together=float(together.lower[at]),
                upper_together=float(together.upper[at]),
                p_value=float(p_values[at]),
                p_together=float(corrected[at]),
                n=int(alone.n[at]),
                verdict=verdict,
                margin=margin,
            )
            rows.append(row)
        start += len(rows)
        judged.append(tuple(rows))
    return tuple(judged)


def _monthly(result: Result) -> set[Figure]:
    """Promises that count months, each of which is kept or not: no t test is true of those."""
    promises = result.network.promises
    return {(PROMISE, PROMISE, p.promise_id) for p in promises if p.form is Form.EVERY_MONTH}


def sign_p_value(differences: Floats) -> float:
    """Two-sided p-value that more and less are equally likely, by the exact sign test.

    References
    ----------
    McNemar (1947), Note on the sampling error of the difference between correlated
    proportions or percentages, Psychometrika 12.

    Examples
    --------
    >>> sign_p_value(np.array([-1.0, -1.0, -1.0, -1.0, -1.0, 0.0]))
    0.0625
    """
    from scipy.special import bdtr

    signs = np.sign(differences[~np.isnan(differences)])
    moved, up = int(np.abs(signs).sum()), int((signs > 0).sum())
    if len(signs) < 2:
        return math.nan
    return min(1.0, 2 * float(bdtr(min(up, moved - up), moved, 0.5))) if moved else 1.0


def _columns(differences: Differences, asked: Sequence[Figure]) -> Differences:
    """Those of the figures asked for that both sides measured."""
    place = {figure: n for n, figure in enumerate(differences.rows)}
    known = [f for f in asked if f in place and not np.isnan(differences.each[:, place[f]]).all()]
    at = [place[figure] for figure in known]
    return Differences(
        known, differences.before[at], differences.after[at], differences.each[:, at]
    )


def _verdict(
    kpi: str,
    differences: Floats,
    p_together: float,
    alpha: float,
    margin: float | None,
    tested: int,
) -> Verdict:
    """Equivalence is shown at ``alpha`` over all that have a margin, too (Bonferroni)."""
    known = differences[~np.isnan(differences)]
    if not known.any():
        return Verdict.SAME
    if margin is not None:
        shown = equivalence(known, margin, 1 - alpha / tested).verdict
        if shown is Shown.EQUIVALENT:
            return Verdict.EQUIVALENT
    if not p_together <= alpha:
        return Verdict.NO_EVIDENCE
    higher = float(known.mean()) > 0
    good = True if kpi == PROMISE else BY_NAME[kpi].higher_is_better
    if good is None:
        return Verdict.HIGHER if higher else Verdict.LOWER
    return Verdict.BETTER if good == higher else Verdict.WORSE


def _check_margins(margins: Mapping[str, float], asked: Sequence[Figure]) -> None:
    known = sorted({kpi for kpi, _, _ in asked})
    problems = []
    for kpi, margin in margins.items():
        if kpi not in known:
            message = f"is not among the figures that are judged: {', '.join(known)}."
            problems.append(Problem(f"margin {kpi}", message + did_you_mean(kpi, known)))
        elif not 0 < margin < math.inf:
            problems.append(Problem(f"margin {kpi}", f"got {margin:g}; expected a number > 0"))
    if problems:
        raise ScenarioError("the comparison", problems)


@dataclass(frozen=True, slots=True)
class Step:
    """A component of the cost on the way from the base to an alternative.

    Parameters
    ----------
    component : str
        As in the registry; ``total`` for all together.
    before, after, difference, lower, upper : float
        Currency a month, with the interval of the paired difference.
    """

    component: str
    before: float
    after: float
    difference: float
    lower: float
    upper: float


def cost_steps(before: Result, after: Result, confidence: float = 0.95) -> tuple[Step, ...]:
    """The difference of the cost, component by component; the total comes last.

    The differences of the components add up to that of the total.
    """
    found = paired(before, after)
    place = {figure: n for n, figure in enumerate(found.rows)}
    wanted: Iterator[tuple[str, Figure]] = (
        (name, ("cost", *where))
        for name, where in (
            *((part, ("component", part)) for part in COST_COMPONENTS),
            ("total", ("total", "all")),
        )
    )
    limits = t_intervals(found.each, confidence)
    return tuple(
        Step(
            name,
            *(
                float(column[place[figure]])
                for column in (found.before, found.after, limits.mean, limits.lower, limits.upper)
            ),
        )
        for name, figure in wanted
        if figure in place
    )
