"""Sweeps as they are typed: nothing is computed twice, nothing is lost, failures are told."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from kept_runs import chunk_files
from small_world import World, world

from sim.store import Store
from study.__main__ import main as study

__all__ = ["world"]

SHORT = ("horizon=12h", "warm_up=1h", "replications=3", "figures=false")
SWEEP = ("-m", "scenario=theory/mmc,theory/mg1", "demand=low,high", *SHORT)
STUDY = """
import sys
from dataclasses import replace
from kept_runs import point_of
from sim.engines import Engine
from sim.store import Store
from study.execution import Execution, chunks, run_points

chunks.CHUNK_S = 0.15  # many files, so that there is always a next one to be killed in
store = Store(sys.argv[1])
points = [replace(point_of(f"p{n}", n % 3 + 1, 80, n=n), seed=n) for n in range(6)]
summary = run_points(points, store, Execution(engine=Engine.COMPILED))
table = store.query("select * exclude (run) from runs order by point, seed, replication")
table.to_csv(sys.argv[2], index=False)
print(summary.done, summary.reused)
"""
"""A study of some seconds, with the table that it ends with."""


def environment() -> dict[str, str]:
    """So that a process of its own finds the tests' support modules."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def table_of(folder: Path) -> tuple[bytes, bytes]:
    """The two files of a sweep's table."""
    return (folder / "sweep.csv").read_bytes(), (folder / "sweep.parquet").read_bytes()


def test_a_second_pass_computes_nothing(world: World) -> None:
    folders = [world.folder / name for name in ("first", "second")]
    said = []
    for folder in folders:
        answer = world.run(*SWEEP, f"hydra.sweep.dir={folder}")
        assert answer.code == 0, answer.err
        said.append(answer.out)
    assert "0 of 12 replications were in the store, 12 computed now" in said[0]
    assert "12 of 12 replications were in the store, 0 computed now" in said[1]
    assert table_of(folders[0]) == table_of(folders[1])
    kept = [(path / "1_theory" / "mmc_base_high" / "kpis.json").read_bytes() for path in folders]
    assert kept[0] == kept[1]


def test_the_table_of_a_sweep(world: World) -> None:
    answer = world.run(*SWEEP, "seed=7", f"hydra.sweep.dir={world.output}")
    assert answer.code == 0
    table = pd.read_parquet(world.output / "sweep.parquet")
    assert [*zip(table.job, table.scenario, table.demand, strict=True)] == [
        (0, "theory/mmc", "low"), (1, "theory/mmc", "high"),
        (2, "theory/mg1", "low"), (3, "theory/mg1", "high"),
    ]  # fmt: skip
    assert "seed" not in table, "it does not vary"
    assert (table.offered_per_day_lower < table.offered_per_day).all()
    end = answer.out[answer.out.index("Job ") :]
    assert all(word in end for word in ("theory/mg1", "high", "resolved", "sweep.csv"))
    assert not [*world.output.glob(".jobs")]
    assert not [*world.output.rglob("outcomes.parquet")], "no event logs in a sweep"


def test_a_plain_run_reuses_what_needs_no_event_log(world: World) -> None:
    words = ("scenario=theory/mmc", *SHORT)
    first = world.run(*words, f"hydra.run.dir={world.folder / 'a'}")
    logged = world.run(*words, f"hydra.run.dir={world.folder / 'b'}")
    short = world.run(*words, "outcomes=false", f"hydra.run.dir={world.folder / 'c'}")
    longer = world.run(
        *words, "replications=5", "outcomes=false", f"hydra.run.dir={world.folder / 'd'}"
    )
    assert [one.code for one in (first, logged, short, longer)] == [0] * 4
    assert "in the store" not in first.out + logged.out
    assert (world.folder / "b" / "outcomes.parquet").exists()
    assert "3 of 3 replications were in the store" in short.out
    assert "3 of 5 replications were in the store" in longer.out
    kpis = [(world.folder / name / "kpis.json").read_bytes() for name in "abc"]
    assert len({*kpis}) == 1


def test_without_a_store_nothing_is_kept(world: World) -> None:
    words = ("scenario=theory/mmc", *SHORT, "store=null", "outcomes=false")
    for _ in range(2):
        answer = world.run(*words, f"hydra.run.dir={world.output}")
        assert answer.code == 0
        assert "in the store" not in answer.out
    assert not (world.folder / "outputs").exists()


def test_a_store_that_cannot_be_written_costs_no_run(world: World) -> None:
    (world.folder / "file").write_text("mine")
    words = ("scenario=theory/mmc", *SHORT, f"hydra.run.dir={world.output}")
    for outcomes, what in (("true", "written"), ("false", "read")):
        answer = world.run(*words, "store=file/store", f"outcomes={outcomes}")
        assert answer.code == 0
        assert answer.err.count(f"the results store cannot be {what}") == 1
    refused = world.run(*words, "store=file")
    assert refused.code == 2
    assert "'file' is a file" in refused.err


def test_precision_asks_for_the_same_runs_with_a_store(world: World) -> None:
    words = (
        "scenario=theory/mmc", "horizon=6h", "warm_up=0h", "replications=2", "figures=false",
        "outcomes=false", "precision={offered_per_day: 4%}", "max_replications=60",
    )  # fmt: skip
    assert world.run(*words, "store=null", f"hydra.run.dir={world.folder / 'none'}").code == 0
    # a longer run before must not lengthen this one
    longer = [word for word in words if "precision" not in word and "replications=" not in word]
    assert world.run(*longer, "replications=80", f"hydra.run.dir={world.folder / 'long'}").code == 0
    answer = world.run(*words, f"hydra.run.dir={world.folder / 'again'}")
    assert "replications were in the store" in answer.out
    kpis = [(world.folder / name / "kpis.json").read_bytes() for name in ("none", "again")]
    assert kpis[0] == kpis[1]


def test_failed_jobs_are_told_at_once_and_again_at_the_end(world: World) -> None:
    answer = world.run(
        "-m", "scenario=theory/mmc", "staffing=lean,base", "seed=3,4", *SHORT,
        f"hydra.sweep.dir={world.output}",
    )  # fmt: skip
    assert answer.code == 2
    assert "job 0 failed (scenario=theory/mmc, staffing=lean, seed=3" in answer.err
    end = answer.err[answer.err.index("2 of 4 jobs failed") :]
    for job in ("job 0 (scenario=theory/mmc, staffing=lean, seed=3", "job 1", "count_lean"):
        assert job in end
    table = pd.read_parquet(world.output / "sweep.parquet")
    assert [*table.failed.isna()] == [False, False, True, True]
    assert [*table.resolved.isna()] == [True, True, False, False]


def test_a_fault_of_ours_ends_its_job_only(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from sim import run_folder

    def faulty(result: object) -> object:
        if result.seed == 3:  # type: ignore[attr-defined]
            raise ZeroDivisionError("a fault")
        return honest(result)  # type: ignore[arg-type]

    honest = run_folder.headline_record
    monkeypatch.setattr(run_folder, "headline_record", faulty)
    answer = world.run(
        "-m", "scenario=theory/mmc", "seed=2,3,4", *SHORT, f"hydra.sweep.dir={world.output}"
    )
    assert answer.code == 1
    assert "1 of 3 jobs failed" in answer.err
    assert "ZeroDivisionError: a fault" in answer.err
    assert len([*world.output.rglob("run.json")]) == 2


def test_an_interrupted_sweep_ends_at_once_and_goes_on(world: World) -> None:
    words = [sys.executable, "-m", "sim", "-m", "scenario=theory/mmc", "seed=1,2,3",
             "replications=40", "horizon=60d", "figures=false", "engine=compiled"]  # fmt: skip
    process = subprocess.Popen(
        words, cwd=world.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    store = world.folder / "outputs" / "store"
    deadline = time.monotonic() + 120
    while not chunk_files(store):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    _, said = process.communicate(timeout=30)
    took = time.monotonic() - began
    assert process.returncode == 130
    assert took < 2.0
    assert "What was finished is kept" in said
    assert "Traceback" not in said
    kept = Store(store).query("select * from runs")
    assert 0 < len(kept) < 120
    assert not [*store.glob(".*.tmp")]


# --- killed at any time -----------------------------------------------------------------------


def killed_and_repeated(folder: Path, kills: int, chance: random.Random) -> tuple[Path, list[str]]:
    """Kill a study at random times until it has been killed so often, then let it end."""
    store, table = folder / "store", folder / "table.csv"
    words = [sys.executable, "-c", STUDY, str(store), str(table)]
    done = 0
    while done < kills:
        process = subprocess.Popen(words, env=environment(), stdout=subprocess.DEVNULL)
        before = len(chunk_files(store))
        while process.poll() is None and len(chunk_files(store)) == before:
            time.sleep(0.005)
        time.sleep(chance.uniform(0, 0.3))  # somewhere in the next chunk, or while writing it
        process.kill()
        if process.wait() == -signal.SIGKILL:
            done += 1
        else:  # it has ended: from the start
            for path in store.iterdir():
                path.unlink()
    ended = subprocess.run(words, env=environment(), capture_output=True, text=True, check=True)
    return table, ended.stdout.split()


def undisturbed(folder: Path) -> bytes:
    """The table of the study that nobody kills."""
    folder.mkdir()
    table = folder / "table.csv"
    words = [sys.executable, "-c", STUDY, str(folder / "store"), str(table)]
    subprocess.run(words, env=environment(), capture_output=True, check=True)
    return table.read_bytes()


def test_a_study_killed_at_any_time_ends_with_the_same_table(tmp_path: Path) -> None:
    table, (done, reused) = killed_and_repeated(tmp_path, 2, random.Random())  # noqa: S311
    assert int(reused) > 0
    assert int(done) + int(reused) == 480
    assert table.read_bytes() == undisturbed(tmp_path / "quiet")


@pytest.mark.long
def test_fifty_kills_change_no_byte(tmp_path: Path) -> None:
    expected = undisturbed(tmp_path / "quiet")
    chance = random.Random()  # noqa: S311
    kills = 0
    for number in range(13):
        folder = tmp_path / f"round{number}"
        folder.mkdir()
        table, _ = killed_and_repeated(folder, 4, chance)
        kills += 4
        assert table.read_bytes() == expected
    assert kills >= 50


# --- asking -----------------------------------------------------------------------------------


def test_the_command_query(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert world.run(*SWEEP, f"hydra.sweep.dir={world.output}").code == 0
    sql = "select scenario, demand, count(*) as n, avg(response_p90) from runs group by all"
    capsys.readouterr()
    assert study(["query", sql]) == 0
    said = capsys.readouterr().out
    assert re.search(r"theory/mg1 +low +3 ", said)
    for ending in ("csv", "parquet"):
        file = world.folder / f"answer.{ending}"
        assert study(["query", sql, f"{ending}={file}", "store=outputs/store"]) == 0
    ours = pd.read_csv(world.folder / "answer.csv").sort_values(["scenario", "demand"])
    theirs = pd.read_parquet(world.folder / "answer.parquet").sort_values(["scenario", "demand"])
    assert [*ours.n] == [*theirs.n] == [3, 3, 3, 3]
    capsys.readouterr()
    for words, phrase in (
        (["select nix from runs"], "nix"),
        ([sql, "store=nowhere"], "does not exist"),
        ([sql, "stor=a"], "Did you mean 'store'"),
        ([sql, "versions=old"], "expected all or present"),
    ):
        assert study(["query", *words]) == 2
        assert phrase in capsys.readouterr().err
