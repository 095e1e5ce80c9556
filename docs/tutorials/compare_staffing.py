"""A consultant's tutorial: lock a baseline, compare staffing scenarios, read the answer.

Run: ``uv run python docs/tutorials/compare_staffing.py``

On the command line it is, with the folders of one's own runs,

    python -m sim scenario=regionC
    python -m study baseline lock outputs/regionC/...
    python -m study compare scenario=regionC staffing=lean staffing=rich
    python -m sim scenario=regionC staffing=lean        # its summary now ends with the difference
"""

from __future__ import annotations

import contextlib
import json
import tempfile
from pathlib import Path

from sim.__main__ import main as sim
from study.__main__ import main as study

SHORT = ["scenario=regionC", "horizon=21d", "warm_up=7d"]

with tempfile.TemporaryDirectory() as name, contextlib.chdir(name):
    # --- a baseline that matches history, locked ------------------------------------------
    # From here on it is what everything else is held against: its figures, its seed, and the
    # digests of its data. Whoever changes the data under it is told so.
    sim([*SHORT, "replications=8", "figures=false", "outcomes=false", "hydra.run.dir=history"])
    study(["baseline", "lock", "history"])
    study(["baseline", "show"])

    # --- what if: fewer people, more people ---------------------------------------------
    # The baseline is the base without being named. All are played on its very requests, so a
    # difference is one of staffing alone; all verdicts are corrected for their number.
    words = ["scenario=regionC", "staffing=lean", "staffing=rich"]
    study(["compare", *words, "--out", "staffing", "--no-figures"])

    # --- the answer ----------------------------------------------------------------------
    # comparison.json holds the sentences of the report and every number behind them.
    found = json.loads(Path("staffing/comparison.json").read_text("utf-8"))
    for one in found["alternatives"]:
        print(f"\n{one['label']} against the {found['base']}")
        for sentence in one["answer"]:
            print(f"  {sentence}")
        worse = [row for row in one["verdicts"] if row["verdict"] == "worse"]
        print(f"  {len(worse)} figures are worse, of {len(one['verdicts'])}")

    # The cost, component by component; the steps add up to the difference.
    lean = next(one for one in found["alternatives"] if one["label"] == "staffing=lean")
    for step in lean["cost"]:
        print(f"{step['component']:10} {step['difference']:+12,.0f} EUR a month")

    # --- small enough not to matter? -----------------------------------------------------
    # "No evidence" is no proof of equality. With a margin, equivalence is tested.
    words = [*words[:2], "--margin", "promise=1%", "--margin", "cost=1000"]
    study(["compare", *words, "--answer", "none", "--no-figures", "--out", "margin"])
    found = json.loads(Path("margin/comparison.json").read_text("utf-8"))
    for row in found["alternatives"][0]["verdicts"]:
        if row["kpi"] == "promise":
            print(f"{row['key']:24} {row['difference']:+8.2%}  {row['verdict']}")
