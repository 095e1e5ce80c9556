"""How long the way between a zone and a site takes."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, field_validator

from network.noun import Amount, Id, Noun
from network.quantity import Duration


class Metric(StrEnum):
    """How distance is measured where no override or road graph says it."""

    GREAT_CIRCLE = "great_circle"
    EUCLIDEAN = "euclidean"
    MANHATTAN = "manhattan"


class TravelModel(Noun):
    """Travel time ``a sqrt(d) + b d`` minutes for d kilometres, by hour and with noise.

    Parameters
    ----------
    metric : Metric
        ``euclidean`` and ``manhattan`` read ``x_km`` and ``y_km`` of zones and sites.
    a_min_per_sqrt_km, b_min_per_km : float
        Fits on road graphs gave a 3.6-5.0 and b 0.2-0.8.
    circuity : float
        Road kilometres per straight kilometre, for the cost of travel (1.2-1.5).
    hour_factors : tuple of float
        24 factors by local hour of departure (or 168 from Monday 00:00), or 1.
    noise_sigma : float
        Sigma of the lognormal factor on each trip, mean 1.
    road_graph : str or None
        GraphML file in the scenario's folder; takes the place of the distance model.
    snap_limit_km : float
        A place farther than this from any road node is unreachable by road.
    off_road : bool
        Whether pairs unreachable by road fall back to the distance model (reported).
    limit : float or None
        Sites farther than this many minutes from a zone do not serve it.

    References
    ----------
    Kolesar, Walker, Hausner (1975), Determining the relation between fire engine
    travel times and travel distances: square root for short, linear for long trips.
    """

    metric: Metric = Metric.GREAT_CIRCLE
    a_min_per_sqrt_km: Amount = 4.3
    b_min_per_km: Amount = 0.5
    circuity: Annotated[float, Field(ge=1)] = 1.3
    hour_factors: tuple[Annotated[float, Field(gt=0)], ...] = (1.0,)
    noise_sigma: Annotated[float, Field(ge=0, le=2)] = 0.0
    road_graph: str | None = None
    snap_limit_km: Amount = 10.0
    off_road: bool = False
    limit: Duration | None = None

    @field_validator("hour_factors")
    @classmethod
    def _whole_day_or_week(cls, factors: tuple[float, ...]) -> tuple[float, ...]:
        if len(factors) not in (1, 24, 168):
            raise ValueError(f"got {len(factors)} factors; expected 1, 24 or 168")
        return factors


class TravelOverride(Noun):
    """A known travel time, which goes before road graph and distance model.

    Parameters
    ----------
    zone, site : str
    minutes : float
    km : float or None
        For the cost of travel; None: from the distance model.
    """

    zone: Id
    site: Id
    minutes: Amount
    km: Amount | None = None
