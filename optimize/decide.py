"""Decide: place sites, staff them, prove the plan, and compare it with today.

The one place of wiring: ``network -> rounds of placing and staffing -> proof -> before and
after``.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from network.model import Network
from network.plan import Plan
from optimize.before_after import BeforeAfter, compare, simulate_both
from optimize.bounded import Bounded, bounds_of
from optimize.placement import Limits
from optimize.placement.candidates import CandidateOptions
from optimize.proof.attempts import ProofOptions, Proved, Staffed, prove, run_block
from optimize.proof.blocks import Blocks
from optimize.proof.shortfall import shortfalls
from optimize.rounds import Loop, Round, best_of, place_and_staff
from optimize.scene_candidates import candidate_sites, with_candidates
from optimize.staffing.idle import plan_without
from optimize.staffing.variants import Variant
from optimize.tiers import TieredPlan, TierOptions, calibrated, place_tiers, plan_of
from sim.kpis import Window

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Choices:
    """How to decide.

    Parameters
    ----------
    window : Window
        Of every simulation.
    tiers : TierOptions
    limits : Limits
        Of the placement.
    candidates : int
        Populated places to consider at each placed tier, besides the scenario's own sites.
    proof : ProofOptions or None
        None: staff by today's workload and compare, without proof.
    replications : int
        Of before and after without a proof.
    seed : int
    workers : int or None
    calibrate : bool
        Hold the model's waits against a simulation of today's network before placing.
    site_out : bool
        Promises must hold with any one site of a placed tier out, too.
    guard : bool
        Nothing that is not promised may get worse than today, either.
    bounds : bool
        Say what no plan costs less than.
    loop : Loop
        Of placing and staffing.
    """

    window: Window
    tiers: TierOptions = field(default_factory=TierOptions)
    limits: Limits = field(default_factory=Limits)
    candidates: int = 0
    proof: ProofOptions | None = None
    replications: int = 5
    seed: int = 1
    workers: int | None = None
    calibrate: bool = True
    site_out: bool = False
    guard: bool = True
    bounds: bool = True
    loop: Loop = field(default_factory=Loop)


@dataclass(frozen=True)
class Decision:
    """A plan, what the model and the simulation know of it, and what it changes.

    Parameters
    ----------
    network : Network
        As it is, with all candidates considered.
    plan : Plan
        What `sim` reads.
    tiered : TieredPlan
    both : BeforeAfter
    proved : Proved or None
    blocks : Blocks or None
        Of the proof.
    rounds : tuple of Round
        Of placing and staffing, in their order.
    bounded : Bounded or None
        What no plan costs less than; None without a proof.
    notes : tuple of str
        What a planner should know before believing it.
    """

    network: Network
    plan: Plan
    tiered: TieredPlan
    both: BeforeAfter
    proved: Proved | None = None
    blocks: Blocks | None = None
    rounds: tuple[Round, ...] = ()
    bounded: Bounded | None = None
    notes: tuple[str, ...] = ()

    @property
    def predicted(self) -> dict[str, float]:
        """Shares that the placement model foresees, by promise or ``promise in area``."""
        return {
            one.promise_id + (f" in {one.area}" if one.area else ""): one.share
            for one in self.tiered.promises
        }

    @property
    def cost(self) -> float:
        """Simulated cost of the plan a month."""
        return self.both.paired.row("cost")["after"]


def decide(network: Network, choices: Choices, say: Say = lambda _: None) -> Decision:
    """Plan a network.

    Raises
    ------
    InfeasibleError
        If no placement can keep the promises: which, where, by how much, what would do.
    """
    ground = consider(network, choices.candidates)
    options = choices.tiers
    if choices.calibrate:
        say("simulating today's network, to know its waits")
        options = calibrated(ground, options)
    if choices.proof is None:
        return _place_only(network, ground, options, choices, say)
    until = time.monotonic() + choices.proof.seconds
    rounds = place_and_staff(
        network,
        ground,
        options,
        choices.limits,
        partial(_proof_options, choices, network),
        choices.loop,
        say,
        until=until,
    )
    best = best_of(rounds)
    in_time = replace(choices.proof, seconds=until - time.monotonic())
    decision = prove_plan(
        network, best.tiered, best.plan, replace(choices, proof=in_time), say, staffed=best.staffed
    )
    bounded = None
    if choices.bounds and decision.proved is not None:
        say("what no plan costs less than")
        proof = _proof_options(choices, network, network.with_plan(best.plan), best.tiered)
        bounded = bounds_of(ground, decision.proved, proof)
    return replace(decision, network=ground, rounds=rounds, bounded=bounded)


def prove_plan(
    network: Network,
    tiered: TieredPlan,
    plan: Plan,
    choices: Choices,
    say: Say = lambda _: None,
    *,
    staffed: Staffed | None = None,
    near: bool = False,
) -> Decision:
    """Staff a plan's sites if that is not done, prove it, and lay it beside today's network.

    Parameters
    ----------
    network : Network
        As it is, with the promises that are asked for.
    tiered : TieredPlan
    plan : Plan
        Its people are where the search begins.
    choices : Choices
    say : callable
    staffed : Staffed, optional
        What is to be proved.
    near : bool
        Otherwise: its people are thought to be near the cheapest.
    """
    placed = network.with_plan(plan)
    options = _proof_options(choices, network, placed, tiered)
    proved = prove(placed, options, say, staffed=staffed, near=near)
    both = _compare(network, proved, options, say)
    warned = (one for one in both.after.warnings if one not in network.warnings)
    return Decision(
        network,
        with_staff(plan_without(plan, proved.staffed.network), proved.staffed.network, network),
        tiered,
        both,
        proved,
        options.blocks,
        notes=(*tiered.notes, *_doubts(proved, options), *warned),
    )


def _place_only(
    network: Network, ground: Network, options: TierOptions, choices: Choices, say: Say
) -> Decision:
    """Place, staff by the model's levels, and compare with today, without proof."""
    say("placing sites")
    tiered = place_tiers(ground, options, choices.limits).require()
    plan = plan_of(network, tiered)
    say("simulating before and after")
    both = simulate_both(
        network,
        network.with_plan(plan),
        choices.window,
        seed=choices.seed,
        replications=choices.replications,
        workers=choices.workers,
    )
    return Decision(ground, plan, tiered, both, notes=tiered.notes)


def _proof_options(
    choices: Choices, network: Network, placed: Network, tiered: TieredPlan
) -> ProofOptions:
    """How a placed network is staffed and proved: against today's, if it is to be guarded."""
    proof = choices.proof or ProofOptions(choices.window)
    if choices.site_out:
        out = _each_out(placed, tiered.open_sites)
        proof = replace(proof, variants=(*proof.variants, *out))
    return replace(proof, today=network) if choices.guard else proof


def consider(network: Network, count: int) -> Network:
    """The network with further candidates at every tier that has some already.

    The largest places (so many), the centre of gravity of each area, and a quarter as many
    clusters of demand; those that lie beside a known site are left out.
    """
    options = CandidateOptions(
        least_population=0.0, apart_km=10.0, most_places=count, clusters=max(1, count // 4)
    )
    for tier in network.tiers if count else ():
        if any(s.tier == tier.tier_id and not s.status.is_open for s in network.sites):
            network = with_candidates(network, candidate_sites(network, tier.tier_id, options))
    return network


def with_staff(plan: Plan, staffed: Network, network: Network) -> Plan:
    """The plan with the pools of a staffed network that differ from the scenario's."""
    today = {pool.pool_id: pool for pool in network.pools}
    changed = tuple(pool for pool in staffed.pools if today.get(pool.pool_id) != pool)
    return plan.model_copy(update={"pools": changed})


def _compare(network: Network, proved: Proved, options: ProofOptions, say: Say) -> BeforeAfter:
    """Before and after on the block of the last proof, or on the screen if none was opened."""
    if proved.result is None:
        block = options.blocks.screening
        after = run_block(proved.staffed.network, options, block)
    else:
        block, after = proved.certificates[-1].block, proved.result
    if proved.today is not None:
        return compare(proved.today, after)
    say("simulating today's network on the same requests")
    return compare(run_block(network, options, block), after)


def _each_out(network: Network, sites: Sequence[str]) -> Iterator[Variant]:
    """Circumstances in which one of the tier's several sites is out."""
    tier_of = {site.site_id: site.tier for site in network.sites}
    counts = Counter(tier_of[site] for site in sites)
    for site in sites:
        if counts[tier_of[site]] > 1:
            yield Variant(f"{site} out", without=site, weight=0.0)


def _doubts(proved: Proved, options: ProofOptions) -> Iterator[str]:
    """Why the plan is not proved, if it is not, and what would be enough."""
    if proved.holds:
        return
    if proved.certificate is None:
        yield "This is the best plan found, and it is not proved: no proof was opened for it."
    for shortfall in shortfalls(proved.staffed, options):
        yield shortfall.told
