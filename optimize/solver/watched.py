"""Solvers in processes of their own, which can be killed: some ignore their time limit."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager

import numpy as np
from numpy.typing import NDArray

from network.errors import EngineError
from optimize.solver.program import Program
from optimize.solver.result import Limits, Status

Floats = NDArray[np.float64]
Answer = tuple[Status, float, Floats]
"""Status, bound and values."""


def run_watched(program: Program, limits: Limits, solver: str, start: Floats | None) -> Answer:
    """Solve in a child process, killed when it overruns."""
    with _child() as child:
        return _answer_of(child, _task_of(program, limits, solver, start), solver, limits.seconds)


def run_race(tasks: Sequence[tuple[Program, Limits, str, Floats | None]]) -> dict[str, Answer]:
    """Solve with several solvers at once, each in a process of its own.

    The first that proves what was asked ends the others; their answers are missing. So is
    that of a solver that failed, unless all did.
    """
    with ExitStack() as stack, ThreadPoolExecutor(len(tasks)) as threads:
        children = [stack.enter_context(_child()) for _ in tasks]
        waiting = {
            threads.submit(_answer_of, child, _task_of(*task), task[2], task[1].seconds): task[2]
            for child, task in zip(children, tasks, strict=True)
        }
        found: dict[str, Answer] = {}
        for done in as_completed(waiting):
            if done.exception() is None:
                found[waiting[done]] = done.result()
                if found[waiting[done]][0] in (Status.OPTIMAL, Status.INFEASIBLE):
                    break
        for child in children:
            child.kill()
        if not found:
            next(iter(waiting)).result()  # raises what went wrong
    return found


def _task_of(program: Program, limits: Limits, solver: str, start: Floats | None) -> bytes:
    """What a child process reads."""
    task = io.BytesIO()
    fields = {name: getattr(program, name) for name in Program.__dataclass_fields__}
    np.savez(
        task,
        **fields,
        limits=np.array(
            [
                limits.seconds,
                limits.gap,
                limits.seed,
                -1 if limits.nodes is None else limits.nodes,
                limits.cuts,
            ]
        ),
        solver=np.array(solver),
        start=np.zeros(0) if start is None else start,
    )
    return task.getvalue()


@contextmanager
def _child() -> Iterator[subprocess.Popen[bytes]]:
    """A process that waits for a task, and is gone at the end."""
    pipe = subprocess.PIPE
    command = [sys.executable, "-m", "optimize.solver.child"]
    with subprocess.Popen(  # noqa: S603  # our own module, no words of a user
        command, stdin=pipe, stdout=pipe, stderr=pipe
    ) as child:
        try:
            yield child
        finally:
            child.kill()


def _answer_of(child: subprocess.Popen[bytes], task: bytes, solver: str, seconds: float) -> Answer:
    """Give a child process its task and wait for the answer: status, bound and values."""
    allowed = 1.5 * seconds + 10 if np.isfinite(seconds) else None
    try:
        out, errors = child.communicate(task, timeout=allowed)
    except subprocess.TimeoutExpired:
        return Status.UNKNOWN, np.nan, np.zeros(0)
    if child.returncode:
        raise EngineError(f"the solver {solver} failed: {errors.decode()[-500:]}")
    answer = np.load(io.BytesIO(out))
    return Status(str(answer["status"])), float(answer["bound"]), answer["values"]
