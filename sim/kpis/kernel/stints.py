"""What adding up the work table reads and writes, as one value."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from network.tables import REQUEST, VISIT, WORK, Cause
from sim.kpis.kernel.survey import Records
from sim.machine_code.table import Addressed, Arrays

JOB_DONE = int(Cause.DONE)
"""A plain number, which becomes a constant of the machine code."""


def _record(**columns: str) -> np.dtype[np.void]:
    return np.dtype(list(columns.items()), align=True)


PERIOD = _record(start="f8", end="f8")
"""The counted part of a run."""

POOL = _record(
    work="f8", travel="f8", breaks="f8", overtime="f8", km="f8", jobs="f8",
    first="i8", end="i8", span="i8",
)  # fmt: skip
"""Minutes, kilometres and jobs; its spans, and the one that was found last."""

SPAN = _record(start="f8", end="f8", before="f8")
"""An interval of duty, and the duty minutes before it."""


ARRAYS: dict[str, tuple[np.dtype[Any], int]] = {
    "requests": (REQUEST, 1),
    "visits": (VISIT, 1),
    "work": (WORK, 1),
    "period": (PERIOD, 1),
    "pools": (POOL, 1),
    "spans": (SPAN, 1),
    "agent_pool": (np.dtype("i8"), 1),
    "agent_site": (np.dtype("i8"), 1),
    "stage_mode": (np.dtype("i8"), 1),
    "pair_first": (np.dtype("i8"), 1),
    "pair_site": (np.dtype("i8"), 1),
    "pair_min": (np.dtype("f8"), 1),
    "pair_km": (np.dtype("f8"), 1),
}
"""Type of a row and dimensions of each array, in the order of the table."""


@dataclass(frozen=True)
class Stints(Addressed):
    """The work table and what is added up from it.

    Parameters
    ----------
    requests, visits, work : structured array
        Tables of a run.
    period : structured array (1,)
    pools, spans : structured array
        Pools, and the duty of all of them, one after the other.
    agent_pool, agent_site : int array (agents,)
    stage_mode : int array (stages,)
    pair_first, pair_site, pair_min, pair_km
        See `sim.reach.Reach`.
    """

    arrays: ClassVar[Arrays] = ARRAYS
    requests: Records
    visits: Records
    work: Records
    period: Records
    pools: Records
    spans: Records
    agent_pool: NDArray[np.int64]
    agent_site: NDArray[np.int64]
    stage_mode: NDArray[np.int64]
    pair_first: NDArray[np.int64]
    pair_site: NDArray[np.int64]
    pair_min: NDArray[np.float64]
    pair_km: NDArray[np.float64]


assert list(ARRAYS) == [one.name for one in fields(Stints) if one.init]
