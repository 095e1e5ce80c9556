"""Engines: deterministic functions from a network's layout and tables to outcomes.

``simpy`` is the reference that people read and extend; ``compiled`` gives the same
outcomes bit for bit. Which one plays never changes a result, only the time it takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from network.tables import Outcomes, Requests, Visits
from sim.engines.simpy_engine import Extension
from sim.layout import Layout
from sim.policies import Policy

LARGE = 20_000
"""From so many expected requests on, loading the compiled kernel pays."""


class Engine(StrEnum):
    """Which engine plays the tables."""

    AUTO = "auto"
    SIMPY = "simpy"
    COMPILED = "compiled"


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
    """An engine and why it was chosen.

    Parameters
    ----------
    name : str
    run : Run
    reason : str
        In a few words, for people.
    threads : bool
        Whether replications can run side by side in threads.
    """

    name: str
    run: Run
    reason: str
    threads: bool


def choose_engine(engine: Engine, expected_requests: float, *, extended: bool) -> ChosenEngine:
    """The engine for a run.

    Parameters
    ----------
    engine : Engine
        ``auto``: SimPy for small or extended runs, compiled for large ones.
    expected_requests : float
        In all replications together.
    extended : bool
        Whether the user adds SimPy processes of his own.
    """
    if engine is Engine.AUTO:
        if extended:
            return _simpy("extended run")
        if expected_requests < LARGE:
            return _simpy("small run")
        return _compiled("large run")
    return _simpy("as asked") if engine is Engine.SIMPY else _compiled("as asked")


def _simpy(reason: str) -> ChosenEngine:
    from sim.engines import simpy_engine

    return ChosenEngine(Engine.SIMPY.value, simpy_engine.run, reason, threads=False)


def _compiled(reason: str) -> ChosenEngine:
    from sim.engines import compiled_engine

    return ChosenEngine(Engine.COMPILED.value, compiled_engine.run, reason, threads=True)
