"""``python -m study run``: a study from its file to its tables and figures."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sim.shell import console, short
from study.commands.options import add_execution, add_study, execution_of, on_screen, store_of

if TYPE_CHECKING:
    from study.campaign.file import Study
    from study.points import Point

FOLDER = Path("outputs/study")
"""Results of studies, from where the user stands."""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "run",
        help="run a study file: a grid, Latin hypercube, Sobol points or a list of scenarios",
        description="Run the study that a file describes. What exists is not computed again.",
    )
    add_study(
        parser,
        settings="settings that go before the file's, e.g. replications=10 design.samples=64",
        dry="show the points and runs, run nothing",
    )
    add_execution(parser)
    parser.set_defaults(run=run)


def run(asked: argparse.Namespace) -> int:
    """Do it; 0, or 1 if points have failed."""
    from report.study.console import print_study
    from study.campaign.file import read_study
    from study.campaign.findings import rows_of
    from study.campaign.run import check_budget, points_of, run_study
    from study.commands.run_view import write_study

    study = read_study(asked.file, asked.settings)
    points = points_of(study)
    if asked.dry:
        _show_points(study, points)
        return 0
    check_budget(study, points)
    store, execution = (
        store_of(asked),
        execution_of(asked, allow_overload=study.base.allow_overload),
    )
    with on_screen() as bar:
        outcome = run_study(study, points, store, execution, bar)
    rows, folder = rows_of(outcome), FOLDER / study.name
    view = write_study(outcome, rows, folder, figures=not asked.no_figures)
    screen = console()
    print_study(view, screen)
    screen.print(f"Results in {short(folder)}", highlight=False, markup=False)
    return 1 if outcome.failures else 0


def _show_points(study: Study, points: Sequence[Point]) -> None:
    """The points and the number of runs, before any of them."""
    from report.study.console import print_plan
    from study.campaign.run import runs_of

    runs = runs_of(study, points)
    print_plan(
        study.title or study.name,
        [(point.name.rpartition("/")[2], dict(point.parameters)) for point in points],
        f"{len(points):,} points, {runs:,} runs; the budget is {study.budget:,}",
        console(),
    )
