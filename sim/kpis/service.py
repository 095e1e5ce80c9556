"""Key figures of the service that customers get."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from network.quantity import MINUTES_PER_DAY
from sim.kpis.facts import Facts, Window
from sim.kpis.groups import Block, ratio
from sim.kpis.kernel.survey import OfRequest, OfVisit

Floats = NDArray[np.float64]

_RANKS = ("p50", "p90", "p95", "p99")
_ENDINGS = {
    "resolved": OfRequest.RESOLVED,
    "unresolved": OfRequest.UNRESOLVED,
    "abandoned": OfRequest.ABANDONED,
    "blocked": OfRequest.BLOCKED,
    "no_show": OfRequest.NO_SHOW,
    "unserved": OfRequest.UNSERVED,
    "open": OfRequest.OPEN,
}


def service_figures(facts: Facts, window: Window) -> Iterator[Block]:
    """All figures over requests and visits."""
    yield from _endings(facts, window)
    yield from _paths(facts)
    yield from _queues(facts)
    yield from _responses(facts)
    capped = ratio(facts.requests[OfRequest.CAPPED], facts.offered)
    yield from facts.groups.blocks({"capped": capped})


def lost_figures(facts: Facts) -> Iterator[Block]:
    """Visits served, given up, and requests that nobody could serve."""
    blocks, true = facts.groups.blocks, facts.visits
    yield from blocks({"served": true[OfVisit.SERVED]})
    yield from blocks({"visit_abandoned": ratio(true[OfVisit.GAVE_UP], true[OfVisit.JOINED])})
    yield from blocks({"unserved": ratio(facts.requests[OfRequest.UNSERVED], facts.offered)})


def _endings(facts: Facts, window: Window) -> Iterator[Block]:
    blocks, offered = facts.groups.blocks, facts.offered
    yield from blocks({"offered": offered})
    yield from blocks({"offered_per_day": offered / (window.minutes / MINUTES_PER_DAY)})
    yield from blocks(
        {kpi: ratio(facts.requests[ending], offered) for kpi, ending in _ENDINGS.items()}
    )
    yield from _times(facts, "resolution")


def _paths(facts: Facts) -> Iterator[Block]:
    blocks, true = facts.groups.blocks, facts.requests
    done, worked = true[OfRequest.DONE], true[OfRequest.WORKED]
    fixed = ratio(true[OfRequest.FIXED_FIRST], true[OfRequest.VISITED])
    yield from blocks({"first_time_fix": fixed})
    yield from blocks({"remote_resolution": ratio(true[OfRequest.WITHOUT_WAY], done)})
    yield from blocks({"self_service": ratio(true[OfRequest.WITHOUT_AGENT], done)})
    yield from blocks({"escalation": ratio(true[OfRequest.ESCALATED], worked)})
    yield from blocks({"visits_per_request": ratio(facts.stages, facts.offered)})


def _queues(facts: Facts) -> Iterator[Block]:
    blocks, true = facts.groups.blocks, facts.visits
    yield from blocks({"served": true[OfVisit.SERVED]})
    yield from _times(facts, "wait")
    yield from blocks({"visit_abandoned": ratio(true[OfVisit.GAVE_UP], true[OfVisit.JOINED])})


def _responses(facts: Facts) -> Iterator[Block]:
    blocks, true = facts.groups.blocks, facts.visits
    yield from _times(facts, "response")
    yield from _times(facts, "field_response")
    yield from blocks({"response_cv": facts.times["response"].variation})
    yield from blocks({"sla": ratio(true[OfVisit.MET], true[OfVisit.DUE])})


def _times(facts: Facts, name: str) -> Iterator[Block]:
    """Mean and quantiles of a time, minutes."""
    spread = facts.times[name]
    figures = {f"{name}_mean": spread.mean}
    for rank, values in zip(_RANKS, spread.quantiles.T, strict=True):
        figures[f"{name}_{rank}"] = values
    yield from facts.groups.blocks(figures)
