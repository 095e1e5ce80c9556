"""What the identities are about, and what adding it up reads and writes, as one value."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from network.tables import REQUEST_OUTCOME, VISIT, VISIT_OUTCOME, WORK, Outcomes
from sim.audit.machine import load_balance
from sim.layout import Layout
from sim.machine_code.table import Addressed, Arrays
from sim.sample import Sample

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Records: TypeAlias = NDArray[np.void]

NOWHERE = -1
"""There is no such row."""

FOUND = np.dtype(
    [
        ("horizon", "f8"),
        ("wrong_arrival", "i8"),
        ("wrong_end", "i8"),
        ("wrong_visit", "i8"),
        ("wrong_stint", "i8"),
        ("open_requests", "i8"),
        ("open_visits", "i8"),
    ],
    align=True,
)
"""The horizon; the first request whose time and status disagree on whether it arrived, or
ended; the first visit and stint that point outside their tables; what is open."""


ARRAYS: dict[str, tuple[np.dtype[Any], int]] = {
    "requests": (REQUEST_OUTCOME, 1),
    "visits": (VISIT_OUTCOME, 1),
    "work": (WORK, 1),
    "drawn": (VISIT, 1),
    "stage_mode": (np.dtype("i8"), 1),
    "agent_pool": (np.dtype("i8"), 1),
    "span_first": (np.dtype("i8"), 1),
    "span_start": (np.dtype("f8"), 1),
    "span_end": (np.dtype("f8"), 1),
    "span_before": (np.dtype("f8"), 1),
    "span_last": (np.dtype("i8"), 1),
    "handed_at": (np.dtype("f8"), 1),
    "waited": (np.dtype("f8"), 1),
    "worked": (np.dtype("f8"), 1),
    "found": (FOUND, 1),
}
"""Type of a row and dimensions of each array, in the order of the table."""


@dataclass(frozen=True)
class Balance(Addressed):
    """The tables of a run and what is added up from them.

    Parameters
    ----------
    requests, visits, work : structured array
        Outcomes.
    drawn : structured array
        The visits that went in.
    stage_mode : int array (stages,)
    agent_pool : int array (agents,)
    span_first, span_start, span_end, span_before
        See `sim.duty_time.DutySpans`.
    span_last : int array (pools,)
        The span of each pool that was found last.
    handed_at : float array (visits,)
        Since when a visit waits for its next agent; NaN: it does not.
    waited : float array (sites,)
        Minutes that visits waited.
    worked : float array (agents,)
        Minutes of work, travel and breaks within duty.
    found : structured array (1,)
    """

    arrays: ClassVar[Arrays] = ARRAYS
    requests: Records
    visits: Records
    work: Records
    drawn: Records
    stage_mode: Ints
    agent_pool: Ints
    span_first: Ints
    span_start: Floats
    span_end: Floats
    span_before: Floats
    span_last: Ints
    handed_at: Floats
    waited: Floats
    worked: Floats
    found: Records


assert list(ARRAYS) == [one.name for one in fields(Balance) if one.init]


def balance_of(layout: Layout, sample: Sample, outcomes: Outcomes) -> Balance:
    """Add up the tables of a run."""
    spans = layout.spans
    found = np.full(1, NOWHERE, dtype=FOUND)
    found["horizon"] = outcomes.horizon
    found["open_requests"] = found["open_visits"] = 0
    balance = Balance(
        requests=np.ascontiguousarray(outcomes.requests),
        visits=np.ascontiguousarray(outcomes.visits),
        work=np.ascontiguousarray(outcomes.work),
        drawn=np.ascontiguousarray(sample.visits),
        stage_mode=layout.stages.mode,
        agent_pool=layout.agents.pool,
        span_first=spans.first,
        span_start=spans.start,
        span_end=spans.end,
        span_before=spans.before,
        span_last=spans.first[:-1].copy(),
        handed_at=np.full(len(outcomes.visits), np.nan),
        waited=np.zeros(len(layout.sites.tier)),
        worked=np.zeros(len(layout.agents.site)),
        found=found,
    )
    load_balance()(balance.address, 0)
    return balance
