"""Mixed-integer programs in bulk: arrays into the solver, a checked answer out."""

from optimize.solver.answer import relative_gap, require_plan
from optimize.solver.program import Program, ProgramBuilder
from optimize.solver.result import Limits, Solved, Status, solver_version
from optimize.solver.solve import race_program, solve_program

__all__ = [
    "Limits",
    "Program",
    "ProgramBuilder",
    "Solved",
    "Status",
    "race_program",
    "relative_gap",
    "require_plan",
    "solve_program",
    "solver_version",
]
