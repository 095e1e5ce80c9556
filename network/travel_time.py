"""Base travel times: override matrix, then road graph, then distance model.

Times here are before the hour-of-day factor and the noise of a trip.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from network.model import Network
from network.travel import Metric, TravelModel

EARTH_RADIUS_KM = 6371.0088

Matrix = NDArray[np.float64]


def site_positions(network: Network) -> Matrix:
    """Positions (S, 2) of all sites: degrees, or kilometres with a planar metric."""
    planar = network.travel.metric is not Metric.GREAT_CIRCLE
    pairs = [(s.y_km, s.x_km) if planar else (s.lat, s.lon) for s in network.sites]
    return np.array(pairs, dtype=np.float64).reshape(len(pairs), 2)


def distance_km(metric: Metric, origins: Matrix, targets: Matrix) -> Matrix:
    """Straight distances (O, T) between positions (O, 2) and (T, 2).

    Parameters
    ----------
    metric : Metric
        Great circle (haversine on a sphere of mean Earth radius), Euclidean or Manhattan.
    origins, targets : float array
        Degrees (latitude, longitude), or kilometres (y, x).

    Examples
    --------
    >>> madrid, vigo = np.array([[40.4168, -3.7038]]), np.array([[42.2314, -8.7124]])
    >>> round(float(distance_km(Metric.GREAT_CIRCLE, madrid, vigo)[0, 0]))
    464
    """
    if metric is Metric.GREAT_CIRCLE:
        lat1, lon1 = np.radians(origins).T[:, :, None]
        lat2, lon2 = np.radians(targets).T[:, None, :]
        half = (
            np.sin((lat2 - lat1) / 2) ** 2
            + np.cos(lat1) * np.cos(lat2) * np.sin((lon2 - lon1) / 2) ** 2
        )
        km: Matrix = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(half))
        return km
    apart = np.abs(origins[:, None, :] - targets[None, :, :])
    if metric is Metric.MANHATTAN:
        return np.asarray(apart.sum(axis=2))
    return np.asarray(np.sqrt((apart**2).sum(axis=2)))


def model_minutes(travel: TravelModel, km: Matrix) -> Matrix:
    """Minutes of the distance model, ``a sqrt(d) + b d``."""
    return travel.a_min_per_sqrt_km * np.sqrt(km) + travel.b_min_per_km * km


def base_travel(network: Network, zones: slice, sites: NDArray[np.int64]) -> tuple[Matrix, Matrix]:
    """Base minutes and road kilometres between some zones and some sites.

    Returns
    -------
    minutes, km : float array (zones, sites)
        Infinite where there is no way or the way is beyond the scenario's limit.
    """
    travel = network.travel
    straight = distance_km(
        travel.metric, network.zones.position[zones], site_positions(network)[sites]
    )
    minutes, km = model_minutes(travel, straight), straight * travel.circuity
    if network.road_minutes is not None and network.road_km is not None:
        road, road_km = network.road_minutes[zones][:, sites], network.road_km[zones][:, sites]
        unreachable = np.isnan(road)
        fallback = minutes if travel.off_road else np.inf
        minutes = np.where(unreachable, fallback, road)
        km = np.where(unreachable | np.isnan(road_km), km, road_km)
    _override(network, zones, sites, minutes, km)
    if travel.limit is not None:
        minutes = np.where(minutes <= travel.limit, minutes, np.inf)
    return minutes, km


def _override(
    network: Network, zones: slice, sites: NDArray[np.int64], minutes: Matrix, km: Matrix
) -> None:
    """Known times take the place of computed ones, in place."""
    if not network.overrides:
        return
    first, last, _ = zones.indices(len(network.zones))
    row = {name: z for z, name in enumerate(network.zones.zone_id[first:last])}
    column = {network.sites[s].site_id: number for number, s in enumerate(sites)}
    for known in network.overrides:
        if known.zone in row and known.site in column:
            at = row[known.zone], column[known.site]
            minutes[at] = known.minutes
            if known.km is not None:
                km[at] = known.km
