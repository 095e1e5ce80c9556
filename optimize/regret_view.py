"""The regret table as the report shows it."""

from __future__ import annotations

from optimize.regret import RegretTable
from report.decision.regret import RegretCell, RegretRow, RegretView
from report.view import Estimate


def regret_view(table: RegretTable) -> RegretView:
    """The view of a table."""
    rows = []
    for plan in table.plans:
        fates = [table.fate(plan, demand) for demand in table.factors]
        cells = tuple(
            RegretCell(
                fate.cost,
                Estimate(fate.regret, fate.lower, fate.upper),
                fate.holds,
                fate.shown,
                fate.broken,
            )
            for fate in fates
        )
        price = table.price_of_robustness(plan)
        rows.append(RegretRow(plan, cells, table.worst(plan).regret, price))
    return RegretView(
        tuple(table.factors.items()), table.base, tuple(rows), table.minimax, table.block.count
    )
