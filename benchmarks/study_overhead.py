"""Measure what a study costs beside its simulations.

    uv run python -m benchmarks.study_overhead                       # 1,000 points x 20
    uv run python -m benchmarks.study_overhead --points 100          # a first look

A study of many small points (an M/M/c queue under demands of its own, 14 days) on all cores:
which share of the processor's time went into sampling, kernel and key figures, what a point
costs beside its runs, and how long a question to the store takes afterwards.

Processor time does not depend on what else the machine does; the share of the cores' time
(wall time times cores) does, and means something on a quiet machine only.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import ParamSpec, TypeVar

from network.load import load_scenario
from network.quantity import MINUTES_PER_DAY
from sim import replicate
from sim.engines import Engine, compiled_engine
from sim.kpis import Window
from sim.store import Store
from study.execution import Execution, run_points, work
from study.points import Point

P = ParamSpec("P")
R = TypeVar("R")

QUESTIONS = {
    "a mean of all runs": "select avg(response_p90) from runs",
    "means by parameter": "select demand, avg(cost), avg(response_p90) from runs group by demand",
    "means by tier": "select point, key, avg(value) from runs join figures using (run) "
    "where kpi = 'response_p90' and dimension = 'tier' group by all",
}
FRESH = """
import sys, time
from sim.store import Store
import duckdb, pandas, pyarrow.parquet
began = time.perf_counter()
Store(sys.argv[1]).query(sys.argv[2])
print(time.perf_counter() - began)
"""
"""A question of a process that has not seen the store, libraries loaded."""


class Clock:
    """Processor seconds of functions, over all threads."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._lock = threading.Lock()

    def around(self, name: str, function: Callable[P, R]) -> Callable[P, R]:
        """The function, timed."""

        def timed(*words: P.args, **options: P.kwargs) -> R:
            began = time.thread_time()
            try:
                return function(*words, **options)
            finally:
                with self._lock:
                    self.seconds[name] += time.thread_time() - began

        return timed


def main() -> None:
    """Measure and show."""
    asked = _arguments()
    points = _points(asked.points, asked.replications, asked.days)
    clock = Clock()
    for name in ("sample", "check_identities", "summarise", "outcomes_digest"):
        setattr(replicate, name, clock.around(name, getattr(replicate, name)))
    compiled_engine.run = clock.around("kernel", compiled_engine.run)
    work.play = clock.around("play", work.play)
    execution = Execution(engine=Engine.COMPILED, workers=asked.workers)
    with tempfile.TemporaryDirectory() as folder:
        warm = [replace(point, name="warm", replications=1, first=999) for point in points[:1]]
        run_points(warm, Store(Path(folder) / "warm"), execution)
        clock.seconds.clear()
        store = Path(folder) / "store"
        cpu, wall = time.process_time(), time.perf_counter()
        summary = run_points(points, Store(store), execution)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        assert summary.done == asked.points * asked.replications
        _show(clock.seconds, cpu, wall, asked.points, asked.workers)
        began = time.process_time()
        again = run_points(points, Store(store), execution)
        assert again.done == 0
        spent = (time.process_time() - began) / asked.points
        print(f"A second pass: {1e3 * spent:.2f} ms of processor time a point, nothing computed")
        sizes = [path.stat().st_size for path in store.iterdir()]
        print(f"The store: {len(sizes)} files, {sum(sizes) / 1e6:.0f} MB")
        for name, sql in QUESTIONS.items():
            print(f"{name}, {summary.done:,} runs: {_asked(store, sql):.2f} s")


def _points(count: int, replications: int, days: float) -> list[Point]:
    """Demands from half to nearly all of what the agents can serve."""
    network = load_scenario("theory/mmc")
    end = days * MINUTES_PER_DAY
    window = Window(min(MINUTES_PER_DAY, end / 4), end, end)
    demands = [0.5 + 0.5 * n / count for n in range(count)]
    return [
        Point(
            f"p{n:04d}",
            replace(network, demand_factor=demand),
            window,
            1,
            replications,
            {"demand": round(demand, 6)},
        )
        for n, demand in enumerate(demands)
    ]


def _show(seconds: dict[str, float], cpu: float, wall: float, points: int, workers: int) -> None:
    core = sum(seconds[name] for name in ("sample", "kernel", "summarise"))
    proof = seconds["check_identities"] + seconds["outcomes_digest"]
    beside = cpu - seconds["play"]
    load, used = os.getloadavg()[0], cpu / wall / workers
    print(f"{points:,} points, {workers} threads: {wall:.1f} s, processor {cpu:.1f} s")
    print(f"(load of the machine {load:.1f}; processor time / cores' time {used:.0%})")
    print(f"sampling, kernel and key figures   {core / cpu:6.1%} of the processor time")
    print(f"identity checks and digests        {proof / cpu:6.1%}")
    print(f"all that a replication does        {seconds['play'] / cpu:6.1%}")
    print(f"beside the replications            {1e3 * beside / points:6.2f} ms a point")


def _asked(store: Path, sql: str) -> float:
    """Seconds of a question, the middle of five fresh processes."""
    words = [sys.executable, "-c", FRESH, str(store), sql]
    said = [subprocess.run(words, capture_output=True, check=True).stdout for _ in range(5)]
    return statistics.median(float(one) for one in said)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--points", type=int, default=1000)
    parser.add_argument("--replications", type=int, default=20)
    parser.add_argument("--days", type=float, default=14.0)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    return parser.parse_args()


if __name__ == "__main__":
    main()
