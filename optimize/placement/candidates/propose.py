"""Propose places for sites: populated places, centres of gravity, weighted clusters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from network.errors import Problem, ScenarioError, did_you_mean
from network.travel import Metric
from network.travel_time import distance_km
from optimize.placement.candidates.clusters import weighted_clusters
from optimize.placement.candidates.ground import not_number, read_points
from optimize.placement.candidates.places import populated_places

Floats = NDArray[np.float64]


class Origin(StrEnum):
    """Why a place is a candidate.

    ``place``: a large populated place. ``gravity``: the geometric median of the demand of an
    area, its centre of gravity (Weiszfeld). ``cluster``: the median of a demand hot spot.
    """

    PLACE = "place"
    GRAVITY = "gravity"
    CLUSTER = "cluster"


@dataclass(frozen=True, slots=True)
class CandidateOptions:
    """How many candidates, and of which origins.

    Parameters
    ----------
    origins : tuple of Origin
        Where two lie together the one of the earlier origin stays.
    least_population : float
        Populated places of fewer inhabitants are no candidates.
    apart_km : float
        Least distance between populated places.
    most_places : int or None
        Keep the largest so many.
    gravity_per_area : int
        Centres in each area; fewer where an area has fewer places.
    clusters : int
        Hot spots over all areas together; fewer where there are fewer places.
    merge_km : float
        A candidate nearer than this to an earlier one (or to a known site) is left out.
    seed : int
        Of the clusters.
    """

    origins: tuple[Origin, ...] = (Origin.PLACE, Origin.GRAVITY, Origin.CLUSTER)
    least_population: float = 20_000.0
    apart_km: float = 15.0
    most_places: int | None = None
    gravity_per_area: int = 1
    clusters: int = 8
    merge_km: float = 5.0
    seed: int = 0

    def problems(self) -> list[Problem]:
        """Everything that is wrong with the options."""
        known = [origin.value for origin in Origin]
        found = [
            Problem("origins", f"got '{name}'; expected {known}.{did_you_mean(name, known)}")
            for name in self.origins
            if name not in known
        ]
        if not self.origins:
            found.append(Problem("origins", f"there are none; expected some of {known}"))
        for name in ("least_population", "apart_km", "merge_km"):
            found += not_number(name, getattr(self, name), 0.0)
        for name in ("gravity_per_area", "clusters"):
            found += not_number(name, getattr(self, name), 1.0)
        if self.most_places is not None:
            found += not_number("most_places", self.most_places, 0.0)
        return found


@dataclass(frozen=True, slots=True)
class Candidates:
    """Places where a site might be opened.

    Parameters
    ----------
    position : float array (n, 2)
        Degrees (latitude, longitude), or planar (y, x).
    origin : tuple of Origin, length n
    name : tuple of str, length n
        Name of the populated place, ``<area>_1`` of a centre of gravity, ``1`` of a cluster.
    """

    position: Floats
    origin: tuple[Origin, ...]
    name: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.name)


def propose_candidates(
    points: ArrayLike,
    weight: ArrayLike | None = None,
    options: CandidateOptions | None = None,
    metric: Metric = Metric.GREAT_CIRCLE,
    *,
    population: ArrayLike | None = None,
    names: Sequence[str] = (),
    area: Sequence[str] = (),
    known: ArrayLike | None = None,
) -> Candidates:
    """Places for new sites, near-duplicates merged.

    Parameters
    ----------
    points : array-like (n, 2)
        Demand zones: degrees (latitude, longitude), or planar (y, x) in km.
    weight : array-like (n,), optional
        Demand; None: 1 each.
    options : CandidateOptions, optional
    metric : Metric
    population : array-like (n,), optional
        Inhabitants, by which populated places are chosen; None: the weights.
    names, area : sequence of str, length n, optional
        Of the zones; without areas there is one centre of gravity for all.
    known : array-like (k, 2), optional
        Sites that need no candidate beside them.

    Raises
    ------
    ScenarioError
        With everything that is wrong with points, weights and options.

    Examples
    --------
    >>> towns = [[0, 0], [0, 30], [40, 0]]
    >>> options = CandidateOptions(clusters=2, least_population=55)
    >>> found = propose_candidates(towns, [60, 55, 50], options, Metric.EUCLIDEAN, names="ABC")
    >>> [f"{origin} {name}" for origin, name in zip(found.origin, found.name)]
    ['place A', 'place B', 'gravity all_1', 'cluster 2']
    """
    options = options or CandidateOptions()
    places, load = read_points(points, weight, metric)
    size = len(places)
    problems = options.problems()
    for label, given in (("names", names), ("area", area)):
        if len(given) not in (0, size):
            problems.append(Problem(label, f"got {len(given)} of them; expected {size}"))
    if problems:
        raise ScenarioError("the candidates", problems)
    people = load if population is None else population
    found: list[tuple[Origin, Floats, str]] = []
    for origin in options.origins:
        if origin == Origin.PLACE:
            kept = populated_places(
                places,
                people,
                options.least_population,
                options.apart_km,
                metric,
                most=options.most_places,
            )
            called = tuple(names) or tuple(str(i) for i in range(size))
            found += [(Origin.PLACE, places[i], called[i]) for i in kept.tolist()]
        elif origin == Origin.GRAVITY:
            found += _centres_of_areas(places, load, options, metric, area or ("all",) * size)
        else:
            middle = _middles(places, load, options.clusters, metric, options.seed)
            found += [(Origin.CLUSTER, at, str(k + 1)) for k, at in enumerate(middle)]
    return _apart(found, options.merge_km, metric, known)


def _centres_of_areas(
    places: Floats, load: Floats, options: CandidateOptions, metric: Metric, area: Sequence[str]
) -> list[tuple[Origin, Floats, str]]:
    """Medians of the demand of each area that has some, by area."""
    found = []
    of = np.array(area, dtype=object)
    for name in sorted(set(area)):
        mine = (of == name) & (load > 0)
        if mine.any():
            middle = _middles(
                places[mine], load[mine], options.gravity_per_area, metric, options.seed
            )
            found += [(Origin.GRAVITY, at, f"{name}_{k + 1}") for k, at in enumerate(middle)]
    return found


def _middles(places: Floats, load: Floats, count: int, metric: Metric, seed: int) -> Floats:
    """Centres of so many clusters, or of as many as there are places."""
    most = len(np.unique(places[load > 0], axis=0))
    return weighted_clusters(places, load, min(count, most), metric, seed=seed).centre


def _apart(
    found: list[tuple[Origin, Floats, str]],
    merge_km: float,
    metric: Metric,
    known: ArrayLike | None,
) -> Candidates:
    """Those that are no near-duplicates of an earlier one or of a known site."""
    taken = np.zeros((0, 2)) if known is None else np.asarray(known, dtype=np.float64)
    taken = taken.reshape(-1, 2)
    kept = []
    for origin, at, name in found:
        apart = distance_km(metric, at[None], taken)[0]
        if apart.min(initial=np.inf) >= merge_km and (merge_km > 0 or not (apart == 0).any()):
            kept.append((origin, at, name))
            taken = np.vstack([taken, at])
    return Candidates(
        np.array([at for _, at, _ in kept]).reshape(-1, 2),
        tuple(origin for origin, _, _ in kept),
        tuple(name for _, _, name in kept),
    )
