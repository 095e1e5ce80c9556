"""`Instance`: demand, sites and what lies between them, as plain arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Unpack, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from network.errors import Problem, ScenarioError
from network.travel import Metric
from network.travel_time import distance_km
from optimize.placement.cover import Cover, cover_from_matrix, cover_from_points
from optimize.placement.sites import SiteOptions, Sites, read_amount, read_sites

if TYPE_CHECKING:
    import geopandas as gpd

Floats = NDArray[np.float64]

MAX_DENSE = 400_000_000
"""Most zone-site pairs of a dense matrix (3.2 GB); larger instances are solved by cover."""


@dataclass(frozen=True, slots=True)
class Instance:
    """Where demand is, where sites may be, and how far apart they are.

    Built by `from_matrix`, `from_points` or `from_frames`, which validate it. The unit of
    travel (minutes, km, m) is the caller's; radii and objectives are in the same unit.

    Parameters
    ----------
    weight : float array (zones,)
        Demand.
    zone_id : tuple of str
    sites : Sites
    matrix : float array (zones, sites) or None
        Travel; infinite: no way. None: from the points.
    zone_points, site_points : float array (zones, 2), (sites, 2) or None
    metric : Metric
        Of the points: degrees (latitude, longitude) or planar (y, x).
    """

    weight: Floats
    zone_id: tuple[str, ...]
    sites: Sites
    matrix: Floats | None = None
    zone_points: Floats | None = None
    site_points: Floats | None = None
    metric: Metric = Metric.EUCLIDEAN

    @classmethod
    def from_matrix(
        cls,
        travel: ArrayLike,
        weight: ArrayLike | None = None,
        *,
        zone_id: Sequence[str] = (),
        **options: Unpack[SiteOptions],
    ) -> Instance:
        """An instance from travel (zones, sites); options as in `SiteOptions`.

        Raises
        ------
        ScenarioError
            With everything that is wrong with the arrays.

        Examples
        --------
        >>> instance = Instance.from_matrix([[1, 9], [9, 2]], weight=[5, 7], required=[1])
        >>> instance.sites.required
        array([False,  True])
        """
        matrix = np.asarray(travel, dtype=np.float64)
        if matrix.ndim != 2:
            message = f"got shape {matrix.shape}; expected (zones, sites)"
            raise ScenarioError("the instance", [Problem("travel", message)])
        problems = list(_matrix_problems(matrix))
        demand, names, sites = _read(matrix.shape, weight, zone_id, options, problems)
        return cls(demand, names, sites, matrix=matrix)

    @classmethod
    def from_points(
        cls,
        zones: ArrayLike,
        sites: ArrayLike,
        weight: ArrayLike | None = None,
        *,
        metric: Metric = Metric.EUCLIDEAN,
        zone_id: Sequence[str] = (),
        **options: Unpack[SiteOptions],
    ) -> Instance:
        """An instance from positions (zones, 2) and (sites, 2); no dense matrix is made.

        With ``great_circle`` positions are latitude and longitude in degrees and travel is
        in km; with a planar metric travel is in the unit of the coordinates (y, x).

        Raises
        ------
        ScenarioError
            With everything that is wrong with the arrays.
        """
        places = [np.asarray(points, dtype=np.float64) for points in (zones, sites)]
        problems = []
        for name, points in zip(("zones", "sites"), places, strict=True):
            if points.ndim != 2 or points.shape[1] != 2:
                message = f"got shape {points.shape}; expected (number of places, 2)"
                problems.append(Problem(name, message))
            elif not np.isfinite(points).all():
                bad = np.flatnonzero(~np.isfinite(points).all(axis=1))[0]
                problems.append(Problem(name, f"position {bad} is not finite"))
        if problems:
            raise ScenarioError("the instance", problems)
        shape = len(places[0]), len(places[1])
        demand, names, read = _read(shape, weight, zone_id, options, problems)
        return cls(demand, names, read, zone_points=places[0], site_points=places[1], metric=metric)

    @classmethod
    def from_frames(
        cls,
        zones: gpd.GeoDataFrame,
        sites: gpd.GeoDataFrame,
        weight: str | None = None,
        **columns: str,
    ) -> Instance:
        """An instance from GeoDataFrames of points (or areas, which stand for their centroids).

        Geographic coordinates give great-circle kilometres, projected ones their own unit.
        The index of a frame gives the ids.

        Parameters
        ----------
        zones, sites : GeoDataFrame
        weight : str, optional
            Column of the zones.
        columns : str
            Columns of the sites for options of `SiteOptions`, as ``fixed_cost="rent"``.

        Raises
        ------
        ScenarioError
            If the frames have different or no coordinate systems, or a column is missing.
        """
        problems = []
        if zones.crs is None or zones.crs != sites.crs:
            message = f"zones have {zones.crs}, sites {sites.crs}; expected one and the same"
            problems.append(Problem("crs", message))
        asked = [(sites, name, column) for name, column in columns.items()]
        for frame, name, column in [(zones, "weight", weight), *asked]:
            if column is not None and column not in frame.columns:
                message = f"there is no column '{column}'; expected one of {list(frame.columns)}"
                problems.append(Problem(name, message))
        unknown = sorted({*columns} - {*SiteOptions.__annotations__})
        problems += [Problem(name, "is no option of sites") for name in unknown]
        if problems:
            raise ScenarioError("the instance", problems)
        options = {name: sites[column].to_numpy() for name, column in columns.items()}
        options["site_id"] = [str(name) for name in sites.index]
        return cls.from_points(
            _frame_points(zones),
            _frame_points(sites),
            None if weight is None else zones[weight].to_numpy(),
            metric=Metric.GREAT_CIRCLE if zones.crs.is_geographic else Metric.EUCLIDEAN,
            zone_id=[str(name) for name in zones.index],
            **cast("SiteOptions", options),
        )

    def __len__(self) -> int:
        """Number of zones."""
        return len(self.weight)

    def travel(self) -> Floats:
        """Dense travel (zones, sites).

        Raises
        ------
        ScenarioError
            If there are more pairs than fit.
        """
        if self.matrix is not None:
            return self.matrix
        zones, sites = cast("Floats", self.zone_points), cast("Floats", self.site_points)
        if len(zones) * len(sites) > MAX_DENSE:
            message = (
                f"{len(zones):,} zones x {len(sites):,} sites; expected at most {MAX_DENSE:,} "
                "pairs. Solve a covering model, or merge zones"
            )
            raise ScenarioError("the instance", [Problem("travel", message)])
        return distance_km(self.metric, zones, sites)

    def cover(self, radius: float) -> Cover:
        """Which sites that may be open lie within a radius of which zone."""
        if self.matrix is not None:
            return cover_from_matrix(self.matrix, radius, self.sites.usable)
        zones, sites = cast("Floats", self.zone_points), cast("Floats", self.site_points)
        return cover_from_points(zones, sites, radius, self.metric, self.sites.usable)


def _matrix_problems(matrix: Floats) -> list[Problem]:
    problems = []
    for bad, what in ((np.isnan(matrix), "not a number"), (matrix < 0, "negative")):
        if bad.any():
            i, j = np.argwhere(bad)[0].tolist()
            message = (
                f"{int(bad.sum())} entries are {what}, the first at zone {i}, site {j}; expected "
                "a number >= 0, or infinity where there is no way"
            )
            problems.append(Problem("travel", message))
    return problems


def _read(
    shape: tuple[int, ...],
    weight: ArrayLike | None,
    zone_id: Sequence[str],
    options: SiteOptions,
    problems: list[Problem],
) -> tuple[Floats, tuple[str, ...], Sites]:
    """Check what the constructors share; raise with all problems."""
    zones, count = shape
    for name, size in (("zones", zones), ("sites", count)):
        if size == 0:
            problems.append(Problem(name, "there are none; expected at least one"))
    demand = read_amount("weight", 1.0 if weight is None else weight, zones, problems)
    names = tuple(zone_id) or tuple(f"z{i}" for i in range(zones))
    if len(names) != zones:
        problems.append(Problem("zone_id", f"got {len(names)} names; expected {zones}"))
    sites = read_sites(count, options, problems)
    if problems:
        raise ScenarioError("the instance", problems)
    return demand, names, sites


def _frame_points(frame: gpd.GeoDataFrame) -> Floats:
    """Latitude and longitude (or y and x) of points, or of the centroids of areas."""
    shapes = frame.geometry
    if not (shapes.geom_type == "Point").all():
        flat = shapes.to_crs(shapes.estimate_utm_crs()) if frame.crs.is_geographic else shapes
        shapes = flat.centroid.to_crs(frame.crs)
    return np.column_stack([shapes.y.to_numpy(), shapes.x.to_numpy()])
