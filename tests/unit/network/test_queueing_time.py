"""Load and queues that move through time, against constants, integrals and the steady state."""

import math
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network.queueing import Period, mm1_from_empty, mmc, mmck, mtmct, profile_load, sinusoidal_load

quick = settings(max_examples=40, deadline=None)
services = st.sampled_from(["deterministic", "exponential"])
Service = Literal["deterministic", "exponential"]


@quick
@given(services, st.floats(0.05, 100), st.floats(0.1, 50))
def test_a_constant_rate_gives_a_constant_load(service: Service, mean: float, lam: float) -> None:
    hours = np.linspace(-10, 40, 21)
    load = profile_load(hours, [lam] * 24, mean, service=service)
    assert load == pytest.approx(np.full(21, lam * mean))


@quick
@given(services, st.floats(0.2, 30), st.floats(0, 1))
def test_a_fine_profile_follows_the_sine(service: Service, mean: float, amplitude: float) -> None:
    frequency, width = 2 * math.pi / 24, 0.02
    middles = np.arange(width / 2, 24, width)
    hours = np.arange(0.0, 24.0, 1.7)
    profile = profile_load(
        hours,
        10 * (1 + amplitude * np.sin(frequency * middles)),
        mean,
        width=width,
        service=service,
    )
    wave = sinusoidal_load(
        hours,
        mean_rate=10,
        amplitude=amplitude,
        frequency=frequency,
        mean_service=mean,
        service=service,
    )
    assert profile == pytest.approx(wave, rel=1e-4, abs=1e-4)


@quick
@given(services, st.lists(st.floats(0, 20), min_size=1, max_size=12), st.floats(0.1, 30))
def test_a_repeated_profile_is_one_that_was_begun_long_ago(
    service: Service, rates: list[float], mean: float
) -> None:
    rounds = math.ceil(40 * mean / len(rates)) + 1
    begun = rounds * len(rates)
    hours = np.linspace(0, len(rates), 9)
    long_ago = profile_load(
        begun + hours, rates * (rounds + 1), mean, service=service, periodic=False
    )
    assert profile_load(hours, rates, mean, service=service) == pytest.approx(long_ago, abs=1e-9)


@quick
@given(services, st.lists(st.floats(0, 20), min_size=2, max_size=12), st.floats(0.1, 30))
def test_the_day_mean_is_littles_law(service: Service, rates: list[float], mean: float) -> None:
    hours = np.linspace(0, len(rates), 200 * len(rates) + 1)
    load = profile_load(hours, rates, mean, service=service)
    expected = float(np.mean(rates)) * mean
    assert np.trapezoid(load, hours) / len(rates) == pytest.approx(expected, rel=1e-2, abs=1e-9)


@pytest.mark.parametrize(("lam", "mu", "c"), [(1.5, 1.0, 2), (4.0, 1.0, 5), (0.0, 1.0, 1)])
def test_after_long_the_state_is_steady(lam: float, mu: float, c: int) -> None:
    *_, last = mtmct([Period(60, lam, c), Period(60, lam, c)], mu)
    queue = mmc(lam, mu, c)
    assert last.mean_number == pytest.approx(queue.mean_number, rel=1e-3)
    assert last.all_busy == pytest.approx(queue.wait_probability, rel=1e-3)
    assert last.delayed == pytest.approx(last.arrivals * queue.wait_probability, rel=1e-2)
    assert last.waiting_time == pytest.approx(last.arrivals * queue.mean_wait, rel=2e-2)


def test_a_limit_turns_customers_away() -> None:
    (last,) = mtmct([Period(60, 3.0, 2)], mu=1.0, limit=5)
    assert last.mean_number == pytest.approx(mmck(3.0, 1.0, 2, 5).mean_number)


@quick
@given(st.floats(0.1, 3.0), st.floats(0.2, 2.0), st.floats(0.1, 30))
def test_both_ways_from_empty_agree(lam: float, mu: float, t: float) -> None:
    (half, end) = mtmct([Period(t / 2, lam, 1), Period(t / 2, lam, 1)], mu)
    exact = mm1_from_empty([t / 2, t], lam, mu)
    assert [half.mean_number, end.mean_number] == pytest.approx(exact, rel=1e-9)


@quick
@given(st.floats(0.0, 5.0), st.floats(0.1, 10), st.integers(0, 30))
def test_with_a_server_each_the_number_decays_singly(lam: float, t: float, initial: int) -> None:
    servers = 200
    (last,) = mtmct([Period(t, lam, servers)], mu=1.0, initial=initial)
    gone = -math.expm1(-t)
    assert last.mean_number == pytest.approx(initial * (1 - gone) + lam * gone, rel=1e-9, abs=1e-12)
    assert last.waiting_time == pytest.approx(0, abs=1e-9)


def test_while_closed_all_wait() -> None:
    night, morning = mtmct([Period(10, 2.0, 0), Period(1, 0.0, 5)], mu=1.0, initial=1)
    assert night.mean_number == pytest.approx(21)
    assert night.waiting_time == pytest.approx(10 * 1 + 2 * 10**2 / 2)
    assert night.delayed == pytest.approx(night.arrivals)
    assert morning.mean_number == pytest.approx(16, abs=0.01)


def test_at_the_edge_of_stability_the_queue_grows_like_a_root() -> None:
    t = 1e6
    assert float(mm1_from_empty(t, 1, 1)) == pytest.approx(2 * math.sqrt(t / math.pi), rel=1e-3)
    assert float(mm1_from_empty(t, 2, 1)) == pytest.approx(t + 1, rel=1e-9)
    assert float(mm1_from_empty(1e9, 0.99, 1)) == pytest.approx(99)
    assert float(mm1_from_empty(0, 0.5, 1)) == 0
