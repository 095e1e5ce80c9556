"""Where a SimPy run writes what happens: work row by row, outcomes as each visit ends."""

from __future__ import annotations

from array import array
from itertools import count

import numpy as np
from numpy.typing import NDArray

from network.tables import (
    REQUEST_OUTCOME,
    VISIT_OUTCOME,
    WORK,
    WORK_COLUMNS,
    Cause,
    Outcomes,
    Requests,
    RequestStatus,
    Visits,
    VisitStatus,
)
from sim.engines.state import NAN, Case, Job

_ON_SITE, _END, _BACK, _CAUSE = 3, 4, 5, 6
"""Places of the columns in a row of work."""


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
        self._line = count()
        self._work = array("d")

    def next_in_line(self) -> int:
        """The next number of the queue's counter, over all sites."""
        return next(self._line)

    # --- work ------------------------------------------------------------------------

    def begin(self, agent: int, visit: int, depart: float, on_site: float) -> int:
        """Open a stint (visit -1: a break) and return where it is written."""
        row = len(self._work)
        self._work.extend((agent, visit, depart, on_site, NAN, NAN, 0))
        return row

    def cancel_trip(self, row: int) -> None:
        """The agent turned round before he was on site."""
        self._work[row + _ON_SITE] = NAN

    def stop(self, row: int, end: float, back: float, cause: Cause) -> None:
        """Work ends or is stopped; NaN: the agent is not back yet."""
        self._work[row + _END] = end
        self._work[row + _BACK] = back
        self._work[row + _CAUSE] = cause

    def back(self, row: int, time: float) -> None:
        """The agent is free again."""
        self._work[row + _BACK] = time

    # --- outcomes --------------------------------------------------------------------

    def record_visit(self, job: Job) -> None:
        """Write the outcome row of a visit."""
        self.visits[job.row] = (
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
        self.requests[case.row] = (
            case.arrival,
            case.resolved,
            closed,
            case.visits,
            case.last_visit,
            case.status,
        )

    def close(self, queue_area: NDArray[np.float64], horizon: float) -> Outcomes:
        """The books as outcomes; a site reached after the horizon was not reached."""
        cells = np.frombuffer(self._work).reshape(-1, len(WORK_COLUMNS))
        work = np.zeros(len(cells), dtype=WORK)
        for position, column in enumerate(WORK_COLUMNS):
            work[column.name] = cells[:, position]
        work["on_site"][work["on_site"] >= horizon] = np.nan
        idle = np.array(self.idle_min)
        return Outcomes(self.requests, self.visits, work, idle, queue_area, horizon)
