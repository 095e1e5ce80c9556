"""Draws have the law that is named."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from network.law import Law
from sim.sample.laws import LawTable, transform
from sim.sample.streams import Streams

Z = float(stats.norm.ppf(1 - 0.5e-4))
"""Half of an interval that holds the truth with probability 1 - 1e-4, in standard errors."""


LAWS = {
    "constant(5min)": None,
    "exponential(12min)": stats.expon(scale=12),
    "lognormal(25min, cv=0.8)": stats.lognorm(np.sqrt(np.log(1.64)), scale=25 / np.sqrt(1.64)),
    "gamma(25min, cv=0.5)": stats.gamma(4, scale=6.25),
    "gamma(25min, cv=2)": stats.gamma(0.25, scale=100),
    "weibull(3h, shape=1.5)": stats.weibull_min(1.5, scale=199.39),
    "uniform(5min, 10min)": stats.uniform(5, 5),
    "triangular(5min, 8min, 20min)": stats.triang(0.2, 5, 15),
    "triangular(5min, 5min, 20min)": stats.triang(0, 5, 15),
    "normal(-2min, sd=5min)": stats.norm(-2, 5),
}


@pytest.mark.parametrize("text", LAWS)
def test_draws_have_the_mean_and_variance_and_shape_of_their_law(text: str) -> None:
    law, size = Law.parse(text), 200_000
    values = transform(law, Streams(5, 0, text).first(size).draw("x", law.source))
    assert np.isfinite(values).all()
    error = Z * values.std() / np.sqrt(size)
    assert abs(values.mean() - law.mean) <= error
    squares = (values - law.mean) ** 2
    assert abs(squares.mean() - law.variance) <= Z * squares.std() / np.sqrt(size)
    if LAWS[text] is not None:
        assert stats.kstest(values, LAWS[text].cdf).pvalue > 1e-4
        assert error < 0.02 * max(abs(law.mean), 5), "narrow enough to notice"


def test_never_and_degenerate_laws() -> None:
    half = np.full(3, 0.5)
    assert np.isinf(transform(Law.parse("never"), half)).all()
    assert transform(Law.parse("uniform(4min, 4min)"), half).tolist() == [4.0] * 3
    assert transform(Law.parse("triangular(4min, 4min, 4min)"), half).tolist() == [4.0] * 3


def test_a_table_draws_each_row_by_the_law_of_its_stage() -> None:
    laws = [Law.parse(text) for text in [*LAWS, "never"]]
    stage = np.random.default_rng(1).integers(0, len(laws), 5000)
    draws = Streams(5, 0, "a").first(len(stage))
    values = LawTable(laws).draw("x", draws, stage)
    for number, law in enumerate(laws):
        own = np.flatnonzero(stage == number)
        alone = transform(law, draws.of(own).draw("x", law.source))
        np.testing.assert_allclose(values[own], alone, rtol=1e-12, err_msg=str(law))
    one = LawTable([laws[1]]).draw("x", draws, np.zeros(5000, dtype=np.int64))
    np.testing.assert_allclose(one, transform(laws[1], draws.draw("x", laws[1].source)), rtol=1e-12)
