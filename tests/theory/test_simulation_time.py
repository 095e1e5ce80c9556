"""Demand and staff that change with time, and queues that begin empty."""

from __future__ import annotations

import numpy as np
import pytest
from theory_checks import (
    EFFORTS,
    QUICK,
    Check,
    Effort,
    Measure,
    Replay,
    Run,
    hold_against,
    judge,
    kpi,
    minutes,
    oracle,
    play,
)

from network.queueing import sinusoidal_load

# --- M/M/1 from empty -------------------------------------------------------------------


def present_at(time: float) -> Measure:
    return lambda replay: float(replay.present_at(time))


@EFFORTS
def test_queue_that_begins_empty(effort: Effort) -> None:
    """E N(t) rises slowly: at t = 100 it is still below its limit 4."""
    run = Run("theory/mmc", {}, 101, replications=500, transient=True)
    checks = {
        "EN(1)": Check(present_at(1), 0.4),
        "EN(5)": Check(present_at(5), 0.3),
        "EN(20)": Check(present_at(20), 0.25),
        "EN(100)": Check(present_at(100), 0.25),
    }
    hold_against(oracle("TRANSIENT-MM1"), run, checks, effort)


# --- M_t/M/c(t) -------------------------------------------------------------------------

ARRIVALS_A_DAY = 2.0 * 8 + 10.0 * 10 + 4.0 * 6


def at_least(time: float, agents: int) -> Measure:
    return lambda replay: float(replay.present_at(time) >= agents)


def delayed(replay: Replay) -> float:
    """Customers who found everybody busy, over the expected number of customers."""
    return float(replay.waited.sum()) / ARRIVALS_A_DAY


def time_in_queue(replay: Replay) -> float:
    """The engine's queue integrated over the day, per expected customer."""
    return replay.kpi("queue_length") * 24 / ARRIVALS_A_DAY


@EFFORTS
def test_shifts(effort: Effort) -> None:
    """In hours. At 18:00 seven agents leave at once and hand their customers over."""
    run = Run("theory/shifts", {}, 24, replications=500, unit_min=60.0, transient=True)
    checks = {
        "E_N(8)": Check(present_at(8), 0.3),
        "P(N(8)>=c_before)": Check(at_least(8, 3), 0.4),
        "E_N(18)": Check(present_at(18), 0.15),
        "P(N(18)>=c_before)": Check(at_least(18, 12), 0.4),
        "E_N(24)": Check(present_at(24), 0.3),
        "P(N(24)>=c_before)": Check(at_least(24, 5), 0.25),
        "frac_arrivals_finding_all_busy": Check(delayed, 0.15),
        "mean_queue_time_per_arrival_0_24": Check(time_in_queue, 0.3),
    }
    hold_against(oracle("MTMCT-SHIFT"), run, checks, effort)


# --- M_t/G/infinity ---------------------------------------------------------------------

DAYS = 12
WAVE = {"mean_rate": 20.0, "amplitude": 0.5, "frequency": np.pi / 12, "mean_service": 3.0}


def on_days(replay: Replay, hour: float) -> np.ndarray:
    """Customers present at an hour of every day but the first."""
    days = range(1, int(replay.counted // 24))
    return np.array([replay.present_at(24 * day + hour) for day in days])


def mean_at(hour: float) -> Measure:
    return lambda replay: float(on_days(replay, hour).mean())


def at_most(hour: float, number: int) -> Measure:
    return lambda replay: float((on_days(replay, hour) <= number).mean())


def daily_wave() -> Run:
    hours = 24 * DAYS + 19  # until after the last 18:00
    return Run("theory/infinite_server", {}, hours, 0.15, replications=30, unit_min=60.0)


@EFFORTS
def test_infinite_server(effort: Effort) -> None:
    """In hours. A service of 3 hours forgets what came before in 3 hours."""
    checks = {f"m({hour})": Check(mean_at(hour), 0.08) for hour in (0, 6, 12, 18)}
    checks["P(N(12)<=60)"] = Check(at_most(12, 60), 0.25, only_long=True)
    hold_against(oracle("MTGINF-det"), daily_wave(), checks, effort)


def test_load_lags_behind_demand() -> None:
    """Demand peaks at 6:00, the load at 7:30, with the same load at 7 and 8, 5 and 10."""
    hours = (5, 7, 8, 10)
    exact = sinusoidal_load(hours, **WAVE, service="deterministic")
    peak = oracle("MTGINF-det")["peak_time_h"]
    assert [2 * peak - hour for hour in hours] == [10, 8, 7, 5]
    assert exact == pytest.approx(exact[::-1])
    names = [f"m({hour})" for hour in hours]
    measures: dict[str, Measure] = {
        name: mean_at(hour) for name, hour in zip(names, hours, strict=True)
    }
    values = play(daily_wave(), measures, QUICK)
    judge(
        "M_t/G/infinity",
        dict(zip(names, exact, strict=True)),
        values,
        dict.fromkeys(names, 0.06),
    )


def test_nobody_waits_for_an_infinite_server() -> None:
    run = Run("theory/infinite_server", {}, 48, 0.15, replications=5, unit_min=60.0)
    values = play(run, {"wait": minutes("wait_p99"), "open": kpi("abandoned")}, QUICK)
    assert not values["wait"].any()
    assert not values["open"].any()
