"""Every formula gives the exact values of the oracle cases that it can state."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from network.queueing import (
    Period,
    SteadyState,
    dm1,
    erlang_a,
    erlang_a_priority,
    erlang_a_within,
    erlang_b,
    erlang_c,
    hypercube_loss,
    jackson,
    machine_repair,
    mdc,
    mg1,
    mg1_priority,
    mm1_from_empty,
    mmc,
    mmc_priority,
    mmck,
    mtmct,
    servers_for_blocking,
    servers_for_service_level,
    servers_for_wait_probability,
    sinusoidal_load,
    square_root_rule,
    travelling_engineer,
    wait_cdf,
)
from network.queueing.moments import constant, exponential, lognormal, total, uniform

Params = Mapping[str, Any]  # as JSON holds them
Values = dict[str, float]

ORACLES = Path(__file__).parents[2] / "theory" / "oracles.json"
CASES: dict[str, Params] = {
    case["id"]: case for case in json.loads(ORACLES.read_text(encoding="utf-8"))["cases"]
}


def steady(queue: SteadyState) -> Values:
    return {
        "utilisation": queue.utilisation,
        "P_wait": queue.wait_probability,
        "Wq": queue.mean_wait,
        "W": queue.mean_time,
        "Lq": queue.mean_queue,
        "L": queue.mean_number,
        "Wq_given_wait": queue.mean_wait_if_waiting,
        "varWq": queue.wait_variance,
    }


def case_mmc(p: Params) -> Values:
    within = wait_cdf(p["lam"], p["mu"], p["c"], p["t"])
    return steady(mmc(p["lam"], p["mu"], p["c"])) | {"P_Wq_le_t": within}


def case_mmck(p: Params) -> Values:
    queue = mmck(p["lam"], p["mu"], p["c"], p["K"])
    return {
        "P_block": queue.blocking,
        "L": queue.mean_number,
        "Lq": queue.mean_queue,
        "throughput": queue.throughput,
        "Wq_accepted": queue.mean_wait,
        "W_accepted": queue.mean_time,
        "P_wait_accepted": queue.wait_probability,
        "utilisation": queue.utilisation,
    }


def case_erlang_b(p: Params) -> Values:
    lines = servers_for_blocking(p["a"], p["max_block"])
    return {
        "lines": lines,
        "B_at_lines": erlang_b(p["a"], lines),
        "B_minus_1": erlang_b(p["a"], lines - 1),
    }


def case_erlang_a(p: Params) -> Values:
    (t,) = p["ts"]
    queue = erlang_a(p["lam"], p["mu"], p["theta"], p["c"])
    within = erlang_a_within(p["lam"], p["mu"], p["theta"], p["c"], t)
    return {
        "P_wait": queue.wait_probability,
        "P_abandon": queue.abandon_probability,
        "Lq": queue.mean_queue,
        "L": queue.mean_number,
        "Wq_all": queue.mean_wait,
        "utilisation": queue.utilisation,
        "P_abandon_given_wait": queue.abandon_probability_if_waiting,
        "Wq_served": queue.mean_wait_served,
        "Wq_abandoned": queue.mean_wait_abandoned,
        f"P_offered_wait_le_{t:.6g}": within.offered_wait,
        f"P_actual_wait_le_{t:.6g}": within.wait,
        f"P_served_within_{t:.6g}": within.served,
        f"P_served_within_{t:.6g}_given_served": within.served_if_served,
    }


def case_travelling_engineer(p: Params) -> Values:
    leg = uniform(0, 0.5 / p["speed"])  # along each axis from the middle of a unit square
    trip = total(leg, leg)
    queue = mg1(p["lam"], travelling_engineer(trip, on_site=exponential(0.4)))
    return steady(queue) | {
        "mean_response": queue.mean_wait + trip.first,
        "mean_travel_out": trip.first,
    }


def case_sinusoidal(p: Params) -> Values:
    def load(t: float) -> float:
        return float(
            sinusoidal_load(
                t,
                mean_rate=p["lam_bar"],
                amplitude=p["beta"],
                frequency=2 * np.pi / 24,
                mean_service=p["mean_service"],
                service="deterministic",
            )
        )

    minutes = np.linspace(0, 24, 24 * 60, endpoint=False)
    terms = np.cumprod(np.concatenate(([1.0], load(12) / np.arange(1, 61))))  # Poisson, 0 to 60
    return {f"m({t})": load(t) for t in (0, 6, 12, 18)} | {
        "peak_time_h": max(minutes, key=load),
        "P(N(12)<=60)": float(terms.sum() * np.exp(-load(12))),
    }


def case_shifts(p: Params) -> Values:
    ends = [segment["end"] for segment in p["segments"]]
    periods = [Period(s["end"] - s["start"], s["lam"], s["c"]) for s in p["segments"]]
    outcomes = mtmct(periods, p["mu"])
    arrivals = sum(outcome.arrivals for outcome in outcomes)
    values = {
        "frac_arrivals_finding_all_busy": sum(o.delayed for o in outcomes) / arrivals,
        "mean_queue_time_per_arrival_0_24": sum(o.waiting_time for o in outcomes) / arrivals,
    }
    for end, outcome in zip(ends, outcomes, strict=True):
        values[f"E_N({end})"] = outcome.mean_number
        values[f"P(N({end})>=c_before)"] = outcome.all_busy
    return values


def case_priority(p: Params) -> Values:
    queue = mmc_priority(p["lams"], p["mu"], p["c"])
    return {
        "Wq_1": queue.mean_wait[0],
        "Wq_2": queue.mean_wait[1],
        "Wq_all": sum(queue.mean_queue) / sum(p["lams"]),
        "P_wait": queue.wait_probability,
        "Lq_1": queue.mean_queue[0],
        "Lq_2": queue.mean_queue[1],
    }


def case_priority_mg1(p: Params) -> Values:
    queue = mg1_priority([p["l1"], p["l2"]], [constant(0.5), exponential(1.2)])
    first, second = queue.mean_wait
    return {"Wq_1": first, "Wq_2": second, "util": queue.wait_probability}


def case_priority_abandonment(p: Params) -> Values:
    theta = p["thetas"][0]
    queue = erlang_a_priority(p["lams"], p["mu"], theta, p["c"])
    values = {
        "P_wait": queue.wait_probability,
        "P_abandon_all": theta * sum(queue.mean_queue) / sum(p["lams"]),
    }
    for k, (wait, waiting) in enumerate(zip(queue.mean_wait, queue.mean_queue, strict=True), 1):
        values |= {f"Wq_{k}": wait, f"Lq_{k}": waiting, f"P_abandon_{k}": theta * wait}
    return values


def case_feedback(p: Params) -> Values:
    network = jackson([p["lam"]], [p["mu"]], [p["c"]], [[p["p_feedback"]]])
    (station,) = network.stations
    return {
        "effective_rate": network.flows[0],
        "L": network.mean_number,
        "Lq": station.mean_queue,
        "Wq_per_visit": station.mean_wait,
        "total_sojourn": network.mean_time,
        "visits": network.mean_visits,
    }


def case_tandem(p: Params) -> Values:
    network = jackson([p["lam"], 0], p["mu"], p["c"], [[0, 1], [0, 0]])
    first, second = network.stations
    return {"L1": first.mean_number, "L2": second.mean_number, "W_total": network.mean_time}


def case_repair(p: Params) -> Values:
    base = machine_repair(p["fail_rate"], p["repair_rate"], p["c"], p["N"], p["spares"])
    return {
        "L_down": base.mean_down,
        "Lq": base.mean_queue,
        "throughput": base.throughput,
        "W_down": base.mean_downtime,
        "Wq": base.mean_wait,
        "mean_operating": base.mean_working,
        "availability": base.availability,
        "technician_util": base.utilisation,
        "p0": base.all_working,
        "P_all_operating": base.all_working,
    }


def case_hypercube(p: Params) -> Values:
    classes = p["classes"]
    names = ("A12", "A4", "A2resp", "A3resp") if len(classes) == 4 else ("1", "2")
    city = hypercube_loss(
        [c["rate"] for c in classes],
        [[server - 1 for server in c["preference"]] for c in classes],
        p["mu"],
    )
    values = {
        "P_all_busy": city.all_busy,
        "frac_dispatch_not_first_preference": city.not_first_choice,
    }
    values |= {f"rho_{i}": busy for i, busy in enumerate(city.busy, 1)}
    for name, row in zip(names, city.dispatched, strict=True):
        values |= {f"f_{name}_{i}": share for i, share in enumerate(row, 1)}
    return values


def case_lost_sales(p: Params) -> Values:
    pipeline = p["lam"] * p["lead"]
    stockout = erlang_b(pipeline, p["S"])
    return {
        "P_stockout": stockout,
        "fill_rate": 1 - stockout,
        "E_on_order": pipeline * (1 - stockout),
    }


def case_square_root(p: Params) -> Values:
    rule = square_root_rule(p["a"], p["target_P_wait"])
    c = servers_for_wait_probability(p["a"], p["target_P_wait"])
    return {
        "c_exact": c,
        "P_wait_at_c": erlang_c(p["a"], c),
        "P_wait_at_c_minus_1": erlang_c(p["a"], c - 1),
        "beta": rule.beta,
        "c_halfin_whitt": rule.servers,
    }


def case_staffing(p: Params) -> Values:
    mu = 1 / p["AHT_s"]
    return {
        f"agents_a{a}": servers_for_service_level(a * mu, mu, within=20, share=0.8)
        for a in p["loads"]
    }


FORMULAS: dict[str, Callable[[Params], Values]] = {
    "MM1-0.8": case_mmc,
    "MMC-2-a": case_mmc,
    "MMC-CCH-14": case_mmc,
    "MMCK-2-3": case_mmck,
    "ERLB-STAFF": case_erlang_b,
    "ERLA-GMR-50": case_erlang_a,
    "ERLA-SMALL-3": case_erlang_a,
    "ERLA-RENEGE-1": case_erlang_a,
    "MG1-D": lambda p: steady(mg1(p["lam"], constant(p["D"]))),
    "MG1-LN": lambda p: steady(mg1(p["lam"], lognormal(p["mean"], p["scv"]))),
    "MG1-TRAVEL": case_travelling_engineer,
    "MDC-2": lambda p: steady(mdc(p["lam"], p["D"], p["c"])),
    "MTGINF-det": case_sinusoidal,
    "MTMCT-SHIFT": case_shifts,
    "PRIO-NP-1": case_priority,
    "PRIO-NP-MG1": case_priority_mg1,
    "PRIO-ABANDON-9": case_priority_abandonment,
    "JACKSON-FEEDBACK": case_feedback,
    "TANDEM-2-3": case_tandem,
    "REPAIR-WINSTON": case_repair,
    "REPAIR-20-3": case_repair,
    "HYPER-LO-3-LOSS": case_hypercube,
    "HYPER-2-LOSS": case_hypercube,
    "SPARE-LOST": case_lost_sales,
    "SQRT-25": case_square_root,
    "STAFF-80-20": case_staffing,
    "APPT-DM1": lambda p: steady(dm1(p["slot"], p["mu"])),
    "TRANSIENT-MM1": lambda p: {
        f"EN({t})": float(mm1_from_empty(t, p["lam"], p["mu"])) for t in (1, 5, 20, 100)
    },
}


@pytest.mark.parametrize("case_id", FORMULAS)
def test_formula_gives_the_exact_values(case_id: str) -> None:
    case = CASES[case_id]
    found = FORMULAS[case_id](case["params"])
    assert {key: found[key] for key in case["expected"]} == pytest.approx(
        case["expected"], rel=1e-6
    )


def test_only_the_stock_of_spare_parts_has_no_formula_here() -> None:
    assert CASES.keys() - FORMULAS.keys() == {"SPARE-4"}
