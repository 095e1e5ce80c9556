"""M/G/1, GI/M/1 and M/D/c against each other and against what all of them contain."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network.queueing import Moments, dm1, gm1, mdc, mg1, mmc, travelling_engineer
from network.queueing.moments import constant, exponential, lognormal, scaled, total, uniform

quick = settings(max_examples=50, deadline=None)
rhos = st.floats(0.01, 0.98)
rates = st.floats(0.05, 20)


@quick
@given(rhos, rates)
def test_exponential_service_is_mm1(rho: float, mu: float) -> None:
    one, other = mg1(rho * mu, exponential(1 / mu)), mmc(rho * mu, mu, 1)
    assert one.mean_wait == pytest.approx(other.mean_wait)
    assert one.wait_variance == pytest.approx(other.wait_variance)


@quick
@given(rhos, rates)
def test_poisson_arrivals_are_mm1(rho: float, mu: float) -> None:
    lam = rho * mu
    one, other = gm1(lambda s: lam / (lam + s), 1 / lam, mu), mmc(lam, mu, 1)
    assert one.wait_probability == pytest.approx(rho, rel=1e-9)
    assert one.wait_variance == pytest.approx(other.wait_variance, rel=1e-6)


@quick
@given(rhos, rates)
def test_constant_service_at_one_server_is_mg1(rho: float, service: float) -> None:
    lam = rho / service
    one, other = mdc(lam, service, 1), mg1(lam, constant(service))
    assert one.wait_probability == pytest.approx(rho)
    assert one.mean_wait == pytest.approx(other.mean_wait)
    assert one.wait_variance == pytest.approx(other.wait_variance, rel=1e-6)


@quick
@given(st.floats(0.7, 0.98), st.integers(2, 60))
def test_constant_service_waits_about_half_of_exponential(rho: float, c: int) -> None:
    steady, random = mdc(rho * c, 1.0, c), mmc(rho * c, 1.0, c)
    assert steady.mean_wait < random.mean_wait
    if rho > 0.9 and c < 5:
        assert steady.mean_wait == pytest.approx(random.mean_wait / 2, rel=0.05)


@pytest.mark.parametrize(("a", "c"), [(1.6, 2), (4.5, 5), (2.0, 5)])
def test_mdc_agrees_with_its_embedded_chain(a: float, c: int) -> None:
    size = 300
    n = np.arange(size)
    poisson = np.exp(n * math.log(a) - a - np.array([math.lgamma(k + 1) for k in range(size)]))
    step = np.zeros((size, size))
    for present in range(size):
        left = max(present - c, 0)
        step[present, left:] = poisson[: size - left]
    step[:, -1] += 1 - step.sum(axis=1)
    law = np.linalg.matrix_power(step, 4096)[0]
    queue = np.maximum(n - c, 0)
    found = mdc(a, 1.0, c)
    assert found.mean_queue == pytest.approx(law @ queue, rel=1e-8)
    assert found.wait_probability == pytest.approx(law[c:].sum(), rel=1e-8)
    squared = law @ (queue * (queue - 1)) / a**2  # E[Wq^2]
    assert found.wait_variance == pytest.approx(squared - found.mean_wait**2, rel=1e-7)


@quick
@given(rhos, rates)
def test_regular_arrivals_wait_less_than_random_ones(rho: float, mu: float) -> None:
    assert dm1(1 / (rho * mu), mu).mean_wait < mmc(rho * mu, mu, 1).mean_wait


def test_a_book_almost_full_has_the_heavy_traffic_wait() -> None:
    mu, rho = 1.0, 0.99999
    heavy = rho / (1 - rho) / 2  # Kingman with variability 0 + 1
    assert dm1(1 / (rho * mu), mu).mean_wait == pytest.approx(heavy, rel=1e-3)


@quick
@given(st.floats(0.1, 10), st.floats(0, 3), st.floats(0.1, 10))
def test_moments_add_like_cumulants(mean: float, scv: float, high: float) -> None:
    one, other = lognormal(mean, scv), uniform(0, high)
    both = total(one, other)

    def cumulants(m: Moments) -> tuple[float, float, float]:
        return (
            m.first,
            m.second - m.first**2,
            m.third - 3 * m.first * m.second + 2 * m.first**3,
        )

    expected = np.add(cumulants(one), cumulants(other))
    assert cumulants(both) == pytest.approx(expected, rel=1e-6, abs=1e-6 * both.third)
    assert total(one) == one


def test_an_engineer_travels_both_ways_by_the_same_road() -> None:
    there_and_back = travelling_engineer(uniform(0, 2), constant(0))
    assert there_and_back == scaled(uniform(0, 2), 2.0) == uniform(0, 4)


def test_impossible_moments_are_refused() -> None:
    with pytest.raises(ValueError, match=r"second: got 0\.5; expected >= first"):
        Moments(1.0, 0.5, 1.0)
    with pytest.raises(ValueError, match=r"third: got 1\.0; expected >= second"):
        Moments(1.0, 2.0, 1.0)
