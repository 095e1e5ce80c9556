"""Identities that every run must satisfy; a violation is an error of an engine."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from network.errors import EngineError
from network.tables import Outcomes
from sim.audit.balance import NOWHERE, Balance, balance_of
from sim.layout import Layout
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
    balance = balance_of(layout, sample, outcomes)
    check_conservation(balance)
    check_little(balance, outcomes)
    check_agent_time(layout, balance, outcomes)


def check_conservation(balance: Balance) -> None:
    """Arrived = closed + open, status by status; every row has a place."""
    found = balance.found[0]
    for name, column in (("arrived", "wrong_arrival"), ("closed", "wrong_end")):
        if found[column] != NOWHERE:
            row = found[column]
            raise EngineError(f"request {row} is {name} by its times but not by its status")
    for name, column in (("visit", "wrong_visit"), ("stint", "wrong_stint")):
        if found[column] != NOWHERE:
            raise EngineError(f"{name} {found[column]} is at no site, or of no agent or visit")
    if found["open_visits"] != found["open_requests"]:
        raise EngineError(
            f"{found['open_requests']} open requests have {found['open_visits']} open visits"
        )


def check_little(balance: Balance, outcomes: Outcomes) -> None:
    """Waiting time of the visits of each site = integral of its queue (from the engine)."""
    _compare("Little's law at site", balance.waited, outcomes.queue_area, outcomes.horizon)


def check_agent_time(layout: Layout, balance: Balance, outcomes: Outcomes) -> None:
    """Duty = idle (from the engine) + work, travel and breaks within duty, per agent.

    Overtime is what of these lies beyond duty, so it would stand on both sides.
    """
    duty = layout.spans.minutes(0.0, outcomes.horizon)[layout.agents.pool]
    on_duty = outcomes.idle_min + balance.worked
    _compare("time of agent", duty, on_duty, outcomes.horizon)


def _compare(what: str, left: Floats, right: Floats, horizon: float) -> None:
    wrong = np.abs(left - right) > _TOLERANCE * np.maximum(horizon, np.abs(left)) * 100
    if wrong.any():
        n = int(np.flatnonzero(wrong)[0])
        raise EngineError(f"{what} {n}: {left[n]!r} minutes on one side, {right[n]!r} on the other")
