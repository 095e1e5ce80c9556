"""First steps from Python: load, simulate, look, compare, dispatch in one's own way.

Run: ``uv run python docs/tutorials/first_steps.py``
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from network.load import load_scenario
from network.model import Dispatch
from sim.api import draw_samples, simulate
from sim.policies import Options, register

# --- load and simulate ---------------------------------------------------------------
network = load_scenario("regionC")
run = {"seed": 1, "horizon": "14d", "warm_up": "7d", "replications": 4}
result = simulate(network, **run)

# Tidy tables: a row per replication and figure, a row per estimate.
tiers = result.estimates.query("kpi == 'response_p90' and dimension == 'tier'")
print(tiers[["key", "mean", "lower", "upper", "unit"]].to_string(index=False))

mean, lower, upper = result.interval("sla", "tier", "point")
print(f"\nwithin the base points' target: {mean:.1%} ({lower:.1%} to {upper:.1%})")
for promise in result.promises:
    verdict = "met" if promise.met else "missed" if promise.missed else "not shown"
    print(f"{promise.promise.promise_id:24} {promise.estimate:6.1%}  {verdict}")

# --- compare on the same requests ------------------------------------------------------
# Tables are drawn once and played under both staffings, so the difference of a
# replication is a difference of staffing alone.
tables = draw_samples(network, seed=1, replications=4, horizon="14d")
rich = simulate(load_scenario("regionC", staffing="rich"), samples=tables, **run)
costs = result.kpis_by_replication[0].index.position("cost")
difference = rich.values[:, costs] - result.values[:, costs]
print(f"\nrich staffing costs {np.mean(difference):+,.0f} EUR a month")


# --- a dispatch policy of one's own ----------------------------------------------------
@register("shortest_queue")
def shortest_queue(
    count: int, now: float, mean_service_min: float, assigned: int, options: Options
) -> int:
    """The candidate with the fewest visits waiting; ties go to the nearer one."""
    best = 0
    for position in range(1, count):
        if options.waiting[position] < options.waiting[best]:
            best = position
    return best


other = replace(network, dispatch=Dispatch(policy="shortest_queue", candidates=2))
changed = simulate(other, samples=tables, **run)
for name, found in (("nearest idle", result), ("shortest queue", changed)):
    print(f"response in the field, {name}: {found.interval('field_response_mean')[0]:.0f} min")
