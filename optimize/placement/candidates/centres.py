"""The middle of weighted points: geometric median (Weiszfeld) and centre of gravity.

Sets        i points
Data        p_i position, w_i >= 0 weight, d the metric
Minimise    f(x) = sum_i w_i d(x, p_i)

The median is where one site serves all points with the least weighted distance. The centre
of gravity minimises the weighted *squared* distance instead: it is quick, and drawn further
towards what is remote.

References
----------
Weiszfeld (1937), Sur le point pour lequel la somme des distances de n points donnes est
minimum, Tohoku Mathematical Journal 43, 355-386.
Vardi and Zhang (2000), The multivariate L1-median and associated data depth, PNAS 97,
1423-1426: the step away from a data point, and when to stay there.
Fletcher, Venkatasubramanian, Joshi (2009), The geometric median on Riemannian manifolds,
NeuroImage 45, S143-S152: the same step in the tangent plane of a sphere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from network.errors import Problem, ScenarioError
from network.travel import Metric
from network.travel_time import distance_km
from optimize.placement.candidates.ground import (
    degrees_of,
    map_about,
    read_points,
    unit_vectors,
    walk_from,
)

Floats = NDArray[np.float64]

_ROUNDING = 1e-13


@dataclass(frozen=True, slots=True)
class Centre:
    """A geometric median.

    Parameters
    ----------
    position : float array (2,)
        Latitude and longitude in degrees, or planar y and x.
    cost : float
        Weighted distance of all points to it, km or the unit of the coordinates.
    gap : float
        No position is better by more than this share of the cost (on a sphere: none as
        near to the points, as long as they lie within a quarter of the globe).
    steps : int
    """

    position: Floats
    cost: float
    gap: float
    steps: int


def centre_of_gravity(
    points: ArrayLike, weight: ArrayLike | None = None, metric: Metric = Metric.EUCLIDEAN
) -> Floats:
    """Weighted mean position (2,).

    Parameters
    ----------
    points : array-like (n, 2)
        Degrees (latitude, longitude) with ``great_circle``, else planar (y, x).
    weight : array-like (n,), optional
        None: 1 each.
    metric : Metric
        On a sphere: the direction of the weighted mean of the unit vectors.

    Raises
    ------
    ScenarioError
        If positions or weights are not sound, or the points balance around the globe.

    Examples
    --------
    >>> centre_of_gravity([[0, 0], [0, 4]], weight=[3, 1])
    array([0., 1.])
    >>> centre_of_gravity([[10, 179], [10, -179]], metric=Metric.GREAT_CIRCLE).round(2)
    array([ 10., 180.])
    """
    places, load = read_points(points, weight, metric)
    load = load / load.max()
    if metric is not Metric.GREAT_CIRCLE:
        return np.asarray(load @ places / load.sum())
    middle = load @ unit_vectors(places) / load.sum()
    if np.linalg.norm(middle) < 1e-9:
        message = "the points balance around the globe: they have no mean direction"
        raise ScenarioError("the candidates", [Problem("points", message)])
    return degrees_of(middle)


def weiszfeld(
    points: ArrayLike,
    weight: ArrayLike | None = None,
    metric: Metric = Metric.EUCLIDEAN,
    *,
    tolerance: float = 1e-9,
    most_steps: int = 1000,
) -> Centre:
    """Geometric median: the position with the least weighted distance to all points.

    Weiszfeld's step, or Newton's where that is better. Stops when the subgradient g at x
    proves f(x) - f* <= |g| max_i d(x, p_i) <= tolerance f(x), which holds as f is convex and
    the median lies among the points; a median at a data point and one of points on a line
    are found exactly. With ``manhattan`` it is the weighted median of each coordinate.

    Parameters
    ----------
    points : array-like (n, 2)
        Degrees (latitude, longitude) with ``great_circle``, else planar (y, x). On a sphere
        they should lie within a quarter of the globe, where the cost is convex.
    weight : array-like (n,), optional
        None: 1 each.
    metric : Metric
    tolerance : float
        Relative gap of the cost.
    most_steps : int
        Then the best so far is returned with its gap.

    Raises
    ------
    ScenarioError
        If positions or weights are not sound.

    Examples
    --------
    Fermat's point of a triangle with equal sides:

    >>> centre = weiszfeld([[0, 0], [0, 2], [3**0.5, 1]])
    >>> centre.position.round(6), round(centre.cost, 6)
    (array([0.57735, 1.     ]), 3.464102)
    """
    places, load = read_points(points, weight, metric)
    places, load = places[load > 0], load[load > 0]
    scale = float(load.max())
    load = load / scale
    exact = _exact(places, load, metric)
    if exact is not None:
        return Centre(exact, scale * _cost(exact, places, load, metric), 0.0, 0)
    position, gap, steps = _descend(places, load, metric, tolerance, most_steps)
    return Centre(position, scale * _cost(position, places, load, metric), min(gap, 1.0), steps)


def _exact(places: Floats, load: Floats, metric: Metric) -> Floats | None:
    """The median where it is known without iterating."""
    if metric is Metric.MANHATTAN:
        return np.array([_weighted_median(axis, load) for axis in places.T])
    if (places == places[0]).all():
        return np.asarray(places[0])
    start = _start(places, load, metric)
    way = map_about(start, places, metric)
    spread = way - way.mean(axis=0)
    _, size, axes = np.linalg.svd(spread, full_matrices=False)
    if metric is Metric.EUCLIDEAN and size[1] <= _ROUNDING * size[0]:
        along = spread @ axes[0]
        middle = way.mean(axis=0) + _weighted_median(along, load) * axes[0]
        return _snap(walk_from(start, middle, metric), places)
    return None


def _snap(position: Floats, places: Floats) -> Floats:
    """The data point itself where rounding alone keeps a position from it."""
    nearest = places[np.argmin(((places - position) ** 2).sum(axis=1))]
    close = np.allclose(nearest, position, rtol=1e-12, atol=1e-12 * np.ptp(places, axis=0).max())
    return np.asarray(nearest if close else position)


def _weighted_median(values: Floats, load: Floats) -> float:
    """Lower weighted median; the middle of the interval where a whole interval is best."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(load[order])
    half = reached[-1] / 2
    k = int(np.searchsorted(reached, half * (1 - _ROUNDING)))
    balanced = abs(reached[k] - half) <= _ROUNDING * half and k + 1 < len(values)
    return float(values[order[k : k + 2]].mean() if balanced else values[order[k]])


def _start(places: Floats, load: Floats, metric: Metric) -> Floats:
    """The centre of gravity, or the heaviest point where there is none."""
    try:
        return centre_of_gravity(places, load, metric)
    except ScenarioError:
        return np.asarray(places[int(np.argmax(load))])


@dataclass(frozen=True, slots=True)
class _Pull:
    """Forces at a position: f's gradient, and what a data point there holds against it."""

    way: Floats
    distance: Floats
    away: Floats
    gradient: Floats
    held: float

    @property
    def strength(self) -> float:
        return float(np.hypot(*self.gradient))

    @property
    def holds(self) -> bool:
        """Whether the position is a data point and the median (Vardi and Zhang)."""
        return self.held > 0 and self.strength <= self.held


def _pull(position: Floats, places: Floats, load: Floats, metric: Metric) -> _Pull:
    way = map_about(position, places, metric)
    distance = np.hypot(way[:, 0], way[:, 1])
    here = distance <= 1e-12 * distance.max(initial=0.0)
    away = np.where(here, 0.0, load / np.where(here, 1.0, distance))
    return _Pull(way, distance, away, -(away @ way), float(load[here].sum()))


def _descend(
    places: Floats, load: Floats, metric: Metric, tolerance: float, most_steps: int
) -> tuple[Floats, float, int]:
    """Walk downhill: position, relative gap and steps."""
    position, gap = _start(places, load, metric), np.inf
    for step in range(most_steps + 1):
        pull = _pull(position, places, load, metric)
        if pull.holds:
            return position, 0.0, step
        slope = max(pull.strength - pull.held, 0.0)
        gap = slope * float(pull.distance.max()) / float(load @ pull.distance)
        if gap <= tolerance or step == most_steps:
            break
        nearest = places[int(np.argmin(pull.distance))]
        if step % 4 == 1 and _pull(nearest, places, load, metric).holds:
            return nearest, 0.0, step
        position = _next(position, pull, places, load, metric)
    return position, gap, step


def _next(position: Floats, pull: _Pull, places: Floats, load: Floats, metric: Metric) -> Floats:
    """The better of Weiszfeld's and Newton's step."""
    kept = max(1.0 - pull.held / pull.strength, 0.0) if pull.held else 1.0
    slow = walk_from(position, -kept * pull.gradient / pull.away.sum(), metric)
    if pull.held:
        return slow
    unit = pull.way / np.where(pull.distance > 0, pull.distance, 1.0)[:, None]
    hessian = pull.away.sum() * np.eye(2) - (unit * pull.away[:, None]).T @ unit
    if np.linalg.cond(hessian) > 1 / _ROUNDING:
        return slow
    quick = walk_from(position, -np.linalg.solve(hessian, pull.gradient), metric)
    costs = [_cost(one, places, load, metric) for one in (quick, slow)]
    return quick if costs[0] <= costs[1] * (1 + _ROUNDING) else slow


def _cost(position: Floats, places: Floats, load: Floats, metric: Metric) -> float:
    return float(load @ distance_km(metric, places, position[None])[:, 0])
