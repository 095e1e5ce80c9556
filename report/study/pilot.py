"""A pilot's design on the terminal: weeks by sites, and the shortest that will do."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from report.console.tables import GOOD, QUIET, UNSURE, add, notes, remark, section
from report.words import DASH


@dataclass(frozen=True, slots=True)
class DesignView:
    """A length and a number of treated sites.

    Parameters
    ----------
    weeks, sites : int
    power, lower, upper : float
        Shares.
    enough : bool
        Whether its power surely is what was asked for.
    """

    weeks: int
    sites: int
    power: float
    lower: float
    upper: float
    enough: bool


@dataclass(frozen=True, slots=True)
class PilotView:
    """What pilots could show.

    Parameters
    ----------
    title : str
    units : str
        What is treated, such as "sites".
    designs : tuple of DesignView
    answer : str
    found : bool
        Whether there is a design that will do.
    remarks : tuple of (str, str)
    """

    title: str
    units: str
    designs: tuple[DesignView, ...]
    answer: str
    found: bool
    remarks: tuple[tuple[str, str], ...]


def print_pilot(view: PilotView, console: Console) -> None:
    """Print the power of each design, and the answer in words."""
    console.print(Text(view.title, style="bold"))
    console.print(Text(view.answer, style=GOOD if view.found else UNSURE))
    console.print()
    sites = sorted({one.sites for one in view.designs})
    at = {(one.weeks, one.sites): one for one in view.designs}
    table = section("Power", *(_count(count, view.units) for count in sites))
    for weeks in sorted({one.weeks for one in view.designs}):
        cells = [_cell(at.get((weeks, count))) for count in sites]
        add(table, _count(weeks, "weeks"), *cells)
    console.print(table)
    console.print()
    grid = notes()
    for word, said in view.remarks:
        remark(grid, word, said)
    console.print(grid)


def _count(count: int, units: str) -> str:
    return f"{count} {units if count != 1 else units[:-1]}"


def _cell(one: DesignView | None) -> Text:
    if one is None:
        return Text(DASH, style=QUIET)
    limits = f" ({one.lower:.0%} to {one.upper:.0%})"
    return Text.assemble((f"{one.power:.0%}", GOOD if one.enough else ""), (limits, QUIET))
