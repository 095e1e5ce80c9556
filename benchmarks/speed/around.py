"""What stands around the kernel: tables, key figures, threads."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from benchmarks.speed.findings import Findings
from benchmarks.speed.peers import compiled
from benchmarks.speed.stopwatch import ratios
from benchmarks.speed.table import Row
from benchmarks.speed.tables import SEED, Tables, draw
from sim.engines import Engine, choose_engine, compiled_engine
from sim.kpis import Window, summarise
from sim.replicate import Experiment, play_all
from sim.sample import sample

_REPLICATIONS = 12
_PASSES = 9


def tables_and_kpis(requests: int, rounds: int) -> Findings:
    """Drawing the tables and computing the key figures, in kernel times.

    They are timed where they stand, one after the other, replication after replication, so
    that each finds memory as the others leave it.
    """
    tables = draw(requests)
    window = _whole(tables)
    figures = summarise(tables.network, tables.layout, tables.sample, compiled(tables), window)
    seconds: dict[str, list[float]] = {"tables": [], "kernel": [], "kpis": []}
    for _ in range(rounds):
        took = [_stages_of_a_replication(tables, window) for _ in range(_PASSES)]
        for stage, times in zip(seconds, zip(*took, strict=True), strict=True):
            seconds[stage].append(statistics.median(times))
    kernel = seconds["kernel"]
    return Findings(
        (
            Row("drawing the tables / kernel", ratios(seconds["tables"], kernel),
                reach=1.2, aim=0.8, most=True),
            Row("key figures / kernel", ratios(seconds["kpis"], kernel),
                reach=2, aim=0.5, most=True),
        ),
        (f"Key figures: all {len(figures.values):,}, with every breakdown and percentile.",),
    )  # fmt: skip


def _stages_of_a_replication(tables: Tables, window: Window) -> tuple[float, float, float]:
    """CPU seconds of drawing, playing and summarising."""
    network, layout, policy = tables.network, tables.layout, tables.policy
    gc.collect()
    times = [time.process_time()]
    drawn = sample(network, SEED, 0, window.end)
    times.append(time.process_time())
    outcomes = compiled_engine.run(layout, *drawn, policy)
    times.append(time.process_time())
    summarise(network, layout, drawn, outcomes, window)
    times.append(time.process_time())
    return times[1] - times[0], times[2] - times[1], times[3] - times[2]


def threads(requests: int, rounds: int) -> Findings:
    """Replications in two threads against one: whole ones, and the kernel alone."""
    tables = draw(requests)
    engine = choose_engine(Engine.COMPILED, requests, extended=False)
    experiment = Experiment(
        tables.network, tables.layout, _whole(tables), SEED, engine, tables.policy
    )

    def replications(workers: int) -> None:
        for _ in play_all(experiment, range(_REPLICATIONS), workers):
            pass

    def kernel(_: int) -> None:
        compiled(tables)

    def kernels(workers: int) -> None:
        with ThreadPoolExecutor(workers) as pool:
            for _ in pool.map(kernel, range(4 * _REPLICATIONS)):
                pass

    cases = (("whole replications", replications), ("the kernel alone", kernels))
    return Findings(
        tuple(
            Row(f"two threads / one on the clock, {name}", (_speed_up(task, 2 * rounds),),
                reach=1.6, aim=1.9)
            for name, task in cases
        ),
        ("Threads: the best rounds on the clock, as both cores must be free.",),
    )  # fmt: skip


def _speed_up(task: Callable[[int], None], rounds: int) -> float:
    """Seconds on the clock with one thread over those with two, best of some rounds each."""
    took: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(rounds):
        for workers, times in took.items():
            began = time.perf_counter()
            task(workers)
            times.append(time.perf_counter() - began)
    return min(took[1]) / min(took[2])


def _whole(tables: Tables) -> Window:
    horizon = tables.layout.horizon
    return Window(0.0, horizon, horizon)
