"""Durations, clock times and weekdays are text with a meaning, never bare numbers."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network.quantity import (
    MINUTES_PER_MONTH,
    MINUTES_PER_YEAR,
    parse_clock,
    parse_days,
    parse_duration,
    show_duration,
)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("30s", 0.5),
        ("90min", 90.0),
        ("1.5h", 90.0),
        (".5h", 30.0),
        ("1.h", 60.0),
        ("1h 30min", 90.0),
        ("1h30min", 90.0),
        ("28d", 40_320.0),
        ("2w", 20_160.0),
        ("1y", 525_960.0),
        ("1e3min", 1000.0),
        ("-5min", -5.0),
        (" 4 h ", 240.0),
        ("0s", 0.0),
    ],
)
def test_a_duration_has_a_number_and_a_unit(text: str, minutes: float) -> None:
    assert parse_duration(text) == pytest.approx(minutes)


@pytest.mark.parametrize(
    "text",
    ["", "5", "12:30", "h", "5 m", "5 minutes", "1h30", "H", "5H", "nanmin", "infmin", "1e999min",
     "5min!", "five min", "5,5h", "1h, 30min", "True", "None", "1" * 100 + "min"],
)  # fmt: skip
def test_anything_else_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected a (duration with its unit|finite duration)"):
        parse_duration(text)


def test_numbers_from_python_are_minutes_and_finite() -> None:
    assert parse_duration(5) == 5.0
    assert parse_duration(2.5) == 2.5
    for number in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="finite"):
            parse_duration(number)
    with pytest.raises(ValueError, match="unit"):
        parse_duration(True)


@settings(deadline=None)
@given(st.floats(0, 1e6), st.sampled_from(["s", "min", "h", "d"]))
def test_a_duration_is_linear_in_its_number(number: float, unit: str) -> None:
    one = parse_duration(f"1{unit}")
    assert parse_duration(f"{number:.17g}{unit}") == pytest.approx(number * one)


def test_a_year_has_twelve_months() -> None:
    assert 12 * MINUTES_PER_MONTH == MINUTES_PER_YEAR


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("00:00", 0),
        ("8:30", 510),
        ("08:30", 510),
        ("23:59", 1439),
        ("24:00", 1440),
        (" 07:05 ", 425),
    ],
)
def test_a_clock_time_is_hours_and_minutes(text: str, minutes: float) -> None:
    assert parse_clock(text) == minutes


@pytest.mark.parametrize(
    "text", ["", "8", "750", "24:01", "25:00", "08:60", "8:5", "-1:00", "08:30:00", "8h"]
)
def test_anything_else_is_no_clock_time(text: str) -> None:
    with pytest.raises(ValueError, match='expected a quoted clock time "HH:MM"'):
        parse_clock(text)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("daily", (0, 1, 2, 3, 4, 5, 6)),
        ("Mon-Fri", (0, 1, 2, 3, 4)),
        ("Sat, Sun", (5, 6)),
        ("Sun,Mon", (0, 6)),
        ("Fri-Mon", (0, 4, 5, 6)),
        ("wed", (2,)),
        ("Mon-Tue,Thu", (0, 1, 3)),
    ],
)
def test_weekdays(text: str, days: tuple[int, ...]) -> None:
    assert parse_days(text) == days


@pytest.mark.parametrize("text", ["", "Monday", "Mon-", "Mon-Wed-Fri", "1", "Mon;Tue", "weekend"])
def test_anything_else_is_no_weekday(text: str) -> None:
    with pytest.raises(ValueError, match="expected weekdays"):
        parse_days(text)


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (0.0, "0 s"),
        (0.4, "24 s"),
        (1.5, "1.5 min"),
        (12.0, "12 min"),
        (59.6, "1 h 00 min"),
        (95.0, "1 h 35 min"),
        (2880.0, "2.0 d"),
        (float("nan"), "-"),
        (float("inf"), "-"),
    ],
)
def test_a_duration_is_shown_in_its_natural_unit(minutes: float, text: str) -> None:
    assert show_duration(minutes) == text
