"""What a user waits for: a fresh process to its first result, and a whole run of a region."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from benchmarks.speed.findings import Findings
from benchmarks.speed.stopwatch import Fresh, in_fresh_process, ratios
from benchmarks.speed.table import Row

_REGION_REQUESTS = 300_000
_REPLICATIONS = 11
"""Of region B, which make so many requests."""


def start(_requests: int, rounds: int) -> Findings:
    """A fresh process from import to outcomes, with the kernel compiled before and not."""
    first = ("-m", "benchmarks.speed.fresh", "start")
    in_fresh_process(*first)
    cold, cached = [], []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as cache:
            cold.append(in_fresh_process(*first, NUMBA_CACHE_DIR=cache))
            cached.append(in_fresh_process(*first, NUMBA_CACHE_DIR=cache))
    return Findings(
        (
            _cpu("fresh process to first outcomes, kernel cached", cached, 0.8, 0.5),
            _cpu("fresh process to first outcomes, kernel not cached", cold, 10, 5),
        ),
        (_on_the_clock("Kernel cached", cached), _on_the_clock("not cached", cold)),
    )


def region(_requests: int, rounds: int) -> Findings:
    """The command line on region B, whole process, with either engine."""
    runs: dict[str, list[Fresh]] = {"simpy": [], "compiled": []}
    requests = 0
    with tempfile.TemporaryDirectory() as folder:
        _simulate_region("compiled", Path(folder) / "first")
        for number in range(rounds):
            for engine, done in runs.items():
                output = Path(folder) / f"{engine}{number}"
                done.append(_simulate_region(engine, output))
                requests = int(json.loads((output / "run.json").read_text())["requests"])
    assert requests >= _REGION_REQUESTS, f"only {requests} requests: raise the replications"
    cpu = {engine: [one.cpu_s for one in done] for engine, done in runs.items()}
    wall = {engine: [one.wall_s for one in done] for engine, done in runs.items()}
    return Findings(
        (
            Row(
                "`python -m sim scenario=regionB`, whole process, compiled / SimPy engine",
                ratios(cpu["simpy"], cpu["compiled"]),
                reach=3,
                aim=8,
            ),
            Row("the same on the clock", ratios(wall["simpy"], wall["compiled"])),
        ),
        (f"Region B: {_REPLICATIONS} replications with {requests:,} requests, figures off.",),
    )


def _simulate_region(engine: str, output: Path) -> Fresh:
    return in_fresh_process(
        "-m", "sim", "scenario=regionB", "figures=false", "outcomes=false", f"engine={engine}",
        f"replications={_REPLICATIONS}", f"hydra.run.dir={output}",
    )  # fmt: skip


def _cpu(measure: str, runs: list[Fresh], reach: float, aim: float) -> Row:
    return Row(measure, tuple(one.cpu_s for one in runs), "s", reach, aim, most=True)


def _on_the_clock(what: str, runs: list[Fresh]) -> str:
    return f"{what}: {min(one.wall_s for one in runs):.2f} s on the clock at best."
