"""Sensitivity on the terminal: which inputs matter, and what of it is noise."""

from __future__ import annotations

import math

from rich.console import Console
from rich.table import Table
from rich.text import Text

from report.console.tables import QUIET, add, notes, remark, section
from report.study.view import Indices, SensitivityView
from report.study.words import show_unit, titled
from report.view import Estimate
from report.words import DASH, show_estimate, show_share

_NOISY = 0.3
"""Share of noise from which a ranking is not to be trusted."""


def print_sensitivity(view: SensitivityView, console: Console) -> None:
    """Print the indices of every figure."""
    console.print(Text(view.title, style="bold"))
    for figure in view.figures:
        if figure.rows:
            console.print(Text(depends_on(figure, view)))
    for figure in view.figures:
        console.print()
        console.print(_sobol(figure) if view.method == "sobol" else _morris(figure, view))
        console.print(_about(figure, view))
    console.print()
    console.print(_remarks(view))


def depends_on(figure: Indices, view: SensitivityView) -> str:
    """Which inputs matter to a figure, the answer in words; what its interval denies is no input.

    Parameters
    ----------
    figure : Indices
        With rows.
    view : SensitivityView
    """
    sobol = view.method == "sobol"
    asked = [(row, row.total if sobol else row.first) for row in figure.rows]
    shown = sorted(
        ((row.factor, one) for row, one in asked if one.known and one.lower > 0),
        key=lambda pair: -pair[1].mean,
    )
    title = figure.figure.title
    if not shown:
        return f"{title}: no input is shown to matter"
    said = [
        f"{factor} ({_share(one)} of the variance)"
        if sobol
        else f"{factor} (by {_effect(one, figure.figure.unit)})"
        for factor, one in shown
    ]
    others = len(figure.rows) - len(shown)
    rest = f"; of {others} more this is not shown" if others else ""
    return f"{title} depends on {', '.join(said)}{rest}"


def _sobol(figure: Indices) -> Table:
    table = section(
        figure.figure.title, "alone (S1)", "of it noise", "with others (ST)", "of it noise"
    )
    for row in figure.rows:
        add(table, row.factor, _share(row.first), _noise(row.first_noise), _share(row.total),
            _noise(row.total_noise))  # fmt: skip
    return table


def _share(estimate: Estimate) -> str:
    return f"{estimate.mean:.2f} ± {estimate.half_width:.2f}" if estimate.known else DASH


def _noise(share: float) -> str:
    return show_share(min(share, 1.0), 0) if math.isfinite(share) else DASH


def _morris(figure: Indices, view: SensitivityView) -> Table:
    table = section(
        titled(figure.figure, view.currency),
        "effect over its range",
        "spread of effects",
        "of it noise",
    )
    unit = figure.figure.unit
    for row in figure.rows:
        add(table, row.factor, _effect(row.first, unit), _effect(row.total, unit),
            _noise(row.first_noise))  # fmt: skip
    return table


def _effect(estimate: Estimate, unit: str) -> str:
    if unit == "1" and estimate.known:
        return f"{100 * estimate.mean:.1f} points ± {100 * estimate.half_width:.1f}"
    return show_estimate(estimate, unit)


def _about(figure: Indices, view: SensitivityView) -> Text:
    if not figure.rows:
        return Text("is not measured at every point, so it has no indices", style=QUIET)
    unit = figure.figure.unit
    said = f"mean {show_unit(figure.mean, unit)}, standard deviation {show_unit(figure.sd, unit)}"
    if view.method == "sobol" and math.isfinite(figure.noise):
        said += f"; {show_share(figure.noise, 0)} of the variance between points is noise"
        if figure.noise > _NOISY:
            said += ": more replications would tell more"
    return Text(said, style=QUIET)


def _remarks(view: SensitivityView) -> Table:
    grid = notes()
    for name, said in view.ranges:
        remark(grid, "Varied", f"{name}: {said}")
    remark(grid, "Runs", f"{view.runs:,} replications; all points met the same requests")
    if view.method == "sobol":
        said = (
            "S1 is the share of the variance that an input explains alone, ST the share it takes "
            "part in; ST far above S1: it acts with others. Noise of replications is taken off"
        )
    else:
        said = (
            "the effect is the mean absolute change when an input goes through its whole range; "
            "a spread as large as the effect: it acts with others, or bends"
        )
    remark(grid, "Read", said)
    return grid
