"""Groups of requests and visits: the values of all dimensions, numbered through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.kpi import BY_NAME
from network.model import Network
from network.quantity import HOURS_PER_WEEK

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Codes = NDArray[np.integer]
Block = tuple[str, str, tuple[str, ...], Floats]
"""KPI, dimension, keys, values."""

DIMENSIONS = (
    "total", "class", "segment", "channel", "region", "area", "zone", "hour",
    "tier", "site", "tier_region",
)  # fmt: skip
"""All dimensions of requests and visits; from "tier" on, of visits only."""
OF_REQUESTS = DIMENSIONS.index("tier")

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
HOUR_KEYS = tuple(f"{_DAYS[h // 24]} {h % 24:02d}" for h in range(HOURS_PER_WEEK))


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of all dimensions, numbered through.

    A dimension in which all requests are in one group shares the number of the total.

    Parameters
    ----------
    keys : dict of str to tuple of str
        Names of the groups by dimension.
    first : dict of str to int
        Number of the first group of each dimension.
    size : int
        Groups, with the last one that stands for none (a delay has no tier).
    zone_region, zone_area : int array (zones,)
        Position among the keys.
    dimensions : tuple of str
        Those that are counted.
    """

    keys: dict[str, tuple[str, ...]]
    first: dict[str, int]
    size: int
    zone_region: Ints
    zone_area: Ints
    dimensions: tuple[str, ...] = DIMENSIONS

    def axes(self, dimensions: tuple[str, ...] = DIMENSIONS) -> list[str]:
        """The total and those of the dimensions that have numbers of their own."""
        return [name for name in dimensions if name == "total" or self.first[name] > 0]

    def by(self, dimension: str, values: Floats) -> Floats:
        """The values of the groups of a dimension.

        Parameters
        ----------
        values : float array (groups,)
        """
        first = self.first[dimension]
        return values[first : first + len(self.keys[dimension])]

    def blocks(self, figures: Mapping[str, Floats]) -> Iterator[Block]:
        """Figures by every counted dimension that they are reported by.

        Parameters
        ----------
        figures : mapping of str to float array (groups,)
            By name in the registry.
        """
        names = {name: None for kpi in figures for name in BY_NAME[kpi].dimensions}
        for name in names:
            for kpi, values in figures.items():
                if name in BY_NAME[kpi].dimensions and name in self.dimensions:
                    yield kpi, name, self.keys[name], self.by(name, values)


def number_groups(network: Network, dimensions: tuple[str, ...] = DIMENSIONS) -> Groups:
    """Number the groups of a network, of some dimensions or all."""
    regions, zone_region = _coded(network.zones.region)
    areas, zone_area = _coded(network.zones.area)
    tiers = tuple(tier.tier_id for tier in network.tiers)
    keys = {
        "total": ("all",),
        "class": tuple(one.class_id for one in network.classes),
        "segment": tuple(segment.segment_id for segment in network.segments),
        "channel": tuple(channel.channel_id for channel in network.channels),
        "region": regions,
        "area": areas,
        "zone": network.zones.zone_id,
        "hour": HOUR_KEYS,
        "tier": tiers,
        "site": tuple(site.site_id for site in network.sites),
        "tier_region": tuple(f"{tier}|{region}" for tier in tiers for region in regions),
    }
    first, size = {"total": 0}, 1
    for number, name in enumerate(DIMENSIONS[1:], start=1):
        shares_total = number < OF_REQUESTS and len(keys[name]) == 1
        apart = name in dimensions and not shares_total
        first[name] = size if apart else 0
        size += len(keys[name]) if apart else 0
    return Groups(keys, first, size + 1, zone_region, zone_area, dimensions)


def _coded(labels: tuple[str, ...]) -> tuple[tuple[str, ...], Ints]:
    """Sorted names, and the position of each label among them."""
    names = sorted(set(labels))
    position = {name: number for number, name in enumerate(names)}
    return tuple(names), np.array([position[label] for label in labels], dtype=np.int64)


def sums(code: Codes, values: Floats, size: int) -> Floats:
    """Sum of the values of each code from 0 to ``size - 1``, in the order of the rows."""
    return np.bincount(code, values, size).astype(np.float64)


def ratio(part: Floats | Ints, whole: Floats | Ints) -> Floats:
    """``part / whole``; NaN where the whole is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(whole > 0, part / whole, np.nan)
