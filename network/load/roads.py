"""Road graphs (GraphML) -> travel minutes and kilometres between zones and sites."""

from __future__ import annotations

import math
from pathlib import Path

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from network.errors import Problem, ScenarioError
from network.load.text import decode

MAX_GRAPH_BYTES = 500_000_000

Matrix = NDArray[np.float64]


def read_graphml(path: Path) -> nx.DiGraph[str]:
    """A road graph with ``lat``/``lon`` (or ``y``/``x``) on nodes, ``minutes`` and ``km`` on edges.

    Parallel edges: the quickest counts. An undirected graph is open both ways.

    Raises
    ------
    ScenarioError
        If the file declares entities or a DTD, is not GraphML, or an edge has no finite
        time > 0 (negative, zero and NaN are listed).
    """
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    text = decode(path, MAX_GRAPH_BYTES)
    try:
        fromstring(text, forbid_dtd=True)
        graph = nx.parse_graphml(text)
    except DefusedXmlException:
        message = "declares a DTD or entities, which are refused; expected plain GraphML"
        raise ScenarioError(path.name, [Problem(path.name, message)]) from None
    except (ParseError, nx.NetworkXError, KeyError, ValueError) as error:
        raise ScenarioError(
            path.name, [Problem(path.name, f"not readable as GraphML: {error}")]
        ) from None
    problems: list[Problem] = []
    roads: nx.DiGraph[str] = nx.DiGraph()
    for node, data in graph.nodes(data=True):
        try:
            roads.add_node(
                node,
                y=float(str(data.get("lat", data.get("y")))),
                x=float(str(data.get("lon", data.get("x")))),
            )
        except ValueError:
            problems.append(
                Problem(f"{path.name}, node {node}", "needs numbers lat and lon (or y and x)")
            )
    for tail, head, data in graph.edges(data=True):
        minutes, km = _number(data.get("minutes")), _number(data.get("km"))
        if not minutes > 0 or math.isinf(minutes):
            where = f"{path.name}, edge {tail} - {head}"
            problems.append(
                Problem(where, f"got minutes {data.get('minutes')!r}; expected a number > 0")
            )
            continue
        for a, b in ((tail, head),) if graph.is_directed() else ((tail, head), (head, tail)):
            if not roads.has_edge(a, b) or roads[a][b]["minutes"] > minutes:
                roads.add_edge(a, b, minutes=minutes, km=km)
    if problems:
        raise ScenarioError(path.name, problems)
    return roads


def _number(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        return math.nan


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

    scale = np.array([1.0, 1.0])
    if not planar:
        scale = 111.2 * np.array([1.0, math.cos(math.radians(float(nodes[:, 0].mean())))])
    distance, index = cKDTree(nodes * scale).query(places * scale)
    return np.where(distance <= limit_km, index, -1)
