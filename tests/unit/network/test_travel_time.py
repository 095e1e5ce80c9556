"""Base travel: override before road before distance model; positions in degrees or kilometres."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small_world import World, world

from network.model import Network
from network.travel import Metric, TravelModel
from network.travel_time import base_travel, distance_km, model_minutes, site_positions

__all__ = ["world"]

NORTH, SOUTH = 0, 1
ALL = slice(None)


def travel(network: Network, zones: slice = ALL) -> tuple[np.ndarray, np.ndarray]:
    return base_travel(network, zones, np.arange(len(network.sites)))


def test_great_circles() -> None:
    pole, equator = np.array([[90.0, 0.0]]), np.array([[0.0, 0.0], [0.0, 90.0], [0.0, 180.0]])
    quarter = 6371.0088 * np.pi / 2
    assert distance_km(Metric.GREAT_CIRCLE, pole, equator)[0] == pytest.approx([quarter] * 3)
    apart = distance_km(Metric.GREAT_CIRCLE, equator[:1], equator)[0]
    assert apart == pytest.approx([0, quarter, 2 * quarter])


def test_the_date_line_is_no_seam() -> None:
    west, east = np.array([[0.0, 179.9]]), np.array([[0.0, -179.9]])
    assert distance_km(Metric.GREAT_CIRCLE, west, east)[0, 0] == pytest.approx(22.24, abs=0.01)


def test_planar_metrics() -> None:
    origin, targets = np.zeros((1, 2)), np.array([[3.0, 4.0], [0.0, 0.0]])
    assert distance_km(Metric.EUCLIDEAN, origin, targets)[0].tolist() == [5.0, 0.0]
    assert distance_km(Metric.MANHATTAN, origin, targets)[0].tolist() == [7.0, 0.0]


def test_minutes_grow_as_a_root_and_then_in_line() -> None:
    way = TravelModel(a_min_per_sqrt_km=4, b_min_per_km=0.5)
    assert model_minutes(way, np.array([0.0, 1.0, 100.0])).tolist() == [0.0, 4.5, 90.0]


def test_the_distance_model_holds_where_nothing_else_is_known(world: World) -> None:
    network = world.load("good")
    minutes, km = travel(network)
    straight = distance_km(Metric.GREAT_CIRCLE, network.zones.position, site_positions(network))
    assert minutes == pytest.approx(4 * np.sqrt(straight) + 0.5 * straight)
    assert km == pytest.approx(1.3 * straight)


def test_an_override_goes_before_a_road_and_a_road_before_the_model(world: World) -> None:
    world.spoil(overrides="zone,site,minutes,km\nnorth,centre,7,\nsouth,garage,9,5\n")
    network = world.load()
    model, model_km = travel(world.load("good"))
    roads = np.array([[20.0, 21.0], [22.0, 23.0]])
    minutes, km = travel(replace(network, road_minutes=roads, road_km=roads / 2))
    assert minutes.tolist() == [[7.0, 21.0], [22.0, 9.0]]
    assert km.tolist() == [[10.0, 10.5], [11.0, 5.0]]
    assert travel(network)[0][NORTH, 1] == model[NORTH, 1]
    assert travel(network)[1][NORTH, 0] == model_km[NORTH, 0], "the model's kilometres stay"


def test_no_way_by_road_is_no_way_unless_off_road(world: World) -> None:
    network = world.load("good")
    model, model_km = travel(network)
    roads = np.array([[20.0, np.nan], [22.0, 23.0]])
    network = replace(network, road_minutes=roads, road_km=roads)
    assert travel(network)[0][NORTH].tolist() == [20.0, np.inf]
    off_road = replace(network, travel=network.travel.model_copy(update={"off_road": True}))
    minutes, km = travel(off_road)
    assert minutes[NORTH].tolist() == [20.0, model[NORTH, 1]]
    assert km[NORTH, 1] == model_km[NORTH, 1]


def test_beyond_the_limit_there_is_no_way(world: World) -> None:
    world.spoil(
        "travel: {limit: 15min}",
        overrides="zone,site,minutes\nnorth,centre,15\nnorth,garage,15.1\n",
    )
    minutes, _ = travel(world.load())
    assert minutes[NORTH].tolist() == [15.0, np.inf]


def test_zones_can_be_asked_for_in_parts(world: World) -> None:
    world.spoil(overrides="zone,site,minutes\nsouth,garage,9\n")
    network = world.load()
    whole, part = travel(network)[0], travel(network, slice(1, 2))[0]
    assert part.tolist() == whole[1:2].tolist()


def test_kilometres_place_sites_on_a_plane(world: World) -> None:
    world.spoil(
        "travel: {metric: manhattan, circuity: 1, a_min_per_sqrt_km: 0, b_min_per_km: 2}",
        zones="zone_id,x_km,y_km,population\nnorth,3,4,9\n",
        sites="site_id,tier,x_km,y_km\ncentre,desk,0,0\ngarage,field,3,3\n",
    )
    minutes, km = travel(world.load())
    assert km.tolist() == [[7.0, 1.0]]
    assert minutes.tolist() == [[14.0, 2.0]]
