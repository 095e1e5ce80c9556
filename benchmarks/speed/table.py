"""The table of a speed study: its rows, how it is shown, and where it is written."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

BEGIN, END = "<!-- speed:begin -->", "<!-- speed:end -->"


@dataclass(frozen=True, slots=True)
class Row:
    """One measure.

    Parameters
    ----------
    measure : str
    values : tuple of float
        One per round.
    unit : str
        ``x`` for a ratio, else of the values.
    reach, aim : float, optional
        What was asked for at least, and what was hoped for.
    most : bool
        Whether small values are good.
    """

    measure: str
    values: tuple[float, ...]
    unit: str = "x"
    reach: float | None = None
    aim: float | None = None
    most: bool = False

    @property
    def median(self) -> float:
        """The value that stands for all rounds."""
        return statistics.median(self.values)

    def cells(self) -> tuple[str, ...]:
        """As text: measure, median, range, reach, aim, verdict."""
        low, high = min(self.values), max(self.values)
        spread = f"{_short(low)}-{_short(high)}" if len(self.values) > 1 else ""
        limits = [self._limit(limit) for limit in (self.reach, self.aim)]
        return (self.measure, f"{_short(self.median)} {self.unit}", spread, *limits, self.verdict())

    def verdict(self) -> str:
        """How the median stands to what was asked for."""
        if self.aim is not None and self._meets(self.aim):
            return "aim reached"
        if self.reach is None:
            return ""
        return "reached" if self._meets(self.reach) else "**not reached**"

    def _meets(self, limit: float) -> bool:
        return self.median <= limit if self.most else self.median >= limit

    def _limit(self, limit: float | None) -> str:
        return "" if limit is None else f"{'<=' if self.most else '>='} {limit:g} {self.unit}"


HEADINGS = ("measure", "median", "range", "reach", "aim", "")


def markdown(rows: Sequence[Row], remarks: Sequence[str]) -> str:
    """The table and what must be said about it."""
    lines = [_line(HEADINGS), _line(["---"] * len(HEADINGS))]
    lines += [_line(row.cells()) for row in rows]
    return "\n".join([*lines, "", *(f"- {remark}" for remark in remarks)])


def show(rows: Sequence[Row], remarks: Sequence[str]) -> None:
    """Print the table."""
    from rich.console import Console
    from rich.table import Table

    table = Table(*HEADINGS, title="Speed", title_justify="left")
    table.columns[0].overflow = "fold"
    for row in rows:
        table.add_row(*(cell.replace("**", "") for cell in row.cells()))
    console = Console(width=None if sys.stdout.isatty() else 140)
    console.print(table)
    for remark in remarks:
        console.print(f"- {remark}", highlight=False)


def write_between_markers(file: Path, text: str) -> bool:
    """Put a text between the markers of a file; False if they are not there."""
    content = file.read_text("utf-8") if file.is_file() else ""
    head, begin, rest = content.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        return False
    file.write_text(f"{head}{BEGIN}\n{text}\n{END}{tail}", "utf-8")
    return True


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _short(value: float) -> str:
    """Three figures."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
