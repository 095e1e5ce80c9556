"""The certificate: exact tests, levels of attempts, disjoint blocks, and its rate of error."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from network.load import load_scenario
from network.promise import Form, Promise
from optimize.proof.blocks import Blocks
from optimize.proof.certificate import judge, level_of
from optimize.staffing.requirements import (
    Ambition,
    Requirement,
    months_needed,
    requirements_of,
    slack,
    tally,
)
from sim.kpis.promises import Kept

AVERAGE = Requirement(Promise(promise_id="p", tier="t", within=5.0, share=0.9), 0)
MONTHLY = Requirement(
    Promise(promise_id="m", tier="t", within=5.0, share=0.9, form=Form.EVERY_MONTH, gamma=0.9), 0
)


def kept(met: np.ndarray, due: np.ndarray) -> list[Kept]:
    """Replications of a single promise, each a month long."""
    return [
        Kept(
            met=np.array([m]),
            due=np.array([d]),
            area_met=np.zeros((1, 1)),
            area_due=np.zeros((1, 1)),
            month_met=np.array([[m]]),
            month_due=np.array([[d]]),
            missed_by_segment=np.zeros(1),
        )
        for m, d in zip(met.astype(float), due.astype(float), strict=True)
    ]


def test_all_attempts_together_err_with_at_most_five_percent() -> None:
    assert sum(level_of(attempt) for attempt in range(1, 50)) <= 0.05


def test_blocks_share_no_replication() -> None:
    blocks = Blocks(fit=20, screen=50, proof=200)
    numbers = [
        *blocks.fitting.numbers,
        *blocks.screening.numbers,
        *(n for attempt in (1, 2, 3) for n in blocks.attempt(attempt).numbers),
    ]
    assert len(numbers) == len({*numbers}) == 20 + 50 + 600


@pytest.mark.parametrize(("months", "failed"), [(29, 0), (46, 1), (61, 2), (103, 5)])
def test_months_that_prove_nine_in_ten(months: int, failed: int) -> None:
    """Exact binomial test of gamma 0.9 at 95 %."""
    assert months_needed(months, 0.9, 0.05) == months - failed
    assert months_needed(months - 1, 0.9, 0.05) != months - 1 - failed
    share = np.r_[np.zeros(failed), np.ones(months - failed)]
    (row,) = judge([MONTHLY], kept(100 * share, np.full(months, 100)), 0.05)
    assert row.holds
    (row,) = judge([MONTHLY], kept(100 * share[:-1], np.full(months - 1, 100)), 0.05)
    assert not row.holds


def test_no_miss_is_no_certainty() -> None:
    due = np.full(30, 10.0)
    (row,) = judge([AVERAGE], kept(due, due), 0.05)
    assert row.simulated == 1.0
    assert row.limit == pytest.approx(1 - 3 / 300)


def test_where_nothing_is_due_nothing_is_broken() -> None:
    (row,) = judge([AVERAGE], kept(np.zeros(5), np.zeros(5)), 0.05)
    assert row.holds


@pytest.mark.parametrize("runs", [50, 200])
def test_certificate_errs_at_its_rate_where_a_promise_just_fails(runs: int) -> None:
    """At the very target a test of level a certifies with chance a: binomial 1 - 1e-4 interval.

    Months differ more than chance alone would make them (beta-binomial), as queues do.
    """
    rng = np.random.default_rng(7)
    trials, level = 2000, 0.05
    false = 0
    for _ in range(trials):
        due = rng.poisson(300, runs).astype(float)
        good = rng.binomial(due.astype(int), rng.beta(45, 5, runs)).astype(float)
        (row,) = judge([AVERAGE], kept(good, due), level)
        false += row.holds
    # the jackknife errs 4-7 % at a nominal 5 % (shares near 1 are skewed)
    assert false <= binom.ppf(1 - 1e-4, trials, 0.07)
    assert false >= binom.ppf(1e-4, trials, 0.03)


def test_a_plan_with_slack_passes_its_proof_as_often_as_promised() -> None:
    """What the ambition asks for on many runs gives the power it states."""
    rng = np.random.default_rng(3)
    ambition = Ambition(replications=100, level=0.05, power=0.9)

    def month(runs: int, share: float) -> list[Kept]:
        due = rng.poisson(300, runs).astype(float)
        spread = 50.0
        rate = rng.beta(share * spread, (1 - share) * spread, runs)
        return kept(rng.binomial(due.astype(int), rate).astype(float), due)

    spread_of_a_month = np.sqrt(0.91 * 0.09 * (1 / 51 + 1 / 300))
    share = 0.9 + ambition.spread * spread_of_a_month / 10
    above = slack((AVERAGE,), tally((AVERAGE,), month(20_000, share)), ambition)
    assert abs(above[0]) < 0.002
    passed = sum(judge([AVERAGE], month(100, share), 0.05)[0].holds for _ in range(1000))
    assert 0.85 <= passed / 1000 <= 0.95


def test_a_floor_is_a_row_for_every_area() -> None:
    network = load_scenario("regionB")
    rows = requirements_of(network)
    floors = [row for row in rows if row.promise.promise_id == "point_90min" and row.area]
    assert {row.area for row in floors} == {"A Coruna", "Lugo", "Ourense", "Pontevedra"}
    assert {row.target for row in floors} == {0.55}
