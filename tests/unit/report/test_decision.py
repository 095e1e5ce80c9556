"""Reports of a decision: the terminal and the pictures say what the values say."""

import io
import math
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PolyCollection
from matplotlib.text import Text
from rich.console import Console

from network.plan import Plan
from report.decision import (
    Bounds,
    Certificate,
    Change,
    DecisionView,
    FrontierPoint,
    PlacementTried,
    PromiseProof,
    RegionRow,
    SiteChange,
    Solution,
    print_decision,
    print_frontier,
    save_decision_figures,
)
from report.decision.figures import DECISION_FIGURES
from report.decision.figures_map import draw_before_after_map
from report.decision.view import PROMISE
from report.figures import png
from report.view import PromiseRow, RunView, ZoneResponse
from report.words import DASH

MAGIC = b"\x89PNG\r\n\x1a\n"
MARKUP = "[bold]x[/bold] [/] :smile: <b>y</b>"
NAN = math.nan
CURRENCY = "currency/month"


# --- a decision made by hand ---------------------------------------------------------


def table(rows: dict[tuple[str, str, str], float]) -> pd.DataFrame:
    keys = [(*key, "", mean, mean - 1, mean + 1, 2) for key, mean in rows.items()]
    columns = ["kpi", "dimension", "key", "unit", "mean", "lower", "upper", "n"]
    return pd.DataFrame(keys, columns=columns)


def figures(cost: float, response: float) -> pd.DataFrame:
    return table(
        {
            ("cost", "total", "all"): cost,
            ("cost", "component", "wages"): 0.8 * cost,
            ("cost", "component", "travel"): 0.2 * cost,
            ("response_mean", "tier", "point"): response,
            ("response_p90", "tier", "point"): 3 * response,
        }
    )


def kept(name: str, share: float) -> PromiseRow:
    return PromiseRow(name, "", 0.9, share, share - 0.02, share + 0.02, met=False, missed=False)


@pytest.fixture(scope="session")
def decision(region: RunView) -> DecisionView:
    """Vigo opens, the experience centre closes, Santiago gives up agents."""
    fewer = next(p for p in region.network.pools if p.pool_id == "santiago_field_early")
    plan = Plan(
        opened=("vigo_point",),
        closed=("coruna_experience",),
        pools=(fewer.model_copy(update={"count": 20}),),
    )
    old = kept("point_4h", 0.82)
    before = replace(region, estimates=figures(1000.0, 300.0), promises=(old,), warnings=())
    after = replace(
        before,
        network=region.network.with_plan(plan),
        estimates=figures(900.0, 240.0),
        promises=(kept("point_4h", 0.95),),
    )
    faster = Change("response_mean", "tier", "point", "min", 300.0, 240.0, -60.0, -66.0, -54.0)
    proofs = (
        PromiseProof("point_4h", "On site in 4 h", 0.96, 0.95, 0.93, 0.9, verdict="met"),
        PromiseProof("vip", "VIP", NAN, 0.7, 0.65, 0.8, "Lugo", 0.5, 0.6, "missed"),
        PromiseProof("month", "Each month", NAN, NAN, NAN, 0.9),
    )
    return DecisionView(
        before,
        after,
        changes=(
            Change("cost", "total", "all", CURRENCY, 1000.0, 900.0, -100.0, -120.0, -80.0),
            Change("cost", "component", "wages", CURRENCY, 800.0, 720.0, -80.0, -80.0, -80.0),
            Change("cost", "component", "travel", CURRENCY, 200.0, 180.0, -20.0, -50.0, 10.0),
            faster,
            Change("response_p90", "tier", "point", "min", 900.0, 720.0, -180.0, -400.0, 40.0),
            Change("response_mean", "tier", "remote", "min", 10.0, 10.0, 0.0, 0.0, 0.0),
            Change(PROMISE, PROMISE, "point_4h", "1", 0.82, 0.95, 0.13, 0.12, 0.14),
            Change(PROMISE, PROMISE, "vip", "1", 0.69, 0.7, 0.01, -0.02, 0.04),
        ),
        regions=(RegionRow("Galicia", "point", 1, 2, 71.2, 42.0, 300.0, 240.0, faster),),
        sites=(
            SiteChange("santiago_point", "Santiago", "point", "kept", 93, 86),
            SiteChange("santiago_workshop", "Workshop", "regional", "kept", 11, 11),
            SiteChange("coruna_experience", "Old centre", "experience", "closed", 4, 0, 2000.0),
            SiteChange("vigo_point", "Vigo", "point", "opened", 0, 13, 85000.0),
        ),
        solution=Solution("tiers", "feasible", 880.0, 850.0, 0.034, 12.0, "HiGHS", "1.11"),
        promises=proofs,
        bounds=Bounds(necessary=720.0, model=850.0),
        frontier=(
            FrontierPoint("90 % in 4 h", 0.9, 800.0, 0.91, 0.01, proved=True),
            FrontierPoint("95 % in 4 h", 0.95, 900.0, 0.95, 0.02, proved=False, is_chosen=True),
            FrontierPoint("99 % in 4 h", 0.99, NAN),
        ),
        certificate=Certificate(
            True, 2, 2, 0.0125, 200, ("1-20", "21-70", "71-270"), proofs, "all promises hold"
        ),
        placements=(
            PlacementTried((), (), 900.0, passed=True, is_chosen=True),
            PlacementTried(("Lugo",), ("Vigo",), 950.0, passed=True, is_chosen=False),
            PlacementTried(("Lugo",), (), 890.0, passed=True, is_chosen=False),
            PlacementTried(
                (),
                ("Vigo", "Santiago"),
                700.0,
                passed=False,
                is_chosen=False,
                lacking=("VIP", "Each month"),
            ),
            PlacementTried(
                ("Old centre",),
                ("Vigo",),
                990.0,
                passed=True,
                is_chosen=False,
                is_today=True,
                given_up=True,
            ),
        ),
        notes=("staffed by workload",),
    )


@pytest.fixture(scope="session")
def bare(tiny: RunView, empty: RunView) -> dict[str, DecisionView]:
    return {"tiny": DecisionView(tiny, tiny), "empty": DecisionView(empty, empty)}


def shown(view: DecisionView, width: int = 100, *, colour: bool = False) -> str:
    return printed(lambda console: print_decision(view, console), width, colour=colour)


def printed(show: Callable[[Console], None], width: int = 100, *, colour: bool = False) -> str:
    system = "standard" if colour else None
    file = io.StringIO()
    show(Console(file=file, width=width, force_terminal=colour, color_system=system))
    return file.getvalue()


# --- the terminal --------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        r"Plan: 1 site opened, 1 site closed · agents \d+ → \d+ · EUR 87,000 paid once",
        r"the same requests before and after",
        r"Vigo +opened +Base service point +0 → 13 +85,000",
        r"Old centre +closed +Experience centre +4 → 0 +2,000",
        r"Santiago +kept +Base service point +93 → 86 *\n",
        r"1 other +as today",
        r"Base service point +1 → 2 +93 → 99",
        r"Galicia +1 → 2 +71 → 42 km +5 h → 4 h +-60 min ± 6 +better",
        r"Cost, EUR a month +1,000 +900 +-100 ± 20 +better",
        r"Mean response, Base service point +5 h +4 h +-60 min ± 6 +better",
        r"9 in 10 within, Base service point +15 h +12 h +-180 min ± 220 +no evidence",
        r"On site in 4 h +82.0 % +95.0 % +\+13.0 points ± 1.0 +better",
        r"1 other promise +no evidence",
        r"Wages +800 +720 +-80 *\n",
        r"all together +1,000 +900 +-100 ± 20",
        r"necessary +720 +25.0 % ",
        r"model +850 +3.5 % ",
        r"On site in 4 h +90 % +96.0 % +95.0 % +93.0 % +met",
        rf"VIP +80 % +{DASH} +70.0 % +65.0 % +missed: Lugo 50 < 60 %",
        rf"Each month +90 % +{DASH} +{DASH} +{DASH} +not shown: none due",
        r"Certificate +held: all promises hold",
        r"attempt 2 of 2, 200 replications",
        r"risk of a false certificate is at most 1.25 %",
        r"seeds: fit 1-20 · screen 21-70 · proof 71-270",
        r"best plan found in the time given; EUR 880 a month",
        r"model bound 850; gap 3.4 % \(tiers, HiGHS 1.11 in 12 s\)",
        r"Note +staffed by workload",
    ],
)
def test_the_decision_says_what_was_found(decision: DecisionView, line: str) -> None:
    text = re.sub(r" *\n {15}", " ", shown(decision))  # long remarks wrap
    assert re.search(line, text)


def test_bounds_are_never_merged_and_absent_ones_not_shown(decision: DecisionView) -> None:
    assert "sample" not in shown(decision)
    all_four = replace(decision, bounds=Bounds(700.0, 750.0, 800.0, 850.0))
    order = r"\nnecessary .*\nguarded .*\nsample .*\nmodel "
    assert re.search(order, shown(all_four), re.DOTALL)
    assert "Bound on the cost" not in shown(replace(decision, bounds=Bounds()))


def test_other_sites_are_told_by_what_differs_from_the_plan(decision: DecisionView) -> None:
    lines = shown(decision).splitlines()
    first = next(k for k, line in enumerate(lines) if line.startswith("Sites tried"))
    said = [" ".join(line.split()) for line in lines[first + 1 : first + 6]]
    assert said == [
        "as planned 900 the plan",
        "with Lugo, without Vigo 950 dearer",
        "with Lugo 890 not worth its changes (keep)",
        "without Vigo, without Santiago 700 not kept: VIP and 1 more",
        "today's sites 990 dearer, not searched to the end",
    ]
    alone = replace(decision, placements=decision.placements[:1])
    assert "Sites tried" not in shown(alone)


def test_a_plan_without_certificate_is_called_not_proved(decision: DecisionView) -> None:
    text = shown(replace(decision, certificate=None))
    assert re.search(r"Certificate +none: this plan has not been proved", text)
    assert re.search(r"On site in 4 h +90 % ", text)  # the promises of the run are still shown


def test_a_failed_certificate_is_not_called_held(decision: DecisionView) -> None:
    assert decision.certificate is not None
    failed = replace(decision, certificate=replace(decision.certificate, held=False))
    assert re.search(r"Certificate +not held", shown(failed))


def test_other_requests_are_not_called_the_same(decision: DecisionView) -> None:
    other = replace(decision, after=replace(decision.after, seed=2))
    assert "same requests" not in shown(other)


@pytest.mark.parametrize("width", [80, 100, 120])
def test_the_decision_fits_a_screen_and_a_half(decision: DecisionView, width: int) -> None:
    lines = shown(decision, width).splitlines()
    assert max(map(len, lines)) <= width
    assert len(lines) <= 90
    assert any("better" in line for line in lines)


@pytest.mark.parametrize("which", ["tiny", "empty"])
def test_nothing_measured_is_never_nan(bare: dict[str, DecisionView], which: str) -> None:
    view = bare[which]
    unknown = Change("cost", "total", "all", CURRENCY, NAN, NAN, NAN)
    known = replace(unknown, kpi="cost_per_request", before=1.0)
    row = RegionRow("here", "agents", 1, 1, NAN, NAN, NAN, NAN, unknown)
    point = FrontierPoint("", NAN, NAN)
    for one in (view, replace(view, changes=(unknown, known), regions=(row,), frontier=(point,))):
        text = shown(one) + printed(lambda c, one=one: print_frontier(one.frontier, c))
        assert not re.search(r"\b(nan|inf|None)\b", text)


def test_names_are_no_markup_and_long_ones_are_cut_or_wrapped(
    decision: DecisionView, rename: Callable[[RunView, str], RunView]
) -> None:
    long = f"{MARKUP} {'very ' * 30}long"
    for name, width in ((MARKUP, 250), (long, 100)):
        renamed = replace(
            decision,
            before=rename(decision.before, name),
            after=rename(decision.after, name),
            regions=tuple(replace(row, region=name) for row in decision.regions),
            sites=tuple(replace(site, name=name) for site in decision.sites),
            promises=(),
            certificate=None,
            notes=(name,),
        )
        text = shown(renamed, width)
        assert text.count(MARKUP if name == MARKUP else "[bold]x[") >= 10
        assert max(map(len, text.splitlines())) <= width


def test_colour_changes_no_word(decision: DecisionView) -> None:
    coloured = shown(decision, colour=True)
    assert "\x1b" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == shown(decision)


def test_the_frontier_tells_the_price_of_the_last_percent(decision: DecisionView) -> None:
    text = printed(lambda console: print_frontier(decision.frontier, console))
    assert re.search(rf"90 % in 4 h +91.0 % +800 +{DASH} +1.0 % +proved *\n", text)
    assert re.search(r"95 % in 4 h +95.0 % +900 +25.00 +2.0 % +not proved, the plan", text)
    assert re.search(rf"99 % in 4 h +{DASH} +{DASH} +{DASH} +{DASH} +no plan", text)
    assert "No target" in printed(lambda console: print_frontier((), console))


# --- pictures ------------------------------------------------------------------------


def words(figure) -> str:
    return "\n".join(text.get_text() for text in figure.findobj(Text) if text.get_visible())


def test_pictures_are_written_whole_and_none_of_an_absent_frontier(
    decision: DecisionView, bare: dict[str, DecisionView], tmp_path: Path
) -> None:
    paths = save_decision_figures(decision, tmp_path / "a" / "figures")
    assert [path.stem for path in paths] == list(DECISION_FIGURES)
    assert all(path.read_bytes().startswith(MAGIC) and path.stat().st_size > 9000 for path in paths)
    paths = save_decision_figures(bare["empty"], tmp_path / "b")
    assert sorted(paths) == sorted((tmp_path / "b").iterdir())
    assert "frontier.png" not in {path.name for path in paths}


@pytest.mark.parametrize("which", ["tiny", "empty"])
@pytest.mark.parametrize("name", DECISION_FIGURES)
def test_every_picture_draws_what_is_missing(
    name: str, which: str, bare: dict[str, DecisionView]
) -> None:
    figure = DECISION_FIGURES[name](bare[which])
    assert png(figure).startswith(MAGIC)
    assert "nan" not in words(figure)


@pytest.mark.parametrize("name", DECISION_FIGURES)
@pytest.mark.parametrize(
    "text", ["サンティアゴ拠点 مركز", "$x_$ {a} \\alpha$ %s <b>", "long " * 40]
)
def test_unusual_names_neither_raise_nor_warn(
    name: str, text: str, decision: DecisionView, rename: Callable[[RunView, str], RunView]
) -> None:
    renamed = replace(
        decision,
        before=rename(decision.before, text),
        after=rename(decision.after, text),
        frontier=tuple(replace(point, label=text) for point in decision.frontier),
        certificate=None,
        promises=tuple(replace(row, title=text, worst_area=text) for row in decision.promises),
    )
    assert png(DECISION_FIGURES[name](renamed)).startswith(MAGIC)


def test_titles_state_the_finding(decision: DecisionView) -> None:
    said = {name: words(draw(decision)) for name, draw in DECISION_FIGURES.items()}
    assert "mean response falls from 5 h to 4 h" in said["before_after_map"]
    assert "Cost falls by 10.0 %; Base service point response falls by 20 %" in said["before_after"]
    assert "1 of 3 promises is met; missed: VIP" in said["promises"]
    assert "up to 95.0 %, costs EUR 25.00 a month" in said["frontier"]
    assert "the plan: 95 % in 4 h" in said["frontier"]
    assert "No plan: 99 % in 4 h" in said["frontier"]


def test_titles_claim_no_more_than_the_evidence(decision: DecisionView) -> None:
    unsure = tuple(replace(one, lower=-500.0, upper=500.0) for one in decision.changes)
    view = replace(decision, changes=unsure)
    title = words(DECISION_FIGURES["before_after"](view))
    assert "No evidence that cost changes; no evidence that" in title
    assert "no evidence of a change" in words(draw_before_after_map(view))


def test_the_map_names_what_is_opened_and_what_is_closed(decision: DecisionView) -> None:
    text = words(draw_before_after_map(decision))
    assert text.count("Vigo service point") == 1  # a candidate is not named before
    assert text.count("A Coruna experience centre") == 2
    for word in ("Before", "After", "opened", "closed"):
        assert word in text


def ground(figure) -> list[np.ndarray]:
    return [
        found.get_facecolor()
        for found in figure.findobj(PolyCollection)
        if len(found.get_paths()) > 99
    ]


def test_both_panels_share_one_colour_scale(decision: DecisionView) -> None:
    response = decision.after.zone_response
    assert response is not None
    slower = ZoneResponse(response.answered, 3 * response.minutes)
    same = ground(draw_before_after_map(decision))
    np.testing.assert_array_equal(same[0], same[1])
    view = replace(decision, after=replace(decision.after, zone_response=slower))
    before, after = ground(draw_before_after_map(view))
    assert before[:, 0].mean() > after[:, 0].mean() + 0.1  # dark is slow, on the same scale


def test_several_regions_stand_in_columns(decision: DecisionView) -> None:
    def halved(run: RunView) -> RunView:
        zones, half = run.network.zones, len(run.network.zones) // 2
        names = ("North",) * half + ("South",) * (len(zones) - half)
        return replace(run, network=replace(run.network, zones=replace(zones, region=names)))

    row = decision.regions[0]
    view = replace(
        decision,
        before=halved(decision.before),
        after=halved(decision.after),
        regions=(replace(row, region="North"), replace(row, region="South")),
    )
    text = words(draw_before_after_map(view))
    for title in ("Before · North", "Before · South", "After · North", "After · South"):
        assert title in text
    assert "falls from 5 h to 4 h; North falls from" in text


def test_a_map_without_positions_says_so(decision: DecisionView) -> None:
    zones = decision.after.network.zones
    nowhere = replace(zones, position=np.full_like(zones.position, np.nan))
    runs = (
        replace(r, network=replace(r.network, zones=nowhere))
        for r in (decision.before, decision.after)
    )
    before, after = runs
    text = words(draw_before_after_map(replace(decision, before=before, after=after)))
    assert "No zone has a position" in text


def test_equal_decisions_give_equal_bytes(decision: DecisionView) -> None:
    draw = DECISION_FIGURES["promises"]
    assert png(draw(decision)) == png(draw(decision))


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    heavy = ("matplotlib", "shapely", "geopandas", "scipy", "sim", "optimize")
    code = f"import sys, report.decision; print([m for m in {heavy} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
