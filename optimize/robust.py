"""What robustness costs: each demand's own staff, and how it fares if another demand comes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from network.model import Network
from optimize.decide import Choices, Decision
from optimize.proof.attempts import ProofOptions, staff
from optimize.regret import RegretTable, regret_table
from optimize.staffing.variants import AS_PLANNED

Say = Callable[[str], None]

ROBUST = "this plan"
"""Name of the plan that was made for all demands together."""


def compare_demands(
    network: Network,
    decision: Decision,
    factors: Sequence[float],
    choices: Choices,
    say: Say = lambda _: None,
) -> RegretTable:
    """Staff the plan's sites for each demand alone, and play all plans under all demands.

    Parameters
    ----------
    network : Network
        As it is.
    decision : Decision
        Its sites; the plan for all demands together.
    factors : sequence of float
        Demands beside the expected one.
    choices : Choices
    say : callable
    """
    options = choices.proof or ProofOptions(choices.window)
    placed = network.with_plan(decision.plan)
    own: dict[str, Network] = {}
    demands = {f"demand x {factor:g}": factor for factor in sorted({1.0, *factors})}
    for name, factor in demands.items():
        say(f"staffing for {name} alone")
        met = replace(placed, demand_factor=placed.demand_factor * factor)
        today = replace(network, demand_factor=network.demand_factor * factor)
        alone = replace(
            options, variants=AS_PLANNED, today=today if choices.guard else None, memory=None
        )
        staffed = staff(met, alone, say=say).network
        own[name] = replace(staffed, demand_factor=placed.demand_factor)
    own[ROBUST] = placed
    block = options.blocks.screening
    return regret_table(own, demands, options.window, options.seed, block, options.workers)
