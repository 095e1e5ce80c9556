"""Road graphs: quickest ways there that also lead back, between places and their nearest nodes."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_world import graphml

from network.errors import ScenarioError
from network.load.roads import read_graphml, road_matrices

CROSSING = {"a": (0.0, 0.0), "b": (0.0, 1.0), "c": (0.0, 2.0)}


def roads(tmp_path: Path, text: str) -> nx.DiGraph[str]:
    path = tmp_path / "roads.graphml"
    path.write_text(text)
    return read_graphml(path, planar=True)


def matrices(
    graph: nx.DiGraph[str], zones: list[tuple[float, float]], sites: list[tuple[float, float]]
) -> tuple[np.ndarray, np.ndarray]:
    return road_matrices(graph, np.array(zones), np.array(sites), snap_limit_km=0.6, planar=True)


def test_an_undirected_graph_is_open_both_ways(tmp_path: Path) -> None:
    graph = roads(tmp_path, graphml(CROSSING, [("a", "b", 3), ("b", "c", 4)]))
    assert graph["b"]["a"]["minutes"] == 3.0
    assert matrices(graph, [(0.0, 0.0)], [(0.0, 2.0)])[0].tolist() == [[7.0]]


def test_the_quickest_way_counts_not_the_fewest_roads(tmp_path: Path) -> None:
    graph = roads(tmp_path, graphml(CROSSING, [("a", "b", 3), ("b", "c", 4), ("a", "c", 9)]))
    assert matrices(graph, [(0.0, 0.0)], [(0.0, 2.0)])[0].tolist() == [[7.0]]


def test_kilometres_are_those_of_the_quickest_way_if_all_are_known() -> None:
    graph: nx.DiGraph[str] = nx.DiGraph()
    for name, (y, x) in CROSSING.items():
        graph.add_node(name, y=y, x=x)
    for one, other, minutes, km in (("a", "b", 3, 5.0), ("b", "c", 4, 6.0), ("a", "c", 9, 1.0)):
        graph.add_edge(one, other, minutes=minutes, km=km)
        graph.add_edge(other, one, minutes=minutes, km=km)
    assert matrices(graph, [(0.0, 0.0)], [(0.0, 2.0)])[1].tolist() == [[11.0]]
    graph["c"]["b"]["km"] = float("nan")
    assert np.isnan(matrices(graph, [(0.0, 0.0)], [(0.0, 2.0)])[1]).all()


def test_minutes_are_from_the_site_and_the_way_back_must_exist(tmp_path: Path) -> None:
    ring = graphml(CROSSING, [("a", "b", 3), ("b", "c", 4), ("c", "a", 5)], directed=True)
    assert matrices(roads(tmp_path, ring), [(0.0, 1.0)], [(0.0, 0.0)])[0].tolist() == [[3.0]]
    trap = graphml(CROSSING, [("a", "b", 3), ("b", "c", 4), ("b", "a", 5)], directed=True)
    minutes, km = matrices(roads(tmp_path, trap), [(0.0, 1.0), (0.0, 2.0)], [(0.0, 0.0)])
    assert minutes[0].tolist() == [3.0]
    assert np.isnan([minutes[1, 0], km[1, 0]]).all(), "c can be reached, but not left"


def test_places_use_their_nearest_node_within_the_limit(tmp_path: Path) -> None:
    graph = roads(tmp_path, graphml(CROSSING, [("a", "b", 3), ("b", "c", 4)]))
    zones = [(0.5, 0.0), (0.0, 0.6), (0.7, 2.0)]
    minutes, _ = matrices(graph, zones, [(0.0, 0.0)])
    assert minutes[:2, 0].tolist() == [0.0, 3.0]
    assert np.isnan(minutes[2, 0])


def test_a_graph_far_from_everything_is_refused(tmp_path: Path) -> None:
    graph = roads(tmp_path, graphml(CROSSING, [("a", "b", 3)]))
    with pytest.raises(ScenarioError, match=r"no zone lies within 0\.6 km of a road node"):
        matrices(graph, [(50.0, 50.0)], [(0.0, 0.0)])
    with pytest.raises(ScenarioError, match="no site lies within"):
        matrices(graph, [(0.0, 0.0)], [(50.0, 50.0)])


def test_degrees_snap_by_their_distance_on_the_globe() -> None:
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_node("north", y=60.0, x=10.0)
    graph.add_node("east", y=59.95, x=10.08)
    place = np.array([[59.95, 10.0]])  # 5.6 km from north; 4.5 km from east, though more degrees
    graph.add_edge("north", "east", minutes=8, km=9)
    graph.add_edge("east", "north", minutes=8, km=9)
    minutes, _ = road_matrices(
        graph, place, np.array([[60.0, 10.0]]), snap_limit_km=5, planar=False
    )
    assert minutes.tolist() == [[8.0]]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_minutes_are_those_of_floyd_and_warshall(seed: int) -> None:
    rng = np.random.default_rng(seed)
    count = 8
    length = np.where(
        rng.random((count, count)) < 0.35, rng.integers(1, 20, (count, count)), np.inf
    )
    graph: nx.DiGraph[str] = nx.DiGraph()
    for n in range(count):
        graph.add_node(str(n), y=0.0, x=float(n))
    for a, b in np.argwhere(np.isfinite(length)):
        if a != b:
            graph.add_edge(str(a), str(b), minutes=length[a, b], km=1.0)
    np.fill_diagonal(length, 0.0)
    for k in range(count):
        length = np.minimum(length, length[:, [k]] + length[[k]])
    places = [(0.0, float(n)) for n in range(count)]
    expected = np.where(np.isfinite(length + length.T), length.T, np.nan)  # [zone, site]
    np.testing.assert_array_equal(matrices(graph, places, places)[0], expected)
