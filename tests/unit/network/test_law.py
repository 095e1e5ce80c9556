"""Laws: what their text means, and that mean and variance are those of the law named."""

from __future__ import annotations

import math

import pytest
from scipy import stats

from network.law import NEVER, Law, Source

LAWS = {
    "constant(5min)": (5.0, 0.0),
    "exponential(12min)": (12.0, 144.0),
    "lognormal(25min, cv=0.8)": (25.0, 400.0),
    "gamma(25min, cv=0.5)": (25.0, 156.25),
    "uniform(5min, 10min)": (7.5, 25 / 12),
    "triangular(5min, 8min, 20min)": (11.0, stats.triang(0.2, 5, 15).var()),
    "weibull(3h, shape=1.5)": (
        180.0,
        stats.weibull_min(1.5, scale=180 / math.gamma(1 + 1 / 1.5)).var(),
    ),
    "normal(-2min, sd=5min)": (-2.0, 25.0),
}


@pytest.mark.parametrize("text", LAWS)
def test_mean_and_variance_are_those_of_the_law(text: str) -> None:
    law = Law.parse(text)
    assert (law.mean, law.variance) == pytest.approx(LAWS[text])


@pytest.mark.parametrize("text", [*LAWS, "never", "uniform(5min, 5min)", "exponential(1.25h)"])
def test_a_law_is_written_as_it_is_read(text: str) -> None:
    law = Law.parse(text)
    assert Law.parse(str(law)) == law
    assert Law.parse(law) is law


def test_never_never_ends() -> None:
    assert Law.parse("never") == NEVER
    assert NEVER.mean == math.inf
    assert NEVER.source is Source.NONE


@pytest.mark.parametrize(
    "text",
    [
        "", "5min", "exponential", "exponential()", "exponential(5)", "exponential(5min, 6min)",
        "poisson(5min)", "Exponential(5min)", "constant(5min", "never(5min)", "constant(x=5min)",
        "lognormal(25min, 0.8)", "lognormal(25min, 20min)", "lognormal(25min, sd=20min)",
        "lognormal(cv=0.8, 25min)", "lognormal(25min, cv=high)", "lognormal(25min, cv=nan)",
        "gamma(25min, cv=0)", "gamma(25min, cv=-1)", "gamma(25min, cv=1e9)", "gamma(1min, cv=1e-9)",
        "weibull(3h, shape=0.001)", "weibull(3h, shape=inf)", "normal(0min, 5min)",
        "normal(0min, sd=-5min)", "constant(-1min)", "exponential(0min)", "uniform(5min, 4min)",
        "uniform(-5min, 5min)", "triangular(5min, 4min, 20min)", "triangular(5min, 8min)",
        "constant(1e999h)", "exponential(5min); drop table",
    ],
)  # fmt: skip
def test_anything_else_is_no_law(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        Law.parse(text)
