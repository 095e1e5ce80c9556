"""Weighted clusters around geometric medians: location and allocation in turn.

Sets        i points, k clusters
Data        p_i position, w_i >= 0 weight, d the metric
Variables   c_k centre, a_i cluster of point i
Minimise    sum_i w_i d(p_i, c_a(i))

Each round allots every point to its nearest centre and moves every centre to the median of
its points, so the cost never rises; a local optimum, the best of several beginnings.

References
----------
Cooper (1964), Heuristic methods for location-allocation problems, SIAM Review 6, 37-53.
Arthur and Vassilvitskii (2007), k-means++: the advantages of careful seeding, SODA 07,
1027-1035; here with distances instead of their squares, as the cost has them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from network.errors import Problem, ScenarioError
from network.travel import Metric
from network.travel_time import distance_km
from optimize.placement.candidates.centres import weiszfeld
from optimize.placement.candidates.ground import read_points

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_LEAST_GAIN = 1e-9
_MOST_ROUNDS = 200


@dataclass(frozen=True, slots=True)
class Clusters:
    """Points in groups, each around its median.

    Parameters
    ----------
    centre : float array (clusters, 2)
        By weight of the cluster, the heaviest first.
    label : int array (n,)
        Cluster of each point: the nearest centre.
    weight : float array (clusters,)
    cost : float
        Weighted distance of all points to their centres.
    """

    centre: Floats
    label: Ints
    weight: Floats
    cost: float


def weighted_clusters(
    points: ArrayLike,
    weight: ArrayLike | None = None,
    count: int = 1,
    metric: Metric = Metric.EUCLIDEAN,
    *,
    seed: int = 0,
    beginnings: int = 4,
) -> Clusters:
    """Group points around so many centres with little weighted distance.

    Parameters
    ----------
    points : array-like (n, 2)
        Degrees (latitude, longitude) with ``great_circle``, else planar (y, x).
    weight : array-like (n,), optional
        None: 1 each. Points of weight 0 are labelled and draw nothing.
    count : int
        Clusters.
    metric : Metric
    seed : int
        The same seed gives the same clusters.
    beginnings : int
        Random beginnings; the best ending is returned.

    Raises
    ------
    ScenarioError
        If positions or weights are not sound, or there are fewer different places of
        weight above zero than clusters.

    Examples
    --------
    >>> clusters = weighted_clusters([[0, 0], [0, 1], [0, 9], [0, 10]], [5, 1, 1, 5], count=2)
    >>> clusters.label, clusters.cost
    (array([0, 0, 1, 1]), 2.0)
    """
    places, load = read_points(points, weight, metric)
    distinct = len(np.unique(places[load > 0], axis=0))
    problems = []
    if not 1 <= count <= distinct:
        message = (
            f"got {count}; expected an integer from 1 to {distinct}, as there are {distinct} "
            "different places of weight above zero"
        )
        problems.append(Problem("count", message))
    if beginnings < 1:
        problems.append(Problem("beginnings", f"got {beginnings}; expected an integer >= 1"))
    if problems:
        raise ScenarioError("the candidates", problems)
    random = np.random.default_rng(seed)
    endings = [
        _settle(places, load, _scatter(places, load, count, metric, random), metric)
        for _ in range(beginnings if count > 1 else 1)
    ]
    centre, label, cost = min(endings, key=lambda ending: ending[2])
    share: Floats = np.bincount(label, weights=load, minlength=count).astype(np.float64)
    order = np.lexsort((centre[:, 1], centre[:, 0], -share))
    return Clusters(centre[order], np.argsort(order)[label], share[order], cost)


def _scatter(
    places: Floats, load: Floats, count: int, metric: Metric, random: np.random.Generator
) -> Floats:
    """Beginning centres: data points, each drawn by its weighted distance to those before."""
    chosen: list[int] = []
    pull = load / load.max()
    nearest = np.full(len(places), np.inf)
    for _ in range(count):
        reached = np.cumsum(pull)
        at = int(np.searchsorted(reached, random.random() * reached[-1], side="right"))
        chosen.append(min(at, int(np.flatnonzero(pull)[-1])))
        nearest = np.minimum(nearest, distance_km(metric, places, places[chosen[-1:]])[:, 0])
        pull = load / load.max() * nearest
    return places[chosen]


def _settle(
    places: Floats, load: Floats, centre: Floats, metric: Metric
) -> tuple[Floats, Ints, float]:
    """Allot and move in turn until the cost stands still."""
    before, label_before = np.inf, np.full(len(places), -1)
    for _ in range(_MOST_ROUNDS):
        apart = distance_km(metric, places, centre)
        label = apart.argmin(axis=1)
        paid = load * apart[np.arange(len(places)), label]
        empty = np.setdiff1d(np.arange(len(centre)), label[load > 0])
        if len(empty):  # it begins again where most is paid
            centre = centre.copy()
            centre[empty[0]] = places[int(np.argmax(paid))]
            before, label_before = np.inf, np.full(len(places), -1)
            continue
        cost = float(paid.sum())
        if cost >= before * (1 - _LEAST_GAIN):
            break
        changed = label != label_before
        centre = centre.copy()
        for k in {*label[changed].tolist(), *label_before[changed].tolist()} - {-1}:
            centre[k] = _middle(places, load, label == k, metric)
        before, label_before = cost, label
    return centre, label, cost


def _middle(places: Floats, load: Floats, mine: NDArray[np.bool_], metric: Metric) -> Floats:
    return weiszfeld(places[mine], load[mine], metric, tolerance=1e-7).position
