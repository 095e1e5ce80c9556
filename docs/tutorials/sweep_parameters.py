"""A researcher's tutorial: describe a study in a file, run it, ask the store, read what matters.

Run: ``uv run python docs/tutorials/sweep_parameters.py``

On the command line the same is::

    python -m study run my_study.yaml --dry
    python -m study run my_study.yaml
    python -m study query "select staffing, avg(cost) from runs group by staffing"
    python -m study sensitivity my_study.yaml sensitivity.method=morris
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from sim.store import Store
from study.campaign.file import read_study
from study.campaign.findings import rows_of, table_of
from study.campaign.run import points_of, run_study
from study.sensitivity.analysis import analyse, sample_of

# --- describe the study -----------------------------------------------------------------
# What holds everywhere (base), what is varied (factors), how its points are chosen (design),
# what is read off (kpis), how often each point runs, and how many runs it may take at most.
FILE = """
title: Staffing and demand of region C
base: {scenario: regionC, horizon: 10d, warm_up: 3d, seed: 1}
factors:
  staffing: [base, rich]
  demand.factor: {range: [0.8, 1.0]}
  scale.travel_time: {range: [0.9, 1.1]}
design: {kind: sobol, samples: 4, seed: 1}
kpis: [cost, sla/tier/point, response_p90/tier/point]
frontier: {cost: cost, service: sla/tier/point}
sensitivity: {method: morris, samples: 4}
replications: 3
budget: 100
"""
place = tempfile.TemporaryDirectory()
folder = Path(place.name)
(folder / "my_study.yaml").write_text(FILE)
study = read_study(folder / "my_study.yaml")  # key=value words may follow: ["replications=5"]
points = points_of(study)
print(f"{len(points)} points, {sum(point.replications for point in points)} runs")

# --- run it, twice ----------------------------------------------------------------------
# All points meet the same requests, so their differences are paired. What the store has is
# never computed again: the second pass finds everything there.
store = Store(folder / "store")
first = run_study(study, points, store)
second = run_study(study, points, store)
print(f"computed {first.done}, then {second.done}; found {second.reused}")

# --- read it ----------------------------------------------------------------------------
# A row per point: its parameters beside the means and their 95 % limits. `pareto` marks the
# points that no other beats in both figures of the frontier.
table = table_of(second, rows_of(second))
columns = ["staffing", "demand.factor", "cost", "cost_lower", "cost_upper", "pareto"]
print(table[columns].round(2).to_string(index=False))

# --- ask the store ----------------------------------------------------------------------
# A row per replication, in SQL: every parameter and key figure is a column.
answer = store.query("""
    select staffing, count(*) as runs, avg(cost) as cost, avg(sla) as sla
    from runs group by staffing order by staffing
""")
print(answer.round(3).to_string(index=False))

# --- what matters -----------------------------------------------------------------------
# Morris screening: the mean absolute change of a figure over an input's whole range, and the
# share of it that is noise of the replications. More samples, and method: sobol for shares
# of the variance, tell more.
sample = sample_of(study)
found, outcome = analyse(sample, store)
print(f"\n{outcome.done} runs more for the screening")
for one in found[:2]:
    for factor, size, noise in zip(study.factors, one.indices.size, one.indices.noise, strict=True):
        print(f"{one.measure.name:16} {factor.name:18} {size:12,.3f}   noise {noise:4.0%}")

place.cleanup()
