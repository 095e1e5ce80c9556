"""Draws follow their laws, each from its own stream; ranges hold what they promise."""

from __future__ import annotations

import numpy as np
import pytest

from study.design.uncertain import Uncertain, draw, parse_uncertain, prediction_range


@pytest.mark.parametrize(
    ("text", "mean", "sd"),
    [
        ("uniform(0.8, 1.4)", 1.1, 0.6 / np.sqrt(12)),
        ("triangular(0, 1, 5)", 2.0, np.sqrt(21 / 18)),
        ("normal(3, sd=0.5)", 3.0, 0.5),
        ("lognormal(2, cv=0.3)", 2.0, 0.6),
        ("gamma(2, cv=0.5)", 2.0, 1.0),
    ],
)
def test_draws_have_the_mean_and_spread_of_their_law(text: str, mean: float, sd: float) -> None:
    law = parse_uncertain("x", text)
    drawn = np.array([float(draw([law], 7, r)["x"]) for r in range(2000)])
    assert drawn.mean() == pytest.approx(mean, abs=5 * sd / np.sqrt(2000))
    assert drawn.std() == pytest.approx(sd, rel=0.12)


def test_counts_are_whole() -> None:
    law = parse_uncertain("pools.desk.count", "uniform(1.6, 4.4)", integer=True)
    assert {draw([law], 1, r)["pools.desk.count"] for r in range(100)} == {2, 3, 4}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("normal(1)", "expected a law such as"),
        ("normel(1, sd=0.1)", "expected a law such as"),
        ("normal(1, sd=-0.1)", "sd > 0"),
        ("uniform(2, 1)", "rising"),
        ("uniform(a, b)", "expected numbers"),
        ("gamma(-1, cv=0.2)", "mean > 0"),
        ("normal(nan, sd=1)", "sd > 0"),
    ],
)
def test_laws_that_are_none_are_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse_uncertain("x", text)


def test_a_range_of_39_holds_a_further_value_19_times_of_20() -> None:
    stream = np.random.default_rng(3)
    inside = []
    for _ in range(4000):
        values = stream.lognormal(size=40)
        low, high = prediction_range(values[:39])
        inside.append(low <= values[39] <= high)
    assert np.mean(inside) == pytest.approx(0.95, abs=4 * np.sqrt(0.95 * 0.05 / 4000))


def test_fewer_than_39_have_no_range() -> None:
    assert np.isnan(prediction_range(np.arange(38.0))).all()


def test_the_law_is_shown_as_it_reads() -> None:
    assert str(Uncertain("x", "normal", (1.0, 0.1))) == "normal(mean 1, sd 0.1)"
