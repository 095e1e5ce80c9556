"""Reports of a comparison say what its values say: words, terminal, pictures, baseline delta."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from matplotlib.text import Text
from rich.console import Console

from report.comparison.console import print_comparison
from report.comparison.delta import DeltaView, print_delta
from report.comparison.differences import draw_differences
from report.comparison.figures import save_comparison_figures
from report.comparison.view import (
    TOTAL,
    Alternative,
    ComparisonView,
    CostStep,
    Figure,
    InputLine,
    Levers,
    MorePeople,
    RemedyView,
    RestoredPromise,
)
from report.comparison.waterfall import draw_waterfall
from report.comparison.words import (
    WEEKS_PER_MONTH,
    answer,
    how_to_read,
    input_words,
    levers_in_words,
)
from report.decision.view import PROMISE, Change
from report.view import Estimate, RunView

MAGIC = b"\x89PNG\r\n\x1a\n"
MARKUP = "[bold]x[/bold] [/] :smile: <b>y</b>"
NAN = math.nan
CURRENCY = "currency/month"


def figure(
    kpi: str, before: float, after: float, half: float, verdict: str, *where: str, unit: str = "1"
) -> Figure:
    dimension, key = where or ("total", "all")
    difference = after - before
    ends = difference - half, difference + half
    change = Change(kpi, dimension, key, unit, before, after, difference, *ends)
    return Figure(change, difference - 2 * half, difference + 2 * half, 0.01, verdict)


def steps(**parts: tuple[float, float]) -> tuple[CostStep, ...]:
    total = [sum(part[side] for part in parts.values()) for side in (0, 1)]
    all_of_them = {**parts, TOTAL: (total[0], total[1])}
    return tuple(
        CostStep(name, old, new, Estimate(new - old, new - old - 9, new - old + 9))
        for name, (old, new) in all_of_them.items()
    )


@pytest.fixture(scope="session")
def more_demand(region: RunView) -> ComparisonView:
    """15 % more demand: a promise falls, 12 more agents would keep it."""
    figures = (
        figure("cost", 1000.0, 1100.0, 20.0, "worse", unit=CURRENCY),
        figure("abandoned", 0.04, 0.06, 0.001, "worse"),
        figure("resolved", 0.93, 0.93, 0.0, "the same"),
        figure("first_time_fix", 0.81, 0.82, 0.008, "no evidence"),
        figure("response_mean", 300.0, 350.0, 4.0, "worse", "tier", "point", unit="min"),
        figure(PROMISE, 0.94, 0.88, 0.01, "worse", PROMISE, "point_4h"),
        figure(PROMISE, 0.99, 0.985, 0.01, "no evidence", PROMISE, "urgent_first_hour"),
    )
    restored = RestoredPromise("point_4h", 0.94, 0.88, 0.941)
    one = Alternative(
        "demand=high",
        region,
        figures,
        Levers(demand=(1.0, 1.15), agents=(154, 154), scenario=("regionB", "regionB")),
        (InputLine("demand", "factor", 1, 1, None, (("", "1", "1.15"),)),),
        steps(wages=(600.0, 600.0), travel=(300.0, 380.0), penalties=(100.0, 120.0)),
        RemedyView(
            (MorePeople("point", "", 93, 12, (restored,), restored=True),),
            Estimate(78_300.0, 77_000.0, 79_600.0),
        ),
    )
    return ComparisonView("regionB", region, (one,), 31)


def printed(view: ComparisonView, width: int = 100) -> str:
    console = Console(file=io.StringIO(), width=width)
    print_comparison(view, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def other_than(view: ComparisonView, **changed: object) -> ComparisonView:
    return replace(view, alternatives=(replace(view.alternatives[0], **changed),))  # type: ignore[arg-type]


# --- words ---------------------------------------------------------------------------


def test_the_answer_is_what_a_planner_would_say(more_demand: ComparisonView) -> None:
    first, second = answer(more_demand, more_demand.alternatives[0])
    assert first.startswith(
        "+15 % demand with the same people: 'Technician on site within 4 business hours' falls "
        "from 94.0 % to 88.0 % (promised 94 %)"
    )
    assert "the cost rises by 10.0 %" in first
    assert "mean response at the base service point rises from 5 h to 5 h 50 min" in first
    week = round(78_300 / WEEKS_PER_MONTH, -2)
    assert second == (
        "12 more agents at the base service point (now 93) would keep it as in regionB at EUR "
        f"78,300 a month ({week:,.0f} a week) more; or accept 88.0 % for 'Technician on site "
        "within 4 business hours'."
    )


def test_only_shown_changes_are_told_as_changes(more_demand: ComparisonView) -> None:
    calm = tuple(replace(f, verdict="no evidence") for f in more_demand.alternatives[0].figures)
    view = other_than(more_demand, figures=calm, remedy=None)
    (said,) = answer(view, view.alternatives[0])
    assert "no evidence that any promise is kept better or worse" in said
    assert "no evidence that the cost changes" in said
    assert "falls" not in said
    assert "rises" not in said


def test_an_answer_is_never_empty(more_demand: ComparisonView) -> None:
    fewer = figure("response_p90", 300.0, 250.0, 4.0, "better", "tier", "point", unit="min")
    for figures, words in (
        ((fewer,), "1 figure shown to change"),
        ((), "no evidence that any figure changes"),
    ):
        view = other_than(more_demand, figures=figures, remedy=None)
        (said,) = answer(view, view.alternatives[0])
        assert said.startswith(f"+15 % demand with the same people: {words}")


def test_scenarios_of_other_requests_are_not_said_to_share_them(
    more_demand: ComparisonView,
) -> None:
    assert "the same requests for all" in printed(more_demand)
    other = other_than(more_demand, levers=Levers(scenario=("regionB", "regionA")))
    assert "the same requests for all" not in printed(other)


def test_people_who_are_not_enough_are_told_so(more_demand: ComparisonView) -> None:
    short = MorePeople(
        "point", "Galicia", 93, 186, (RestoredPromise("point_4h", 0.94, 0.88, 0.9),), restored=False
    )
    untied = (RestoredPromise("basic_fault_3d", 0.87, 0.8, 0.82),)
    view = other_than(more_demand, remedy=RemedyView((short,), Estimate(NAN), untied))
    said = answer(view, view.alternatives[0])
    assert said[1].startswith(
        "Even 186 more agents at the base service point in Galicia (now 93) would not restore"
    )
    assert "90.0 % instead of 94.0 %" in said[1]
    assert "No tier alone answers for 'Basic faults resolved within 3 days'" in said[2]
    assert "falls to 80.0 %; with them to 82.0 %" in said[2]


@pytest.mark.parametrize(
    ("levers", "words"),
    [
        (Levers(scenario=("regionA", "regionB")), "scenario regionB instead of regionA"),
        (Levers(demand=(1.0, 0.85), agents=(10, 9)), "-15 % demand, 1 agent fewer (10 to 9)"),
        (Levers(opened=2, closed=1), "2 sites opened, 1 site closed"),
        (Levers(policy=("a", "b"), channels=True), "dispatch by b instead of a, another channel"),
        (Levers(costs=True, promises=True), "other rates and wages, other promises"),
        (Levers(others=("stages", "zones")), "other routes, zones"),
    ],
)
def test_levers_are_told_in_words(levers: Levers, words: str) -> None:
    assert levers_in_words(levers).startswith(words)


def test_inputs_are_told_by_noun_and_field(more_demand: ComparisonView) -> None:
    lines = (
        InputLine("pools", "count", 19, 82, (242.0, 217.0), (("a", "27", "24"), ("b", "9", "8"))),
        InputLine("sites", "added", 2, 20, None, (("x", "", "X town"), ("y", "", "Y"))),
        InputLine("dispatch", "policy", 1, 1, None, (("", "nearest_idle", "least_wait"),)),
        InputLine("promises", "within", 1, 10, None, (("p", "4 h", "5 h"),)),
    )
    view = other_than(more_demand, inputs=lines)
    assert list(input_words(view, view.alternatives[0])) == [
        ("pools, count", "19 of 82, in all 242 → 217: a 27 → 24; b 9 → 8 ..."),
        ("sites, added", "2: x (X town); y (Y)"),
        ("dispatch, policy", "nearest_idle → least_wait"),
        ("promises, within", "p: 4 h → 5 h"),
    ]


def test_how_many_were_judged_and_what_stands_only_alone(more_demand: ComparisonView) -> None:
    first, second = how_to_read(more_demand)
    assert "31 figures were judged as one family (Holm)" in first
    assert "1 figure would show a difference alone" in second


# --- the terminal --------------------------------------------------------------------


@pytest.mark.parametrize("width", [80, 100, 120])
def test_one_alternative_is_printed_in_full(more_demand: ComparisonView, width: int) -> None:
    said = printed(replace(more_demand, notes=("lean: played anew",)), width)
    assert max(map(len, said.splitlines())) <= width
    for words in ("demand=high against regionB", "no evidence *", "the same", "all together",
                  "+100 ± 9", "lean: played anew"):  # fmt: skip
        assert words in said
    assert "nan" not in said.lower()


def test_several_are_a_matrix_with_marks_that_need_no_colour(more_demand: ComparisonView) -> None:
    (one,) = more_demand.alternatives
    better = tuple(
        replace(f, verdict={"worse": "better"}.get(f.verdict, f.verdict)) for f in one.figures
    )
    other = replace(one, label="staffing=rich", figures=better[1:], remedy=None)
    said = printed(replace(more_demand, alternatives=(one, other)))
    row = next(line for line in said.splitlines() if line.startswith("Abandoned"))
    assert re.search(r"4\.0 % .*\+2\.0 points ✗ +\+2\.0 points ✓", row)
    cost = next(line for line in said.splitlines() if line.startswith("Cost, EUR"))
    assert cost.count("+100") == 1, "what was not judged of the second is left empty"
    assert "of the cost: Travel" in said


def test_one_replication_has_no_verdicts(more_demand: ComparisonView) -> None:
    base = replace(more_demand.base, replications=1)
    assert "none: they need two replications" in printed(replace(more_demand, base=base))


def test_names_are_printed_as_they_are(
    more_demand: ComparisonView, rename: Callable[[RunView, str], RunView]
) -> None:
    view = replace(
        other_than(more_demand, label=MARKUP, run=rename(more_demand.base, MARKUP)),
        base=rename(more_demand.base, MARKUP),
        label=MARKUP,
        notes=(MARKUP,),
    )
    said = printed(view, 400)
    assert said.count(MARKUP) >= 8


# --- pictures ------------------------------------------------------------------------


def texts(picture: object) -> list[str]:
    return [one.get_text() for one in picture.findobj(Text)]  # type: ignore[attr-defined]


def test_pictures_are_written_for_each_alternative(
    more_demand: ComparisonView, tmp_path: Path
) -> None:
    paths = save_comparison_figures(more_demand, tmp_path / "one")
    assert {path.name for path in paths} == {
        "differences.png", "waterfall.png", "before_after.png",
    }  # fmt: skip
    assert all(path.read_bytes().startswith(MAGIC) for path in paths)
    (one,) = more_demand.alternatives
    two = replace(more_demand, alternatives=(one, replace(one, label="../../evil name")))
    paths = save_comparison_figures(two, tmp_path / "two")
    assert len({*paths}) == 6
    assert {path.parent for path in paths} == {tmp_path / "two"}
    assert any(path.name == "2_evil-name_waterfall.png" for path in paths)


def test_steps_of_the_waterfall_lead_from_the_one_cost_to_the_other(
    more_demand: ComparisonView,
) -> None:
    picture = draw_waterfall(more_demand, more_demand.alternatives[0])
    (axes,) = picture.axes
    bars = [(bar.get_y(), bar.get_height()) for bar in axes.patches]
    assert bars[0] == (0, 1000.0)
    assert bars[-1] == (0, 1100.0)
    level = 1000.0
    for bottom, height in bars[1:-1]:
        assert bottom == pytest.approx(level)
        level += height
    assert level == pytest.approx(1100.0)
    assert len(bars) == 4, "wages do not change and have no step"
    assert "The cost rises by 10.0 %: EUR 100 a month" in " ".join(texts(picture))


def test_differences_are_drawn_with_their_verdicts(more_demand: ComparisonView) -> None:
    picture = draw_differences(more_demand, more_demand.alternatives[0])
    said = texts(picture)
    assert "-6.0 points ± 1.0  worse" in said
    assert "+1.0 points ± 0.8  no evidence *" in said
    assert "Resolved" not in said, "what is the same has no row"
    assert [axes.get_label() for axes in picture.axes] == [
        "promises, points of what was due", "points of a share", "per cent of the base",
    ]  # fmt: skip


@pytest.mark.parametrize("draw", [draw_waterfall, draw_differences])
def test_nothing_to_show_is_said(
    more_demand: ComparisonView, draw: Callable[[ComparisonView, Alternative], object]
) -> None:
    view = other_than(more_demand, figures=(), costs=())
    words = " ".join(texts(draw(view, view.alternatives[0])))
    assert "states no costs" in words or "No figure differs" in words


# --- a run against its baseline ------------------------------------------------------


def told(view: DeltaView) -> str:
    console = Console(file=io.StringIO(), width=100)
    print_delta(view, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


COST = ("Cost, EUR a month", Change("cost", "total", "all", CURRENCY, 9.0, 7.0, -2.0, -3.0, -1.0))


def test_the_delta_is_a_few_lines_with_verdicts() -> None:
    promises = tuple(
        (f"p{n}", Change(PROMISE, PROMISE, f"p{n}", "1", 0.9, 0.9, 0.0, -0.01, 0.01))
        for n in range(4)
    )
    said = told(DeltaView("abc", "today", (COST,), promises))
    assert "better" in said
    assert "4 promises" in said
    assert "paired: both met the same requests" in said
    assert len(said.splitlines()) < 8


def test_what_is_not_paired_and_what_has_changed_is_said() -> None:
    files = tuple(f"regionB/file{n}.csv has changed" for n in range(7))
    said = told(DeltaView("abc", "today", (COST,), paired=False, why="another seed", data=files))
    assert "not paired: another seed" in said
    assert "regionB/file0.csv has changed since the baseline was locked" in said
    assert "and 2 more files" in said


def test_the_baseline_itself_and_an_unreadable_one_are_said() -> None:
    assert "this is the baseline itself" in told(DeltaView("abc", "today", is_itself=True))
    said = told(DeltaView("", "", notes=("baseline.json: is damaged",)))
    assert "is damaged" in said
    assert "paired" not in said
