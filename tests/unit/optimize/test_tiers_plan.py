"""Plans: what they say, why there is none, and whether they can be carried out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tiers_world import tiers_world

from network.errors import InfeasibleError
from network.load import load_plan
from network.model import Network
from optimize.solver import Limits, Status
from optimize.tiers import (
    TieredPlan,
    TierOptions,
    WaitShare,
    calibrated,
    place_tiers,
    plan_of,
    streams_of,
)
from optimize.tiers.check import check_tiers
from optimize.tiers.divide import parts_of
from optimize.tiers.outcome import today_of, ways_of
from optimize.tiers.remote import returning_load
from sim.api import simulate

QUICK = Limits(seconds=30.0, gap=1e-3)
PLAIN = TierOptions(intensities=(1.0,), promises=(), passes=1)


@pytest.fixture
def towns(tmp_path: Path) -> Network:
    return tiers_world(tmp_path)


@pytest.fixture
def plan(towns: Network) -> TieredPlan:
    found = place_tiers(towns, PLAIN, QUICK)
    assert found.opened, "the plan must change something"
    return found


def test_a_plan_passes_the_checker(towns: Network, plan: TieredPlan) -> None:
    assert check_tiers(towns, plan, PLAIN) == []
    assert plan.objective <= sum(plan.today.values())
    assert plan.bound <= plan.objective + 1e-6
    assert plan.bound_kind == "model"
    assert plan.saving == pytest.approx(sum(plan.today.values()) - plan.objective)


def test_the_checker_finds_what_is_wrong(towns: Network, plan: TieredPlan) -> None:
    shut = next(s.site_id for s in towns.sites if s.site_id not in plan.open_sites)
    zone, tier, _ = plan.assignments[0]
    staff = plan.staff[0]
    fewer = replace(staff, count=tuple(0 for _ in staff.count), agents=(0,))
    wrong = {
        "stated": replace(plan, objective=plan.objective * 1.01),
        "not open": replace(plan, assignments=((zone, tier, shut), *plan.assignments[1:])),
        "differ": replace(plan, open_sites=(*plan.open_sites, shut)),
        "h of duty": replace(plan, staff=(fewer, *plan.staff[1:])),
        "listed as opened": replace(plan, opened=()),
        "by pattern": replace(plan, staff=(replace(staff, agents=(99,)), *plan.staff[1:])),
    }
    for phrase, other in wrong.items():
        found = check_tiers(towns, other, PLAIN)
        assert any(phrase in one for one in found), (phrase, found)
    limited = replace(PLAIN, most_sites={"field": 1}, nested=((plan.opened[0], shut),))
    found = check_tiers(towns, plan, limited)
    assert any("at most 1" in one for one in found)
    assert any("without" in one for one in found)


def test_a_plan_goes_through_json_into_a_simulation(
    towns: Network, plan: TieredPlan, tmp_path: Path
) -> None:
    decision = plan_of(towns, plan)
    file = tmp_path / "plan.json"
    file.write_text(decision.model_dump_json())
    again = load_plan(file)
    assert again == decision
    planned = towns.with_plan(again)
    open_now = {s.site_id for s in planned.sites if s.status.is_open}
    assert open_now == {*plan.open_sites}
    heads = {
        site: sum(p.count for p in planned.pools if p.site == site) for site in plan.open_sites
    }
    assert heads == {one.site.site_id: one.people for one in plan.staff}
    assert all(p.count == 0 for p in planned.pools if p.site in plan.closed)
    result = simulate(planned, replications=2, seed=1, horizon="14d", warm_up="2d")
    assert not [w for w in result.warnings if "offered" in w or "no able site" in w]


def test_pools_keep_their_ids_where_the_pattern_is_the_same(
    towns: Network, plan: TieredPlan
) -> None:
    decision = plan_of(towns, plan)
    names = {pool.pool_id: pool for pool in decision.pools}
    assert "west_crew" in names
    assert names["east_base_crew"].skills == ("repair",)
    assert names["east_base_crew"].site == "east_base"


def test_new_sites_become_part_of_the_plan(towns: Network, plan: TieredPlan) -> None:
    before = replace(towns, sites=tuple(s for s in towns.sites if s.site_id != "east_base"))
    decision = plan_of(before, plan)
    assert [site.site_id for site in decision.sites] == ["east_base"]
    assert "east_base" not in decision.opened
    planned = before.with_plan(decision)
    assert next(s for s in planned.sites if s.site_id == "east_base").status.is_open


def test_infeasible_says_what_where_how_much_and_what_would_do(towns: Network) -> None:
    options = TierOptions(
        shares={"there_in_2h": 0.8}, most_sites={"field": 1}, intensities=(1.0, 0.85), passes=1
    )
    plan = place_tiers(towns, options, QUICK)
    assert plan.status is Status.INFEASIBLE
    assert np.isnan(plan.objective)
    (short,) = plan.shortfalls
    assert short.where == "there_in_2h, all"
    assert "80.0% asked" in short.message
    assert "would be enough" in short.message
    with pytest.raises(InfeasibleError, match="there_in_2h"):
        plan.require()


def test_an_impossible_budget_is_named(towns: Network) -> None:
    plan = place_tiers(towns, replace(PLAIN, budget={"all": 10.0}), QUICK)
    assert plan.status is Status.INFEASIBLE
    assert "budget" in plan.shortfalls[0].where


def test_a_zone_out_of_reach_is_listed(tmp_path: Path) -> None:
    network = tiers_world(tmp_path)
    limit = network.travel.model_copy(update={"limit": 25.0})
    sites = tuple(s for s in network.sites if s.site_id not in ("ford_base", "east_base"))
    third = next(s for s in network.sites if s.site_id == "ford_base").model_copy(
        update={"site_id": "mill_base", "x_km": 20.0}
    )
    network = replace(network, travel=limit, sites=(*sites, third))
    plan = place_tiers(network, PLAIN, QUICK)
    assert ("field", "east") in plan.uncovered
    assert ("field", "west") not in plan.uncovered
    assert check_tiers(network, plan, PLAIN) == []


def test_priced_misses_take_the_place_of_the_promise(towns: Network) -> None:
    options = TierOptions(shares={"there_in_2h": 0.99}, price_per_miss=0.01, passes=1)
    plan = place_tiers(towns, options, QUICK)
    assert plan.status.has_plan
    assert any("priced" in note for note in plan.notes)


def test_todays_network_may_stay(towns: Network) -> None:
    dear = tuple(
        s.model_copy(update={"opening_cost": 1e7, "closing_cost": 1e7}) for s in towns.sites
    )
    options = TierOptions(shares={"there_in_2h": 0.05}, passes=1)
    plan = place_tiers(replace(towns, sites=dear), options, QUICK)
    assert plan.opened == plan.closed == ()
    assert plan.objective <= sum(plan.today.values()) + 1e-6


def test_a_few_people_more_may_be_enough(towns: Network) -> None:
    dear = tuple(
        s.model_copy(update={"opening_cost": 1e8, "closing_cost": 1e8}) for s in towns.sites
    )
    network = replace(towns, sites=dear)
    (part,) = parts_of(network, streams_of(network), TierOptions())
    now = today_of(part, ways_of(part))[1].promises[0].share
    options = TierOptions(shares={"there_in_2h": now + 0.01}, passes=1, intensities=(1.0,))
    plan = place_tiers(network, options, QUICK)
    assert plan.status.has_plan
    assert plan.opened == plan.closed == ()
    assert plan.promises[0].share >= now + 0.01 - 1e-6
    assert sum(one.people for one in plan.staff) > 10
    assert any("people more" in note for note in plan.notes)
    planned = network.with_plan(plan_of(network, plan))
    assert sum(p.count for p in planned.pools) == sum(one.people for one in plan.staff)


def test_stated_waits_take_the_place_of_the_formula(towns: Network) -> None:
    never = WaitShare("east_base", "there_in_2h", np.array([0.0, 200.0]), np.array([0.0, 0.0]))
    (part,) = parts_of(towns, streams_of(towns), TierOptions(wait_share=(never,)))
    minutes = np.array([5.0])
    for offer in part.offers:
        if offer.site.tier == "field":
            kept = part.kept(0, offer, 8, 0.7, 0, minutes).share[0, 0]
            assert (kept == 0) == (offer.site.site_id == "east_base")


def test_calibration_meets_the_simulation_of_today(towns: Network) -> None:
    options = calibrated(towns, TierOptions(), replications=4, horizon="56d")
    factor = options.miss_factor["there_in_2h"]
    assert 0.25 <= factor <= 4
    shares = []
    for chosen in (TierOptions(), options):
        (part,) = parts_of(towns, streams_of(towns), chosen)
        _, outcome = today_of(part, ways_of(part))
        shares.append(outcome.promises[0].share)
    result = simulate(towns, replications=4, seed=0, horizon="56d", warm_up="28d")
    simulated = result.promises[0].estimate
    assert shares[1] == pytest.approx(simulated, abs=0.02)
    assert shares[0] == pytest.approx(simulated, abs=0.12), "the formula by itself is near"


def test_callers_who_give_up_come_back() -> None:
    loads = [returning_load(20.0, 0.2, 0.1, 4, share) for share in (0.0, 0.3, 0.6, 0.9)]
    assert loads[0] == 20.0
    assert loads == sorted(loads)
    assert loads[-1] < 20.0 / (1 - 0.9)
    with pytest.raises(ValueError, match="returning"):
        returning_load(20.0, 0.2, 0.1, 4, 1.0)
