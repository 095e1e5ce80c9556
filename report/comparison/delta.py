"""A run against the locked baseline of its scenario, in a few lines."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

from report.console.tables import BAD, QUIET, UNSURE, add, notes, remark, section
from report.decision.view import Change, Verdict
from report.decision.words import change_cells, counted

_MOST_PROMISES = 6
_MOST_FILES = 5
_WIDE, _LEAD = 100, 27
_RANK = list(Verdict)


@dataclass(frozen=True, slots=True)
class DeltaView:
    """What a summary says of a run beside its baseline.

    Parameters
    ----------
    baseline : str
        Id of the locked run.
    locked_at : str
        When, as text.
    figures : tuple of (str, Change)
        Cost and response with their names.
    promises : tuple of (str, Change)
        Shares kept, with the promises' names.
    paired : bool
        Whether both met the same requests.
    why : str
        What keeps them from being paired; empty if they are.
    data : tuple of str
        Files that are not what they were when it was locked.
    notes : tuple of str
    is_itself : bool
        Whether this very run is the baseline.
    """

    baseline: str
    locked_at: str
    figures: tuple[tuple[str, Change], ...] = ()
    promises: tuple[tuple[str, Change], ...] = ()
    paired: bool = True
    why: str = ""
    data: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    is_itself: bool = False


def print_delta(view: DeltaView, console: Console) -> None:
    """Print cost, response and promises against the baseline, and what to beware of.

    Parameters
    ----------
    view : DeltaView
    console : rich.console.Console
    """
    for part in (_table(view), _notes(view)):
        if part is not None:
            if console.width >= _WIDE and part.columns[0].min_width is None:
                part.columns[0].min_width = _LEAD
            console.print()
            console.print(part)


def _table(view: DeltaView) -> Table | None:
    if view.is_itself or not (view.figures or view.promises):
        return None
    table = section("Against the baseline", "then", "now", "difference")
    table.add_column(Text(""), no_wrap=True)
    moved = [pair for pair in view.promises if pair[1].verdict is not Verdict.NO_EVIDENCE]
    moved.sort(key=lambda pair: _RANK.index(pair[1].verdict))
    for name, change in (*view.figures, *moved[:_MOST_PROMISES]):
        add(table, name, *change_cells(change))
    if len(moved) > _MOST_PROMISES:
        add(table, f"... and {counted(len(moved) - _MOST_PROMISES, 'more promise')}, as the last")
    still = len(view.promises) - len(moved)
    if still:
        words = counted(still, "other promise" if moved else "promise")
        add(table, words, "", "", "", Text(Verdict.NO_EVIDENCE, style=QUIET))
    return table


def _notes(view: DeltaView) -> Table:
    """Which baseline it is, how the two are paired, and data that have changed under it."""
    grid = notes()
    locked = f"run {view.baseline}, locked {view.locked_at}" if view.baseline else ""
    if view.is_itself:
        remark(grid, "Baseline", f"this is the baseline itself ({locked})")
    elif view.paired and view.figures:
        remark(grid, "Baseline", f"{locked}; paired: both met the same requests")
    elif view.figures:
        text = Text.assemble(f"{locked}; ", ("not paired", f"bold {UNSURE}"), f": {view.why}")
        remark(grid, "Baseline", text)
    for file in view.data[:_MOST_FILES]:
        words = f"{file} since the baseline was locked"
        remark(grid, "Data", words, style=f"bold {BAD}")
    if len(view.data) > _MOST_FILES:
        remark(grid, "", f"and {counted(len(view.data) - _MOST_FILES, 'more file')}")
    for note in view.notes:
        remark(grid, "Note", note)
    return grid
