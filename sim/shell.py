"""What the commands share: exit codes, words for errors, a progress bar."""

from __future__ import annotations

import errno
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from network.errors import EngineError, PlanningError, Problem, ScenarioError

if TYPE_CHECKING:
    from rich.console import Console

BAD_INPUT, FAILED, INTERRUPTED = 2, 1, 130


def guarded(action: Callable[[], int]) -> int:
    """Do a command's work; tell its errors and return the exit code.

    0, 1 failed, 2 bad input, 130 interrupted.
    """
    try:
        return action()
    except PlanningError as error:
        return say(error)
    except OSError as error:
        return _say_os(error)
    except MemoryError:
        hint = "Shorten the horizon, lower demand, or write no outcomes (outcomes=false)."
        return say(EngineError(f"there is not enough memory for this run. {hint}"))
    except KeyboardInterrupt:
        return INTERRUPTED
    except SystemExit as done:  # Hydra has shown its help
        return done.code if isinstance(done.code, int) else FAILED


def console() -> Console:
    """A console for people; 100 columns wide where nobody sits at it."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else 100)


def say(error: PlanningError) -> int:
    """Tell an error and return its exit code."""
    from rich.console import Console

    Console(stderr=True, soft_wrap=True).print(
        str(error), style="red", markup=False, highlight=False
    )
    return FAILED if isinstance(error, EngineError) else BAD_INPUT


def _say_os(error: OSError) -> int:
    """A file or folder that cannot be used; a full disk is no fault of the input."""
    place = str(error.filename or "the output folder")
    say(ScenarioError("files and folders", [Problem(place[:200], str(error.strerror))]))
    return FAILED if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) else BAD_INPUT


def remove_empty(folder: Path) -> None:
    """Leave no empty folders behind a refused run; those the user stands in are his."""
    here = Path.cwd()
    made = [one for one in (folder, *folder.parents) if here in one.parents] or [folder]
    for one in made:
        try:
            one.rmdir()
        except OSError:
            return


def short(folder: Path) -> str:
    """A folder as seen from where the user stands."""
    try:
        return str(folder.relative_to(Path.cwd()))
    except ValueError:
        return str(folder)


class Bar:
    """A progress bar that appears when a run takes longer than a second."""

    def __init__(self, task: str = "replications") -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

        self._began = time.perf_counter()
        self._bar = Progress(
            "{task.description}",
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bar.add_task(task)

    def __call__(self, done: int, wanted: int) -> None:
        """Show how much is done."""
        if time.perf_counter() - self._began > 1 and not self._bar.live.is_started:
            self._bar.start()
        self._bar.update(self._task, completed=done, total=wanted)

    def task(self, words: str) -> None:
        """Say what is being done."""
        self._bar.update(self._task, description=words)

    def stop(self) -> None:
        """Remove the bar."""
        if self._bar.live.is_started:
            self._bar.stop()
