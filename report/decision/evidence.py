"""What the plan changes, and what is proved of it: differences, cost, bounds, promises."""

from __future__ import annotations

import math

from rich.table import Table
from rich.text import Text

from network.kpi import COST_COMPONENTS
from report.console.tables import BAD, GOOD, QUIET, UNSURE, add, notes, plain, remark, section
from report.decision.view import PROMISE, Certificate, Change, DecisionView, PromiseProof, Verdict
from report.decision.words import change_cells, counted, promise_title
from report.words import COMPONENT_NAMES, DASH, show_money, show_number, show_share

_MOST_PROMISES = 12
_LEAST_AMOUNT = 0.5
"""Money a month below which a component is not worth a line."""
_RANK = list(Verdict)
_RESPONSES = (("response_mean", "Mean response"), ("response_p90", "9 in 10 within"))
_STATUS = {
    "optimal": "the cheapest plan of the model",
    "feasible": "the best plan found in the time given",
    "infeasible": "the model has no plan that keeps all limits",
    "unknown": "no plan was found in the time given",
}
BOUND_NAMES = {
    "necessary": "under any policy, losing customers where that is cheaper",
    "guarded": "under any policy that loses no more than the guards allow",
    "sample": "at these sites under this policy, on requests of the fit block, with foresight",
    "model": "in the planning model: placed tiers only, by a formula for waits",
}
"""The bounds in the words of reports, and where no plan costs less."""


def change_table(view: DecisionView) -> Table | None:
    """Cost, response by tier and promises: before, after, difference, verdict."""
    currency = view.after.network.settings.currency
    rows = [
        (f"Cost, {currency} a month", view.change("cost")),
        (f"Cost per request, {currency}", view.change("cost_per_request")),
    ]
    for tier in view.after.tiers:
        for kpi, word in _RESPONSES:
            change = view.change(kpi, "tier", tier.tier_id)
            rows.append((f"{word}, {tier.name or tier.tier_id}", change))
    promises = [one for one in view.changes if one.kpi == PROMISE]
    moved = [one for one in promises if one.verdict is not Verdict.NO_EVIDENCE]
    moved.sort(key=lambda one: _RANK.index(one.verdict))
    shown = moved[:_MOST_PROMISES]
    known = [(name, change) for name, change in rows if _told(change)]
    if not known and not promises:
        return None
    table = section("Change", "before", "after", "difference")
    table.add_column(Text(""), no_wrap=True)
    for name, change in (*known, *((promise_title(view, c.key), c) for c in shown)):
        if change is not None:
            add(table, name, *change_cells(change))
    if len(moved) > len(shown):
        add(table, f"... and {len(moved) - len(shown)} more promises, as the last")
    if len(promises) > len(moved):
        quiet = Text(Verdict.NO_EVIDENCE, style=QUIET)
        add(table, counted(len(promises) - len(moved), "other promise"), "", "", "", quiet)
    return table


def _told(change: Change | None) -> bool:
    """Whether there is anything to say of it: known, and not the same to the last bit."""
    if change is None or (math.isnan(change.before) and math.isnan(change.after)):
        return False
    return change.kpi in ("cost", "cost_per_request") or change.difference != 0


def cost_table(view: DecisionView) -> Table | None:
    """Cost by component before and after, the largest first."""
    found = [(c, view.change("cost", "component", c)) for c in COST_COMPONENTS]
    known = [(c, one) for c, one in found if one is not None and _size(one) >= _LEAST_AMOUNT]
    total = view.change("cost")
    if not known or total is None:
        return None
    currency = view.after.network.settings.currency
    table = section("Cost", f"{currency} a month before", "after", "difference")
    for component, one in sorted(known, key=lambda pair: -_size(pair[1])):
        add(table, COMPONENT_NAMES[component], *change_cells(one)[:3])
    add(table, "all together", *change_cells(total)[:3], style="bold")
    return table


def _size(change: Change) -> float:
    amounts = (abs(change.before), abs(change.after))
    return max((a for a in amounts if math.isfinite(a)), default=0.0)


def bound_table(view: DecisionView) -> Table | None:
    """The bounds on the cost, each on a line of its own with what it holds for.

    The model's is held against the plan as the model counts it, the others against the
    simulated cost.
    """
    cost, solution = view.after.find("cost").mean, view.solution
    amounts = {name: float(getattr(view.bounds, name)) for name in BOUND_NAMES}
    if not any(map(math.isfinite, amounts.values())):
        return None
    currency = view.after.network.settings.currency
    table = section("Bound on the cost", f"{currency} a month", "plan above it")
    table.add_column(Text("no plan costs less ...", style=QUIET), overflow="fold")
    for name, amount in amounts.items():
        if math.isfinite(amount):
            counted = solution.cost_per_month if name == "model" and solution else cost
            above = show_share(counted / amount - 1) if amount > 0 else DASH
            add(table, name, show_money(amount), above, Text(BOUND_NAMES[name]))
    return table


def promise_table(view: DecisionView) -> Table | None:
    """Every promise: foreseen, simulated, its lower limit, the target, the verdict."""
    rows = view.proofs
    if not rows:
        return None
    foreseen = any(math.isfinite(row.predicted) for row in rows)
    heads = ("predicted", "simulated", "at least")
    table = section("Promise", "target", *heads[0 if foreseen else 1 :])
    table.add_column(Text("verdict", style=QUIET), no_wrap=True)
    for row in rows:
        figures = [row.predicted, row.simulated, row.lower][0 if foreseen else 1 :]
        cells = (show_share(row.target, 0), *map(show_share, figures))
        table.add_row(Text(row.title or row.name), *map(plain, cells), proof_verdict(row))
    return table


def guard_table(view: DecisionView) -> Table | None:
    """What no promise names: the most that today's network allows, the plan's figure, its limit."""
    guards = view.certificate.guards if view.certificate is not None else ()
    if not guards:
        return None
    table = section("Not worse than today", "allowed", "simulated", "at most")
    table.add_column(Text("verdict", style=QUIET), no_wrap=True)
    for one in guards:
        show = show_share if one.unit == "1" else show_number
        cells = map(plain, map(show, (one.allowed, one.simulated, one.upper)))
        style = GOOD if one.verdict == "kept" else UNSURE
        table.add_row(Text(one.title), *cells, Text(one.verdict, style=style))
    return table


def proof_verdict(row: PromiseProof) -> Text:
    """The verdict in a word and a colour, and the area that decides it."""
    text = Text(row.verdict, style={"met": GOOD, "missed": BAD}.get(row.verdict, UNSURE))
    if row.below_floor and row.floor is not None:
        text.append(f": {row.worst_area} {100 * row.worst:.0f} < {show_share(row.floor, 0)}")
    elif not math.isfinite(row.simulated):
        text.append(": none due")
    return text


def proof_notes(view: DecisionView) -> Table:
    """The solver's word, the certificate, how to read intervals, and the notes."""
    grid = notes()
    if view.certificate is None:
        text = Text.assemble(("none", f"bold {UNSURE}"), ": this plan has not been proved")
        remark(grid, "Certificate", text)
    else:
        _certificate(grid, view.certificate)
    if view.solution is not None:
        remark(grid, "Model", _solution(view))
    if view.after.replications > 1:
        remark(grid, "Intervals", _how_to_read(view))
    else:
        remark(grid, "Intervals", "none: they need two replications or more")
    for note in view.notes:
        remark(grid, "Note", note)
    return grid


def _how_to_read(view: DecisionView) -> str:
    paired = "the same requests were played before and after; " if is_paired(view) else ""
    return f"{paired}± is half of a 95 % interval; no evidence is not the same as no difference"


def is_paired(view: DecisionView) -> bool:
    """Whether both runs played the same requests."""
    before, after = view.before, view.after
    return (before.seed, before.requests) == (after.seed, after.requests)


def _certificate(grid: Table, certificate: Certificate) -> None:
    word, style = ("held", GOOD) if certificate.held else ("not held", BAD)
    text = Text.assemble((word, f"bold {style}"))
    text.append(f": {certificate.statement}" if certificate.statement else "")
    remark(grid, "Certificate", text)
    remark(
        grid,
        "",
        f"attempt {certificate.attempt} of {certificate.attempts}, "
        f"{certificate.replications:,} replications on requests that no part of the plan has seen; "
        f"its risk of a false certificate is at most {show_risk(certificate.level)}",
    )
    fit, screen, proof = certificate.seeds
    remark(grid, "", f"seeds: fit {fit} · screen {screen} · proof {proof}")


def show_risk(level: float) -> str:
    """A small share with the digits that it needs.

    Examples
    --------
    >>> show_risk(0.05), show_risk(0.025), show_risk(0.00625)
    ('5 %', '2.5 %', '0.625 %')
    """
    return f"{100 * level:.3g} %"


def _solution(view: DecisionView) -> Text:
    """What is known of the model's optimum."""
    solution, currency = view.solution, view.after.network.settings.currency
    if solution is None:
        return Text(DASH)
    words = [_STATUS.get(solution.status, solution.status)]
    if math.isfinite(solution.cost_per_month):
        words.append(
            f"{currency} {show_money(solution.cost_per_month)} a month as the model counts"
        )
    if math.isfinite(solution.bound):
        words.append(f"model bound {show_money(solution.bound)}")
    if math.isfinite(solution.gap):
        words.append(f"gap {show_share(solution.gap)}")
    made = f"{solution.formulation}, {solution.solver} {solution.version}".strip()
    took = f" in {solution.seconds:,.0f} s" if math.isfinite(solution.seconds) else ""
    return Text("; ".join(words)).append(f" ({made}{took})", style=QUIET)
