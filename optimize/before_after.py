"""What a plan changes: both networks simulated on the same requests, and laid side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.model import Network
from network.places import TierKind
from network.travel_time import distance_km, site_positions
from sim.api import draw_samples, simulate
from sim.kpis import Window
from sim.paired import Paired, paired_differences, promise_differences
from sim.result import Result

Floats = NDArray[np.float64]

COVERED = 0.9
"""Part of the installed base that lies within the cover radius."""


@dataclass(frozen=True)
class BeforeAfter:
    """Two networks on the same requests.

    Parameters
    ----------
    before, after : Result
    paired : Paired
        Differences of every figure that both have.
    promises : Paired
        Differences of the shares in which promises are kept.
    """

    before: Result
    after: Result
    paired: Paired
    promises: Paired

    @property
    def regions(self) -> tuple[RegionChange, ...]:
        """Sites, cover and response by placed tier and region, before and after."""
        network = self.after.network
        tiers = [t.tier_id for t in network.tiers if t.kind is not TierKind.REMOTE]
        names = sorted({*network.zones.region})
        return tuple(self._region(tier, name) for tier in tiers for name in names)

    def _region(self, tier: str, region: str) -> RegionChange:
        networks = self.before.network, self.after.network
        counts = [len(_open_sites(network, tier, region)) for network in networks]
        covers = [cover_radius_km(network, tier, region) for network in networks]
        found = self.paired.row("response_mean", "tier_region", f"{tier}|{region}")
        return RegionChange(tier, region, (counts[0], counts[1]), (covers[0], covers[1]), found)


@dataclass(frozen=True, slots=True)
class RegionChange:
    """A tier in a region, before and after.

    Parameters
    ----------
    tier, region : str
    sites : tuple of 2 int
        Open sites that lie in the region.
    cover_km : tuple of 2 float
    response : dict
        Mean response in minutes: before, after, difference, lower, upper.
    """

    tier: str
    region: str
    sites: tuple[int, int]
    cover_km: tuple[float, float]
    response: dict[str, float]


def simulate_both(
    before: Network,
    after: Network,
    window: Window,
    *,
    seed: int,
    replications: int,
    workers: int | None = None,
) -> BeforeAfter:
    """Simulate two networks on tables that are drawn once."""
    samples = draw_samples(before, seed=seed, replications=replications, horizon=window.end)
    results = [
        simulate(
            network,
            replications=replications,
            seed=seed,
            horizon=window.end,
            warm_up=window.start,
            drain=window.horizon - window.end,
            workers=workers,
            samples=samples,
            allow_overload=True,
        )
        for network in (before, after)
    ]
    return compare(*results)


def compare(before: Result, after: Result) -> BeforeAfter:
    """Lay two results on the same requests side by side."""
    return BeforeAfter(
        before, after, paired_differences(before, after), promise_differences(before, after)
    )


def cover_radius_km(network: Network, tier: str, region: str) -> float:
    """Radius around the open sites of a tier in which 90 % of a region's installed base lies.

    Straight kilometres to the nearest open site, wherever it stands; NaN without sites or
    positions.
    """
    open_sites = np.array(
        [s.status.is_open and s.tier == tier for s in network.sites], dtype=np.bool_
    )
    inside = np.array([name == region for name in network.zones.region], dtype=np.bool_)
    base = network.zones.installed_base[inside]
    if not open_sites.any() or base.sum() <= 0:
        return float("nan")
    places = site_positions(network)[open_sites]
    km = distance_km(network.travel.metric, network.zones.position[inside], places).min(axis=1)
    order = np.argsort(km)
    share = np.cumsum(base[order]) / base.sum()
    return float(km[order][np.searchsorted(share, COVERED - 1e-12)])


def _open_sites(network: Network, tier: str, region: str) -> Sequence[str]:
    """Open sites of a tier whose nearest zone lies in a region."""
    rows = [n for n, s in enumerate(network.sites) if s.tier == tier and s.status.is_open]
    places = site_positions(network)[rows]
    km = distance_km(network.travel.metric, places, network.zones.position)
    return [
        network.sites[row].site_id
        for row, zone in zip(rows, km.argmin(axis=1).tolist(), strict=True)
        if network.zones.region[zone] == region
    ]
