"""Where a SimPy run writes what happens: work row by row, outcomes as each visit ends.

Single rows are read and written by `struct`, several times faster than by NumPy.
"""

from __future__ import annotations

from itertools import count
from struct import Struct
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from network.tables import (
    REQUEST,
    REQUEST_OUTCOME,
    VISIT,
    VISIT_OUTCOME,
    WORK,
    Cause,
    Outcomes,
    Requests,
    RequestStatus,
    Visits,
    VisitStatus,
)
from sim.engines.state import NAN, Case, Job

if TYPE_CHECKING:
    from collections.abc import Callable

_LETTERS = {"f8": "d", "i4": "i", "i2": "h", "i1": "b"}


def row_format(dtype: np.dtype[np.void]) -> Struct:
    """The layout of a table's row for `struct`: that of C, as NumPy's aligned records have.

    Raises
    ------
    TypeError
        If the records are laid out in another way.

    Examples
    --------
    >>> row_format(np.dtype([("site", "i4"), ("end", "f8"), ("late", "i1")], align=True)).format
    '@idb0d'
    """
    columns = [dtype[name].str[1:] for name in dtype.names or ()]
    layout = Struct("@" + "".join(_LETTERS[column] for column in columns) + "0d")
    if layout.size != dtype.itemsize:
        raise TypeError(f"{dtype} is not laid out as C would")
    return layout


def bytes_of(table: NDArray[np.void]) -> memoryview:
    """The memory of a contiguous table, to be read and written by its `row_format`."""
    return table.view(np.uint8).data


REQUEST_ROW, VISIT_ROW = row_format(REQUEST), row_format(VISIT)
REQUEST_OUTCOME_ROW, VISIT_OUTCOME_ROW = row_format(REQUEST_OUTCOME), row_format(VISIT_OUTCOME)
WORK_ROW = row_format(WORK)
_ON_SITE, _END, _BACK = (WORK.fields[name][1] for name in ("on_site", "end", "back"))  # type: ignore[index]  # it has fields
"""Bytes of a row of work at which these columns begin."""
_TIME, _STOPPED = Struct("@d"), Struct("@ddb")
"""One time; end, back and cause, which stand together."""


class Ledger:
    """Growing books of one run.

    Parameters
    ----------
    requests, visits : structured array
        The tables of the run; outcomes have a row for each of theirs.
    agents : int
    """

    def __init__(self, requests: Requests, visits: Visits, agents: int) -> None:
        self.requests = np.zeros(len(requests), dtype=REQUEST_OUTCOME)
        self.requests[:] = (NAN, NAN, NAN, 0, -1, RequestStatus.NOT_ARRIVED)
        self.visits = np.zeros(len(visits), dtype=VISIT_OUTCOME)
        self.visits[:] = (NAN, NAN, NAN, NAN, NAN, -1, -1, 0, VisitStatus.NOT_ENTERED)
        self.idle_min = [0.0] * agents
        self._request_bytes = bytes_of(self.requests)
        self._visit_bytes = bytes_of(self.visits)
        self.next_in_line: Callable[[], int] = count().__next__
        """The next number of the queue's counter, over all sites."""
        self._work = bytearray()

    # --- work ------------------------------------------------------------------------

    def begin(self, agent: int, visit: int, depart: float, on_site: float) -> int:
        """Open a stint (visit -1: a break) and return where it is written."""
        work = self._work
        row = len(work)
        work += WORK_ROW.pack(agent, visit, depart, on_site, NAN, NAN, 0)
        return row

    def cancel_trip(self, row: int) -> None:
        """The agent turned round before he was on site."""
        _TIME.pack_into(self._work, row + _ON_SITE, NAN)

    def stop(self, row: int, end: float, back: float, cause: Cause) -> None:
        """Work ends or is stopped; NaN: the agent is not back yet."""
        _STOPPED.pack_into(self._work, row + _END, end, back, cause)

    def back(self, row: int, time: float) -> None:
        """The agent is free again."""
        _TIME.pack_into(self._work, row + _BACK, time)

    # --- outcomes --------------------------------------------------------------------

    def record_visit(self, job: Job) -> None:
        """Write the outcome row of a visit."""
        VISIT_OUTCOME_ROW.pack_into(
            self._visit_bytes,
            job.row * VISIT_OUTCOME_ROW.size,
            job.entered,
            job.joined,
            job.start,
            job.response,
            job.end,
            job.site,
            job.agent,
            job.stints,
            job.status,
        )

    def record_request(self, case: Case, closed: float) -> None:
        """Write the outcome row of a request."""
        REQUEST_OUTCOME_ROW.pack_into(
            self._request_bytes,
            case.row * REQUEST_OUTCOME_ROW.size,
            case.arrival,
            case.resolved,
            closed,
            case.visits,
            case.last_visit,
            case.status,
        )

    def close(self, queue_area: NDArray[np.float64], horizon: float) -> Outcomes:
        """The books as outcomes; a site reached after the horizon was not reached."""
        work = np.frombuffer(self._work, dtype=WORK)
        work["on_site"][work["on_site"] >= horizon] = np.nan
        idle = np.array(self.idle_min)
        return Outcomes(self.requests, self.visits, work, idle, queue_area, horizon)
