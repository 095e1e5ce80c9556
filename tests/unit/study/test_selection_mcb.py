"""Comparisons with the best: all intervals hold at once as often as promised."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from network.errors import ScenarioError
from sim.estimates import binomial_limits
from study.selection import compare_with_best

Floats = NDArray[np.float64]
SURE = 1 - 1e-4


def above_best(means: Floats) -> Floats:
    return np.array([means[i] - np.delete(means, i).min() for i in range(len(means))])


def covered(experiments: int, means: Floats, draws: int) -> int:
    """Experiments in which every interval covers, with skewed, unequal, shared noise."""
    generator = np.random.default_rng(5)
    hits = 0
    for _ in range(experiments):
        shared = generator.normal(size=60)
        own = generator.gamma(4.0, size=(len(means), 60)) / 2 - 2
        costs = means[:, None] + own * np.linspace(0.5, 2, len(means))[:, None] + 3 * shared
        found = compare_with_best(
            {str(i): row for i, row in enumerate(costs)}, confidence=0.8, draws=draws
        )
        truth = above_best(means)
        hits += bool(((found.lower <= truth) & (truth <= found.upper)).all())
    return hits


@pytest.mark.parametrize("means", [[0.0, 0.0, 0.0, 0.0], [0.0, 0.5, 1.0, 3.0]])
def test_all_intervals_hold_together(means: list[float]) -> None:
    hits = covered(150, np.array(means), draws=400)
    assert binomial_limits(hits, 150, SURE)[1] >= 0.8


@pytest.mark.long
@pytest.mark.parametrize("means", [[0.0, 0.0, 0.0, 0.0], [0.0, 0.5, 1.0, 3.0]])
def test_all_intervals_hold_together_in_many_experiments(means: list[float]) -> None:
    hits = covered(2000, np.array(means), draws=1000)
    # skewed costs of 60 replications: a bootstrap is not exact, 2 points are allowed for it
    assert binomial_limits(hits, 2000, SURE)[1] >= 0.78


def test_pairing_narrows_the_intervals() -> None:
    generator = np.random.default_rng(2)
    shared = 5 * generator.normal(size=80)
    own = generator.normal(size=(3, 80))
    paired = {str(i): shared + own[i] + i for i in range(3)}
    apart = {str(i): generator.permutation(row) for i, row in enumerate(paired.values())}
    widths = [
        (found.upper - found.above)[2]
        for found in (compare_with_best(paired), compare_with_best(apart))
    ]
    assert widths[0] < widths[1] / 2


def test_who_is_clearly_the_best_is_the_only_one_that_may_be() -> None:
    noise = np.random.default_rng(3).normal(size=(3, 40))
    found = compare_with_best({name: noise[i] + 9 * i for i, name in enumerate("abc")})
    assert found.may_be_best == ("a",)
    assert found.upper[0] == 0
    assert (found.lower[1:] == 0).all()
    assert (found.upper[1:] > found.above[1:]).all()


def test_equals_may_both_be_the_best_and_limit_the_others() -> None:
    noise = np.random.default_rng(4).normal(size=(2, 30))
    found = compare_with_best({"a": noise[0], "same": noise[0], "worse": noise[1] + 5})
    assert found.may_be_best == ("a", "same")
    assert (found.lower[:2] == 0).all()
    assert (found.upper[:2] == 0).all()
    assert found.lower[2] == 0
    assert found.upper[2] > found.above[2] > 0


def test_unpaired_or_too_few_replications_are_refused() -> None:
    with pytest.raises(ScenarioError, match="a: 9, b: 8"):
        compare_with_best({"a": np.zeros(9), "b": np.zeros(8)})
    with pytest.raises(ScenarioError, match="5 replications or more"):
        compare_with_best({"a": np.zeros(3), "b": np.zeros(3)})
