"""Tables read once make the networks that the folder makes."""

from __future__ import annotations

from pathlib import Path

import pytest

from network.digest import network_digest
from network.errors import ScenarioError
from network.load import ScenarioTables, load_scenario

COUNT = "pools.santiago_quick_early.count"
VARIANTS = [
    {},
    {"staffing": "rich"},
    {"demand_factor": 1.3},
    {"changes": {COUNT: 9, "dispatch.candidates": 2, "travel.b_min_per_km": 0.6}},
    {"staffing": "lean", "changes": {"segments.vip.penalty": 99}, "demand_factor": 0.7},
    {},
]


def test_networks_are_those_of_the_folder_whatever_was_made_before() -> None:
    tables = ScenarioTables("regionB")
    for options in (*VARIANTS, *reversed(VARIANTS)):
        ours, theirs = tables.network(**options), load_scenario("regionB", **options)
        assert network_digest(ours) == network_digest(theirs)
        assert ours.data_sha256 == theirs.data_sha256
        assert ours.warnings == theirs.warnings


def test_a_fault_of_one_network_is_not_there_in_the_next() -> None:
    tables = ScenarioTables("regionB")
    for _ in range(2):
        with pytest.raises(ScenarioError, match="got '-1'"):
            tables.network(changes={COUNT: -1})
        with pytest.raises(ScenarioError, match="count_rch"):
            tables.network(staffing="rch")
        assert tables.network(changes={COUNT: 2}).pools


def test_faults_of_the_folder_are_told_each_time(tmp_path: Path) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "scenario.yaml").write_text("tiers: [{tier_id: a, kind: piont}]\n")
    tables = ScenarioTables("bad", tmp_path)
    told = []
    for _ in range(2):
        with pytest.raises(ScenarioError, match="piont") as error:
            tables.network()
        told.append(str(error.value))
    assert told[0] == told[1]


def test_a_road_graph_is_read_again_only_where_places_move(tmp_path: Path) -> None:
    (tmp_path / "roads").mkdir()
    ways = '<edge source="n" target="s"><data key="m">7</data></edge>'
    places = "".join(
        f'<node id="{name}"><data key="a">{lat}</data><data key="o">-3.0</data></node>'
        for name, lat in (("n", 40.2), ("s", 40.0))
    )
    (tmp_path / "roads" / "roads.graphml").write_text(
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
        '<key id="a" for="node" attr.name="lat" attr.type="double"/>'
        '<key id="o" for="node" attr.name="lon" attr.type="double"/>'
        '<key id="m" for="edge" attr.name="minutes" attr.type="double"/>'
        f'<graph edgedefault="undirected">{places}{ways}</graph></graphml>'
    )
    (tmp_path / "roads" / "scenario.yaml").write_text("""
tiers: [{tier_id: desk, kind: point}]
zones: [{zone_id: z, lat: 40.2, lon: -3.0, population: 1}]
sites: [{site_id: a, tier: desk, lat: 40.0, lon: -3.0}]
pools: [{pool_id: p, site: a, count: 1, skills: s}]
segments: [{segment_id: all, share: 1}]
channels: [{channel_id: phone}]
classes: [{class_id: call, rate_per_h: 1}]
entries: [{class_id: call, channel: phone, share: 1, stage: mend}]
stages: [{class_id: call, stage: mend, mode: visit, tier: desk, service: exponential(1min)}]
travel: {road_graph: roads.graphml}
""")
    tables = ScenarioTables("roads", tmp_path)
    first, second = tables.network(), tables.network(changes={"pools.p.count": 2})
    assert first.road_minutes is second.road_minutes
    moved = tables.network(changes={"sites.a.lat": 40.2})
    theirs = load_scenario("roads", changes={"sites.a.lat": 40.2}, root=tmp_path)
    assert network_digest(moved) == network_digest(theirs)
    assert network_digest(moved) != network_digest(first)


def test_values_are_those_of_the_variant() -> None:
    tables = ScenarioTables("regionB")
    assert [tables.value(COUNT, staffing) for staffing in tables.staffings()] == ["4", "3", "5"]
    assert tables.value("dispatch.policy") == "nearest_idle"
    assert tables.value("pools.nobody.count") is None
    assert tables.value("dispatch.nothing") is None
