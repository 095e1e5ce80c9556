"""Numbers as people read them: durations, shares, counts, money, with their intervals.

What was not measured is a dash.
"""

from __future__ import annotations

import math

from network.quantity import MINUTES_PER_DAY, show_duration
from report.view import Estimate

DASH = "–"  # noqa: RUF001  # an en dash is meant
"""What was not measured."""
COMPONENT_NAMES = {
    "sites": "Sites, fixed",
    "wages": "Wages",
    "overtime": "Overtime",
    "travel": "Travel",
    "jobs": "Paid per job",
    "contacts": "Contacts",
    "parts": "Parts",
    "penalties": "Penalties",
    "lost": "Lost requests",
}
"""Components of the cost as people call them."""


def show_share(share: float, digits: int = 1) -> str:
    """A share in per cent.

    Examples
    --------
    >>> show_share(0.8284), show_share(float("nan"))
    ('82.8 %', '–')
    """
    return f"{100 * share + 0.0:.{digits}f} %" if math.isfinite(share) else DASH


def show_number(value: float) -> str:
    """A count or an amount with the digits that matter.

    Examples
    --------
    >>> show_number(4.25), show_number(76.2), show_number(30413.7)
    ('4.2', '76', '30,414')
    """
    if not math.isfinite(value):
        return DASH
    digits = 0 if abs(value) >= 20 or value == round(value) else 1
    return f"{value + 0.0:,.{digits}f}"


def show_large(value: float) -> str:
    """A large count, from a million (M) on in millions.

    Examples
    --------
    >>> show_large(324_000), show_large(2_700_003)
    ('324,000', '2.70 M')
    """
    return f"{value / 1e6:.2f} M" if math.isfinite(value) and value >= 1e6 else show_number(value)


def show_money(value: float) -> str:
    """An amount of money without its currency, with cents below 100.

    Examples
    --------
    >>> show_money(45.968), show_money(1074238.2)
    ('45.97', '1,074,238')
    """
    if not math.isfinite(value):
        return DASH
    return f"{value + 0.0:,.0f}" if abs(value) >= 100 or value == 0 else f"{value:,.2f}"


def show_time(minutes: float) -> str:
    """A duration; whole minutes, hours and days without their rest.

    Examples
    --------
    >>> show_time(240.0), show_time(95.0), show_time(2880.0), show_time(0.5), show_time(1.0)
    ('4 h', '1 h 35 min', '2 d', '30 s', '1 min')
    """
    if not math.isfinite(minutes):
        return DASH
    if minutes == 0:
        return "0"
    if minutes == round(minutes) and abs(minutes) < 10:
        return f"{minutes:.0f} min"
    return show_duration(minutes).replace(" h 00 min", " h").replace(".0 d", " d")


def show_estimate(estimate: Estimate, unit: str) -> str:
    """An estimate with its half-width in the same unit.

    Parameters
    ----------
    estimate : Estimate
    unit : str
        As in the registry of key figures: min, 1 (a share), count, h, currency ...

    Examples
    --------
    >>> show_estimate(Estimate(12.3, 11.1, 13.5), "min")
    '12 min ± 1'
    >>> show_estimate(Estimate(250.0, 175.0, 325.0), "min")
    '4 h 10 min ± 75'
    >>> show_estimate(Estimate(0.888, 0.883, 0.893), "1")
    '88.8 % ± 0.5'
    >>> show_estimate(Estimate(float("nan")), "1")
    '–'
    """
    if not estimate.known:
        return DASH
    half = estimate.half_width
    if unit == "min":
        shown, scale, digits = _of_duration(estimate.mean)
    elif unit == "1":
        shown, scale, digits = show_share(estimate.mean), 100.0, 1
    elif unit.startswith("currency"):
        shown, scale = show_money(estimate.mean), 1.0
        digits = 0 if abs(estimate.mean) >= 100 else 2
    else:
        shown, scale = show_number(estimate.mean), 1.0
        digits = 0 if abs(estimate.mean) >= 20 else 1
    if not math.isfinite(half) or half * scale < 1e-9:
        return shown
    return f"{shown} ± {_half(half * scale, digits)}"


def _of_duration(minutes: float) -> tuple[str, float, int]:
    """The duration, its last unit per minute, and the digits of that unit."""
    size, shown = abs(minutes), show_duration(minutes)
    if size < 1.5:
        return shown, 60.0, 0
    if size < MINUTES_PER_DAY:
        return shown, 1.0, 1 if size < 10 else 0
    return shown, 1 / MINUTES_PER_DAY, 1


def _half(value: float, digits: int) -> str:
    """Half-width with the digits of its mean, one more where it would vanish."""
    if value >= 0.5 * 10.0**-digits:
        return f"{value:,.{digits}f}"
    if digits == 0 and value >= 0.1:
        return f"{value:.1g}"
    return f"<{10.0 ** -max(digits, 1):g}"
