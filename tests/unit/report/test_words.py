"""Numbers in words: units, dashes, half-widths that do not vanish."""

import math

import pytest

from report.view import Estimate, PromiseRow, RunView
from report.words import DASH, show_estimate, show_money, show_number, show_share, show_time

nan = math.nan


@pytest.mark.parametrize("show", [show_share, show_number, show_money, show_time])
def test_nothing_measured_is_a_dash(show) -> None:
    assert show(nan) == DASH
    assert show(math.inf) == DASH


@pytest.mark.parametrize("unit", ["min", "1", "count", "h", "currency", "currency/month", "ratio"])
def test_no_estimate_ever_says_nan(unit: str) -> None:
    assert show_estimate(Estimate(nan, nan, nan), unit) == DASH
    assert "nan" not in show_estimate(Estimate(3.0, nan, nan), unit)
    assert "±" not in show_estimate(Estimate(3.0, nan, nan), unit)


@pytest.mark.parametrize(
    ("mean", "half", "unit", "words"),
    [
        (0.4, 0.05, "min", "24 s ± 3"),
        (12.0, 0.3, "min", "12 min ± 0.3"),
        (250.0, 75.0, "min", "4 h 10 min ± 75"),
        (4000.0, 288.0, "min", "2.8 d ± 0.2"),
        (0.888, 0.0001, "1", "88.8 % ± <0.1"),
        (45.968, 2.0, "currency", "45.97 ± 2.00"),
        (1_074_238.0, 6927.0, "currency/month", "1,074,238 ± 6,927"),
        (4.0, 0.0, "count", "4"),
    ],
)
def test_interval_is_in_the_unit_of_its_mean(
    mean: float, half: float, unit: str, words: str
) -> None:
    assert show_estimate(Estimate(mean, mean - half, mean + half), unit) == words


@pytest.mark.parametrize(
    ("met", "missed", "worst", "verdict"),
    [
        (True, False, 0.8, "met"),
        (False, True, 0.8, "missed"),
        (False, False, 0.8, "not shown"),
        (False, False, 0.6, "missed"),
        (False, False, nan, "not shown"),
    ],
)
def test_verdict_of_a_promise(met: bool, missed: bool, worst: float, verdict: str) -> None:
    row = PromiseRow("p", "", 0.8, 0.82, 0.7, 0.9, met=met, missed=missed, worst=worst, floor=0.7)
    assert row.verdict == verdict


def test_absent_figures_are_unknown(region: RunView, empty: RunView) -> None:
    assert region.find("offered").known
    assert not region.find("offered", "class", "no such class").known
    assert not region.find("no such figure").known
    assert not empty.find("offered").known
    assert region.column("sla", "tier", ("point", "nowhere")).shape == (2, 3)


def test_figures_come_in_the_order_of_the_keys(region: RunView) -> None:
    keys = ("how_to", "fault_basic")
    there = region.column("offered", "class", keys)
    assert (region.column("offered", "class", keys[::-1]) == there[::-1]).all()
