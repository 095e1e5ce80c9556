"""Populated places that are large enough, and far enough from each other."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from network.errors import ScenarioError
from network.travel import Metric
from network.travel_time import EARTH_RADIUS_KM, distance_km
from optimize.placement.candidates.ground import not_number, read_points, unit_vectors

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_SLACK = 1e-9


def populated_places(
    points: ArrayLike,
    weight: ArrayLike | None = None,
    least_weight: float = 0.0,
    apart_km: float = 0.0,
    metric: Metric = Metric.GREAT_CIRCLE,
    *,
    most: int | None = None,
) -> Ints:
    """Numbers of the places to keep, the heaviest first.

    Greedy: by falling weight (equal ones in the order given), a place is kept if it is large
    enough and no place kept before is nearer than ``apart_km``. So every large place that is
    left out has a heavier one near.

    Parameters
    ----------
    points : array-like (n, 2)
        Degrees (latitude, longitude) with ``great_circle``, else planar (y, x) in km.
    weight : array-like (n,), optional
        Inhabitants, say. None: 1 each.
    least_weight : float
        Places of less are left out.
    apart_km : float
        Kept places are at least this far from each other.
    metric : Metric
    most : int, optional
        Keep at most so many.

    Raises
    ------
    ScenarioError
        If positions, weights or settings are not sound.

    Examples
    --------
    >>> vigo, redondela, lugo = [42.23, -8.72], [42.28, -8.61], [43.01, -7.56]
    >>> populated_places([redondela, vigo, lugo], [31_704, 322_900, 104_991], 20_000, apart_km=15)
    array([1, 2])
    """
    places, load = read_points(points, weight, metric)
    problems = [
        *not_number("least_weight", least_weight, 0.0),
        *not_number("apart_km", apart_km, 0.0),
        *([] if most is None else not_number("most", most, 0.0)),
    ]
    if problems:
        raise ScenarioError("the candidates", problems)
    order = np.argsort(-load, kind="stable")
    order = order[load[order] >= least_weight]
    if not len(order):
        return order
    near = _neighbours(places[order], apart_km, metric)
    kept: list[int] = []
    crowded = np.zeros(len(order), dtype=np.bool_)
    for k in range(len(order)):
        if most is not None and len(kept) >= most:
            break
        if not crowded[k]:
            kept.append(k)
            crowded[near(k)] = True
    return order[kept]


def _neighbours(places: Floats, apart_km: float, metric: Metric) -> Callable[[int], Ints]:
    """Gives the numbers of the places nearer than ``apart_km`` to a place."""
    from scipy.spatial import cKDTree

    if metric is Metric.GREAT_CIRCLE:
        at = EARTH_RADIUS_KM * unit_vectors(places)
        angle = min(apart_km / EARTH_RADIUS_KM, np.pi)
        reach = 2 * EARTH_RADIUS_KM * float(np.sin(angle / 2))
    else:
        at, reach = places, apart_km
    tree, power = cKDTree(at), 1 if metric is Metric.MANHATTAN else 2

    def near(k: int) -> Ints:
        found = tree.query_ball_point(at[k], reach * (1 + _SLACK) + _SLACK, p=power)
        numbers = np.array(found, dtype=np.int64)
        apart = distance_km(metric, places[numbers], places[k : k + 1])[:, 0]
        return numbers[apart < apart_km]

    return near
