"""One station: the simulated queue agrees with its theory, through the user's own door."""

from __future__ import annotations

import numpy as np
import pytest
from theory_checks import (
    EFFORTS,
    LONG,
    Check,
    Effort,
    Measure,
    Replay,
    Run,
    hold_against,
    kpi,
    mean_of,
    mean_wait,
    minutes,
    number_in_queue,
    number_in_system,
    oracle,
    relaxation,
    share,
    variance_about,
)

from network.tables import VisitStatus

SERVICE = "stages.call/answer.service"
PATIENCE = "stages.call/answer.patience"
RATE = "classes.call.rate_per_h"
AGENTS = "pools.agents.count"
TARGET = "tiers.desk.target"


# --- M/M/c ------------------------------------------------------------------------------


@EFFORTS
@pytest.mark.parametrize(
    ("case", "run", "spread"),
    [
        (
            "MM1-0.8",
            Run("theory/mmc", {TARGET: "2min"}, 9000, relaxation(0.8, 1, 1)),
            1.0,
        ),
        (
            "MMC-2-a",
            Run(
                "theory/mmc",
                {RATE: 180, SERVICE: "exponential(30s)", AGENTS: 2, TARGET: "30s"},
                2500,
                relaxation(3, 2, 2),
            ),
            0.9,
        ),
        (
            "MMC-CCH-14",
            Run(
                "theory/mmc",
                {RATE: 200, SERVICE: "exponential(3min)", AGENTS: 14, TARGET: "20s"},
                2500,
                relaxation(10 / 3, 1 / 3, 14),
            ),
            2.0,
        ),
    ],
)  # fmt: skip
def test_mmc(case: str, run: Run, spread: float, effort: Effort) -> None:
    exact = oracle(case)
    checks = {
        "Wq": Check(minutes("wait_mean"), 0.12 * spread),
        "W": Check(minutes("resolution_mean"), 0.10 * spread),
        "P_wait": Check(share(lambda r: r.waited), 0.06 * spread),
        "Wq_given_wait": Check(mean_wait(lambda r: r.waited), 0.12 * spread),
        "P_Wq_le_t": Check(kpi("sla"), 0.07),
        "utilisation": Check(kpi("utilisation"), 0.02),
        "Lq": Check(kpi("queue_length"), 0.15 * spread),
        "L": Check(number_in_system, 0.12 * spread),
        "varWq": Check(variance_about(exact["Wq"]), 0.14, only_long=True),
    }
    hold_against(exact, run, checks, effort)


# --- limits -----------------------------------------------------------------------------


def accepted(replay: Replay) -> np.ndarray:
    return replay.visit("status") != VisitStatus.BLOCKED


def throughput(replay: Replay) -> float:
    return replay.kpi("served") / replay.counted


def waited_if_accepted(replay: Replay) -> float:
    return float(replay.waited[accepted(replay)].mean())


@EFFORTS
def test_queue_limit(effort: Effort) -> None:
    run = Run("theory/mmck", {}, 1500, relaxation=0.25)
    checks = {
        "P_block": Check(kpi("blocked"), 0.1),
        "throughput": Check(throughput, 0.02),
        "Wq_accepted": Check(minutes("wait_mean"), 0.05),
        "W_accepted": Check(minutes("resolution_mean"), 0.02),
        "P_wait_accepted": Check(waited_if_accepted, 0.05),
        "utilisation": Check(kpi("utilisation"), 0.02),
        "Lq": Check(kpi("queue_length"), 0.05),
        "L": Check(number_in_system, 0.02),
    }
    hold_against(oracle("MMCK-2-3"), run, checks, effort)


@pytest.mark.long
@pytest.mark.parametrize(("lines", "key"), [(17, "B_at_lines"), (16, "B_minus_1")])
def test_loss(lines: int, key: str) -> None:
    """Erlang B: 10 erlang need 17 lines for a blocking of at most 2 %."""
    changes = {
        "sites.desk.queue_limit": 0, RATE: 600, SERVICE: "exponential(1min)", AGENTS: lines,
    }  # fmt: skip
    run = Run("theory/mmck", changes, 400, relaxation=1.0)
    hold_against(oracle("ERLB-STAFF"), run, {key: Check(kpi("blocked"), 0.25)}, LONG)


@EFFORTS
def test_loss_depends_on_the_mean_service_only(effort: Effort) -> None:
    """Constant times in place of exponential ones: parts on order with lost sales, S = 4."""
    changes = {
        "sites.desk.queue_limit": 0, RATE: 30, SERVICE: "constant(5min)", AGENTS: 4,
    }  # fmt: skip
    run = Run("theory/mmck", changes, 5000, relaxation=5.0)
    checks = {
        "P_stockout": Check(kpi("blocked"), 0.05),
        "fill_rate": Check(kpi("resolved"), 0.01),
        "E_on_order": Check(number_in_system, 0.02),
    }
    hold_against(oracle("SPARE-LOST"), run, checks, effort)


# --- patience ---------------------------------------------------------------------------


def gave_up(replay: Replay) -> np.ndarray:
    return replay.visit("status") == VisitStatus.ABANDONED


def gave_up_if_waited(replay: Replay) -> float:
    return float(gave_up(replay)[replay.waited].mean())


def within(time: float) -> Measure:
    """Share of all customers who leave the queue, served or not, within a time."""
    return lambda replay: float((np.nan_to_num(replay.wait, nan=np.inf) <= time).mean())


def served_within(time: float) -> Measure:
    """Share of those served whose wait was so short."""
    return lambda replay: float((replay.wait[replay.served] <= time).mean())


@EFFORTS
@pytest.mark.parametrize(
    ("case", "run", "time", "label", "spread"),
    [
        (
            "ERLA-GMR-50",
            Run(
                "theory/mmc_patience",
                {
                    RATE: 2880, SERVICE: "exponential(1min)", PATIENCE: "exponential(2min)",
                    AGENTS: 50, TARGET: "20s",
                },
                220,
                relaxation=2.0,
                replications=20,
            ),
            1 / 3,
            "0.333333",
            2.5,
        ),
        (
            "ERLA-SMALL-3",
            Run("theory/mmc_patience", {TARGET: "1min"}, 2000, relaxation=4.0),
            1.0,
            "1",
            1.3,
        ),
        (
            "ERLA-RENEGE-1",
            Run(
                "theory/mmc_patience",
                {
                    RATE: 6, SERVICE: "exponential(12min)", PATIENCE: "exponential(3min)",
                    AGENTS: 1, TARGET: "1min",
                },
                30_000,
                relaxation=12.0,
            ),
            1.0,
            "1",
            1.3,
        ),
    ],
)  # fmt: skip
def test_patience(
    case: str, run: Run, time: float, label: str, spread: float, effort: Effort
) -> None:
    """All but the law of the virtual wait, which nobody with patience can tell."""
    checks = {
        "P_wait": Check(share(lambda r: r.waited), 0.05 * spread),
        "P_abandon": Check(kpi("abandoned"), 0.10 * spread),
        "P_abandon_given_wait": Check(gave_up_if_waited, 0.08 * spread),
        "Wq_all": Check(mean_wait(), 0.1 * spread),
        "Wq_served": Check(minutes("wait_mean"), 0.1 * spread),
        "Wq_abandoned": Check(mean_wait(gave_up), 0.06 * spread),
        "Lq": Check(kpi("queue_length"), 0.1 * spread),
        "L": Check(number_in_system, 0.03 * spread),
        "utilisation": Check(kpi("utilisation"), 0.02 * spread),
        f"P_actual_wait_le_{label}": Check(within(time), 0.015 * spread),
        f"P_served_within_{label}": Check(kpi("sla"), 0.02 * spread),
        f"P_served_within_{label}_given_served": Check(served_within(time), 0.01 * spread),
    }
    hold_against(oracle(case), run, checks, effort)


# --- other laws of service and arrival --------------------------------------------------


@EFFORTS
@pytest.mark.parametrize(
    ("case", "changes", "counted", "forget"),
    [
        ("MG1-D", {RATE: 42, SERVICE: "constant(1min)"}, 6000, relaxation(0.7, 1, 1, 0.5)),
        ("MG1-LN", {}, 6000, relaxation(0.75, 1, 1, 0.75)),
    ],
)
def test_general_service(
    case: str, changes: dict[str, object], counted: float, forget: float, effort: Effort
) -> None:
    exact = oracle(case)
    checks = {
        "Wq": Check(minutes("wait_mean"), 0.12),
        "W": Check(minutes("resolution_mean"), 0.08),
        "P_wait": Check(share(lambda r: r.waited), 0.02),
        "utilisation": Check(kpi("utilisation"), 0.02),
        "Lq": Check(kpi("queue_length"), 0.12),
        "L": Check(number_in_system, 0.09),
        "varWq": Check(variance_about(exact["Wq"]), 0.1, only_long=True),
    }
    hold_against(exact, Run("theory/mg1", changes, counted, forget), checks, effort)


@EFFORTS
def test_constant_service_with_two_agents(effort: Effort) -> None:
    changes = {RATE: 96, SERVICE: "constant(1min)", AGENTS: 2}
    run = Run("theory/mg1", changes, 4000, relaxation(1.6, 1, 2, 0.5))
    checks = {
        "Wq": Check(minutes("wait_mean"), 0.12),
        "Lq": Check(number_in_queue, 0.12),
        "P_wait": Check(share(lambda r: r.waited), 0.03),
    }
    hold_against(oracle("MDC-2"), run, checks, effort)


@EFFORTS
def test_appointments(effort: Effort) -> None:
    """D/M/1 in units of a slot."""
    run = Run("theory/appointments", {}, 7000, relaxation(1, 1.25, 1, 0.5), unit_min=20.0)
    checks = {
        "Wq": Check(minutes("wait_mean"), 0.13),
        "W": Check(minutes("resolution_mean"), 0.09),
        "P_wait": Check(share(lambda r: r.waited), 0.04),
    }
    hold_against(oracle("APPT-DM1"), run, checks, effort)


# --- a server who travels ---------------------------------------------------------------


def until_back(replay: Replay) -> float:
    """Mean time from joining the queue until the engineer is back from the job."""
    kept = replay.result.replications[replay.number].outcomes
    joined = kept.visits["joined"][kept.work["visit"]]
    counted = (joined >= replay.result.window.start) & ~np.isnan(kept.work["back"])
    return float((kept.work["back"] - joined)[counted].mean()) / replay.unit_min


def jobs_not_back(replay: Replay) -> float:
    """Jobs waiting or with the engineer under way, in the time average."""
    return number_in_queue(replay) + replay.kpi("utilisation")


def travel_out(replay: Replay) -> float:
    return float(np.nanmean(replay.visit("response") - replay.visit("start")))


@EFFORTS
def test_travelling_engineer(effort: Effort) -> None:
    """M/G/1 whose service is the way out, the work and the way back."""
    squared_cv = (0.4**2 + 2 * 0.5**2 / 12) / 0.9**2
    forget = relaxation(1.0, 1 / 0.9, 1, (1 + squared_cv) / 2)
    run = Run("theory/travelling_engineer", {}, 22_000, forget, replications=15)
    checks = {
        "Wq": Check(minutes("wait_mean"), 0.15),
        "mean_response": Check(minutes("response_mean"), 0.15),
        "W": Check(until_back, 0.15),
        "Lq": Check(kpi("queue_length"), 0.15),
        "L": Check(jobs_not_back, 0.15),
        "P_wait": Check(share(lambda r: r.waited), 0.02),
        "utilisation": Check(kpi("utilisation"), 0.02),
        "mean_travel_out": Check(travel_out, 0.01),
    }
    hold_against(oracle("MG1-TRAVEL"), run, checks, effort)


def test_time_shares_count_who_is_present() -> None:
    """The measuring rod itself: two intervals, one of them without an end."""
    from theory_checks import time_shares

    shares = time_shares(np.array([1.0, 3.0]), np.array([4.0, np.nan]), 0.0, 8.0)
    assert shares.tolist() == [1 / 8, 6 / 8, 1 / 8]
    assert mean_of(shares) == 1.0
