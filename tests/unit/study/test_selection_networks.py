"""Selection among networks: their promises, the store, and the command."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from network.errors import ScenarioError
from network.load import load_scenario
from network.promise import Form
from sim.api import simulate
from sim.result import Result
from study.__main__ import main
from study.selection import Standing, select
from study.selection.simulated import observe_networks, promised_by

NETWORKS = {name: load_scenario("regionC", staffing=name) for name in ("lean", "base", "rich")}
SHORT = ["horizon=14d", "warm_up=2d"]


def play(alternative: str, first: int, count: int) -> Result:
    return simulate(
        NETWORKS[alternative],
        seed=4,
        first=first,
        replications=count,
        horizon="14d",
        warm_up="2d",
        engine="compiled",  # a few replications at a time would be given to the slower one
        allow_overload=True,
    )


def test_promises_are_shares_of_requests_and_of_months() -> None:
    found = promised_by(NETWORKS, tolerance=0.02, month_tolerance=0.1)
    for promise, target, tolerance in zip(
        found.promises, found.targets, found.tolerances, strict=True
    ):
        monthly = promise.form is Form.EVERY_MONTH
        assert target == (promise.gamma if monthly else promise.share)
        assert tolerance == (0.1 if monthly else 0.02)


def test_observations_are_what_a_run_says_and_pair_by_number() -> None:
    promised = promised_by(NETWORKS, wanted=["point_4h", "answer_30s"])
    observe = observe_networks(promised, play)
    whole, part = observe("base", 0, 6), observe("base", 4, 2)
    assert np.array_equal(whole.cost[4:], part.cost)
    assert np.array_equal(whole.met[4:], part.met)
    result = play("base", 0, 6)
    assert whole.cost.mean() == pytest.approx(result.interval("cost")[0])
    shares = {one.promise.promise_id: one.estimate for one in result.promises}
    kept = whole.met.sum(axis=0) / whole.due.sum(axis=0)
    assert kept == pytest.approx([shares["point_4h"], shares["answer_30s"]])
    apart = whole.cost - observe("rich", 0, 6).cost
    assert apart.var() < whole.cost.var()


def test_the_cheapest_staffing_that_answers_in_time_is_chosen() -> None:
    promised = promised_by(NETWORKS, wanted=["answer_30s"], tolerance=0.02)
    found = select(
        list(NETWORKS),
        observe_networks(promised, play),
        within=4000,
        targets=promised.targets,
        tolerances=promised.tolerances,
        first=10,
        chunk=5,
    )
    assert found.decided
    standing = {one.alternative: one.standing for one in found.feasibility}
    keeps = [name for name, one in standing.items() if one is Standing.KEEPS]
    assert found.chosen == min(keeps, key=lambda name: found.means[name])
    assert standing["rich"] is Standing.KEEPS


def test_other_promises_and_unknown_ones_are_refused() -> None:
    other = {**NETWORKS, "B": load_scenario("regionB")}
    with pytest.raises(ScenarioError) as told:
        promised_by(other, wanted=["point_4hours"])
    assert "makes other promises than lean" in str(told.value)
    assert "Did you mean 'point_4h'?" in str(told.value)


# --- the command -----------------------------------------------------------------------


def test_the_command_chooses_and_a_second_time_reuses_all(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    first = " ".join(["scenario=regionC", "staffing=lean", *SHORT])
    second = " ".join(["staffing=base", *SHORT])
    words = ["select", first, second, "--within=4000", "--promises=none", "--first=10"]
    shown = []
    for _ in range(2):
        assert main(words) == 0
        shown.append(" ".join(capsys.readouterr().out.split()))
    assert "With probability at least 95%" in shown[0]
    assert "costs at most 4,000 more than the best." in shown[0]
    assert "20 replications, 0 of them found" in shown[0]
    assert "20 replications, 20 of them found" in shown[1]


def test_a_budget_that_ends_before_is_told_by_words_and_code(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    words = [f"scenario=regionC {' '.join(SHORT)}", f"policy=least_wait {' '.join(SHORT)}"]
    options = ["--within=1", "--promises=none", "--first=5", "--budget=12"]
    assert main(["select", *words, *options]) == 1
    assert "nothing is guaranteed" in " ".join(capsys.readouterr().out.split())


def test_ocba_is_labelled_as_without_guarantee(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    words = [f"scenario=regionC staffing={name} {' '.join(SHORT)}" for name in ("lean", "base")]
    assert main(["select", *words, "--ocba", "--first=5", "--budget=14", "--promises=none"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "without guarantee" in shown
    assert "With probability" not in shown


def test_all_that_is_wrong_is_told_and_nothing_written(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["scenario=regionC", "staffing=rich", "--confidence=40%", "--first=x", "--budget=2.5"]
    assert main(["select", *words]) == 2
    told = capsys.readouterr().err
    for name in ("--within", "--confidence", "--first", "--budget"):
        assert name in told
    assert not [*tmp_path.iterdir()]
