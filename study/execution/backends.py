"""Cores of this machine, or workers of a cluster, that take chunks."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Protocol, cast

from network.errors import Problem, ScenarioError
from sim.engines import Engine
from study.execution.settings import Cluster, Execution

_RETRIES = 5
"""A chunk is given to another worker so often when one dies."""
_LITTLE_S = 5.0
"""Work that does not pay the start of processes, a second or two each."""
_START_S, _LEAVE_S = 60.0, 0.5
"""For a local cluster to start, and to close when the study is interrupted."""


@dataclass(frozen=True, slots=True)
class Backend:
    """Takes chunks.

    Parameters
    ----------
    executor : Executor
    workers : int
        Chunks that are played at the same time.
    stopped : callable or None
        Asked between replications whether to go on; None: the workers are elsewhere.
    """

    executor: Executor
    workers: int
    stopped: Callable[[], bool] | None


@contextmanager
def opened(execution: Execution, engine: Engine, seconds: float) -> Iterator[Backend]:
    """The workers of an execution; who leaves early does not wait for what they play.

    Parameters
    ----------
    execution : Execution
    engine : Engine
    seconds : float
        Expected work on one core.

    Raises
    ------
    ScenarioError
        If a cluster is asked for that cannot be reached, or whose library is not installed.
    """
    workers = execution.workers or os.cpu_count() or 1
    if execution.cluster == Cluster.DASK:
        with _dask(execution, workers) as backend:
            yield backend
    elif engine is Engine.COMPILED:  # it leaves Python's lock
        with _threads(workers) as backend:
            yield backend
    elif seconds < _LITTLE_S:
        with _threads(1) as backend:
            yield backend
    else:
        with _processes(workers) as backend:
            yield backend


@contextmanager
def _threads(workers: int) -> Iterator[Backend]:
    stop = threading.Event()
    executor = ThreadPoolExecutor(workers)
    try:
        yield Backend(executor, workers, stop.is_set)
    finally:
        stop.set()
        executor.shutdown(wait=False, cancel_futures=True)


@contextmanager
def _processes(workers: int) -> Iterator[Backend]:
    before = {process.pid for process in multiprocessing.active_children()}
    context = multiprocessing.get_context("spawn")
    executor = ProcessPoolExecutor(workers, mp_context=context, initializer=_start_process)
    try:
        yield Backend(executor, workers, None)
    finally:
        executor.shutdown(wait=False, cancel_futures=True)
        for process in multiprocessing.active_children():
            if process.pid not in before:
                process.kill()
                process.join()


def _start_process() -> None:
    """A worker leaves Ctrl-C to its parent, and does not outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    def follow() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=follow, daemon=True).start()


@contextmanager
def _dask(execution: Execution, workers: int) -> Iterator[Backend]:
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        message = "Dask is not installed; install the extra: service-network-planner[cluster]"
        raise ScenarioError("the cluster", [Problem("cluster", message)]) from None
    local: _Closable | None = None
    if execution.address is None:
        local = cast("Callable[..., _Closable]", LocalCluster)(
            n_workers=workers, threads_per_worker=1, dashboard_address=None, silence_logs=50
        )
    try:
        seconds = 5.0 if local is None else _START_S
        client = cast("Callable[..., _Client]", Client)(local or execution.address, timeout=seconds)
    except (OSError, ValueError, TimeoutError) as error:
        message = f"no Dask scheduler answers at '{execution.address}' ({type(error).__name__})"
        raise ScenarioError("the cluster", [Problem("address", message)]) from None
    try:
        count = workers if local else max(1, sum(client.nthreads().values()))
        yield Backend(client.get_executor(retries=_RETRIES, pure=False), count, None)
    except BaseException:
        seconds = _LEAVE_S
        raise
    finally:  # workers that do not answer in time end with this process
        for one in (client, local):
            with suppress(TimeoutError, OSError):
                if one is not None:
                    one.close(timeout=seconds)


class _Closable(Protocol):
    """What is used of Dask, whose classes are untyped."""

    def close(self, timeout: float) -> None: ...


class _Client(_Closable, Protocol):
    def nthreads(self) -> dict[str, int]: ...

    def get_executor(self, *, retries: int, pure: bool) -> Executor: ...
