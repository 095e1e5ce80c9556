"""A selection -> the values that a report shows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from report.study.selection import AlternativeView, SelectionView
from report.view import Estimate
from study.compare.sides import Side
from study.selection import (
    Allocation,
    Feasibility,
    Selection,
    Standing,
    WithBest,
    compare_with_best,
)
from study.selection.simulated import Promised

_LEAST_TO_COMPARE = 5


def view_of(
    base: Side, found: Selection, promised: Promised, runs: tuple[int, int], notes: Sequence[str]
) -> SelectionView:
    """All that a report shows of a selection.

    Parameters
    ----------
    base : Side
        The first alternative.
    found : Selection
    promised : Promised
    runs : tuple of int
        Replications computed now, and found in the store.
    notes : sequence of str
    """
    fell = {name: look.replications for look in found.rounds for name in look.dropped}
    keeps = [f.alternative for f in found.feasibility if f.standing is Standing.KEEPS]
    best, compared = _compared(found, keeps)
    return SelectionView(
        title=_title(base, found.seen.names),
        currency=base.network.settings.currency,
        alternatives=tuple(
            _alternative(one, found, fell.get(one.alternative), best, promised)
            for one in found.feasibility
        ),
        chosen=found.chosen,
        proven=found.decided,
        statement=found.statement,
        rounds=tuple(
            f"after {look.replications} replications {', '.join(look.dropped)} dropped; "
            f"left: {', '.join(look.survivors)}"
            for look in found.rounds
        ),
        compared=compared,
        done=runs[0],
        reused=runs[1],
        notes=tuple(notes),
    )


def _title(base: Side, names: Sequence[str]) -> str:
    title = base.network.settings.title or base.network.name
    return f"{title}: the best of {len(names)} alternatives"


def _compared(found: Selection, keeps: Sequence[str]) -> tuple[WithBest | None, str]:
    """Comparison with the best over the replications that all who keep promises have."""
    least = min((found.replications[name] for name in keeps), default=0)
    if len(keeps) < 2 or least < _LEAST_TO_COMPARE:
        return None, ""
    costs = {name: found.seen.cost(name, least) for name in keeps}
    said = (
        f"cost above that of the best of the others that keep their promises, with limits that "
        f"hold for all at once ({found.confidence:.0%}), over their first {least} replications"
    )
    return compare_with_best(costs, confidence=found.confidence), said


def _alternative(
    one: Feasibility,
    found: Selection,
    fell: int | None,
    best: WithBest | None,
    promised: Promised,
) -> AlternativeView:
    name, above = one.alternative, Estimate(np.nan)
    if best is not None and name in best.alternatives:
        i = best.alternatives.index(name)
        above = Estimate(float(best.above[i]), float(best.lower[i]), float(best.upper[i]))
    said = ""
    if promised.promises:
        said = f"{one.standing} ({one.replications} replications)"
        if one.broken is not None:
            said += f": {_kept(promised, one.broken, float(one.shares[one.broken]))}"
        elif one.standing is Standing.UNDECIDED:
            said += ", the budget has ended"
    keeps = {Standing.KEEPS: True, Standing.BREAKS: False}.get(one.standing)
    return AlternativeView(
        name, found.means[name], said, keeps, fell, above, found.replications[name]
    )


def _kept(promised: Promised, number: int, share: float) -> str:
    promise = promised.promises[number]
    title = promise.name or promise.promise_id
    return f"{title}, {share:.1%} of {promised.targets[number]:.0%} promised"


def ocba_view_of(
    base: Side, found: Allocation, promised: Promised, runs: tuple[int, int], notes: Sequence[str]
) -> SelectionView:
    """All that a report shows of a budget spent by OCBA."""
    said = {True: "seems to keep its promises", False: "seems to break a promise"}
    return SelectionView(
        title=_title(base, list(found.means)),
        currency=base.network.settings.currency,
        alternatives=tuple(
            AlternativeView(
                name,
                mean,
                said[found.keeps[name]] if promised.promises else "",
                found.keeps[name],
                None,
                Estimate(np.nan),
                found.replications[name],
            )
            for name, mean in found.means.items()
        ),
        chosen=found.ahead,
        proven=False,
        statement=f"{found.ahead} is ahead ({found.guarantee}).",
        rounds=(),
        compared="",
        done=runs[0],
        reused=runs[1],
        notes=tuple(notes),
    )
