"""A study on the terminal: its points with their figures, the frontier, uncertain inputs."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from report.console.tables import BAD, GOOD, QUIET, UNSURE, add, notes, plain, remark, section
from report.study.view import StudyPoint, StudyView, Value
from report.study.words import show_range, show_value
from report.view import Estimate
from report.words import DASH, show_estimate

_MOST = 40
_MOST_FAILURES = 5
_MOST_COLUMNS = 5
_WIDE = 12
_PARETO = "●"


def print_study(view: StudyView, console: Console) -> None:
    """Print the points of a study beside what was found there."""
    console.print(Text(view.title, style="bold"))
    console.print(points_table(view))
    if len(view.points) > _MOST:
        console.print(Text(f"... and {len(view.points) - _MOST} more in the tables", style=QUIET))
    if view.uncertain:
        console.print()
        console.print(ranges_table(view))
    console.print()
    console.print(remarks(view))


def points_table(view: StudyView) -> Table:
    """A row per point: what made it, and its figures with their half-widths."""
    lines = len(view.factors) + len(view.figures) > _MOST_COLUMNS
    heads = [*map(_head, view.factors), "runs", *(textwrap.fill(f.title, 15) for f in view.figures)]
    table = section("Point", *heads)
    table.columns[0].min_width = 5
    if view.frontier is not None:
        table.add_column(Text(_PARETO, style=GOOD), justify="center")
    for point in view.points[:_MOST]:
        add(
            table,
            point.name,
            *(show_value(point.parameters.get(name)) for name in view.factors),
            f"{point.replications}" if point.replications else Text("failed", style=BAD),
            *(_cell(point.estimates[one.name], one.unit, lines) for one in view.figures),
            *([Text(_PARETO if point.pareto else "", style=GOOD)] if view.frontier else []),
        )
    return table


def _cell(estimate: Estimate, unit: str, lines: bool) -> str:
    """A mean with its half-width, which stands below where columns are many."""
    return show_estimate(estimate, unit).replace(" ±", "\n±" if lines else " ±")


def _head(name: str) -> str:
    """The name of a parameter over several lines, broken where it may be."""
    lines: list[str] = []
    for piece in re.findall(r"[^._]+[._]?", name):
        if lines and len(lines[-1]) + len(piece) <= _WIDE:
            lines[-1] += piece
        else:
            lines.append(piece)
    return "\n".join(lines)


def ranges_table(view: StudyView) -> Table:
    """What a period may bring: by chance alone, and with inputs that are not known exactly."""
    table = section("Range of a period (95 %)", "figure", "chance alone", "uncertain inputs")
    for point in view.points[:_MOST]:
        for one in view.figures:
            ranges = point.ranges.get(one.name)
            if ranges is None:
                continue
            table.add_row(
                _named(point, view),
                plain(one.title),
                plain(_range(ranges.fixed, one.unit)),
                plain(_range(ranges.uncertain, one.unit)),
            )
    return table


def _named(point: StudyPoint, view: StudyView) -> Text:
    said = ", ".join(show_value(point.parameters.get(name)) for name in view.factors)
    return Text(f"{point.name} {said}".strip(), no_wrap=True, overflow="ellipsis")


def _range(estimate: Estimate, unit: str) -> str:
    if not estimate.known:
        return DASH
    return show_range(estimate.lower, estimate.upper, unit)


def remarks(view: StudyView) -> Table:
    """What is to be known besides."""
    grid = notes()
    total = view.done + view.reused
    said = f"{total:,} replications, {view.reused:,} of them found in the store"
    remark(grid, "Runs", said, style="bold cyan")
    if view.frontier is not None:
        cost, service = view.frontier
        count = sum(point.pareto for point in view.points)
        said = f"{count} of {len(view.points)} points are beaten by no other in "
        remark(grid, f"{_PARETO} frontier", f"{said}{cost.title.lower()} and {service.title}")
    for law in view.uncertain:
        remark(grid, "Uncertain", law)
    for note in view.notes:
        remark(grid, "Note", note, style=f"bold {UNSURE}")
    for point, reason in view.failures[:_MOST_FAILURES]:
        said = f"{point}: {reason.splitlines()[0]}"
        remark(grid, "Failed", said, style=f"bold {BAD}")
    if len(view.failures) > _MOST_FAILURES:
        remark(grid, "", f"and {len(view.failures) - _MOST_FAILURES} more points")
    return grid


def print_plan(
    title: str, points: Sequence[tuple[str, Mapping[str, Value]]], runs: str, console: Console
) -> None:
    """Print the points of a study that has not run."""
    factors = dict.fromkeys(name for _, values in points for name in values)
    table = section("Point", *map(_head, factors))
    for name, values in points[:_MOST]:
        add(table, name, *(show_value(values.get(factor)) for factor in factors))
    console.print(Text(title, style="bold"))
    console.print(table)
    if len(points) > _MOST:
        console.print(Text(f"... and {len(points) - _MOST} more", style=QUIET))
    console.print(Text(runs))
