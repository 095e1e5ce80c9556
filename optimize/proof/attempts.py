"""Staff a placed network until its promises are proved, or say how far it came."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from network.model import Network
from optimize.proof.blocks import Blocks
from optimize.proof.certificate import Certificate, certify, level_of
from optimize.staffing.requirements import Ambition, Requirement, slack
from optimize.staffing.search import Point, Search, SearchOptions
from optimize.staffing.trials import Block, Trials, with_counts
from optimize.staffing.variants import AS_PLANNED, Variant
from sim.api import simulate
from sim.kpis import Window
from sim.result import Result

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Say = Callable[[str], None]

_SCREENS = 6


@dataclass(frozen=True, slots=True)
class ProofOptions:
    """How a plan is searched and proved.

    Parameters
    ----------
    blocks : Blocks
    attempts : int
        Most proof blocks that may be burned.
    search : SearchOptions
    seed : int
    window : Window
    workers : int or None
    variants : tuple of Variant
        Circumstances under which every promise must hold; the first is the plan's own.
    memory : pathlib.Path or None
        Folder of what was measured, so that an interrupted search goes on where it was.
    """

    window: Window
    blocks: Blocks = field(default_factory=Blocks)
    attempts: int = 3
    search: SearchOptions = field(default_factory=SearchOptions)
    seed: int = 1
    workers: int | None = None
    variants: tuple[Variant, ...] = AS_PLANNED
    memory: Path | None = None

    def ambition(self, attempt: int) -> Ambition:
        """What a plan must show before the proof of an attempt is opened."""
        return Ambition(self.blocks.proof, level_of(attempt))


@dataclass(frozen=True, slots=True)
class Staffed:
    """A staffing that passed the screen, or the best that did not.

    Parameters
    ----------
    network : Network
        With the counts found.
    counts : int array (pools,)
    rows : tuple of Requirement
    fit_slack, screen_slack : float array (rows,)
        Above what each row must show for its proof to be likely.
    cost : float
        Per month, on the screen block.
    plays : int
        Replications simulated so far.
    """

    network: Network
    counts: Ints
    rows: tuple[Requirement, ...]
    fit_slack: Floats
    screen_slack: Floats
    cost: float
    plays: int

    @property
    def holds(self) -> bool:
        """Whether its proof may be opened."""
        return bool((self.screen_slack >= 0).all() and (self.fit_slack >= 0).all())


@dataclass(frozen=True, slots=True)
class Proved:
    """What came of the attempts.

    Parameters
    ----------
    staffed : Staffed
    certificates : tuple of Certificate
        One for each proof block that was opened; the last one counts.
    result : Result or None
        Runs of the last proof.
    """

    staffed: Staffed
    certificates: tuple[Certificate, ...] = ()
    result: Result | None = None

    @property
    def holds(self) -> bool:
        """Whether the plan is proved."""
        return bool(self.certificates) and self.certificates[-1].holds


def staff(
    network: Network,
    options: ProofOptions,
    *,
    attempt: int = 1,
    extra: Floats | None = None,
    say: Say = lambda _: None,
) -> Staffed:
    """Find the cheapest staffing that the screen block lets pass.

    What fails on the screen is asked to show as much more on the fit block, and the search
    goes on from there: selection by the fit block is too hopeful.

    Parameters
    ----------
    network : Network
        Placed; its counts are where the search starts.
    options : ProofOptions
    attempt : int
        Of the proof that is to follow; later ones are harder.
    extra : float array (rows,), optional
        What each row must show beyond.
    """
    trials = Trials(network, options.seed, options.window, options.workers, options.variants)
    blocks, ambition = options.blocks, options.ambition(attempt)
    with trials.open():
        trials.draw(blocks.fitting)
        search = Search(
            trials, blocks.fitting, ambition, options=options.search, extra=extra, say=say
        )
        point = search.run(np.array([pool.count for pool in network.pools], dtype=np.int64))
        for _ in range(_SCREENS):
            (seen,) = trials.measure([point.counts], blocks.screening)
            above = slack(trials.rows, seen.tally, ambition)
            found = _staffed(trials, point, above, float(seen.cost.mean()))
            short = np.minimum(above, 0.0)
            if not short.any() or not point.holds:
                break
            say(f"screen short by {-short.sum():.4f}")
            search.extra = search.extra - 1.25 * np.where(np.isfinite(short), short, -0.02)
            point = search.run(point.counts)
    return found


def _staffed(trials: Trials, point: Point, screen: Floats, cost: float) -> Staffed:
    network = with_counts(trials.network, point.counts)
    return Staffed(network, point.counts, trials.rows, point.slack, screen, cost, trials.plays)


def prove(network: Network, options: ProofOptions, say: Say = lambda _: None) -> Proved:
    """Staff a placed network and prove it; a failed proof burns its block.

    The proof block is opened only for a plan that passed the screen, and nothing of the
    plan changes afterwards. After a failure the search goes on with what failed asked to
    show more, and the next attempt opens a new block at half the level.
    """
    certificates: tuple[Certificate, ...] = ()
    extra: Floats | None = None
    start = network
    for attempt in range(1, options.attempts + 1):
        staffed = staff(start, options, attempt=attempt, extra=extra, say=say)
        if not staffed.holds:
            return Proved(staffed, certificates)
        block = options.blocks.attempt(attempt)
        results = [
            (variant, run_block(variant.of(staffed.network), options, block))
            for variant in options.variants
        ]
        result = results[0][1]
        certificate = certify(results, block, attempt)
        certificates = (*certificates, certificate)
        if certificate.holds:
            return Proved(staffed, certificates, result)
        failed = np.array([not row.holds for row in certificate.rows])
        short = np.array([max(row.target - row.lower, 0.0) for row in certificate.rows])
        extra = (0.0 if extra is None else extra) + np.where(failed, short + 0.002, 0.0)
        start = staffed.network
    return Proved(staffed, certificates, result)


def run_block(network: Network, options: ProofOptions, block: Block) -> Result:
    """Simulate a block with all key figures and checks."""
    window = options.window
    return simulate(
        network,
        replications=block.count,
        first=block.first,
        seed=options.seed,
        horizon=window.end,
        warm_up=window.start,
        drain=window.horizon - window.end,
        workers=options.workers,
        allow_overload=True,
    )
