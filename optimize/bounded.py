"""What no plan costs less than: the bounds of a decision, each true for something else."""

from __future__ import annotations

from dataclasses import dataclass, replace

from network.model import Network
from optimize.bounds import BoundOptions, NecessaryBound, necessary_bound
from optimize.bounds.sample import SampleBound, SampleOptions, sample_bound
from optimize.placement import Limits
from optimize.proof.attempts import ProofOptions, Proved
from sim.layout import lay_out
from sim.traffic import look

SECONDS = 30.0
"""Most time for a bound that holds for any policy."""
SAMPLE_SECONDS = 90.0
"""Most time for each tier of the sample bound: region A's base points take 40 s or more."""
MOST_REQUESTS_PER_DAY = 2_000.0
"""Of networks larger than that the sample bound takes too long."""


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
    sample : SampleBound or None
        For every staffing of the plan's sites under its policy, on a part of the fit block;
        None: the network is too large for it.
    """

    necessary: NecessaryBound
    guarded: NecessaryBound | None = None
    sample: SampleBound | None = None


def bounds_of(ground: Network, proved: Proved, options: ProofOptions) -> Bounded:
    """The bounds of a staffed plan.

    Parameters
    ----------
    ground : Network
        With all candidates.
    proved : Proved
    options : ProofOptions
        How it was proved.
    """
    limits, window, staffed = Limits(seconds=SECONDS), options.window, proved.staffed
    any_policy = BoundOptions(limits=limits)
    lost = {
        guard.tier: min(guard.scale, 1.0)
        for guard in staffed.guards
        if guard.kpi == "visit_abandoned" and guard.tier is not None
    }
    few_lost = replace(any_policy, most_lost=lost)
    requests = sum(look(ground, lay_out(ground, window.horizon)).requests_per_day.values())
    return Bounded(
        necessary_bound(ground, window, any_policy),
        necessary_bound(ground, window, few_lost) if lost else None,
        sample_bound(
            staffed.network,
            options.today,
            window,
            options.seed,
            options.blocks.fitting,
            SampleOptions(worse=options.worse, limits=Limits(seconds=SAMPLE_SECONDS)),
        )
        if requests <= MOST_REQUESTS_PER_DAY
        else None,
    )
