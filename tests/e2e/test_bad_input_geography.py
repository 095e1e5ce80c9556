"""GEO: positions in the wrong units, and road graphs with holes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from small_world import NODES, SITES, World, graphml, world

from network.travel_time import base_travel

__all__ = ["world"]


@pytest.mark.parametrize(
    ("lat", "lon", "phrase"),
    [
        (
            "4450000",
            "440000",
            "lat: got '4450000'; expected degrees from -90 to 90 (WGS84), not metres",
        ),
        ("91", "-3", "lat: got '91'; expected degrees"),
        ("40", "-181", "lon: got '-181'; expected degrees from -180 to 180"),
        ("-3.1", "40.1", "from the middle of the zones. Are lat and lon swapped?"),
        ("0", "0", "sites, garage: lies at 0, 0 in the Gulf of Guinea; is the position missing?"),
        ("", "", "sites, garage: has no position; expected lat and lon in degrees"),
        ("40.1", "", "sites, garage: has no position"),
        ("52", "70", " km from the middle of the zones."),
    ],
)
def test_GEO_CRS(world: World, lat: str, lon: str, phrase: str) -> None:
    world.spoil(sites=SITES.replace("garage,field,40.1,-3.1", f"garage,field,{lat},{lon}"))
    world.refuses(phrase)


def test_GEO_CRS_degrees_and_kilometres_are_never_mixed(world: World) -> None:
    world.spoil("travel: {metric: euclidean}")
    world.refuses(
        "zones, north: has no position; expected x_km and y_km, as the metric is planar",
        "sites, centre: has no position",
    )
    world.spoil(zones="zone_id,x_km,y_km,population\nnorth,3,4,9\n")
    world.refuses("zones, north: has no position; expected lat and lon in degrees")


def test_GEO_CRS_the_date_line_is_no_seam(world: World) -> None:
    world.spoil(
        zones="zone_id,lat,lon,population\nwest,-17,179.9,9\neast,-17,-179.9,9\nfar,-17,178.5,9\n",
        sites="site_id,tier,lat,lon\ncentre,desk,-17,179.95\ngarage,field,-17,-179.95\n",
    )
    network = world.load()
    _, km = base_travel(network, slice(None), np.array([1]))
    assert network.zones.zone_id == ("east", "far", "west")
    assert km[:, 0] == pytest.approx([1.3 * 5.32, 1.3 * 164.8, 1.3 * 15.95], rel=0.01)


@pytest.mark.parametrize("minutes", ["-5", "0", "nan", "inf", "NaN", "-inf"])
def test_GEO_GRAPH_an_edge_without_a_time(world: World, minutes: str) -> None:
    world.give_roads(graphml(NODES, [("n", "g", 9), ("g", "s", minutes)]))
    world.refuses("roads.graphml, edge s - g: got minutes", "expected a number > 0")


def test_GEO_GRAPH_many_faulty_edges_are_counted(world: World) -> None:
    nodes = {f"p{n}": (40.0, -3.0) for n in range(100)}
    world.give_roads(graphml(nodes, [(f"p{n}", f"p{n + 1}", -1) for n in range(99)]))
    said = world.refuses("edge p4 - p5", "94 more nodes and edges are faulty")
    assert len(said.splitlines()) < 10


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("", "not readable as GraphML"),
        ("not xml", "not readable as GraphML"),
        ("<graphml></graphml>", "not readable as GraphML"),
        (graphml({}, []), "the graph is empty; expected nodes and edges"),
        (graphml({"n": (440000.0, 4450000.0)}, []), "expected lat and lon in degrees (WGS84)"),
        (graphml({"n": (float("nan"), -3.0)}, []), "node n: got nan, -3; expected lat and lon"),
        (graphml({"n": (40.2, -3.0), "s": (40.0, -3.1)}, [("n", "x", 4)]), "node x: got nan, nan"),
        (graphml({name: (lon, lat) for name, (lat, lon) in NODES.items()}, [("n", "s", 4)]),
         "no zone lies within 10 km of a road node (snap_limit_km). Are lat and lon swapped"),
    ],
)  # fmt: skip
def test_GEO_GRAPH_that_is_none(world: World, text: str, phrase: str) -> None:
    world.give_roads(text)
    world.refuses(phrase)


def test_GEO_GRAPH_that_is_missing(world: World) -> None:
    world.spoil("travel: {road_graph: roads.graphml}")
    world.refuses_to_run("roads.graphml: the file does not exist")
    world.spoil("travel: {road_graph: ../good/scenario.yaml}")
    world.refuses_to_run(
        "travel.road_graph: '../good/scenario.yaml' lies outside the scenario's folder"
    )


def test_GEO_GRAPH_disconnected_pairs_are_listed_and_never_averaged(world: World) -> None:
    world.give_roads(graphml(NODES, [("n", "g", 9), ("n", "c", 3)]))
    answer = world.check()
    assert answer.code == 0
    assert (
        "2 of 4 pairs of zone and site have no way by road there and back, so nobody travels "
        "there: south - centre, south - garage" in " ".join(answer.out.split())
    )
    assert "fault/mend: no able site for 1 of 2 zones (south)" in " ".join(answer.out.split())
    words = [*world.words("horizon=20d", "change={classes.fault.rate_per_h: 4}")]
    assert world.run(*words).code == 0
    visits = pd.read_parquet(world.output / "outcomes.parquet").query("stage == 'mend'")
    assert set(visits.visit_status[visits.zone == "south"]) == {"unserved"}
    assert visits.response[visits.zone == "south"].isna().all()
    estimates = pd.read_parquet(world.output / "estimates.parquet")
    assert np.isfinite(estimates["mean"][estimates.kpi == "response_mean"].dropna()).all()


def test_GEO_GRAPH_off_road_falls_back_and_says_so(world: World) -> None:
    world.give_roads(graphml(NODES, [("n", "g", 9), ("n", "c", 3)]), ", off_road: true")
    (warning,) = world.load().warnings
    assert "so the distance model serves them: south - centre, south - garage" in warning


def test_GEO_GRAPH_a_one_way_trap_is_no_way(world: World) -> None:
    trap = [("c", "n", 3), ("n", "c", 3), ("g", "n", 9), ("n", "g", 9), ("c", "s", 4)]
    world.give_roads(graphml(NODES, trap, directed=True))
    (warning,) = world.load().warnings
    assert "south - centre, south - garage" in warning


def test_GEO_GRAPH_of_parallel_edges_the_quickest_counts(world: World) -> None:
    ways = [("n", "g", 9), ("n", "g", 5), ("n", "g", 7), ("s", "g", 2), ("c", "g", 1)]
    world.give_roads(graphml(NODES, ways))
    network = world.load()
    assert network.road_minutes is not None
    assert network.road_minutes[0].tolist() == [6.0, 5.0]


def test_GEO_GRAPH_a_zone_far_from_any_node_is_listed(world: World) -> None:
    nodes = {**NODES, "s": (39.7, -3.1)}
    world.give_roads(graphml(nodes, [("n", "g", 9), ("n", "c", 3), ("s", "g", 4)]))
    (warning,) = world.load().warnings
    assert "south - centre, south - garage" in warning
