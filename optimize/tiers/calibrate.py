"""Hold the formula for waits against a simulation of today's network.

The queueing formula knows neither help between sites nor how regular jobs are, so it expects more
late requests than there are. One factor per promise puts that right: late requests simulated
by late requests predicted, both of today's network.
"""

from __future__ import annotations

import math
from dataclasses import replace

from network.model import Network
from optimize.tiers.divide import parts_of
from optimize.tiers.options import TierOptions
from optimize.tiers.outcome import today_of, ways_of
from optimize.tiers.streams import streams_of

LEAST, MOST = 0.25, 4.0
"""Factors beyond these say that the formula does not fit, and are cut."""


def calibrated(
    network: Network,
    options: TierOptions | None = None,
    *,
    replications: int = 20,
    seed: int = 0,
    horizon: str = "84d",
    warm_up: str = "28d",
) -> TierOptions:
    """Options with `TierOptions.miss_factor` from a simulation of today's network.

    Parameters
    ----------
    network : Network
    options : TierOptions, optional
    replications, seed, horizon, warm_up
        Of the simulation.

    Returns
    -------
    TierOptions
        A promise that nobody missed in the simulation gets the least factor.
    """
    from sim.api import simulate

    options = replace(options or TierOptions(), miss_factor={})
    result = simulate(
        network, replications=replications, seed=seed, horizon=horizon, warm_up=warm_up
    )
    simulated = {one.promise.promise_id: one.estimate for one in result.promises}
    kept: dict[str, float] = {}
    asked: dict[str, float] = {}
    for part in parts_of(network, streams_of(network, days=options.demand_days), options):
        _, outcome = today_of(part, ways_of(part))
        for one in outcome.promises:
            if one.area is None:
                kept[one.promise_id] = kept.get(one.promise_id, 0.0) + one.share * one.requests
                asked[one.promise_id] = asked.get(one.promise_id, 0.0) + one.requests
    of_month = {p.promise_id: p for p in network.promises if p.gamma and p.form == "every_month"}
    factors = {}
    for name, requests in asked.items():
        share = simulated.get(name, float("nan"))
        twin = next(
            (
                p.promise_id
                for p in network.promises
                if name in of_month and p.promise_id != name and _same(p, of_month[name])
            ),
            None,
        )
        if name in of_month:  # its estimate is a share of months; the average twin's is meant
            share = simulated.get(twin, float("nan")) if twin else float("nan")
        missed = 1 - kept[name] / requests
        if math.isfinite(share) and missed > 0:
            factors[name] = min(max((1 - share) / missed, LEAST), MOST)
    return replace(options, miss_factor=factors)


def _same(one: object, other: object) -> bool:
    """Whether two promises count the same requests against the same time."""
    names = ("measure", "tier", "region", "area", "segment", "class_id", "within", "clock")
    return all(getattr(one, name) == getattr(other, name) for name in names)
