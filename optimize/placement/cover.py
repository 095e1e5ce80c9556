"""Which sites cover which zone, as sparse rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.errors import Problem, ScenarioError
from network.travel import Metric
from network.travel_time import EARTH_RADIUS_KM, distance_km

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

MAX_PAIRS = 400_000_000
"""Most zone-site pairs of a cover (3.2 GB); beyond, the radius says almost nothing."""

_SLACK = 1e-9
_STRIP_PAIRS = 4_000_000


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
    """Cover of positions, strip by strip: no dense matrix is made.

    Zones lie in strips of about the same y (latitude), sorted by x (longitude); within a
    strip a site reaches a range of x. A pair exactly at the radius is covered: pairs near
    it are judged by the metric itself.

    Raises
    ------
    ScenarioError
        If more pairs are within the radius than fit in memory.

    Examples
    --------
    >>> zones, sites = np.array([[0.0, 0.0], [0.0, 3.0]]), np.array([[4.0, 3.0], [0.0, 1.0]])
    >>> cover = cover_from_points(zones, sites, 5.0, Metric.EUCLIDEAN, np.ones(2, bool))
    >>> cover.first, cover.site
    (array([0, 2, 4]), array([0, 1, 0, 1]))
    """
    kept = np.flatnonzero(usable)
    order, cuts = _strips(zones, len(kept), radius, metric)
    counts, columns, pairs = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], 0
    for low, high in zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True):
        count, column = _near(zones[order[low:high]], sites[kept], radius, metric)
        counts.append(count)
        columns.append(kept[column])
        pairs += len(column)
        if pairs > MAX_PAIRS:
            message = (
                f"{radius:g} covers more than {MAX_PAIRS:,} zone-site pairs; use a smaller one"
            )
            raise ScenarioError("the instance", [Problem("radius", message)])
    sorted_first = _sums(np.concatenate(counts))
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    length = np.diff(sorted_first)[rank]
    at = ranges(sorted_first[rank], length)
    return Cover(_sums(length), np.concatenate(columns)[at], len(sites))


def ranges(start: Ints, length: Ints) -> Ints:
    """All numbers of several ranges, one after the other.

    Examples
    --------
    >>> ranges(np.array([5, 0]), np.array([2, 3]))
    array([5, 6, 0, 1, 2])
    """
    before = _sums(length)
    return np.repeat(start - before[:-1], length) + np.arange(before[-1])


def _sums(length: Ints) -> Ints:
    """Sums of all that comes before, and of all: where rows of these lengths begin."""
    total = np.zeros(len(length) + 1, dtype=np.int64)
    np.cumsum(length, out=total[1:])
    return total


def _strips(zones: Floats, sites: int, radius: float, metric: Metric) -> tuple[Ints, Ints]:
    """Order zones by strip and x, and where strips begin in that order."""
    y, x = zones[:, 0], _around(zones[:, 1], metric)
    extent = max(float(np.ptp(y)), 1e-12)
    reach = np.degrees(radius / EARTH_RADIUS_KM) if metric is Metric.GREAT_CIRCLE else radius
    height = min(max(reach / 4, extent / np.sqrt(len(zones))), extent)
    strip = np.floor((y - y.min()) / height).astype(np.int64)
    order = np.lexsort((x, strip))
    starts = np.flatnonzero(np.diff(strip[order])) + 1
    most = max(1, _STRIP_PAIRS // max(1, sites))  # zones of a strip, for the memory
    cuts = np.concatenate([[0], starts, np.arange(0, len(zones), most), [len(zones)]])
    return order, np.unique(cuts)


def _near(zones: Floats, sites: Floats, radius: float, metric: Metric) -> tuple[Ints, Ints]:
    """How many sites are near each zone of a strip, and which, ascending."""
    from scipy.sparse import csc_array

    x, centre = _around(zones[:, 1], metric), _around(sites[:, 1], metric)
    width = _half_width(zones[:, 0], sites[:, 0], radius, metric)
    shifts = np.array([-360.0, 0.0, 360.0]) if metric is Metric.GREAT_CIRCLE else np.zeros(1)
    low = np.searchsorted(x, (centre - width)[:, None] + shifts, side="left")
    high = np.searchsorted(x, (centre + width)[:, None] + shifts, side="right")
    length = np.where((width >= 0)[:, None], high - low, 0)
    length[np.isinf(width)[:, None] & (shifts != 0.0)] = 0  # once is enough
    zone = ranges(low.ravel(), length.ravel())
    site = np.repeat(np.arange(len(sites)), length.sum(axis=1))
    keep = _within(zones, sites, zone, site, radius, metric)
    zone, site = zone[keep], site[keep]
    first = _sums(np.bincount(site, minlength=len(sites)))
    ones = np.ones(len(zone), dtype=np.int8)
    by_zone = csc_array((ones, zone, first), shape=(len(zones), len(sites))).tocsr()
    return np.diff(by_zone.indptr).astype(np.int64), by_zone.indices.astype(np.int64)


def _half_width(y: Floats, centre: Floats, radius: float, metric: Metric) -> Floats:
    """How far in x a site reaches within a strip; negative: not at all."""
    low, high = float(y.min()), float(y.max())
    apart = np.maximum(0.0, np.maximum(low - centre, centre - high))
    if metric is Metric.GREAT_CIRCLE:
        half = min(radius / (2 * EARTH_RADIUS_KM), np.pi / 2) * (1 + _SLACK) + _SLACK
        left = np.sin(min(half, np.pi / 2)) ** 2 - np.sin(np.radians(apart) / 2) ** 2
        narrowest = min(np.cos(np.radians(low)), np.cos(np.radians(high)))
        ratio = left / np.maximum(np.cos(np.radians(centre)) * narrowest, 1e-12)
        width = 2 * np.degrees(np.arcsin(np.sqrt(np.clip(ratio, 0.0, 1.0)))) * (1 + _SLACK)
        everywhere = width + _SLACK > 179.0
        return np.where(left < 0, -1.0, np.where(everywhere, np.inf, width + _SLACK))
    reach = radius * (1 + _SLACK)
    if metric is Metric.MANHATTAN:
        return np.asarray(reach - apart)
    return np.asarray(np.where(apart > reach, -1.0, np.sqrt(np.maximum(reach**2 - apart**2, 0.0))))


def _within(
    zones: Floats, sites: Floats, zone: Ints, site: Ints, radius: float, metric: Metric
) -> Bools:
    """Which pairs are within the radius, exactly as the metric says (pairs,)."""
    if metric is not Metric.GREAT_CIRCLE:
        y, x = (np.abs(zones[zone, k] - sites[site, k]) for k in range(2))
        apart = y + x if metric is Metric.MANHATTAN else np.sqrt(y**2 + x**2)
        return np.asarray(apart <= radius)
    chord = _on_sphere(zones)[zone]
    chord -= _on_sphere(sites)[site]
    apart = np.sqrt((chord**2).sum(axis=1))
    reach = 2 * EARTH_RADIUS_KM * np.sin(min(radius / (2 * EARTH_RADIUS_KM), np.pi / 2))
    keep = np.asarray(apart <= reach)
    doubtful = np.flatnonzero(np.abs(apart - reach) <= _SLACK * (reach + EARTH_RADIUS_KM))
    for j in np.unique(site[doubtful]).tolist():
        pairs = doubtful[site[doubtful] == j]
        km = distance_km(metric, zones[zone[pairs]], sites[j : j + 1])
        keep[pairs] = km[:, 0] <= radius
    return keep


def _around(x: Floats, metric: Metric) -> Floats:
    """Longitudes from -180 to 180; other coordinates as they are."""
    return (x + 180.0) % 360.0 - 180.0 if metric is Metric.GREAT_CIRCLE else x


def _on_sphere(points: Floats) -> Floats:
    """Degrees (latitude, longitude) as points in space, km."""
    lat, lon = np.radians(points).T
    return EARTH_RADIUS_KM * np.column_stack(
        [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)]
    )
