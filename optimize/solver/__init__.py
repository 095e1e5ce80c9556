"""Mixed-integer programs in bulk: arrays into the solver, a checked answer out."""

from optimize.solver.answer import relative_gap, require_plan
from optimize.solver.program import Program, ProgramBuilder
from optimize.solver.solve import Limits, Solved, Status, solve_program

__all__ = [
    "Limits",
    "Program",
    "ProgramBuilder",
    "Solved",
    "Status",
    "relative_gap",
    "require_plan",
    "solve_program",
]
