"""``python -m study tornado``: what the cost hangs on, and when another plan would pay."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from network.errors import EngineError, Problem, ScenarioError
from sim.shell import console, short
from study.commands.options import add_execution, execution_of, on_screen, store_of
from study.commands.run import FOLDER

if TYPE_CHECKING:
    from sim.config import Config
    from study.campaign.base import Base
    from study.campaign.measures import Measure
    from study.design.designs import Values
    from study.tornado.runs import Question

_DEMANDS = ("low", "base", "high")
_LEAST_PER_CENT, _MOST_PER_CENT = 0.1, 90.0


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "tornado",
        help="what the cost hangs on: every cost and demand assumption lower and higher",
        description=(
            "Move every cost and demand assumption of a scenario down and up, one at a time, and "
            "compare with the base on the same requests. Beside it: where another staffing or "
            "plan begins to pay (break-even), what is regretted if demand turns out otherwise, "
            "and the price of the last percent of service."
        ),
    )
    parser.add_argument(
        "settings",
        nargs="*",
        default=[],
        metavar="key=value",
        help="the base, as python -m sim takes it: scenario=regionB staffing=lean horizon=42d",
    )
    parser.add_argument("--by", default="10", metavar="PERCENT", help="how far, by default 10")
    parser.add_argument("--kpi", default="cost", metavar="NAME", help="by default cost")
    parser.add_argument(
        "--service", default="sla", metavar="NAME",
        help="what the price of the last percent buys, by default sla; or promise/<id>",
    )  # fmt: skip
    parser.add_argument(
        "--alternative", action="append", metavar="key=value[,key=value]",
        help="another staffing or plan to break even with: staffing=rich, plan=plan.json, "
        "pools.desk.count=4; by default all staffings of the scenario",
    )  # fmt: skip
    parser.add_argument("--no-figures", action="store_true", help="draw no figures")
    add_execution(parser)
    parser.set_defaults(run=run)


def run(asked: argparse.Namespace) -> int:
    """Do it; 0, or 1 if something could not be played."""
    from report.study.tornado_console import print_tornado
    from study.commands.tornado_view import view_of, write_tornado
    from study.tornado.runs import BASE, play

    question, measure, service = _question(asked)
    config = question.base.config
    execution = execution_of(asked, allow_overload=config.allow_overload)
    with on_screen() as bar:
        played = play(question, store_of(asked), execution, bar)
    if (BASE, "", 1.0) not in played.results:
        reason = played.failures[0].reason if played.failures else "it was not played"
        raise EngineError(f"the base itself cannot be played: {reason}")
    view = view_of(played, measure, service)
    folder = FOLDER / f"tornado_{config.scenario.name.replace('/', '_')}"
    write_tornado(view, folder, figures=not asked.no_figures)
    screen = console()
    print_tornado(view, screen)
    screen.print(f"Results in {short(folder)}", highlight=False, markup=False)
    return 1 if played.failures else 0


def _question(asked: argparse.Namespace) -> tuple[Question, Measure, Measure]:
    """What is asked, or every problem with it."""
    from study.campaign.base import Base, compose, compose_words
    from study.campaign.measures import Measure
    from study.tornado.runs import Question

    problems: list[Problem] = []
    share = _share(asked.by, problems)
    measures = [_measure(f"--{key}", getattr(asked, key), problems) for key in ("kpi", "service")]
    config = compose_words(asked.settings)
    base = Base(config, Path.cwd())
    alternatives = _alternatives(asked.alternative, base, problems)
    _check(config, [one for one in measures if one is not None], problems)
    if problems:
        raise ScenarioError("the command line", problems)
    demands = {name: compose({"demand": name}).demand.factor for name in _DEMANDS}
    replications = config.replications or config.scenario.replications
    question = Question(base, alternatives, share, demands, replications)
    measure, service = (one or Measure("cost") for one in measures)
    return question, measure, service


def _share(text: str, problems: list[Problem]) -> float:
    try:
        share = float(text.removesuffix("%")) / 100
    except ValueError:
        share = 0.0
    if not _LEAST_PER_CENT <= 100 * share <= _MOST_PER_CENT:
        message = f"got '{text}'; expected per cent from {_LEAST_PER_CENT:g} to {_MOST_PER_CENT:g}"
        problems.append(Problem("--by", message))
    return share


def _measure(option: str, name: str, problems: list[Problem]) -> Measure | None:
    from study.campaign.measures import parse_measure

    try:
        return parse_measure(name)
    except ValueError as error:
        problems.append(Problem(option, f"got '{name}'; {error}"))
    return None


def _alternatives(
    words: Sequence[str] | None, base: Base, problems: list[Problem]
) -> dict[str, Values]:
    """Alternatives by name: those named, or all staffings but that of the base."""
    from study.campaign.base import level, target_problem

    if not words:
        own = base.config.staffing.name
        there = base.tables(base.config.scenario.name).staffings()
        return {name: {"staffing": name} for name in there if name != own}
    found: dict[str, Values] = {}
    for word in words:
        values = {}
        for part in word.split(","):
            key, mark, text = part.partition("=")
            problem = target_problem(key) if mark else "expected key=value"
            if problem is not None:
                problems.append(Problem(f"--alternative {part}", problem))
            values[key] = level(text)
        name = word.partition("=")[2] if len(values) == 1 else word
        found[name if name not in found else word] = values
    return found


def _check(config: Config, measures: Sequence[Measure], problems: list[Problem]) -> None:
    """Whether the base can run and has what is to be read off it."""
    from dataclasses import replace

    from sim.config import build_network
    from study.campaign.measures import PROMISE, measure_problem

    goals = {one.name: "1%" for one in measures if one.kpi != PROMISE}
    network = build_network(replace(config, precision=goals))
    for one in measures:
        problem = measure_problem(one, network)
        if problem is not None:
            problems.append(Problem(one.name, problem))
