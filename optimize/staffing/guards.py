"""Guards: what no promise names may not get worse than it is today, beyond a stated margin.

A search for the cheapest staff that keeps the promises starves whatever they do not name: a
promise that 80 % are answered within 30 s says nothing of the other fifth. A guard compares the
plan with today's network on the same requests: mean number waiting and share that gives up, tier
by tier, and share of requests that no able site can serve. It is tested like a promise (a paired
non-inferiority test).

References
----------
Blackwelder (1982), "Proving the null hypothesis" in clinical trials, Controlled Clinical
Trials 3 (non-inferiority with a margin).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.model import Network
from sim.kpis import Kpis, Window

Floats = NDArray[np.float64]

GRACE_MIN = 1.0
"""Minutes of mean wait that are never worse, however short today's is."""
GRACE_SHARE = 0.001
"""Share of visits given up, or of requests not served, that is never worse."""
_TITLES = {
    "queue_length": "Mean number waiting, {}",
    "visit_abandoned": "Gave up, {}",
    "unserved": "No able site in reach",
}


@dataclass(frozen=True, slots=True)
class Guard:
    """A figure that may exceed today's by a stated part at most.

    Parameters
    ----------
    kpi : str
        ``queue_length``, ``visit_abandoned`` or ``unserved``.
    tier : str or None
        None: of the whole network.
    worse : float
        Part of today's figure by which the plan's may be higher.
    grace : float
        What it may be higher in any case, in the figure's unit.
    scale : float
        Today's allowed figure, mean over runs: shortfalls are told as parts of it.
    """

    kpi: str
    tier: str | None
    worse: float
    grace: float
    scale: float

    @property
    def name(self) -> str:
        """With the tier by its id."""
        return self.told(self.tier or "")

    def told(self, tier: str) -> str:
        """As shown to people, with the name of its tier."""
        return _TITLES[self.kpi].format(tier)

    @property
    def place(self) -> tuple[str, str, str]:
        """Figure, dimension and key in the index of key figures."""
        return (self.kpi, "total", "all") if self.tier is None else (self.kpi, "tier", self.tier)

    @property
    def target(self) -> float:
        """The allowed figure, mean over runs of today's network."""
        return self.scale

    def allowed(self, today: Floats) -> Floats:
        """Most that is allowed, run by run (replications,)."""
        return today * (1 + self.worse) + self.grace

    def inside(self, today: Floats, plan: Floats) -> Floats:
        """How far the plan stays below what is allowed, as parts of the scale."""
        return (self.allowed(today) - plan) / self.scale


def guards_of(
    network: Network, kpis: Sequence[Kpis], window: Window, worse: float
) -> tuple[Guard, ...]:
    """Guards of every tier at which anybody is served today, and of the whole network.

    Parameters
    ----------
    network : Network
        As it is today.
    kpis : sequence of Kpis
        Of its runs.
    window : Window
    worse : float
        Part of today's figures by which the plan's may be higher.
    """
    guards = []
    for tier in network.tiers:
        name = tier.tier_id
        served = _mean(kpis, "served", "tier", name)
        if served > 0:
            waiting = served / window.minutes * GRACE_MIN  # Little: L = arrival rate x wait
            for kpi, grace in (("queue_length", waiting), ("visit_abandoned", GRACE_SHARE)):
                scale = _mean(kpis, kpi, "tier", name) * (1 + worse) + grace
                guards.append(Guard(kpi, name, worse, grace, scale))
    scale = _mean(kpis, "unserved", "total", "all") * (1 + worse) + GRACE_SHARE
    return (*guards, Guard("unserved", None, worse, GRACE_SHARE, scale))


def figures(guards: Sequence[Guard], kpis: Sequence[Kpis]) -> Floats:
    """The guarded figures (replications, guards); nothing seen counts as 0."""
    if not guards or not kpis:
        return np.zeros((len(kpis), len(guards)))
    index = kpis[0].index
    places = [index.position(*guard.place) for guard in guards]
    found = np.array([one.values[places] for one in kpis], dtype=np.float64)
    return np.where(np.isnan(found), 0.0, found)


def margins(guards: Sequence[Guard], today: Floats, plan: Floats) -> Floats:
    """How far inside every guard each run is (replications, guards)."""
    inside = [guard.inside(today[:, k], plan[:, k]) for k, guard in enumerate(guards)]
    return np.array(inside, dtype=np.float64).reshape(len(guards), len(plan)).T


def _mean(kpis: Sequence[Kpis], kpi: str, dimension: str, key: str) -> float:
    place = kpis[0].index.position(kpi, dimension, key)
    return float(np.nan_to_num([one.values[place] for one in kpis], nan=0.0).mean())
