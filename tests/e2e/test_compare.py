"""``python -m study compare`` and ``baseline`` as a consultant uses them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from small_world import GOOD, World, world

from sim.__main__ import main as simulate
from study.__main__ import main as study

__all__ = ["world"]

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def say(world: World, capsys: pytest.CaptureFixture[str]) -> Run:
    """Give these words to ``python -m study`` and return its code and what it said."""
    world.write("scenario.yaml", GOOD.replace("count_lean: 2", "count_lean: 1"), scenario="good")

    def run(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = study(list(words))
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture
def base(world: World, say: Run) -> str:
    return f"scenario.name=good data_root={world.root} replications=8 horizon=6d warm_up=2d"


def finished(world: World, name: str, *words: str) -> Path:
    """A run of ``python -m sim``."""
    folder = world.folder / "runs" / name
    command = [
        "scenario.name=good", f"data_root={world.root}", "horizon=6d", "warm_up=2d",
        "replications=8", "figures=false", "outcomes=false", f"hydra.run.dir={folder}", *words,
    ]  # fmt: skip
    assert simulate(command) == 0
    return folder


def record(world: World, folder: str = "out") -> dict[str, Any]:
    """``comparison.json``; NaN and infinity are no JSON."""
    text = (world.folder / folder / "comparison.json").read_text("utf-8")
    content = json.loads(text, parse_constant=pytest.fail)
    assert isinstance(content, dict)
    return content


def test_overrides_are_compared_with_an_answer_and_tables(
    world: World, say: Run, base: str
) -> None:
    code, out, err = say("compare", base, "staffing=lean", "--out", "out")
    assert code == 0, err
    assert "staffing=lean against good" in out
    assert "2 agents fewer (7 to 5)" in out
    found = record(world)
    (other,) = found["alternatives"]
    assert other["inputs"] == [{"noun": "pools", "field": "count", "changed": 1}]
    verdicts = {(v["kpi"], v["key"]): v["verdict"] for v in other["verdicts"]}
    assert verdicts["abandoned", "all"] == verdicts["wait_mean", "desk"] == "worse"
    parts = {step["component"]: step["difference"] for step in other["cost"]}
    total = parts.pop("total")
    assert sum(parts.values()) == pytest.approx(total, abs=1e-6)
    folder = world.folder / "out"
    assert {path.name for path in (folder / "figures").iterdir()} == {
        "differences.png", "waterfall.png", "before_after.png",
    }  # fmt: skip
    for name in ("verdicts", "differences", "waterfall", "inputs"):
        table = pd.read_parquet(folder / f"{name}.parquet")
        assert list(pd.read_csv(folder / f"{name}.csv").columns) == list(table.columns)
    assert len(pd.read_parquet(folder / "verdicts.parquet")) == found["family"]


def test_what_cannot_be_played_is_left_out_and_told(world: World, say: Run) -> None:
    queue = "scenario=theory/mmc horizon=2d replications=3"
    words = ("demand.factor=2", "demand.factor=0.9")
    code, out, err = say("compare", queue, *words, "--out", "out", "--no-figures")
    assert code == 1
    assert "left out: demand.factor=2: more work is offered" in " ".join(out.split())
    assert "demand.factor=2" in err
    assert [other["label"] for other in record(world)["alternatives"]] == ["demand.factor=0.9"]
    alone, _, why = say("compare", queue, "demand.factor=2", "--out", "alone")
    assert alone == 1
    assert "more work is offered" in why
    assert not (world.folder / "alone").exists()


def test_people_who_would_restore_a_promise_are_found(world: World, say: Run, base: str) -> None:
    fewer = "change={pools.crew.count: 1}"
    code, out, err = say("compare", base, fewer, "--out", "out", "--no-figures")
    assert code == 0, err
    remedy = record(world)["alternatives"][0]["remedy"]
    (tier,) = remedy["tiers"]
    assert tier["tier"] == "field"
    assert tier["restored"]
    assert 1 <= tier["extra"] <= 3, "four people did it before"
    (promise,) = tier["promises"]
    assert promise["alternative"] < promise["base"] <= promise["remedied"]
    assert "more agent" in out
    code, out, _ = say("compare", base, fewer, "--answer", "none", "--no-figures")
    assert code == 0
    assert "would keep" not in out


def test_runs_plans_and_overrides_pair_or_are_played_anew(
    world: World, say: Run, base: str
) -> None:
    first = finished(world, "first")
    other = finished(world, "other", "seed=5", "staffing=lean")
    plan = world.folder / "plan.json"
    crew = {"pool_id": "crew", "site": "garage", "count": 6, "skills": ["repair"], "shift": "day"}
    plan.write_text(json.dumps({"scenario": "good", "pools": [crew]}), "utf-8")
    words = (str(first), str(other), str(plan), "staffing=lean")
    code, _, err = say("compare", *words, "--out", "out", "--no-figures", "--answer", "none")
    assert code == 0, err
    found = record(world)
    assert found["replications"] == 8
    labels = [one["label"] for one in found["alternatives"]]
    assert labels == ["other", "plan.json", "staffing=lean"]
    assert any("played anew on the base's requests" in note for note in found["notes"])
    anew, _, lean = found["alternatives"]
    assert anew["outcomes_sha256"] == lean["outcomes_sha256"], "now on the same requests"
    assert {line["field"] for line in found["alternatives"][1]["inputs"]} >= {"count"}


def test_a_second_comparison_computes_nothing_anew(world: World, say: Run, base: str) -> None:
    words = ("compare", base, "staffing=lean", "--no-figures", "--answer", "none")
    assert say(*words, "--out", "one")[0] == 0
    store = world.folder / "outputs" / "store"
    before = {path: path.stat().st_mtime_ns for path in store.rglob("*.runs.parquet")}
    assert before
    assert say(*words, "--out", "two")[0] == 0
    assert {path: path.stat().st_mtime_ns for path in store.rglob("*.runs.parquet")} == before
    assert record(world, "one") == record(world, "two")


def test_a_locked_baseline_is_the_base_and_its_changed_data_are_told(
    world: World, say: Run, base: str
) -> None:
    first = finished(world, "first")
    code, out, err = say("baseline", "lock", str(first))
    assert code == 0, err
    assert "is now the baseline of good" in out
    assert say("baseline", "lock", str(first))[0] == 2
    assert say("baseline", "lock", str(first), "--replace")[0] == 0
    words = f"scenario.name=good data_root={world.root} staffing=lean"
    how = ("--no-figures", "--answer", "none")
    code, out, err = say("compare", words, *how, "--out", "out")
    assert code == 0, err
    assert record(world)["base"] == "the baseline"
    assert "its data are unchanged" in say("baseline", "show")[1]
    code, _, err = say("compare", words.removesuffix(" staffing=lean"), *how)
    assert code == 2, "the only one given is the baseline itself"
    assert "got 1; expected two" in err

    dearer = GOOD.replace("count_lean: 2", "count_lean: 1").replace(
        "wage_per_h: 20", "wage_per_h: 30"
    )
    world.write("scenario.yaml", dearer, scenario="good")
    assert "good/scenario.yaml has changed since it was locked" in say("baseline", "show")[1]
    code, out, err = say("compare", words, *how, "--out", "after")
    assert code == 0, err
    assert "good/scenario.yaml has changed since the baseline was locked" in " ".join(out.split())
    code, _, err = say("compare", words, *how, "--replications", "20")
    assert code == 2
    assert "cannot be played again" in err
    code, _, err = say("compare", str(first), words)
    assert code == 2
    assert "has changed since this run" in err
    assert say("baseline", "unlock", "good")[0] == 0
    assert not (world.folder / "baselines" / "good").exists()


@pytest.mark.parametrize(
    ("words", "phrases"),
    [
        (["{base}"], ["got 1; expected two or more"]),
        (["{base}", "leen", "no.json"], ["leen: is no folder of a run", "there is no such file"]),
        (["{base}", "staffing=leen"], ["got 'leen'; expected one of base, lean, rich. Did you"]),
        (["{base}", "staffing=lean", "--margin", "cots=5"], ["Did you mean 'cost'?"]),
        (["{base}", "staffing=lean", "--margin", "cost=much"], ["--margin: got 'cost=much'"]),
        (["{base}", "staffing=lean", "--replications", "1"], ["expected an integer from 2"]),
        (["{base}", "staffing=lean", "--confidence", "95"], ["expected a share from 0.5"]),
        (["{base}", "_target_=os.system"], ["names code"]),
        (["{base}", "staffing='lean"], ["No closing quotation"]),
        (["{base}", "change={pools.crow.count: 0, pools.x.count: 1}"], ["mean 'crew'", "row 'x'"]),
        (["scenario=regionX", "staffing=lean"], ["regionX"]),
        ([], ["the following arguments are required"]),
    ],
)
def test_bad_input_is_told_and_nothing_is_written(
    world: World, say: Run, base: str, words: list[str], phrases: list[str]
) -> None:
    code, out, err = say(
        "compare", *(word.format(base=base) if "{base}" in word else word for word in words)
    )
    assert code == 2, out + err
    for phrase in phrases:
        assert phrase in err
    assert "Traceback" not in err
    assert not (world.folder / "outputs" / "compare").exists()


@pytest.mark.parametrize(
    ("words", "phrase"),
    [
        (["lock", "nowhere"], "has no config.yaml"),
        (["unlock", "regionB"], "has no baseline; none is locked"),
        (["show", "regionB"], "has no baseline"),
        (["lok"], "invalid choice"),
        ([], "required"),
    ],
)
def test_a_baseline_that_is_not_there_is_told(say: Run, words: list[str], phrase: str) -> None:
    code, _, err = say("baseline", *words)
    assert code == 2
    assert phrase in err or "expected one of" in err


def test_a_broken_run_folder_is_told(world: World, say: Run, base: str) -> None:
    folder = finished(world, "broken")
    (folder / "replications.npz").write_bytes(b"torn")
    code, _, err = say("compare", str(folder), "staffing=lean")
    assert code == 2
    assert "holds no complete run" in err
    (folder / "config.yaml").write_text("scenario: [", "utf-8")
    code, _, err = say("compare", str(folder), "staffing=lean")
    assert code == 2
    assert "is not readable" in err


@pytest.mark.long
def test_a_region_is_compared_in_a_process_of_its_own(tmp_path: Path) -> None:
    words = ["scenario=regionC replications=3 horizon=10d warm_up=5d", "demand=high"]
    done = subprocess.run(
        [sys.executable, "-m", "study", "compare", *words, "--no-figures", "--answer", "none"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "+15 % demand with the same people" in done.stdout
