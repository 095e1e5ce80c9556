"""The placement model: coefficients by hand, and optima by enumeration."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import replace
from itertools import chain, combinations, product
from pathlib import Path

import numpy as np
import pytest
from tiers_world import TOWNS, tiers_world

from network.errors import ScenarioError
from network.model import Network
from network.places import SiteStatus
from optimize.solver import Limits, Program, Status
from optimize.tiers import Backup, TierOptions, place_tiers, streams_of
from optimize.tiers.divide import parts_of
from optimize.tiers.model import build
from optimize.tiers.variables import Placement

EXACT = Limits(seconds=60.0, gap=1e-7)
ROUGH = TierOptions(intensities=(1.0,), promises=(), passes=1, whole_zones=True)
MONTH_WEEKS = 365.25 / 12 / 7
FIELD = ("west_base", "ford_base", "east_base")
SHOPS = ("west_shop", "east_shop")


@pytest.fixture
def towns(tmp_path: Path) -> Network:
    return tiers_world(tmp_path)


def made(network: Network, options: TierOptions = ROUGH) -> tuple[Placement, Program]:
    (part,) = parts_of(network, streams_of(network), options)
    model = build(part)
    return model, model.builder.build()


def rows(program: Program) -> list[tuple[dict[int, float], float, float]]:
    """Every row as coefficients by variable with its limits."""
    found: dict[int, dict[int, float]] = defaultdict(dict)
    for row, column, value in zip(program.row, program.column, program.value, strict=True):
        found[int(row)][int(column)] = found[int(row)].get(int(column), 0.0) + float(value)
    return [
        (found[row], float(low), float(high))
        for row, (low, high) in enumerate(zip(program.row_lower, program.row_upper, strict=True))
    ]


def offer(model: Placement, name: str) -> int:
    return next(o for o, one in enumerate(model.part.offers) if one.site.site_id == name)


def test_sites_cost_rent_and_their_share_of_opening_or_closing(towns: Network) -> None:
    model, program = made(towns)
    cost = {name: program.cost[model.y[offer(model, name)]] for name in FIELD}
    assert cost["west_base"] == pytest.approx(2000 - 36000 / 36)
    assert cost["ford_base"] == pytest.approx(1500 + 18000 / 36)
    assert cost["east_base"] == pytest.approx(1200 + 36000 / 36)
    assert model.constant == pytest.approx((36000 + 7200) / 36)
    green, other = made(towns, replace(ROUGH, greenfield=True))
    assert other.cost[green.y[offer(green, "west_base")]] == pytest.approx(2000)
    assert green.constant == 0


def test_trips_cost_both_ways(towns: Network) -> None:
    model, program = made(towns)
    job, x = next(
        (job, x) for job, x in zip(model.part.jobs, model.x, strict=True) if job.tier == "field"
    )
    visits = 2 * 24 * 365.25 / 12
    for zone, o, variable in zip(job.zone, job.offer, x, strict=True):
        name = towns.zones.zone_id[zone]
        km = abs(TOWNS[name][0] - towns.sites[model.part.offers[o].number].x_km)
        share = TOWNS[name][1] / sum(people for _, people in TOWNS.values())
        expected = visits * share * 2 * (0.5 * 1.25 * km + 6 * km / 60)
        assert program.cost[variable] == pytest.approx(expected)


def test_every_zone_is_served_once_and_only_where_open(towns: Network) -> None:
    model, program = made(towns)
    found = rows(program)
    for job, x in zip(model.part.jobs, model.x, strict=True):
        for zone in range(len(towns.zones)):
            mine = {int(v): 1.0 for v in x[job.zone == zone]}
            assert (mine, 1.0, 1.0) in found
        for o, variable in zip(job.offer, x, strict=True):
            assert ({int(variable): 1.0, int(model.y[o]): -1.0}, -math.inf, 0.0) in found


def test_one_level_per_open_site_and_agents_within_it(towns: Network) -> None:
    model, program = made(towns)
    found, levels = rows(program), model.part.levels
    for o in range(len(model.part.offers)):
        mine = {int(z): 1.0 for z in model.z[levels.offer == o]} | {int(model.y[o]): -1.0}
        assert (mine, 0.0, 0.0) in found
    for n, z, least, most in zip(model.n, model.z, levels.least, levels.most, strict=True):
        assert ({int(n): 1.0, int(z): -float(most)}, -math.inf, 0.0) in found
        assert ({int(z): float(least), int(n): -1.0}, -math.inf, 0.0) in found


def test_lifted_work_follows_the_field_work(towns: Network) -> None:
    model, program = made(towns)
    found, part = rows(program), model.part
    (lift,), (flows,) = part.lifts, model.lifted
    total = 2 * 24 * 365.25 / 12 * 0.25 / 0.8
    assert lift.visits.sum() == pytest.approx(total)
    number = next(n for n, job in enumerate(part.jobs) if job.tier == "field")
    job, x = part.jobs[number], model.x[number]
    west, shop, other = (offer(model, n) for n in ("west_base", "west_shop", "east_shop"))
    balance = {int(f): 1.0 for f in flows.f[flows.source == west]}
    for i, variable in zip(job.zone[job.offer == west], x[job.offer == west], strict=True):
        balance[int(variable)] = -float(lift.visits[i])
    assert any(terms.keys() == balance.keys() and low == high == 0 for terms, low, high in found)
    assert any(
        terms == pytest.approx(balance) for terms, *_ in found if terms.keys() == balance.keys()
    )
    past = flows.f[(flows.source == west) & (flows.above == other)][0]
    expected = ({int(past): 1.0, int(model.y[shop]): total}, total)
    assert any(
        terms.keys() == expected[0].keys() and high == pytest.approx(total)
        for terms, _, high in found
    ), "only where the parent is shut"


def test_load_is_service_and_trips_against_work_per_agent(towns: Network) -> None:
    model, program = made(towns, replace(ROUGH, load_factor={"east_base": 1.5}))
    part, o = model.part, offer(model, "east_base")
    number = next(n for n, job in enumerate(part.jobs) if job.tier == "field")
    job, x = part.jobs[number], model.x[number]
    visits = 2 * 24 * 365.25 / 12
    people = sum(n for _, n in TOWNS.values())
    mine = {}
    for i, variable in zip(job.zone[job.offer == o], x[job.offer == o], strict=True):
        km, inhabitants = TOWNS[towns.zones.zone_id[i]]
        mine[int(variable)] = 1.5 * visits * inhabitants / people * (40 + 2 * abs(km - 60)) / 1e4
    load = [
        terms
        for terms, _, high in rows(program)
        if high == 0
        and terms.keys() >= mine.keys()
        and int(model.n[-1]) not in mine
        and {int(n) for n in model.n[part.levels.offer == o]} <= terms.keys()
    ]
    assert load
    assert all({v: terms[v] for v in mine} == pytest.approx(mine) for terms in load)
    today = sum(n * (40 + 2 * km) for km, n in TOWNS.values()) / people * visits / 8
    first = np.flatnonzero(part.levels.offer == o)[0]
    at_least = part.levels.work[first] + part.levels.work_slope[first] * part.levels.least[first]
    assert at_least == pytest.approx(today * part.levels.least[first])


def test_a_promise_row_counts_requests_kept(towns: Network) -> None:
    model, program = made(towns, replace(ROUGH, promises=None))
    (asked,) = model.asked
    assert (asked.area, asked.target) == (None, 0.6)
    assert asked.requests == pytest.approx(2 * 24 * 365.25 / 12)
    (served,) = model.served
    row = next(
        terms for terms, low, _ in rows(program) if low == pytest.approx(0.6 * asked.requests / 100)
    )
    kept = np.array([row.get(int(u), 0.0) for u in served.u]) * 100 / asked.requests
    assert ((kept >= 0) & (kept <= 1)).all()
    assert kept.max() > 0.6
    size = model.part.levels.least[served.level]
    for o in set(model.part.levels.offer[served.level].tolist()):
        own = model.part.levels.offer[served.level] == o
        assert (np.diff(kept[own][np.argsort(size[own])]) > -1e-6).all(), "larger crews wait less"
    trips = next(x for job, x in zip(model.part.jobs, model.x, strict=True) if job.tier == "field")
    assert all(row.get(int(x), 0.0) <= 1e-12 for x in trips), "trips only take away"


def test_floors_are_rows_of_areas(tmp_path: Path) -> None:
    more = "  - {promise_id: all_in_3h, tier: field, within: 3h, share: 0.7, floor: 0.5}"
    network = tiers_world(tmp_path, promises=more)
    model, _ = made(network, replace(ROUGH, promises=("all_in_3h",)))
    assert [(one.area, one.target) for one in model.asked] == [
        (None, 0.7), ("left", 0.5), ("right", 0.5),
    ]  # fmt: skip
    left = 1200 / 2500 * 2 * 24 * 365.25 / 12
    assert model.asked[1].requests == pytest.approx(left)


def test_required_nested_and_counted_sites(towns: Network) -> None:
    options = replace(ROUGH, nested=(("east_base", "east_shop"),), most_sites={"field": 2})
    sites = tuple(
        site.model_copy(update={"status": SiteStatus.REQUIRED})
        if site.site_id == "ford_base"
        else site
        for site in towns.sites
    )
    model, program = made(replace(towns, sites=sites), options)
    found = rows(program)
    y = {name: int(model.y[offer(model, name)]) for name in (*FIELD, *SHOPS)}
    assert ({y["ford_base"]: 1.0}, 1.0, math.inf) in found
    assert ({y["east_base"]: 1.0, y["east_shop"]: -1.0}, -math.inf, 0.0) in found
    assert ({y[name]: 1.0 for name in FIELD}, 1.0, 2.0) in found


def test_backup_and_budget_rows(towns: Network) -> None:
    options = replace(
        ROUGH, backup=(Backup("field", 20.0, 0.4),), budget={"all": 9e4}, budget_floor={"all": 1e3}
    )
    model, program = made(towns, options)
    found = rows(program)
    y = {name: int(model.y[offer(model, name)]) for name in FIELD}
    near = [terms for terms, _, high in found if high == 0 and 2.0 in terms.values()]
    sites = [{v for v in terms if terms[v] == -1.0} for terms in near]
    assert {y["ford_base"], y["east_base"]} in sites, "east and ford have two sites within 20 min"
    assert any(low == pytest.approx(0.4) for _, low, _ in found)
    money = [terms for terms, _, high in found if high == pytest.approx(90.0)]
    assert money[0][y["ford_base"]] == pytest.approx(2.0)
    assert any(
        low == pytest.approx(1.0) and terms.keys() == money[0].keys() for terms, low, _ in found
    )


def subsets(names: tuple[str, ...]) -> list[tuple[str, ...]]:
    return list(chain.from_iterable(combinations(names, k) for k in range(1, len(names) + 1)))


def cheapest(network: Network) -> float:
    """Least cost a month over all open sites and assignments, counted by hand."""
    site = {one.site_id: one for one in network.sites}
    visits, people = 2 * 24 * 365.25 / 12, sum(n for _, n in TOWNS.values())
    each = {name: visits * n / people for name, (_, n) in TOWNS.items()}
    per_agent = sum(each[z] * (40 + 2 * km) for z, (km, _) in TOWNS.items()) / 8
    bench_agents = math.ceil(
        1e-9 + visits * 0.25 / 0.8 * 60 / (visits * 0.25 / 0.8 * 60 / 2) - 1e-6
    )
    field_wage, bench_wage = (16 * 7 * MONTH_WEEKS * wage for wage in (10, 12))
    shops = min(
        sum(site[s].fixed_cost_per_month for s in chosen)
        + sum(site[s].opening_cost / 36 for s in chosen if not site[s].status.is_open)
        + sum(
            site[s].closing_cost / 36 for s in SHOPS if site[s].status.is_open and s not in chosen
        )
        + max(bench_agents, len(chosen)) * bench_wage
        for chosen in subsets(SHOPS)
    )
    best = math.inf
    for opened in subsets(FIELD):
        fixed = sum(site[s].fixed_cost_per_month for s in opened)
        fixed += sum(site[s].opening_cost / 36 for s in opened if not site[s].status.is_open)
        fixed += sum(
            site[s].closing_cost / 36 for s in FIELD if site[s].status.is_open and s not in opened
        )
        for served in product(opened, repeat=len(TOWNS)):
            work, travel = dict.fromkeys(opened, 0.0), 0.0
            for (zone, (km, _)), s in zip(TOWNS.items(), served, strict=True):
                away = abs(km - site[s].x_km)
                work[s] += each[zone] * (40 + 2 * away)
                travel += each[zone] * 2 * (0.5 * 1.25 * away + 6 * away / 60)
            agents = sum(max(1, math.ceil(w / per_agent - 1e-6)) for w in work.values())
            best = min(best, fixed + travel + agents * field_wage)
    return best + shops


@pytest.mark.parametrize(
    ("closing", "rent"), [(36000, 2000), (360000, 2000), (0, 9000), (36000, 14000)]
)
def test_the_optimum_is_that_of_enumeration(towns: Network, closing: float, rent: float) -> None:
    def priced(name: str) -> dict[str, float]:
        known = {
            "west_base": {"closing_cost": closing},
            "east_base": {"fixed_cost_per_month": rent},
        }
        return known.get(name, {})

    sites = tuple(site.model_copy(update=priced(site.site_id)) for site in towns.sites)
    network = replace(towns, sites=sites)
    plan = place_tiers(network, ROUGH, EXACT)
    assert plan.status is Status.OPTIMAL
    assert plan.objective == pytest.approx(cheapest(network), rel=1e-6)


def test_placements_that_are_cut_off_come_back_never_and_in_the_order_of_their_cost(
    towns: Network,
) -> None:
    visited: tuple[frozenset[str], ...] = ()
    costs = []
    while True:
        plan = place_tiers(towns, replace(ROUGH, visited=visited), EXACT)
        if not plan.status.has_plan:
            break
        assert frozenset(plan.open_sites) not in visited
        visited += (frozenset(plan.open_sites),)
        costs.append(plan.objective)
    assert plan.status is Status.INFEASIBLE
    # all bases bring their work to the western shop: beside it, the eastern one is idle
    assert len(visited) == len(subsets(FIELD)) * 2
    assert costs == pytest.approx(sorted(costs))


def test_of_several_regions_the_one_whose_next_best_costs_least_more_changes(
    towns: Network,
) -> None:
    west = [zone for zone, (km, _) in TOWNS.items() if km < 30]
    label = {"west_base": "west", "west_shop": "west"}
    sites = tuple(
        site.model_copy(update={"region": label.get(site.site_id, "east")}) for site in towns.sites
    )
    region = tuple("west" if zone in west else "east" for zone in towns.zones.zone_id)
    network = replace(towns, sites=sites, zones=replace(towns.zones, region=region))
    first = place_tiers(network, ROUGH, EXACT)
    second = place_tiers(network, replace(ROUGH, visited=(frozenset(first.open_sites),)), EXACT)
    others = [
        place_tiers(
            network, replace(ROUGH, least_sites={"field": 1}, most_sites={"field": n}), EXACT
        ).objective
        for n in (1, 2)
    ]
    assert second.status.has_plan
    assert set(second.open_sites) != set(first.open_sites)
    assert first.objective <= second.objective <= max(others) + 1e-6
    assert {"west_base", "west_shop"} <= set(second.open_sites), "that region has no choice"


def test_dearer_promises_cost_no_less(towns: Network) -> None:
    asked = (0.4, 0.6, 0.7)
    plans = [
        place_tiers(
            towns, TierOptions(shares={"there_in_2h": share}, passes=1, whole_zones=True), EXACT
        )
        for share in asked
    ]
    assert all(plan.status is Status.OPTIMAL for plan in plans)
    costs = [plan.objective for plan in plans]
    assert costs == sorted(costs)
    for plan, share in zip(plans, asked, strict=True):
        (kept,) = plan.promises
        assert kept.share >= share - 1e-6
        assert kept.target == share


def test_options_that_mean_nothing_are_all_named(towns: Network) -> None:
    options = TierOptions(
        nearest=0,
        budget={"nowhere": 1.0},
        shares={"there_in_2h": 1.5},
        nested=(("a", "west_base"),),
    )
    with pytest.raises(ScenarioError) as refused:
        place_tiers(towns, options)
    text = str(refused.value)
    for phrase in ("nearest", "nowhere", "shares.there_in_2h", "no site 'a'"):
        assert phrase in text
