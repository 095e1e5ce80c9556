"""Steps beyond covering for a fleet of identical units: queueing, then simulation.

`MCLP` asks only where units stand, `MEXCLP` adds that they are busy now and then, all alike.
`HypercubeCover` knows which unit answers whom and how busy each is; `improve_by_simulation`
asks the simulation itself.
"""

from optimize.ladder.corrected import HypercubeCover
from optimize.ladder.dispatch import Answered, answer_calls, chance_in_time, correction_factors
from optimize.ladder.moves import one_unit_moves, promising_moves
from optimize.ladder.simulated import Improved, Step, improve_by_simulation

__all__ = [
    "Answered",
    "HypercubeCover",
    "Improved",
    "Step",
    "answer_calls",
    "chance_in_time",
    "correction_factors",
    "improve_by_simulation",
    "one_unit_moves",
    "promising_moves",
]
