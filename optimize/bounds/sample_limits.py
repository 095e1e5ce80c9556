"""What the sample must keep, relaxed: shares of promises, guards against today's figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.model import Network
from optimize.bounds.sample_visits import Asked, Joined, must_hold
from optimize.staffing.guards import figures, guards_of
from sim.kpis import Window
from sim.result import Result

Floats = NDArray[np.float64]

_BOUNDED = ("queue_length", "visit_abandoned")
"""Guarded figures that the program knows."""


@dataclass(frozen=True)
class Guarded:
    """What a tier's guards allow, already relaxed; infinite: anything.

    Parameters
    ----------
    waiting : float
        Mean number.
    lost_share : float
        Of the visits that joined.
    """

    waiting: float = np.inf
    lost_share: float = np.inf


@dataclass(frozen=True)
class Relaxed:
    """Limits with their standard errors taken off.

    Parameters
    ----------
    shares : mapping of tier to float array (rows,)
        Least shares met of visits at the tier.
    guarded : mapping of tier to Guarded
    rows : int
        Promises, floors and guards that were relaxed together.
    z : float
        Standard errors by which each was.
    """

    shares: Mapping[str, Floats]
    guarded: Mapping[str, Guarded]
    rows: int
    z: float


def relax(
    network: Network,
    rows: Sequence[Asked],
    pieces: Sequence[Joined],
    plan: Result,
    today: Result | None,
    window: Window,
    used: Mapping[str, tuple[int, float]],
    alpha: float,
    worse: float,
) -> Relaxed:
    """Take z(alpha / m) standard errors off every limit (Bonferroni over the m rows).

    Parameters
    ----------
    network : Network
    rows : sequence of Asked
    pieces : sequence of Joined
        Of each replication played, cut into equal pieces.
    plan, today : Result
        On the same replications; without ``today`` there are no guards.
    window : Window
    used : mapping of tier to (int, float)
        Replications in the sample, and minutes of each.
    alpha, worse : float
    """
    before = [] if today is None else today.kpis_by_replication
    found = () if today is None else guards_of(today.network, before, window, worse)
    guards = [one for one in found if one.tier in used and one.kpi in _BOUNDED]
    count = sum(map(must_hold, rows)) + len(guards)
    z = _normal(1 - alpha / max(count, 1))
    piece = min(int(one.chunk.max(initial=0)) for one in pieces) + 1
    shares = {}
    for tier, (runs, minutes) in used.items():
        many = runs * minutes / (window.minutes / piece)
        shares[tier] = np.array([row.share for row in rows]) - z * _errors(pieces, piece, many)
    was, now = figures(guards, before), figures(guards, plan.kpis_by_replication)
    limits: dict[str, dict[str, float]] = {}
    for k, guard in enumerate(guards):
        tier = guard.tier or ""
        runs, minutes = used[tier]
        allowed = guard.allowed(was[:, k])
        error = (allowed - now[:, k]).std(ddof=1) if len(allowed) > 1 else np.inf
        error /= np.sqrt(runs * minutes / window.minutes)
        mine = limits.setdefault(tier, {})
        mine[guard.kpi] = float(allowed[:runs].mean() + z * error)
    guarded = {
        tier: Guarded(one.get("queue_length", np.inf), one.get("visit_abandoned", np.inf))
        for tier, one in limits.items()
    }
    return Relaxed(shares, guarded, count, z)


def _errors(runs: Sequence[Joined], pieces: int, many: float) -> Floats:
    """Standard errors of the shares met over so many pieces (rows,): residuals of a ratio."""
    parts = [one.of(one.chunk == k) for one in runs for k in range(pieces)]
    met = np.array([one.met.sum(axis=0) for one in parts], dtype=np.float64)
    due = np.array([(~np.isnan(one.deadline)).sum(axis=0) for one in parts], dtype=np.float64)
    total = np.maximum(due.sum(axis=0), 1.0)
    share, mean = met.sum(axis=0) / total, np.maximum(due.mean(axis=0), 1e-9)
    spread = (met - share * due).std(axis=0, ddof=1) if len(parts) > 1 else np.zeros(len(share))
    least = 0.5 / total
    return np.asarray(np.maximum(spread / mean, least) / np.sqrt(many))


def _normal(share: float) -> float:
    from scipy.special import ndtri

    return float(ndtri(share))
