"""A selection on the terminal: who keeps promises, who was dropped when, and the choice."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from report.console.tables import BAD, GOOD, QUIET, UNSURE, add, notes, remark, section
from report.view import Estimate
from report.words import DASH, show_money


@dataclass(frozen=True, slots=True)
class AlternativeView:
    """One of those that could be chosen.

    Parameters
    ----------
    name : str
    cost : float
        Mean, money a month; NaN: not looked at.
    promises : str
        How it stands to its promises, in words.
    keeps : bool or None
        None: undecided.
    fell_after : int or None
        Replications after which it was dropped for its cost.
    above : Estimate
        Cost above that of the best of the others, with its limits.
    replications : int
    """

    name: str
    cost: float
    promises: str
    keeps: bool | None
    fell_after: int | None
    above: Estimate
    replications: int


@dataclass(frozen=True, slots=True)
class SelectionView:
    """A selection and what may be said of it.

    Parameters
    ----------
    title, currency : str
    alternatives : tuple of AlternativeView
    chosen : str or None
    proven : bool
        Whether the statement is a guarantee.
    statement : str
    rounds : tuple of str
        Who was left when, in words.
    compared : str
        How the limits of ``above`` are to be read; empty: there are none.
    done, reused : int
        Replications computed now, and found in the store.
    notes : tuple of str
    """

    title: str
    currency: str
    alternatives: tuple[AlternativeView, ...]
    chosen: str | None
    proven: bool
    statement: str
    rounds: tuple[str, ...]
    compared: str
    done: int
    reused: int
    notes: tuple[str, ...] = ()


def print_selection(view: SelectionView, console: Console) -> None:
    """Print what was chosen, and why not the others."""
    console.print(Text(view.title, style="bold"))
    console.print(Text(view.statement, style=GOOD if view.proven and view.chosen else UNSURE))
    console.print()
    table = section(
        "Alternative", f"cost a month, {view.currency}", "above the best other", "dropped", "runs"
    )
    for one in view.alternatives:
        ahead = one.name == view.chosen
        fell = DASH if one.fell_after is None else f"after {one.fell_after}"
        add(
            table,
            one.name,
            show_money(one.cost),
            _above(one.above),
            Text("chosen" if view.proven else "ahead", style=GOOD if view.proven else UNSURE)
            if ahead
            else fell,
            f"{one.replications}",
            style="bold" if ahead else "",
        )
    console.print(table)
    console.print()
    grid = notes()
    styles = {True: GOOD, False: BAD, None: UNSURE}
    for one in view.alternatives:
        if one.promises:
            remark(grid, "Promises", Text(f"{one.name}: "), Text(one.promises, styles[one.keeps]))
    for said in view.rounds:
        remark(grid, "Cost", said)
    if view.compared:
        remark(grid, "Above", view.compared)
    total = view.done + view.reused
    remark(grid, "Runs", f"{total:,} replications, {view.reused:,} of them found in the store")
    for note in view.notes:
        remark(grid, "Note", note, style=f"bold {UNSURE}")
    console.print(grid)


def _above(estimate: Estimate) -> str | Text:
    if not estimate.known:
        return Text(DASH, style=QUIET)
    limits = f"({show_money(estimate.lower)} to {show_money(estimate.upper)})"
    return f"{show_money(estimate.mean)} {limits}"
