"""Where a study is computed, and who is told how it goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from sim.engines import Engine
from sim.store import Value


class Cluster(StrEnum):
    """Where the chunks are played."""

    LOCAL = "local"
    DASK = "dask"


@dataclass(frozen=True, slots=True)
class Execution:
    """How a study is computed; none of it changes a result.

    Parameters
    ----------
    cluster : Cluster
    address : str or None
        Of a Dask scheduler, ``tcp://host:8786``; None: workers on this machine.
    workers : int or None
        Threads, processes or local Dask workers; None: all cores.
    engine : Engine
    fail_fast : bool
        Stop at the first point that fails.
    allow_overload : bool
        Simulate points whose queues grow without end.
    """

    cluster: Cluster = Cluster.LOCAL
    address: str | None = None
    workers: int | None = None
    engine: Engine = Engine.AUTO
    fail_fast: bool = False
    allow_overload: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """A point that could not be simulated.

    Parameters
    ----------
    point : str
    parameters : mapping of str to str, int, float or bool
    reason : str
    """

    point: str
    parameters: Mapping[str, Value]
    reason: str


@dataclass(frozen=True, slots=True)
class Summary:
    """What a study has done.

    Parameters
    ----------
    done : int
        Replications computed now.
    reused : int
        Replications that were in the store.
    failures : tuple of Failure
        In the order of the points.
    wall_seconds : float
    """

    done: int
    reused: int
    failures: tuple[Failure, ...]
    wall_seconds: float

    @property
    def exit_code(self) -> int:
        """0, or 1: points have failed."""
        return 1 if self.failures else 0


class Teller(Protocol):
    """Is told how a study goes."""

    def progress(self, done: int, wanted: int) -> None:
        """So many replications are done, of those that were missing."""

    def failed(self, failure: Failure) -> None:
        """A point has failed just now."""


class Silent:
    """Tells nobody."""

    def progress(self, done: int, wanted: int) -> None:
        """Say nothing."""

    def failed(self, failure: Failure) -> None:
        """Say nothing."""


class OnScreen:
    """A progress bar with the time left, and every failure at once."""

    def __init__(self) -> None:
        from sim.shell import Bar

        self._bar = Bar()

    def progress(self, done: int, wanted: int) -> None:
        """Show how much is done."""
        self._bar(done, wanted)

    def failed(self, failure: Failure) -> None:
        """Tell of a point that failed."""
        from sim.store.catalogue import warn

        told = ", ".join(f"{name}={value}" for name, value in failure.parameters.items())
        warn(f"point {failure.point} ({told}) failed: {failure.reason}")

    def stop(self) -> None:
        """Remove the bar."""
        self._bar.stop()
