"""Equivalence within a margin: how often it is said wrongly, and what it is said of."""

from __future__ import annotations

import numpy as np
import pytest

from network.errors import ScenarioError
from sim.estimates import binomial_limits
from study.statistics.equivalence import Verdict, equivalence

SURE = 1 - 1e-4


@pytest.mark.parametrize("side", [-1, 1])
def test_at_the_margin_equivalence_is_claimed_as_seldom_as_promised(side: int) -> None:
    generator = np.random.default_rng(1)
    rows = side * 1.0 + generator.normal(size=(2000, 15))
    claimed = [equivalence(row, margin=1.0).verdict for row in rows]
    same = claimed.count(Verdict.EQUIVALENT)
    lower, upper = binomial_limits(same, 2000, SURE)
    assert lower <= 0.05 <= upper  # at the margin the test is exact, other side far away
    different = claimed.count(Verdict.DIFFERENT)
    assert binomial_limits(different, 2000, SURE)[0] <= 0.05


def test_a_difference_that_is_none_is_shown_to_be_small_by_enough_pairs() -> None:
    generator = np.random.default_rng(2)
    few, many = (
        sum(
            equivalence(generator.normal(size=n), margin=0.5).verdict is Verdict.EQUIVALENT
            for _ in range(300)
        )
        for n in (6, 100)
    )
    assert few < 100
    assert many > 290


def test_no_evidence_is_not_equality() -> None:
    wide = equivalence([-9.0, 8.0, 2.0, -3.0], margin=1.0)
    assert wide.verdict is Verdict.NOT_SHOWN
    assert wide.p_value > 0.05
    assert "not shown" in wide.words


def test_the_p_value_and_the_interval_agree() -> None:
    generator = np.random.default_rng(3)
    verdicts = set()
    for _ in range(200):
        found = equivalence(generator.normal(0.6, 1, size=12), margin=1.0)
        assert (found.verdict is Verdict.EQUIVALENT) == (found.p_value < 0.05)
        verdicts.add(found.verdict)
    assert verdicts >= {Verdict.EQUIVALENT, Verdict.NOT_SHOWN}


def test_constant_and_missing_differences() -> None:
    assert equivalence([0.5, 0.5, 0.5], margin=1.0).verdict is Verdict.EQUIVALENT
    assert equivalence([2.0, 2.0, np.nan, 2.0], margin=1.0).verdict is Verdict.DIFFERENT
    assert equivalence([0.0, np.nan], margin=1.0).verdict is Verdict.NOT_SHOWN


@pytest.mark.parametrize("margin", [0.0, -1.0, np.nan, np.inf])
def test_a_margin_is_a_positive_number(margin: float) -> None:
    with pytest.raises(ScenarioError, match="margin"):
        equivalence([1.0, 2.0], margin=margin)
