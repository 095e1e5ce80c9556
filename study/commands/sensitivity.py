"""``python -m study sensitivity``: which inputs matter, and how much of it is noise."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from report.study.view import Index, Indices, SensitivityView, Shown
from report.view import Estimate
from sim.shell import console, short
from study.commands.options import add_execution, add_study, execution_of, on_screen, store_of
from study.commands.run import FOLDER

if TYPE_CHECKING:
    from study.design.factor import Factor
    from study.sensitivity.analysis import Found, Sample


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "sensitivity",
        help="which inputs matter: Sobol indices or Morris screening of a study file's factors",
        description=(
            "Vary all factors of a study file together over their ranges and say which matter. "
            "The method and its size are those of the file's section 'sensitivity'."
        ),
    )
    add_study(
        parser,
        settings="e.g. sensitivity.method=morris sensitivity.samples=10 replications=5",
        dry="say how many runs it takes, run none",
    )
    add_execution(parser)
    parser.set_defaults(run=run)


def run(asked: argparse.Namespace) -> int:
    """Do it; 0, or 1 if points have failed."""
    from report.study.answers import print_sensitivity
    from study.campaign.file import read_study
    from study.sensitivity.analysis import analyse, sample_of

    study = read_study(asked.file, asked.settings)
    sample = sample_of(study)
    screen = console()
    if asked.dry:
        said = f"{len(sample.points):,} points of {study.replications} replications"
        screen.print(f"{said}; the budget is {study.budget:,} runs", highlight=False)
        return 0
    execution = execution_of(asked, allow_overload=study.base.allow_overload)
    with on_screen() as bar:
        found, outcome = analyse(sample, store_of(asked), execution, bar)
    if outcome.failures:
        count = len(outcome.failures)
        screen.print(
            f"{count} of {len(sample.points)} points have failed, so there are no indices. "
            "Narrow the ranges, or set base.allow_overload=true to play overloaded points.",
            highlight=False,
        )
        return 1
    view = _view(sample, found, outcome.done + outcome.reused)
    folder = FOLDER / study.name / "sensitivity"
    _write(sample, found, view, folder, figures=not asked.no_figures)
    print_sensitivity(view, screen)
    screen.print(f"Results in {short(folder)}", highlight=False, markup=False)
    return 0


def _view(sample: Sample, found: Sequence[Found], runs: int) -> SensitivityView:
    from study.commands.run_view import foot, shown

    study, network = sample.study, sample.points[0].network
    names = [factor.name for factor in study.factors]
    return SensitivityView(
        title=study.title or study.name,
        foot=foot(study, sample.points),
        currency=network.settings.currency,
        method=study.sensitivity.method.value,
        ranges=tuple((factor.name, _range(factor)) for factor in study.factors),
        figures=tuple(_indices(one, shown(one.measure, network), names) for one in found),
        runs=runs,
    )


def _range(factor: Factor) -> str:
    if factor.levels:
        return ", ".join(str(level) for level in factor.levels)
    return f"{factor.low:g} to {factor.high:g}"


def _indices(one: Found, figure: Shown, names: Sequence[str]) -> Indices:
    from study.sensitivity.sobol import SobolIndices

    found = one.indices
    if found is None:
        return Indices(figure, (), float("nan"), one.mean, one.sd)
    if isinstance(found, SobolIndices):
        rows = [
            Index(
                name,
                _around(found.first[n], found.first_half[n]),
                _around(found.total[n], found.total_half[n]),
                float(found.first_noise[n]),
                float(found.total_noise[n]),
            )
            for n, name in enumerate(names)
        ]
        rows.sort(key=lambda row: -row.total.mean)
        return Indices(figure, tuple(rows), found.noise, one.mean, one.sd)
    rows = [
        Index(
            name,
            _around(found.size[n], found.size_half[n]),
            _around(found.spread[n], found.spread_half[n]),
            float(found.noise[n]),
            float(found.noise[n]),
        )
        for n, name in enumerate(names)
    ]
    rows.sort(key=lambda row: -row.first.mean)
    return Indices(figure, tuple(rows), float("nan"), one.mean, one.sd)


def _around(mean: float, half: float) -> Estimate:
    return Estimate(float(mean), float(mean - half), float(mean + half))


def _write(
    sample: Sample, found: Sequence[Found], view: SensitivityView, folder: Path, *, figures: bool
) -> None:
    import pandas as pd

    from report.study.indices import draw_indices
    from sim.run_folder import locked, write_text
    from study.campaign.findings import write_tables
    from study.commands.run_view import save_figure
    from study.sensitivity.analysis import table_of

    names = [factor.name for factor in sample.study.factors]
    with locked(folder):
        write_text(folder / "study.yaml", sample.study.text)
        write_tables(folder, "indices", pd.DataFrame([*table_of(found, names)]))
        if figures:
            save_figure(draw_indices(view), folder / "indices.png")
