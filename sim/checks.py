"""Identities that every run must satisfy; a violation is an error of an engine."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from network.errors import EngineError
from network.tables import Cause, Outcomes, RequestStatus, VisitStatus
from sim.kpis.groups import sums
from sim.kpis.staff import beyond_duty, duty_until
from sim.layout import DELAY, Layout
from sim.sample import Sample

_TOLERANCE = 1e-9

Floats = NDArray[np.float64]


def check_identities(layout: Layout, sample: Sample, outcomes: Outcomes) -> None:
    """Conservation of requests, Little's law per site, balance of every agent's time.

    Raises
    ------
    EngineError
        Naming the identity, the place and both sides.
    """
    check_conservation(outcomes)
    check_little(layout, sample, outcomes)
    check_agent_time(layout, outcomes)


def check_conservation(outcomes: Outcomes) -> None:
    """Arrived = closed + open, status by status."""
    table = outcomes.requests
    arrived = ~np.isnan(table["arrival"])
    status = table["status"]
    ended = ~np.isin(status, (RequestStatus.NOT_ARRIVED, RequestStatus.OPEN))
    sides = (
        ("arrived", arrived, status != RequestStatus.NOT_ARRIVED),
        ("closed", ~np.isnan(table["closed"]), ended),
    )
    for name, times, states in sides:
        if (times != states).any():
            row = int(np.flatnonzero(times != states)[0])
            raise EngineError(f"request {row} is {name} by its times but not by its status")
    open_visits = np.isin(
        outcomes.visits["status"],
        (VisitStatus.PARTS, VisitStatus.TRAVELLING, VisitStatus.WAITING,
         VisitStatus.IN_SERVICE, VisitStatus.SUSPENDED),
    )  # fmt: skip
    counts = int(open_visits.sum()), int((status == RequestStatus.OPEN).sum())
    if counts[0] != counts[1]:
        raise EngineError(f"{counts[1]} open requests have {counts[0]} open visits")


def check_little(layout: Layout, sample: Sample, outcomes: Outcomes) -> None:
    """Waiting time of the visits of each site = integral of its queue (from the engine)."""
    visits, horizon = outcomes.visits, outcomes.horizon
    stage = sample.visits["stage"]
    queued = (layout.stages.mode[stage] != DELAY) & ~np.isnan(visits["joined"])
    queued &= visits["status"] != VisitStatus.BLOCKED
    until = np.where(np.isnan(visits["start"]), visits["end"], visits["start"])
    wait = np.where(np.isnan(until), horizon, until) - visits["joined"]
    sites = len(layout.sites.tier)
    waited = sums(visits["site"][queued], wait[queued], sites)
    waited += _requeued(outcomes, sites)
    _compare("Little's law at site", waited, outcomes.queue_area, horizon)


def _requeued(outcomes: Outcomes, sites: int) -> Floats:
    """Time that handed-over visits wait for their next agent, by site."""
    work = outcomes.work
    rows = np.flatnonzero(work["visit"] >= 0)
    rows = rows[np.argsort(work["visit"][rows], kind="stable")]
    handed = work["cause"][rows] == Cause.HANDED_OVER
    visit = work["visit"][rows]
    follows = np.zeros(len(rows), dtype=np.bool_)
    follows[:-1] = visit[:-1] == visit[1:]
    again = np.full(len(rows), outcomes.horizon)
    again[:-1] = np.where(follows[:-1], work["depart"][rows][1:], outcomes.horizon)
    gap = (again - work["end"][rows])[handed]
    site = outcomes.visits["site"][visit[handed]]
    return sums(site, gap, sites)


def check_agent_time(layout: Layout, outcomes: Outcomes) -> None:
    """Duty + overtime = idle (from the engine) + work and travel + breaks, per agent."""
    work, horizon = outcomes.work, outcomes.horizon
    agents = len(layout.agents.site)
    back = np.where(np.isnan(work["back"]), horizon, work["back"])
    away = sums(work["agent"], back - work["depart"], agents)
    pool = layout.agents.pool
    duty = np.array([duty_until(one, np.array([horizon]))[0] for one in layout.duties])
    outside = beyond_duty(layout, pool[work["agent"]], work["depart"], back)
    overtime = sums(work["agent"], outside, agents)
    on_duty = duty[pool] if agents else np.zeros(0)
    _compare("time of agent", on_duty + overtime, outcomes.idle_min + away, horizon)


def _compare(what: str, left: Floats, right: Floats, horizon: float) -> None:
    wrong = np.abs(left - right) > _TOLERANCE * np.maximum(horizon, np.abs(left)) * 100
    if wrong.any():
        n = int(np.flatnonzero(wrong)[0])
        raise EngineError(f"{what} {n}: {left[n]!r} minutes on one side, {right[n]!r} on the other")
