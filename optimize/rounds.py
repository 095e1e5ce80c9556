"""The loop between placing and staffing: what the simulation teaches goes back to the model.

The placement model staffs by a formula; the simulated search then finds that more or fewer
people do. The factor between the two goes back as the load factor kappa of the tier, damped by
half, and sites are placed again. Learning ends when a placement comes back (nothing new can
follow from it), when the factors move less than 2 %, or after a stated number of rounds. Then,
where asked for, the next best placements of the model are staffed, too, those visited being cut
off. The cheapest plan that the screen let pass is the one to prove. Factors are learned by tier,
not by site: one that only open sites had would make them look cheaper than those never tried.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from network.model import Network
from network.places import TierKind
from network.plan import Plan
from optimize.placement import Limits
from optimize.proof.attempts import ProofOptions, Staffed, staff
from optimize.solver import Status
from optimize.tiers import TieredPlan, TierOptions, place_tiers, plan_of

Say = Callable[[str], None]

SETTLED = 0.02
"""Factors that move less have settled."""
LATER = 0.25
"""Of the time for the first placement, for each later one."""


@dataclass(frozen=True, slots=True)
class Round:
    """A placement and the cheapest staff that was found for it.

    Parameters
    ----------
    tiered : TieredPlan
    plan : Plan
        Of the model; its people are where the search began.
    staffed : Staffed
    investment : float
        Opening and closing costs a month over the payback time.
    load_factor : mapping of str to float
        By tier, as the placement had them.
    learned : mapping of str to float
        By tier: duty hours that the search needed by those of the model.
    """

    tiered: TieredPlan
    plan: Plan
    staffed: Staffed
    investment: float
    load_factor: Mapping[str, float]
    learned: Mapping[str, float]

    @property
    def cost(self) -> float:
        """Simulated on the screen, with opening and closing, per month."""
        return self.staffed.cost + self.investment


def place_and_staff(
    network: Network,
    ground: Network,
    options: TierOptions,
    limits: Limits,
    proof_of: Callable[[Network, TieredPlan], ProofOptions],
    rounds: int,
    others: int = 0,
    say: Say = lambda _: None,
) -> tuple[Round, ...]:
    """Place and staff until the loop settles; every round is of another placement.

    Parameters
    ----------
    network, ground : Network
        As it is; with all candidates.
    options : TierOptions
    limits : Limits
        Of the first placement.
    proof_of : callable
        How a placed network is to be staffed.
    rounds : int
        Most of them in which the model learns.
    others : int
        Next best placements that are staffed after it has learned.
    say : callable

    Raises
    ------
    InfeasibleError
        If the first placement cannot keep the promises.
    """
    done: list[Round] = []
    settled: TieredPlan | None = None
    factor: dict[str, float] = {}

    def staffed(tiered: TieredPlan) -> Round:
        plan = plan_of(network, tiered)
        placed = network.with_plan(plan)
        say("searching the cheapest staff that keeps what is asked")
        found = staff(placed, proof_of(placed, tiered), say=say)
        learned = _learned(placed, found.network)
        return Round(tiered, plan, found, _investment(network, placed, options), dict(factor),
                     learned)  # fmt: skip

    for number in range(1, rounds + 1):
        say(f"placing sites, round {number}" if rounds > 1 else "placing sites")
        time = limits if number == 1 else replace(limits, seconds=limits.seconds * LATER)
        tiered = place_tiers(ground, _with_factors(ground, options, factor), time)
        if not done:
            tiered.require()
        if not tiered.open_sites or _sites(tiered) in map(_sites_of, done):
            say("the same sites again: the loop has settled")
            settled = tiered
            break
        done.append(staffed(tiered))
        moved = {tier: (1 + one) / 2 for tier, one in done[-1].learned.items()}
        if all(abs(one - 1) < SETTLED for one in moved.values()):
            break
        factor = {tier: factor.get(tier, 1.0) * one for tier, one in moved.items()}
    for number in range(1, others + 1):
        say(f"placing other sites, {number} of {others}")
        asked = replace(options, visited=tuple(map(_sites_of, done)))
        tiered = place_tiers(ground, _with_factors(ground, asked, factor), limits)
        if not tiered.open_sites or _sites(tiered) in map(_sites_of, done):
            say("no other sites were found")
            break
        done.append(staffed(_without_cuts(tiered, settled)))
    return tuple(done)


def _without_cuts(tiered: TieredPlan, settled: TieredPlan | None) -> TieredPlan:
    """An answer of the model with cuts as one of the model: the cuts are no part of its bound.

    Parameters
    ----------
    tiered : TieredPlan
    settled : TieredPlan or None
        The answer of the same model without cuts; None: it is not known, nor is a bound.
    """
    bound = math.nan if settled is None else min(tiered.bound, settled.bound)
    return replace(tiered, bound=bound, status=Status.FEASIBLE)


def _sites(tiered: TieredPlan) -> frozenset[str]:
    return frozenset(tiered.open_sites)


def _sites_of(one: Round) -> frozenset[str]:
    return _sites(one.tiered)


def best_of(rounds: Sequence[Round]) -> Round:
    """The cheapest round whose plan may go to its proof; else the one that lacks least."""
    return min(rounds, key=lambda one: (not one.staffed.holds, _missing(one.staffed), one.cost))


def _missing(staffed: Staffed) -> float:
    if staffed.holds:
        return 0.0
    worst = [min(*pair, 0.0) for pair in zip(staffed.fit_slack, staffed.screen_slack, strict=True)]
    return -float(sum(worst))


def _with_factors(
    ground: Network, options: TierOptions, factor: Mapping[str, float]
) -> TierOptions:
    """Options with the learned factor of its tier at every site."""
    own = options.load_factor
    by_site = {
        site.site_id: own.get(site.site_id, 1.0) * factor[site.tier]
        for site in ground.sites
        if site.tier in factor
    }
    return replace(options, load_factor={**own, **by_site})


def _learned(placed: Network, staffed: Network) -> dict[str, float]:
    """Duty hours needed by those of the model, by placed tier."""
    placeable = {tier.tier_id for tier in placed.tiers if tier.kind is not TierKind.REMOTE}
    hours = [_agents_by_tier(network) for network in (placed, staffed)]
    return {
        tier: hours[1].get(tier, 0) / model
        for tier, model in hours[0].items()
        if tier in placeable and model > 0 and hours[1].get(tier, 0) > 0
    }


def _agents_by_tier(network: Network) -> dict[str, int]:
    """Agents at open sites; a pool keeps its shift, so the ratio is that of hours, nearly."""
    tier_of = {site.site_id: site.tier for site in network.sites if site.status.is_open}
    found: dict[str, int] = {}
    for pool in network.pools:
        if pool.site in tier_of:
            tier = tier_of[pool.site]
            found[tier] = found.get(tier, 0) + pool.count
    return found


def _investment(network: Network, placed: Network, options: TierOptions) -> float:
    """Opening and closing costs of a plan, a month over the payback time."""
    was = {site.site_id: site.status.is_open for site in network.sites}
    paid = 0.0
    for site in placed.sites:
        if site.status.is_open and not was.get(site.site_id, False):
            paid += site.opening_cost
        elif was.get(site.site_id, False) and not site.status.is_open:
            paid += site.closing_cost
    return paid / options.payback_months
