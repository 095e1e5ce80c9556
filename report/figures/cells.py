"""Zones as areas: every place gets the ground that is nearest to it.

Positions are laid out in kilometres around the middle of what is shown (equirectangular
at its latitude), so that a kilometre is as long to the north as to the east.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from network.travel import Metric
from network.travel_time import EARTH_RADIUS_KM

Floats = NDArray[np.float64]
_MARGIN = 1.6
"""Ground beyond the outermost places, in typical distances between neighbours."""
_MANY, _CONCAVE = 40, 0.22
"""From so many places on the outline follows bays, as closely as the ratio says."""


def lay_out_km(positions: Floats, origin: Floats, metric: Metric) -> Floats:
    """Positions (n, 2) as x to the east and y to the north, kilometres (n, 2).

    Parameters
    ----------
    positions : float array (n, 2)
        Latitude and longitude in degrees, or y and x in km with a planar metric.
    origin : float array (2,)
        The middle of the map, in the same units.
    metric : Metric
    """
    if metric is not Metric.GREAT_CIRCLE:
        planar: Floats = positions[:, ::-1] - origin[::-1]
        return planar
    east = (positions[:, 1] - origin[1] + 180.0) % 360.0 - 180.0
    x = np.radians(east) * np.cos(np.radians(origin[0])) * EARTH_RADIUS_KM
    y = np.radians(positions[:, 0] - origin[0]) * EARTH_RADIUS_KM
    return np.column_stack([x, y])


def middle(positions: Floats, metric: Metric) -> Floats:
    """The middle of some positions, across the date line too."""
    known = positions[~np.isnan(positions).any(axis=1)]
    if not len(known):
        return np.zeros(2)
    shifted = known.copy()
    if metric is Metric.GREAT_CIRCLE:
        shifted[:, 1] = (known[:, 1] - known[0, 1] + 180.0) % 360.0 - 180.0 + known[0, 1]
    centre: Floats = (shifted.min(axis=0) + shifted.max(axis=0)) / 2
    return centre


def outline(points: Floats) -> Any:
    """A rounded outline around places: their concave hull with a margin.

    Returns
    -------
    shapely polygon
    """
    import shapely

    gap = _spacing(points)
    ratio = _CONCAVE if len(points) >= _MANY else 1.0
    hull = shapely.concave_hull(shapely.MultiPoint(points), ratio=ratio)
    grown = hull.buffer(3.0 * gap * _MARGIN).buffer(-2.0 * gap * _MARGIN)
    return hull.buffer(gap * _MARGIN, quad_segs=32) if grown.is_empty else grown


def _spacing(points: Floats) -> float:
    """Median distance to the nearest other place, km; at least a hundredth of the extent."""
    from scipy.spatial import cKDTree

    places = np.unique(points, axis=0)
    if len(places) < 2:
        return 1.0
    near = float(np.median(cKDTree(places).query(places, k=2)[0][:, 1]))
    return max(near, 0.01 * float(np.ptp(places, axis=0).max()), 1e-3)


def voronoi(points: Floats, around: Any) -> list[Any]:
    """The cell of each place within an outline; places at one spot share theirs.

    Parameters
    ----------
    points : float array (n, 2)
    around : shapely polygon

    References
    ----------
    Okabe, Boots, Sugihara, Chiu (2000), Spatial Tessellations, ch. 2.
    """
    import shapely

    places, which = np.unique(points, axis=0, return_inverse=True)
    if len(places) == 1:
        return [around] * len(points)
    polygons = shapely.get_parts(
        shapely.voronoi_polygons(shapely.MultiPoint(places), extend_to=around.envelope)
    )
    tree = shapely.STRtree(polygons)
    cell = tree.nearest(shapely.points(places))
    clipped = shapely.intersection(polygons[cell], around)
    return [clipped[n] for n in which.ravel()]


def dissolve(cells: Sequence[Any], names: Sequence[str]) -> dict[str, Any]:
    """The cells of each area merged into one shape."""
    import shapely

    groups: dict[str, list[Any]] = {}
    for cell, name in zip(cells, names, strict=True):
        groups.setdefault(name, []).append(cell)
    return {name: shapely.union_all(group, grid_size=1e-4) for name, group in groups.items()}


def rings(shape: Any) -> list[Floats]:
    """The outer rings of a shape (points, 2), one for each of its parts."""
    import shapely

    parts = shapely.get_parts(shape)
    return [
        np.asarray(p.exterior.coords) for p in parts if p.geom_type == "Polygon" and not p.is_empty
    ]
