"""What more service costs: the cheapest plan for each of several targets of a promise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from network.errors import PlanningError, Problem, ScenarioError
from network.model import Network
from network.places import TierKind
from network.promise import Promise
from optimize.decide import Choices, Decision, decide, prove_plan
from optimize.solver import Status
from optimize.staffing.requirements import Requirement
from optimize.tiers import calibrated

Say = Callable[[str], None]

_STEPS = (-0.10, -0.05, 0.0, 0.02, 0.04)
"""Targets beside the promise's own, where none are given."""
_MOST = 0.999
_BESIDE = (-0.04, 0.02)
"""Targets beside the promise's own at which the sites of a plan are staffed anew."""
_QUICKER = 2
"""Part of the replications of the plan's own search: each point begins at the plan's people."""
_ATTEMPTS = 2
"""Proofs that may be tried of a point."""


@dataclass(frozen=True)
class Step:
    """A target and the plan for it.

    Parameters
    ----------
    promise_id : str
    target : float
    decision : Decision or None
        None: there is no plan.
    reason : str
        Why there is none.
    """

    promise_id: str
    target: float
    decision: Decision | None
    reason: str = ""

    @property
    def service(self) -> float:
        """Simulated share, NaN without a plan."""
        if self.decision is None:
            return float("nan")
        found = {one.promise.promise_id: one.estimate for one in self.decision.both.after.promises}
        return found[self.promise_id]

    @property
    def cost(self) -> float:
        """Simulated cost a month, on requests that all points share; NaN without a plan."""
        if self.decision is None:
            return float("nan")
        return self.decision.cost if self.decision.proved is None else _screened(self.decision)

    @property
    def proved(self) -> bool:
        """Whether the promise was proved, or without a proof, the placement was."""
        if self.decision is None:
            return False
        if self.decision.proved is not None:
            return self.decision.proved.holds
        return self.decision.tiered.status is Status.OPTIMAL


def varied_promise(network: Network, name: str | None) -> Promise:
    """The promise to vary: the one named, or the first of a placed tier.

    Raises
    ------
    ScenarioError
        If the network has none.
    """
    placed = {tier.tier_id for tier in network.tiers if tier.kind is not TierKind.REMOTE}
    for promise in network.promises:
        if promise.promise_id == name or (name is None and promise.tier in placed):
            return promise
    message = "no promise is made on a tier that is placed, so there is nothing to vary"
    raise ScenarioError(network.name, [Problem("promises", message)])


def tightest_promise(decision: Decision) -> Promise | None:
    """The promise of a placed tier that the proof showed with least to spare; None: unproved."""
    placed = {t.tier_id for t in decision.network.tiers if t.kind is not TierKind.REMOTE}
    proved = decision.proved
    rows = proved.certificate.rows if proved is not None and proved.certificate is not None else ()
    found = [
        (row.limit - row.target, number, row.requirement.promise)
        for number, row in enumerate(rows)
        if isinstance(row.requirement, Requirement)
        and row.requirement.tier in placed
        and row.requirement.area is None
        and not row.requirement.variant
        and not row.requirement.monthly
    ]
    return min(found)[2] if found else None


def default_targets(promise: Promise) -> tuple[float, ...]:
    """Targets around a promise's own.

    Examples
    --------
    >>> default_targets(Promise(promise_id="p", tier="t", within=60.0, share=0.9))
    (0.8, 0.85, 0.9, 0.92, 0.94)
    """
    return tuple(round(min(promise.share + step, _MOST), 4) for step in _STEPS)


def trace(
    network: Network,
    promise: Promise,
    targets: Sequence[float],
    choices: Choices,
    say: Say = lambda _: None,
) -> tuple[Step, ...]:
    """Plan for each target in turn; one that cannot be reached has no plan.

    The target takes the place of the promise's own in placement, simulation and proof; all
    plans are simulated on the same requests.
    """
    if choices.calibrate:  # the factors of waits do not depend on what is asked
        say("simulating today's network, to know its waits")
        tiers = calibrated(network, choices.tiers)
        choices = replace(choices, tiers=tiers, calibrate=False)
    steps = []
    for target in sorted(targets):
        say(f"{promise.promise_id} at {target:.1%}")
        asked = _asking(network, promise, target)
        try:
            found: Decision | None = decide(asked, choices, say)
            reason = ""
        except PlanningError as error:
            found, reason = None, str(error)
        steps.append(Step(promise.promise_id, target, found, reason))
    return tuple(steps)


def restaff(
    network: Network,
    decision: Decision,
    promise: Promise,
    choices: Choices,
    say: Say = lambda _: None,
) -> tuple[Step, ...]:
    """The plan's sites staffed and proved for a little less and a little more service.

    The targets of all promises on placed tiers move together, as one that stays would bind in
    place of those that fall. Quick, since sites stay; each point is proved on requests of its
    own. The plan itself is one of the points, and stands for less service, too, where no
    cheaper staff was found for that.

    Parameters
    ----------
    promise : Promise
        By whose share the points are told apart.
    """
    steps = [Step(promise.promise_id, promise.share, decision)]
    if choices.proof is None:
        return tuple(steps)
    placed = {tier.tier_id for tier in network.tiers if tier.kind is not TierKind.REMOTE}
    moved = [one for one in network.promises if one.tier in placed]
    for number, change in enumerate(_BESIDE, start=1):
        target = round(promise.share + change, 4)
        say(f"frontier: promises of placed tiers {100 * change:+.0f} points")
        blocks = replace(choices.proof.blocks, series=number)
        search = replace(choices.proof.search, plays=choices.proof.search.plays // _QUICKER)
        attempts = min(_ATTEMPTS, choices.proof.attempts)
        proof = replace(choices.proof, blocks=blocks, attempts=attempts, search=search)
        asked = network
        for one in moved:
            asked = _asking(asked, one, round(min(max(one.share + change, 0.0), _MOST), 4))
        asked_for = replace(choices, proof=proof)
        found = prove_plan(asked, decision.tiered, decision.plan, asked_for, say, near=True)
        cheaper = _screened(found) < _screened(decision)
        steps.append(Step(promise.promise_id, target, found if cheaper or change > 0 else decision))
    return tuple(sorted(steps, key=lambda step: step.target))


def _screened(decision: Decision) -> float:
    """Cost on the screen block, which all points share; NaN without a proof."""
    return float("nan") if decision.proved is None else decision.proved.staffed.cost


def _asking(network: Network, promise: Promise, target: float) -> Network:
    """The network with another target of a promise; its floor, if higher, comes down with it."""
    floor = None if promise.floor is None else min(promise.floor, target)
    other = promise.model_copy(update={"share": target, "floor": floor})
    promises = tuple(other if one == promise else one for one in network.promises)
    return replace(network, promises=promises)
