"""Staff a placed network until its promises are proved, or say how far it came."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from network.model import Network
from optimize.proof.blocks import Blocks
from optimize.proof.certificate import Certificate, certify, level_of
from optimize.staffing.guards import Guard
from optimize.staffing.idle import without_idle_sites
from optimize.staffing.looks import Point
from optimize.staffing.measured import Block
from optimize.staffing.memory import Memory
from optimize.staffing.requirements import Ambition, Condition, slack
from optimize.staffing.search import Search, SearchOptions
from optimize.staffing.trials import Trials, with_counts
from optimize.staffing.variants import AS_PLANNED, Variant
from sim.api import simulate
from sim.kpis import Window
from sim.result import Result

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Say = Callable[[str], None]

_SCREENS = 6
POWER = 0.95
"""Chance that a row is proved if it is as good as it looks; several bind at once, and the proof
needs them all, so it is more than the 0.9 that the whole should have."""


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
    today : Network or None
        Guards against its figures; None: only what is promised counts.
    worse : float
        Part by which guarded figures may exceed today's.
    seconds : float
        When the time is over, the best plan so far is screened, and no proof is opened.
    """

    window: Window
    blocks: Blocks = field(default_factory=Blocks)
    attempts: int = 3
    search: SearchOptions = field(default_factory=SearchOptions)
    seed: int = 1
    workers: int | None = None
    variants: tuple[Variant, ...] = AS_PLANNED
    memory: Path | None = None
    today: Network | None = None
    worse: float = 0.1
    seconds: float = math.inf

    def ambition(self, attempt: int) -> Ambition:
        """What a plan must show before the proof of an attempt is opened."""
        return Ambition(self.blocks.proof, level_of(attempt), POWER)


@dataclass(frozen=True, slots=True)
class Staffed:
    """A staffing that passed the screen, or the best that did not.

    Parameters
    ----------
    network : Network
        With the counts found.
    counts : int array (pools,)
    rows : tuple of Requirement or Guard
    fit_slack, screen_slack : float array (rows,)
        Above what each row must show for its proof to be likely.
    cost : float
        Per month, on the screen block.
    plays : int
        Replications simulated so far.
    given_up : bool
        The search ended early, with no hope of less than the cost to beat.
    """

    network: Network
    counts: Ints
    rows: tuple[Condition, ...]
    fit_slack: Floats
    screen_slack: Floats
    cost: float
    plays: int
    given_up: bool = False

    @property
    def holds(self) -> bool:
        """Whether its proof may be opened."""
        return not self.lacking

    @property
    def lacking(self) -> tuple[Condition, ...]:
        """Rows that show too little for their proof to be likely."""
        return self._rows(~(np.minimum(self.screen_slack, self.fit_slack) >= 0))

    @property
    def out_of_reach(self) -> tuple[Condition, ...]:
        """Those of them that the search set aside, as no staff would keep them."""
        return self._rows(np.isposinf(self.fit_slack) & (self.screen_slack < 0))

    def _rows(self, some: NDArray[np.bool_]) -> tuple[Condition, ...]:
        return tuple(row for row, wanted in zip(self.rows, some, strict=True) if wanted)

    @property
    def guards(self) -> tuple[Guard, ...]:
        """Those of the rows that guard against today's figures."""
        return tuple(row for row in self.rows if isinstance(row, Guard))


@dataclass(frozen=True, slots=True)
class Proved:
    """What came of the attempts.

    Parameters
    ----------
    staffed : Staffed
    certificates : tuple of Certificate
        One for each proof block that was opened.
    result, today : Result or None
        Runs of the plan and of today's network on the block of the last proof; None: no
        proof was opened for this staffing.
    """

    staffed: Staffed
    certificates: tuple[Certificate, ...] = ()
    result: Result | None = None
    today: Result | None = None

    @property
    def certificate(self) -> Certificate | None:
        """The one that tells of this staffing; earlier ones tell of plans given up."""
        return self.certificates[-1] if self.result is not None else None

    @property
    def holds(self) -> bool:
        """Whether the plan is proved."""
        return self.certificate is not None and self.certificate.holds


def staff(
    network: Network,
    options: ProofOptions,
    *,
    attempt: int = 1,
    extra: Floats | None = None,
    near: bool = False,
    beat: float = math.inf,
    say: Say = lambda _: None,
) -> Staffed:
    """Find the cheapest staffing that the screen block lets pass.

    What fails on the screen is asked to show as much more on the fit block, and is mended
    there: selection by the fit block is too hopeful. Each time half the runs of the time before
    are allowed, so that mending takes no longer than the search did.

    Parameters
    ----------
    network : Network
        Placed; its counts are where the search starts.
    options : ProofOptions
    attempt : int
        Of the proof that is to follow; later ones are harder.
    extra : float array (rows,), optional
        What each row must show beyond.
    near : bool
        The start is thought to be near the cheapest.
    beat : float
        Cost a month; a search without hope of less is given up.
    """
    until = time.monotonic() + options.seconds
    trials = _trials(network, options, Memory(options.memory))
    blocks, ambition = options.blocks, options.ambition(attempt)
    with trials.open():
        trials.draw(blocks.fitting)
        search = Search(
            trials,
            blocks.fitting,
            ambition,
            options=options.search,
            extra=extra,
            until=until,
            beat=beat,
            say=say,
        )
        start = np.array([pool.count for pool in network.pools], dtype=np.int64)
        point = search.mend(start) if near else search.run(start)
        for number in range(1, _SCREENS + 1):
            (seen,) = trials.measure([point.counts], blocks.screening)
            above = slack(trials.rows, seen.tally, ambition)
            found = _staffed(
                trials, point, above, float(seen.cost.mean()), given_up=search.given_up
            )
            short = np.where(np.isneginf(search.extra), 0.0, np.minimum(above, 0.0))
            done = not short.any() or not point.holds or search.given_up
            if done or time.monotonic() > until:
                break
            say(f"screen short by {-short.sum():.4f}")
            beyond = np.maximum(point.slack, 0.0) - 1.25 * short
            search.ask_more(np.where(short < 0, beyond, 0.0))
            point = search.mend(point.counts, options.search.plays // 2**number)
    shut = without_idle_sites(found.network, options.today or network)
    return found if shut == found.network else _shut(shut, found, options, ambition)


def _trials(network: Network, options: ProofOptions, memory: Memory | None = None) -> Trials:
    return Trials(
        network,
        options.seed,
        options.window,
        options.workers,
        options.variants,
        memory,
        options.today,
        options.worse,
    )


def _shut(network: Network, found: Staffed, options: ProofOptions, ambition: Ambition) -> Staffed:
    """A staffing judged anew without the sites that it leaves empty."""
    trials = _trials(network, options)
    blocks, counts = options.blocks, found.counts
    with trials.open():
        (fit,) = trials.measure([counts], blocks.fitting)
        (screen,) = trials.measure([counts], blocks.screening)
    return Staffed(
        network,
        counts,
        trials.rows,
        slack(trials.rows, fit.tally, ambition),
        slack(trials.rows, screen.tally, ambition),
        float(screen.cost.mean()),
        found.plays + trials.plays,
        found.given_up,
    )


def _staffed(
    trials: Trials, point: Point, screen: Floats, cost: float, *, given_up: bool
) -> Staffed:
    return Staffed(
        with_counts(trials.network, point.counts),
        point.counts,
        trials.rows,
        point.slack,
        screen,
        cost,
        trials.plays,
        given_up,
    )


def prove(
    network: Network,
    options: ProofOptions,
    say: Say = lambda _: None,
    *,
    staffed: Staffed | None = None,
    near: bool = False,
) -> Proved:
    """Staff a placed network and prove it; a failed proof burns its block.

    The proof block is opened only for a plan that passed the screen, and nothing of the
    plan changes afterwards. After a failure the search goes on with what failed asked to
    show more, and the next attempt opens a new block at half the level.

    Parameters
    ----------
    network : Network
    options : ProofOptions
    staffed : Staffed, optional
        What the first attempt is to prove, from `staff`.
    near : bool
        Otherwise: the network's counts are thought to be near the cheapest.
    """
    certificates: tuple[Certificate, ...] = ()
    extra: Floats | None = None
    until = time.monotonic() + options.seconds
    for attempt in range(1, options.attempts + 1):
        left = replace(options, seconds=until - time.monotonic())
        if staffed is None:
            near = near or attempt > 1
            staffed = staff(network, left, attempt=attempt, extra=extra, near=near, say=say)
        if not staffed.holds or time.monotonic() > until:
            return Proved(staffed, certificates)
        say(f"attempt {attempt} of a proof, on {options.blocks.proof} runs that nobody has seen")
        certificate, result, today = _attempt(staffed, options, attempt)
        certificates = (*certificates, certificate)
        proved = Proved(staffed, certificates, result, today)
        if certificate.holds:
            break
        short = np.array([row.short for row in certificate.rows])
        extra = (0.0 if extra is None else extra) + np.where(short > 0, short + 0.002, 0.0)
        network, staffed = staffed.network, None
    return proved


def _attempt(
    staffed: Staffed, options: ProofOptions, attempt: int
) -> tuple[Certificate, Result, Result | None]:
    """Open a proof block; nothing of the plan changes from here."""
    block = options.blocks.attempt(attempt)
    results = [
        (variant, run_block(variant.of(staffed.network), options, block))
        for variant in options.variants
    ]
    today = None if options.today is None else run_block(options.today, options, block)
    certificate = certify(results, block, attempt, staffed.guards, today)
    return certificate, results[0][1], today


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
