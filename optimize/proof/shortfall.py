"""Why a promise could not be shown to hold: by how much, where, and what would be enough.

Three questions are put to the simulation, on the fit block: what share is met with the people
found; what share with far more than needed (so that nobody waits for people); and within which
time the share asked for would be met. If plenty is not enough, no staff is: only more sites, a
longer time or a lower share help.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from network.model import Network
from network.promise import Form, Promise
from network.quantity import show_duration
from optimize.proof.attempts import ProofOptions, Staffed
from optimize.staffing.measured import Block
from optimize.staffing.requirements import Requirement
from optimize.staffing.trials import with_counts
from sim.api import simulate

Ints = NDArray[np.int64]

_TIMES = (1.0, 1.1, 1.2, 1.35, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0, 6.0, 8.0)
"""Multiples of the promised time that are looked at."""
_PLENTY = 3
_STEPS = 6
"""Halvings in the search for the number of agents."""
_RUNS = 10


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A promise, or its floor in an area, that is not shown to hold.

    Parameters
    ----------
    name : str
    target, met : float
        Share asked for, and met with the people found.
    met_with_plenty : float
        Share met with three times the people and more.
    within : float
        Minutes promised.
    enough_min : float
        Minutes within which the share asked for is met with the people found; infinite: not
        even in eight times the time promised.
    more_agents : int or None
        Agents more at the tier with which it is met; None: no number is enough.
    tier : str or None
    """

    name: str
    target: float
    met: float
    met_with_plenty: float
    within: float
    enough_min: float
    more_agents: int | None
    tier: str | None

    @property
    def told(self) -> str:
        """In a planner's words."""
        time = show_duration(self.within)
        ways = []
        if self.more_agents:
            where = f" at tier {self.tier}" if self.tier else ""
            ways.append(f"about {self.more_agents} more agents{where}")
        if math.isfinite(self.enough_min) and self.enough_min > self.within:
            ways.append(f"a time of {show_duration(round(self.enough_min))}")
        if self.met < self.target:
            ways.append(f"a share of {math.floor(1000 * self.met) / 10:.1f} %")
        text = f"{self.name}: {self.met:.1%} within {time}, {self.target:.0%} asked for. "
        if self.met >= self.target:
            text += "It holds in the runs seen, but with too little to spare for a proof. "
        elif self.more_agents is None:
            text += (
                f"No number of people is enough ({self.met_with_plenty:.1%} with "
                f"{_PLENTY} times as many): the sites are too far or what comes before takes too "
                "long. "
            )
        return text + (f"Enough would be {' or '.join(ways)}." if ways else "")


def shortfalls(staffed: Staffed, options: ProofOptions) -> tuple[Shortfall, ...]:
    """Explain every promise that the plan's staffing falls short of, as planned."""
    above = np.minimum(staffed.fit_slack, staffed.screen_slack)
    rows = [
        row
        for row, slack in zip(staffed.rows, above, strict=True)
        if isinstance(row, Requirement) and slack < 0 and not row.variant
    ]
    return tuple(_explain(staffed, rows, options)) if rows else ()


def _explain(
    staffed: Staffed, rows: Sequence[Requirement], options: ProofOptions
) -> Iterator[Shortfall]:
    counts = staffed.counts
    plenty = np.where(counts > 0, _PLENTY * counts + 2, 0)
    found = _shares(staffed.network, counts, rows, options)
    most = _shares(staffed.network, plenty, rows, options)
    for number, row in enumerate(rows):
        within = row.promise.within
        more = None
        if most[number, 0] >= row.target:
            more = _agents_needed(staffed.network, counts, row, options)
        yield Shortfall(
            row.name,
            row.target,
            float(found[number, 0]),
            float(most[number, 0]),
            within,
            _time_needed(found[number], row.target) * within,
            more,
            row.promise.tier,
        )


def _shares(
    network: Network, counts: Ints, rows: Sequence[Requirement], options: ProofOptions
) -> NDArray[np.float64]:
    """Share met of each row within each multiple of its time (rows, times)."""
    ladder = tuple(_with_time(row, time, k) for k, row in enumerate(rows) for time in _TIMES)
    block: Block = options.blocks.fitting.part(_RUNS)
    result = simulate(
        replace(with_counts(network, counts), promises=ladder),
        replications=block.count,
        first=block.first,
        seed=options.seed,
        horizon=options.window.end,
        warm_up=options.window.start,
        drain=options.window.horizon - options.window.end,
        workers=options.workers,
        allow_overload=True,
    )
    return np.array([one.estimate for one in result.promises]).reshape(len(rows), len(_TIMES))


def _with_time(row: Requirement, time: float, number: int) -> Promise:
    """The promise of a row with another time, as an average over its area."""
    promise = row.promise
    return promise.model_copy(
        update={
            "promise_id": f"{promise.promise_id}_{number}_{time:g}",
            "within": promise.within * time,
            "area": row.area or promise.area,
            "form": Form.AVERAGE,
            "floor": None,
        }
    )


def _time_needed(shares: NDArray[np.float64], target: float) -> float:
    """Multiple of the time at which a share is reached, between those looked at in proportion."""
    reached = np.flatnonzero(shares >= target)
    if not len(reached):
        return math.inf
    at = int(reached[0])
    if at == 0:
        return 1.0
    (low, high), (before, after) = _TIMES[at - 1 : at + 1], shares[at - 1 : at + 1]
    return float(low + (high - low) * (target - before) / max(after - before, 1e-12))


def _agents_needed(
    network: Network, counts: Ints, row: Requirement, options: ProofOptions
) -> int | None:
    """Least number more at the tier, spread over its pools in proportion, that is enough."""
    tier_of = {site.site_id: site.tier for site in network.sites}
    there = np.array([row.tier in (None, tier_of[pool.site]) for pool in network.pools])
    there &= counts > 0

    def enough(factor: float) -> bool:
        shares = _shares(network, _scaled(counts, there, factor), [row], options)
        return bool(shares[0, 0] >= row.target)

    low, high = 1.0, float(_PLENTY)
    if not enough(high):
        return None
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return int((_scaled(counts, there, high) - counts).sum())


def _scaled(counts: Ints, there: NDArray[np.bool_], factor: float) -> Ints:
    """Counts of some pools multiplied, rounded so that their total is as asked."""
    exact = counts[there] * factor
    whole = np.floor(exact).astype(np.int64)
    rest = round(float(exact.sum())) - int(whole.sum())
    order = np.argsort(whole - exact, kind="stable")
    whole[order[:rest]] += 1
    result = counts.copy()
    result[there] = whole
    return result
