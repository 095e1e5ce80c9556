"""The ground that centres move on: a plane, or a sphere by its tangent planes.

A *map* about a place x gives every point p the vector of a plane that has the direction and
the length (km, or the unit of the coordinates) of the way from x to p; *walking* a vector
from x leads back to a position. On a plane that is p - x and x + v, on a sphere the
logarithm and the exponential of the great circles through x.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from network.errors import Problem, ScenarioError
from network.travel import Metric
from network.travel_time import EARTH_RADIUS_KM

Floats = NDArray[np.float64]


def unit_vectors(degrees: Floats) -> Floats:
    """Latitude and longitude (n, 2) as points (n, 3) of the unit sphere."""
    lat, lon = np.radians(degrees).T
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def degrees_of(vector: Floats) -> Floats:
    """Latitude and longitude (2,) of the direction of a vector (3,)."""
    x, y, z = vector.tolist()
    return np.degrees([np.arctan2(z, np.hypot(x, y)), np.arctan2(y, x)])


def map_about(place: Floats, points: Floats, metric: Metric) -> Floats:
    """Ways (n, 2) from a place (2,) to points (n, 2), as vectors of the tangent plane.

    Examples
    --------
    >>> way = map_about(np.array([0.0, 10.0]), np.array([[0.0, 11.0]]), Metric.GREAT_CIRCLE)
    >>> way.round(1)  # north, east
    array([[  0. , 111.2]])
    """
    if metric is not Metric.GREAT_CIRCLE:
        return points - place
    here, north, east = _frame(place)
    there = unit_vectors(points)
    up = there @ here
    flat = np.column_stack([there @ north, there @ east])
    sine = np.hypot(flat[:, 0], flat[:, 1])
    stretch = np.arctan2(sine, up) / np.where(sine > 0, sine, 1.0)
    return np.asarray(EARTH_RADIUS_KM * flat * np.where(sine > 0, stretch, 1.0)[:, None])


def walk_from(place: Floats, way: Floats, metric: Metric) -> Floats:
    """The position (2,) that a vector (2,) of the tangent plane leads to."""
    if metric is not Metric.GREAT_CIRCLE:
        return place + way
    here, north, east = _frame(place)
    length = float(np.hypot(*way))
    if length == 0:
        return place
    ahead = (way[0] * north + way[1] * east) / length
    angle = length / EARTH_RADIUS_KM
    return degrees_of(np.cos(angle) * here + np.sin(angle) * ahead)


def _frame(place: Floats) -> tuple[Floats, Floats, Floats]:
    """Up, north and east at a place, unit vectors (3,)."""
    (lat, lon) = np.radians(place)
    up = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    north = np.array([-np.sin(lat) * np.cos(lon), -np.sin(lat) * np.sin(lon), np.cos(lat)])
    return up, north, np.array([-np.sin(lon), np.cos(lon), 0.0])


def read_points(
    points: ArrayLike, weight: ArrayLike | None, metric: Metric
) -> tuple[Floats, Floats]:
    """Check positions (n, 2) and weights (n,) of which at least one is above zero.

    Raises
    ------
    ScenarioError
        With everything that is wrong with them.
    """
    places = np.asarray(points, dtype=np.float64)
    if places.ndim != 2 or places.shape[1] != 2 or not len(places):
        message = f"got shape {places.shape}; expected (number of points, 2), at least one point"
        raise ScenarioError("the candidates", [Problem("points", message)])
    problems = _position_problems(places, metric)
    load = np.asarray(1.0 if weight is None else weight, dtype=np.float64)
    if load.shape not in ((), (len(places),)):
        message = f"got shape {load.shape}; expected ({len(places)},)"
        raise ScenarioError("the candidates", [*problems, Problem("weight", message)])
    load = np.broadcast_to(load, (len(places),)).copy()
    bad = np.flatnonzero(~(np.isfinite(load) & (load >= 0)))
    if len(bad):
        message = f"value {bad[0]} is {load[bad[0]]:g}; expected a finite number >= 0"
        problems.append(Problem("weight", message))
    elif not load.any():
        problems.append(Problem("weight", "all are zero; expected at least one above zero"))
    if problems:
        raise ScenarioError("the candidates", problems)
    return places, load


def _position_problems(places: Floats, metric: Metric) -> list[Problem]:
    lost = np.flatnonzero(~np.isfinite(places).all(axis=1))
    if len(lost):
        return [Problem("points", f"position {lost[0]} is not finite")]
    if metric is Metric.GREAT_CIRCLE:
        outside = np.flatnonzero((np.abs(places) > [90.0, 180.0]).any(axis=1))
        if len(outside):
            lat, lon = places[outside[0]]
            message = (
                f"position {outside[0]} is {lat:g}, {lon:g}; expected latitude from -90 to 90 "
                "and longitude from -180 to 180 degrees"
            )
            return [Problem("points", message)]
    return []


def not_number(name: str, value: float, least: float) -> Sequence[Problem]:
    """A problem where a setting is not a finite number of at least some value."""
    if np.isfinite(value) and value >= least:
        return []
    return [Problem(name, f"got {value!r}; expected a finite number >= {least:g}")]
