"""``python -m study select``: choose the cheapest alternative that keeps its promises."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from network.errors import PlanningError, Problem, ScenarioError
from sim.shell import console
from study.commands.options import add_execution, execution_of, on_screen, store_of

if TYPE_CHECKING:
    from sim.result import Result
    from study.compare.sides import Side
    from study.points import Point

_EXAMPLE = """\
  python -m study select "scenario=regionB staffing=lean" staffing=base staffing=rich \\
      --within 5000 --promises point_4h

later alternatives take the scenario from the first. Plans are named by their files.
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "select",
        help="choose the best of some alternatives: promises first, then cost, with a guarantee",
        description="Simulate alternatives, each only as long as it takes, until one is chosen:\n"
        "first which of them keep their promises, then which of these costs least.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "alternatives",
        nargs="+",
        metavar="ALTERNATIVE",
        help="overrides in quotes, as for python -m sim, or a plan (.json)",
    )
    parser.add_argument(
        "--within",
        metavar="MONEY",
        help="a difference in cost a month that does not matter, in the scenario's currency",
    )
    parser.add_argument("--confidence", metavar="SHARE", default="95%", help="by default 95%%")
    parser.add_argument(
        "--promises",
        metavar="IDS",
        help="the promises that decide, with commas between them, or none; by default all",
    )
    parser.add_argument(
        "--tolerance",
        metavar="SHARE",
        default="1%",
        help="so near to a promise either answer will do (by default 1%%; of months 5 times)",
    )
    parser.add_argument(
        "--first", metavar="N", default="20", help="replications before anything is decided"
    )
    parser.add_argument(
        "--budget", metavar="N", default="2000", help="replications of all together; default 2000"
    )
    parser.add_argument(
        "--rule",
        choices=("good", "correct"),
        default="good",
        help="good: near the best, whatever the others are. correct: Kim and Nelson's own, "
        "fewer runs, a guarantee only if the best stands out",
    )
    parser.add_argument(
        "--ocba", action="store_true", help="spend the budget by OCBA instead: no guarantee"
    )
    add_execution(parser)
    parser.set_defaults(run=run)


def run(asked: argparse.Namespace) -> int:
    """Do it; 0 if a choice was made, 1 if the budget ended before or none keeps its promises."""
    from report.study.selection import print_selection
    from study.commands.select_view import ocba_view_of, view_of
    from study.compare.sides import read_sides
    from study.selection import Guarantee, run_ocba, select
    from study.selection.simulated import observe_networks, promised_by

    numbers = _numbers(asked)
    sides = read_sides(asked.alternatives, None)
    named = {side.label: side for side in sides}
    wanted = _wanted(asked.promises)
    promised = promised_by(
        {name: side.network for name, side in named.items()},
        wanted=wanted,
        tolerance=numbers["tolerance"],
        month_tolerance=min(5 * numbers["tolerance"], 0.5),
    )
    first, budget = int(numbers["first"]), int(numbers["budget"])
    plays = _Plays(named, first, asked)
    observe = observe_networks(promised, plays.play)
    if asked.ocba:
        found = run_ocba(list(named), observe, budget=budget, targets=promised.targets, first=first)
        view = ocba_view_of(sides[0], found, promised, (plays.done, plays.reused), plays.notes)
        print_selection(view, console())
        return 0
    selection = select(
        list(named),
        observe,
        within=numbers["within"],
        targets=promised.targets,
        tolerances=promised.tolerances,
        confidence=numbers["confidence"],
        first=first,
        budget=budget,
        chunk=10,
        guarantee=Guarantee(asked.rule),
    )
    view = view_of(sides[0], selection, promised, (plays.done, plays.reused), plays.notes)
    print_selection(view, console())
    return 0 if selection.decided and selection.chosen is not None else 1


class _Plays:
    """Simulates replications that the store lacks, all alternatives on the same requests."""

    def __init__(self, sides: Mapping[str, Side], first: int, asked: argparse.Namespace) -> None:
        from study.compare.play import requests_of
        from study.execution.chunks import choose

        base = next(iter(sides.values()))
        self._sides, self._requests = sides, requests_of(base)
        self._store = store_of(asked)
        overload = any(side.config.allow_overload for side in sides.values())
        execution = execution_of(asked, allow_overload=overload)
        # a few replications at a time: the engine is chosen for all that will surely be made
        sure = [self._point(name, 0, first) for name in sides]
        self._execution = replace(execution, engine=choose(execution.engine, sure))
        self.done = self.reused = 0
        self.notes = [
            f"{name}: played on the seed and counted part of the first, to be paired"
            for name, side in sides.items()
            if (other := requests_of(side)).seed != self._requests.seed
            or other.window != self._requests.window
        ]

    def play(self, name: str, first: int, count: int) -> Result:
        """The result of some replications of an alternative."""
        from study.execution import run_points

        point = self._point(name, first, count)
        with on_screen() as bar:
            summary = run_points([point], self._store, self._execution, bar)
        if summary.failures:
            raise PlanningError(f"{name}: {summary.failures[0].reason}")
        self.done, self.reused = self.done + summary.done, self.reused + summary.reused
        return self._store.result(point.network, point.window, point.seed, point.numbers)

    def _point(self, name: str, first: int, count: int) -> Point:
        from study.points import Point

        network, asked = self._sides[name].network, self._requests
        parameters = {"alternative": name}
        return Point(name, network, asked.window, asked.seed, count, parameters, first)


# --- what is asked ----------------------------------------------------------------------


def _numbers(asked: argparse.Namespace) -> dict[str, float]:
    """The options that are numbers; all that is wrong with them is told at once."""
    rules = (
        ("within", asked.within, 0.0, np.inf, "an amount of money > 0, such as 5000"),
        ("confidence", asked.confidence, 0.5, 1.0, "a share above 50% and below 100%"),
        ("tolerance", asked.tolerance, 0.0, 0.5, "a share above 0% and below 50%"),
        ("first", asked.first, 1.0, 1e5, "an integer from 2"),
        ("budget", asked.budget, 1.0, 1e9, "an integer from 2"),
    )
    found, problems = {}, []
    for name, text, least, most, expected in rules:
        if name == "within" and text is None and asked.ocba:
            continue
        value = _number(text)
        whole = name not in ("first", "budget") or value == int(value if np.isfinite(value) else 0)
        if least < value < most and whole:
            found[name] = value
        else:
            problems.append(Problem(f"--{name}", f"got {text or 'nothing'}; expected {expected}"))
    if problems:
        raise ScenarioError("the command line", problems)
    return found


def _number(text: str | None) -> float:
    """A number or a percentage; NaN: neither."""
    try:
        words = (text or "").strip()
        return float(words[:-1]) / 100 if words.endswith("%") else float(words)
    except ValueError:
        return np.nan


def _wanted(text: str | None) -> list[str] | None:
    if text is None:
        return None
    return [] if text.strip() == "none" else [word.strip() for word in text.split(",")]
