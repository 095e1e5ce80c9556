"""Waiting hour by hour against formulas that know the steady state."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from network.queueing.erlang import erlang_b, erlang_c, wait_cdf
from optimize.tiers.waits import business_deadline, overflow, run_queue, slack_shares, within

ALWAYS = np.full(672, 1.0)


@pytest.mark.parametrize(("load", "servers"), [(0.5, 1), (3.2, 4), (17.0, 20)])
def test_a_flat_week_is_erlang_c(load: float, servers: int) -> None:
    queue = run_queue(ALWAYS * load / 60, np.full(672, servers), 60.0, breaks=0.0, finish=True)
    assert queue.number.sum(axis=1) == pytest.approx(np.ones(168))
    assert queue.all_busy == pytest.approx(np.full(168, erlang_c(load, servers)), abs=2e-3)


@pytest.mark.parametrize("wait_min", [0.0, 20.0, 90.0])
def test_slack_of_a_flat_week_is_the_wait_of_mmc(wait_min: float) -> None:
    queue = run_queue(ALWAYS * 3.2 / 60, np.full(672, 4), 60.0, breaks=0.0, finish=True)
    slack = np.array([0.0, 30.0])
    shares = slack_shares(queue, np.zeros(168), np.full(168, wait_min + 30.0), slack)
    expected = wait_cdf(3.2 / 60, 1 / 60, 4, wait_min)
    assert shares[:, 1] == pytest.approx(np.full(168, expected), abs=3e-3)
    assert (shares[:, 0] >= shares[:, 1] - 1e-9).all(), "more slack is rarer"


def test_nobody_starts_at_night_and_the_morning_takes_the_night() -> None:
    day = np.zeros(672, dtype=np.int64)
    for start in range(0, 672, 96):
        day[start + 32 : start + 64] = 50  # 08:00 to 16:00
    queue = run_queue(ALWAYS * 1 / 60, day, 30.0, breaks=0.0, finish=True)
    midnight = slack_shares(queue, np.zeros(168), np.full(168, 7 * 60.0), np.zeros(1))[0, 0]
    at_eight = slack_shares(queue, np.zeros(168), np.full(168, 8 * 60.0), np.zeros(1))[0, 0]
    assert midnight == pytest.approx(0.0)
    assert at_eight == pytest.approx(1.0, abs=1e-6)


def test_jobs_in_hand_leave_with_finishing_agents() -> None:
    servers = np.where(np.arange(672) % 96 < 48, 4, 0)
    jobs = ALWAYS * 2.0 / 60
    staying = run_queue(jobs, servers, 60.0, breaks=0.0, finish=False)
    taking = run_queue(jobs, servers, 60.0, breaks=0.0, finish=True)
    states = np.arange(staying.number.shape[1])
    assert taking.number[14] @ states < staying.number[14] @ states


def test_breaks_slow_the_agents() -> None:
    servers = np.full(672, 4)
    without = run_queue(ALWAYS * 3 / 60, servers, 60.0, breaks=0.0, finish=True)
    with_breaks = run_queue(ALWAYS * 3 / 60, servers, 60.0, breaks=0.1, finish=True)
    assert (with_breaks.all_busy > without.all_busy).all()


def test_deadlines_of_office_hours() -> None:
    office = np.zeros(672, dtype=np.bool_)
    for day in range(5):
        office[96 * day + 32 : 96 * day + 72] = True  # 08:00 to 18:00
    due = business_deadline(office, 120.0)
    assert due[9] == 120.0  # Monday 09:30
    assert due[17] == 14 * 60 + 30 + 90  # Monday 17:30: half an hour, then Tuesday 09:30
    assert due[4 * 24 + 17] == (14.5 + 48) * 60 + 90  # Friday: not before Monday
    assert due[2] == 5.5 * 60 + 120
    assert (business_deadline(None, 45.0) == 45.0).all()


@given(st.floats(0.1, 30), st.integers(0, 40))
def test_overflow_is_erlang_b(load: float, servers: int) -> None:
    found = overflow(np.array([load]), np.array([servers]))[0]
    assert found == pytest.approx(erlang_b(load, servers) if servers else 1.0)


def test_trips_against_slack() -> None:
    slack = np.linspace(0, 100, 201)
    sure = np.ones(201)  # 100 minutes are left for certain
    assert within(slack, sure, np.array([0.0, 99.0, 101.0]), 0.0).tolist() == [1.0, 1.0, 0.0]
    longer = within(slack, sure, np.array([20.0, 60.0, 90.0, np.inf]), 0.4)
    assert (np.diff(longer) < 0).all()
    assert longer[-1] == 0.0
    # a lognormal trip of mean 60 within 100: Phi((ln(100/60) + 0.08) / 0.4)
    assert longer[1] == pytest.approx(0.9303, abs=2e-3)
