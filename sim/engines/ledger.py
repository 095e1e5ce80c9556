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
    Cause,
    Outcomes,
    Requests,
    RequestStatus,
    Visits,
    VisitStatus,
)
from sim.engines.state import NAN, Case, Job


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
        self._agent, self._visit = array("i"), array("i")
        self._depart, self._on_site = array("d"), array("d")
        self._end, self._back, self._cause = array("d"), array("d"), array("b")

    def next_in_line(self) -> int:
        """The next number of the queue's counter, over all sites."""
        return next(self._line)

    # --- work ------------------------------------------------------------------------

    def begin(self, agent: int, visit: int, depart: float, on_site: float) -> int:
        """Open a stint (visit -1: a break) and return its row."""
        self._agent.append(agent)
        self._visit.append(visit)
        self._depart.append(depart)
        self._on_site.append(on_site)
        self._end.append(NAN)
        self._back.append(NAN)
        self._cause.append(Cause.OPEN)
        return len(self._agent) - 1

    def cancel_trip(self, row: int) -> None:
        """The agent turned round before he was on site."""
        self._on_site[row] = NAN

    def stop(self, row: int, end: float, cause: Cause) -> None:
        """Work ends or is stopped."""
        self._end[row] = end
        self._cause[row] = cause

    def back(self, row: int, time: float) -> None:
        """The agent is free again."""
        self._back[row] = time

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
        work = np.zeros(len(self._agent), dtype=WORK)
        for name, column in (
            ("agent", self._agent),
            ("visit", self._visit),
            ("depart", self._depart),
            ("on_site", self._on_site),
            ("end", self._end),
            ("back", self._back),
            ("cause", self._cause),
        ):
            work[name] = column
        work["on_site"][work["on_site"] >= horizon] = np.nan
        idle = np.array(self.idle_min)
        return Outcomes(self.requests, self.visits, work, idle, queue_area, horizon)
