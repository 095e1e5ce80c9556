"""What more service costs: the cheapest plan for each of several targets of a promise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from network.errors import PlanningError, Problem, ScenarioError
from network.model import Network
from network.places import TierKind
from network.promise import Promise
from optimize.decide import Choices, Decision, decide
from optimize.solver import Status
from optimize.tiers import calibrated

Say = Callable[[str], None]

_STEPS = (-0.10, -0.05, 0.0, 0.02, 0.04)
"""Targets beside the promise's own, where none are given."""
_MOST = 0.999


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
        """Simulated cost a month, NaN without a plan."""
        return float("nan") if self.decision is None else self.decision.cost

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
        asked = replace(
            network,
            promises=tuple(
                one.model_copy(update={"share": target, "floor": None}) if one == promise else one
                for one in network.promises
            ),
        )
        try:
            found: Decision | None = decide(asked, choices, say)
            reason = ""
        except PlanningError as error:
            found, reason = None, str(error)
        steps.append(Step(promise.promise_id, target, found, reason))
    return tuple(steps)
