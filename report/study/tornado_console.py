"""A tornado on the terminal: swings, break-even, regret, the price of the last percent."""

from __future__ import annotations

import math

from rich.console import Console
from rich.table import Table
from rich.text import Text

from report.console.tables import BAD, GOOD, QUIET, UNSURE, add, notes, remark, section
from report.study.view import Alternative, BreakEven, PriceStep, RegretTable, TornadoView
from report.study.words import hangs_on, show_change, show_factor, titled
from report.words import DASH, show_estimate

WARNING = "A tornado is no interaction analysis: each assumption moves alone."


def print_tornado(view: TornadoView, console: Console) -> None:
    """Print a tornado and what stands beside it."""
    unit = view.figure.unit
    console.print(Text(view.title, style="bold"))
    moving = [one for one in view.swings if one.low.known or one.high.known]
    console.print(Text(hangs_on(view, moving)))
    said = f"{titled(view.figure, view.currency)}: {show_estimate(view.base, unit)}"
    console.print(Text(said))
    console.print()
    console.print(_swings(view))
    console.print(Text(WARNING, style=f"bold {UNSURE}"))
    if view.alternatives:
        console.print()
        console.print(_break_even(view.alternatives, view.currency))
    if view.regret is not None:
        console.print()
        console.print(_regret(view.regret, view.currency))
    if view.service is not None and view.prices:
        console.print()
        console.print(_prices(view.prices, view))
    console.print()
    console.print(_remarks(view))


def _swings(view: TornadoView) -> Table:
    unit = view.figure.unit
    low, high = f"{view.percent:g} % less", f"{view.percent:g} % more"
    table = section("Assumption", low, high, "how")
    for one in view.swings:
        how = Text("simulated" if one.simulated else "by its share of the cost", style=QUIET)
        add(table, one.title, show_change(one.low, unit), show_change(one.high, unit), how)
    return table


def _break_even(alternatives: tuple[Alternative, ...], currency: str) -> Table:
    table = section("Costs as much as the base if", *(one.name for one in alternatives))
    add(
        table,
        f"now, {currency} a month",
        *(_difference(one) for one in alternatives),
    )
    for place, first in enumerate(alternatives[0].break_even):
        cells = [one.break_even[place] for one in alternatives]
        if any(cell.factor.known for cell in cells):
            add(table, first.title, *(_even(cell) for cell in cells))
    return table


def _without_break_even(alternatives: tuple[Alternative, ...]) -> list[str]:
    """Assumptions that make no alternative cost what the base costs."""
    titles = dict.fromkeys(one.title for other in alternatives for one in other.break_even)
    found = {one.title for other in alternatives for one in other.break_even if one.factor.known}
    return [title for title in titles if title not in found]


def _difference(one: Alternative) -> Text:
    shown = show_change(one.difference, "currency")
    sure = one.difference.lower > 0 or one.difference.upper < 0
    style = (GOOD if one.difference.mean < 0 else BAD) if sure else UNSURE
    return Text(shown, style=style)


def _even(one: BreakEven) -> str:
    return show_factor(one.factor) if one.factor.known else one.said


def _regret(table: RegretTable, currency: str) -> Table:
    heads = [f"demand {name}" for name in table.demands]
    shown = section(f"Regret, {currency} a month", *heads, "largest")
    cases = {name: [table.regret[name, d].mean for d in table.demands] for name in table.names}
    known = {name: max(one) for name, one in cases.items() if all(map(math.isfinite, one))}
    least = min(known, key=lambda name: known[name], default="")
    for name in table.names:
        cells = [_regretted(table, name, demand) for demand in table.demands]
        largest = Text(f"{known[name]:,.0f}" if name in known else DASH)
        largest.stylize(GOOD if name == least else "")
        add(shown, name, *cells, largest)
    return shown


def _regretted(table: RegretTable, name: str, demand: str) -> str:
    regret, (met, due) = table.regret[name, demand], table.kept[name, demand]
    if not regret.known:
        return "not playable"
    paid = "cheapest" if regret.mean == 0 else show_estimate(regret, "currency")
    return f"{paid}\n{met} of {due} promises" if due else paid


def _prices(prices: tuple[PriceStep, ...], view: TornadoView) -> Table:
    title = view.service.title if view.service else ""
    unit = view.service.unit if view.service else "1"
    each = "a percentage point" if unit == "1" else "a unit"
    table = section("Price of the last percent", "cost a month", title, f"{view.currency} {each}")
    for one in prices:
        price = show_estimate(one.price, "currency") if one.price.known else "no more is shown"
        add(
            table,
            f"{one.start} to {one.end}",
            show_change(one.cost, "currency"),
            show_change(one.service, unit),
            price,
        )
    return table


def _remarks(view: TornadoView) -> Table:
    grid = notes()
    if view.left_out:
        said = ", ".join(view.left_out)
        remark(grid, "Left out", f"{said}: the figure does not move with them here")
    none = _without_break_even(view.alternatives)
    if none:
        said = f"{', '.join(none)}: prices up to 5 times as high, the others as far as simulated"
        remark(grid, "No break-even", said)
    said = "all differences are paired: every case met the same requests; ± is 95 %"
    remark(grid, "Read", said)
    for note in view.notes:
        remark(grid, "Not played", note, style=f"bold {BAD}")
    return grid
