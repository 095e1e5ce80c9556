"""The least number of servers meets its target, and one fewer does not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network.queueing import (
    erlang_a_within,
    erlang_b,
    erlang_c,
    halfin_whitt,
    servers_for_blocking,
    servers_for_service_level,
    servers_for_wait_probability,
    square_root_rule,
    wait_cdf,
)

quick = settings(max_examples=50, deadline=None)
loads = st.floats(0.01, 300)
targets = st.floats(0.001, 0.9)


@quick
@given(loads, targets)
def test_least_servers_for_blocking(load: float, target: float) -> None:
    c = servers_for_blocking(load, target)
    assert erlang_b(load, c) <= target
    assert c == 1 or erlang_b(load, c - 1) > target


@quick
@given(loads, targets)
def test_least_servers_for_wait_probability(load: float, target: float) -> None:
    c = servers_for_wait_probability(load, target)
    assert erlang_c(load, c) <= target
    assert c == 1 or c - 1 <= load or erlang_c(load, c - 1) > target


@quick
@given(loads, st.floats(0.0, 2.0), targets)
def test_least_servers_for_patient_customers(load: float, within: float, share: float) -> None:
    c = servers_for_service_level(load, 1.0, within=within, share=share)
    assert wait_cdf(load, 1.0, c, within) >= share
    assert c == 1 or c - 1 <= load or wait_cdf(load, 1.0, c - 1, within) < share


@quick
@given(loads, st.floats(0.0, 2.0), targets, st.floats(0.05, 10))
def test_least_servers_for_impatient_customers(
    load: float, within: float, share: float, theta: float
) -> None:
    c = servers_for_service_level(load, 1.0, within=within, share=share, theta=theta)
    assert erlang_a_within(load, 1.0, theta, c, within).served >= share
    assert c == 1 or erlang_a_within(load, 1.0, theta, c - 1, within).served < share


@quick
@given(targets)
def test_the_square_root_rule_inverts_its_limit(target: float) -> None:
    assert halfin_whitt(square_root_rule(100, target).beta) == pytest.approx(target, rel=1e-9)


@quick
@given(st.floats(20, 300), st.floats(0.05, 0.8))
def test_the_square_root_rule_is_right_to_one_server(load: float, target: float) -> None:
    rule = square_root_rule(load, target).servers
    assert abs(rule - servers_for_wait_probability(load, target)) <= 1
