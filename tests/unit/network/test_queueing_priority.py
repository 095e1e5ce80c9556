"""Priorities move waits between classes without creating or removing work."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network.queueing import erlang_a, erlang_a_priority, mg1, mg1_priority, mmc, mmc_priority
from network.queueing.moments import Moments, constant, exponential, uniform

quick = settings(max_examples=50, deadline=None)
shares = st.lists(st.floats(0.05, 1.0), min_size=1, max_size=5)
servers = st.integers(1, 30)


@quick
@given(shares, st.floats(0.05, 0.98), servers)
def test_mmc_classes_share_the_wait_of_one_queue(parts: list[float], rho: float, c: int) -> None:
    lams = [rho * c * part / sum(parts) for part in parts]
    queue, together = mmc_priority(lams, 1.0, c), mmc(sum(lams), 1.0, c)
    assert sum(queue.mean_queue) == pytest.approx(together.mean_queue)
    assert list(queue.mean_wait) == sorted(queue.mean_wait)


@quick
@given(shares, st.floats(0.05, 0.98))
def test_mg1_conserves_work(parts: list[float], rho: float) -> None:
    laws = [constant(0.5), exponential(1.2), uniform(0, 2), exponential(0.1), constant(3)]
    services = laws[: len(parts)]
    load = sum(part * law.first for part, law in zip(parts, services, strict=True))
    lams = [rho * part / load for part in parts]
    queue = mg1_priority(lams, services)
    mixture = Moments(
        *(
            sum(lam * moment for lam, moment in zip(lams, moments, strict=True)) / sum(lams)
            for moments in zip(*((s.first, s.second, s.third) for s in services), strict=True)
        )
    )
    first_come = mg1(sum(lams), mixture).mean_wait
    work = zip(lams, services, queue.mean_wait, strict=True)
    assert sum(lam * s.first * wait for lam, s, wait in work) == pytest.approx(rho * first_come)


@quick
@given(shares, st.floats(0.1, 3.0), servers, st.floats(0.05, 10))
def test_impatient_classes_share_one_queue(
    parts: list[float], rho: float, c: int, theta: float
) -> None:
    lams = [rho * c * part / sum(parts) for part in parts]
    queue, together = erlang_a_priority(lams, 1.0, theta, c), erlang_a(sum(lams), 1.0, theta, c)
    assert sum(queue.mean_queue) == pytest.approx(together.mean_queue)
    assert queue.wait_probability == together.wait_probability
    assert all(early <= late * (1 + 1e-6) for early, late in pairwise(queue.mean_wait))


def test_endless_patience_is_cobham() -> None:
    lams = [1.0, 0.5, 0.9]
    expected = mmc_priority(lams, 1.0, 3).mean_wait
    assert erlang_a_priority(lams, 1.0, 1e-9, 3).mean_wait == pytest.approx(expected, rel=1e-6)
