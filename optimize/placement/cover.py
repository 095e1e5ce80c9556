"""Which sites cover which zone, as sparse rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.travel import Metric
from network.travel_time import EARTH_RADIUS_KM, distance_km

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_SLACK = 1e-9


@dataclass(frozen=True, slots=True)
class Cover:
    """Sites of zone i are ``site[first[i]:first[i + 1]]``, ascending.

    Parameters
    ----------
    first : int array (zones + 1,)
    site : int array (pairs,)
    site_count : int
    """

    first: Ints
    site: Ints
    site_count: int

    @property
    def zone(self) -> Ints:
        """Zone of each pair."""
        return np.repeat(np.arange(len(self.first) - 1), np.diff(self.first))

    @property
    def uncoverable(self) -> Ints:
        """Zones that no site covers."""
        return np.flatnonzero(np.diff(self.first) == 0)

    def covered_by(self, open_sites: Bools) -> Ints:
        """How many of the open sites cover each zone (zones,)."""
        return np.bincount(
            self.zone, weights=open_sites[self.site], minlength=len(self.first) - 1
        ).astype(np.int64)


def cover_from_matrix(travel: Floats, radius: float, usable: Bools) -> Cover:
    """Cover of a dense matrix (zones, sites); a pair exactly at the radius is covered.

    Examples
    --------
    >>> cover = cover_from_matrix(np.array([[1.0, 5.0], [7.0, 5.0]]), 5.0, np.ones(2, bool))
    >>> cover.first, cover.site
    (array([0, 2, 3]), array([0, 1, 1]))
    """
    near = (travel <= radius) & usable
    zone, site = np.nonzero(near)
    first = np.concatenate([[0], np.cumsum(np.bincount(zone, minlength=len(travel)))])
    return Cover(first.astype(np.int64), site.astype(np.int64), travel.shape[1])


def cover_from_points(
    zones: Floats, sites: Floats, radius: float, metric: Metric, usable: Bools
) -> Cover:
    """Cover of positions, by a k-d tree: no dense matrix is made.

    Positions on the sphere become points in space, where nearness is by the chord; pairs
    near the radius are then judged by the metric itself.
    """
    from scipy.spatial import cKDTree

    kept = np.flatnonzero(usable)
    power = 1 if metric is Metric.MANHATTAN else 2
    reach = radius
    places = [zones, sites[kept]]
    if metric is Metric.GREAT_CIRCLE:
        places = [_on_sphere(points) for points in places]
        reach = 2 * EARTH_RADIUS_KM * np.sin(min(radius / (2 * EARTH_RADIUS_KM), np.pi / 2))
    tree, targets = cKDTree(places[0]), cKDTree(places[1])
    pairs = tree.sparse_distance_matrix(
        targets, reach * (1 + _SLACK) + _SLACK, p=power, output_type="coo_matrix"
    )
    zone, column = pairs.row.astype(np.int64), pairs.col.astype(np.int64)
    doubtful = np.flatnonzero(pairs.data >= reach * (1 - _SLACK) - _SLACK)
    keep = np.ones(len(zone), dtype=np.bool_)
    for k in doubtful.tolist():
        i, j = zone[k], kept[column[k]]
        keep[k] = distance_km(metric, zones[i : i + 1], sites[j : j + 1])[0, 0] <= radius
    zone, site = zone[keep], kept[column[keep]]
    order = np.lexsort((site, zone))
    first = np.concatenate([[0], np.cumsum(np.bincount(zone, minlength=len(zones)))])
    return Cover(first.astype(np.int64), site[order], len(sites))


def _on_sphere(points: Floats) -> Floats:
    """Degrees (latitude, longitude) as points in space, km."""
    lat, lon = np.radians(points).T
    return EARTH_RADIUS_KM * np.column_stack(
        [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)]
    )
