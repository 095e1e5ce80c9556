"""The triangle in which a sum of differences is still undecided.

A difference of mean ``d`` and variance ``S**2`` (from the first ``n0`` replications) is
summed up replication by replication. While the sum of r of them lies within

    +- (a - delta r / 2),    a = h**2 S**2 / (2 delta),    h**2 = 2 eta (n0 - 1)

nothing is decided; the triangle closes at r = h**2 S**2 / delta**2 at the latest.

References
----------
Kim and Nelson (2001), A fully sequential procedure for indifference-zone selection in
simulation, ACM TOMACS 11(3), with c = 1; Fabian (1974), Note on Anderson's sequential
procedures with triangular boundary.
"""

from __future__ import annotations

import math
from enum import StrEnum


class Guarantee(StrEnum):
    """What a selection promises.

    ``good``: with the confidence asked for, the chosen one is within the indifference zone
    of the best, however the others lie. ``correct``: with that confidence it *is* the best,
    provided the best is better than all others by the indifference zone (Kim and Nelson's
    own; nothing is promised otherwise).
    """

    GOOD = "good"
    CORRECT = "correct"


def h_squared(error: float, first: int, *, one_look: bool = False) -> float:
    """The constant ``h**2`` with which a wrong side is left with chance ``error`` at most.

    Parameters
    ----------
    error : float
        Of this one comparison, below 1 / 2.
    first : int
        Replications from which the variance is estimated, >= 2.
    one_look : bool
        The comparison ends when the triangle is left, so that the chance is half of that of
        ever crossing one line (Fabian). Else it bounds crossing the line at any time.

    Examples
    --------
    >>> round(h_squared(0.05, 10, one_look=True), 2)  # eta 0.334 of Kim and Nelson's table
    6.01
    """
    tail = (2 if one_look else 1) * error
    eta = 0.5 * (math.pow(tail, -2 / (first - 1)) - 1)
    return 2 * eta * (first - 1)
