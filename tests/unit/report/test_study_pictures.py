"""Pictures and tables of studies: hard names, nothing known, many points."""

from __future__ import annotations

import io
import math
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from rich.console import Console

from report.figures import png
from report.study.answers import print_sensitivity
from report.study.console import print_plan, print_study
from report.study.frontier import draw_study_frontier
from report.study.indices import draw_indices
from report.study.response import draw_study_response
from report.study.tornado import draw_tornado
from report.study.tornado_console import print_tornado
from report.study.view import (
    Alternative,
    BreakEven,
    Index,
    Indices,
    PriceStep,
    Ranges,
    RegretTable,
    SensitivityView,
    Shown,
    StudyPoint,
    StudyView,
    Swing,
    TornadoView,
)
from report.view import Estimate

COST = Shown("cost", "Cost", "currency/month")
SLA = Shown("sla/tier/a", "Within the tier's target, [bold]$a_b$[/bold]", "1")
WAIT = Shown("wait_mean", "Wait, mean", "min")
UNKNOWN = Estimate(math.nan)
HARD = "مدريد $x^2$ [red]very long name, with a comma[/red]"


def around(mean: float, half: float = 1.0) -> Estimate:
    return Estimate(mean, mean - half, mean + half)


def view_of(levels: tuple[str, ...], factors: tuple[float, ...]) -> StudyView:
    points = tuple(
        StudyPoint(
            f"p{n}",
            {"staffing": level, "demand.factor": factor},
            3,
            {
                "cost": around(1000 * factor, 50),
                SLA.name: around(0.9 - factor / 10, 0.02),
                "wait_mean": around(5 * factor),
            },
            pareto=n == 0,
        )
        for n, (level, factor) in enumerate(product(levels, factors))
    )
    return StudyView("A study", "EUR", "foot", (COST, SLA, WAIT), points, (COST, SLA))


def said(console: Console) -> str:
    return console.export_text()


@pytest.fixture
def console() -> Console:
    return Console(record=True, width=100, file=io.StringIO())


VIEWS = {
    "plain": view_of(("lean", "rich"), (0.8, 1.0, 1.2)),
    "one point": view_of(("lean",), (1.0,)),
    "hard names": view_of((HARD, "b"), (0.8, 1.0)),
    "many": view_of(tuple("abcdefgh"), tuple(np.linspace(0.5, 1.5, 9).tolist())),
}


@pytest.mark.parametrize("name", VIEWS)
def test_a_study_is_drawn_and_told(name: str, console: Console) -> None:
    view = VIEWS[name]
    for figure in (draw_study_response(view), draw_study_frontier(view)):
        assert png(figure).startswith(b"\x89PNG")
    print_study(view, console)
    text = said(console)
    assert "p0" in text
    assert ("more in the tables" in text) == (len(view.points) > 40)


@pytest.mark.parametrize("width", [60, 80, 100])
def test_no_figure_is_cut_off_however_many_columns_there_are(width: int) -> None:
    narrow = Console(record=True, width=width, file=io.StringIO())
    view = VIEWS["plain"]
    more = {f"pools.a_pool_of_people_{n}.count": n for n in range(4)}
    points = tuple(
        replace(one, parameters={**one.parameters, **more}, estimates=one.estimates)
        for one in view.points
    )
    print_study(replace(view, points=points), narrow)
    text = said(narrow)
    for word in ("± 50", "± 2.0", "Cost, EUR a"):
        assert word in text
    assert "…" not in text.split("Wait, mean")[-1].split("Runs")[0]
    assert all(len(line) <= width for line in text.splitlines())


def test_the_answer_stands_above_the_points(console: Console) -> None:
    print_study(VIEWS["plain"], console)
    head = " ".join(said(console).split("Point ")[0].split())
    assert "Cost, EUR a month: from 800 ± 50 at p0 (staffing=lean, demand.factor=0.8)" in head


def test_points_that_failed_have_no_dots(console: Console) -> None:
    view = VIEWS["plain"]
    gone = replace(
        view.points[0],
        replications=0,
        pareto=False,
        estimates=dict.fromkeys(view.points[0].estimates, UNKNOWN),
    )
    none = replace(view, points=(gone,), failures=(("p0 (staffing=lean)", "too much work"),))
    assert png(draw_study_frontier(none))
    assert png(draw_study_response(none))
    print_study(none, console)
    assert "failed" in said(console)


def test_ranges_stand_beside_each_other(console: Console) -> None:
    view = VIEWS["one point"]
    ranges = {"cost": Ranges(Estimate(5.0, 900, 1100), Estimate(5.0, 700, 1400))}
    uncertain = replace(
        view, points=(replace(view.points[0], ranges=ranges),), uncertain=("demand ~ normal",)
    )
    print_study(uncertain, console)
    text = said(console)
    assert "900 to 1,100" in text
    assert "700 to 1,400" in text


def test_the_plan_of_a_study_names_its_points(console: Console) -> None:
    print_plan("A study", [("p1", {"pools.x.count": 3})], "1 points", console)
    assert "p1" in said(console)


@pytest.mark.parametrize("method", ["sobol", "morris"])
@pytest.mark.parametrize("name", ["demand.factor", HARD])
def test_indices_are_drawn_and_told(method: str, name: str, console: Console) -> None:
    rows = (
        Index(name, around(0.7, 0.1), around(0.9, 0.1), 0.1, 0.2),
        Index("b", around(-0.1, 0.1), around(0.05, 0.1), math.nan, math.nan),
    )
    figures = (
        Indices(SLA, rows, 0.4, 0.9, 0.02),
        Indices(WAIT, (), math.nan, math.nan, math.nan),
    )
    view = SensitivityView("A study", "foot", "EUR", method, ((name, "0.8 to 1.2"),), figures, 40)
    assert png(draw_indices(view))
    assert png(draw_indices(replace(view, figures=figures[1:])))
    print_sensitivity(view, console)
    text = said(console)
    assert "not measured at every point" in text
    head, _, table = text.partition("Within the tier's target")[2].partition("of it noise")
    answer = " ".join(head.split())
    assert "of 1 more this is not shown" in answer  # b: its interval holds 0
    assert ("90.0 points ± 10.0" if method == "morris" else "0.90 ± 0.10") in table


def test_a_tornado_is_drawn_and_told(console: Console) -> None:
    cells = list(product(("base", "rich"), ("low", "high")))
    regret = RegretTable(
        ("low", "high"),
        ("base", "rich"),
        {cell: around(100.0) for cell in cells},
        {cell: Estimate(0.0) if cell[0] == "base" else UNKNOWN for cell in cells},
        dict.fromkeys(cells, (3, 5)),
    )
    view = TornadoView(
        title=HARD,
        foot="foot",
        currency="EUR",
        figure=COST,
        base=around(1000),
        percent=10,
        swings=(
            Swing("Wages", around(-50), around(50), simulated=False),
            Swing(HARD, UNKNOWN, around(5, 10), simulated=True),
        ),
        left_out=("Parts",),
        alternatives=(
            Alternative("rich", around(20), (BreakEven("Wages", Estimate(1.2, 1.1, 1.3)),)),
            Alternative("lean", around(-20), (BreakEven("Wages", UNKNOWN, "none"),)),
        ),
        regret=regret,
        service=SLA,
        prices=(PriceStep("base", "rich", around(20), around(0.01, 0.005), UNKNOWN),),
        notes=("rich/demand x1.1: too much work",),
    )
    assert png(draw_tornado(view))
    assert png(draw_tornado(replace(view, swings=())))
    print_tornado(view, console)
    text = said(console)
    for phrase in ("no interaction analysis", "+20 % (+10 to +30)", "not playable", "no more is"):
        assert phrase in text
