"""A comparison on the terminal: the answer, what differs, the figures, the cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from network.quantity import MINUTES_PER_DAY
from report.comparison.view import TOTAL, Alternative, ComparisonView, CostStep, Figure
from report.comparison.words import (
    answer,
    how_to_read,
    input_words,
    promise_figures,
    show_verdict,
)
from report.console.tables import BAD, GOOD, QUIET, UNSURE, add, notes, plain, remark, section
from report.decision.view import PROMISE
from report.decision.words import counted, show_difference, show_value
from report.view import Estimate
from report.words import COMPONENT_NAMES, show_money, show_time

_STYLE = {
    "better": GOOD, "worse": BAD, "higher": UNSURE, "lower": UNSURE, "equivalent": GOOD,
}  # fmt: skip
_WIDE, _LEAD, _MOST_INPUTS, _MOST_COLUMNS = 100, 30, 14, 5
_LEAST_AMOUNT = 0.5
"""Money a month below which a component is not worth a line."""


def print_comparison(view: ComparisonView, console: Console) -> None:
    """Print a comparison: with one alternative in full, with several as a matrix.

    Parameters
    ----------
    view : ComparisonView
    console : rich.console.Console
        80 to 120 columns wide; colour is used where there is any.
    """
    for line in _head(view):
        console.print(line)
    for one in view.alternatives:
        console.print()
        console.print(_answer(view, one))
    parts: list[Table] = []
    if len(view.alternatives) == 1:
        (one,) = view.alternatives
        tables = (_inputs(view, one), *_in_full(view, one), _costs(view, one))
        parts += [table for table in tables if table is not None]
    else:
        inputs = [_inputs(view, one) for one in view.alternatives]
        parts += [table for table in inputs if table is not None]
        shown = [
            view.alternatives[n : n + _MOST_COLUMNS]
            for n in range(0, len(view.alternatives), _MOST_COLUMNS)
        ]
        parts += [_matrix(view, some) for some in shown]
    for part in (*parts, _remarks(view)):
        if console.width >= _WIDE and part.columns[0].min_width is None:
            part.columns[0].min_width = _LEAD
        console.print()
        console.print(part)


def _head(view: ComparisonView) -> Iterator[Text]:
    base = view.base
    title = Text(base.title, style="bold")
    title.append("" if base.title == base.network.name else f"  {base.network.name}", style=QUIET)
    yield title
    names = ", ".join(one.label for one in view.alternatives)
    yield Text.assemble((names, "bold"), " against ", (view.label, "bold"))
    warm_up = f" after {show_time(base.warm_up_min)} of warm-up" if base.warm_up_min else ""
    how = (
        f"{counted(base.replications, 'replication')} of "
        f"{show_time(base.counted_days * MINUTES_PER_DAY)}{warm_up}",
        f"seed {base.seed}",
        "the same requests for all" if _same_scenario(view) else "scenarios with other requests",
    )
    yield Text(" · ".join(how), style=QUIET)


def _same_scenario(view: ComparisonView) -> bool:
    return all(one.levers.scenario[0] == one.levers.scenario[1] for one in view.alternatives)


def _answer(view: ComparisonView, one: Alternative) -> RenderableType:
    lines = answer(view, one)
    text = Text("\n").join(Text(line) for line in lines)
    if len(view.alternatives) == 1:
        return text
    return Table.grid(padding=(0, 0)) if not lines else _titled(one.label, text)


def _titled(label: str, text: Text) -> RenderableType:
    grid = Table.grid()
    grid.add_row(Text(label, style="bold cyan"))
    grid.add_row(Padding(text, (0, 0, 0, 2)))
    return grid


def _inputs(view: ComparisonView, one: Alternative) -> Table | None:
    lines = list(input_words(view, one))
    if not lines:
        return None
    label = "Inputs" if len(view.alternatives) == 1 else f"Inputs, {one.label}"
    table = section(label)
    table.add_column(Text("what differs from the base", style=QUIET), overflow="fold")
    for name, words in lines[:_MOST_INPUTS]:
        add(table, name, Text(words))
    if len(lines) > _MOST_INPUTS:
        more = counted(len(lines) - _MOST_INPUTS, "more field")
        add(table, f"... and {more}, see inputs.csv", "")
    return table


def _in_full(view: ComparisonView, one: Alternative) -> Iterator[Table]:
    """Headlines, service by tier, promises: before, after, difference, verdict."""
    headlines = [f for f in one.figures if f.key[1] == "total"]
    tiers = [f for f in one.figures if f.key[1] == "tier"]
    groups = (("Network", headlines), ("Tiers", tiers), ("Promises", promise_figures(one)))
    for name, figures in groups:
        if figures:
            table = section(name, _short(view.label), _short(one.label), "difference")
            table.add_column(Text(""), no_wrap=True)
            for figure in figures:
                add(table, view.title_of(figure), *_cells(figure))
            yield table


def _short(label: str, most: int = 18) -> str:
    return label if len(label) <= most else label[: most - 1] + "…"


def _cells(figure: Figure) -> tuple[str | Text, ...]:
    change = figure.change
    return (
        show_value(change.before, change.unit),
        show_value(change.after, change.unit),
        plain(show_difference(change.estimate, change.unit)),
        Text(show_verdict(figure), style=_STYLE.get(figure.verdict, QUIET)),
    )


def _matrix(view: ComparisonView, some: Sequence[Alternative]) -> Table:
    """Differences of several alternatives, coloured by their verdicts."""
    table = section("Difference", _short(view.label), *(_short(one.label) for one in some))
    keys = dict.fromkeys(figure.key for one in some for figure in one.figures)
    for key in keys:
        found = [one.find(*key) for one in some]
        known = [figure for figure in found if figure is not None]
        if key[0] == PROMISE or any(figure.verdict != "the same" for figure in known):
            first = known[0]
            cells = [Text("") if figure is None else _matrix_cell(figure) for figure in found]
            before = show_value(first.change.before, first.change.unit)
            add(table, view.title_of(first), before, *cells)
    for component in [step.component for step in some[0].costs if step.component != TOTAL]:
        steps = [
            next((step for step in one.costs if step.component == component), None) for one in some
        ]
        if any(step is not None and abs(step.difference.mean) >= _LEAST_AMOUNT for step in steps):
            amount = next(step.before for step in steps if step is not None)
            cells = [Text("" if step is None else _step_words(step), QUIET) for step in steps]
            add(table, f"  of the cost: {COMPONENT_NAMES[component]}", show_money(amount), *cells)
    return table


def _matrix_cell(figure: Figure) -> Text:
    """A difference in the colour of its verdict, with a mark that needs no colour."""
    if figure.verdict == "the same":
        return Text("=", style=QUIET)
    mark = {"better": " ✓", "worse": " ✗", "equivalent": " ≈", "no evidence": " ·"}
    words = show_difference(figure.change.estimate, figure.change.unit).partition(" ±")[0]
    text = words + (" *" if figure.alone_only else mark.get(figure.verdict, "  "))
    return Text(text, style=_STYLE.get(figure.verdict, QUIET))


def _step_words(step: CostStep) -> str:
    return show_difference(Estimate(step.difference.mean), "currency")


def _costs(view: ComparisonView, one: Alternative) -> Table | None:
    """The cost from the base to the alternative, component by component."""
    steps = [step for step in one.costs if step.component != TOTAL]
    total = next((step for step in one.costs if step.component == TOTAL), None)
    known = [s for s in steps if max(abs(s.before), abs(s.after)) >= _LEAST_AMOUNT]
    if total is None or not known:
        return None
    head = (f"{view.currency} a month: {_short(view.label)}", _short(one.label), "difference")
    table = section("Cost", *head)
    for step in known:
        add(table, COMPONENT_NAMES[step.component], *_step_cells(step))
    add(table, "all together", *_step_cells(total), style="bold")
    return table


def _step_cells(step: CostStep) -> tuple[str, ...]:
    change = show_difference(step.difference, "currency")
    return show_money(step.before), show_money(step.after), change


def _remarks(view: ComparisonView) -> Table:
    grid = notes()
    words = how_to_read(view)
    if view.base.replications > 1:
        for name, line in zip(("Verdicts", *[""] * len(words)), words, strict=False):
            remark(grid, name, line)
    else:
        remark(grid, "Verdicts", "none: they need two replications or more")
    if len(view.alternatives) > 1:
        marks = "✓ better, ✗ worse, ≈ equivalent, · no evidence, = the same in every replication"
        remark(grid, "Marks", marks)
    for note in view.notes:
        remark(grid, "Note", note)
    return grid
