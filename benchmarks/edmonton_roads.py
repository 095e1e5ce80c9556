"""The city of the ladder: Edmonton's road graph as zones, candidate stations and minutes.

The graph comes with JEMSS.jl (roads: OpenStreetMap contributors, ODbL). It has no demand, so
zones and weights are made from its nodes: squares of 2 km, weighted by the nodes in them that
houses can be reached from. Travel from a station to a zone is the mean over those nodes, at
the modelled speed with lights and sirens (45 km/h in streets, up to 102 on main roads).
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.demand import Channel, Entry, RequestClass, Segment
from network.law import Law
from network.model import Dispatch, Network, Settings
from network.people import Pool
from network.places import Site, Tier, TierKind, Zones
from network.promise import Promise
from network.quantity import MINUTES_PER_DAY, MINUTES_PER_HOUR
from network.queueing import erlang_b
from network.route import Mode, Stage
from network.travel import Metric, TravelModel
from optimize.placement import Instance

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ZONE_KM = 2.0
STATION_KM = 5.0
LEAST_NODES = 20
"""Squares with fewer nodes belong to the nearest square that has more."""
KM_PER_DEGREE = 111.195
SERVICE_MIN = 60.0
ALLOWANCE_MIN = 10.0
"""Of driving out and back, when calls are set for a load."""


@dataclass(frozen=True, slots=True)
class City:
    """Zones and candidate stations.

    Parameters
    ----------
    position_km : float array (zones, 2)
        South to north, west to east.
    weight : float array (zones,)
        Share of the calls.
    station_km : float array (stations, 2)
    travel_min, travel_km : float array (zones, stations)
        From the station.
    """

    position_km: Floats
    weight: Floats
    station_km: Floats
    travel_min: Floats
    travel_km: Floats

    def instance(self) -> Instance:
        """For the covering models; a station is named by its number."""
        return Instance.from_matrix(self.travel_min, self.weight, site_id=self.names())

    def names(self) -> list[str]:
        """Ids of the stations, in their order."""
        return [f"s{j:02d}" for j in range(len(self.station_km))]


@dataclass(frozen=True, slots=True)
class Case:
    """A fleet, how busy it is, and whether trips vary.

    Parameters
    ----------
    units : int
    within_min : float
        Driving time that counts as in time.
    load : float
        Erlang per unit, of service and the allowance for driving.
    noise_sigma : float
        Of the lognormal factor on each trip.
    """

    units: int
    within_min: float
    load: float
    noise_sigma: float

    @property
    def calls_per_min(self) -> float:
        """Calls in the whole city."""
        return self.load * self.units / (SERVICE_MIN + ALLOWANCE_MIN)

    @property
    def busy(self) -> float:
        """Busy fraction of all units alike, as MEXCLP takes it: Erlang's loss formula."""
        return self.load * (1 - erlang_b(self.load * self.units, self.units))


def read_city(path: Path) -> City:
    """Zones and stations of the road graph in a zip file."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    nodes, arcs = _tables(path)
    position = np.column_stack([nodes["y"], nodes["x"] * np.cos(np.radians(nodes["y"].mean()))])
    position = (position - position.min(axis=0)) * KM_PER_DEGREE
    reached = nodes["offRoadAccess"].to_numpy() == 1
    zone, centre = _zones(position, reached)
    weight = np.bincount(zone[reached], minlength=len(centre)).astype(float)
    station = _stations(centre, weight)
    home = [_nearest(position, centre[j], reached) for j in station]
    ends = arcs["fromNode"].to_numpy(np.int64) - 1, arcs["toNode"].to_numpy(np.int64) - 1
    found = []
    for length in (arcs["mode_1"] * MINUTES_PER_DAY, arcs["distance"]):
        graph = csr_array((length, ends), shape=(len(nodes), len(nodes)))
        apart = dijkstra(graph, indices=home)[:, reached]
        sums = [np.bincount(zone[reached], row, minlength=len(centre)) for row in apart]
        found.append(np.column_stack(sums) / weight[:, None])
    return City(centre, weight / weight.sum(), position[home], *found)


def _tables(path: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Nodes and arcs; both files have lines of another form before and after the table."""
    with zipfile.ZipFile(path) as archive:
        tables = [
            pd.read_csv(archive.open(name), skiprows=skip, usecols=range(columns), index_col=False)
            for name, skip, columns in (("nodes.csv", 1, 4), ("arcs.csv", 5, 6))
        ]
    return tables[0].dropna(), tables[1].dropna()


def _zones(position: Floats, reached: NDArray[np.bool_]) -> tuple[Ints, Floats]:
    """Zone of each node, and the mean position of each zone."""
    square = np.floor(position / ZONE_KM).astype(np.int64)
    key, count = np.unique(square[reached], axis=0, return_counts=True)
    centre = (key[count >= LEAST_NODES] + 0.5) * ZONE_KM
    apart = ((position[:, None] - centre[None]) ** 2).sum(axis=2)
    zone = np.argmin(apart, axis=1)
    nodes = np.bincount(zone[reached], minlength=len(centre))
    means = [np.bincount(zone[reached], axis[reached], len(centre)) / nodes for axis in position.T]
    return zone, np.column_stack(means)


def _stations(centre: Floats, weight: Floats) -> Ints:
    """The weightiest zone of each square of stations."""
    square = np.floor(centre / STATION_KM).astype(np.int64)
    frame = pd.DataFrame({"y": square[:, 0], "x": square[:, 1], "weight": weight})
    return np.sort(frame.groupby(["y", "x"])["weight"].idxmax().to_numpy(np.int64))


def _nearest(position: Floats, place: Floats, reached: NDArray[np.bool_]) -> int:
    apart = ((position - place) ** 2).sum(axis=1)
    return int(np.argmin(np.where(reached, apart, np.inf)))


def network_of(city: City, case: Case, units: Ints) -> Network:
    """The city with units at its stations (stations,), ready to be simulated.

    A call gets the nearest idle unit; nobody waits: where all units are busy, it is lost.
    """
    names = city.names()
    zones = len(city.weight)
    return Network(
        name="edmonton",
        settings=Settings(title="Edmonton"),
        tiers=(Tier(tier_id="ems", kind=TierKind.POINT),),
        zones=Zones(
            zone_id=tuple(f"z{i:03d}" for i in range(zones)),
            name=("",) * zones,
            region=("city",) * zones,
            area=("city",) * zones,
            position=city.position_km,
            population=city.weight,
            installed_base=city.weight,
        ),
        sites=tuple(
            Site(site_id=name, tier="ems", x_km=float(x), y_km=float(y), queue_limit=0)
            for name, (y, x) in zip(names, city.station_km, strict=True)
        ),
        pools=tuple(
            Pool(pool_id=name, site=name, count=count, skills=("ems",))
            for name, count in zip(names, units.tolist(), strict=True)
        ),
        classes=(RequestClass(class_id="call", rate_per_h=case.calls_per_min * MINUTES_PER_HOUR),),
        segments=(Segment(segment_id="all", share=1.0),),
        channels=(Channel(channel_id="phone"),),
        entries=(Entry(class_id="call", channel="phone", share=1.0, stage="answer"),),
        stages=(
            Stage(
                class_id="call",
                stage="answer",
                mode=Mode.VISIT,
                tier="ems",
                skill="ems",
                service=Law.parse(f"exponential({SERVICE_MIN}min)"),
            ),
        ),
        promises=(Promise(promise_id="cover", tier="ems", within=case.within_min, share=0.5),),
        travel=TravelModel(metric=Metric.EUCLIDEAN, noise_sigma=case.noise_sigma),
        dispatch=Dispatch(policy="nearest_idle", candidates=64),
        road_minutes=city.travel_min,
        road_km=city.travel_km,
    )
