"""The regret table: plans under demands they were not made for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from report.console.tables import BAD, GOOD, QUIET, UNSURE, add, section
from report.decision.words import counted
from report.view import Estimate
from report.words import show_money, show_share

CSV_COLUMNS = (
    "plan", "demand", "factor", "cost_per_month", "regret_per_month", "regret_lower",
    "regret_upper", "promises_held", "promises_shown", "broken",
)  # fmt: skip
"""Columns of the table as a file."""


@dataclass(frozen=True, slots=True)
class RegretCell:
    """A plan under a demand.

    Parameters
    ----------
    cost : float
        Per month.
    regret : Estimate
        Beyond the cost of the demand's own plan, with its paired 95 % interval.
    held, shown : bool
        Whether all promises reach their targets on the mean, and by their lower limits.
    broken : tuple of str
        Promises that do not on the mean.
    """

    cost: float
    regret: Estimate
    held: bool
    shown: bool
    broken: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RegretRow:
    """A plan.

    Parameters
    ----------
    plan : str
    cells : tuple of RegretCell
        By demand.
    worst : float
        Highest regret a month.
    price : float
        Of robustness: regret a month under the expected demand.
    """

    plan: str
    cells: tuple[RegretCell, ...]
    worst: float
    price: float


@dataclass(frozen=True, slots=True)
class RegretView:
    """The table.

    Parameters
    ----------
    demands : tuple of (str, float)
        Name and factor.
    base : str
        The demand that is expected.
    rows : tuple of RegretRow
    minimax : str or None
        Plan of least worst regret among those that keep all promises under every demand.
    replications : int
    """

    demands: tuple[tuple[str, float], ...]
    base: str
    rows: tuple[RegretRow, ...]
    minimax: str | None
    replications: int


def print_regret(view: RegretView, console: Console) -> None:
    """Print cost and broken promises of every plan under every demand."""
    heads = [f"{name} ({show_share(factor, 0)})" for name, factor in view.demands]
    table = section("Plan for demand", *heads, "worst regret", "price of robustness")
    for row in view.rows:
        money = show_money(row.worst), show_money(row.price)
        chosen = "bold" if row.plan == view.minimax else ""
        add(table, row.plan, *(_cell(cell) for cell in row.cells), *money, style=chosen)
    console.print()
    console.print(table)
    console.print()
    console.print(Text(_verdict(view), style="" if view.minimax else UNSURE))
    said = (
        f"cost a month, simulated on the same {counted(view.replications, 'run')}; regret: beyond "
        f"the plan made for that demand; price: regret if {view.base} demand comes"
    )
    console.print(Text(said, style=QUIET))


def _cell(cell: RegretCell) -> Text:
    style = GOOD if cell.shown else UNSURE if cell.held else BAD
    broken = f", {counted(len(cell.broken), 'promise')} broken" if cell.broken else ""
    return Text(f"{show_money(cell.cost)}{broken}", style=style)


def _verdict(view: RegretView) -> str:
    if view.minimax is None:
        return "No plan keeps its promises under every demand."
    row = next(row for row in view.rows if row.plan == view.minimax)
    return (
        f"Least regret: {row.plan}, at worst {show_money(row.worst)} a month; it keeps its "
        "promises under every demand."
    )


def regret_rows(view: RegretView) -> Iterator[tuple[str | float | bool, ...]]:
    """Rows of `CSV_COLUMNS`, a plan under a demand each."""
    for row in view.rows:
        for (demand, factor), cell in zip(view.demands, row.cells, strict=True):
            yield (
                row.plan, demand, factor, cell.cost, cell.regret.mean, cell.regret.lower,
                cell.regret.upper, cell.held, cell.shown, "; ".join(cell.broken),
            )  # fmt: skip


__all__ = ["CSV_COLUMNS", "RegretCell", "RegretRow", "RegretView", "print_regret", "regret_rows"]
