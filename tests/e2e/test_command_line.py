"""``python -m sim`` as a planner uses it: every command, every shipped scenario, every file."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import matplotlib.image
import pandas as pd
import pytest
from small_world import World, python_m_sim, world

from network.kpi import BY_NAME
from network.load import list_scenarios
from sim.policies import list_policies

__all__ = ["world"]

HOUR = ("horizon=1h", "warm_up=0h", "replications=1", "figures=false")
DAY = ("scenario=regionC", "horizon=1d", "warm_up=0h", "replications=2", "figures=false")


def read(folder: Path, name: str = "run.json") -> dict[str, Any]:
    """A JSON file of a run; NaN and infinity are no JSON."""
    text = (folder / name).read_text(encoding="utf-8")
    content = json.loads(text, parse_constant=lambda token: pytest.fail(f"{token} in {name}"))
    assert isinstance(content, dict)
    return content


# --- every scenario -------------------------------------------------------------------


@pytest.mark.parametrize("name", list_scenarios())
def test_every_shipped_scenario_runs_for_an_hour(world: World, name: str) -> None:
    answer = world.run(f"scenario={name}", *HOUR, f"hydra.run.dir={world.output}")
    assert answer.code == 0, answer.err
    assert read(world.output)["scenario"] == name
    assert list_scenarios()[name][0] in " ".join(answer.out.split())


# --- the default run ------------------------------------------------------------------


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """``python -m sim scenario=regionB``, as it stands: its folder and what was printed."""
    here = tmp_path_factory.mktemp("region")
    ended = python_m_sim("scenario=regionB", folder=here, timeout=180)
    assert ended.returncode == 0, ended.stderr
    (folder,) = (here / "outputs" / "regionB").iterdir()
    return folder, ended.stdout


def test_a_default_run_says_what_a_planner_asks(region: tuple[Path, str]) -> None:
    folder, said = region
    for word in ("Galicia", "Technician on site within 4 business hours", "EUR", "%", "±"):
        assert word in said
    assert f"Results in outputs/regionB/{folder.name}" in said
    assert max(map(len, said.splitlines())) <= 100


def test_a_default_run_leaves_these_files(region: tuple[Path, str]) -> None:
    names = {path.relative_to(region[0]).as_posix() for path in region[0].rglob("*")}
    figures = {"map", "response", "week", "utilisation", "costs", "backlog"}
    assert names == {
        "run.json",
        "config.yaml",
        "kpis.json",
        "kpis.parquet",
        "estimates.parquet",
        "outcomes.parquet",
        "replications.npz",
        "figures",
        *(f"figures/{name}.png" for name in figures),
    }


def test_run_json(region: tuple[Path, str]) -> None:
    run = read(region[0])
    assert run["scenario"] == "regionB"
    assert run["seed"] == 1
    assert run["engine"] in ("simpy", "compiled")
    assert run["replications"] >= 2
    assert run["requests"] > 10_000
    assert 0 < run["warm_up_min"] < run["horizon_min"]
    assert run["wall_seconds"] > 0
    assert len(run["outcomes_sha256"]) == 64
    assert {"numpy", "simpy", "service-network-planner"} <= {*run["versions"]}
    assert {"regionB/zones.csv", "spain/stages.csv"} <= {*run["data_sha256"]}
    assert all(len(digest) == 64 for digest in run["data_sha256"].values())


def test_kpis_json(region: tuple[Path, str]) -> None:
    kpis = read(region[0], "kpis.json")
    assert kpis["run_id"] == read(region[0])["run_id"]
    promises = kpis["promises"]
    assert len(promises) >= 5
    for promise in promises:
        assert {"name", "target", "estimate", "lower", "met"} <= {*promise}
        assert 0 <= promise["lower"] <= promise["estimate"] <= promise["upper"] <= 1
        assert not promise["met"] or promise["lower"] >= promise["target"]
    for headline in kpis["headlines"].values():
        assert headline["lower"] <= headline["value"] <= headline["upper"]
    assert {*kpis["tiers"]} == {"point", "regional", "remote", "experience"}


def test_tables_of_figures(region: tuple[Path, str]) -> None:
    run = read(region[0])
    kpis = pd.read_parquet(region[0] / "kpis.parquet")
    assert [*kpis.columns] == [
        "run_id", "scenario", "seed", "replication", "kpi", "dimension", "key", "value", "unit"
    ]  # fmt: skip
    assert {*kpis.run_id} == {run["run_id"]}
    assert {*kpis.replication} == {*range(run["replications"])}
    assert {*kpis.kpi} <= {*BY_NAME}
    estimates = pd.read_parquet(region[0] / "estimates.parquet")
    assert [*estimates.columns] == [
        "run_id", "scenario", "kpi", "dimension", "key", "unit", "mean", "lower", "upper", "n"
    ]  # fmt: skip
    row = estimates.query("kpi == 'resolved' and dimension == 'total'").iloc[0]
    values = kpis.query("kpi == 'resolved' and dimension == 'total'").value
    assert row["mean"] == pytest.approx(values.mean())
    assert row["n"] == run["replications"]
    assert row["lower"] < row["mean"] < row["upper"]


def test_event_log(region: tuple[Path, str]) -> None:
    run = read(region[0])
    log = pd.read_parquet(region[0] / "outcomes.parquet")
    assert [*log.columns] == [
        "replication", "request", "visit", "class", "segment", "channel", "zone", "stage", "site",
        "agent", "request_arrival", "request_resolved", "request_closed", "entered", "joined",
        "start", "response", "end", "stints", "request_status", "visit_status",
    ]  # fmt: skip
    seen = log.groupby(["replication", "request"]).ngroups
    assert 0.99 * run["requests"] < seen <= run["requests"], "all but those who never came"
    assert (log.entered >= log.request_arrival).all()
    answered = log[log.response.notna()]
    assert (answered.response >= answered.start).all()
    assert log[["entered", "joined", "start", "response", "end"]].max().max() < run["horizon_min"]


def test_figures_are_pictures(region: tuple[Path, str]) -> None:
    for path in (region[0] / "figures").iterdir():
        height, width, _ = matplotlib.image.imread(path).shape
        assert width > 600, path.name
        assert height > 300, path.name


def test_the_written_configuration_is_resolved(region: tuple[Path, str]) -> None:
    text = (region[0] / "config.yaml").read_text()
    assert "${" not in text
    assert "name: regionB" in text
    assert "seed: 1" in text


# --- the same numbers -----------------------------------------------------------------


def test_the_same_seed_gives_the_same_outcomes_anywhere(world: World) -> None:
    """Other processes, hash seeds, folders, time zones, languages; without a home."""
    assert world.run(*DAY, f"hydra.run.dir={world.output}").code == 0
    places = {
        "a": {"PYTHONHASHSEED": "0", "TZ": "Asia/Kathmandu", "LANG": "ru_RU.UTF-8"},
        "b": {"PYTHONHASHSEED": "1", "TZ": "America/St_Johns", "LANG": "C", "LC_ALL": "C"},
        "c": {"PYTHONHASHSEED": "random", "HOME": "/nonexistent"},
    }
    words = [sys.executable, "-m", "sim", *DAY]
    running = []
    for name, environment in places.items():
        where = world.folder / name
        where.mkdir()
        running.append(
            subprocess.Popen(
                [*words, "hydra.run.dir=out"],
                cwd=where,
                env={**os.environ, **environment},
                stdout=subprocess.DEVNULL,
            )
        )
    assert [process.wait(120) for process in running] == [0, 0, 0]
    ours, kpis = read(world.output), read(world.output, "kpis.json")
    for name in places:
        theirs = read(world.folder / name / "out")
        assert theirs["outcomes_sha256"] == ours["outcomes_sha256"]
        assert theirs["data_sha256"] == ours["data_sha256"]
        assert read(world.folder / name / "out", "kpis.json") == kpis


def test_engine_and_workers_change_nothing_and_the_seed_everything(world: World) -> None:
    hashes = {}
    for word in ("engine=simpy", "engine=compiled", "workers=2", "seed=2"):
        folder = world.folder / word
        assert world.run(*DAY, word, f"hydra.run.dir='{folder}'").code == 0
        hashes[word] = read(folder)["outcomes_sha256"]
    assert len({hashes["engine=simpy"], hashes["engine=compiled"], hashes["workers=2"]}) == 1
    assert hashes["seed=2"] != hashes["engine=simpy"]


def test_a_run_can_be_extended_by_more_replications(world: World) -> None:
    folders = [world.folder / name for name in ("two", "more", "four")]
    common = ("scenario=theory/mmc", "horizon=1d", "warm_up=0h", "figures=false")
    for folder, words in zip(
        folders,
        (["replications=2"], [f"extend={folders[0]}", "replications=4"], ["replications=4"]),
        strict=True,
    ):
        assert world.run(*common, *words, f"hydra.run.dir={folder}").code == 0
    two, more, four = map(read, folders)
    assert more["outcomes_sha256"] == four["outcomes_sha256"] != two["outcomes_sha256"]
    assert read(folders[1], "kpis.json") == read(folders[2], "kpis.json")


def test_a_run_is_not_extended_by_replications_of_something_else(world: World) -> None:
    world.spoil()
    assert world.run(*world.words()).code == 0
    former = world.output.rename(world.folder / "former")
    for words, difference in (
        (
            ("change={pools.clerks.count: 9}",),
            "its network (scenario, variant, change or plan) diff",
        ),
        (("seed=5",), "seed"),
        (("horizon=2h",), "horizon, warm_up or drain"),
    ):
        world.refuses("extend", difference, words=(f"extend={former}", "replications=3", *words))


# --- what can be said -----------------------------------------------------------------


def test_single_values_and_plans_reach_the_model(world: World) -> None:
    world.spoil()
    plan = world.folder / "plan.json"
    plan.write_text(json.dumps({"closed": ["garage"], "scenario": "bad"}))
    words = world.words("change={pools.clerks.count: 9}", f"plan={plan}", "outcomes=false")
    answer = world.run(*words)
    assert answer.code == 0
    assert "1 open site" in answer.out
    assert "9 agents" in answer.out
    assert not (world.output / "outcomes.parquet").exists()


def test_help_is_one_page_for_all_commands(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    for command in ([], ["check"], ["traffic"]):
        ended = world.run(*command, "--help")
        assert ended.code == 0
        for word in ("python -m sim list", "scenario: national, regionA", "seed=1", "change={}"):
            assert word in ended.out


def test_list_names_scenarios_and_policies(world: World) -> None:
    said = world.run("list").out
    for name in (*list_scenarios(), *list_policies()):
        assert name in said
    mine = world.run("list", f"data_root={world.root}").out
    assert "Two towns" in mine
    assert "regionB" not in mine


def test_check_and_traffic_look_without_running(world: World) -> None:
    checked = world.run("check", "scenario=regionB")
    assert checked.code == 0
    assert "regionB is sound: 221 zones" in checked.out
    looked = world.run("traffic", "scenario=regionB", "staffing=lean")
    assert looked.code == 0
    assert "Remote assistance centre" in looked.out or "remote" in looked.out
    assert not (world.folder / "outputs").exists()


def test_a_sweep_leaves_a_folder_per_job(world: World) -> None:
    answer = world.run(
        "-m", "scenario=theory/mmc,theory/mg1", "demand=low,high", *HOUR,
        f"hydra.sweep.dir={world.output}",
    )  # fmt: skip
    assert answer.code == 0
    runs = [read(path.parent) for path in world.output.rglob("run.json")]
    assert sorted(run["scenario"] for run in runs) == [
        "theory/mg1", "theory/mg1", "theory/mmc", "theory/mmc"
    ]  # fmt: skip
    assert len({run["outcomes_sha256"] for run in runs}) == 4


def test_a_refused_job_of_a_sweep_stops_no_other(world: World) -> None:
    answer = world.run(
        "-m", "scenario=theory/mmc", "staffing=lean,base", *HOUR, f"hydra.sweep.dir={world.output}"
    )
    assert answer.code == 2
    assert "no column 'count_lean'" in answer.err
    (run,) = world.output.rglob("run.json")
    assert "base" in run.parent.name
    assert not [*world.output.rglob("*lean*")]


# --- trouble --------------------------------------------------------------------------


def test_a_folder_that_cannot_be_written(world: World) -> None:
    (world.folder / "file").write_text("mine")
    for place in (world.folder / "file", world.folder / "file" / "run", Path("/proc/nowhere")):
        answer = world.run("scenario=theory/mmc", *HOUR, f"hydra.run.dir={place}")
        assert answer.code == 2
        assert str(place.name) in answer.err
        assert "Traceback" not in answer.err
    assert (world.folder / "file").read_text() == "mine"


def test_a_folder_that_another_run_writes_to(world: World) -> None:
    world.output.mkdir(parents=True)
    (world.output / ".lock").write_text(str(os.getpid()))
    answer = world.run("scenario=theory/mmc", *HOUR, f"hydra.run.dir={world.output}")
    assert answer.code == 2
    assert "another run writes to this folder" in answer.err
    assert [path.name for path in world.output.iterdir()] == [".lock"]


def test_a_refused_run_removes_no_folder_but_its_own(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = world.folder / "empty"
    here.mkdir()
    monkeypatch.chdir(here)
    world.spoil("pools: []")
    words = [word for word in world.words() if not word.startswith("hydra")]
    assert world.run(*words, "hydra.run.dir=a/b/c").code == 2
    assert here.is_dir()
    assert [*here.iterdir()] == []


def test_a_full_disk_leaves_the_old_results(world: World) -> None:
    words = ("scenario=theory/mmc", *HOUR, f"hydra.run.dir={world.output}")
    assert world.run(*words).code == 0
    before = {path.name: path.read_bytes() for path in world.output.iterdir()}
    ended = subprocess.run(
        [sys.executable, "-B", "-m", "sim", *words, "seed=2"],
        cwd=world.folder,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode in (1, 2)
    assert "Traceback" not in ended.stderr
    assert "File too large" in ended.stderr
    assert {path.name: path.read_bytes() for path in world.output.iterdir()} == before


@pytest.mark.parametrize("engine", ["simpy", "compiled"])
def test_an_interrupted_run_ends_at_once_and_leaves_nothing_torn(world: World, engine: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "sim", "scenario=regionB", "replications=900", "horizon=730d",
         "figures=false", f"engine={engine}", f"hydra.run.dir={world.output}"],
        cwd=world.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 60
        while not (world.output / ".lock").exists():
            assert time.monotonic() < deadline, "the run never began"
            assert process.poll() is None, process.communicate()
            time.sleep(0.05)
        time.sleep(1.0)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    finally:
        process.kill()
    assert time.monotonic() - began < 2.0
    assert process.returncode == 130
    assert "Traceback" not in said
    assert not world.output.exists() or [*world.output.iterdir()] == []
