"""Study files: what they mean, what the command line sets, and every fault at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from network.errors import ScenarioError
from study.campaign.base import Base
from study.campaign.file import read_study
from study.campaign.run import check_budget, points_of
from study.campaign.text import Method
from study.design.designs import Kind

STUDIES = Path(__file__).resolve().parents[3] / "docs" / "studies"
GOOD = """
title: A queue
base: {scenario: theory/mmc, horizon: 4h, warm_up: 1h, seed: 3}
factors:
  pools.agents.count: [2, 3]
  demand.factor: {range: [0.5, 1.0], steps: 3}
kpis: [wait_mean, utilisation]
replications: 2
"""


def write(folder: Path, text: str, name: str = "queue.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_study_is_what_its_file_says(tmp_path: Path) -> None:
    study = read_study(write(tmp_path, GOOD))
    assert (study.name, study.title, study.replications) == ("queue", "A queue", 2)
    assert study.design.kind is Kind.GRID
    points = points_of(study)
    assert len(points) == 6
    first = points[0]
    assert dict(first.parameters) == {"pools.agents.count": 2, "demand.factor": 0.5}
    assert first.network.pools[0].count == 2
    assert first.network.demand_factor == 0.5
    assert (first.seed, first.window.start, first.window.end) == (3, 60.0, 240.0)
    assert len({(p.seed, p.window) for p in points}) == 1  # all points meet the same requests


def test_the_command_line_goes_before_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    words = ("replications=7", "factors.demand.factor.steps=2", "base.seed=9",
             "sensitivity.method=morris", "factors.scale.wages=[0.9, 1.1]")  # fmt: skip
    study = read_study(path, words)
    assert (study.replications, study.base.seed) == (7, 9)
    assert study.sensitivity.method is Method.MORRIS
    assert len(points_of(study)) == 2 * 2 * 2


def test_the_copy_of_a_study_is_the_same_study(tmp_path: Path) -> None:
    study = read_study(write(tmp_path, GOOD), ["replications=5", "budget=60"])
    again = read_study(write(tmp_path, study.text, "copy.yaml"))
    assert again.factors == study.factors
    assert (again.name, again.replications, again.budget) == ("queue", 5, 60)
    assert again.base == study.base


def test_a_file_as_it_stands_is_kept_with_its_comments(tmp_path: Path) -> None:
    text = f"# why we ask\n{GOOD}"
    assert read_study(write(tmp_path, text)).text == text


def test_ids_stay_text_and_numbers_are_numbers(tmp_path: Path) -> None:
    text = GOOD.replace("[2, 3]", "{levels: [2, 3]}").replace(
        "kpis:", "design: {kind: grid}\nkpis:"
    )
    study = read_study(write(tmp_path, text))
    assert study.factors[0].levels == (2, 3)


def test_points_may_be_listed(tmp_path: Path) -> None:
    text = """
base: {scenario: theory/mmc, horizon: 2h, warm_up: 0h}
design:
  kind: list
  points:
    - {pools.agents.count: 2, demand.factor: 1.1}
    - {pools.agents.count: 4}
kpis: [wait_mean]
"""
    points = points_of(read_study(write(tmp_path, text)))
    assert [point.network.pools[0].count for point in points] == [2, 4]
    assert points[1].parameters["demand.factor"] == 1.0  # what is not set is shown as it is


def test_one_network_serves_all_points(tmp_path: Path) -> None:
    """What one point sets is not there at the next."""
    base = Base(read_study(write(tmp_path, GOOD)).base, tmp_path)
    assert base.network({"pools.agents.count": 9}).pools[0].count == 9
    assert base.network({"scale.demand": 2.0}).demand_factor == 2.0
    plain = base.network({})
    assert (plain.pools[0].count, plain.demand_factor) == (1, 1.0)


def test_choices_are_those_of_the_command_line(tmp_path: Path) -> None:
    text = """
base: {scenario: regionC}
factors:
  staffing: [lean, base]
  channels: [base, digital]
  demand: [low, high]
  policy: [nearest_idle, least_wait]
kpis: [cost]
"""
    points = points_of(read_study(write(tmp_path, text)))
    assert len(points) == 16
    made = {tuple(point.parameters.values()): point.network for point in points}
    lean, base = (made[name, "base", "low", "nearest_idle"] for name in ("lean", "base"))
    assert sum(pool.count for pool in lean.pools) < sum(pool.count for pool in base.pools)
    assert made["base", "base", "high", "least_wait"].dispatch.policy == "least_wait"
    assert made["base", "base", "high", "least_wait"].demand_factor == 1.15
    digital = made["base", "digital", "low", "nearest_idle"]
    assert {e.share for e in digital.entries} != {e.share for e in base.entries}


FAULTS = {
    "unknown key": ("replications: 2", "replicatons: 2", "Did you mean 'replications'?"),
    "unknown base key": ("seed: 3", "sed: 3", "Did you mean 'seed'?"),
    "unknown scenario": ("theory/mmc", "theory/mcc", "Did you mean 'mmc'?"),
    "unknown kpi": ("wait_mean", "wait_meen", "Did you mean 'wait_mean'?"),
    "unknown dimension": ("wait_mean", "wait_mean/teir/desk", "Did you mean 'tier'?"),
    "unknown group": ("wait_mean", "wait_mean/tier/desk2", "Did you mean 'desk'?"),
    "unknown promise": ("wait_mean", "promise/soon", "there is no promise 'soon'"),
    "unknown factor": ("demand.factor:", "demand.facto:", "cannot be varied"),
    "unknown assumption": ("demand.factor:", "scale.wage:", "Did you mean 'scale.wages'?"),
    "range and levels": ("steps: 3", "levels: [1]", "either levels"),
    "range upside down": ("[0.5, 1.0]", "[1.0, 0.5]", "expected low < high"),
    "integer of fractions": ("steps: 3", "integer: true", "whole numbers"),
    "level twice": ("[2, 3]", "[2, 2]", "each level once"),
    "no number": ("[0.5, 1.0]", "[0.5, a lot]", "expected a number"),
    "no points": ("kpis:", "design: {kind: lhs}\nkpis:", "lhs needs samples"),
    "no power of two": ("kpis:", "design: {kind: sobol, samples: 100}\nkpis:", "such as 128"),
    "odd name": ("title: A queue", "name: a/b", "it names a folder"),
    "a choice with a range": ("demand.factor:", "staffing:", "expected levels, not a range"),
    "nothing read": ("kpis: [wait_mean, utilisation]", "kpis: []", "kpis"),
    "no duration": ("horizon: 4h", "horizon: 240", "horizon"),
    "bad law": ("replications: 2", "uncertain: {scale.wages: normal(1)}", "expected a law"),
    "too few draws": ("replications: 2", "uncertain: {scale.wages: gamma(1)}", "at least 39"),
    "code": ("title: A queue", "title: ${oc.env:HOME}", "interpolation"),
    "zero budget": ("replications: 2", "budget: 0", "expected a number >= 1"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_file_is_refused_in_words(fault: str, tmp_path: Path) -> None:
    before, after, said = FAULTS[fault]
    assert GOOD.count(before) == 1
    path = write(tmp_path, GOOD.replace(before, after))
    with pytest.raises(ScenarioError) as error:
        read_study(path)
    assert said in str(error.value)


def test_all_faults_are_told_together(tmp_path: Path) -> None:
    text = GOOD.replace("wait_mean", "wait_meen").replace("demand.factor", "demnd.factor")
    with pytest.raises(ScenarioError) as error:
        read_study(write(tmp_path, text.replace("seed: 3", "sed: 3")))
    for phrase in ("wait_mean", "demnd.factor", "base.sed"):
        assert phrase in str(error.value)
    assert len(error.value.problems) >= 3


def test_points_that_cannot_be_built_are_told_once_each(tmp_path: Path) -> None:
    text = GOOD.replace("[2, 3]", "[2, -1]").replace(
        "  demand", "  pools.agent.count: [1, 2]\n  demand"
    )
    with pytest.raises(ScenarioError) as error:
        points_of(read_study(write(tmp_path, text)))
    assert str(error.value).count("pools has no row 'agent'. Did you mean 'agents'?") == 1
    assert "got '-1'; expected a number >= 0 (at pools.agents.count=-1" in str(error.value)


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        (
            "base: {scenario: theory/mmc}\nkpis: [cost]\nfactors:\n"
            + "".join(f"  pools.p{n}.count: {{range: [1, 9], steps: 900}}\n" for n in range(6)),
            "at most 100,000",
        ),
        (
            "base: {scenario: theory/mmc}\nkpis: [cost]\nreplications: 2\nbudget: 50\n"
            "factors: {demand.factor: {range: [0.5, 0.9]}}\n"
            "design: {kind: lhs, samples: 60000}\n",
            "need 120,000",
        ),
    ],
    ids=["grid", "budget"],
)
def test_a_huge_design_is_refused_before_its_points_are_made(
    tmp_path: Path, text: str, phrase: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = read_study(write(tmp_path, text))
    monkeypatch.setattr(Base, "network", lambda *_: pytest.fail("a network was built"))
    with pytest.raises(ScenarioError, match=phrase):
        points_of(study)


@pytest.mark.parametrize(("more", "runs"), [("", 12), ("precision: {wait_mean: 5%}\n", 180)])
def test_a_study_beyond_its_budget_says_what_it_would_need(
    more: str, runs: int, tmp_path: Path
) -> None:
    study = read_study(write(tmp_path, f"{GOOD}{more}budget: {runs - 1}"))
    with pytest.raises(ScenarioError, match=f"need {runs}"):
        check_budget(study, points_of(study))
    again = read_study(write(tmp_path, f"{GOOD}{more}budget: {runs}"))
    check_budget(again, points_of(again))


@pytest.mark.parametrize("word", ["replications", "=3", "no_such_key=1", "design.kind=cube"])
def test_settings_that_are_none_are_refused(word: str, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="expected"):
        read_study(write(tmp_path, GOOD), [word])


@pytest.mark.parametrize("path", sorted(STUDIES.glob("*.yaml")), ids=lambda p: p.stem)
def test_the_studies_that_are_shipped_are_sound(path: Path) -> None:
    study = read_study(path)
    check_budget(study, points_of(study))
