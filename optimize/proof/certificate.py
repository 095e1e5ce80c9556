"""The certificate: every promise tested on a block of requests that was opened once.

Each row is tested on its own (intersection-union): the certificate errs only if a row
errs that does not hold, so the chance of a false certificate is at most the level of one
test. Attempt k tests at 0.05 / 2^k, so all attempts together err with at most 0.05.

A guard is tested in the same way: the paired difference to what today's network allows must
have its one-sided t limit below zero.

References
----------
Berger (1982), Multiparameter hypothesis testing and acceptance sampling.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimize.staffing.guards import Guard, figures
from optimize.staffing.measured import Block
from optimize.staffing.requirements import Condition, Requirement, requirements_of, tally
from optimize.staffing.variants import Variant
from sim.digest import run_digest
from sim.estimates import binomial_limits, ratio_limits, t_quantile
from sim.kpis import Kpis
from sim.kpis.promises import Kept
from sim.result import Result

LEVEL = 0.05


def level_of(attempt: int) -> float:
    """Level of the tests of an attempt (1, 2, ...).

    Examples
    --------
    >>> level_of(1), level_of(3)
    (0.025, 0.00625)
    """
    return float(LEVEL / 2**attempt)


@dataclass(frozen=True, slots=True)
class Row:
    """A promise, its floor in one area, or a guard, and how its test ended.

    Parameters
    ----------
    requirement : Requirement or Guard
    simulated : float
        Share of requests met, or of months that met their target; for a guard its figure.
    limit : float
        At the level of the attempt: from below, for a guard from above.
    target : float
        What the limit must reach: the share, the floor, or gamma; what a guard's must not
        exceed.
    seen : float
        Requests due, or months, or runs.
    """

    requirement: Condition
    simulated: float
    limit: float
    target: float
    seen: float

    @property
    def holds(self) -> bool:
        """Whether the limit reaches the target. Where nothing is due, nothing is broken."""
        if isinstance(self.requirement, Guard):
            return self.limit <= self.target
        return self.seen == 0 or self.limit >= self.target

    @property
    def short(self) -> float:
        """What is missing, as the search counts it; 0 where it holds."""
        if self.holds:
            return 0.0
        if isinstance(self.requirement, Guard):
            return (self.limit - self.target) / self.requirement.scale
        return max(self.target - self.limit, 0.0)


@dataclass(frozen=True, slots=True)
class Certificate:
    """What was tested, on what, and what came out.

    Parameters
    ----------
    rows : tuple of Row
    attempt : int
        Attempts made, this one included.
    level : float
    block : Block
    seed : int
    outcomes_sha256 : str
        Of the proof's runs: whoever repeats them finds the same.
    """

    rows: tuple[Row, ...]
    attempt: int
    level: float
    block: Block
    seed: int
    outcomes_sha256: str

    @property
    def holds(self) -> bool:
        """Whether every row holds."""
        return all(row.holds for row in self.rows)

    @property
    def statement(self) -> str:
        """What may be said, no more."""
        failed = [row.requirement.name for row in self.rows if not row.holds]
        if failed:
            return f"Not proved: {', '.join(failed)} could not be shown to hold."
        return (
            f"All {len(self.rows)} requirements hold in {self.block.count} independent runs that "
            f"no part of the plan has seen, each tested at {self.level:.3g} (attempt "
            f"{self.attempt}). This is conditional on the scenario's inputs: demand, service "
            "times, travel, staff."
        )


def judge(rows: Sequence[Requirement], kept: list[Kept], level: float) -> tuple[Row, ...]:
    """Test every row on the replications of a proof block."""
    found = tally(tuple(rows), kept)
    judged = []
    for column, row in enumerate(rows):
        if row.monthly:
            share = found.share[:, column]
            share = share[~np.isnan(share)]
            good = int((share >= row.target - 1e-12).sum())
            lower = binomial_limits(good, len(share), 1 - level)[0] if len(share) else np.nan
            simulated = good / len(share) if len(share) else np.nan
            judged.append(Row(row, simulated, lower, row.promise.gamma, float(len(share))))
            continue
        met, due = found.met[:, column], found.due[:, column]
        simulated, lower, _ = ratio_limits(met, due, 1 - level)
        judged.append(Row(row, simulated, lower, row.target, float(due.sum())))
    return tuple(judged)


def judge_guards(
    guards: Sequence[Guard], today: list[Kpis], plan: list[Kpis], level: float
) -> tuple[Row, ...]:
    """Test every guard on paired runs of today's network and the plan."""
    before, after = figures(guards, today), figures(guards, plan)
    judged = []
    for column, guard in enumerate(guards):
        allowed, found = guard.allowed(before[:, column]), after[:, column]
        beyond, runs = found - allowed, len(found)
        error = beyond.std(ddof=1) / np.sqrt(runs) if runs > 1 else np.nan
        upper = beyond.mean() + t_quantile(1 - level, runs - 1) * error
        target = float(allowed.mean())
        judged.append(Row(guard, float(found.mean()), target + float(upper), target, float(runs)))
    return tuple(judged)


def certify(
    results: Sequence[tuple[Variant, Result]],
    block: Block,
    attempt: int,
    guards: Sequence[Guard] = (),
    today: Result | None = None,
) -> Certificate:
    """The certificate of a proof's runs, one result for each variant, the plan's own first.

    Parameters
    ----------
    results : sequence of (Variant, Result)
    block : Block
    attempt : int
    guards : sequence of Guard
    today : Result, optional
        Of today's network on the same requests, for the guards.
    """
    level = level_of(attempt)
    rows: list[Row] = []
    for variant, result in results:
        asked = [replace(row, variant=variant.name) for row in requirements_of(result.network)]
        rows += judge(asked, [one.kept for one in result.kpis_by_replication], level)
    first = results[0][1]
    if today is not None:
        runs = (today.kpis_by_replication, first.kpis_by_replication)
        rows += judge_guards(guards, *runs, level)
    digest = run_digest([result.outcomes_sha256 for _, result in results])
    return Certificate(tuple(rows), attempt, level, block, first.seed, digest)
