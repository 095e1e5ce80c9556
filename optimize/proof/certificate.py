"""The certificate: every promise tested on a block of requests that was opened once.

Each row is tested on its own (intersection-union): the certificate errs only if a row
errs that does not hold, so the chance of a false certificate is at most the level of one
test. Attempt k tests at 0.05 / 2^k, so all attempts together err with at most 0.05.

References
----------
Berger (1982), Multiparameter hypothesis testing and acceptance sampling.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimize.staffing.requirements import Requirement, requirements_of, tally
from optimize.staffing.trials import Block
from optimize.staffing.variants import Variant
from sim.digest import run_digest
from sim.estimates import binomial_limits, ratio_limits
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
    """A promise, or its floor in one area, and how its test ended.

    Parameters
    ----------
    requirement : Requirement
    simulated : float
        Share of requests met, or of months that met their target.
    lower : float
        Limit from below at the level of the attempt.
    target : float
        What the limit must reach: the share, the floor, or gamma.
    seen : float
        Requests due, or months.
    """

    requirement: Requirement
    simulated: float
    lower: float
    target: float
    seen: float

    @property
    def holds(self) -> bool:
        """Whether the limit reaches the target. Where nothing is due, nothing is broken."""
        return self.seen == 0 or self.lower >= self.target


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


def certify(results: Sequence[tuple[Variant, Result]], block: Block, attempt: int) -> Certificate:
    """The certificate of a proof's runs, one result for each variant."""
    level = level_of(attempt)
    rows: list[Row] = []
    for variant, result in results:
        asked = [replace(row, variant=variant.name) for row in requirements_of(result.network)]
        rows += judge(asked, [one.kept for one in result.kpis_by_replication], level)
    first = results[0][1]
    digest = run_digest([result.outcomes_sha256 for _, result in results])
    return Certificate(tuple(rows), attempt, level, block, first.seed, digest)
