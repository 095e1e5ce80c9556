"""Sensitivity on the terminal: which inputs matter, and what of it is noise."""

from __future__ import annotations

import math

from rich.console import Console
from rich.table import Table
from rich.text import Text

from report.console.tables import QUIET, add, notes, remark, section
from report.study.view import Indices, SensitivityView
from report.study.words import show_unit
from report.view import Estimate
from report.words import DASH, show_estimate, show_share

_NOISY = 0.3
"""Share of noise from which a ranking is not to be trusted."""


def print_sensitivity(view: SensitivityView, console: Console) -> None:
    """Print the indices of every figure."""
    console.print(Text(view.title, style="bold"))
    for figure in view.figures:
        console.print()
        console.print(_sobol(figure) if view.method == "sobol" else _morris(figure))
        console.print(_about(figure, view))
    console.print()
    console.print(_remarks(view))


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


def _morris(figure: Indices) -> Table:
    table = section(
        figure.figure.title, "effect over its range", "spread of effects", "of it noise"
    )
    unit = "ratio" if figure.figure.unit == "1" else figure.figure.unit
    for row in figure.rows:
        add(table, row.factor, _effect(row.first, unit), _effect(row.total, unit),
            _noise(row.first_noise))  # fmt: skip
    return table


def _effect(estimate: Estimate, unit: str) -> str:
    if unit == "ratio" and estimate.known:
        return f"{estimate.mean:.3f} ± {estimate.half_width:.3f}"
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
