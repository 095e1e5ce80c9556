"""Play the replications of a chunk: what a core, or a worker of a cluster, is given to do."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass

from network.errors import EngineError, PlanningError
from sim.engines import Engine
from sim.replicate import play, prepare
from sim.store import Run, run_of
from study.execution.chunks import Chunk, Portion


@dataclass(frozen=True, slots=True)
class Played:
    """What became of a portion.

    Parameters
    ----------
    place : int
        Of the point in its study.
    runs : tuple of Run
        Those that were finished.
    reason : str
        Why it failed; empty: it did not.
    """

    place: int
    runs: tuple[Run, ...]
    reason: str = ""


def play_chunk(
    chunk: Chunk,
    engine: Engine,
    *,
    allow_overload: bool,
    stopped: Callable[[], bool] = lambda: False,
) -> list[Played]:
    """Play all portions; one that fails stops no other."""
    played = []
    for portion in chunk:
        runs: list[Run] = []
        reason = ""
        try:
            _play(portion, engine, runs, allow_overload=allow_overload, stopped=stopped)
        except PlanningError as error:
            reason = str(error)
        except MemoryError:
            reason = str(EngineError("there is not enough memory for a replication"))
        except Exception as error:  # a fault of ours in one point must not end the study
            where = traceback.extract_tb(error.__traceback__)[-1]
            reason = f"{type(error).__name__}: {error} ({where.name}, line {where.lineno})"
        played.append(Played(portion.place, tuple(runs), reason))
    return played


def _play(
    portion: Portion,
    engine: Engine,
    runs: list[Run],
    *,
    allow_overload: bool,
    stopped: Callable[[], bool],
) -> None:
    point = portion.point
    experiment, _ = prepare(
        point.network,
        point.window,
        point.seed,
        engine,
        replications=len(portion.numbers),
        allow_overload=allow_overload,
    )
    for number in portion.numbers:
        if stopped():
            return
        runs.append(run_of(play(experiment, number)))
