"""The certificate errs at its stated rate on simulated queues whose truth is known.

M/M/c: P(wait <= T) is exact, so a promise can be set at the very truth, where it just fails to
be safe, and every certificate that holds there is one too many. What is asked of the whole
procedure: up to three attempts, each on a block that nothing has seen, certify such a plan with
chance 0.05 at most.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from scipy.stats import binom

from network.load import load_scenario
from network.model import Network
from network.promise import Promise
from network.queueing.erlang import wait_cdf
from optimize.proof.certificate import certify
from optimize.staffing.measured import Block
from optimize.staffing.variants import Variant
from sim.api import simulate
from sim.result import Result

ATTEMPTS = 3
CHANCE = 1e-4
"""That a test fails though everything is as stated."""


@dataclass(frozen=True, slots=True)
class Queue:
    """M/M/c in minutes: calls at ``lam`` a minute, jobs of a minute, answers within a time."""

    lam: float
    agents: int
    within_min: float

    @property
    def truth(self) -> float:
        """Share of the calls answered in time, exactly."""
        return wait_cdf(self.lam, 1.0, self.agents, self.within_min)

    def network(self, share: float) -> Network:
        """The scenario with a promise of a share."""
        network = load_scenario("theory/mmc")
        promise = Promise(promise_id="in_time", tier="desk", within=self.within_min, share=share)
        (call,), (team,) = network.classes, network.pools
        return replace(
            network,
            classes=(call.model_copy(update={"rate_per_h": 60 * self.lam}),),
            pools=(team.model_copy(update={"count": self.agents}),),
            promises=(promise,),
        )


SHARES = [Queue(1.4, 2, 1.0), Queue(7.0, 9, 0.5), Queue(3.0, 8, 0.1)]
"""True shares of about 0.68, 0.85 and 0.98."""


def runs_of(queue: Queue, share: float, count: int, first: int) -> Result:
    """Independent runs of an hour's count after a warm-up of more than ten relaxation times."""
    return simulate(
        queue.network(share), replications=count, first=first, seed=5, warm_up="60min",
        horizon="180min",
    )  # fmt: skip


def part(result: Result, first: int, count: int) -> Result:
    """Some of the runs of a result."""
    rows = slice(first, first + count)
    return replace(
        result,
        kpis_by_replication=result.kpis_by_replication[rows],
        digests=result.digests[rows],
        first=result.first + first,
    )


def share_met(result: Result) -> float:
    """Share of the calls answered in time, over all runs."""
    kept = [one.kept for one in result.kpis_by_replication]
    return float(sum(k.met[0] for k in kept) / sum(k.due[0] for k in kept))


def certified(result: Result, repeats: int, runs: int) -> int:
    """How many of so many plans are certified within their attempts, each on fresh blocks."""
    found = 0
    for repeat in range(repeats):
        for attempt in range(1, ATTEMPTS + 1):
            first = (repeat * ATTEMPTS + attempt - 1) * runs
            block = Block(f"proof {attempt}", result.first + first, runs)
            if certify([(Variant(), part(result, first, runs))], block, attempt).holds:
                found += 1
                break
    return found


QUICK, LONG = (30, 10), (400, 30)
"""Repeats, and runs in a block."""


@pytest.mark.parametrize(
    ("queue", "effort"),
    [
        (SHARES[1], QUICK),
        *(pytest.param(queue, LONG, marks=pytest.mark.long) for queue in SHARES),
    ],
)
def test_a_promise_at_the_very_truth_is_certified_in_a_twentieth_at_most(
    queue: Queue, effort: tuple[int, int]
) -> None:
    repeats, runs = effort
    result = runs_of(queue, queue.truth, repeats * ATTEMPTS * runs, 0)
    wrong = certified(result, repeats, runs)
    assert wrong <= binom.ppf(1 - CHANCE, repeats, 0.05)
    # a procedure without limits would be wrong in half of the first attempts alone
    blocks = (part(result, repeat * ATTEMPTS * runs, runs) for repeat in range(repeats))
    hopeful = sum(share_met(block) >= queue.truth for block in blocks)
    low, high = (binom.ppf(q, repeats, 0.5) for q in (CHANCE, 1 - CHANCE))
    assert low <= hopeful <= high


def test_a_promise_well_below_the_truth_is_certified() -> None:
    """The same queue and block size: well below the truth nearly every plan is certified."""
    queue = SHARES[1]
    repeats, runs = 12, 12
    result = runs_of(queue, queue.truth - 0.06, repeats * ATTEMPTS * runs, 1_000_000)
    assert certified(result, repeats, runs) >= binom.ppf(CHANCE, repeats, 0.9)
