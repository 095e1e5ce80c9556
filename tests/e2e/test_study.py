"""``python -m study`` as people use it: a study file, its results, bad input."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import matplotlib.image
import pandas as pd
import pytest
from small_world import World, world

from study.__main__ import COMMANDS, main

__all__ = ["world"]

STUDY = """
title: Two towns
base: {scenario: good, data_root: scenarios, horizon: 12h, warm_up: 2h}
factors:
  staffing: [lean, base]
  scale.demand: {range: [0.8, 1.2]}
design: {kind: lhs, samples: 4}
kpis: [cost, promise/on_site]
frontier: {cost: agents, service: sla/tier/desk}
replications: 2
budget: 50
"""


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = main(list(words))
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.fixture
def study(world: World) -> Path:
    path = world.folder / "towns.yaml"
    path.write_text(STUDY, encoding="utf-8")
    return path


def test_a_study_from_its_file_to_its_tables_and_pictures(
    study: Path, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, "run", str(study))
    assert code == 0, err
    assert "8 replications, 0 of them found in the store" in out
    folder = world.folder / "outputs" / "study" / "towns"
    table = pd.read_parquet(folder / "points.parquet")
    assert len(table) == 4
    assert {"staffing", "scale.demand", "cost", "cost_lower", "promise/on_site", "pareto"} <= {
        *table
    }
    assert table["pareto"].any()
    for name in ("response", "frontier"):
        assert matplotlib.image.imread(folder / f"{name}.png").std() > 0.05
    # the copy beside the results is the study: from there it runs again, and computes nothing
    code, out, _ = run(capsys, "run", str(folder / "study.yaml"), "--no-figures")
    assert code == 0
    assert "8 replications, 8 of them found in the store" in out
    pd.testing.assert_frame_equal(pd.read_parquet(folder / "points.parquet"), table)
    code, out, _ = run(capsys, "query", "select count(*) as n from runs where point like 'towns/%'")
    assert code == 0
    assert "8" in out


def test_a_dry_run_runs_nothing(
    study: Path, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, "run", str(study), "--dry", "replications=5")
    assert code == 0
    assert "4 points, 20 runs; the budget is 50" in out
    assert not (world.folder / "outputs").exists()


def test_a_sensitivity_and_a_tornado(
    study: Path, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = ("sensitivity.method=morris", "sensitivity.samples=2")
    code, out, err = run(capsys, "sensitivity", str(study), *settings, "--no-figures")
    assert code == 0, err
    assert "of it noise" in out
    folder = world.folder / "outputs" / "study" / "towns" / "sensitivity"
    indices = pd.read_parquet(folder / "indices.parquet")
    assert set(indices["factor"]) == {"staffing", "scale.demand"}
    base = ("scenario.name=good", f"data_root={world.root}", "horizon=12h", "warm_up=2h")
    code, out, err = run(capsys, "tornado", *base, "replications=2", "--by", "5", "--no-figures")
    assert code == 0, err
    for said in ("Wages", "5 % less", "no interaction analysis", "Regret", "lean to base"):
        assert said in out
    swings = pd.read_parquet(world.folder / "outputs/study/tornado_good/swings.parquet")
    assert set(swings["change"]) == {-5.0, 5.0}


def test_a_point_that_fails_is_told_and_the_others_go_on(
    study: Path, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("base={scenario: theory/mmc, horizon: 4h, warm_up: 0h}", "kpis=[wait_mean]",
             "factors={demand.factor: [2, 1]}", "design={kind: grid}", "name=queue",
             "frontier={service: utilisation}", "--no-figures")  # fmt: skip
    code, out, err = run(capsys, "run", str(study), *words)
    assert code == 1
    assert "queue/p1 (demand.factor=2) failed" in err
    assert "Failed" in out
    table = pd.read_parquet(world.folder / "outputs/study/queue/points.parquet")
    assert table["replications"].tolist() == [0, 2]


BAD = {
    "no command": ((), "expected a command"),
    "unknown command": (("runn",), "Did you mean 'run'?"),
    "file that is not there": (("run", "nothing.yaml"), "there is no such file"),
    "unknown option": (("run", "towns.yaml", "--drry"), "--drry"),
    "faulty setting": (("run", "towns.yaml", "replicatoins=3"), "Did you mean 'replications'?"),
    "no file": (("run",), "required: file\n"),
    "beyond the budget": (("run", "towns.yaml", "budget=7"), "need 8"),
    "too few workers": (("run", "towns.yaml", "--workers", "0"), "integer from 1"),
    "no such cluster": (("run", "towns.yaml", "--cluster", "dusk"), "Did you mean 'dask'?"),
    "one factor": (("sensitivity", "towns.yaml", "factors={plan: [none]}"), "at least two"),
    "odd per cent": (("tornado", "--by", "a lot"), "expected per cent"),
    "unknown figure": (("tornado", "--kpi", "costs"), "Did you mean 'cost'?"),
    "odd alternative": (("tornado", "--alternative", "stafing=lean"), "Did you mean 'staffing'?"),
    "unknown scenario": (("tornado", "scenario=regionX"), "regionX"),
}  # fmt: skip


@pytest.mark.parametrize("fault", BAD)
def test_bad_input_is_refused_in_words(
    fault: str, study: Path, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    words, said = BAD[fault]
    code, out, err = run(capsys, *words)
    assert code == 2, out + err
    assert said in err
    assert "Traceback" not in out + err
    assert not (world.folder / "outputs").exists()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, command, "--help")
    assert code == 0
    assert f"python -m study {command}" in out
    code, out, _ = run(capsys, "--help")
    assert code == 0
    assert command in out


@pytest.mark.long
def test_an_interrupted_study_ends_at_once_and_goes_on_later(study: Path, world: World) -> None:
    words = [sys.executable, "-m", "study", "run", str(study), "replications=300", "budget=5000",
             "--no-figures"]  # fmt: skip
    root = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    process = subprocess.Popen(
        words, cwd=world.folder, env=environment, stderr=subprocess.PIPE, text=True
    )
    store = world.folder / "outputs" / "store"
    for _ in range(600):
        if store.exists() and any(store.glob("*.runs.parquet")):
            break
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=10)
    assert process.returncode == 130
    assert "the same command goes on from there" in said
    done = subprocess.run(
        words, cwd=world.folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert "1,200 replications, 0 of them" not in done.stdout
