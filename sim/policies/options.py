"""What a dispatch policy may look at: the candidate sites of one request, now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias


class Options(NamedTuple):
    """Candidate sites in their order (preference list, else nearest first), as columns.

    Lists in the SimPy engine, arrays in a compiled one: use indexing, comparison and
    ``+ - * /`` only, over the first ``count`` entries.

    Parameters
    ----------
    site : sequence of int
        Site index.
    travel_min : sequence of float
        Base travel minutes; 0 where nobody travels.
    opens_at : sequence of float
        Now or earlier: open; later: next opening; infinite: never.
    able_idle : sequence of int
        Idle agents on duty who have the skill.
    waiting, busy, on_duty : sequence of int
        Visits in the queue, agents on duty who are not free, agents on duty.
    """

    site: Sequence[int]
    travel_min: Sequence[float]
    opens_at: Sequence[float]
    able_idle: Sequence[int]
    waiting: Sequence[int]
    busy: Sequence[int]
    on_duty: Sequence[int]


Policy: TypeAlias = Callable[[int, float, float, int, Options], int]
"""``policy(count, now, mean_service_min, assigned, options) -> position of the chosen site``.

``assigned`` is the position of the site that the plan assigns to the zone.
"""


def first_open(count: int, now: float, options: Options) -> int:
    """First candidate that is open; if none is, the one that opens earliest."""
    best = 0
    for position in range(count):
        if options.opens_at[position] <= now:
            return position
        if options.opens_at[position] < options.opens_at[best]:
            best = position
    return best
