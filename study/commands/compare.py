"""``python -m study compare``: runs, scenarios or plans against a base, in a planner's words."""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from network.errors import EngineError, Problem, ScenarioError
from network.model import Network
from sim.baseline import BASELINES
from sim.result import Result
from sim.shell import console, remove_empty, short
from study.commands.options import add_execution, execution_of, store_of
from study.compare.play import Play, Requests, play_side
from study.compare.sides import Side
from study.execution import Execution, OnScreen
from study.points import Point

FOLDER = Path("outputs/compare")
"""Results of comparisons, from where the user stands."""
_AFTER = """\
what is compared: the folder of a finished run, overrides in one word, or a plan. A plan and
overrides without scenario= take it from the first; all are played on the base's requests.

  python -m study compare "scenario=regionB" staffing=lean staffing=rich
  python -m study compare outputs/regionB/2026-01-05_09-00-00-0 "staffing=lean demand=high"
  python -m study compare scenario=regionB outputs/optimize/regionB/.../plan.json
  python -m study compare staffing=lean scenario=regionB --margin cost=5000 --margin promise=1%
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "compare",
        help="runs, scenarios or plans against a base: what differs, what that does and costs",
        description="Compare two or more with the first, or with the locked baseline of its "
        "scenario: paired differences on the same requests, corrected verdicts, cost steps.",
        epilog=_AFTER,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "settings", nargs="+", metavar="RUN", help="a run's folder, 'overrides' or a plan.json"
    )
    parser.add_argument("--replications", metavar="N", help="of all; by default those of the base")
    parser.add_argument("--confidence", metavar="SHARE", default="0.95", help="by default 0.95")
    parser.add_argument(
        "--margin",
        action="append",
        default=[],
        metavar="KPI=VALUE",
        help="differences of a figure below this do not matter: cost=5000, promise=1%%",
    )
    parser.add_argument(
        "--answer",
        choices=("people", "none"),
        default="people",
        help="seek how many more people would restore a promise; none: do not (faster)",
    )
    parser.add_argument("--baselines", type=Path, default=BASELINES, help="folder of baselines")
    parser.add_argument("--no-baseline", action="store_true", help="the first is the base")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="by default outputs/compare/...")
    parser.add_argument("--no-figures", action="store_true", help="draw no figures")
    add_execution(parser)
    parser.set_defaults(run=run)


def run(asked: argparse.Namespace) -> int:
    """Do it; 0, or 1 if some could not be played."""
    from report.comparison.console import print_comparison
    from report.comparison.figures import save_comparison_figures
    from report.comparison.words import answer
    from sim.run_folder import locked
    from study.compare.comparison import compare
    from study.compare.files import write_comparison
    from study.compare.play import requests_of
    from study.compare.sides import read_sides
    from study.compare.view import view_of_comparison

    replications, confidence, margins = _numbers(asked)
    execution = execution_of(asked)
    sides = read_sides(asked.settings, None if asked.no_baseline else asked.baselines)
    requests = requests_of(sides[0], replications)
    with closing(_Progress()) as bar:
        found = compare(
            sides,
            requests,
            play=_kept_play(asked, execution, bar),
            confidence=confidence,
            margins=margins,
            remedy=asked.answer == "people",
            tell=bar.task,
        )
    view = view_of_comparison(found)
    folder = asked.out or FOLDER / _name(sides)
    try:
        with locked(folder):
            if not asked.no_figures:
                save_comparison_figures(view, folder / "figures")
            write_comparison(
                found, {one.label: answer(view, one) for one in view.alternatives}, folder
            )
    except BaseException:
        remove_empty(folder)
        raise
    screen = console()
    print_comparison(view, screen)
    screen.print(f"Results in {short(folder)}", highlight=False, markup=False)
    return 1 if found.left_out else 0


class _Progress(OnScreen):
    """A progress bar that says what is being played."""

    def task(self, words: str) -> None:
        """Say what is being done."""
        self._bar.task(words)

    def close(self) -> None:
        """Remove the bar."""
        self.stop()


def _name(sides: Sequence[Side]) -> str:
    stamp = datetime.now().astimezone().strftime("%Y-%m-%d_%H-%M-%S-%f")
    return f"{sides[0].network.name.replace('/', '_')}/{stamp}"


def _kept_play(asked: argparse.Namespace, execution: Execution, bar: OnScreen) -> Play:
    """Simulate into the store: what was played before, in any comparison, is not played again."""
    from study.execution import run_points

    store = store_of(asked)

    def play(network: Network, requests: Requests, former: Result | None, side: Side) -> Result:
        if former is not None:
            return play_side(network, requests, former, side)
        point = Point(
            side.label, network, requests.window, requests.seed, requests.replications,
            {"scenario": network.name, "side": side.label},
        )  # fmt: skip
        how = Execution(
            execution.cluster, execution.address, execution.workers, execution.engine,
            fail_fast=True, allow_overload=side.config.allow_overload,
        )  # fmt: skip
        summary = run_points((point,), store, how, bar)
        if summary.failures:
            raise EngineError(f"{side.label}: {summary.failures[0].reason}")
        return store.result(network, requests.window, requests.seed, point.numbers)

    return play


def _numbers(asked: argparse.Namespace) -> tuple[int | None, float, dict[str, float]]:
    """The options that are numbers, all problems at once."""
    problems = []
    replications = None
    if asked.replications is not None:
        good = asked.replications.isdecimal() and 2 <= int(asked.replications) <= 100_000
        replications = int(asked.replications) if good else None
        if not good:
            message = f"got '{asked.replications}'; expected an integer from 2 to 100,000"
            problems.append(Problem("--replications", message))
    confidence = _share(asked.confidence)
    if not 0.5 <= confidence < 1:
        message = f"got '{asked.confidence}'; expected a share from 0.5 to below 1, such as 0.95"
        problems.append(Problem("--confidence", message))
    margins = {}
    for word in asked.margin:
        name, _, text = word.partition("=")
        margins[name] = _share(text)
        if not margins[name] > 0 or math.isinf(margins[name]):
            message = f"got '{word}'; expected a figure and a number > 0, such as cost=5000"
            problems.append(Problem("--margin", message))
    if problems:
        raise ScenarioError("the command line", problems)
    return replications, confidence, margins


def _share(text: str) -> float:
    """A number, or per cents of one; NaN: neither.

    Examples
    --------
    >>> _share("5000"), _share("1%"), _share("much")
    (5000.0, 0.01, nan)
    """
    try:
        return float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        return math.nan
