"""Hand a program to an OR-Tools solver and believe only what can be checked.

Solvers answer with garbage after INFEASIBLE or at a time limit without a solution, so
values are read only where there is a solution, and are checked against the program.
"""

from __future__ import annotations

import io
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import numpy as np
from numpy.typing import NDArray

from network.errors import EngineError
from optimize.solver.program import Program

Floats = NDArray[np.float64]

_TOLERANCE = 1e-5
_WATCHED_NONZEROS = 200_000


class Status(StrEnum):
    """What is known of a plan.

    ``optimal``: proved within the gap asked for. ``feasible``: the best found in the time.
    ``infeasible``: proved that there is none. ``unknown``: none found in the time.
    """

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"

    @property
    def has_plan(self) -> bool:
        """Whether there are values to read."""
        return self in (Status.OPTIMAL, Status.FEASIBLE)


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a solver may work.

    Parameters
    ----------
    seconds : float
        On the clock. A plan found by then is returned with its gap.
    gap : float
        Relative gap at which a plan counts as optimal.
    seed : int
    nodes : int or None
        Limit of branch-and-bound nodes, the same on every machine: with it and no
        time limit in reach, a plan that is not optimal is reproducible too.
    """

    seconds: float = 60.0
    gap: float = 1e-6
    seed: int = 0
    nodes: int | None = None


@dataclass(frozen=True, slots=True)
class Solved:
    """A solver's answer.

    Parameters
    ----------
    status : Status
    objective, bound : float
        NaN where there is none; the bound is from below.
    values : float array (variables,)
        Empty unless the status has a plan.
    seconds : float
        On the clock.
    solver, version : str
    """

    status: Status
    objective: float
    bound: float
    values: Floats
    seconds: float
    solver: str
    version: str


@cache
def solver_version() -> str:
    """Version of OR-Tools."""
    from importlib.metadata import version

    return version("ortools")


def solve_program(
    program: Program,
    limits: Limits | None = None,
    *,
    solver: str = "highs",
    start: Floats | None = None,
    watched: bool | None = None,
) -> Solved:
    """Minimise a program with one worker, reproducibly.

    Parameters
    ----------
    program : Program
    limits : Limits, optional
    solver : str
        ``highs``, ``scip`` or ``sat`` (pure integer programs); ``glop`` for linear ones. With
        a limit of nodes SCIP takes the place of HiGHS, which would give no plan there.
    start : float array (variables,), optional
        A point to start from; ignored by solvers that take none.
    watched : bool, optional
        Solve in a child process that is killed when it overruns its time limit by half
        and ten seconds; by default only programs of more than 200,000 nonzeros.

    Raises
    ------
    EngineError
        If the program has coefficients that are not finite, the solver calls it invalid
        or unbounded, or its answer violates the program.
    """
    limits = limits or Limits()
    solver = "scip" if solver == "highs" and limits.nodes is not None else solver
    program.check_finite()
    watched = len(program.value) > _WATCHED_NONZEROS if watched is None else watched
    began = time.perf_counter()
    run = _run_watched if watched else _run
    with _quiet():
        status, bound, values = run(program, limits, solver, start)
    seconds = time.perf_counter() - began
    if not status.has_plan:
        return Solved(status, np.nan, bound, np.zeros(0), seconds, solver, solver_version())
    values = np.where(program.integer, np.round(values), values)
    values = np.clip(values, program.lower, program.upper)
    scale = max(1.0, float(np.abs(program.value).max(initial=0.0)))
    if program.violation(values) > _TOLERANCE * scale:
        raise EngineError(
            f"{solver} returned a point that violates the model by {program.violation(values):g}"
        )
    objective = float(program.cost @ values)
    return Solved(
        status, objective, min(bound, objective), values, seconds, solver, solver_version()
    )


def _run(
    program: Program, limits: Limits, solver: str, start: Floats | None
) -> tuple[Status, float, Floats]:
    """Solve in this process: status, bound and values."""
    from ortools.linear_solver.python import model_builder_helper as helper
    from scipy.sparse import coo_array

    matrix = coo_array(
        (program.value, (program.row, program.column)),
        shape=(len(program.row_lower), len(program.cost)),
    ).tocsr()
    model = helper.ModelBuilderHelper()
    columns = (
        program.lower, program.upper, program.cost, program.row_lower, program.row_upper
    )  # fmt: skip
    model.fill_model_from_sparse_data(*columns, matrix)  # type: ignore[arg-type] # wrong stub
    for column in np.flatnonzero(program.integer).tolist():
        model.set_var_integrality(column, True)
    if start is not None and solver != "highs":  # which OR-Tools lets crash on a start
        for column, value in enumerate(start.tolist()):
            model.add_hint(column, value)
    engine = helper.ModelSolverHelper(solver)
    engine.set_time_limit_in_seconds(limits.seconds)
    engine.set_solver_specific_parameters(_parameters(solver, limits))
    engine.solve(model)
    names = helper.SolveStatus
    known = {
        names.OPTIMAL: Status.OPTIMAL,
        names.FEASIBLE: Status.FEASIBLE,
        names.INFEASIBLE: Status.INFEASIBLE,
    }
    if engine.status() in (names.MODEL_INVALID, names.UNBOUNDED, names.INVALID_SOLVER_PARAMETERS):
        raise EngineError(f"{solver} refuses the model: {engine.status()} {engine.status_string()}")
    status = known.get(engine.status(), Status.UNKNOWN)
    if not status.has_plan:
        return status, np.inf if status is Status.INFEASIBLE else np.nan, np.zeros(0)
    return status, engine.best_objective_bound(), np.array(engine.variable_values())


def _parameters(solver: str, limits: Limits) -> str:
    """Parameters in each solver's own language: one worker, seed, gap and node limit."""
    seed = limits.seed % 2**31
    if solver == "highs":
        return "\n".join(["threads=1", f"random_seed={seed}", f"mip_rel_gap={limits.gap}"])
    if solver == "scip":
        lines = [f"randomization/randomseedshift = {seed}", f"limits/gap = {limits.gap}"]
        lines += [] if limits.nodes is None else [f"limits/nodes = {limits.nodes}"]
        return "\n".join(lines)
    if solver == "sat":
        words = ["num_workers:1", "linearization_level:2", f"random_seed:{seed}"]
        words += [f"relative_gap_limit:{limits.gap}"]
        words += [] if limits.nodes is None else [f"max_number_of_conflicts:{limits.nodes}"]
        return ",".join(words)
    return ""


def _run_watched(
    program: Program, limits: Limits, solver: str, start: Floats | None
) -> tuple[Status, float, Floats]:
    """Solve in a child process, killed when it overruns: some solvers ignore their limit."""
    task = io.BytesIO()
    fields = {name: getattr(program, name) for name in Program.__dataclass_fields__}
    np.savez(
        task,
        **fields,
        limits=np.array(
            [limits.seconds, limits.gap, limits.seed, -1 if limits.nodes is None else limits.nodes]
        ),
        solver=np.array(solver),
        start=np.zeros(0) if start is None else start,
    )
    command = [sys.executable, "-m", "optimize.solver.child"]
    try:
        done = subprocess.run(  # noqa: S603  # our own module, no words of a user
            command,
            input=task.getvalue(),
            capture_output=True,
            timeout=1.5 * limits.seconds + 10 if np.isfinite(limits.seconds) else None,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Status.UNKNOWN, np.nan, np.zeros(0)
    if done.returncode:
        raise EngineError(f"the solver {solver} failed: {done.stderr.decode()[-500:]}")
    answer = np.load(io.BytesIO(done.stdout))
    return Status(str(answer["status"])), float(answer["bound"]), answer["values"]


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what a solver's library prints past Python out of the user's output."""
    import os

    sys.stdout.flush()
    try:
        kept = os.dup(1)
    except OSError:  # there is no standard output
        yield
        return
    sink = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(sink, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(sink)
