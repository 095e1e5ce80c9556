"""``python -m optimize`` as a planner uses it: plan, certificate, before and after, bad input."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib.image
import pytest
from small_world import GOOD, World, world

from optimize.__main__ import main as optimize
from optimize.staffing.memory import Memory
from sim.__main__ import main as simulate

__all__ = ["world"]

TWO_DEPOTS = GOOD.replace(
    "  - {site_id: garage,",
    """  - {site_id: depot, tier: field, name: Depot, lat: 40.2, lon: -3.0, parent: centre,
     status: candidate, fixed_cost_per_month: 100, opening_cost: 3600}
  - {site_id: garage,""",
).replace("shift: day, wage_per_h", "wage_per_h")
QUICK = (
    "fit=4", "screen=8", "proof=60", "figures=false", "workers=1", "rounds=2", "bounds=false",
)  # fmt: skip
"""Few runs: enough for promises with much to spare."""
SMALL = ("scenario.name=good", "replications=2", "horizon=10d", "warm_up=3d")


def read(path: Path) -> dict[str, Any]:
    """A JSON file; NaN and infinity are no JSON."""
    content = json.loads(path.read_text("utf-8"), parse_constant=pytest.fail)
    assert isinstance(content, dict)
    return content


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = optimize(list(words))
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """Region B placed and compared, as a planner's first look."""
    folder = tmp_path_factory.mktemp("decided") / "run"
    code = optimize(["place", "scenario=regionB", "replications=2", f"hydra.run.dir={folder}"])
    return folder, code


@pytest.fixture
def small(world: World) -> tuple[str, ...]:
    """Words for a scenario of two towns, a garage and a depot that may be opened."""
    world.write("scenario.yaml", TWO_DEPOTS, scenario="good")
    return (*SMALL, f"data_root={world.root}", f"hydra.run.dir={world.output}")


def test_a_small_scenario_is_placed_and_compared(
    small: tuple[str, ...], world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, "place", *small)
    assert code == 0, err
    record = read(world.output / "decision.json")
    placement = record["placement"]
    assert placement["status"] in ("optimal", "feasible")
    assert 0 < placement["model_bound"] <= placement["cost_per_month"]
    assert "this plan has not been proved" in out
    assert {"plan.json", "plan_sites.csv", "plan_pools.csv"} <= {
        path.name for path in world.output.iterdir()
    }
    words = [*small[:1], *small[4:5], f"plan={world.output / 'plan.json'}", "horizon=1d"]
    again = ["warm_up=0d", "figures=false", f"hydra.run.dir={world.folder / 'again'}"]
    assert simulate([*words, *again]) == 0


def test_a_small_scenario_is_staffed_and_proved(
    small: tuple[str, ...], world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, *small, *QUICK, "frontier=false")
    assert code == 0, err
    proof = read(world.output / "certificate.json")
    assert proof["held"] is True
    rows = proof["attempts"][-1]["rows"]
    assert all(row["limit"] >= row["target"] for row in rows if not row["guard"])
    assert not (world.output / "memory").exists()
    assert "held" in out


def test_other_placements_are_staffed_and_shown_on_request(
    small: tuple[str, ...], world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, *small, *QUICK, "frontier=false", "others=2")
    assert code == 0, err
    rounds = read(world.output / "decision.json")["rounds"]
    assert len(rounds) >= 2
    assert len({tuple(one["sites"]) for one in rounds}) == len(rounds)
    for one in rounds:  # a cut is no part of the model's bound
        alike = [other for other in rounds if other["load_factor"] == one["load_factor"]]
        bound = one["model_bound"]
        assert bound is None or bound <= min(other["model_cost"] for other in alike) * (1 + 1e-6)
    assert "placing other sites, 1 of 2" in err
    assert "Sites tried" in out
    assert "as planned" in out
    passed = [one["screened_cost"] for one in rounds if one["passed_screen"]]
    cost = read(world.output / "decision.json")["cost_per_month"]
    assert passed, "something was proved"
    assert cost["after"] == pytest.approx(min(passed), rel=0.1)


def test_today_s_sites_are_staffed_and_may_win(
    small: tuple[str, ...], world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """The model opens the depot, as its waits are formulas; simulated, that does not pay."""
    words = (*small, *QUICK, "frontier=false", "rounds=1")
    code, out, err = run(capsys, *words)
    assert code == 0, err
    record = read(world.output / "decision.json")
    placed, today = record["rounds"]
    assert (placed["sites"], today["sites"]) == (["depot", "garage"], ["garage"])
    assert today["screened_cost"] < placed["screened_cost"]
    assert record["opened"] == []
    assert record["proved"]
    table = out[out.index("Sites tried") :].splitlines()
    assert table[1].split() == ["with", "Depot", f"{placed['screened_cost']:,.0f}", "dearer"]
    assert table[2].split()[:2] == ["as", "planned"]


def test_today_s_sites_are_left_out_where_more_are_asked_for(
    small: tuple[str, ...], world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    words = (*small, *QUICK, "frontier=false", "rounds=1", "sites_least={field: 2}")
    code, _, err = run(capsys, *words)
    assert code == 0, err
    (placed,) = read(world.output / "decision.json")["rounds"]
    assert placed["sites"] == ["depot", "garage"]


def test_points_beside_the_plan_are_proved_on_requests_of_their_own(
    small: tuple[str, ...], world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, *small, *QUICK)
    assert code == 0, err
    with (world.output / "frontier.csv").open() as file:
        rows = list(csv.DictReader(file))
    targets = [float(row["target"]) for row in rows]
    assert targets == sorted(targets)
    assert len(targets) == 3
    assert "each further point" in out
    for row in rows:
        assert float(row["service"]) >= float(row["target"]) or row["proved"] == "False"


def test_nothing_gets_worse_than_today_unless_it_may(
    small: tuple[str, ...], world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, *small, *QUICK, "frontier=false")
    assert code == 0, err
    rows = read(world.output / "certificate.json")["attempts"][-1]["rows"]
    guards = [row for row in rows if row["guard"]]
    assert len(guards) == 5
    assert all(row["limit"] <= row["target"] for row in guards)
    assert "Not worse than today" in out
    code, out, err = run(capsys, *small, *QUICK, "frontier=false", "guard=null")
    assert code == 0, err
    rows = read(world.output / "certificate.json")["attempts"][-1]["rows"]
    assert not any(row["guard"] for row in rows)


def test_every_bound_lies_below_the_plan_and_is_told_apart(
    small: tuple[str, ...], world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, *small, *QUICK, "frontier=false", "bounds=true")
    assert code == 0, err
    record = read(world.output / "decision.json")
    bounds, cost = record["bounds_per_month"], record["cost_per_month"]["after"]
    assert 0 < bounds["necessary"] <= bounds["guarded"] <= cost
    assert 0 < bounds["sample"] <= cost
    assert all(bounds[f"{name}_statement"] for name in ("necessary", "guarded", "sample"))
    for name in ("necessary", "guarded", "sample", "model"):
        assert f"\n{name} " in out


def test_a_robust_plan_shows_what_it_is_regretted_for(
    small: tuple[str, ...], world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("frontier=false", "demands=[0.8,1.5]", "regret=true")
    code, _, err = run(capsys, *small, *QUICK, *words)
    assert code == 0, err
    record = read(world.output / "certificate.json")
    names = {row["requirement"] for row in record["attempts"][-1]["rows"]}
    assert {"on_site", "on_site, demand 0.8", "on_site, demand 1.5"} <= names
    with (world.output / "regret.csv").open() as file:
        rows = list(csv.DictReader(file))
    own = {row["demand"]: row for row in rows if row["plan"] == row["demand"]}
    assert {float(row["regret_per_month"]) for row in own.values()} == {0.0}
    assert all(row["promises_held"] == "True" for row in rows if row["plan"] == "this plan")


def test_an_interrupted_plan_goes_on_where_it_was(
    small: tuple[str, ...],
    world: World,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The plan and its certificate are those of a run that was not interrupted."""
    words = (*QUICK, "frontier=false")
    code, _, err = run(capsys, *small, *words)
    assert code == 0, err
    whole = {name: (world.output / name).read_bytes() for name in ("plan.json", "certificate.json")}
    keep, batches = Memory.keep, 0

    def keep_a_few(memory: Memory, found: Mapping[str, object]) -> None:
        nonlocal batches
        batches += 1
        if batches > 3:
            raise KeyboardInterrupt
        keep(memory, found)  # type: ignore[arg-type]

    folder = world.folder / "interrupted"
    again = [word for word in small if not word.startswith("hydra.run.dir")]
    with monkeypatch.context() as patch:
        patch.setattr(Memory, "keep", keep_a_few)
        code, _, _ = run(capsys, *again, *words, f"hydra.run.dir={folder}")
    assert code == 130
    assert not (folder / "plan.json").exists()
    code, _, err = run(capsys, *again, *words, f"hydra.run.dir={folder}", f"resume={folder}")
    assert code == 0, err
    assert {name: (folder / name).read_bytes() for name in whole} == whole


def test_when_the_time_is_over_the_best_plan_so_far_comes_without_proof(
    small: tuple[str, ...], world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, *small, *QUICK, "limit=0.01s", "others=2")
    assert code == 0, err
    assert "not proved" in out
    assert len(read(world.output / "decision.json")["rounds"]) == 1, "nothing more was begun"
    assert (world.output / "plan.json").exists()
    assert not (world.output / "certificate.json").exists()


@pytest.mark.long
def test_region_b_gains_base_points_and_its_response_falls(decided: tuple[Path, int]) -> None:
    folder, code = decided
    assert code == 0
    record = read(folder / "decision.json")
    row = next(one for one in record["regions"] if one["tier"] == "point")
    assert row["sites_before"] == 1 < row["sites_after"]
    assert row["cover_km_after"] < row["cover_km_before"]
    assert row["response_min"]["upper"] < 0
    placement = record["placement"]
    assert placement["model_bound"] <= placement["cost_per_month"]


@pytest.mark.long
def test_a_decision_leaves_these_files(decided: tuple[Path, int]) -> None:
    folder, _ = decided
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*")}
    assert names == {
        "config.yaml", "decision.json", "plan.json", "plan_sites.csv", "plan_pools.csv",
        "plan_assignments.csv", "paired.parquet", "promises.parquet", "figures",
        "figures/before_after_map.png", "figures/before_after.png", "figures/promises.png",
    }  # fmt: skip
    for name in names:
        if name.endswith(".png"):
            assert matplotlib.image.imread(folder / name).std() > 0.05


@pytest.mark.long
def test_the_plan_is_what_sim_reads(
    decided: tuple[Path, int], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder, _ = decided
    words = ["horizon=2d", "warm_up=0d", "replications=1", "figures=false"]
    plan = f"plan={folder / 'plan.json'}"
    assert simulate(["scenario=regionB", plan, *words, f"hydra.run.dir={tmp_path / 'r'}"]) == 0
    record = read(folder / "decision.json")
    with (folder / "plan_sites.csv").open() as file:
        rows = list(csv.DictReader(file))
    opened = {r["site_id"] for r in rows if r["open_after"] == "True" != r["open_before"]}
    assert opened == {*record["opened"]}
    capsys.readouterr()


def test_help_says_what_can_be_set(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--help")
    assert code == 0
    for word in ("python -m optimize frontier", "time_limit=60s", "candidates=0", "proof=200"):
        assert word in out


@pytest.mark.parametrize(
    ("words", "phrases"),
    [
        (("time_limit=5",), ("time_limit: got '5'",)),
        (("gap=-1", "months=0"), ("gap: got -1", "months: got 0")),
        (("sites_most={pint: 3}",), ("there is no 'pint'", "Did you mean 'point'")),
        (("share={point_5h: 0.9}",), ("there is no 'point_5h'", "Did you mean 'point_4h'")),
        (("share={point_4h: 1.5}",), ("got 1.5; expected a share",)),
        (("share={point_5h: 0.9}", "gap=-1"), ("there is no 'point_5h'", "gap: got -1")),
        (("plan=x.json",), ("a plan is what this command makes",)),
        (("scenario=regionX",), ("got 'regionX'", "Did you mean 'region")),
        (("candidats=3",), ("unknown key", "Did you mean 'candidates'")),
        (("attempts=0", "proof=3"), ("attempts: got 0", "proof: got 3")),
        (("guard=-1", "rounds=0"), ("guard: got -1", "rounds: got 0")),
        (("limit=soon", "regret=true"), ("limit: got 'soon'", "regret: needs demands")),
    ],
)
def test_bad_input_is_told_and_leaves_nothing(
    words: tuple[str, ...],
    phrases: tuple[str, ...],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = run(capsys, "place", *words, f"hydra.run.dir={tmp_path / 'run'}")
    assert code == 2, err
    assert "Traceback" not in out + err
    for phrase in phrases:
        assert phrase in err
    assert not (tmp_path / "run").exists()


def test_what_cannot_be_kept_is_explained(
    small: tuple[str, ...], world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody can be anywhere in a minute: which promise, how far, what would be enough."""
    code, _, err = run(capsys, "place", *small, "change={promises.on_site.within: 1min}")
    assert code == 2
    assert "no plan for" in err
    assert "on_site" in err
    assert not world.output.exists()


def test_a_budget_is_shared_by_every_rule_and_at_the_optimum(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    words = ("replications=2", "horizon=5d", "warm_up=2d", "promise=aragon_point_4h")
    code, out, err = run(
        capsys, "allocate", "scenario=national", *words, f"hydra.run.dir={tmp_path / 'run'}"
    )
    assert code == 0, err
    with (tmp_path / "run" / "allocation.csv").open() as file:
        rows = list(csv.DictReader(file))
    ways = {row["way"] for row in rows}
    assert {"today", "ratio", "workload", "floors", "population", "optimum"} <= ways
    assert {row["region"] for row in rows} == {"Aragon", "Galicia", "Madrid"}
    for way in ways:
        assert sum(float(r["share_of_budget"]) for r in rows if r["way"] == way) <= 1 + 1e-9
    predicted = {way: min(float(r["predicted"]) for r in rows if r["way"] == way) for way in ways}
    assert predicted["optimum, worst first"] == max(predicted.values())
    assert "no table has seen" in out


def test_a_budget_needs_regions_to_share_between(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, _, err = run(capsys, "allocate", "scenario=regionB", f"hydra.run.dir={tmp_path / 'run'}")
    assert code == 2
    assert "expected two or more to share between" in err
