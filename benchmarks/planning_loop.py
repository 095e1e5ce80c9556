"""How long a whole plan takes, from the command to the proof, and how good it is.

Run: ``uv run python -m benchmarks.planning_loop regionB [national ...]``

Each scenario is planned as a planner would, in a process of its own; the frontier beside the plan
is left out unless asked for (``--frontier``). Reported: seconds on the clock and of processors,
model gap, whether the proof held, cost, and how far it lies above each bound.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def plan(scenario: str, words: list[str]) -> None:
    """Plan a scenario and print a line of figures."""
    with tempfile.TemporaryDirectory() as folder:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        began = time.perf_counter()
        command = [sys.executable, "-m", "optimize", f"scenario={scenario}", "figures=false"]
        subprocess.run([*command, *words, f"hydra.run.dir={folder}"], check=True)
        clock = time.perf_counter() - began
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        record = json.loads((Path(folder) / "decision.json").read_text("utf-8"))
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    cost = record["cost_per_month"]["after"]
    bounds = {
        name: f"{cost / amount - 1:.1%} above"
        for name, amount in record["bounds_per_month"].items()
        if isinstance(amount, float) and name != "model"
    }
    gap = record["placement"]["gap"]  # none for today's sites: they are no answer of the model
    print(
        f"\n{scenario}: {clock:.0f} s on the clock, {cpu:.0f} CPU s on {os.cpu_count()} cores; "
        f"rounds {len(record['rounds'])}, model gap {'none' if gap is None else f'{gap:.2%}'}, "
        f"proved {record['proved']}; {cost:,.0f} a month, {bounds}"
    )


def main() -> None:
    """Plan the scenarios that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenarios", nargs="*", default=["regionB"])
    parser.add_argument("--frontier", action="store_true")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    asked = parser.parse_args()
    for scenario in asked.scenarios:
        plan(scenario, [f"frontier={str(asked.frontier).lower()}", *asked.set])


if __name__ == "__main__":
    main()
