"""Machine repair, networks and the hypercube against their special cases."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network.queueing import erlang_b, hypercube_loss, jackson, machine_repair, mmc, traffic

quick = settings(max_examples=50, deadline=None)
rates = st.floats(0.05, 5)


@quick
@given(rates, rates, st.integers(1, 8), st.integers(1, 40), st.integers(0, 5))
def test_repair_obeys_littles_law(lam: float, mu: float, c: int, n: int, spares: int) -> None:
    base = machine_repair(lam, mu, c, n, spares)
    assert base.mean_down == pytest.approx(base.throughput * base.mean_downtime)
    assert base.mean_downtime == pytest.approx(base.mean_wait + 1 / mu)
    assert 0 < base.availability <= 1


@quick
@given(rates, rates, st.integers(1, 30))
def test_with_a_technician_each_machines_are_independent(lam: float, mu: float, n: int) -> None:
    base = machine_repair(lam, mu, c=n, machines=n)
    assert base.availability == pytest.approx(mu / (lam + mu))
    assert base.all_working == pytest.approx((mu / (lam + mu)) ** n)


def test_spares_raise_availability() -> None:
    working = [machine_repair(0.1, 1.0, 3, 20, spares).availability for spares in range(4)]
    assert working == sorted(working)


@quick
@given(st.lists(rates, min_size=2, max_size=6), st.floats(0, 0.95), st.integers(0, 2**32 - 1))
def test_traffic_solves_its_equations(arrivals: list[float], leaving: float, seed: int) -> None:
    n = len(arrivals)
    routing = np.random.default_rng(seed).dirichlet(np.ones(n), size=n) * leaving
    flow = traffic(arrivals, routing)
    assert flow == pytest.approx(np.array(arrivals) + flow @ routing)
    assert (1 - routing.sum(axis=1)) @ flow == pytest.approx(sum(arrivals))  # what comes, leaves


@pytest.mark.parametrize(
    ("routing", "radius"), [([[1.0]], "1"), ([[0, 1], [1, 0]], "1"), ([[1.5]], "1.5")]
)
def test_a_loop_without_exit_is_refused(routing: list[list[float]], radius: str) -> None:
    with pytest.raises(ValueError, match=f"spectral radius of {radius}; expected < 1"):
        traffic([1.0] * len(routing), routing)


def test_a_long_chain_is_no_loop() -> None:
    n = 300
    arrivals = np.zeros(n)
    arrivals[0] = 2.0
    order = np.random.default_rng(0).permutation(n - 1) + 1
    path = np.concatenate(([0], order))
    routing = np.zeros((n, n))
    routing[path[:-1], path[1:]] = 1.0
    assert traffic(arrivals, routing) == pytest.approx(np.full(n, 2.0))


def test_an_overloaded_station_is_named() -> None:
    with pytest.raises(ValueError, match=r"station 1: rho: got 1\.2; expected < 1"):
        jackson([1.2, 0], mus=[2.0, 1.0], cs=[1, 1], routing=[[0.0, 1.0], [0.0, 0.0]])


def test_a_station_that_nobody_visits_is_empty() -> None:
    network = jackson([1.0, 0], mus=[2.0, 1.0], cs=[1, 1], routing=[[0.2, 0.0], [0.0, 0.0]])
    assert network.stations[0] == mmc(network.flows[0], 2.0, 1)
    assert network.stations[1].mean_number == 0


@st.composite
def cities(draw: st.DrawFn) -> tuple[list[float], list[list[int]]]:
    n = draw(st.integers(1, 5))
    orders = draw(st.lists(st.permutations(range(n)), min_size=1, max_size=5))
    return [draw(rates) for _ in orders], [list(order) for order in orders]


@quick
@given(cities(), rates)
def test_equal_servers_are_all_busy_as_often_as_erlang_says(
    city: tuple[list[float], list[list[int]]], mu: float
) -> None:
    calls, orders = city
    n = len(orders[0])
    found = hypercube_loss(calls, orders, [mu] * n)
    lost = erlang_b(sum(calls) / mu, n)
    assert found.all_busy == pytest.approx(lost, rel=1e-9)
    assert found.lost == pytest.approx([lost] * len(calls))
    assert sum(found.busy) * mu == pytest.approx(sum(calls) * (1 - lost))


@quick
@given(cities(), st.lists(rates, min_size=5, max_size=5))
def test_each_server_works_off_what_it_is_sent(
    city: tuple[list[float], list[list[int]]], mus: list[float]
) -> None:
    calls, orders = city
    n = len(orders[0])
    found = hypercube_loss(calls, orders, mus[:n])
    sent = np.array(found.dispatched).sum(axis=0) * sum(calls)
    assert sent == pytest.approx(np.array(found.busy) * mus[:n])
    back = [[n - 1 - i for i in order] for order in orders]
    mirrored = hypercube_loss(calls, back, mus[:n][::-1])
    assert mirrored.busy[::-1] == pytest.approx(found.busy)


def test_servers_with_a_class_each_are_independent() -> None:
    city = hypercube_loss([0.5, 2.0], [[0], [1]], [1.0, 3.0])
    alone = (erlang_b(0.5, 1), erlang_b(2 / 3, 1))
    assert city.busy == pytest.approx(alone)
    assert city.lost == pytest.approx(alone)
    assert city.not_first_choice == pytest.approx(0, abs=1e-12)


def test_twelve_servers_are_solved_exactly() -> None:
    orders = [[(k + i) % 12 for i in range(12)] for k in range(12)]
    city = hypercube_loss([0.5] * 12, orders, [1.0] * 12)
    assert city.all_busy == pytest.approx(erlang_b(6, 12), rel=1e-9)
    assert city.busy == pytest.approx([city.busy[0]] * 12)
