"""Corrected p-values and intervals: the family errs no more often than allowed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from network.errors import ScenarioError
from sim.estimates import binomial_limits, t_intervals
from study.statistics.multiple import bonferroni, holm, simultaneous_t_intervals, t_p_values

SURE = 1 - 1e-4
P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=12)


@given(P_VALUES)
def test_holm_lies_between_what_is_given_and_bonferroni_s(p_values: list[float]) -> None:
    given_, adjusted = np.array(p_values), holm(p_values)
    assert (adjusted >= given_).all()
    assert (adjusted <= bonferroni(p_values)).all()
    order = np.argsort(given_, kind="stable")
    assert (np.diff(adjusted[order]) >= 0).all()


@given(P_VALUES, st.randoms(use_true_random=False))
def test_the_order_of_a_family_does_not_matter(p_values: list[float], chance: object) -> None:
    order = np.random.default_rng(len(p_values)).permutation(len(p_values))
    assert np.array_equal(holm(np.array(p_values)[order]), holm(p_values)[order])


def test_holm_s_own_steps() -> None:
    assert holm([0.01, 0.02, 0.03, 0.005]) == pytest.approx([0.03, 0.04, 0.04, 0.02])


def test_what_was_not_tested_does_not_count() -> None:
    adjusted = holm([0.01, np.nan, 0.04])
    assert adjusted[[0, 2]] == pytest.approx([0.02, 0.04])
    assert np.isnan(adjusted[1])


def test_a_p_value_is_a_share() -> None:
    with pytest.raises(ScenarioError, match="from 0 to 1"):
        holm([0.5, 1.5])


def test_p_values_and_intervals_agree() -> None:
    rows = np.random.default_rng(1).normal(0.4, 1, size=(20, 200))
    found = t_intervals(rows)
    excluded = (found.lower > 0) | (found.upper < 0)
    assert np.array_equal(t_p_values(rows) < 0.05, excluded)
    assert excluded.any()
    assert not excluded.all()


def test_families_err_as_seldom_as_promised() -> None:
    generator = np.random.default_rng(2)
    alone = together = shown = 0
    for _ in range(1000):
        rows = generator.normal(size=(12, 8)) + generator.normal(size=(12, 1))
        for count, found in (
            ("alone", t_intervals(rows, 0.9)),
            ("together", simultaneous_t_intervals(rows, 0.9)),
        ):
            missed = bool(((found.lower > 0) | (found.upper < 0)).any())
            alone += missed * (count == "alone")
            together += missed * (count == "together")
        shown += bool((holm(t_p_values(rows)) < 0.1).any())
    assert binomial_limits(together, 1000, SURE)[0] <= 0.1
    assert binomial_limits(shown, 1000, SURE)[0] <= 0.1
    assert binomial_limits(alone, 1000, SURE)[0] > 0.1  # what the correction is for
