"""What a report shows of a comparison."""

from __future__ import annotations

import math
from collections.abc import Iterable

from network.model import Network
from network.quantity import show_duration
from report.comparison.view import (
    Alternative,
    ComparisonView,
    CostStep,
    Figure,
    InputLine,
    Levers,
    MorePeople,
    RemedyView,
    RestoredPromise,
)
from report.decision.view import Change
from report.view import Estimate
from sim.result import Result
from sim.view import view_of
from study.compare.comparison import Comparison, Other
from study.compare.inputs import InputChange, InputSummary, Value
from study.compare.judge import Judged, cost_steps
from study.compare.remedy import Kept, Remedies

_MINUTES = ("within", "target", "slot", "limit")
"""Fields that are durations."""
_CLOCKS = ("starts", "ends", "opens", "closes")
_COST_FIELDS = ("wage_per_h", "overtime_factor", "absence", "cost_per_contact", "penalty",
                "lost_cost", "fixed_cost_per_month", "cost_per_job", "opening_cost",
                "closing_cost", "parts_cost")  # fmt: skip
_TOLD = ("demand", "pools", "sites", "dispatch", "entries", "channels", "promises", "costs")


def view_of_comparison(comparison: Comparison) -> ComparisonView:
    """Everything that a report shows of a comparison."""
    return ComparisonView(
        label=comparison.base.label,
        base=view_of(comparison.result),
        alternatives=tuple(_alternative(comparison, other) for other in comparison.others),
        family=comparison.family,
        confidence=comparison.confidence,
        notes=comparison.notes,
    )


def _alternative(comparison: Comparison, other: Other) -> Alternative:
    return Alternative(
        label=other.side.label,
        run=view_of(other.result),
        figures=tuple(_figure(row) for row in other.judged),
        levers=levers(comparison.base.network, other.side.network, other.changes),
        inputs=tuple(_input(line) for line in other.inputs),
        costs=tuple(
            CostStep(
                step.component,
                step.before,
                step.after,
                Estimate(step.difference, step.lower, step.upper),
            )
            for step in other.costs
        ),
        remedy=None if other.remedies is None else _remedy(other.result, other.remedies),
    )


def _figure(row: Judged) -> Figure:
    numbers = (row.before, row.after, row.difference, row.lower, row.upper)
    change = Change(row.kpi, row.dimension, row.key, row.unit, *numbers)
    limits = row.lower_together, row.upper_together
    return Figure(change, *limits, row.p_together, row.verdict.value, row.margin)


def levers(before: Network, after: Network, changes: Iterable[InputChange]) -> Levers:
    """What a planner would say that differs, as numbers."""
    found = list(changes)
    nouns = {change.noun for change in found}
    is_open = [{s.site_id for s in one.sites if s.status.is_open} for one in (before, after)]
    agents = [
        sum(pool.count for pool in one.pools if pool.site in sites)
        for one, sites in zip((before, after), is_open, strict=True)
    ]
    others = [change.noun for change in found if change.noun not in _TOLD]
    others += [f"{change.noun} ({change.field})" for change in found if _is_other(change)]
    return Levers(
        demand=(before.demand_factor, after.demand_factor),
        agents=(agents[0], agents[1]),
        opened=len(is_open[1] - is_open[0]),
        closed=len(is_open[0] - is_open[1]),
        policy=(before.dispatch.policy, after.dispatch.policy),
        channels=bool(nouns & {"entries"}),
        promises="promises" in nouns,
        costs="costs" in nouns or any(change.field in _COST_FIELDS for change in found),
        others=tuple(dict.fromkeys(others)),
        scenario=(before.name, after.name),
    )


def _is_other(change: InputChange) -> bool:
    """What differs in pools, sites or dispatch beyond what the levers say of them."""
    said = {
        "pools": ("count", "added", "removed", *_COST_FIELDS),
        "sites": ("status", "added", "removed", *_COST_FIELDS),
        "dispatch": ("policy",),
    }
    return change.noun in said and change.field not in said[change.noun]


def _input(line: InputSummary) -> InputLine:
    return InputLine(
        line.noun,
        line.field,
        line.changed,
        line.rows,
        line.total,
        tuple(
            (one.row, _shown(one.field, one.before), _shown(one.field, one.after))
            for one in line.examples
        ),
    )


def _shown(field: str, value: Value) -> str:
    """A value as people write it; nothing where the row is not there."""
    if value is None:
        return ""
    if isinstance(value, float):
        if field in _MINUTES:
            return show_duration(value)
        if field in _CLOCKS:
            return f"{int(value // 60):02d}:{int(value % 60):02d}"
        return f"{value:.4g}" if abs(value) < 1e4 else f"{value:,.0f}"
    return str(value)


def _remedy(alternative: Result, remedies: Remedies) -> RemedyView:
    """The cost of more people is that of the alternative with and without them."""
    total = cost_steps(alternative, remedies.result)[-1] if remedies.plays else None
    known = total is not None and total.component == "total"
    return RemedyView(
        tiers=tuple(
            MorePeople(
                one.tier,
                one.region,
                one.agents,
                one.extra,
                tuple(_restored(kept) for kept in one.kept),
                one.restored,
            )
            for one in remedies.tiers
        ),
        cost=Estimate(total.difference, total.lower, total.upper)
        if total is not None and known
        else Estimate(math.nan),
        untied=tuple(_restored(kept) for kept in remedies.untied),
    )


def _restored(kept: Kept) -> RestoredPromise:
    return RestoredPromise(kept.promise, kept.base, kept.alternative, kept.remedied)
