"""A scenario folder becomes a network: bases, tables, changes, staffing variants, plans."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from small_world import SITES, World, world

from network.errors import ScenarioError
from network.load import list_scenarios, load_plan, load_scenario
from network.model import Network
from network.places import SiteStatus
from network.plan import Assignment, Plan

__all__ = ["world"]


def pool(network: Network, name: str) -> int:
    return next(one.count for one in network.pools if one.pool_id == name)


# --- bases ----------------------------------------------------------------------------


def test_a_scenario_is_a_difference_over_its_base(world: World) -> None:
    world.spoil("settings: {title: Other}\ntravel: {b_min_per_km: 0.7}", sites=SITES)
    network, good = world.load(), world.load("good")
    assert network.settings.title == "Other"
    assert network.settings.utc_offset == "+01:00", "single settings are inherited"
    assert (network.travel.a_min_per_sqrt_km, network.travel.b_min_per_km) == (4.0, 0.7)
    assert network.sites[1].parent is None, "a table is taken whole"
    assert network.stages == good.stages


def test_bases_of_bases(world: World) -> None:
    world.spoil("settings: {title: Middle, currency: CHF}")
    world.write("scenario.yaml", "base: bad\nsettings: {title: Top}", scenario="top")
    settings = world.load("top").settings
    assert (settings.title, settings.currency, settings.utc_offset) == ("Top", "CHF", "+01:00")


def test_a_chain_of_bases_comes_to_an_end(world: World) -> None:
    world.write("scenario.yaml", "base: b", scenario="a")
    world.write("scenario.yaml", "base: a", scenario="b")
    with pytest.raises(ScenarioError, match="chain of bases is circular"):
        world.load("a")


def test_a_road_graph_is_looked_for_where_it_is_named(world: World) -> None:
    world.give_roads("not a graph")
    world.write("scenario.yaml", "base: bad\nsettings: {title: Top}", scenario="top")
    with pytest.raises(ScenarioError, match=r"roads.graphml: not readable as GraphML"):
        world.load("top")


# --- tables ---------------------------------------------------------------------------


def test_rows_may_stand_inline_in_one_file_or_in_several(world: World) -> None:
    head, *rows = SITES.splitlines()
    world.write("north/sites.csv", f"{head}\n{rows[0]}\n", scenario="parts")
    world.spoil(
        "tables: {sites: [../parts/north/sites.csv, more.csv]}", more=f"{head}\n{rows[1]}\n"
    )
    assert [one.site_id for one in world.load().sites] == ["centre", "garage"]
    world.spoil("tables: {sites: more.csv}", more=SITES)
    assert [one.site_id for one in world.load().sites] == ["centre", "garage"]


def test_inline_rows_go_before_files(world: World) -> None:
    world.spoil(
        "sites: [{site_id: only, tier: desk, lat: 40, lon: -3}]\n"
        "pools: [{pool_id: p, site: only, count: 1, skills: phone;repair}]",
        sites=SITES,
    )
    assert [one.site_id for one in world.load().sites] == ["only"]


def test_rows_are_sorted_by_key_but_agents_keep_their_order(world: World) -> None:
    lines = SITES.splitlines()
    world.spoil(
        sites="\n".join([lines[0], lines[2], lines[1]]) + "\n",
        pools="pool_id,site,count,skills\nz,centre,1,phone\na,garage,1,repair\nm,centre,1,phone\n",
    )
    network = world.load()
    assert [one.site_id for one in network.sites] == ["centre", "garage"]
    assert [one.pool_id for one in network.pools] == ["z", "a", "m"]


def test_empty_cells_take_the_default(world: World) -> None:
    world.spoil(sites="site_id,tier,lat,lon,queue_limit,status\ncentre,desk,40,-3,,\ngarage,field,40,-3,7,closed\n",
                pools="pool_id,site,count,skills\np,centre,1,phone;repair\n")  # fmt: skip
    centre, garage = world.load().sites
    assert (centre.queue_limit, centre.status) == (None, SiteStatus.EXISTING)
    assert (garage.queue_limit, garage.status) == (7, SiteStatus.CLOSED)


def test_installed_base_is_stated_or_follows_from_population(world: World) -> None:
    world.spoil(zones="zone_id,lat,lon,population,installed_base\na,40,-3,50,\nb,40,-3,50,7\n")
    zones = world.load().zones
    assert zones.installed_base.tolist() == [5.0, 7.0]
    with pytest.raises(ValueError, match="read-only"):
        zones.population[0] = 3


def test_every_file_read_has_its_digest(world: World) -> None:
    path = world.root / "bad" / "sites.csv"
    world.spoil(sites=SITES)
    digests = world.load().data_sha256
    assert set(digests) == {"bad/scenario.yaml", "bad/sites.csv", "good/scenario.yaml"}
    assert digests["bad/sites.csv"] == hashlib.sha256(path.read_bytes()).hexdigest()
    path.write_text(SITES.replace("40.1", "40.2"))
    assert world.load().data_sha256["bad/sites.csv"] != digests["bad/sites.csv"]


def test_scenarios_are_listed_by_name_and_a_faulty_one_hides_no_other(world: World) -> None:
    world.write("scenario.yaml", "settings: [", scenario="broken")
    world.write("scenario.yaml", "settings: {currency: EUR}", scenario="base_only")
    world.write("scenario.yaml", "settings: {title: Deep}", scenario="x/y")
    listed = list_scenarios(world.root)
    assert [*listed] == ["broken", "good", "x/y"]
    assert "Two towns" in listed["good"]
    with pytest.raises(
        ScenarioError, match=r"expected one of broken, good, x/y\. Did you mean 'good'"
    ):
        world.load("goood")


def test_the_shipped_scenarios_load() -> None:
    for name in list_scenarios():
        network = load_scenario(name)
        assert network.name == name
        assert network.settings.title


# --- staffing, demand, changes ------------------------------------------------------------


def test_a_staffing_variant_takes_the_place_of_the_count(world: World) -> None:
    assert pool(world.load("good"), "clerks") == 3
    lean = world.load("good", staffing="lean")
    assert (pool(lean, "clerks"), pool(lean, "crew")) == (2, 4)
    with pytest.raises(ScenarioError, match=r"no column 'count_rich'; there is base, lean"):
        world.load("good", staffing="rich")


def test_demand_is_a_factor_on_the_network(world: World) -> None:
    assert world.load("good", demand_factor=1.5).demand_factor == 1.5


def test_single_values_can_be_changed(world: World) -> None:
    network = world.load(
        "good",
        changes={
            "pools.clerks.count": 7,
            "pools.clerks.skills": "phone; chat",
            "dispatch.policy": "least_wait",
            "entries.fault/phone.stage": "mend",
            "travel.hour_factors": [2.0],
        },
    )
    assert (pool(network, "clerks"), network.pools[0].skills) == (7, ("phone", "chat"))
    assert network.dispatch.policy == "least_wait"
    assert {e.class_id: e.stage for e in network.entries} == {"question": "ask", "fault": "mend"}
    assert network.travel.hour_factors == (2.0,)


def test_a_change_goes_over_the_staffing_variant(world: World) -> None:
    network = world.load("good", staffing="lean", changes={"pools.clerks.count": 9})
    assert pool(network, "clerks") == 9


@pytest.mark.parametrize(
    ("path", "phrase"),
    [
        ("pools.clarks.count", "pools has no row 'clarks'. Did you mean 'clerks'?"),
        ("pools.count", "expected table.row.column"),
        ("pool.clerks.count", "Did you mean 'pools'?"),
        ("shifts.day.starts", "expected table.row.column"),
        ("pools.clerks.cuont", r"unknown column 'cuont'"),
        ("settings.titel", "Did you mean 'title'?"),
        ("", "expected table.row.column"),
    ],
)
def test_what_cannot_be_changed_is_named(world: World, path: str, phrase: str) -> None:
    with pytest.raises(ScenarioError) as error:
        world.load("good", changes={path: 1})
    assert phrase in str(error.value)


# --- plans ----------------------------------------------------------------------------


def plan_file(world: World, content: object) -> Path:
    path = world.folder / "plan.json"
    path.write_text(json.dumps(content))
    return path


NEW = {"pool_id": "n", "site": "garage", "count": 1, "skills": "a"}
TWO = SITES + "annex,field,40.2,-3\n"


def test_a_plan_opens_closes_staffs_and_assigns(world: World) -> None:
    world.spoil(sites=TWO)
    content = {
        "scenario": "bad",
        "opened": ["annex"],
        "closed": ["garage"],
        "pools": [{"pool_id": "new", "site": "annex", "count": 2, "skills": ["repair"]},
                  {"pool_id": "clerks", "site": "centre", "count": 1, "skills": "phone"}],
        "assignments": [{"zone": "north", "tier": "field", "site": "annex"}],
    }  # fmt: skip
    network = world.load(plan=load_plan(plan_file(world, content)))
    assert {one.site_id: one.status.value for one in network.sites} == {
        "annex": "existing", "centre": "existing", "garage": "closed"
    }  # fmt: skip
    assert [(one.pool_id, one.count) for one in network.pools] == [
        ("clerks", 1),
        ("crew", 4),
        ("new", 2),
    ]
    assert network.assignments == (Assignment(zone="north", tier="field", site="annex"),)


def test_an_empty_plan_changes_nothing(world: World) -> None:
    plain, planned = world.load("good"), world.load("good", plan=Plan())
    assert (planned.sites, planned.pools) == (plain.sites, plain.pools)


@pytest.mark.parametrize(
    ("content", "phrase"),
    [
        ({"opened": ["garge"]}, "plan, opened: there is no site 'garge'. Did you mean 'garage'?"),
        ({"closed": ["x"]}, "plan, closed: there is no site 'x'."),
        ({"opened": ["garage"], "closed": ["garage"]}, "'garage' is both opened and closed"),
        ({"closed": ["centre", "garage"]}, "no site is existing or required"),
        ({"pools": [{**NEW, "site": "x"}]}, "plan, pool n: there is no site 'x'"),
        ({"pools": [{**NEW, "shift": "nite"}]}, "plan, pool n: there is no shift 'nite'"),
        ({"pools": [NEW, NEW]}, "plan, pools: 'n' is given twice"),
        ({"assignments": [{"zone": "nort", "tier": "field", "site": "garage"}]},
         "there is no zone 'nort'. Did you mean 'north'?"),
        ({"assignments": [{"zone": "north", "tier": "field", "site": "centre"}]},
         "there is no site 'centre' of tier 'field'"),
    ],
)  # fmt: skip
def test_a_plan_that_does_not_fit_is_refused(
    world: World, content: dict[str, object], phrase: str
) -> None:
    with pytest.raises(ScenarioError) as error:
        world.load("good", plan=load_plan(plan_file(world, content)))
    assert phrase in str(error.value)


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("{", "plan.json: not readable as JSON"),
        ("[]", "plan.json: got []; expected keys with values"),
        ('{"open": []}', "plan.json, open: unknown key; expected one of scenario, sites, opened"),
        ('{"open": [], "opened": 3}', "plan.json, opened: got 3; expected a list"),
        ('{"pools": [{"pool_id": "x"}]}', "plan.json, pools[1].site: is missing"),
        ('{"pools": [{"pool_id": "x", "site": "a", "skills": "b", "count": 1.5}]}',
         "plan.json, pools[1].count: got 1.5; expected an integer"),
        ('{"pools": [{"pool_id": "x", "site": "a", "skills": "b", "count": 1, "shfit": "d"}]}',
         "Did you mean 'shift'?"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_plan_is_refused(world: World, text: str, phrase: str) -> None:
    path = world.folder / "plan.json"
    path.write_text(text)
    with pytest.raises(ScenarioError) as error:
        load_plan(path)
    assert phrase in str(error.value)
