"""Tiered placement: gap reached in the time allowed, on regionB with 40 candidates and national.

Run by hand: ``python -m benchmarks.placement_tiers [regionB|national|...] [seconds]``. Seconds are
those of the clock (the solver's limit), CPU seconds of this process and its children beside them.
"""

from __future__ import annotations

import resource
import sys
import time

from network.load import load_scenario
from network.model import Network
from optimize.placement.candidates import CandidateOptions
from optimize.scene_candidates import candidate_sites, with_candidates
from optimize.solver import Limits
from optimize.tiers import TierOptions, calibrated, place_tiers
from optimize.tiers.check import check_tiers

CASES = {"regionA": 60.0, "regionB": 60.0, "regionC": 60.0, "regionB40": 60.0, "national": 600.0}


def network_of(case: str) -> Network:
    """A scenario; ``regionB40`` has so many sites of the placed tiers that a plan may open."""
    network = load_scenario("regionB" if case == "regionB40" else case)
    if case == "regionB40":
        known = sum(site.tier != "remote" for site in network.sites)
        options = CandidateOptions(least_population=0.0, apart_km=8.0, most_places=60, clusters=1)
        new = candidate_sites(network, "point", options)
        population = dict(zip(network.zones.zone_id, network.zones.population, strict=True))
        largest = sorted(new, key=lambda s: -population.get(s.site_id.removeprefix("place_"), 0.0))
        network = with_candidates(network, tuple(largest[: 40 - known]))
    return network


def cpu_seconds() -> float:
    """Of this process and its finished children."""
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in usage)


def run(case: str, seconds: float, options: TierOptions | None = None) -> None:
    """Place and print a row."""
    network = network_of(case)
    options = options or calibrated(network)
    began, cpu = time.perf_counter(), cpu_seconds()
    plan = place_tiers(network, options, Limits(seconds=seconds, gap=0.01))
    wall, cpu = time.perf_counter() - began, cpu_seconds() - cpu
    wrong = check_tiers(network, plan, options)
    print(
        f"{case}: {plan.status}, {plan.objective:,.0f} a month, bound {plan.bound:,.0f}, "
        f"gap {plan.gap:.2%}, {wall:.0f} s, {cpu:.0f} CPU s, {len(wrong)} violations; today "
        f"{sum(plan.today.values()):,.0f}"
    )
    print("  opened", ", ".join(plan.opened), "; closed", ", ".join(plan.closed))
    for note in (*plan.notes, *wrong):
        print("  ", note)


if __name__ == "__main__":
    chosen = sys.argv[1] if len(sys.argv) > 1 else "all"
    for name, limit in CASES.items():
        if chosen in ("all", name):
            run(name, float(sys.argv[2]) if len(sys.argv) > 2 else limit)
