"""What no plan costs less than: the bounds of a decision, each true for something else."""

from __future__ import annotations

from dataclasses import dataclass, replace

from network.model import Network
from optimize.bounds import BoundOptions, NecessaryBound, necessary_bound
from optimize.placement import Limits
from optimize.staffing.guards import Guard
from sim.kpis import Window

SECONDS = 30.0
"""Most time for a bound."""


@dataclass(frozen=True, slots=True)
class Bounded:
    """Bounds on the cost a month, never merged.

    Parameters
    ----------
    necessary : NecessaryBound
        For every plan over the candidates and every policy.
    guarded : NecessaryBound or None
        For those that lose no more of a tier's visits than the guards allow, and let nobody
        wait for ever.
    """

    necessary: NecessaryBound
    guarded: NecessaryBound | None = None


def bounds_of(ground: Network, window: Window, guards: tuple[Guard, ...]) -> Bounded:
    """The bounds that follow from the network alone.

    Parameters
    ----------
    ground : Network
        With all candidates.
    window : Window
    guards : tuple of Guard
        That the plan keeps; empty: none.
    """
    options = BoundOptions(limits=Limits(seconds=SECONDS))
    lost = {
        guard.tier: min(guard.scale, 1.0)
        for guard in guards
        if guard.kpi == "visit_abandoned" and guard.tier is not None
    }
    return Bounded(
        necessary_bound(ground, window, options),
        necessary_bound(ground, window, replace(options, most_lost=lost)) if lost else None,
    )
