"""A decision on the terminal: what it does, what changes, what is proved; the frontier."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from network.quantity import MINUTES_PER_DAY
from report.console.tables import BAD, GOOD, QUIET, UNSURE, add, section
from report.decision.evidence import (
    bound_table,
    change_table,
    cost_table,
    guard_table,
    is_paired,
    promise_table,
    proof_notes,
)
from report.decision.frontier import FrontierPoint, in_order, price_of_a_point
from report.decision.placements import placement_table
from report.decision.plan import region_table, site_table, summary_line, tier_table
from report.decision.view import DecisionView
from report.words import show_money, show_share, show_time

_WIDE, _LEAD = 100, 27


def print_decision(view: DecisionView, console: Console) -> None:
    """Print a decision in a screen and a half: plan, before and after, cost, promises, proof.

    Parameters
    ----------
    view : DecisionView
    console : rich.console.Console
        80 to 120 columns wide; colour is used where there is any.
    """
    for line in _headline(view):
        console.print(line)
    parts = (
        site_table(view),
        tier_table(view),
        region_table(view, console.width),
        change_table(view),
        cost_table(view),
        placement_table(view.placements),
        bound_table(view),
        promise_table(view),
        guard_table(view),
        proof_notes(view),
    )
    for part in parts:
        if part is not None:
            if console.width >= _WIDE and part.columns[0].min_width is None:
                part.columns[0].min_width = _LEAD
            console.print()
            console.print(part)


def print_frontier(points: Sequence[FrontierPoint], console: Console) -> None:
    """Print what more service costs: each target or budget, and the price of the last percent.

    Parameters
    ----------
    points : sequence of FrontierPoint
    console : rich.console.Console
    """
    ordered = in_order(points)
    if not ordered:
        console.print(Text("No target has been tried.", style=QUIET))
        return
    table = section("Asked for", "service", "cost a month", "each further point", "gap")
    table.add_column(Text(""), no_wrap=True)
    for point, price in zip(ordered, price_of_a_point(ordered), strict=True):
        gap = show_share(point.gap)
        cells = (show_share(point.service), show_money(point.cost_per_month), show_money(price))
        style = "bold" if point.is_chosen else ""
        add(
            table,
            point.label or show_share(point.target),
            *cells,
            gap,
            _standing(point),
            style=style,
        )
    console.print(table)
    console.print(Text("Costs are those of the same requests at every point.", style=QUIET))


def _standing(point: FrontierPoint) -> Text:
    """What is known of a point, and whether it is the plan."""
    if not math.isfinite(point.cost_per_month):
        return Text("no plan", style=BAD)
    text = Text("proved", style=GOOD) if point.proved else Text("not proved", style=UNSURE)
    return text.append(", the plan", style="default") if point.is_chosen else text


def _headline(view: DecisionView) -> list[Text]:
    after = view.after
    title = Text(after.title, style="bold")
    title.append(
        "" if after.title == after.network.name else f"  {after.network.name}", style=QUIET
    )
    warm_up = f" after {show_time(after.warm_up_min)} of warm-up" if after.warm_up_min else ""
    runs = "1 replication" if after.replications == 1 else f"{after.replications} replications"
    how = (
        f"{runs} of {show_time(after.counted_days * MINUTES_PER_DAY)}{warm_up}",
        f"seed {after.seed}",
        *(["the same requests before and after"] if is_paired(view) else []),
    )
    return [title, summary_line(view), Text(" · ".join(how), style=QUIET)]
