"""Key figures of the service that customers get."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from network.kpi import BY_NAME
from network.model import Network
from network.quantity import MINUTES_PER_DAY
from network.tables import RequestStatus, VisitStatus
from sim.kpis.facts import Facts, Window, is_field
from sim.kpis.groups import Grouping, mean_and_percentiles, ratio
from sim.layout import VISIT, WALK_IN

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Block = tuple[str, str, tuple[str, ...], Floats]
"""KPI, dimension, keys, values."""

_SHARES = (0.5, 0.9, 0.95, 0.99)
_RANKS = ("p50", "p90", "p95", "p99")


def service_figures(network: Network, facts: Facts, window: Window) -> Iterator[Block]:
    """All figures over requests and visits."""
    yield from _endings(facts, window)
    yield from _paths(facts)
    yield from _queues(facts)
    yield from _responses(network, facts, window)


def _endings(facts: Facts, window: Window) -> Iterator[Block]:
    every = facts.by_request
    yield from _counts("offered", every)
    days = window.minutes / MINUTES_PER_DAY
    for name, keys, count in ((d, g.keys, g.count()) for d, g in _for("offered_per_day", every)):
        yield "offered_per_day", name, keys, count / days
    statuses = {
        "resolved": RequestStatus.RESOLVED,
        "unresolved": RequestStatus.UNRESOLVED,
        "abandoned": RequestStatus.ABANDONED,
        "blocked": RequestStatus.BLOCKED,
        "no_show": RequestStatus.NO_SHOW,
        "unserved": RequestStatus.UNSERVED,
        "open": RequestStatus.OPEN,
    }
    codes = len(RequestStatus)
    for name, group in _for("resolved", every):
        size = len(group.keys)
        pair = group.code.astype(np.int64) * codes + facts.status
        table = np.bincount(pair, minlength=(size + 1) * codes).reshape(-1, codes)[:size]
        for kpi, status in statuses.items():
            yield kpi, name, group.keys, ratio(table[:, status], table.sum(axis=1))
    done = ~np.isnan(facts.resolved)
    yield from _times("resolution", every, facts.resolved - facts.arrival, done)


def _paths(facts: Facts) -> Iterator[Block]:
    size = len(facts.request)
    every = facts.by_request

    def per_request(rows: Bools) -> Floats:
        return np.bincount(facts.of[rows], minlength=size).astype(np.float64)

    stages = per_request(np.ones(len(facts.of), dtype=np.bool_))
    worked = per_request(facts.served)
    field = per_request(is_field(facts))
    outside = per_request(facts.served & ((facts.mode == VISIT) | (facts.mode == WALK_IN)))
    tiers = per_request(facts.first_at_tier & facts.served)
    done = ~np.isnan(facts.resolved)
    visited = done & (field > 0)
    yield from _shares("first_time_fix", every, field == 1, visited)
    yield from _shares("remote_resolution", every, outside == 0, done)
    yield from _shares("self_service", every, worked == 0, done)
    yield from _shares("escalation", every, tiers > 1, worked > 0)
    yield from _means("visits_per_request", every, stages)


def _queues(facts: Facts) -> Iterator[Block]:
    every = facts.by_visit
    yield from _counts("served", every, facts.served)
    yield from _times("wait", every, facts.wait, facts.served)
    gave_up = facts.visit_status == VisitStatus.ABANDONED
    yield from _shares("visit_abandoned", every, gave_up, facts.joined)


def _responses(network: Network, facts: Facts, window: Window) -> Iterator[Block]:
    came = facts.status[facts.of] != RequestStatus.NO_SHOW
    first = facts.first_at_tier & came
    answered = first & ~np.isnan(facts.response)
    every = facts.by_visit
    yield from _times("response", every, facts.response, answered)
    yield from _times("field_response", every, facts.response, answered & is_field(facts))
    for name, group in _for("response_cv", every):
        among, x = group.among(answered), facts.response[answered]
        mean = among.mean(x)
        spread = np.sqrt(np.maximum(among.mean(x * x) - mean * mean, 0.0))
        yield "response_cv", name, group.keys, ratio(spread, mean)
    target = np.array([np.nan if t.target is None else t.target for t in network.tiers])
    limit = target[facts.tier]
    due = first & (facts.began + limit < window.horizon)
    met = np.nan_to_num(facts.response, nan=np.inf) <= limit
    yield from _shares("sla", every, met, due)


# --- one statistic over all its dimensions -------------------------------------------


def _for(kpi: str, groups: dict[str, Grouping]) -> Iterator[tuple[str, Grouping]]:
    return ((name, groups[name]) for name in BY_NAME[kpi].dimensions)


def _counts(kpi: str, groups: dict[str, Grouping], rows: Bools | None = None) -> Iterator[Block]:
    for name, group in _for(kpi, groups):
        yield kpi, name, group.keys, (group if rows is None else group.among(rows)).count()


def _means(kpi: str, groups: dict[str, Grouping], values: Floats) -> Iterator[Block]:
    for name, group in _for(kpi, groups):
        yield kpi, name, group.keys, group.mean(values)


def _shares(kpi: str, groups: dict[str, Grouping], hits: Bools, rows: Bools) -> Iterator[Block]:
    """Share of hits among some rows."""
    all_rows, hit_rows = np.flatnonzero(rows), np.flatnonzero(rows & hits)
    for name, group in _for(kpi, groups):
        part, whole = group.among(hit_rows).count(), group.among(all_rows).count()
        yield kpi, name, group.keys, ratio(part, whole)


def _times(stem: str, groups: dict[str, Grouping], values: Floats, rows: Bools) -> Iterator[Block]:
    """Mean and percentiles of a time in minutes, among some rows."""
    wanted = {name: groups[name] for name in BY_NAME[f"{stem}_mean"].dimensions}
    for name, keys, mean, quantiles in mean_and_percentiles(wanted, values, rows, _SHARES):
        yield f"{stem}_mean", name, keys, mean
        for rank, quantile in zip(_RANKS, quantiles, strict=True):
            if name in BY_NAME[f"{stem}_{rank}"].dimensions:
                yield f"{stem}_{rank}", name, keys, quantile
