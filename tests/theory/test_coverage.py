"""Intervals hold the truth as often as they say.

R = 200 independent experiments on M/M/1 with load 0.5, each with ten replications that count
2400 minutes (205 relaxation times of 11.7 minutes) after a warm-up of ten. A 95 % interval is
accepted if it holds the exact value in 179 to 198 of them: a sound one fails this with
probability 0.0009, one that covers 90 % fails it with probability 0.35, one that covers 85 %
with 0.96.

Experiments that are much shorter fail for a good reason: with 10 relaxation times in a
replication, its mean is far from normal, and a 95 % t interval covers about 90 %.
"""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from scipy.stats import binom
from theory_checks import WARM_UP, relaxation

from network.load import load_scenario
from network.promise import Promise
from sim.api import Result, simulate

pytestmark = pytest.mark.long

EXPERIMENTS, REPLICATIONS = 200, 10
ACCEPTED = range(179, 199)
FIRST_SEED = 500_000
"""Each experiment has a seed of its own, far from those of all other tests."""

LOAD, SERVICE_RATE = 0.5, 1.0
MEAN_WAIT = LOAD / (SERVICE_RATE - LOAD)
WAIT_P90 = math.log(LOAD / 0.1) / (SERVICE_RATE - LOAD)
PROMISED_MIN = 2.0
SHARE_IN_TIME = 1 - LOAD * math.exp(-(SERVICE_RATE - LOAD) * PROMISED_MIN)
COUNTED_MIN = 2400.0


@pytest.fixture(scope="module")
def experiments() -> list[Result]:
    network = load_scenario("theory/mmc", changes={"classes.call.rate_per_h": 60 * LOAD})
    promise = Promise(promise_id="answered", tier="desk", within="2min", share=0.8)
    warm_up = WARM_UP * relaxation(LOAD, SERVICE_RATE, 1)
    return [
        simulate(
            replace(network, promises=(promise,)),
            replications=REPLICATIONS,
            seed=FIRST_SEED + number,
            warm_up=warm_up,
            horizon=warm_up + COUNTED_MIN,
        )
        for number in range(EXPERIMENTS)
    ]


def test_the_limits_of_acceptance() -> None:
    """179 to 198 of 200 is what alpha = 0.001 leaves a coverage of 95 %."""
    covered = binom(EXPERIMENTS, 0.95)
    false_alarm = 1 - covered.pmf(list(ACCEPTED)).sum()
    assert false_alarm == pytest.approx(0.0008851, abs=1e-6)
    assert 1 - binom(EXPERIMENTS, 0.85).pmf(list(ACCEPTED)).sum() > 0.95


@pytest.mark.parametrize(("kpi", "exact"), [("wait_mean", MEAN_WAIT), ("wait_p90", WAIT_P90)])
def test_coverage_of_95_percent_intervals(
    kpi: str, exact: float, experiments: list[Result]
) -> None:
    limits = [result.interval(kpi, confidence=0.95) for result in experiments]
    covered = sum(low <= exact <= high for _, low, high in limits)
    assert covered in ACCEPTED, f"{covered} of {EXPERIMENTS} intervals hold {exact:g}"


def test_coverage_of_a_promise_s_lower_limit(experiments: list[Result]) -> None:
    """The one-sided 95 % limit lies below the true share in 95 % of the experiments."""
    below = sum(result.promises[0].lower <= SHARE_IN_TIME for result in experiments)
    lowest, highest = binom.interval(0.999, EXPERIMENTS, 0.95)
    assert lowest <= below <= highest, f"{below} of {EXPERIMENTS} limits lie below the share"


def test_experiments_differ(experiments: list[Result]) -> None:
    assert len({result.outcomes_sha256 for result in experiments}) == EXPERIMENTS
