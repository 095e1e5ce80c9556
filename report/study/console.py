"""A study on the terminal: its points with their figures, the frontier, uncertain inputs."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from report.console.tables import BAD, QUIET, UNSURE, add, notes, plain, remark, section
from report.study.view import StudyPoint, StudyView, Value
from report.study.words import findings, show_range, show_value, titled
from report.view import Estimate
from report.words import DASH, show_estimate

_MOST = 40
_MOST_FAILURES = 5
_MOST_COLUMNS = 5
_WIDE = 12
_GAP = 2
_PARETO, FAILED = "●", "failed"


def print_study(view: StudyView, console: Console) -> None:
    """Print what a study has found, and its points."""
    console.print(Text(view.title, style="bold"))
    for line in findings(view):
        console.print(Text(line))
    for table in points_tables(view, console.width):
        console.print()
        console.print(table)
    if len(view.points) > _MOST:
        console.print(Text(f"... and {len(view.points) - _MOST} more in the tables", style=QUIET))
    if view.uncertain:
        console.print()
        console.print(ranges_table(view))
    console.print()
    console.print(remarks(view))


def points_tables(view: StudyView, width: int) -> list[Table]:
    """A row per point: what made it, and its figures with their half-widths.

    Columns that a width has no room for go to a further table: nothing is cut off.
    """
    points = view.points[:_MOST]
    names = [f"{one.name} {_PARETO}" if one.pareto else one.name for one in points]
    lines = len(view.factors) + len(view.figures) > _MOST_COLUMNS
    columns: list[tuple[str, list[str]]] = [
        (_head(name), [show_value(one.parameters.get(name)) for one in points])
        for name in view.factors
    ]
    columns.append(
        ("runs", [f"{one.replications}" if one.replications else FAILED for one in points])
    )
    for figure in view.figures:
        cells = [_cell(one.estimates[figure.name], figure.unit, lines) for one in points]
        columns.append((textwrap.fill(titled(figure, view.currency), 15), cells))
    first = max(map(cell_len, ("Point", *names)))
    tables = []
    for some in _fitting(columns, width - first):
        table = section("Point", *(head for head, _ in some))
        table.columns[0].min_width = first
        for row, name in enumerate(names):
            add(table, name, *(_told(cells[row]) for _, cells in some))
        tables.append(table)
    return tables


def _fitting(
    columns: Sequence[tuple[str, list[str]]], room: int
) -> Iterator[list[tuple[str, list[str]]]]:
    """Columns in groups that a width has room for, at least one each."""
    group: list[tuple[str, list[str]]] = []
    left = room
    for head, cells in columns:
        wide = _GAP + max(cell_len(line) for text in (head, *cells) for line in text.split("\n"))
        if group and wide > left:
            yield group
            group, left = [], room
        group.append((head, cells))
        left -= wide
    yield group


def _told(cell: str) -> Text:
    return Text(cell, style=BAD) if cell == FAILED else plain(cell)


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
        known = [
            one
            for one in view.points
            if one.estimates[cost.name].known and one.estimates[service.name].known
        ]
        count = sum(point.pareto for point in known)
        said = f"{count} of {len(known)} points are beaten by no other in "
        axes = f"'{cost.title}' and '{service.title}', by the means"
        remark(grid, f"{_PARETO} frontier", f"{said}{axes}")
    for law in view.uncertain:
        remark(grid, "Uncertain", law)
    for note in view.notes:
        remark(grid, "Note", note, style=f"bold {UNSURE}")
    for point, reason in view.failures[:_MOST_FAILURES]:
        said = f"{point}: {reason.rstrip()}"
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
