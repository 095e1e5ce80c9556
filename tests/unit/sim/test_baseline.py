"""The locked baseline: kept whole, read back as it was, and true about data that changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from small_world import GOOD, World, world

from network.digest import network_digest
from network.errors import ScenarioError
from network.model import Network
from report.comparison.delta import DeltaView
from report.decision.view import Verdict
from sim.api import simulate
from sim.baseline import (
    RECORD,
    data_changes,
    finished_run,
    list_baselines,
    lock,
    read_baseline,
    unlock,
)
from sim.delta import delta_of
from sim.result import Result
from sim.run_folder import headline_record, run_record, write_json, write_text
from sim.run_state import FILE as STATE
from sim.run_state import save_state

__all__ = ["world"]

RUN = {"replications": 4, "seed": 3, "horizon": "6d", "warm_up": "2d"}
MakeRun = Callable[..., tuple[Path, Result]]


@pytest.fixture
def run(world: World) -> MakeRun:
    """Simulate the good scenario and leave the folder that ``python -m sim`` would."""

    def make(name: str = "run", staffing: str = "base", **how: object) -> tuple[Path, Result]:
        network = world.load("good", staffing=staffing)
        result = simulate(network, **{**RUN, **how})  # type: ignore[arg-type]
        folder = world.folder / name
        folder.mkdir()
        write_text(folder / "config.yaml", "scenario: {name: good}\n")
        write_json(folder / "kpis.json", headline_record(result))
        save_state(result, folder)
        write_json(folder / "run.json", run_record(result))
        return folder, result

    return make


def delta(world: World, result: Result) -> DeltaView:
    found = delta_of(result, world.folder / "baselines")
    assert found is not None
    return found


def locked(world: World, folder: Path, network: Network) -> Path:
    lock(folder, network, world.folder / "baselines")
    return world.folder / "baselines" / "good"


def test_what_is_locked_is_read_back_as_it_was(world: World, run: MakeRun) -> None:
    folder, result = run()
    locked(world, folder, result.network)
    found = read_baseline("good", world.folder / "baselines")
    assert found is not None
    again = found.as_result(result.network)
    assert np.array_equal(again.values, result.values, equal_nan=True)
    assert again.outcomes_sha256 == result.outcomes_sha256
    assert again.promises == result.promises
    assert (found.seed, found.window, found.run_id) == (3, result.window, result.run_id)
    assert found.network == network_digest(result.network)
    assert found.data_sha256 == result.network.data_sha256
    assert list_baselines(world.folder / "baselines") == ("good",)


def test_a_baseline_is_replaced_only_if_asked(world: World, run: MakeRun) -> None:
    folder, result = run()
    home = locked(world, folder, result.network)
    before = (home / RECORD).read_bytes()
    other, second = run("other", seed=8)
    with pytest.raises(ScenarioError, match="add --replace"):
        lock(other, second.network, home.parent)
    assert (home / RECORD).read_bytes() == before
    found = lock(other, second.network, home.parent, again=True)
    assert found.seed == 8
    assert len([path for path in home.iterdir() if path.is_dir()]) == 1, "the old copy is gone"


def test_the_baseline_stays_when_the_run_is_deleted(world: World, run: MakeRun) -> None:
    folder, result = run()
    home = locked(world, folder, result.network)
    for path in folder.iterdir():
        path.unlink()
    assert read_baseline("good", home.parent) is not None


def test_a_lock_that_was_cut_short_is_none(world: World, run: MakeRun) -> None:
    folder, result = run()
    home = locked(world, folder, result.network)
    (home / RECORD).unlink()  # what is there before the record is written
    assert read_baseline("good", home.parent) is None
    assert delta_of(result, home.parent) is None
    lock(folder, result.network, home.parent)
    assert read_baseline("good", home.parent) is not None


@pytest.mark.parametrize("name", ["config.yaml", "kpis.json", "run.json", STATE])
def test_a_damaged_baseline_is_named_and_loses_no_run(
    world: World, run: MakeRun, name: str
) -> None:
    folder, result = run()
    home = locked(world, folder, result.network)
    (copy,) = (path for path in home.iterdir() if path.is_dir())
    (copy / name).write_bytes(b"torn")
    with pytest.raises(ScenarioError, match="is damaged; remove it with"):
        read_baseline("good", home.parent)
    (note,) = delta(world, result).notes
    assert "is damaged" in note
    assert unlock("good", home.parent)
    assert read_baseline("good", home.parent) is None


def test_an_incomplete_run_is_not_locked(world: World, run: MakeRun) -> None:
    folder, result = run()
    (folder / "run.json").unlink()
    with pytest.raises(ScenarioError, match=r"has no run\.json"):
        lock(folder, result.network, world.folder / "baselines")
    assert not (world.folder / "baselines").exists()


def test_a_run_of_data_that_changed_since_is_not_locked(world: World, run: MakeRun) -> None:
    folder, _ = run()
    world.write("scenario.yaml", GOOD.replace("wage_per_h: 20", "wage_per_h: 30"), scenario="good")
    with pytest.raises(ScenarioError) as told:
        finished_run(folder, world.load("good"))
    assert "good/scenario.yaml has changed since this run" in str(told.value)


def test_the_run_itself_is_called_so(world: World, run: MakeRun) -> None:
    folder, result = run()
    locked(world, folder, result.network)
    assert delta(world, result).is_itself


def test_another_plan_is_paired_with_it(world: World, run: MakeRun) -> None:
    folder, result = run()
    locked(world, folder, result.network)
    _, lean = run("lean", staffing="lean")
    found = delta(world, lean)
    assert found.paired
    assert not found.data
    names = [name for name, _ in found.figures]
    assert names[0].startswith("Cost")
    cost = found.figures[0][1]
    assert cost.difference == pytest.approx(
        lean.interval("cost")[0] - result.interval("cost")[0], abs=1e-6
    )
    desk = next(change for _, change in found.figures if change.key == "desk")
    assert desk.verdict is Verdict.WORSE


def test_more_or_fewer_replications_pair_as_far_as_they_go(world: World, run: MakeRun) -> None:
    folder, result = run()
    locked(world, folder, result.network)
    _, longer = run("longer", staffing="lean", replications=6)
    found = delta(world, longer)
    assert found.paired
    assert "the first 4 of 4 and 6 replications are compared" in found.notes
    cost = found.figures[0][1]
    column = longer.kpis_by_replication[0].index.position("cost")
    assert cost.after == pytest.approx(longer.values[:4, column].mean())


def test_other_requests_are_told_as_not_paired(world: World, run: MakeRun) -> None:
    folder, result = run()
    locked(world, folder, result.network)
    _, other = run("other", seed=4)
    found = delta(world, other)
    assert not found.paired
    assert found.why == "another seed"
    cost = found.figures[0][1]
    assert cost.difference == pytest.approx(cost.after - cost.before)
    _, shorter = run("shorter", horizon="5d", seed=4)
    assert delta(world, shorter).why == "another seed and another horizon, warm-up or drain"


def test_data_that_change_under_the_baseline_are_told(world: World, run: MakeRun) -> None:
    folder, result = run()
    locked(world, folder, result.network)
    world.write("scenario.yaml", GOOD.replace("wage_per_h: 20", "wage_per_h: 30"), scenario="good")
    _, dearer = run("dearer")
    found = delta(world, dearer)
    assert found.data == ("good/scenario.yaml has changed",)
    assert found.figures[0][1].verdict is Verdict.WORSE
    assert not found.is_itself


def test_files_that_come_and_go_are_told() -> None:
    was, now = {"a": "1", "b": "2", "d": "9"}, {"a": "1", "b": "3", "c": "4"}
    assert data_changes(was, now) == ("b has changed", "c is new", "d is no longer read")
    assert data_changes(was, was) == ()


def test_names_that_lead_elsewhere_are_refused(world: World) -> None:
    for act in (read_baseline, unlock):
        with pytest.raises(ScenarioError, match="expected a name"):
            act("../elsewhere", world.folder)


def test_unlocking_leaves_files_of_others(world: World, run: MakeRun) -> None:
    folder, result = run()
    home = locked(world, folder, result.network)
    (home / "mine.txt").write_text("notes", "utf-8")
    (home / "below").mkdir()
    (home / "below" / "other.txt").write_text("more", "utf-8")
    assert unlock("good", home.parent)
    assert sorted(path.name for path in home.iterdir()) == ["below", "mine.txt"]
    assert not unlock("good", home.parent)


def test_the_record_says_what_was_locked(world: World, run: MakeRun) -> None:
    folder, result = run()
    home = locked(world, folder, result.network)
    record = json.loads((home / RECORD).read_text("utf-8"))
    assert record["seed"] == 3
    assert record["replications"] == 4
    assert record["data_sha256"] == dict(result.network.data_sha256)
    assert len(record["code_sha256"]) == 64
    assert set(record["files_sha256"]) == {"config.yaml", "kpis.json", "run.json", STATE}
