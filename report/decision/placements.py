"""Placements that were staffed, the chosen one among them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

from report.console.tables import BAD, GOOD, QUIET, section
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
    is_today : bool
        Whether nothing is opened or closed.
    lacking : tuple of str
        What its staff did not keep there.
    given_up : bool
        Its staff was not searched to the end, as it was dearer without hope.
    """

    more: tuple[str, ...]
    fewer: tuple[str, ...]
    cost_per_month: float
    passed: bool
    is_chosen: bool
    is_today: bool = False
    lacking: tuple[str, ...] = ()
    given_up: bool = False


def placement_table(placements: Sequence[PlacementTried]) -> Table | None:
    """What other sites would cost, each with its cheapest staff; None: no others were tried."""
    if len(placements) < 2:
        return None
    table = section("Sites tried", "a month, with opening")
    table.add_column(Text("each with its cheapest staff", style=QUIET))
    chosen = next((one.cost_per_month for one in placements if one.is_chosen), -math.inf)
    for one in placements:
        cost = Text(show_money(one.cost_per_month))
        table.add_row(Text(_name(one)), cost, _verdict(one, chosen))
    return table


def _name(one: PlacementTried) -> str:
    if one.is_chosen:
        return "as planned"
    if one.is_today:
        return "today's sites"
    changes = [f"with {name}" for name in one.more] + [f"without {name}" for name in one.fewer]
    return ", ".join(changes)


def _verdict(one: PlacementTried, chosen: float) -> Text:
    if one.is_chosen:
        return Text("the plan", style=GOOD if one.passed else BAD)
    if one.given_up:
        return Text("dearer, not searched to the end", style=QUIET)
    if one.passed:
        dearer = one.cost_per_month >= chosen
        return Text("dearer" if dearer else "not worth its changes (keep)", style=QUIET)
    first, *more = one.lacking
    return Text(f"not kept: {first}" + (f" and {len(more)} more" if more else ""), style=BAD)
