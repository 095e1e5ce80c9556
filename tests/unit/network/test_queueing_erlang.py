"""Erlang B, C and A: what must hold for any load, and that large systems stay finite."""

import math
from dataclasses import asdict
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network.queueing import (
    birth_death,
    erlang_a,
    erlang_a_within,
    erlang_b,
    erlang_c,
    mmc,
    mmck,
    wait_cdf,
)

quick = settings(max_examples=50, deadline=None)
loads = st.floats(0.01, 200)
servers = st.integers(1, 60)
rhos = st.floats(0.01, 0.99)
rates = st.floats(0.05, 20)


@quick
@given(rhos, servers)
def test_more_customers_wait_than_would_be_lost(rho: float, c: int) -> None:
    assert erlang_b(rho * c, c) <= erlang_c(rho * c, c) <= 1


@quick
@given(loads, servers)
def test_another_server_blocks_less(load: float, c: int) -> None:
    assert erlang_b(load, c + 1) < erlang_b(load, c)


@quick
@given(rhos, servers)
def test_another_server_makes_fewer_wait(rho: float, c: int) -> None:
    assert erlang_c(rho * c, c + 1) < erlang_c(rho * c, c)


@quick
@given(loads, servers)
def test_erlang_b_is_a_truncated_poisson_law(load: float, c: int) -> None:
    logs = [n * math.log(load) - math.lgamma(n + 1) for n in range(c + 1)]
    terms = np.exp(np.array(logs) - max(logs))
    assert erlang_b(load, c) == pytest.approx(terms[-1] / terms.sum(), rel=1e-9)


@quick
@given(rhos, rates, servers)
def test_mmc_obeys_littles_law_and_its_own_wait_law(rho: float, mu: float, c: int) -> None:
    lam = rho * c * mu
    queue = mmc(lam, mu, c)
    assert queue.mean_number == pytest.approx(lam * queue.mean_time)
    assert queue.mean_number - queue.mean_queue == pytest.approx(lam / mu)
    assert wait_cdf(lam, mu, c, 0.0) == pytest.approx(1 - queue.wait_probability)
    spread = queue.mean_wait_if_waiting
    assert queue.wait_variance == pytest.approx(
        2 * queue.wait_probability * spread**2 - queue.mean_wait**2
    )


@quick
@given(rhos, rates, servers, st.sampled_from([0.25, 3.0, 60.0]))
def test_another_time_unit_changes_times_only(rho: float, mu: float, c: int, unit: float) -> None:
    one, other = mmc(rho * c * mu, mu, c), mmc(rho * c * mu / unit, mu / unit, c)
    assert other.wait_probability == pytest.approx(one.wait_probability)
    assert other.mean_wait == pytest.approx(one.mean_wait * unit)


@quick
@given(loads, servers)
def test_without_waiting_room_mmck_is_erlang_b(load: float, c: int) -> None:
    queue = mmck(load, 1.0, c, c)
    assert queue.blocking == pytest.approx(erlang_b(load, c))
    assert queue.mean_wait == queue.wait_probability == 0


@quick
@given(st.floats(0.1, 0.9), servers)
def test_with_endless_room_mmck_is_mmc(rho: float, c: int) -> None:
    limited, endless = mmck(rho * c, 1.0, c, c + 400), mmc(rho * c, 1.0, c)
    assert limited.mean_wait == pytest.approx(endless.mean_wait, rel=1e-6)
    assert limited.mean_number == pytest.approx(endless.mean_number)


@quick
@given(loads, servers, st.floats(0.01, 50))
def test_impatience_balances_the_flows(load: float, c: int, theta: float) -> None:
    queue = erlang_a(load, 1.0, theta, c)
    served = 1 - queue.abandon_probability
    assert theta * queue.mean_queue == pytest.approx(load * queue.abandon_probability)
    assert queue.utilisation * c == pytest.approx(load * served)
    assert queue.mean_wait == pytest.approx(
        served * queue.mean_wait_served + queue.abandon_probability * queue.mean_wait_abandoned
    )
    assert queue.abandon_probability <= erlang_b(load, c) + 1e-12


@quick
@given(st.floats(0.1, 30), servers)
def test_patience_like_service_makes_the_number_poisson(load: float, c: int) -> None:
    queue = erlang_a(load, 1.0, 1.0, c)
    below = sum(math.exp(n * math.log(load) - load - math.lgamma(n + 1)) for n in range(c))
    assert queue.mean_number == pytest.approx(load)
    assert queue.wait_probability == pytest.approx(1 - below, abs=1e-12)


@quick
@given(st.floats(0.1, 0.9), servers)
def test_endless_patience_is_erlang_c(rho: float, c: int) -> None:
    impatient, patient = erlang_a(rho * c, 1.0, 1e-9, c), mmc(rho * c, 1.0, c)
    assert impatient.wait_probability == pytest.approx(patient.wait_probability, rel=1e-5)
    assert impatient.mean_wait == pytest.approx(patient.mean_wait, rel=1e-5)
    within = erlang_a_within(rho * c, 1.0, 1e-9, c, 0.1)
    assert within.served == pytest.approx(wait_cdf(rho * c, 1.0, c, 0.1), rel=1e-5)


@quick
@given(loads, servers, st.floats(0.05, 20))
def test_what_happens_within_a_time(load: float, c: int, theta: float) -> None:
    queue = erlang_a(load, 1.0, theta, c)
    course = [erlang_a_within(load, 1.0, theta, c, t) for t in (0.0, 0.1, 1.0, 1e4)]
    assert course[0].served == pytest.approx(1 - queue.wait_probability, abs=1e-9)
    assert course[-1].served == pytest.approx(1 - queue.abandon_probability, abs=1e-9)
    for early, late in pairwise(course):
        assert all(asdict(early)[name] <= asdict(late)[name] + 1e-9 for name in asdict(late))
    assert all(w.served - 1e-9 <= w.offered_wait <= w.wait + 1e-9 for w in course)


@pytest.mark.parametrize(("lam", "theta"), [(2.0, 0.25), (9.0, 0.5), (0.3, 4.0)])
def test_the_wait_law_has_the_mean_wait(lam: float, theta: float) -> None:
    times = np.linspace(0, 40, 4001)
    over = [1 - erlang_a_within(lam, 1.0, theta, 3, t).wait for t in times]
    assert np.trapezoid(over, times) == pytest.approx(erlang_a(lam, 1.0, theta, 3).mean_wait, 1e-3)


def test_a_million_erlangs_stay_finite_and_right() -> None:
    a = 1_000_000
    assert erlang_b(a, a) == pytest.approx(1 / (math.sqrt(math.pi * a / 2) + 2 / 3), rel=1e-6)
    assert erlang_c(a, a + 1000) == pytest.approx(0.2234, rel=1e-3)  # the Halfin-Whitt limit
    assert erlang_b(a, 1) == pytest.approx(a / (a + 1))
    overloaded = erlang_a(2 * a, 1.0, 0.5, a)
    assert overloaded.abandon_probability == pytest.approx(0.5)
    assert overloaded.mean_queue == pytest.approx(2 * a)


def test_nobody_comes() -> None:
    assert erlang_b(0, 3) == erlang_c(0, 3) == mmc(0, 1, 3).mean_wait == 0
    assert mmck(0, 1, 2, 4).mean_number == erlang_a(0, 1, 0.5, 2).mean_wait == 0
    assert erlang_a_within(0, 1, 0.5, 2, 0).served == 1
    assert math.isnan(mmc(0, 1, 3).mean_wait_if_waiting)


@quick
@given(st.lists(st.tuples(rates, rates), min_size=1, max_size=40))
def test_birth_death_is_in_detailed_balance(pairs: list[tuple[float, float]]) -> None:
    births, deaths = map(np.array, zip(*pairs, strict=True))
    law = birth_death(births, deaths)
    assert law.sum() == pytest.approx(1)
    assert law[:-1] * births == pytest.approx(law[1:] * deaths, rel=1e-9, abs=1e-300)
