"""Differences and verdicts as people read them."""

from __future__ import annotations

import math

from rich.text import Text

from report.console.tables import BAD, GOOD, QUIET, UNSURE, plain
from report.decision.view import Change, DecisionView, Verdict
from report.view import Estimate
from report.words import DASH, show_money, show_number, show_share, show_time

_TIMES = (
    (" s", 60.0, 1.5),
    (" min", 1.0, 600.0),
    (" h", 1 / 60, 2880.0),
    (" d", 1 / 1440, math.inf),
)
"""Units of a difference of times, per minute, and up to which one they are used."""
_STYLE = {Verdict.BETTER: GOOD, Verdict.WORSE: BAD, Verdict.NO_EVIDENCE: QUIET}


def show_value(value: float, unit: str) -> str:
    """A key figure without its interval.

    Examples
    --------
    >>> show_value(264.4, "min"), show_value(0.91, "1"), show_value(float("nan"), "count")
    ('4 h 24 min', '91.0 %', '–')
    """
    if unit == "min":
        return show_time(value)
    if unit == "1":
        return show_share(value)
    return show_money(value) if unit.startswith("currency") else show_number(value)


def show_difference(difference: Estimate, unit: str) -> str:
    """A difference with its sign and its half-width, both in one unit; shares in points.

    Examples
    --------
    >>> show_difference(Estimate(-127.0, -132.0, -122.0), "min")
    '-127 min ± 5'
    >>> show_difference(Estimate(0.121, 0.118, 0.124), "1")
    '+12.1 points ± 0.3'
    >>> show_difference(Estimate(0.0004, 0.0002, 0.0006), "1")
    '+0.04 points ± 0.02'
    >>> show_difference(Estimate(0.0, 0.0, 0.0), "count"), show_difference(Estimate(math.nan), "1")
    ('0', '–')
    """
    if not difference.known:
        return DASH
    mean, half = difference.mean, difference.half_width
    largest = max(abs(mean), half if math.isfinite(half) else 0.0)
    if largest == 0:
        return "0"
    word, scale = _scale(largest, unit)
    digits = _share_digits(scale * mean, scale * half) if unit == "1" else _digits(scale * largest)
    shown = f"{scale * mean:+,.{digits}f}"
    shown = shown[1:] if not shown.strip("+-0.,") else shown  # no sign where it rounds to zero
    if not math.isfinite(half) or scale * half < 1e-9:
        return shown + word
    return f"{shown}{word} ± {_least(scale * half, digits)}"


def _scale(largest: float, unit: str) -> tuple[str, float]:
    """The unit in which a difference and its half-width are told, and its size."""
    if unit == "1":
        return " points", 100.0
    if unit == "min":
        return next((word, scale) for word, scale, most in _TIMES if largest < most)
    return "", 1.0


def _share_digits(mean: float, half: float) -> int:
    """Decimals of percentage points: one, or as many as show a difference that is no chance."""
    sure = math.isfinite(half) and half < abs(mean)
    return next((d for d in (1, 2, 3) if not sure or abs(mean) >= 0.5 * 10.0**-d), 4)


def _digits(largest: float) -> int:
    if largest >= 100 or largest == round(largest):
        return 0
    return 1 if largest >= 10 else 2 - (largest >= 2)


def _least(half: float, digits: int) -> str:
    """A half-width, or the least that can be written where it would vanish."""
    least = 10.0**-digits
    return f"{half:,.{digits}f}" if half >= least / 2 else f"<{least:g}"


def from_to(before: str, after: str) -> str:
    """Before and after, once where nothing was measured.

    Examples
    --------
    >>> from_to("1", "3"), from_to("–", "–")
    ('1 → 3', '–')
    """
    return DASH if before == after == DASH else f"{before} → {after}"


def show_verdict(change: Change | None) -> Text:
    """What a difference shows, in a word and a colour."""
    if change is None or not math.isfinite(change.difference):
        return Text(DASH, style=QUIET)
    return Text(change.verdict.value, style=_STYLE.get(change.verdict, UNSURE))


def change_cells(change: Change) -> tuple[str | Text, ...]:
    """Cells of a row: before, after, difference, verdict."""
    return (
        show_value(change.before, change.unit),
        show_value(change.after, change.unit),
        plain(show_difference(change.estimate, change.unit)),
        show_verdict(change),
    )


def promise_title(view: DecisionView, name: str) -> str:
    """What people call a promise."""
    titles = {row.name: row.title for row in (*view.before.promises, *view.after.promises)}
    titles |= {proof.name: proof.title for proof in view.proofs if proof.title}
    return titles.get(name) or name


def counted(count: int, what: str) -> str:
    """A count of things, with an s where there are several.

    Examples
    --------
    >>> counted(1, "site"), counted(0, "site"), counted(2, "site")
    ('1 site', 'no site', '2 sites')
    """
    return f"{count:,} {what}{'' if count == 1 else 's'}" if count else f"no {what}"
