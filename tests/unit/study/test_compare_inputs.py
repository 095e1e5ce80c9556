"""What differs between two networks: exactly what was planted, summarised for people."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from network.load import load_scenario
from network.model import Network
from network.people import Shift
from network.places import SiteStatus
from study.compare.inputs import ADDED, REMOVED, InputChange, input_changes, summarise_inputs
from study.compare.view import levers


@pytest.fixture(scope="module")
def region() -> Network:
    return load_scenario("regionC")


def test_a_network_does_not_differ_from_itself(region: Network) -> None:
    assert input_changes(region, load_scenario("regionC")) == ()


def test_planted_changes_are_found_exactly(region: Network) -> None:
    pool, site, promise = region.pools[3], region.sites[0], region.promises[0]
    other = load_scenario(
        "regionC",
        demand_factor=1.15,
        changes={
            f"pools.{pool.pool_id}.count": pool.count + 2,
            f"pools.{pool.pool_id}.wage_per_h": 99,
            f"sites.{site.site_id}.queue_limit": 7,
            f"promises.{promise.promise_id}.within": "45s",
            "dispatch.policy": "least_wait",
            "costs.travel_per_km": 0.5,
        },
    )
    assert set(input_changes(region, other)) == {
        InputChange("demand", "", "factor", 1.0, 1.15),
        InputChange("pools", pool.pool_id, "count", pool.count, pool.count + 2),
        InputChange("pools", pool.pool_id, "wage_per_h", pool.wage_per_h, 99.0),
        InputChange("sites", site.site_id, "queue_limit", site.queue_limit, 7),
        InputChange("promises", promise.promise_id, "within", promise.within, 0.75),
        InputChange("dispatch", "", "policy", "nearest_idle", "least_wait"),
        InputChange("costs", "", "travel_per_km", 0.32, 0.5),
    }


def test_a_change_is_found_whichever_side_it_is_on(region: Network) -> None:
    other = load_scenario("regionC", staffing="rich", channels={"phone": {"chat": 0.2}})
    there, back = input_changes(region, other), input_changes(other, region)
    assert [(c.noun, c.row, c.field, c.before, c.after) for c in there] == [
        (c.noun, c.row, c.field, c.after, c.before) for c in back
    ]
    assert {(change.noun, change.field) for change in there} == {
        ("pools", "count"),
        ("entries", "share"),
    }


def test_rows_that_only_one_has_are_told(region: Network) -> None:
    fewer = replace(region, pools=region.pools[1:], overrides=region.overrides[:-1])
    found = {(c.noun, c.field) for c in input_changes(region, fewer)}
    assert found == {("pools", REMOVED), ("overrides", REMOVED)}
    assert {c.field for c in input_changes(fewer, region)} == {ADDED}


def test_zones_roads_and_rows_without_a_key_are_compared(region: Network) -> None:
    people = region.zones.population.copy()
    people[5] *= 2
    first = region.shifts[0]
    later = first.model_copy(update={"starts": first.starts + 30})
    ways = np.ones((len(region.zones), len(region.sites)))
    other = replace(
        region,
        zones=replace(region.zones, population=people),
        shifts=(later, *region.shifts[1:], Shift(shift_id="new", days=(0,), starts=0.0, ends=60.0)),
        road_minutes=ways,
        road_km=ways,
    )
    assert set(input_changes(region, other)) == {
        InputChange(
            "zones", region.zones.zone_id[5], "population",
            float(region.zones.population[5]), float(people[5]),
        ),
        InputChange("shifts", first.shift_id, "pattern", *_rows(region, other, first.shift_id)),
        InputChange("shifts", "new", ADDED, None, "1 rows"),
        InputChange("roads", "", "road_minutes", None, "by road"),
        InputChange("roads", "", "road_km", None, "by road"),
    }  # fmt: skip


def _rows(before: Network, after: Network, shift: str) -> tuple[str, str]:
    counts = [sum(one.shift_id == shift for one in side.shifts) for side in (before, after)]
    return f"{counts[0]} rows", f"{counts[1]} rows"


def test_names_and_titles_are_no_difference(region: Network) -> None:
    titled = region.settings.model_copy(update={"title": "Other words", "description": "x"})
    assert input_changes(region, replace(region, name="copy", settings=titled)) == ()


def test_long_lists_are_summed_up_with_the_largest_first(region: Network) -> None:
    other = load_scenario("regionC", staffing="lean")
    changes = input_changes(region, other)
    (line,) = summarise_inputs(changes, region, other)
    places = {site.site_id for site in region.sites if site.status.is_open}
    people = [
        sum(pool.count for pool in one.pools if pool.site in places) for one in (region, other)
    ]
    assert len(places) < len(region.sites)  # nobody works at a candidate
    assert (line.noun, line.field, line.rows) == ("pools", "count", len(region.pools))
    assert line.changed == len(changes)
    assert line.total == tuple(map(float, people))
    sizes = [change.size for change in line.examples]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] == max(change.size for change in changes)


def test_levers_are_what_a_planner_would_say(region: Network) -> None:
    closed = next(s for s in region.sites if s.status.is_open)
    sites = tuple(
        s.model_copy(update={"status": SiteStatus.CLOSED}) if s is closed else s
        for s in region.sites
    )
    other = replace(
        load_scenario("regionC", demand_factor=0.9, channels={"phone": {"chat": 0.2}}), sites=sites
    )
    found = levers(region, other, input_changes(region, other))
    gone = sum(pool.count for pool in region.pools if pool.site == closed.site_id)
    assert found.demand == (1.0, 0.9)
    assert (found.opened, found.closed) == (0, 1)
    assert found.agents[0] - found.agents[1] == gone
    assert found.channels
    assert not found.promises
    assert not found.others
