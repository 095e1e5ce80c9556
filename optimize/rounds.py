"""The loop between placing and staffing: what the simulation teaches goes back to the model.

The placement model staffs by a formula; the simulated search then finds that more or fewer
people do. The factor between the two goes back as the load factor kappa of the tier, damped by
half, and sites are placed again. Learning ends when a placement comes back (nothing new can
follow from it), when the factors move less than 2 %, or after a stated number of rounds. Then
today's sites are staffed anew and, where asked for, the next best placements of the model, those
visited being cut off. The cheapest plan that the screen let pass is the one to prove. Factors are
learned by tier, not by site: one that only open sites had would make them look cheaper than those
never tried.
"""

from __future__ import annotations

import math
import time
from collections import Counter
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
    keep_price : float
        What its openings and closings together must be worth a month, besides what they cost.
    """

    tiered: TieredPlan
    plan: Plan
    staffed: Staffed
    investment: float
    load_factor: Mapping[str, float]
    learned: Mapping[str, float]
    keep_price: float = 0.0

    @property
    def cost(self) -> float:
        """Simulated on the screen, with opening and closing, per month."""
        return self.staffed.cost + self.investment

    @property
    def weighed(self) -> float:
        """The cost by which rounds are compared."""
        return self.cost + self.keep_price


@dataclass(frozen=True, slots=True)
class Loop:
    """How long to go on.

    Parameters
    ----------
    rounds : int
        Most rounds in which the model learns.
    stay : bool
        Today's sites are staffed, too.
    others : int
        Next best placements that are staffed, too.
    """

    rounds: int = 2
    stay: bool = True
    others: int = 0


def place_and_staff(
    network: Network,
    ground: Network,
    options: TierOptions,
    limits: Limits,
    proof_of: Callable[[Network, TieredPlan], ProofOptions],
    loop: Loop,
    say: Say = lambda _: None,
    *,
    until: float = math.inf,
) -> tuple[Round, ...]:
    """Place and staff until the loop settles; every round is of another placement.

    Parameters
    ----------
    network, ground : Network
        As it is; with all candidates.
    options : TierOptions
    limits : Limits
        Of each placement; only the first takes time to prove its gap.
    proof_of : callable
        How a placed network is to be staffed.
    loop : Loop
    say : callable
    until : float
        Time (monotonic, seconds) from which nothing more is begun.

    Raises
    ------
    InfeasibleError
        If the first placement cannot keep the promises.
    """
    task = _Task(network, ground, options, limits, proof_of, say, until)
    done, settled, factor = _learn(task, loop.rounds)
    if loop.stay and not options.greenfield and not task.is_late:
        today = _as_today(network, done[0].tiered)
        if _are_allowed(today, network, options) and not _is_known(today, done):
            say("today's sites")
            done.append(task.staffed(today, {}, done))
    for number in range(1, loop.others + 1):
        if task.is_late:
            break
        say(f"placing other sites, {number} of {loop.others}")
        tiered = task.placed(factor, tuple(map(_sites_of, done)), prove=False)
        if not tiered.open_sites or _is_known(tiered, done):
            say("no other sites were found")
            break
        done.append(task.staffed(_without_cuts(tiered, settled), factor, done))
    return tuple(done)


@dataclass(frozen=True, slots=True)
class _Task:
    """What is placed and staffed again and again."""

    network: Network
    ground: Network
    options: TierOptions
    limits: Limits
    proof_of: Callable[[Network, TieredPlan], ProofOptions]
    say: Say
    until: float

    @property
    def is_late(self) -> bool:
        """Whether the time given is over."""
        return time.monotonic() > self.until

    def placed(
        self, factor: Mapping[str, float], visited: tuple[frozenset[str], ...] = (), *, prove: bool
    ) -> TieredPlan:
        """The best sites under some factors."""
        options = _with_factors(self.ground, replace(self.options, visited=visited), factor)
        return place_tiers(self.ground, options, self.limits, prove=prove)

    def staffed(
        self, tiered: TieredPlan, factor: Mapping[str, float], rivals: Sequence[Round] = ()
    ) -> Round:
        """The cheapest staff of sites that were placed; not searched to the end without hope."""
        plan = plan_of(self.network, tiered)
        placed = self.network.with_plan(plan)
        paid = _investment(self.network, placed, self.options)
        price = self.options.keep_weight * len((*tiered.opened, *tiered.closed))
        best = min((one.weighed for one in rivals if one.staffed.holds), default=math.inf)
        self.say("searching the cheapest staff that keeps what is asked")
        options = replace(self.proof_of(placed, tiered), seconds=self.until - time.monotonic())
        found = staff(placed, options, beat=best - paid - price, say=self.say)
        learned = _learned(placed, found.network)
        return Round(tiered, plan, found, paid, dict(factor), learned, price)


def _learn(task: _Task, rounds: int) -> tuple[list[Round], TieredPlan | None, Mapping[str, float]]:
    """Rounds in which the model learns, the placement that came back, and the factors learned."""
    done: list[Round] = []
    factor: dict[str, float] = {}
    for number in range(1, rounds + 1):
        if done and task.is_late:
            break
        task.say(f"placing sites, round {number}" if rounds > 1 else "placing sites")
        tiered = task.placed(factor, prove=not done)
        if not done:
            tiered.require()
        if not tiered.open_sites or _is_known(tiered, done):
            task.say("the same sites again: the loop has settled")
            return done, tiered, factor
        last = number == rounds  # nothing is learned from it any more
        done.append(task.staffed(tiered, factor, done if last else ()))
        moved = {tier: (1 + one) / 2 for tier, one in done[-1].learned.items()}
        if all(abs(one - 1) < SETTLED for one in moved.values()):
            break
        factor = {tier: factor.get(tier, 1.0) * one for tier, one in moved.items()}
    return done, None, factor


def _is_known(tiered: TieredPlan, done: Sequence[Round]) -> bool:
    return _sites(tiered) in map(_sites_of, done)


def _as_today(network: Network, tiered: TieredPlan) -> TieredPlan:
    """Today's sites and people as an answer, with what the model says of them."""
    placed = {site.tier for site in network.sites if site.site_id in tiered.open_sites}
    return replace(
        tiered,
        status=Status.FEASIBLE,
        objective=sum(tiered.today.values()),
        bound=math.nan,
        open_sites=tuple(
            site.site_id for site in network.sites if site.status.is_open and site.tier in placed
        ),
        opened=(),
        closed=(),
        staff=(),
        assignments=(),
        cost=tiered.today,
        promises=tiered.promises_today,
        trip_min=tiered.trip_min_today,
        notes=(),
    )


def _are_allowed(tiered: TieredPlan, network: Network, options: TierOptions) -> bool:
    """Whether each tier has as many open sites as it should."""
    count = Counter(site.tier for site in network.sites if site.site_id in tiered.open_sites)
    return all(count[t] >= n for t, n in options.least_sites.items()) and all(
        count[t] <= n for t, n in options.most_sites.items()
    )


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
    return min(rounds, key=lambda one: (not one.staffed.holds, _missing(one.staffed), one.weighed))


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
