"""A few towns on a line with a field tier and a workshop tier, small enough to enumerate."""

from __future__ import annotations

from pathlib import Path

from network.load import load_scenario
from network.model import Network

TOWNS = {"west": (0, 900), "mill": (20, 300), "ford": (45, 500), "east": (60, 800)}
"""Kilometre on the line, and inhabitants."""


def tiers_world(
    folder: Path, *, promises: str = "", sites: str = "", settings: str = "", pools: str = ""
) -> Network:
    """The network; more promises, sites, settings and pools as YAML rows."""
    zones = "".join(
        f"  - {{zone_id: {name}, region: all, area: {'left' if km < 30 else 'right'}, "
        f"x_km: {km}, y_km: 0, population: {people}}}\n"
        for name, (km, people) in TOWNS.items()
    )
    text = f"""
settings: {{units_per_inhabitant: 1.0}}
travel: {{metric: euclidean, a_min_per_sqrt_km: 0, b_min_per_km: 1.0, circuity: 1.25,
  noise_sigma: 0.3}}
costs: {{travel_per_km: 0.5, travel_per_h: 6}}
dispatch: {{policy: assigned}}
tiers:
  - {{tier_id: field, kind: point}}
  - {{tier_id: shop, kind: regional}}
zones:
{zones}
sites:
  - {{site_id: west_base, tier: field, x_km: 0, y_km: 0, parent: west_shop, region: all,
     fixed_cost_per_month: 2000, closing_cost: 36000}}
  - {{site_id: ford_base, tier: field, x_km: 45, y_km: 0, parent: west_shop, region: all,
     status: candidate, fixed_cost_per_month: 1500, opening_cost: 18000}}
  - {{site_id: east_base, tier: field, x_km: 60, y_km: 0, parent: west_shop, region: all,
     status: candidate, fixed_cost_per_month: 1200, opening_cost: 36000}}
  - {{site_id: west_shop, tier: shop, x_km: 0, y_km: 0, region: all, fixed_cost_per_month: 3000,
     closing_cost: 7200}}
  - {{site_id: east_shop, tier: shop, x_km: 60, y_km: 0, region: all, status: candidate,
     fixed_cost_per_month: 2500, opening_cost: 7200}}
{sites}
shifts:
  - {{shift_id: day, days: daily, starts: "06:00", ends: "22:00"}}
pools:
  - {{pool_id: west_crew, site: west_base, count: 8, skills: repair, shift: day, wage_per_h: 10}}
  - {{pool_id: west_bench, site: west_shop, count: 2, skills: bench, shift: day, wage_per_h: 12}}
{pools}
segments:
  - {{segment_id: everybody, share: 1}}
channels:
  - {{channel_id: phone}}
classes:
  - {{class_id: fault, rate_per_h: 2, weight: installed_base}}
entries:
  - {{class_id: fault, channel: phone, share: 1, stage: mend}}
stages:
  - {{class_id: fault, stage: mend, mode: visit, tier: field, skill: repair,
     service: exponential(40min), resolve: 0.75, if_unresolved: ship}}
  - {{class_id: fault, stage: ship, mode: delay, service: constant(1d), if_resolved: fix}}
  - {{class_id: fault, stage: fix, mode: remote, tier: shop, skill: bench, choice: parent,
     service: exponential(60min), resolve: 0.8, if_unresolved: fix}}
promises:
  - {{promise_id: there_in_2h, tier: field, within: 2h, share: 0.6}}
{promises}
{settings}
"""
    place = folder / "towns"
    place.mkdir(parents=True, exist_ok=True)
    (place / "scenario.yaml").write_text(text)
    return load_scenario("towns", root=folder)
