"""Tiers of one site, whose people the sample bound tries one number after another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from network.model import Network
from network.people import EndOfShift
from optimize.bounds.level_program import LevelBound, level_bound
from optimize.bounds.level_tables import Bench
from optimize.bounds.sample_limits import Guarded, Relaxed
from optimize.bounds.sample_visits import Asked
from optimize.solver import Limits
from sim.kpis import Window
from sim.sample import Sample

Floats = NDArray[np.float64]


def level_bounds(
    network: Network,
    window: Window,
    samples: Sequence[Sample],
    rows: Sequence[Asked],
    relaxed: Relaxed,
    quick: Mapping[str, bool],
    limits: Limits,
) -> dict[str, LevelBound]:
    """Bounds by level tables, of the tiers that have one open site and few enough people.

    Parameters
    ----------
    network : Network
        Placed and staffed.
    window : Window
    samples : sequence of Sample
    rows : sequence of Asked
    relaxed : Relaxed
        For these samples.
    quick : mapping of tier to bool
        Whether the tier answers at once.
    limits : Limits
        For each tier.
    """
    found = {}
    for number, tier in enumerate(network.tiers):
        site = _only_site(network, tier.tier_id, quick[tier.tier_id])
        if site is None:
            continue
        mine = [k for k, row in enumerate(rows) if row.promise.tier == tier.tier_id]
        bench = Bench(network, number, window, tuple(rows[k] for k in mine), tuple(samples))
        bound = level_bound(
            bench,
            site,
            relaxed.shares[tier.tier_id][mine],
            relaxed.guarded.get(tier.tier_id, Guarded()),
            limits,
            quick=quick[tier.tier_id],
        )
        if bound is not None:
            found[tier.tier_id] = bound
    return found


def _only_site(network: Network, tier: str, quick: bool) -> str | None:
    """The one open site of a tier; None: there are others, or its people are not alike enough.

    Blocks of time are served by people whose duties are made for them: they finish their jobs.
    """
    sites = [site.site_id for site in network.sites if site.tier == tier and site.status.is_open]
    skilled = all(stage.skill for stage in network.stages if stage.tier == tier)
    finish = not quick or all(
        pool.end_of_shift is EndOfShift.FINISH for pool in network.pools if pool.site in sites
    )
    return sites[0] if len(sites) == 1 and skilled and finish else None
