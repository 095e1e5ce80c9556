"""Placements that were staffed, the chosen one among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

from report.console.tables import BAD, GOOD, QUIET, add, section
from report.words import show_money


@dataclass(frozen=True, slots=True)
class PlacementTried:
    """Sites whose cheapest staff was searched.

    Parameters
    ----------
    more, fewer : tuple of str
        Names of sites that are open here and not in the plan, and the other way round.
    cost_per_month : float
        Simulated, with opening and closing spread over the payback time.
    passed : bool
        Whether its staff kept what is asked on the screen.
    is_chosen : bool
        Whether it is the plan's.
    """

    more: tuple[str, ...]
    fewer: tuple[str, ...]
    cost_per_month: float
    passed: bool
    is_chosen: bool


def placement_table(placements: Sequence[PlacementTried]) -> Table | None:
    """What other sites would cost, each with its cheapest staff; None: no others were tried."""
    if len(placements) < 2:
        return None
    table = section("Sites, each staffed at least cost", "cost a month")
    table.add_column(Text(""), no_wrap=True)
    for one in placements:
        changes = [f"with {name}" for name in one.more] + [f"without {name}" for name in one.fewer]
        name = "as planned" if one.is_chosen else ", ".join(changes) or "the same sites"
        add(table, name, show_money(one.cost_per_month), _verdict(one))
    return table


def _verdict(one: PlacementTried) -> Text:
    if one.is_chosen:
        return Text("the plan", style=GOOD if one.passed else BAD)
    return Text("dearer", style=QUIET) if one.passed else Text("not enough", style=BAD)
