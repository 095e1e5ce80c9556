"""Fair timing on a busy machine: CPU seconds, contestants in turn, repeats kept apart.

CPU seconds leave out the time in which other programs had the processor, but not what
they did to its caches and its clock. So contestants run one after the other in every
round, and a ratio is taken within a round.
"""

from __future__ import annotations

import gc
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

Task = Callable[[], object]
Prepare = Callable[[], Task]
"""Does what is not timed and returns what is; nothing of it outlives its turn."""

_TURN_S = 0.3
_MOST_RUNS = 15


def cpu_seconds(task: Task) -> float:
    """CPU seconds of one run, with nothing left over from before to be collected."""
    gc.collect()
    began = time.process_time()
    task()
    return time.process_time() - began


def in_turn(contestants: Mapping[str, Prepare], rounds: int) -> dict[str, list[float]]:
    """CPU seconds of each contestant in each round.

    A quick one runs several times in its turn, for about as long as `_TURN_S`; its median
    counts, so that one disturbance does not decide a ratio.
    """
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, prepare in contestants.items():
            runs: list[float] = []
            while not runs or (sum(runs) < _TURN_S and len(runs) < _MOST_RUNS):
                runs.append(cpu_seconds(prepare()))
            seconds[name].append(statistics.median(runs))
    return seconds


def ratios(above: Sequence[float], below: Sequence[float]) -> tuple[float, ...]:
    """Ratio in each round."""
    return tuple(a / b for a, b in zip(above, below, strict=True))


@dataclass(frozen=True, slots=True)
class Fresh:
    """What a process of its own took.

    Parameters
    ----------
    cpu_s, wall_s : float
        CPU seconds with those of its threads; seconds on the clock.
    said : str
        Its standard output.
    """

    cpu_s: float
    wall_s: float
    said: str


@cache
def _bytecode() -> tempfile.TemporaryDirectory[str]:
    """A folder for compiled modules that lasts as long as this process."""
    return tempfile.TemporaryDirectory(prefix="speed-")


def in_fresh_process(*arguments: str, **environment: str) -> Fresh:
    """Run Python in a process of its own until it ends.

    Modules are compiled by the first one and found by the others, whatever the shell says
    about writing bytecode; so the first one does not count.
    """
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment = {**kept, "PYTHONPYCACHEPREFIX": _bytecode().name, **environment}
    before, began = os.times(), time.perf_counter()
    done = subprocess.run(
        [sys.executable, *arguments], env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    wall_s, after = time.perf_counter() - began, os.times()
    cpu_s = (after.children_user - before.children_user) + (
        after.children_system - before.children_system
    )
    return Fresh(cpu_s, wall_s, done.stdout)
