"""What a plan changes in a network, and that the simulation follows it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from network.errors import ScenarioError
from network.load import load_plan, load_scenario
from network.model import Network
from network.people import Pool
from network.places import Site
from network.plan import Assignment, Plan
from sim.api import simulate
from sim.layout import lay_out


def _one_candidate_each(plan: Plan | None = None) -> Network:
    changes = {"dispatch.candidates": 1, "dispatch.policy": "assigned"}
    return load_scenario("regionA", changes=changes, plan=plan)


def test_zone_is_served_by_its_assigned_site_even_if_it_is_not_among_the_nearest() -> None:
    network = _one_candidate_each()
    open_points = [s.site_id for s in network.sites if s.tier == "point" and s.status.is_open]
    sent_to = open_points[0]
    plan = Plan(
        assignments=tuple(
            Assignment(zone=zone, tier="point", site=sent_to) for zone in network.zones.zone_id
        )
    )
    result = simulate(_one_candidate_each(plan), replications=1, horizon="3d", allow_overload=True)
    visits = result.estimates.query("kpi == 'served' and dimension == 'site'").set_index("key")
    assert visits.loc[sent_to, "mean"] > 0
    assert (visits.loc[open_points[1:], "mean"] == 0).all()


def test_assigned_site_that_cannot_do_the_work_takes_nobodys_place() -> None:
    network = _one_candidate_each()
    shut = next(s.site_id for s in network.sites if s.tier == "point" and not s.status.is_open)
    zones = network.zones.zone_id
    plan = Plan(assignments=tuple(Assignment(zone=z, tier="point", site=shut) for z in zones))
    before, after = (lay_out(_one_candidate_each(one), 1440.0).reach for one in (None, plan))
    assert (before.pair == after.pair).all()


def _new_point(network: Network) -> Plan:
    copied = next(s for s in network.sites if s.site_id == "vigo_point")
    site = copied.model_copy(update={"site_id": "new_point", "lat": 42.0, "lon": -8.6})
    crew = next(p for p in network.pools if p.site == "santiago_point")
    return Plan(
        scenario=network.name,
        sites=(site,),
        pools=(crew.model_copy(update={"pool_id": "new_crew", "site": "new_point"}),),
    )


def test_plan_opens_a_place_that_the_scenario_does_not_know(tmp_path: Path) -> None:
    plan = _new_point(load_scenario("regionB"))
    path = tmp_path / "plan.json"
    path.write_text(plan.model_dump_json())
    assert load_plan(path) == plan
    network = load_scenario("regionB", plan=load_plan(path))
    assert [s.site_id for s in network.sites] == sorted(s.site_id for s in network.sites)
    assert next(s for s in network.sites if s.site_id == "new_point").status.is_open
    simulate(network, replications=1, horizon="2d")


def test_new_places_of_a_plan_are_checked_together() -> None:
    wrong = Plan(
        sites=(
            Site(site_id="santiago_point", tier="point", lat=42.0, lon=-8.0),
            Site(site_id="lost", tier="piont", calendar="never", parent="lost"),
        )
    )
    with pytest.raises(ScenarioError) as told:
        load_scenario("regionB", plan=wrong)
    text = str(told.value)
    for part in ("is in the scenario already", "no tier 'piont'", "Did you mean 'point'",
                 "no calendar 'never'", "no other site 'lost'", "has no position"):  # fmt: skip
        assert part in text


def test_new_places_of_a_plan_need_a_way_on_the_road_graph() -> None:
    from dataclasses import replace

    import numpy as np

    network = load_scenario("regionB")
    roads = np.zeros((len(network.zones), len(network.sites)))
    with pytest.raises(ScenarioError, match="road graph knows no way"):
        replace(network, road_minutes=roads, road_km=roads).with_plan(_new_point(network))


def test_pools_of_a_plan_replace_or_join_those_of_the_scenario() -> None:
    network = load_scenario("regionB")
    first = network.pools[0].model_copy(update={"count": 7})
    joined = Pool(pool_id="more", site="santiago_point", count=2, skills=("field",))
    changed = network.with_plan(Plan(pools=(first, joined)))
    assert changed.pools[0].count == 7
    assert changed.pools[-1] == joined
    assert len(changed.pools) == len(network.pools) + 1
    assert json.loads(Plan(pools=(joined,)).model_dump_json())["pools"][0]["count"] == 2
