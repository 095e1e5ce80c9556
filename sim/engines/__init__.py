"""Engines: deterministic functions from a network's layout and tables to outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from network.tables import Outcomes, Requests, Visits
from sim.engines.simpy_engine import Extension
from sim.engines.simpy_engine import run as run_simpy
from sim.layout import Layout
from sim.policies import Policy
from sim.traffic import Traffic


class Engine(StrEnum):
    """Which engine plays the tables."""

    AUTO = "auto"
    SIMPY = "simpy"


class Run(Protocol):
    """What every engine does."""

    def __call__(
        self,
        layout: Layout,
        requests: Requests,
        visits: Visits,
        policy: Policy,
        *,
        last_arrival: float,
        extensions: Sequence[Extension],
    ) -> Outcomes:
        """Play one replication."""


@dataclass(frozen=True, slots=True)
class ChosenEngine:
    """An engine and why it was chosen."""

    name: str
    run: Run
    reason: str


def choose_engine(
    engine: Engine, traffic: Traffic, layout: Layout, replications: int, extended: bool
) -> ChosenEngine:
    """The engine for a run; the choice never changes a result."""
    return ChosenEngine(Engine.SIMPY.value, run_simpy, "asked for")
