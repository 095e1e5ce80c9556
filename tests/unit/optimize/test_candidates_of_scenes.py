"""Candidate sites of a scenario, and its tiers as green fields."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest

from network.errors import ScenarioError
from network.load import load_scenario
from network.load.roads import road_matrices
from network.model import Network
from network.noun import Id
from network.places import Site, SiteStatus
from network.travel import Metric
from network.travel_time import base_travel, distance_km, site_positions
from optimize.placement.candidates import CandidateOptions, Origin
from optimize.scene_candidates import candidate_sites, greenfield, with_candidates


@pytest.fixture(scope="module")
def galicia() -> Network:
    return load_scenario("regionB")


def test_new_sites_are_sound_nouns_with_new_ids_sorted(galicia):
    new = candidate_sites(galicia, "point")
    ids = [site.site_id for site in new]
    assert len(new) >= 3
    assert ids == sorted(ids)
    assert not {*ids} & {site.site_id for site in galicia.sites}
    for site in new:
        assert Site.model_validate(site.model_dump()) == site
        assert (site.tier, site.status, site.queue_limit) == ("point", SiteStatus.CANDIDATE, None)


def test_places_are_named_after_their_zone_and_lie_there(galicia):
    options = CandidateOptions(origins=(Origin.PLACE,), least_population=25_000, apart_km=1)
    for site in candidate_sites(galicia, "point", options):
        zone = galicia.zones.zone_id.index(site.site_id.removeprefix("place_"))
        assert (site.lat, site.lon) == pytest.approx(tuple(galicia.zones.position[zone]))
        assert site.area == galicia.zones.area[zone]
        assert galicia.zones.population[zone] >= 25_000


def test_costs_and_calendar_are_those_of_the_median_site(galicia):
    points = [site for site in galicia.sites if site.tier == "point"]
    costs = sorted(site.fixed_cost_per_month for site in points)
    new = candidate_sites(galicia, "point")
    assert {site.fixed_cost_per_month for site in new} == {costs[(len(costs) - 1) // 2]}
    columns = ("ownership", "calendar", "cost_per_job", "opening_cost", "closing_cost")
    kinds = {tuple(getattr(site, c) for c in (*columns, "fixed_cost_per_month")) for site in points}
    assert {
        tuple(getattr(site, c) for c in (*columns, "fixed_cost_per_month")) for site in new
    } <= kinds


def test_costs_may_be_those_of_a_named_site(galicia):
    (known,) = (site for site in galicia.sites if site.site_id == "vigo_point")
    new = candidate_sites(galicia, "point", like="vigo_point")
    assert {site.fixed_cost_per_month for site in new} == {known.fixed_cost_per_month}


def test_parent_is_that_of_the_nearest_open_or_candidate_site(galicia):
    changed = {
        "vigo_point": {"parent": "vigo_workshop"},
        "ourense_point": {"status": SiteStatus.CLOSED, "parent": "coruna_workshop"},
    }
    sites = tuple(s.model_copy(update=changed.get(s.site_id, {})) for s in galicia.sites)
    moved = replace(galicia, sites=sites)
    known = [
        j for j, s in enumerate(sites) if s.tier == "point" and s.status is not SiteStatus.CLOSED
    ]
    parents = set()
    for site in candidate_sites(
        moved, "point", CandidateOptions(apart_km=5, least_population=9000)
    ):
        apart = distance_km(
            Metric.GREAT_CIRCLE, np.array([[site.lat, site.lon]]), site_positions(moved)[known]
        )
        nearest = sites[known[int(apart.argmin())]]
        assert site.parent == nearest.parent
        parents.add(site.parent)
    assert parents == {"vigo_workshop", "santiago_workshop"}


def test_nothing_is_proposed_beside_a_known_site_of_the_tier(galicia):
    options = CandidateOptions(merge_km=12, apart_km=5, least_population=5000)
    new = candidate_sites(galicia, "point", options)
    grown = with_candidates(galicia, new)
    positions = site_positions(grown)[[s.tier == "point" for s in grown.sites]]
    old = site_positions(galicia)[[s.tier == "point" for s in galicia.sites]]
    fresh = np.array([[s.lat, s.lon] for s in new])
    assert distance_km(Metric.GREAT_CIRCLE, fresh, old).min() >= 12 - 1e-3
    assert len(positions) == len(old) + len(new)


def test_proposing_twice_gives_new_ids_again(galicia):
    options = CandidateOptions(clusters=5, merge_km=1, origins=(Origin.GRAVITY, Origin.CLUSTER))
    once = with_candidates(galicia, candidate_sites(galicia, "point", options))
    more = candidate_sites(once, "point", replace(options, seed=3, clusters=9))
    ids = [site.site_id for site in with_candidates(once, more).sites]
    assert len(set(ids)) == len(ids)
    assert any(one.endswith("_2") and one[:-2] in ids for one in ids)


def test_a_grown_network_keeps_order_and_travel_of_what_it_had(galicia):
    grown = with_candidates(galicia, candidate_sites(galicia, "point"))
    ids = [site.site_id for site in grown.sites]
    assert ids == sorted(ids)
    numbers = np.array([ids.index(site.site_id) for site in galicia.sites])
    everywhere = slice(0, len(galicia.zones))
    before = base_travel(galicia, everywhere, np.arange(len(galicia.sites)))
    after = base_travel(grown, everywhere, numbers)
    assert all((b == a).all() for b, a in zip(before, after, strict=True))


def test_travel_by_road_reaches_new_sites_too(galicia):
    roads: nx.DiGraph = nx.DiGraph()
    at = galicia.zones.position[:40]
    for n, (lat, lon) in enumerate(at.tolist()):
        roads.add_node(str(n), y=lat, x=lon)
        if n:
            roads.add_edge(str(n - 1), str(n), minutes=1.0, km=1.0)
            roads.add_edge(str(n), str(n - 1), minutes=1.0, km=1.0)
    how = {"snap_limit_km": 15.0, "planar": False}
    minutes, km = road_matrices(roads, galicia.zones.position, site_positions(galicia), **how)
    by_road = replace(galicia, road_minutes=minutes, road_km=km)
    new = candidate_sites(by_road, "point")
    with pytest.raises(ScenarioError, match="travel is by road; expected the road graph"):
        with_candidates(by_road, new)
    by_road = replace(by_road, travel=by_road.travel.model_copy(update={"snap_limit_km": 15.0}))
    grown = with_candidates(by_road, new, roads)
    whole, _ = road_matrices(roads, galicia.zones.position, site_positions(grown), **how)
    assert np.array_equal(grown.road_minutes, whole, equal_nan=True)


def test_greenfield_frees_existing_sites_of_the_tier_only(galicia):
    required = tuple(
        s.model_copy(update={"status": SiteStatus.REQUIRED}) if s.site_id == "lugo_point" else s
        for s in galicia.sites
    )
    bare = greenfield(replace(galicia, sites=required), "point")
    for before, after in zip(required, bare.sites, strict=True):
        if before.tier == "point" and before.status is SiteStatus.EXISTING:
            assert (after.status, after.closing_cost) == (SiteStatus.CANDIDATE, 0)
        else:
            assert after == before
    assert any(s.status is SiteStatus.EXISTING for s in galicia.sites if s.tier == "point")


@pytest.mark.parametrize(
    ("tier", "options", "like", "message"),
    [
        ("piont", None, None, "Did you mean 'point'"),
        ("point", CandidateOptions(clusters=0), None, "clusters: got 0"),
        ("point", None, "vigo_pint", "Did you mean 'vigo_point'"),
    ],
)
def test_what_cannot_be_proposed_is_told_in_words(galicia, tier, options, like, message):
    with pytest.raises(ScenarioError, match=message):
        candidate_sites(galicia, tier, options, like=like)


def test_a_tier_without_a_site_to_copy_from_is_refused(galicia):
    sites = tuple(s for s in galicia.sites if s.tier != "experience")
    with pytest.raises(ScenarioError, match="lists no site of tier 'experience'"):
        candidate_sites(replace(galicia, sites=sites), "experience")


def test_an_id_that_is_taken_is_refused(galicia):
    with pytest.raises(ScenarioError, match="is in the scenario already"):
        with_candidates(galicia, galicia.sites[:1])


def test_ids_of_long_and_odd_names_are_sound(galicia):
    from pydantic import TypeAdapter

    zones = replace(galicia.zones, area=tuple(f"{a} / <{'x' * 90}>" for a in galicia.zones.area))
    new = candidate_sites(
        replace(galicia, zones=zones),
        "point",
        CandidateOptions(origins=(Origin.GRAVITY,), merge_km=0, gravity_per_area=3),
    )
    assert len(new) >= 4
    for site in new:
        TypeAdapter(Id).validate_python(site.site_id)
