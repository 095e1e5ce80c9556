"""A planner's tutorial: look at today, plan, read the proof, hold the plan against new requests.

Run: ``uv run python docs/tutorials/plan_a_network.py`` (a minute or two)

On the command line it is

    python -m sim scenario=regionC
    python -m optimize scenario=regionC
    python -m sim scenario=regionC plan=outputs/optimize/regionC/.../plan.json seed=99
"""

from __future__ import annotations

import contextlib
import json
import tempfile
from pathlib import Path

from optimize.__main__ import main as optimize
from sim.__main__ import main as sim

REGION = ["scenario=regionC", "horizon=35d", "warm_up=7d", "figures=false"]

with tempfile.TemporaryDirectory() as name, contextlib.chdir(name):
    # --- today: which promises are kept, what does it cost? --------------------------------
    sim([*REGION, "replications=5", "outcomes=false", "hydra.run.dir=today"])

    # --- a plan ------------------------------------------------------------------------------
    # Where to open points, how many people in which shift: placed by a model, staffed by
    # simulation, proved on requests that no part of the plan has seen. With few runs and little
    # time, so that the tutorial is short; the defaults are fit=20 screen=50 proof=200.
    quick = ["time_limit=10s", "rounds=1", "fit=6", "screen=12", "proof=60", "plays=500"]
    optimize([*REGION, *quick, "frontier=false", "bounds=false", "hydra.run.dir=plan"])

    # --- what is proved, and what is not -----------------------------------------------------
    decision = json.loads(Path("plan/decision.json").read_text("utf-8"))
    print("opened:", ", ".join(decision["opened"]) or "nothing")
    if Path("plan/certificate.json").exists():
        certificate = json.loads(Path("plan/certificate.json").read_text("utf-8"))
        print("certificate held:", certificate["held"])
        for row in certificate["attempts"][-1]["rows"]:
            print(f"  {row['requirement']:40} {row['simulated']:8.3f}  target {row['target']:.3f}")
    else:
        print(*decision["notes"], sep="\n")

    # --- the plan on new requests --------------------------------------------------------
    # Another seed is another set of customers. The plan is a file; take it, change it by hand,
    # and look again.
    words = ["plan=plan/plan.json", "seed=99", "replications=5", "outcomes=false"]
    sim([*REGION, *words, "hydra.run.dir=again"])
