"""What counting reads and writes, as one value: arrays for Python, one address for code.

A *group* is one value of one dimension, e.g. tier "point"; the groups of all dimensions
are numbered through (`sim.kpis.groups`). An *axis* is a dimension with numbers of its own.
The last number stands for "none", so that no row has to be left out.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from network.tables import (
    REQUEST,
    REQUEST_OUTCOME,
    VISIT,
    VISIT_OUTCOME,
    RequestStatus,
    VisitStatus,
)
from sim.machine_code.table import Addressed, Arrays

Records: TypeAlias = NDArray[np.void]


class OfRequest(IntEnum):
    """What can be true of a request; the bit of each."""

    OPEN = RequestStatus.OPEN - 1
    RESOLVED = RequestStatus.RESOLVED - 1
    UNRESOLVED = RequestStatus.UNRESOLVED - 1
    ABANDONED = RequestStatus.ABANDONED - 1
    BLOCKED = RequestStatus.BLOCKED - 1
    NO_SHOW = RequestStatus.NO_SHOW - 1
    UNSERVED = RequestStatus.UNSERVED - 1
    CAPPED = 7
    WORKED = 8
    ESCALATED = 9
    DONE = 10
    DONE_AT_ONCE = 11
    VISITED = 12
    FIXED_FIRST = 13
    WITHOUT_WAY = 14
    WITHOUT_AGENT = 15


class OfVisit(IntEnum):
    """What can be true of a visit; the bit of each.

    ``AT_ONCE``: served with a wait of 0. ``REACHED``: answered by an agent who travelled.
    """

    SERVED = 0
    JOINED = 1
    GAVE_UP = 2
    AT_ONCE = 3
    DUE = 4
    MET = 5
    ANSWERED = 6
    ANSWERED_AT_ONCE = 7
    REACHED = 8
    REACHED_AT_ONCE = 9


VISIT_PATTERNS = 1 << len(OfRequest)
"""Where the patterns of visits begin: a pattern is the sum of the bits of what is true."""
PATTERNS = VISIT_PATTERNS + (1 << len(OfVisit))

SHARES = (0.5, 0.9, 0.95, 0.99)
"""Quantiles of every group."""


def _typed(number: int) -> int:
    """A number with a type: Numba would compile a function anew for each plain one."""
    return np.int64(number)  # type: ignore[return-value]  # it is used as an int


# Codes as plain numbers, which become constants of the machine code ---------------------
COUNT, RANK = range(2)
"""What the code is asked to do: `requests.count`, `times.rank`."""
DONE, FULL = range(2)
"""What it answers; FULL: there are more patterns than room."""
RESOLUTIONS, WAITS, RESPONSES = map(_typed, range(3))
"""Lists of times."""
MEASURED, IN_FIELD = _typed(1), _typed(2)
"""What a time counts for: the measure of its list; the response in the field."""
NONE, ONE_MORE, ONE_LESS = _typed(-1), _typed(1), _typed(-1)
DIGIT_BITS = 11
"""Times are sorted by so many bits at once."""
BITS_OF_A_TIME = 64
NOT_ENTERED = int(VisitStatus.NOT_ENTERED)
VISIT_ABANDONED = int(VisitStatus.ABANDONED)
REQUEST_UNRESOLVED = int(RequestStatus.UNRESOLVED)
REQUEST_NO_SHOW = int(RequestStatus.NO_SHOW)


def _record(**columns: str) -> np.dtype[np.void]:
    return np.dtype(list(columns.items()), align=True)


SETTINGS = _record(
    start="f8", end="f8", horizon="f8", clock_offset="f8",
    groups="i8", regions="i8", request_axes="i8",
    counted="i8", groups_known="i8", firsts="i8", patterns="i8",
)  # fmt: skip
"""The window and how many of what there are; how many were found."""

TIER = _record(target="f8", entered="f8", first="i8", is_point="i8")
"""Target response (NaN: none); the first visit there of the request in hand, and its time."""

STAGE = _record(tier="i8", mode="i8", parts="i8")
"""Tier and mode; how many visits used parts."""

ZONE = _record(region="i4", area="i4", answered="i8", response="f8")
"""Region and area; first answered visits at base points, and their responses added up."""

AXIS = _record(dimension="i4", first="i4")
"""Which dimension, and the number of its first group."""

PATH = _record(
    of="i8", zone="i8", booked="f8", came="i8", served="i8", field="i8", outside="i8", tiers="i8"
)  # fmt: skip
"""Of the request in hand: its number among the counted ones, zone, appointment, whether the
customer came; visits worked, in the field, with a way; tiers that worked."""

FIRST = _record(of="i4", tier="i4", began="f8", response="f8")
"""The first visit of a request at a tier; see `sim.kpis.facts.Firsts`."""

GROUP = _record(number="i4")
"""The group of a row on one axis."""

LIST = _record(first="i8", size="i8")
"""Times of one kind: where they begin, how many."""

TIME = _record(value="f8", groups="i4", tier="i2", counts_for="i2")
"""A time, where the groups of its row begin, and the sum of what it counts for."""

BITS = _record(value="i8", rest="i8")
"""A time as two whole numbers; times from 0 on are in the order of their bits."""

MEASURE = _record(list="i8", counts_for="i8", axes="i8", axes_end="i8")
"""Which times it is about, and the axes that it is reported by."""

STANDING = _record(place="i8", left="i8", total="f8", squares="f8")
"""A group in a walk through times by size: the place that is noted next, how many times
come until it has come, sums."""


ARRAYS: dict[str, tuple[np.dtype[Any], int]] = {
    "requests": (REQUEST, 1),
    "visits": (VISIT, 1),
    "request_outcomes": (REQUEST_OUTCOME, 1),
    "visit_outcomes": (VISIT_OUTCOME, 1),
    "settings": (SETTINGS, 1),
    "path": (PATH, 1),
    "tiers": (TIER, 1),
    "stages": (STAGE, 1),
    "zones": (ZONE, 1),
    "axes": (AXIS, 1),
    "here": (np.dtype("i4"), 1),
    "group_of": (GROUP, 1),
    "slot_of": (np.dtype("i2"), 1),
    "patterns": (np.dtype("i8"), 1),
    "counts": (np.dtype("i4"), 1),
    "times": (TIME, 1),
    "bits": (BITS, 1),
    "digits": (np.dtype("i4"), 1),
    "lists": (LIST, 1),
    "measures": (MEASURE, 1),
    "measured_axes": (np.dtype("i4"), 1),
    "standings": (STANDING, 1),
    "low": (np.dtype("i8"), 1),
    "below": (np.dtype("f8"), 1),
    "above": (np.dtype("f8"), 1),
    "edges": (np.dtype("f8"), 1),
    "histogram": (np.dtype("i8"), 1),
    "backlog": (np.dtype("i8"), 1),
    "firsts": (FIRST, 1),
}
"""Type of a row and dimensions of each array, in the order of the table."""


@dataclass(frozen=True)
class Survey(Addressed):
    """Everything that counting reads and writes; one array per kind of row.

    Parameters
    ----------
    requests, visits, request_outcomes, visit_outcomes : structured array
        Tables of a run.
    settings, path : structured array (1,)
    tiers, stages, zones : structured array
    axes : structured array
        Those of requests first.
    here : int array
        Groups of the row in hand, by axis.
    group_of : structured array
        Groups of the rows that are ranked, row after row.
    slot_of : int array
        By pattern: its row in the counts, or -1.
    patterns : int array
        Pattern of each row of the counts.
    counts : int array
        How often each group saw each pattern, row after row.
    times, bits : structured array
        All lists of times above 0 and room to sort the longest; the same memory as numbers.
        No rows: times are not wanted.
    digits : int array
    lists, measures : structured array
        By kind.
    measured_axes : int array
        Axes of the measures, one after the other.
    standings : structured array
        By measure and group.
    low, below, above : array
        By measure, group and quantile: the place below the quantile, the values there and
        at the next place.
    edges, histogram
        Edges of response times; counts by tier.
    backlog : int array
        By full hour: how the number of requests in hand has changed since the one before.
    firsts : structured array
        No rows: not wanted.
    """

    arrays: ClassVar[Arrays] = ARRAYS
    requests: Records
    visits: Records
    request_outcomes: Records
    visit_outcomes: Records
    settings: Records
    path: Records
    tiers: Records
    stages: Records
    zones: Records
    axes: Records
    here: NDArray[np.int32]
    group_of: Records
    slot_of: NDArray[np.int16]
    patterns: NDArray[np.int64]
    counts: NDArray[np.int32]
    times: Records
    bits: Records
    digits: NDArray[np.int32]
    lists: Records
    measures: Records
    measured_axes: NDArray[np.int32]
    standings: Records
    low: NDArray[np.int64]
    below: NDArray[np.float64]
    above: NDArray[np.float64]
    edges: NDArray[np.float64]
    histogram: NDArray[np.int64]
    backlog: NDArray[np.int64]
    firsts: Records


assert list(ARRAYS) == [one.name for one in fields(Survey) if one.init]
