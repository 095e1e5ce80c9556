"""Text with a unit -> a number: durations, clock times, weekdays.

A bare number is never a duration: ``30`` may be minutes, hours or days, and YAML
reads ``12:30`` as 750. Text keeps what the planner wrote.
"""

from __future__ import annotations

import math
import re
from typing import Annotated

from pydantic import BeforeValidator

MINUTES_PER_HOUR = 60.0
MINUTES_PER_DAY = 1440.0
MINUTES_PER_WEEK = 10080.0
HOURS_PER_WEEK = 168
MINUTES_PER_YEAR = 365.25 * MINUTES_PER_DAY
MINUTES_PER_MONTH = MINUTES_PER_YEAR / 12.0

_UNIT_MIN = {
    "s": 1.0 / 60.0,
    "min": 1.0,
    "h": MINUTES_PER_HOUR,
    "d": MINUTES_PER_DAY,
    "w": MINUTES_PER_WEEK,
    "y": MINUTES_PER_YEAR,
}
_DURATION = re.compile(r"([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)\s*([a-z]+)")
_LONGEST = 60
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def parse_duration(text: object) -> float:
    """Minutes of a duration such as ``30s``, ``90min``, ``1.5h``, ``28d``, ``1h 30min``.

    Numbers given from Python pass as minutes; text needs a unit.

    Raises
    ------
    ValueError
        If the text has no unit, an unknown unit, or is not finite.

    Examples
    --------
    >>> parse_duration("1.5h"), parse_duration("30s"), parse_duration("1h 30min")
    (90.0, 0.5, 90.0)
    >>> parse_duration("750")
    Traceback (most recent call last):
    ...
    ValueError: expected a duration with its unit (s, min, h, d, w, y) such as '4h' or '30min'
    """
    if isinstance(text, (int, float)) and not isinstance(text, bool):
        minutes = float(text)
    else:
        words = str(text).strip()
        parts = _DURATION.findall(words) if len(words) <= _LONGEST else []
        if (
            not parts
            or _DURATION.sub("", words).strip()
            or any(u not in _UNIT_MIN for _, u in parts)
        ):
            raise ValueError(
                "expected a duration with its unit (s, min, h, d, w, y) such as '4h' or '30min'"
            )
        minutes = sum(float(number) * _UNIT_MIN[unit] for number, unit in parts)
    if not math.isfinite(minutes):
        raise ValueError("expected a finite duration")
    return minutes


def parse_clock(text: object) -> float:
    """Minutes after midnight of a clock time ``HH:MM``, from 00:00 to 24:00.

    Examples
    --------
    >>> parse_clock("08:30"), parse_clock("24:00")
    (510.0, 1440.0)
    """
    if isinstance(text, (int, float)) and not isinstance(text, bool):
        return float(text)
    match = _CLOCK.fullmatch(str(text).strip())
    if match:
        minutes = 60 * int(match[1]) + int(match[2])
        if int(match[2]) < 60 and minutes <= 1440:
            return float(minutes)
    raise ValueError('expected a quoted clock time "HH:MM" from "00:00" to "24:00"')


def parse_days(text: object) -> tuple[int, ...]:
    """Weekdays (Monday = 0) of ``daily``, ``Mon-Fri`` or ``Mon,Wed,Sat``.

    Examples
    --------
    >>> parse_days("Mon-Fri")
    (0, 1, 2, 3, 4)
    >>> parse_days("Sat,Sun")
    (5, 6)
    """
    if isinstance(text, tuple):
        return text
    words = str(text).strip()
    if words == "daily":
        return tuple(range(7))
    days: set[int] = set()
    for part in words.split(","):
        ends = [end.strip().capitalize() for end in part.split("-")]
        if len(ends) > 2 or any(end not in _DAYS for end in ends):
            raise ValueError("expected weekdays such as 'Mon-Fri', 'Mon,Wed' or 'daily'")
        first, last = _DAYS.index(ends[0]), _DAYS.index(ends[-1])
        days.update((first + step) % 7 for step in range((last - first) % 7 + 1))
    return tuple(sorted(days))


def show_duration(minutes: float) -> str:
    """A duration as people write it, in its natural unit.

    Examples
    --------
    >>> show_duration(0.4), show_duration(95.0), show_duration(2880.0)
    ('24 s', '1 h 35 min', '2.0 d')
    """
    if not math.isfinite(minutes):
        return "-"
    if abs(minutes) < 1.5:
        return f"{60 * minutes:.0f} s"
    if abs(minutes) < 59.5:
        return f"{minutes:.1f} min" if abs(minutes) < 10 else f"{minutes:.0f} min"
    if abs(minutes) < MINUTES_PER_DAY:
        hours, rest = divmod(round(minutes), 60)
        return f"{hours} h {rest:02d} min"
    return f"{minutes / MINUTES_PER_DAY:.1f} d"


def _not_negative(minutes: float) -> float:
    if minutes < 0:
        raise ValueError("expected a duration >= 0")
    return minutes


def _positive(minutes: float) -> float:
    if minutes <= 0:
        raise ValueError("expected a duration > 0")
    return minutes


Duration = Annotated[float, BeforeValidator(lambda text: _not_negative(parse_duration(text)))]
"""Minutes >= 0; as text with its unit."""
PositiveDuration = Annotated[float, BeforeValidator(lambda text: _positive(parse_duration(text)))]
"""Minutes > 0; as text with its unit."""
Clock = Annotated[float, BeforeValidator(parse_clock)]
"""Minutes after midnight; as text ``HH:MM``."""
Days = Annotated[tuple[int, ...], BeforeValidator(parse_days)]
"""Weekdays, Monday = 0; as text such as ``Mon-Fri``."""
