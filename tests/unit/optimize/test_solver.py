"""Solvers are believed only where their answer can be checked."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import optimize.solver.solve as solving
from network.errors import EngineError
from optimize.solver import (
    Limits,
    Program,
    ProgramBuilder,
    Status,
    race_program,
    solve_program,
)
from optimize.solver.watched import run_race

SOLVERS = ("highs", "scip", "sat")


def knapsack(size: int = 30, seed: int = 0) -> Program:
    """A program with many nearly equal plans, maximised by minimising the negative."""
    rng = np.random.default_rng(seed)
    weight = rng.integers(100, 1000, size).astype(float)
    model = ProgramBuilder()
    x = model.add_variables(size, cost=-(weight + rng.integers(1, 10, size)), integer=True)
    for k in range(3):
        heavy = np.roll(weight, k) + k
        model.add_rows(1, np.zeros(size), x, heavy, upper=heavy.sum() / 2)
    return model.build()


def impossible() -> Program:
    model = ProgramBuilder()
    x = model.add_variables(2, cost=1.0, integer=True)
    model.add_rows(1, [0, 0], x, 1.0, lower=3.0)
    return model.build()


@pytest.mark.parametrize("watched", [False, True])
@pytest.mark.parametrize("solver", SOLVERS)
def test_an_infeasible_program_has_no_values(solver: str, *, watched: bool) -> None:
    answer = solve_program(impossible(), solver=solver, watched=watched)
    assert answer.status is Status.INFEASIBLE
    assert np.isnan(answer.objective)
    assert len(answer.values) == 0


@pytest.mark.parametrize("solver", SOLVERS)
def test_no_time_gives_no_garbage(solver: str) -> None:
    answer = solve_program(knapsack(200), Limits(seconds=0.0), solver=solver)
    if answer.status.has_plan:
        assert knapsack(200).violation(answer.values) < 1e-6
    else:
        assert answer.status is Status.UNKNOWN
        assert np.isnan(answer.objective)


@pytest.mark.parametrize("field", ["cost", "value"])
@pytest.mark.parametrize("bad", [np.nan, np.inf, 2.0**62])
def test_coefficients_that_mean_nothing_are_refused(field: str, bad: float) -> None:
    program = knapsack()
    spoiled = getattr(program, field).copy()
    spoiled[1] = bad
    with pytest.raises(EngineError, match="of the model is"):
        solve_program(replace(program, **{field: spoiled}))


def test_bounds_that_are_no_numbers_are_refused() -> None:
    program = knapsack()
    with pytest.raises(EngineError, match="is not a number"):
        solve_program(replace(program, row_upper=np.full(3, np.nan)))


@pytest.mark.parametrize("solver", SOLVERS)
def test_the_same_seed_gives_the_same_plan(solver: str) -> None:
    limits = Limits(seed=5, nodes=50)
    first, second = (solve_program(knapsack(), limits, solver=solver) for _ in range(2))
    assert first.objective == second.objective
    assert (first.values == second.values).all()


def test_a_solver_that_overruns_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise subprocess.TimeoutExpired("child", 1.0)

    monkeypatch.setattr(subprocess.Popen, "communicate", never)
    answer = solve_program(knapsack(), Limits(seconds=0.1), watched=True)
    assert answer.status is Status.UNKNOWN


def test_an_answer_that_breaks_a_row_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    lie = (Status.OPTIMAL, -1e9, np.ones(30))
    monkeypatch.setattr(solving, "run", lambda *_: lie)
    with pytest.raises(EngineError, match="violates the model"):
        solve_program(knapsack())


def test_highs_proves_no_more_than_the_gap_it_was_asked_for() -> None:
    """OR-Tools hands on the objective of HiGHS as its bound, whatever the gap."""
    program = knapsack()
    best = solve_program(program).objective
    for gap in (0.3, 0.05, 1e-3):
        found = solve_program(program, Limits(gap=gap))
        assert found.bound <= best + 1e-9 * abs(best)
        assert found.bound >= found.objective - gap * abs(found.objective) - 1e-9


def test_the_solver_that_is_first_ends_the_race() -> None:
    program = knapsack()
    best = solve_program(program)
    for start in (None, best.values):
        found = race_program(program, Limits(seconds=60.0), start)
        assert (found.status, found.objective) == (Status.OPTIMAL, pytest.approx(best.objective))
        assert found.bound <= best.objective + 1e-9


def test_a_race_goes_on_without_a_solver_that_fails() -> None:
    model, limits = ProgramBuilder(), Limits(seconds=60.0)
    model.add_variables(1, cost=-1.0, upper=np.inf)
    tasks = [(model.build(), limits, "highs", None), (knapsack(), limits, "scip", None)]
    assert list(run_race(tasks)) == ["scip"]
    with pytest.raises(EngineError, match="the solver highs failed"):
        run_race(tasks[:1])


def test_a_race_knows_what_cannot_be() -> None:
    assert race_program(impossible(), Limits(seconds=60.0)).status is Status.INFEASIBLE


def test_solvers_do_not_print(capfd: pytest.CaptureFixture[str]) -> None:
    solve_program(knapsack())
    assert capfd.readouterr().out == ""


def test_solvers_agree() -> None:
    found = [solve_program(knapsack(), solver=name).objective for name in SOLVERS]
    assert found == pytest.approx([found[0]] * 3)


def test_the_other_highs_is_no_dependency() -> None:
    """OR-Tools and highspy cannot live in one process (undefined symbols)."""
    root = Path(__file__).resolve().parents[3]
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    assert not [name for name in project["dependencies"] if name.startswith("highspy")]
    code = "import optimize.solver, optimize.placement, sys; assert 'highspy' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
