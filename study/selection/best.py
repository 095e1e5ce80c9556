"""The cheapest of some alternatives by paired differences, dropped one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from study.selection.boundary import Guarantee, h_squared
from study.selection.observations import BudgetSpent, Seen

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Round:
    """A look after which fewer alternatives were left.

    Parameters
    ----------
    replications : int
        Of each alternative that was still in.
    dropped, survivors : tuple of str
    """

    replications: int
    dropped: tuple[str, ...]
    survivors: tuple[str, ...]


def choose(
    seen: Seen,
    among: Sequence[str],
    *,
    within: float,
    each: float,
    first: int,
    guarantee: Guarantee = Guarantee.GOOD,
) -> tuple[str, bool, list[Round]]:
    """Choose the alternative of least mean cost.

    Every pair has the variance of its *own* paired differences, from the first
    replications; common random numbers make it small, and sampling short.

    Kim and Nelson drop what lies beyond ``a / r - delta / 2`` above any other. That finds
    the best if it stands out by delta; if it does not, the best may fall to a near one that
    later falls to a bad one. For a *good* choice whatever the means are, we keep their
    boundary for the end (the leader is beyond it from all that are left), but drop only
    beyond ``a / r + delta / 2``. But for the chance ``each`` per l, for all r and l,

        mean_b(r) - mean_l(r) < mu_b - mu_l + a_bl / r + delta / 2

    (b the best; a Brownian motion stays under a line), so that b is never dropped, and the
    leader m, beyond the boundary from b, has ``mu_m - mu_b < delta``.

    Parameters
    ----------
    seen : Seen
    among : sequence of str
        The alternatives that may be chosen.
    within : float
        Indifference zone delta, money > 0.
    each : float
        Error of one comparison, at most. Bonferroni: the error of the whole divided by the
        other alternatives (k - 1), or by all pairs if ``among`` was itself found by chance,
        since then any of them may be its best.
    first : int
        Replications from which variances are estimated, >= 2.
    guarantee : Guarantee

    Returns
    -------
    chosen : str
        The leader.
    decided : bool
        False if the budget ended before.
    rounds : list of Round

    References
    ----------
    Kim and Nelson (2001), A fully sequential procedure for indifference-zone selection in
    simulation, ACM TOMACS 11(3); Eckman and Henderson (2021), Fixed-confidence,
    fixed-tolerance guarantees for ranking-and-selection procedures, ACM TOMACS 31(2):
    good against correct selection.
    """
    left = sorted(among)
    if len(left) == 1:
        return left[0], True, []
    good = guarantee is Guarantee.GOOD
    h2 = h_squared(each, first, one_look=not good)
    rounds: list[Round] = []
    n, leader = first, left[0]
    a = np.zeros((0, 0))
    while True:
        try:
            costs = np.array([seen.cost(name, n) for name in left])
        except BudgetSpent:
            return leader, False, rounds
        if n == first:
            a = h2 * _pair_variances(costs) / (2 * within)
        means = costs.mean(axis=1)
        apart = means[:, None] - means[None, :]
        line = a / n + (within / 2 if good else -within / 2)
        # nobody is behind himself or by nothing, so that the cheapest always stays
        out = ((apart > 0) & (apart > line)).any(axis=1)
        best = int(np.argmin(means))  # of equals the first by name, in any order of input
        leader = left[best]
        beyond = means - means[best] >= a[best] / n - within / 2
        beyond[best] = True
        if (out | beyond).all():
            out = np.arange(len(left)) != best
        if out.any():
            fallen = tuple(name for name, gone in zip(left, out, strict=True) if gone)
            left = [name for name, gone in zip(left, out, strict=True) if not gone]
            a = a[np.ix_(~out, ~out)]
            rounds.append(Round(n, fallen, tuple(left)))
        if len(left) == 1:
            return leader, True, rounds
        n += 1


def _pair_variances(costs: Floats) -> Floats:
    """Variance of the paired difference of every two rows (alternatives, alternatives)."""
    return np.array([[float(np.var(one - two, ddof=1)) for two in costs] for one in costs])
