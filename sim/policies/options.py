"""What a dispatch policy may look at: the candidate sites of one request, now."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol, TypeAlias, TypeVar

T_co = TypeVar("T_co", covariant=True)


class Column(Protocol[T_co]):
    """A column that a policy may index, and nothing else."""

    def __getitem__(self, position: int, /) -> T_co:
        """The value of the candidate at a position."""


class Options(NamedTuple):
    """Candidate sites in their order (preference list, else nearest first), as columns.

    Read on demand in the SimPy engine, arrays in a compiled one: use indexing, comparison
    and ``+ - * /`` only, over the first ``count`` entries.

    Parameters
    ----------
    site : column of int
        Site index.
    travel_min : column of float
        Base travel minutes; 0 where nobody travels.
    opens_at : column of float
        Now or earlier: open; later: next opening; infinite: never.
    able_idle : column of int
        Idle agents on duty who have the skill.
    waiting, busy, on_duty : column of int
        Visits in the queue, agents on duty who are not free, agents on duty.
    """

    site: Column[int]
    travel_min: Column[float]
    opens_at: Column[float]
    able_idle: Column[int]
    waiting: Column[int]
    busy: Column[int]
    on_duty: Column[int]


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
