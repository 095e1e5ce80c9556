"""(11) Tiers without a choice of place: one pool for all, nobody travels, what it loses returns.

Such a pool is outside the placement model: no site decision changes its work, so its cost is a
constant. Its load still is of interest, because callers who give up and call again add to it.
"""

from __future__ import annotations

from network.queueing.abandonment import erlang_a


def returning_load(
    calls_per_h: float,
    service_h: float,
    patience_h: float,
    agents: int,
    returning: float,
    *,
    tolerance: float = 1e-9,
) -> float:
    """Calls an hour when a part of those who give up calls again.

    The fixed point of lambda = lambda_0 + r lambda P(give up | lambda), by iteration from below:
    the right side grows with lambda more slowly than lambda itself, as r P < 1.

    Parameters
    ----------
    calls_per_h : float
        First calls.
    service_h, patience_h : float
        Mean service and patience.
    agents : int
    returning : float
        Part of those who give up that calls again, in [0, 1).
    tolerance : float
        Relative.

    References
    ----------
    Aguir, Karaesmen, Aksin, Chauvet (2004), The impact of retrials on call center performance.
    OR Spectrum 26, 353-376.

    Examples
    --------
    >>> round(returning_load(10.0, 0.5, 0.25, 4, 0.0), 3)
    10.0
    >>> 10.0 < returning_load(10.0, 0.5, 0.25, 4, 0.5) < 20.0
    True
    """
    if not 0 <= returning < 1:
        raise ValueError(f"returning: got {returning}; expected a share below 1")
    calls = calls_per_h
    while calls > 0:
        lost = erlang_a(calls, 1 / service_h, 1 / patience_h, agents).abandon_probability
        following = calls_per_h + returning * calls * lost
        if following - calls <= tolerance * calls:
            return following
        calls = following
    return calls
