"""Dask: real workers on this machine, one of which is killed in the middle."""

from __future__ import annotations

import multiprocessing
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest
from kept_runs import SEED, WINDOW, point_of, same_results, simulated

from network.errors import ScenarioError
from sim.engines import Engine
from sim.store import Store
from study.execution import Cluster, Execution, Silent, run_points

pytest.importorskip("distributed")


class Killer(Silent):
    """Kills a worker as soon as the first results have come."""

    def __init__(self) -> None:
        self.killed: int | None = None

    def progress(self, done: int, wanted: int) -> None:
        if done and self.killed is None:
            self.killed = next(one.pid for one in multiprocessing.active_children() if one.pid)
            os.kill(self.killed, signal.SIGKILL)


def test_a_killed_worker_loses_nothing(tmp_path: Path) -> None:
    store, killer = Store(tmp_path), Killer()
    points = [point_of(f"p{agents}", agents, 120) for agents in (1, 2, 3, 4)]
    execution = Execution(cluster=Cluster.DASK, engine=Engine.COMPILED, workers=2)
    summary = run_points(points, store, execution, killer)
    assert killer.killed is not None
    assert (summary.done, summary.failures) == (480, ())
    assert store.query("select * from runs").shape[0] == 480
    for point in points:
        result = store.result(point.network, WINDOW, SEED, range(3))
        same_results(result, simulated(point.network, 3))


def test_a_scheduler_that_does_not_answer_is_told(tmp_path: Path) -> None:
    execution = Execution(cluster=Cluster.DASK, address="tcp://127.0.0.1:9")
    with pytest.raises(ScenarioError, match=r"no Dask scheduler answers at 'tcp://127\.0\.0\.1:9'"):
        run_points([replace(point_of("p", 1))], Store(tmp_path), execution)
