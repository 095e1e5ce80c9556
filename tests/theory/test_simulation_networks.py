"""Classes, routes and several sites: the simulated network agrees with its theory."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from theory_checks import (
    EFFORTS,
    Check,
    Effort,
    Measure,
    Replay,
    Run,
    hold_against,
    kpi,
    mean_wait,
    minutes,
    number_in_system,
    oracle,
    relaxation,
    share,
)

from network.tables import VisitStatus

Rows = Callable[[Replay], np.ndarray]


# --- priorities -------------------------------------------------------------------------


def of_class(number: int) -> Rows:
    """Visits of a class: classes are numbered by id, so routine is 0 and urgent 1."""
    return lambda replay: replay.request("class") == number


ROUTINE, URGENT = of_class(0), of_class(1)


def queue_of(rows: Rows) -> Measure:
    """Mean number of a class in the queue, from the waits that fall into the counted time."""
    return lambda replay: float(np.nansum(replay.wait[rows(replay)])) / replay.counted


@EFFORTS
def test_priority(effort: Effort) -> None:
    run = Run("theory/priority", {}, 9000, relaxation(0.8, 1, 1))
    checks = {
        "Wq_1": Check(minutes("wait_mean", "class", "urgent"), 0.05),
        "Wq_2": Check(minutes("wait_mean", "class", "routine"), 0.14),
        "Wq_all": Check(minutes("wait_mean"), 0.12),
        "P_wait": Check(share(lambda r: r.waited), 0.05),
        "Lq_1": Check(queue_of(URGENT), 0.06),
        "Lq_2": Check(queue_of(ROUTINE), 0.15),
    }
    hold_against(oracle("PRIO-NP-1"), run, checks, effort)


@EFFORTS
def test_priority_with_different_services(effort: Effort) -> None:
    changes = {
        "stages.urgent/answer.service": "constant(30s)",
        "stages.routine/answer.service": "exponential(72s)",
        "classes.routine.rate_per_h": 24,
    }
    run = Run("theory/priority", changes, 5000, relaxation(0.7, 1 / 0.9, 1, 1.1))
    checks = {
        "Wq_1": Check(minutes("wait_mean", "class", "urgent"), 0.08),
        "Wq_2": Check(minutes("wait_mean", "class", "routine"), 0.17),
        "util": Check(kpi("utilisation"), 0.02),
    }
    hold_against(oracle("PRIO-NP-MG1"), run, checks, effort)


@EFFORTS
def test_priority_with_patience(effort: Effort) -> None:
    changes = {
        "stages.urgent/answer.patience": "exponential(2min)",
        "stages.routine/answer.patience": "exponential(2min)",
        "classes.urgent.rate_per_h": 240,
        "classes.routine.rate_per_h": 360,
        "pools.agents.count": 9,
    }
    run = Run("theory/priority", changes, 450, relaxation=2.0)
    checks = {
        "Wq_1": Check(mean_wait(URGENT), 0.07),
        "Wq_2": Check(mean_wait(ROUTINE), 0.08),
        "Lq_1": Check(queue_of(URGENT), 0.08),
        "Lq_2": Check(queue_of(ROUTINE), 0.1),
        "P_wait": Check(share(lambda r: r.waited), 0.05),
        "P_abandon_1": Check(kpi("abandoned", "class", "urgent"), 0.1),
        "P_abandon_2": Check(kpi("abandoned", "class", "routine"), 0.08),
        "P_abandon_all": Check(kpi("abandoned"), 0.08),
    }
    hold_against(oracle("PRIO-ABANDON-9"), run, checks, effort)


# --- Jackson networks -------------------------------------------------------------------


@EFFORTS
def test_feedback(effort: Effort) -> None:
    """A customer who comes back for 4/3 visits joins the tail each time."""
    run = Run("theory/jackson_feedback", {}, 3500, relaxation(4 / 3, 1, 2, 4 / 3))
    checks = {
        "effective_rate": Check(lambda r: r.kpi("served") / r.counted, 0.02),
        "visits": Check(kpi("visits_per_request"), 0.02),
        "Wq_per_visit": Check(minutes("wait_mean"), 0.12),
        "total_sojourn": Check(minutes("resolution_mean"), 0.07),
        "Lq": Check(kpi("queue_length"), 0.14),
        "L": Check(number_in_system, 0.08),
    }
    hold_against(oracle("JACKSON-FEEDBACK"), run, checks, effort)


def number_at(stage: int) -> Measure:
    """Mean number at a stage, from the times there that begin in the counted time."""

    def measure(replay: Replay) -> float:
        there = (replay.visit("end") - replay.visit("joined"))[replay.drawn("stage") == stage]
        return float(np.nansum(there)) / replay.counted

    return measure


@EFFORTS
def test_tandem(effort: Effort) -> None:
    forget = relaxation(1.5, 1, 2) + relaxation(1.5, 0.7, 3)
    run = Run("theory/tandem", {}, 4800, forget, replications=20)
    checks = {
        "L1": Check(number_at(0), 0.1),
        "L2": Check(number_at(1), 0.1),
        "W_total": Check(minutes("resolution_mean"), 0.1),
    }
    hold_against(oracle("TANDEM-2-3"), run, checks, effort)


# --- finite base ------------------------------------------------------------------------


def units_that_work(units: int) -> Measure:
    return lambda replay: units - number_in_system(replay)


@EFFORTS
@pytest.mark.parametrize(
    ("case", "units", "run"),
    [
        ("REPAIR-WINSTON", 5, Run("theory/machine_repair", {}, 20_000, 3.0, 30, 1440.0)),
        (
            "REPAIR-20-3",
            20,
            Run(
                "theory/machine_repair",
                {
                    "zones.town.installed_base": 20,
                    "pools.agents.count": 3,
                    "classes.call.gap": "exponential(10d)",
                    "stages.call/answer.service": "exponential(1d)",
                },
                2000,
                10.0,
                30,
                1440.0,
            ),
        ),
    ],
)
def test_machine_repair(case: str, units: int, run: Run, effort: Effort) -> None:
    """In days."""
    checks = {
        "throughput": Check(kpi("offered_per_day"), 0.02),
        "Wq": Check(minutes("wait_mean"), 0.2),
        "W_down": Check(minutes("resolution_mean"), 0.03),
        "technician_util": Check(kpi("utilisation"), 0.03),
        "Lq": Check(kpi("queue_length"), 0.2),
        "L_down": Check(number_in_system, 0.05),
        "mean_operating": Check(units_that_work(units), 0.01),
        "availability": Check(lambda r: units_that_work(units)(r) / units, 0.01),
        "P_all_operating": Check(lambda r: float(r.in_system[0]), 0.05),
    }
    hold_against(oracle(case), run, checks, effort)


# --- a loss system over a geography -----------------------------------------------------


def sent(zone: int, site: int) -> Measure:
    """Share of all calls that come from a zone and get a unit (both numbered by id)."""

    def measure(replay: Replay) -> float:
        served = replay.visit("status") != VisitStatus.BLOCKED
        here = (replay.request("zone") == zone) & (replay.visit("site") == site)
        return float((served & here).mean())

    return measure


def not_first(preferred: tuple[int, ...]) -> Measure:
    """Share of the calls served that did not get the unit their zone prefers."""

    def measure(replay: Replay) -> float:
        served = replay.visit("status") != VisitStatus.BLOCKED
        first = np.array(preferred)[replay.request("zone")]
        return float((replay.visit("site") != first)[served].mean())

    return measure


@EFFORTS
def test_hypercube(effort: Effort) -> None:
    """Three units, four areas: whom each area gets, and how busy the units are."""
    centre, east, north, south = range(4)
    areas = {"A12": north, "A4": centre, "A2resp": east, "A3resp": south}
    checks = {f"rho_{n}": Check(kpi("utilisation", "site", f"unit{n}"), 0.04) for n in (1, 2, 3)}
    checks["P_all_busy"] = Check(kpi("blocked"), 0.08)
    checks |= {
        f"f_{name}_{n}": Check(sent(zone, n - 1), 0.15)
        for name, zone in areas.items()
        for n in (1, 2, 3)
    }
    preferred = (0, 1, 0, 2)
    checks["frac_dispatch_not_first_preference"] = Check(not_first(preferred), 0.05)
    run = Run("theory/hypercube", {}, 2000, relaxation=1.0, replications=30)
    hold_against(oracle("HYPER-LO-3-LOSS"), run, checks, effort)


@EFFORTS
def test_hypercube_of_two_units(effort: Effort) -> None:
    """Unit 3 is not staffed, and only the north and the east call."""
    changes = {
        "pools.crew3.count": 0,
        "zones.north.population": 0.6,
        "zones.east.population": 0.9,
        "zones.centre.population": 0,
        "zones.south.population": 0,
    }
    east, north = 1, 2
    checks = {f"rho_{n}": Check(kpi("utilisation", "site", f"unit{n}"), 0.04) for n in (1, 2)}
    checks["P_all_busy"] = Check(kpi("blocked"), 0.08)
    for area, zone in ((1, north), (2, east)):
        checks |= {f"f_{area}_{n}": Check(sent(zone, n - 1), 0.07) for n in (1, 2)}
    checks["frac_dispatch_not_first_preference"] = Check(not_first((0, 1, 0, 2)), 0.05)
    run = Run("theory/hypercube", changes, 2000, relaxation=1.0, replications=30)
    hold_against(oracle("HYPER-2-LOSS"), run, checks, effort)
