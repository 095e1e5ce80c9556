"""The results store: what is kept comes back as it was, or is not there."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from kept_runs import (
    SEED,
    WINDOW,
    batch_of,
    chunk_files,
    network_of,
    no_root_powers,
    same_results,
    simulated,
)

from network.errors import ScenarioError
from sim.kpis import Window
from sim.policies import register
from sim.policies.nearest_idle import nearest_idle
from sim.store import Store, key_of
from sim.store.code import code_version

KEEP = """
import sys
from kept_runs import batch_of, network_of, simulated
from sim.store import Store
store = Store(sys.argv[1])
for agents in (1, 2):
    simulated(network_of(agents), int(sys.argv[3]))
    for number in range(int(sys.argv[2]), int(sys.argv[3])):
        store.keep([batch_of(network_of(agents), [number])])
"""
"""A process that keeps runs one by one."""


def run_python(code: str, *words: str, **options: object) -> subprocess.Popen[str]:
    """Python in a process of its own, with the tests' support modules."""
    paths = os.pathsep.join(path for path in sys.path if path)
    return subprocess.Popen(
        [sys.executable, "-B", "-c", code, *words],
        env={**os.environ, "PYTHONPATH": paths},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


@pytest.mark.parametrize("scenario", ["theory/mmc", "theory/mmck", "regionC"])
def test_a_result_comes_back_as_it_was(tmp_path: Path, scenario: str) -> None:
    network = network_of(scenario=scenario)
    store = Store(tmp_path)
    store.keep([batch_of(network, [0, 2])])
    store.keep([batch_of(network, [1])])
    for seen in (store, Store(tmp_path)):
        same_results(seen.result(network, WINDOW, SEED, range(3)), simulated(network, 3))


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    network, store = network_of(), Store(tmp_path)
    store.keep([batch_of(network, [0, 1, 4])])
    assert store.missing(key_of(network, WINDOW, SEED), range(7)) == [2, 3, 5, 6]
    with pytest.raises(LookupError, match="2-3, 5-6"):
        store.result(network, WINDOW, SEED, range(7))


@pytest.mark.parametrize("other", ["network", "window", "seed"])
def test_runs_of_something_else_are_not_found(tmp_path: Path, other: str) -> None:
    store = Store(tmp_path)
    store.keep([batch_of(network_of(), [0])])
    key = key_of(
        network_of(2 if other == "network" else 1),
        Window(60.0, 720.0, 730.0) if other == "window" else WINDOW,
        SEED + (other == "seed"),
    )
    assert store.missing(key, [0]) == [0]


def test_nothing_is_made_before_something_is_kept(tmp_path: Path) -> None:
    store = Store(tmp_path / "a" / "store")
    store.look()
    assert store.missing(key_of(network_of(), WINDOW, SEED), [0]) == [0]
    store.save_catalogue()
    assert [*tmp_path.iterdir()] == []


def test_a_store_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("mine")
    with pytest.raises(ScenarioError, match="expected a folder"):
        Store(tmp_path / "store")


# --- damage ---------------------------------------------------------------------------------


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def flip_a_bit(path: Path) -> None:
    """As a disk would: the size and the time stay."""
    before, content = path.stat(), bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def exchange(path: Path) -> None:
    """A sound table of another chunk under this name."""
    other = next(one for one in path.parent.glob("*.runs.parquet") if one != path)
    shutil.copy(other, path)


def write_something_else(path: Path) -> None:
    import pandas as pd

    pd.DataFrame({"a": [1]}).to_parquet(path)


@pytest.mark.parametrize("known_before", [False, True])
@pytest.mark.parametrize("damage", [cut, empty, flip_a_bit, exchange, write_something_else])
def test_a_damaged_file_is_told_of_once_and_computed_anew(
    tmp_path: Path, damage: object, known_before: bool
) -> None:
    first, second = network_of(1), network_of(2)
    store = Store(tmp_path)
    store.keep([batch_of(first, [0, 1])])
    (broken,) = chunk_files(store)
    store.keep([batch_of(second, [0, 1])])
    if known_before:
        store.save_catalogue()
    damage(broken)
    told: list[str] = []
    later = Store(tmp_path, told.append)
    key = key_of(first, WINDOW, SEED)
    assert later.missing(key, [0, 1]) == [0, 1]
    assert later.missing(key_of(second, WINDOW, SEED), [0, 1]) == []
    assert len(told) == 1
    assert broken.name in told[0]
    later.keep([batch_of(first, [0, 1])])
    again: list[str] = []
    last = Store(tmp_path, again.append)
    same_results(last.result(first, WINDOW, SEED, [0, 1]), simulated(first, 2))
    assert last.query("select count(*) as n from runs").n[0] == 4
    assert again == []


def test_a_foreign_file_is_told_of_and_left_alone(tmp_path: Path) -> None:
    Store(tmp_path).keep([batch_of(network_of(), [0])])
    (tmp_path / "mine.parquet").write_bytes(b"notes")
    told: list[str] = []
    store = Store(tmp_path, told.append)
    for _ in range(2):
        store.look()
        assert store.query("select * from runs").shape[0] == 1
    assert len(told) == 1
    assert "mine.parquet" in told[0]
    assert (tmp_path / "mine.parquet").read_bytes() == b"notes"


def test_a_chunk_that_vanishes_is_missing(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.keep([batch_of(network_of(), [0, 1])])
    key = key_of(network_of(), WINDOW, SEED)
    other = Store(tmp_path)
    assert other.missing(key, [0, 1]) == []
    chunk_files(store)[0].unlink()
    other.look()
    assert other.missing(key, [0, 1]) == [0, 1]


def test_the_catalogue_can_be_lost(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for number in range(3):
        store.keep([batch_of(network_of(), [number])])
    store.save_catalogue()
    (kept,) = tmp_path.glob("*.index.parquet")
    kept.write_bytes(kept.read_bytes()[:50])
    told: list[str] = []
    assert Store(tmp_path, told.append).query("select * from runs").shape[0] == 3
    for kept in tmp_path.glob("*.index.parquet"):
        kept.unlink()
    assert Store(tmp_path, told.append).query("select * from runs").shape[0] == 3
    assert told == []


# --- other versions of the code -------------------------------------------------------------


def test_runs_of_another_version_are_not_mixed_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network, batch = network_of(), batch_of(network_of(), [0, 1])
    with monkeypatch.context() as former:
        former.setattr("sim.store.runs.code_version", lambda policy: "f" * 64)
        Store(tmp_path).keep([batch_of(network, [0, 1, 2])])
    store = Store(tmp_path)
    assert store.missing(batch.key, [0, 1, 2]) == [0, 1, 2]
    store.keep([batch])
    present = store.query("select code from runs")
    assert len(present) == 2
    assert present.attrs["left_out"] == 3
    every = store.query("select code, count(*) as n from runs group by code", every_version=True)
    assert dict(zip(every.code, every.n, strict=True)) == {"f" * 64: 3, batch.key.code: 2}
    assert every.attrs["left_out"] == 0


def test_the_users_own_policy_counts_as_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.policies._registered", {})
    assert code_version("nearest_idle") == code_version("assigned")

    @register("mine")
    def mine(count, now, mean_service_min, assigned, options):  # type: ignore[no-untyped-def]
        return nearest_idle(count, now, mean_service_min, assigned, options)

    first = code_version("mine")
    assert first != code_version("nearest_idle")

    @register("other")
    def other(count, now, mean_service_min, assigned, options):  # type: ignore[no-untyped-def]
        return 0

    assert code_version("other") not in (first, code_version("nearest_idle"))


# --- several processes, full disks ----------------------------------------------------------


def test_two_writers_do_not_harm_each_other(tmp_path: Path) -> None:
    writers = [run_python(KEEP, str(tmp_path), *bounds) for bounds in (("0", "6"), ("3", "9"))]
    said = [writer.communicate(timeout=120) for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0], said
    told: list[str] = []
    store = Store(tmp_path, told.append)
    for agents in (1, 2):
        network = network_of(agents)
        same_results(store.result(network, WINDOW, SEED, range(9)), simulated(network, 9))
    assert store.query("select * from runs").shape[0] == 18
    assert told == []
    assert [*tmp_path.glob(".*")] == []


def test_a_full_disk_is_told_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.keep([batch_of(network_of(), [9])])
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    batch = batch_of(network_of(), [0, 1])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            store.keep([batch])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert store.missing(batch.key, [0, 1, 9]) == [0, 1]
    store.keep([batch])
    assert Store(tmp_path).missing(batch.key, [0, 1, 9]) == []


def test_a_folder_that_may_only_be_read_can_be_asked(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    Store(folder).keep([batch_of(network_of(), [0])])
    folder.chmod(0o555)
    ask = "import sys; from sim.store import Store\n"
    ask += "print(len(Store(sys.argv[1]).query('select * from runs')))\n"
    user = run_python(ask + KEEP, str(folder), "1", "2", preexec_fn=no_root_powers)
    said, refused = user.communicate(timeout=60)
    folder.chmod(0o755)
    assert said.strip() == "1", refused
    assert user.returncode == 1
    assert "Permission denied" in refused
