"""A budget shared over regions: by rule, at the optimum, and what simulation says of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from report.console.tables import BAD, GOOD, QUIET, add, section
from report.decision.words import show_difference
from report.view import Estimate
from report.words import show_money, show_share


@dataclass(frozen=True, slots=True)
class SharingRow:
    """A way to share a budget.

    Parameters
    ----------
    name : str
        Of the rule, ``today`` or the optimum.
    shares : tuple of float
        Of the budget, by region.
    spend : float
        Money a month; what a rule cannot spend stays unspent.
    service : tuple of float
        Simulated share kept, by region.
    overall : float
        Simulated, all regions together.
    difference : Estimate
        Of the overall share against today's.
    """

    name: str
    shares: tuple[float, ...]
    spend: float
    service: tuple[float, ...]
    overall: float
    difference: Estimate


def print_sharing(
    title: str, regions: Sequence[str], rows: Sequence[SharingRow], console: Console
) -> None:
    """Print each way with its shares and what it keeps, region by region.

    Parameters
    ----------
    title : str
        What service means here.
    regions : sequence of str
    rows : sequence of SharingRow
        The first is what the others are compared with.
    console : rich.console.Console
    """
    console.print(Text(title, style="bold"))
    table = section(
        "Budget for people by", *regions, "spent a month", "kept in all", "against today"
    )
    for row in rows:
        cells = [
            f"{show_share(share, 0)}: {show_share(kept)}"
            for share, kept in zip(row.shares, row.service, strict=True)
        ]
        if row.difference.lower > 0 or row.difference.upper < 0:
            style = GOOD if row.difference.lower > 0 else BAD
            against = Text(show_difference(row.difference, "1"), style=style)
        else:
            against = Text("no evidence" if row is not rows[0] else "", style=QUIET)
        add(table, row.name, *cells, show_money(row.spend), show_share(row.overall), against)
    table.columns[0].min_width = 20
    console.print()
    console.print(table)
    console.print()
    said = (
        "share of the budget: share of requests kept, simulated on requests that no table has seen"
    )
    console.print(Text(said, style=QUIET))
