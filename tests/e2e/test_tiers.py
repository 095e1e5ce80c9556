"""Tiered placement on the shipped regions: place, check, simulate before and after."""

from __future__ import annotations

from dataclasses import replace

import pytest

from network.load import load_scenario
from network.model import Network
from optimize.solver import Limits
from optimize.tiers import TierOptions, calibrated, place_tiers, plan_of
from optimize.tiers.check import check_tiers
from optimize.tiers.divide import parts_of
from optimize.tiers.outcome import today_of, ways_of
from optimize.tiers.streams import streams_of
from sim.api import simulate
from sim.result import Result


def run(network: Network) -> Result:
    return simulate(network, replications=4, seed=3, horizon="56d", warm_up="28d")


def test_predictions_of_today_are_near_the_simulation() -> None:
    network = load_scenario("regionB")
    (part,) = parts_of(network, streams_of(network), TierOptions())
    _, outcome = today_of(part, ways_of(part))
    simulated = {one.promise.promise_id: one.estimate for one in run(network).promises}
    for name in ("point_4h", "point_90min", "installation_window", "workshop_1d"):
        model = next(p for p in outcome.promises if p.promise_id == name and p.area is None)
        assert model.share == pytest.approx(simulated[name], abs=0.05), name


@pytest.mark.long
@pytest.mark.parametrize("region", ["regionB", "regionC"])
def test_a_region_is_placed_and_keeps_its_promises_in_simulation(region: str) -> None:
    network = load_scenario(region)
    options = calibrated(network)
    plan = place_tiers(network, options, Limits(seconds=120.0, gap=0.02))
    assert plan.status.has_plan
    assert check_tiers(network, plan, options) == []
    planned = network.with_plan(plan_of(network, plan))
    assigned = planned.dispatch.model_copy(update={"policy": "assigned"})
    before, after = run(network), run(replace(planned, dispatch=assigned))
    kept = {one.promise.promise_id: one for one in after.promises}
    for one in plan.promises:
        if one.area is None:
            target = kept[one.promise_id].promise.share
            assert kept[one.promise_id].estimate > target - 0.02, one.promise_id
    assert after.interval("cost")[0] < before.interval("cost")[0]


@pytest.mark.long
def test_region_b_gains_points_and_its_response_falls() -> None:
    network = load_scenario("regionB")
    plan = place_tiers(network, TierOptions(), Limits(seconds=120.0, gap=0.02))
    own = [one.site.site_id for one in plan.staff if one.site.tier == "point" and not one.partner]
    assert len(own) >= 3
    after = run(network.with_plan(plan_of(network, plan)))
    before = run(network)
    was = before.interval("response_mean", "tier", "point")
    now = after.interval("response_mean", "tier", "point")
    assert now[2] < was[1], "intervals apart"
