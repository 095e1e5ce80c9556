"""Choose the best of some alternatives by simulation, promises first, with a guarantee.

`select` is the whole procedure; `compare_with_best` shows how far each alternative is from
the best, and `run_ocba` spends a fixed budget well but proves nothing.
"""

from study.selection.best import Round, choose
from study.selection.boundary import Guarantee
from study.selection.constrained import Selection, select
from study.selection.feasibility import Feasibility, Standing, check_feasibility
from study.selection.mcb import WithBest, compare_with_best
from study.selection.observations import Observations, Observe, Seen
from study.selection.ocba import Allocation, allocate, run_ocba

__all__ = [
    "Allocation",
    "Feasibility",
    "Guarantee",
    "Observations",
    "Observe",
    "Round",
    "Seen",
    "Selection",
    "Standing",
    "WithBest",
    "allocate",
    "check_feasibility",
    "choose",
    "compare_with_best",
    "run_ocba",
    "select",
]
