"""Options that all commands share which simulate: where, with what, into which store."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from network.errors import Problem, ScenarioError, did_you_mean

if TYPE_CHECKING:
    from sim.store import Store
    from study.execution import Execution, OnScreen

_MOST_WORKERS = 1024


def add_execution(parser: argparse.ArgumentParser) -> None:
    """Add ``--workers``, ``--cluster``, ``--store`` and ``--fail-fast``."""
    group = parser.add_argument_group("where it is computed (never changes a result)")
    group.add_argument("--workers", metavar="N", help="threads or processes; by default all cores")
    group.add_argument(
        "--cluster",
        metavar="dask[:ADDRESS]",
        help="send the work to Dask: workers on this machine, or a scheduler's address",
    )
    add_store(group)
    group.add_argument("--fail-fast", action="store_true", help="stop at the first failure")


def add_study(parser: argparse.ArgumentParser, *, settings: str, dry: str) -> None:
    """Add a study file, its settings, ``--dry`` and ``--no-figures``; help for two of them."""
    parser.add_argument("file", type=Path, help="the study file (YAML)")
    parser.add_argument("settings", nargs="*", default=[], metavar="key=value", help=settings)
    parser.add_argument("--dry", action="store_true", help=dry)
    parser.add_argument("--no-figures", action="store_true", help="draw no figures")


def add_store(parser: argparse._ActionsContainer) -> None:
    """Add ``--store``."""
    parser.add_argument(
        "--store",
        metavar="FOLDER",
        help="results are kept here and never computed again; by default outputs/store",
    )


def execution_of(asked: argparse.Namespace, *, allow_overload: bool = False) -> Execution:
    """The execution that was asked for.

    Raises
    ------
    ScenarioError
        If an option is not understood.
    """
    from study.execution import Cluster, Execution

    problems = []
    workers = None
    if asked.workers is not None:
        good = asked.workers.isdecimal() and 1 <= int(asked.workers) <= _MOST_WORKERS
        if not good:
            message = f"got '{asked.workers}'; expected an integer from 1 to {_MOST_WORKERS:,}"
            problems.append(Problem("--workers", message))
        else:
            workers = int(asked.workers)
    kind, _, address = (asked.cluster or "local").partition(":")
    if kind not in [one.value for one in Cluster]:
        hint = did_you_mean(kind, [one.value for one in Cluster])
        message = f"got '{asked.cluster}'; expected dask or dask:tcp://host:8786.{hint}"
        problems.append(Problem("--cluster", message))
    if problems:
        raise ScenarioError("the command line", problems)
    return Execution(
        cluster=Cluster(kind),
        address=address or None,
        workers=workers,
        fail_fast=asked.fail_fast,
        allow_overload=allow_overload,
    )


def store_of(asked: argparse.Namespace) -> Store:
    """The results store that was asked for, by default that of where the user stands."""
    from sim.store import FOLDER, Store

    return Store(FOLDER if asked.store is None else Path(asked.store))


@contextmanager
def on_screen() -> Iterator[OnScreen]:
    """A progress bar that is gone afterwards, whatever happens."""
    from study.execution import OnScreen

    screen = OnScreen()
    try:
        yield screen
    finally:
        screen.stop()
