"""``python -m study baseline``: lock a run as the baseline of its scenario, show it, unlock it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from network.errors import PlanningError, Problem, ScenarioError, did_you_mean, one_of
from sim.baseline import (
    BASELINES,
    Baseline,
    data_changes,
    list_baselines,
    lock,
    read_baseline,
    unlock,
)
from sim.shell import console, short

_AFTER = """\
  python -m study baseline lock outputs/regionB/2026-01-05_09-00-00-0
  python -m study baseline show
  python -m study baseline unlock regionB

Later runs of the scenario show their difference from it; comparisons take it as their base.
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command with its own commands."""
    parser = commands.add_parser(
        "baseline",
        help="lock a run as the baseline of its scenario; show it; unlock it",
        description="The run that later ones of its scenario are held against.",
        epilog=_AFTER,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(title="commands", metavar="", dest="action", required=True)
    one = actions.add_parser("lock", help="lock a finished run")
    one.add_argument("run_folder", type=Path, metavar="RUN_FOLDER", help="of python -m sim")
    one.add_argument("--replace", action="store_true", help="in place of the one that is locked")
    one.set_defaults(run=_lock)
    other = actions.add_parser("show", help="show the baselines there are")
    other.add_argument("scenario", nargs="?", help="only this one")
    other.set_defaults(run=_show)
    last = actions.add_parser("unlock", help="remove a baseline")
    last.add_argument("scenario")
    last.set_defaults(run=_unlock)
    for action in (one, other, last):
        action.add_argument(
            "--folder", type=Path, default=BASELINES, help=f"of baselines; by default {BASELINES}"
        )


def _lock(asked: argparse.Namespace) -> int:
    from sim.config import build_network
    from study.compare.sides import LINE, read_config

    path = asked.run_folder / "config.yaml"
    if not path.is_file():
        message = "has no config.yaml; expected the folder of a finished python -m sim"
        raise ScenarioError("the run", [Problem(str(asked.run_folder), message)])
    network = build_network(LINE.typed(read_config(path)))
    found = lock(asked.run_folder, network, asked.folder, again=asked.replace)
    console().print(
        f"Run {found.run_id} is now the baseline of {found.scenario}, kept in "
        f"{short(found.folder.parent)}.",
        highlight=False,
        markup=False,
    )
    return 0


def _show(asked: argparse.Namespace) -> int:
    names = list_baselines(asked.folder)
    if asked.scenario is not None:
        _refuse_unknown(asked.scenario, names)
        names = (asked.scenario,)
    screen = console()
    if not names:
        screen.print(f"No baseline is locked in {asked.folder}.", highlight=False, markup=False)
    for name in names:
        found = read_baseline(name, asked.folder)
        if found is not None:
            for line in _told(found):
                screen.print(line, highlight=False, markup=False)
    return 0


def _told(baseline: Baseline) -> Iterator[str]:
    """What is said of a baseline, and whether its data are still what they were."""
    from network.quantity import show_duration
    from report.words import show_share
    from sim.config import build_network
    from study.compare.sides import LINE, read_config

    window = baseline.window
    yield (
        f"{baseline.scenario}: run {baseline.run_id}, locked {baseline.locked_at}, "
        f"{len(baseline.kpis)} replications of {show_duration(window.end - window.start)} after "
        f"{show_duration(window.start)}, seed {baseline.seed}"
    )
    try:
        network = build_network(LINE.typed(read_config(baseline.config)))
    except PlanningError as error:
        yield f"  its data can no longer be read: {error}"
        return
    changed = data_changes(baseline.data_sha256, network.data_sha256)
    for one in changed:
        yield f"  {one} since it was locked"
    if not changed:
        yield "  its data are unchanged"
    index = baseline.kpis[0].index
    cost = sum(float(one.values[index.position("cost")]) for one in baseline.kpis)
    yield f"  cost {cost / len(baseline.kpis):,.0f} {network.settings.currency} a month"
    for promise in baseline.as_result(network).promises:
        kept = f"{show_share(promise.estimate)} kept, {show_share(promise.target)} promised"
        yield f"  {promise.promise.name or promise.promise.promise_id}: {kept}"


def _unlock(asked: argparse.Namespace) -> int:
    _refuse_unknown(asked.scenario, list_baselines(asked.folder))
    unlock(asked.scenario, asked.folder)
    console().print(f"{asked.scenario} has no baseline any more.", highlight=False, markup=False)
    return 0


def _refuse_unknown(scenario: str, known: tuple[str, ...]) -> None:
    if scenario not in known:
        there = f"expected one of {one_of(known)}." if known else "none is locked."
        message = f"'{scenario}' has no baseline; {there}{did_you_mean(scenario, known)}"
        raise ScenarioError("the baseline", [Problem("scenario", message)])
