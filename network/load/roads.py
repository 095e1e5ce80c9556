"""Road graphs (GraphML) -> travel minutes and kilometres between zones and sites."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from network.errors import Problem, ScenarioError, one_of
from network.load.text import decode
from network.model import Network
from network.travel_time import EARTH_RADIUS_KM

MAX_GRAPH_BYTES = 200_000_000
_MAX_SHOWN = 5

Matrix = NDArray[np.float64]


def read_graphml(path: Path, *, planar: bool) -> nx.DiGraph[str]:
    """A road graph with ``lat``/``lon`` (or ``y``/``x``) on nodes, ``minutes`` and ``km`` on edges.

    Parallel edges: the quickest counts. An undirected graph is open both ways.

    Parameters
    ----------
    path : pathlib.Path
    planar : bool
        Whether positions are kilometres; else degrees.

    Raises
    ------
    ScenarioError
        If the file declares entities or a DTD, is not GraphML, a node has no position, or
        an edge has no finite time > 0 (negative, zero and NaN are listed).
    """
    graph = _parse(path)
    roads: nx.DiGraph[str] = nx.DiGraph()
    problems: list[Problem] = []
    for node, data in graph.nodes(data=True):
        y, x = (_number(data.get(a, data.get(b))) for a, b in (("lat", "y"), ("lon", "x")))
        roads.add_node(node, y=y, x=x)
        if not (math.isfinite(y + x) and (planar or (abs(y) <= 90 and abs(x) <= 180))):
            expected = "y and x in km" if planar else "lat and lon in degrees (WGS84)"
            message = f"got {y:g}, {x:g}; expected {expected}"
            problems.append(Problem(f"{path.name}, node {node}", message))
    for tail, head, data in graph.edges(data=True):
        where = f"{path.name}, edge {tail} - {head}"
        minutes, km = _number(data.get("minutes")), _number(data.get("km"))
        if not 0 < minutes < math.inf:
            message = f"got minutes {data.get('minutes')!r}; expected a number > 0"
            problems.append(Problem(where, message))
        if "km" in data and not 0 <= km < math.inf:
            problems.append(Problem(where, f"got km {data['km']!r}; expected a number >= 0"))
        for a, b in ((tail, head),) if graph.is_directed() else ((tail, head), (head, tail)):
            if not roads.has_edge(a, b) or roads[a][b]["minutes"] > minutes:
                roads.add_edge(a, b, minutes=minutes, km=km)
    if not len(roads):
        problems.append(Problem(path.name, "the graph is empty; expected nodes and edges"))
    if len(problems) > _MAX_SHOWN:
        more = Problem(path.name, f"{len(problems) - _MAX_SHOWN} more nodes and edges are faulty")
        problems = [*problems[:_MAX_SHOWN], more]
    if problems:
        raise ScenarioError(path.name, problems)
    return roads


def _parse(path: Path) -> nx.Graph[str]:
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    text = decode(path, MAX_GRAPH_BYTES)
    try:
        fromstring(text, forbid_dtd=True)
        graph: nx.Graph[str] = nx.parse_graphml(text)
    except DefusedXmlException:
        message = "declares a DTD or entities, which are refused; expected plain GraphML"
    except (ParseError, nx.NetworkXError, KeyError, ValueError, AttributeError) as error:
        message = f"not readable as GraphML: {error}"
    else:
        return graph
    raise ScenarioError(path.name, [Problem(path.name, message)])


def _number(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        return math.nan


def unreachable_note(network: Network) -> Iterator[str]:
    """Pairs of zone and site without a way by road, which no mean ever counts."""
    assert network.road_minutes is not None
    known = {(known.zone, known.site) for known in network.overrides}
    pairs = [
        (network.zones.zone_id[z], network.sites[s].site_id)
        for z, s in np.argwhere(np.isnan(network.road_minutes))
    ]
    lost = [pair for pair in pairs if pair not in known]
    if lost:
        fate = (
            "the distance model serves them" if network.travel.off_road else "nobody travels there"
        )
        names = one_of((f"{zone} - {site}" for zone, site in lost), _MAX_SHOWN)
        yield (
            f"{len(lost)} of {network.road_minutes.size} pairs of zone and site have no way by "
            f"road there and back, so {fate}: {names}"
        )


def road_matrices(
    roads: nx.DiGraph[str], zones: Matrix, sites: Matrix, *, snap_limit_km: float, planar: bool
) -> tuple[Matrix, Matrix]:
    """Minutes and kilometres of the quickest way from each site to each zone.

    Parameters
    ----------
    roads : networkx.DiGraph
        See `read_graphml`.
    zones, sites : float array (Z, 2), (S, 2)
        Latitude and longitude in degrees, or y and x in km.
    snap_limit_km : float
        Places farther than this from any node are unreachable.
    planar : bool
        Whether positions are kilometres.

    Returns
    -------
    minutes, km : float array (Z, S)
        NaN where there is no way. The way back is taken to be as long (a one-way trap
        is unreachable: both directions must exist).
    """
    names = list(roads.nodes)
    at = np.array([(roads.nodes[n]["y"], roads.nodes[n]["x"]) for n in names])
    zone_node = _nearest(at, zones, snap_limit_km, planar)
    site_node = _nearest(at, sites, snap_limit_km, planar)
    for kind, node in (("zone", zone_node), ("site", site_node)):
        if (node < 0).all():
            message = (
                f"no {kind} lies within {snap_limit_km:g} km of a road node (snap_limit_km). "
                "Are lat and lon swapped, or is it the graph of another region?"
            )
            raise ScenarioError("the road graph", [Problem("travel.road_graph", message)])
    minutes = np.full((len(zones), len(sites)), np.nan)
    km = np.full((len(zones), len(sites)), np.nan)
    back = roads.reverse(copy=False)
    for s, node in enumerate(site_node):
        if node < 0:
            continue
        paths: dict[str, list[str]]
        time, paths = nx.single_source_dijkstra(roads, names[node], weight="minutes")  # type: ignore[assignment]  # one pair of dicts when no target is given
        home = nx.single_source_dijkstra_path_length(back, names[node], weight="minutes")
        minutes_to: dict[str, float] = dict(time)  # type: ignore[arg-type]  # as above
        for z, target in enumerate(zone_node):
            name = names[target] if target >= 0 else ""
            if name in minutes_to and name in home:
                minutes[z, s] = minutes_to[name]
                km[z, s] = sum(
                    roads[a][b]["km"] for a, b in zip(paths[name], paths[name][1:], strict=False)
                )
    return minutes, km


def _nearest(nodes: Matrix, places: Matrix, limit_km: float, planar: bool) -> NDArray[np.int64]:
    """Index of the nearest node to each place; -1 beyond the limit."""
    from scipy.spatial import cKDTree

    if planar:
        km, index = cKDTree(nodes).query(places)
    else:  # chords between points of the unit sphere: no seam at the date line
        chord, index = cKDTree(_on_sphere(nodes)).query(_on_sphere(places))
        km = 2 * EARTH_RADIUS_KM * np.arcsin(np.minimum(chord / 2, 1.0))
    return np.where(km <= limit_km, index, -1)


def _on_sphere(degrees: Matrix) -> Matrix:
    lat, lon = np.radians(degrees).T
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)
