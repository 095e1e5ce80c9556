"""Figures, changes and parameters of a study as people read them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from report.study.view import Shown, StudyPoint, StudyView, Swing, TornadoView, Value
from report.view import Estimate
from report.words import DASH, show_estimate, show_money, show_number, show_share, show_time

_LONGEST = 24
_MOST_FINDINGS = 5


def show_value(value: Value | None) -> str:
    """A parameter.

    Examples
    --------
    >>> show_value(1.0625), show_value(8), show_value("lean"), show_value(None)
    ('1.062', '8', 'lean', '–')
    """
    if value is None:
        return DASH
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def titled(figure: Shown, currency: str) -> str:
    """A figure with the money it is told in.

    Examples
    --------
    >>> titled(Shown("cost", "Cost", "currency/month"), "EUR"), titled(Shown("sla", "SLA", "1"), "")
    ('Cost, EUR a month', 'SLA')
    """
    if not figure.unit.startswith("currency"):
        return figure.title
    each = " a month" if figure.unit == "currency/month" else ""
    return f"{figure.title}, {currency}{each}"


def findings(view: StudyView) -> list[str]:
    """Where each figure is lowest and highest: the answer of a study, in words."""
    found = []
    for figure in view.figures[:_MOST_FINDINGS]:
        known = [one for one in view.points if one.estimates[figure.name].known]
        if len(known) < 2:
            continue
        ordered = sorted(known, key=lambda one: one.estimates[figure.name].mean)
        ends = [
            f"{show_estimate(one.estimates[figure.name], figure.unit)} at {_where(one)}"
            for one in (ordered[0], ordered[-1])
        ]
        found.append(f"{titled(figure, view.currency)}: from {ends[0]} to {ends[1]}")
    return found


def _where(point: StudyPoint) -> str:
    """A point by what made it."""
    said = ", ".join(f"{name}={show_value(value)}" for name, value in point.parameters.items())
    return f"{point.name} ({said})" if said else point.name


def hangs_on(view: TornadoView, swings: Sequence[Swing]) -> str:
    """The finding of a tornado: the assumption that moves the figure most, and how far."""
    if not swings:
        return f"{view.figure.title}: nothing moves it"
    first = swings[0]
    widest = max((first.low, first.high), key=lambda one: abs(one.mean) if one.known else -1.0)
    way = "lower" if widest is first.low else "higher"
    money = titled(view.figure, view.currency).removeprefix(view.figure.title).replace(",", "")
    change = show_change(Estimate(widest.mean), view.figure.unit)
    moved = f"{change}{money} if {view.percent:g} % {way}"
    return f"{view.figure.title} hangs most on {first.title.lower()}: {moved}"


def show_unit(value: float, unit: str) -> str:
    """A plain figure of a unit of the registry.

    Examples
    --------
    >>> show_unit(0.925, "1"), show_unit(95.0, "min"), show_unit(12345.0, "currency/month")
    ('92.5 %', '1 h 35 min', '12,345')
    """
    if unit == "1":
        return show_share(value)
    if unit == "min":
        return show_time(value)
    return show_money(value) if unit.startswith("currency") else show_number(value)


def show_change(estimate: Estimate, unit: str) -> str:
    """A difference with its sign; shares in percentage points.

    Examples
    --------
    >>> show_change(Estimate(0.021, 0.016, 0.026), "1")
    '+2.1 points ± 0.5'
    >>> show_change(Estimate(-1500.0, -1700.0, -1300.0), "currency/month")
    '-1,500 ± 200'
    """
    if not estimate.known:
        return DASH
    if unit == "1":
        half = 100 * estimate.half_width
        shown = f"{100 * estimate.mean:+.1f} points"
        return f"{shown} ± {half:.1f}" if math.isfinite(half) else shown
    sign = "+" if estimate.mean > 0 else "-" if estimate.mean < 0 else ""
    size = Estimate(abs(estimate.mean), *_mirrored(estimate))
    return sign + show_estimate(size, unit)


def _mirrored(estimate: Estimate) -> tuple[float, float]:
    if estimate.mean >= 0:
        return estimate.lower, estimate.upper
    return -estimate.upper, -estimate.lower


def show_factor(estimate: Estimate) -> str:
    """A factor on an assumption as per cent more or less.

    Examples
    --------
    >>> show_factor(Estimate(1.08, 1.05, 1.11)), show_factor(Estimate(0.75))
    ('+8 % (+5 to +11)', '-25 %')
    """
    if not estimate.known:
        return DASH
    shown = f"{100 * (estimate.mean - 1):+.0f} %"
    if not (math.isfinite(estimate.lower) and math.isfinite(estimate.upper)):
        return shown
    low, high = (f"{100 * (limit - 1):+.0f}" for limit in (estimate.lower, estimate.upper))
    return f"{shown} ({low} to {high})"


def show_range(low: float, high: float, unit: str) -> str:
    """A range of a figure.

    Examples
    --------
    >>> show_range(0.81, 0.93, "1")
    '81.0 to 93.0 %'
    """
    if not (math.isfinite(low) and math.isfinite(high)):
        return DASH
    if unit == "1":
        return f"{100 * low:.1f} to {100 * high:.1f} %"
    return f"{show_unit(low, unit)} to {show_unit(high, unit)}"
