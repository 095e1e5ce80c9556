"""Hand a program to an OR-Tools solver and believe only what can be checked.

Solvers answer with garbage after INFEASIBLE or at a time limit without a solution, so
values are read only where there is a solution, and are checked against the program.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from network.errors import EngineError
from optimize.solver.program import Program
from optimize.solver.result import Limits, Solved, Status, solver_version
from optimize.solver.watched import Answer, run_race, run_watched

Floats = NDArray[np.float64]

_TOLERANCE = 1e-5
_WATCHED_NONZEROS = 200_000


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
    solve = run_watched if watched else run
    with _quiet():
        answer = solve(program, limits, solver, start)
    return _checked(program, limits, solver, answer, time.perf_counter() - began)


def race_program(program: Program, limits: Limits, start: Floats | None = None) -> Solved:
    """Minimise a program with HiGHS and SCIP side by side, for who proves the gap first.

    HiGHS proves sooner, and says nothing at a time limit; SCIP goes on from a start, and has a
    plan and a bound whenever it is stopped. With a limit of nodes SCIP runs alone.

    Parameters
    ----------
    program : Program
    limits : Limits
    start : float array (variables,), optional
        A plan: no dearer one is looked for.
    """
    if limits.nodes is not None:
        return solve_program(program, limits, solver="scip", start=start)
    program.check_finite()
    began = time.perf_counter()
    cheaper = program if start is None else _no_dearer(program, start)
    answers = run_race([(cheaper, limits, "highs", None), (program, limits, "scip", start)])
    seconds = time.perf_counter() - began
    solved = [
        _checked(program, limits, solver, answer, seconds) for solver, answer in answers.items()
    ]
    best = min(solved, key=lambda one: (not one.status.has_plan, one.objective))
    bound = np.nanmax([one.bound for one in solved] + [-np.inf])
    return replace(best, bound=min(bound, best.objective) if best.status.has_plan else bound)


def _no_dearer(program: Program, start: Floats) -> Program:
    """The program with a row that costs may not exceed those of a plan."""
    cost = float(program.cost @ start)
    columns = np.flatnonzero(program.cost)
    return replace(
        program,
        row=np.concatenate([program.row, np.full(len(columns), len(program.row_lower))]),
        column=np.concatenate([program.column, columns]),
        value=np.concatenate([program.value, program.cost[columns]]),
        row_lower=np.append(program.row_lower, -np.inf),
        row_upper=np.append(program.row_upper, cost + 1e-6 * abs(cost)),
    )


def _checked(
    program: Program, limits: Limits, solver: str, answer: Answer, seconds: float
) -> Solved:
    """An answer as far as it can be believed."""
    status, bound, values = answer
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
    if solver == "highs" and program.integer.any():
        # OR-Tools passes on the objective of HiGHS as its bound, though only the gap is proved
        bound = objective - limits.gap * abs(objective)
    return Solved(
        status, objective, min(bound, objective), values, seconds, solver, solver_version()
    )


def run(program: Program, limits: Limits, solver: str, start: Floats | None) -> Answer:
    """Solve in this process."""
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
        rounds = ("maxrounds", "maxroundsroot")
        lines += [] if limits.cuts else [f"separating/{one} = 0" for one in rounds]
        return "\n".join(lines)
    if solver == "sat":
        words = ["num_workers:1", "linearization_level:2", f"random_seed:{seed}"]
        words += [f"relative_gap_limit:{limits.gap}"]
        words += [] if limits.nodes is None else [f"max_number_of_conflicts:{limits.nodes}"]
        return ",".join(words)
    return ""


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
