"""Is it the same workload? Mean waits by tier and lost customers, engines against a peer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers.plain_tables import Served
from benchmarks.speed.tables import Tables
from network.tables import Outcomes, VisitStatus

_BATCHES = 20
_SIGMAS = 3.0


@dataclass(frozen=True, slots=True)
class Queues:
    """Visits that left a queue, in the order in which they left it.

    Parameters
    ----------
    tier : int array (v,)
    wait : float array (v,)
        Minutes; NaN: lost.
    """

    tier: NDArray[np.int64]
    wait: NDArray[np.float64]

    def mean(self, tier: int) -> float:
        """Mean wait of those served."""
        return float(np.nanmean(self.wait[self.tier == tier]))

    def error(self, tier: int) -> float:
        """Standard error of the mean, from batches."""
        batches = np.array_split(self.wait[self.tier == tier], _BATCHES)
        return float(np.std([np.nanmean(batch) for batch in batches], ddof=1) / _BATCHES**0.5)

    @property
    def lost(self) -> float:
        """Share of the visits."""
        return float(np.isnan(self.wait).mean())


def of_engine(tables: Tables, outcomes: Outcomes) -> Queues:
    """Ended visits of an engine."""
    rows = outcomes.visits
    left = (VisitStatus.RESOLVED, VisitStatus.UNRESOLVED, VisitStatus.ABANDONED)
    rows = rows[np.isin(rows["status"], left)]
    rows = rows[np.argsort(rows["end"], kind="stable")]
    wait = np.where(rows["status"] == VisitStatus.ABANDONED, np.nan, rows["start"] - rows["joined"])
    return Queues(tables.layout.sites.tier[rows["site"]], wait)


def of_peer(tables: Tables, served: Sequence[Served]) -> Queues:
    """Ended visits of a peer."""
    site = np.array([visit.site for visit in served])
    wait = np.array([np.nan if visit.lost else visit.wait for visit in served])
    return Queues(tables.layout.sites.tier[site], wait)


def compare(name: str, tables: Tables, outcomes: Outcomes, served: Sequence[Served]) -> str:
    """A sentence that says whether a peer has played the same workload."""
    ours, theirs = of_engine(tables, outcomes), of_peer(tables, served)
    tiers = range(len(tables.network.tiers))
    apart = [abs(ours.mean(k) - theirs.mean(k)) > _SIGMAS * max(ours.error(k), 1e-9) for k in tiers]
    limit = f"{_SIGMAS:g} standard errors"
    verdict = f"{'some tier' if any(apart) else 'none'} differs by over {limit}"
    waits = ", ".join(
        f"{tables.network.tiers[k].tier_id} {ours.mean(k):.2f} and {theirs.mean(k):.2f} min"
        for k in tiers
    )
    return (
        f"Engines and {name}, {tables.requests:,} requests: mean waits at {waits}; "
        f"abandoned {ours.lost:.2%} and {theirs.lost:.2%} of the visits: {verdict}."
    )
