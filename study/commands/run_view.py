"""A study's outcome -> the values that a report shows, and its folder of results."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from network.model import Network
from report.study.view import Ranges, Shown, StudyPoint, StudyView
from report.view import Estimate
from report.words import show_time
from study.campaign.file import Study
from study.campaign.findings import Row, table_of, write_tables
from study.campaign.measures import Measure
from study.campaign.run import Outcome
from study.points import Point

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def shown(measure: Measure, network: Network) -> Shown:
    """A measure as a report shows it."""
    return Shown(measure.name, measure.title(network), measure.unit)


def foot(study: Study, points: Sequence[Point]) -> str:
    """What was run, in a line."""
    if not points:
        return study.base.scenario.name
    window, most = points[0].window, max(point.replications for point in points)
    names = dict.fromkeys(point.network.settings.title or point.network.name for point in points)
    runs = "1 replication" if most == 1 else f"{most} replications"
    warm = f" after {show_time(window.start)} of warm-up" if window.start else ""
    return (
        f"{' / '.join(names)[:60]} · {len(points):,} points, {runs} of "
        f"{show_time(window.minutes)}{warm} · seed {study.base.seed}"
    )


def view_of(outcome: Outcome, rows: Sequence[Row]) -> StudyView:
    """All that a report shows of a study."""
    study = outcome.study
    network = outcome.points[0].network
    axes = study.frontier
    return StudyView(
        title=study.title or study.name,
        currency=network.settings.currency,
        foot=foot(study, outcome.points),
        figures=tuple(shown(one, network) for one in study.measures),
        points=tuple(_point(row) for row in rows),
        frontier=None if axes is None else (shown(axes[0], network), shown(axes[1], network)),
        uncertain=tuple(f"{one.name} ~ {one}" for one in study.uncertain),
        done=outcome.done,
        reused=outcome.reused,
        failures=tuple(
            (
                f"{one.point} ({', '.join(f'{k}={v}' for k, v in one.parameters.items())})",
                one.reason,
            )
            for one in outcome.failures
        ),
        notes=outcome.notes,
    )


def _short(name: str) -> str:
    return name.rpartition("/")[2]


def _point(row: Row) -> StudyPoint:
    return StudyPoint(
        name=row.point,
        parameters=row.parameters,
        replications=row.replications,
        estimates={name: Estimate(*found) for name, found in row.estimates.items()},
        ranges={
            name: Ranges(
                Estimate(row.estimates[name][0], *one.fixed),
                Estimate(one.uncertain_mean, *one.uncertain),
            )
            for name, one in row.ranges.items()
        },
        pareto=row.pareto,
    )


def write_study(outcome: Outcome, rows: list[Row], folder: Path, *, figures: bool) -> StudyView:
    """Write the folder of a study: its file, its points, its figures; return what is shown."""
    from sim.run_folder import locked, write_text

    view = view_of(outcome, rows)
    with locked(folder):
        write_text(folder / "study.yaml", outcome.study.text)
        write_tables(folder, "points", table_of(outcome, rows))
        if figures:
            _draw(view, folder)
    return view


def _draw(view: StudyView, folder: Path) -> None:
    from report.study.frontier import draw_study_frontier
    from report.study.response import draw_study_response

    save_figure(draw_study_response(view), folder / "response.png")
    if view.frontier is not None:
        save_figure(draw_study_frontier(view), folder / "frontier.png")


def save_figure(figure: Figure, path: Path) -> None:
    """Write a figure as PNG, all or nothing."""
    from report.figures import png
    from sim.run_folder import write_atomically

    content = png(figure)
    write_atomically(path, lambda temporary: temporary.write_bytes(content))
