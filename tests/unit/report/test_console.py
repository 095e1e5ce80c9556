"""What the terminal shows: it fits, it says dashes, it never reads names as markup."""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from rich.console import Console

from network.errors import Problem, ScenarioError
from report.console import (
    print_policies,
    print_problems,
    print_scenarios,
    print_summary,
    print_traffic,
)
from report.view import PromiseRow, RunView
from report.words import DASH

MARKUP = "[bold]x[/bold] [/] :smile:"


def printed(show: Callable[[Console], None], width: int = 100, *, colour: bool = False) -> str:
    file = io.StringIO()
    console = Console(
        file=file, width=width, force_terminal=colour, color_system="standard" if colour else None
    )
    show(console)
    return file.getvalue()


def summary(view: RunView, width: int = 100, *, colour: bool = False) -> str:
    return printed(lambda console: print_summary(view, console), width, colour=colour)


@pytest.mark.parametrize("width", [80, 100, 120])
def test_summary_fits_the_screen(region: RunView, width: int) -> None:
    lines = summary(region, width).splitlines()
    assert max(map(len, lines)) <= width
    assert len(lines) <= (68 if width >= 100 else 80)


def test_summary_says_what_was_run(region: RunView) -> None:
    text = summary(region)
    for word in ("Galicia", "2 replications", "seed 1", "1 d after 1 d of warm-up", "Santiago"):
        assert word in text
    for head in ("Demand", "Service", "Staff", "Promise", "Cost", "Open requests"):
        assert head in text


@pytest.mark.parametrize("which", ["region", "tiny", "empty"])
def test_summary_never_says_nan(which: str, request: pytest.FixtureRequest) -> None:
    text = summary(request.getfixturevalue(which))
    assert not re.search(r"\b(nan|NaN|inf|None)\b", text)


def test_one_replication_has_no_intervals(tiny: RunView) -> None:
    text = summary(tiny)
    assert "±" not in text
    assert "two replications" in text


def test_names_are_no_markup(region: RunView, rename: Callable[[RunView, str], RunView]) -> None:
    text = summary(rename(region, MARKUP), 200)
    assert text.count(MARKUP) > 20
    assert "loaded to [red]97%[/red]" in text


def test_plain_output_has_no_escape_codes(region: RunView) -> None:
    assert "\x1b" not in summary(region)
    assert "\x1b" in summary(region, colour=True)


def test_colour_changes_no_word(region: RunView) -> None:
    bare = re.sub(r"\x1b\[[0-9;]*m", "", summary(region, colour=True))
    assert bare == summary(region)


def test_promises_have_their_verdict_in_words(region: RunView) -> None:
    rows = (
        PromiseRow("a", "Kept", 0.8, 0.9, 0.85, 0.95, met=True, missed=False),
        PromiseRow("b", "Broken", 0.8, 0.6, 0.5, 0.7, met=False, missed=True),
        PromiseRow("c", "Open", 0.8, 0.8, 0.7, 0.9, met=False, missed=False),
        PromiseRow("d", "Never", 0.8, *[float("nan")] * 3, met=False, missed=False, unit="months"),
        PromiseRow("e", "Floor", 0.8, 0.9, 0.85, 0.95, False, False, "Lugo", 0.5, 0.7),
    )
    text = summary(replace(region, promises=rows))
    for line in (
        r"Kept .* met",
        r"Broken .* missed",
        r"Open .* not shown",
        rf"Never .* {DASH} .* not shown: no months due",
        r"Floor .* missed: Lugo 50 < 70 %",
    ):
        assert re.search(line, text)


def test_regions_stand_side_by_side_where_there_are_several(region: RunView) -> None:
    assert "Region:" not in summary(region)
    half = len(region.network.zones) // 2
    zones = replace(region.network.zones, region=("North",) * half + ("South",) * (half + 1))
    several = replace(region, network=replace(region.network, zones=zones))
    assert re.search(r"Region: p90, in target .*\nNorth .*\nSouth ", summary(several))


def test_many_warnings_are_counted(region: RunView) -> None:
    text = summary(replace(region, warnings=tuple(f"warning {n}" for n in range(9))))
    assert "warning 5" in text
    assert "warning 6" not in text
    assert "3 more warnings" in text


@dataclass(frozen=True)
class Load:
    place: str
    skills: tuple[str, ...]
    offered: float
    capacity: float
    overloaded: bool

    @property
    def rho(self) -> float:
        return self.offered / self.capacity if self.capacity else float("inf")


@pytest.mark.parametrize("width", [80, 120])
def test_traffic_marks_overload(region: RunView, width: int) -> None:
    loads = [
        Load("point", ("field",), 9.0, 10.0, overloaded=False),
        Load("regional", ("bench",), 3.0, 2.0, overloaded=True),
        Load("remote", (), 0.0, 0.0, overloaded=False),
        Load("experience", ("demo",), 1.0, 10.0, overloaded=False),
    ]
    text = printed(
        lambda console: print_traffic(region.network, {"how_to": 3.0}, loads, loads, console), width
    )
    assert re.search(r"Regional workshop .* 150 %  overload", text)
    assert re.search(r"Base service point .* 90 %  high", text)
    assert re.search(r"Experience centre .* 10 %  ok", text)
    assert "nan" not in text
    assert "inf" not in text
    assert max(map(len, text.splitlines())) <= width


def test_lists_and_problems_are_printed_as_they_are() -> None:
    text = printed(lambda console: print_scenarios([("a/b", MARKUP, "what [i]it[/i] is")], console))
    assert MARKUP in text
    assert "what [i]it[/i] is" in text
    assert MARKUP in printed(lambda console: print_policies({"mine": MARKUP}, console))


def test_each_problem_has_a_line_of_its_own() -> None:
    problems = [Problem("sites.csv row 7, tier", "got '[red]'"), Problem("b", "c")]
    text = printed(lambda console: print_problems(ScenarioError("mine", problems), console), 40)
    first, *others = text.splitlines()
    assert first == "2 problems in mine"
    assert others == [" * sites.csv row 7, tier: got '[red]'", " * b: c"]
