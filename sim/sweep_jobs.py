"""One job of an ``-m`` sweep: done, recorded, and told of at once if it fails."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from network.errors import PlanningError, ScenarioError
from sim.shell import FAILED, INTERRUPTED, guarded, remove_empty
from sim.sweep import Job, write_job

if TYPE_CHECKING:
    from omegaconf import DictConfig

Work = Callable[["DictConfig", Path], int]
"""Does the work of a composed configuration in a folder; returns an exit code."""


def as_job(work: Work, cfg: DictConfig, sweep: Path) -> None:
    """Do the work of one job of a sweep; whatever goes wrong is told, and ends this job only."""
    from hydra.core.hydra_config import HydraConfig

    hydra = HydraConfig.get()
    folder = Path(hydra.runtime.output_dir)
    overrides = tuple(str(word) for word in hydra.overrides.task)
    reasons: list[str] = []

    def done() -> int:
        try:
            return work(cfg, folder)
        except (PlanningError, OSError, MemoryError) as error:
            reasons.append(_in_short(error))
            raise
        except Exception as error:  # a fault of ours in one job must not end the sweep
            traceback.print_exc()
            reasons.append(f"{type(error).__name__}: {error}")
            return FAILED

    code = guarded(done)
    if code == INTERRUPTED:
        remove_empty(folder)
        raise KeyboardInterrupt
    if code:
        remove_empty(folder)
        _tell_job(hydra.job.num, overrides)
    place = os.path.relpath(folder, sweep)
    write_job(Job(int(hydra.job.num), overrides, place, code, "".join(reasons)), sweep)


def _in_short(error: Exception) -> str:
    """The first problem, and how many more there are."""
    if isinstance(error, ScenarioError):
        first = error.problems[0]
        more = f" (and {len(error.problems) - 1} more)" if len(error.problems) > 1 else ""
        return f"{first.where}: {first.message}{more}"
    return " ".join(str(error).split()) or type(error).__name__


def _tell_job(number: int, overrides: Sequence[str]) -> None:
    """Tell at once which job has failed."""
    _tell(f"job {number} failed ({', '.join(overrides)}); the others go on")


def tell_failures(jobs: Sequence[Job]) -> None:
    """All failures once more, where they are seen: at the end."""
    failed = [job for job in jobs if job.code]
    if not failed:
        return
    lines = [f"{len(failed)} of {len(jobs)} jobs failed:"]
    lines += [f" * job {job.number} ({', '.join(job.overrides)}): {job.reason}" for job in failed]
    _tell("\n".join(lines))


def tell_interrupted(ended: int) -> None:
    """Tell who interrupts a sweep what he has."""
    _tell(f"Interrupted after {ended} jobs. What was finished is kept: the same command goes on.")


def _tell(text: str) -> None:
    from rich.console import Console

    Console(stderr=True, soft_wrap=True).print(text, style="red", markup=False, highlight=False)
