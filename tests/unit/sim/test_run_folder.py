"""A run's folder: files whole or not at all, one writer, no NaN in JSON."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from small_world import World, world

from network.errors import ScenarioError
from sim.api import simulate
from sim.layout import lay_out
from sim.run_folder import (
    EventLog,
    agent_names,
    headline_record,
    locked,
    number,
    run_record,
    write_atomically,
    write_json,
    write_text,
)

__all__ = ["world"]


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "kpis.json"
    write_text(path, "old")

    def fail(temporary: Path) -> None:
        temporary.write_text("half")
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        write_atomically(path, fail)
    assert path.read_text() == "old"
    assert [*tmp_path.iterdir()] == [path]


def test_a_write_takes_the_place_of_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_text(path, "old")
    write_text(path, "Ñandú 東京")
    assert path.read_text(encoding="utf-8") == "Ñandú 東京"
    assert [*tmp_path.iterdir()] == [path]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_json_has_no_token_that_json_does_not_know(tmp_path: Path, value: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "a.json", {"x": value})
    assert [*tmp_path.iterdir()] == []
    write_json(tmp_path / "a.json", {"x": number(value), "y": number(1.5)})
    assert json.loads((tmp_path / "a.json").read_text()) == {"x": None, "y": 1.5}


# --- one writer -----------------------------------------------------------------------


def test_a_second_writer_is_refused_and_the_first_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "run"
    with locked(folder):
        with (
            pytest.raises(ScenarioError, match="another run writes to this folder"),
            locked(folder),
        ):
            pytest.fail("two writers")
        assert (folder / ".lock").exists()
    assert [*folder.iterdir()] == []
    with locked(folder):
        pass


def test_the_lock_of_a_process_that_died_is_no_lock(tmp_path: Path) -> None:
    dead = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"],
                          capture_output=True, text=True, check=True)  # fmt: skip
    for left in (dead.stdout.strip(), "", "0", "not a number"):
        (tmp_path / ".lock").write_text(left)
        os.utime(tmp_path / ".lock", (0, 0))
        with locked(tmp_path):
            assert (tmp_path / ".lock").read_text() == str(os.getpid())


def test_a_lock_that_is_being_written_is_respected(tmp_path: Path) -> None:
    (tmp_path / ".lock").write_text("")
    with pytest.raises(ScenarioError, match="another run writes"), locked(tmp_path):
        pytest.fail("two writers")


def test_the_lock_is_given_back_when_a_run_fails(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), locked(tmp_path):
        raise RuntimeError
    assert [*tmp_path.iterdir()] == []


def test_a_folder_that_cannot_be_is_a_problem_of_the_input(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(ScenarioError, match="cannot be written: "),
        locked(tmp_path / "file" / "run"),
    ):
        pytest.fail("written below a file")


# --- records --------------------------------------------------------------------------


def test_records_say_what_ran_and_nothing_that_was_not_measured(world: World) -> None:
    result = simulate(world.load("good"), replications=2, horizon="1h", seed=3)
    run, kpis = run_record(result), headline_record(result)
    assert run["scenario"] == "good"
    assert (run["seed"], run["replications"]) == (3, 2)
    assert run["outcomes_sha256"] == result.outcomes_sha256
    assert set(run["data_sha256"]) == {"good/scenario.yaml"}
    assert run["versions"]["numpy"]
    field = kpis["tiers"]["field"]["response_mean"]
    assert field["unit"] == "min"
    (promise,) = kpis["promises"]
    assert promise["name"] == "on_site"
    assert promise["met"] is False
    json.dumps([run, kpis], allow_nan=False)


def test_an_interval_needs_two_replications(world: World) -> None:
    kpis = headline_record(simulate(world.load("good"), replications=1, horizon="2h"))
    wait = kpis["tiers"]["desk"]["wait_mean"]
    assert wait["value"] is not None
    assert wait["lower"] is None
    assert wait["reason"] == "an interval needs two replications or more"


def test_the_event_log_has_a_row_for_each_visit_entered(world: World, tmp_path: Path) -> None:
    network = world.load("good")
    log = EventLog(tmp_path / "outcomes.parquet", network)
    result = simulate(network, replications=2, horizon="1d", keep_outcomes=True, sink=log.add)
    assert not (tmp_path / "outcomes.parquet").exists(), "its name comes last"
    log.close()
    table = pq.read_table(tmp_path / "outcomes.parquet").to_pandas()
    entered = [int((one.outcomes.visits["status"] != 0).sum()) for one in result.replications]
    assert table.groupby("replication").size().tolist() == entered
    served = table[table.start.notna()]
    assert (served.start >= served.joined).all()
    assert set(served.agent.dropna()) <= {f"clerks-{n}" for n in (1, 2, 3)} | {
        f"crew-{n}" for n in (1, 2, 3, 4)
    }


def test_a_discarded_log_leaves_nothing(world: World, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    log = EventLog(folder / "outcomes.parquet", world.load("good"))
    simulate(world.load("good"), replications=1, horizon="1h", sink=log.add)
    assert [*folder.iterdir()] != []
    log.discard()
    assert [*folder.iterdir()] == []


def test_agents_are_named_by_pool_and_number(world: World) -> None:
    network = world.load("good")
    names = agent_names(network, lay_out(network, 60.0))
    assert names == ["clerks-1", "clerks-2", "clerks-3", "crew-1", "crew-2", "crew-3", "crew-4"]
