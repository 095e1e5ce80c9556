"""Values of a decision: verdicts follow evidence, prices follow neighbours."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from report.decision import Change, FrontierPoint, PromiseProof, Verdict
from report.decision.frontier import in_order, price_of_a_point
from report.decision.view import PROMISE
from report.decision.words import show_difference
from report.view import Estimate, PromiseRow

NAN = math.nan


def change(
    kpi: str, lower: float, upper: float, dimension: str = "total", key: str = "all"
) -> Change:
    return Change(kpi, dimension, key, "min", 300.0, 300.0, (lower + upper) / 2, lower, upper)


@pytest.mark.parametrize(
    ("kpi", "lower", "upper", "verdict"),
    [
        ("cost", -3.0, -1.0, "better"),
        ("cost", 1.0, 3.0, "worse"),
        ("cost", 2.0, 2.0, "worse"),
        ("cost", -1.0, 3.0, "no evidence"),
        ("cost", 0.0, 0.0, "no evidence"),
        ("cost", 0.0, 3.0, "no evidence"),
        ("cost", NAN, NAN, "no evidence"),
        ("sla", 0.01, 0.02, "better"),
        ("sla", -0.02, -0.01, "worse"),
        (PROMISE, 0.01, 0.02, "better"),
        ("utilisation", 0.01, 0.02, "higher"),
        ("utilisation", -0.02, -0.01, "lower"),
        ("a figure of somebody's own", 0.01, 0.02, "higher"),
    ],
)
def test_only_an_interval_on_one_side_of_zero_is_evidence(
    kpi: str, lower: float, upper: float, verdict: str
) -> None:
    assert change(kpi, lower, upper).verdict == verdict


@given(
    kpi=st.sampled_from(["cost", "response_mean", "sla", "utilisation", PROMISE]),
    ends=st.tuples(st.floats(-9, 9), st.floats(-9, 9)).map(sorted),
)
def test_a_mirrored_difference_has_the_opposite_verdict(kpi: str, ends: list[float]) -> None:
    opposite = {"better": "worse", "worse": "better", "higher": "lower", "lower": "higher"}
    verdict = change(kpi, *ends).verdict
    mirrored = change(kpi, -ends[1], -ends[0]).verdict
    assert mirrored == opposite.get(verdict, Verdict.NO_EVIDENCE)


def test_the_price_of_a_point_is_the_slope_between_neighbours_that_have_a_plan() -> None:
    points = in_order(
        [
            FrontierPoint("d", 0.99, NAN),
            FrontierPoint("c", 0.98, 1900.0),
            FrontierPoint("gone", 0.96, NAN),
            FrontierPoint("a", 0.90, 1000.0),
            FrontierPoint("b", 0.95, 1300.0, service=0.93),
            FrontierPoint("budget", NAN, 1300.0, service=0.93),
            FrontierPoint("unknown", NAN, 7.0),
        ]
    )
    assert [p.label for p in points] == ["a", "b", "budget", "gone", "c", "d", "unknown"]
    prices = price_of_a_point(points)
    assert prices[1] == pytest.approx(100.0)
    assert prices[4] == pytest.approx(120.0)
    assert np.isnan([prices[n] for n in (0, 2, 3, 5, 6)]).all()


@pytest.mark.parametrize(
    ("lower", "mean", "upper", "unit", "shown"),
    [
        (-132.0, -127.0, -122.0, "min", "-127 min ± 5"),
        (-22.4, -1.3, 21.2, "min", "-1.3 min ± 21.8"),
        (-0.01, 0.02, 0.05, "min", "+1.20 s ± 1.80"),
        (-4000.0, 700.0, 5400.0, "min", "+0.5 d ± 3.3"),
        (NAN, -60.0, NAN, "min", "-60 min"),
        (-0.0124, -0.0004, 0.0116, "1", "0.0 points ± 1.2"),
        (0.1, 0.1, 0.1, "1", "+10.0 points"),
        (-120.0, -100.0, -80.0, "currency/month", "-100 ± 20"),
        (99.999, 100.0, 100.001, "currency", "+100 ± <1"),
        (NAN, NAN, NAN, "min", "–"),  # noqa: RUF001
    ],
)
def test_a_difference_and_its_half_width_share_a_unit(
    lower: float, mean: float, upper: float, unit: str, shown: str
) -> None:
    assert show_difference(Estimate(mean, lower, upper), unit) == shown


def test_a_proof_takes_over_what_the_run_found() -> None:
    row = PromiseRow("a", "A", 0.9, 0.95, 0.92, 0.97, True, False, "Lugo", 0.5, 0.6)
    proof = PromiseProof.of(row, predicted=0.96)
    assert (proof.simulated, proof.lower, proof.target, proof.verdict) == (0.95, 0.92, 0.9, "met")
    assert (proof.predicted, proof.worst_area, proof.below_floor) == (0.96, "Lugo", True)
