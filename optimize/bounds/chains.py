"""Routes as Markov chains that remember which tiers a request has seen.

A state is a stage, the tiers visited before it, and whether the request has just arrived; so
first visits at a tier, which promises count, are states of their own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.demand import Arrivals, RequestClass
from network.load.checks_routes import transitions
from network.model import Network
from network.quantity import MINUTES_PER_HOUR, MINUTES_PER_MONTH
from network.route import Mode, Stage
from sim.kpis import Window
from sim.sample.arrivals import hourly_rates, requests_per_hour, zone_weights

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Chain:
    """The route of a class.

    Parameters
    ----------
    one : RequestClass
    stages : tuple of Stage, length states
    first : bool array (states,)
        The first visit of its request at the tier.
    direct : bool array (states,)
        Entered at the arrival itself.
    start : float array (states,)
        Chance that a request enters here; what is missing to 1 does not come.
    moves : float array (levels, states, states)
        Chance to go on from one state to another, served by an agent of level 1, 2, ...
    beyond : float
        Most visits per request that the scenario's cap may cut off.
    """

    one: RequestClass
    stages: tuple[Stage, ...]
    first: Bools
    direct: Bools
    start: Floats
    moves: Floats
    beyond: float

    def most(self, counted: Bools) -> float:
        """Most expected visits of some states per request, over all choices of level."""
        value = np.zeros(len(self.stages))
        for _ in range(10_000):
            new = counted + (self.moves @ value).max(axis=0)
            done = float(np.abs(new - value).max(initial=0.0)) <= 1e-12 * (1.0 + new.max(initial=0))
            value = new
            if done:
                break
        return float(self.start @ value)


def chain_of(network: Network, one: RequestClass) -> Chain:
    """The chain of a class, from its entries, stages, and chances by level."""
    stages = [stage for stage in network.stages if stage.class_id == one.class_id]
    shares = np.array(
        [
            sum(
                e.share
                for e in network.entries
                if e.class_id == one.class_id and e.stage == stage.stage
            )
            for stage in stages
        ]
    )
    levels = max((len(stage.resolve) for stage in stages), default=1)
    by_level = [
        transitions(stages, {stage.stage: level for stage in stages})
        for level in range(1, levels + 1)
    ]
    possible = np.max(by_level, axis=0) > 0
    states = [(n, frozenset[str](), True) for n in np.flatnonzero(shares > 0).tolist()]
    number = {state: k for k, state in enumerate(states)}
    pairs: list[tuple[int, int]] = []
    for k, (n, seen, _) in enumerate(states):  # grows while it is read
        tier = stages[n].tier
        after = seen if tier is None else seen | {tier}
        for m in np.flatnonzero(possible[n]).tolist():
            state = (m, after, False)
            if state not in number:
                number[state] = len(states)
                states.append(state)
            pairs.append((k, number[state]))
    moves = np.zeros((levels, len(states), len(states)))
    for level, matrix in enumerate(by_level):
        for k, to in pairs:
            moves[level, k, to] = matrix[states[k][0], states[to][0]]
    start = np.zeros(len(states))
    fresh = np.array([new for *_, new in states], dtype=np.bool_)
    start[fresh] = shares[shares > 0] * (1 - one.no_show)
    return Chain(
        one,
        tuple(stages[n] for n, *_ in states),
        np.array([stages[n].tier not in (None, *seen) for n, seen, _ in states], dtype=np.bool_),
        fresh,
        start,
        moves,
        _beyond(start, moves.max(axis=0), network.settings.visit_cap),
    )


def _beyond(start: Floats, moves: Floats, cap: int) -> float:
    """Most flow that goes on after so many stages."""
    flow = start
    for _ in range(cap):
        flow = flow @ moves
    return float(min(flow.sum(), start.sum()))


def is_counted(one: RequestClass) -> bool:
    """Whether how often the class calls does not depend on the plan, nor on single rows of a log.

    Units of a finite base call again only after they were served; a log states its own rows.
    """
    return one.arrivals not in (Arrivals.FINITE_BASE, Arrivals.LOG)


def arrivals_per_month(network: Network, one: RequestClass, window: Window) -> float:
    """Mean requests of a class a month over the counted part of a run."""
    if one.rate_per_h is None and one.rate_per_unit_year is None:
        per_hour = requests_per_hour(network, one)
    else:
        hours = int(np.ceil(window.end / MINUTES_PER_HOUR))
        edges = np.arange(hours + 1) * MINUTES_PER_HOUR
        inside = np.clip(edges[1:], None, window.end) - np.clip(edges[:-1], window.start, None)
        rates = hourly_rates(network, one, hours)
        per_hour = float(rates @ np.maximum(inside, 0.0)) / window.minutes
    return per_hour * MINUTES_PER_MONTH / MINUTES_PER_HOUR


def zone_share(network: Network, one: RequestClass) -> Floats:
    """How the requests of a class are shared over zones, (zones,)."""
    weights = zone_weights(network, one)
    total = float(weights.sum())
    return np.asarray(weights / total if total > 0 else np.full(len(weights), 1 / len(weights)))


def worked(stage: Stage) -> bool:
    """Whether an agent works at the stage."""
    return stage.mode is not Mode.DELAY
