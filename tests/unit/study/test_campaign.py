"""A study is simulated once, to the precision asked for, and its tables say what was found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.engines import Engine
from sim.store import Store
from study.campaign.file import Study, read_study
from study.campaign.findings import rows_of, table_of, write_tables
from study.campaign.measures import by_replication, estimate, parse_measure
from study.campaign.run import Outcome, points_of, run_study
from study.design.uncertain import draw
from study.execution import Execution
from study.sensitivity.analysis import analyse, sample_of
from study.sensitivity.sobol import SobolIndices

IN_PROCESS = Execution(engine=Engine.COMPILED)
QUEUE = """
base: {scenario: theory/mmc, horizon: 8h, warm_up: 1h}
factors:
  pools.agents.count: [2, 3]
  demand.factor: [0.6, 1.2]
kpis: [wait_mean, utilisation]
frontier: {cost: agents, service: wait_mean}
replications: 4
"""


def study_of(folder: Path, text: str = QUEUE, *settings: str) -> Study:
    path = folder / "queue.yaml"
    path.write_text(text, encoding="utf-8")
    return read_study(path, settings)


def run(study: Study, folder: Path) -> Outcome:
    return run_study(study, points_of(study), Store(folder / "store"), IN_PROCESS)


def test_a_second_pass_computes_nothing_and_finds_the_same(tmp_path: Path) -> None:
    study = study_of(tmp_path)
    first, second = run(study, tmp_path), run(study, tmp_path)
    assert (first.done, first.reused) == (16, 0)
    assert (second.done, second.reused) == (0, 16)
    tables = [table_of(one, rows_of(one)) for one in (first, second)]
    pd.testing.assert_frame_equal(*tables)


def test_a_larger_study_adds_only_what_is_missing(tmp_path: Path) -> None:
    run(study_of(tmp_path), tmp_path)
    more = run(study_of(tmp_path, QUEUE, "replications=6"), tmp_path)
    assert (more.done, more.reused) == (4 * 2, 16)


def test_a_row_has_the_parameters_beside_the_figures(tmp_path: Path) -> None:
    outcome = run(study_of(tmp_path), tmp_path)
    table = table_of(outcome, rows_of(outcome))
    assert list(table.columns[:4]) == [
        "point", "pools.agents.count", "demand.factor", "replications",
    ]  # fmt: skip
    assert (table["wait_mean_lower"] <= table["wait_mean"]).all()
    assert (table["wait_mean"] <= table["wait_mean_upper"]).all()
    by = table.set_index(["pools.agents.count", "demand.factor"])["utilisation"]
    assert by[2, 0.6] < by[2, 1.2]
    assert by[3, 1.2] < by[2, 1.2]
    # the same requests, half again as many agents: work is divided by three instead of two
    assert by[3, 0.6] == pytest.approx(by[2, 0.6] * 2 / 3, rel=0.01)


def test_the_frontier_marks_what_none_beats(tmp_path: Path) -> None:
    outcome = run(study_of(tmp_path), tmp_path)
    rows = rows_of(outcome)
    best = {
        (r.parameters["pools.agents.count"], r.parameters["demand.factor"]): r.pareto for r in rows
    }
    assert best == {(2, 0.6): True, (3, 0.6): True, (2, 1.2): False, (3, 1.2): False}


def test_tables_are_read_back_and_formulas_are_no_formulas(tmp_path: Path) -> None:
    outcome = run(study_of(tmp_path), tmp_path)
    table = table_of(outcome, rows_of(outcome))
    table["note"] = "=1+1"
    write_tables(tmp_path, "points", table)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "points.parquet"), table)
    text = (tmp_path / "points.csv").read_text("utf-8")
    assert "'=1+1" in text
    assert len(text.splitlines()) == len(table) + 1


def test_precision_is_reached_or_its_price_is_told(tmp_path: Path) -> None:
    study = study_of(tmp_path, f"{QUEUE}precision: {{utilisation: 3%}}\nbudget: 2000")
    outcome = run(study, tmp_path)
    assert not outcome.notes
    for point in outcome.points:
        mean, lower, _ = outcome.results[point.name].interval("utilisation")
        assert point.replications >= 30
        assert mean - lower <= 0.03 * mean
    poor = run(replace(study, budget=125), tmp_path)
    assert sum(point.replications for point in poor.points) <= 125
    assert "not reached within the budget of 125 runs" in poor.notes[0]


def test_uncertain_inputs_widen_the_range_of_a_period(tmp_path: Path) -> None:
    text = QUEUE.replace("  demand.factor: [0.6, 1.2]\n", "").replace("replications: 4", "")
    more = "replications: 40\nuncertain: {demand.factor: 'uniform(0.5, 1.5)'}"
    study = study_of(tmp_path, f"{text}{more}")
    outcome = run(study, tmp_path)
    for row in rows_of(outcome):
        found = row.ranges["utilisation"]
        wide = found.uncertain[1] - found.uncertain[0]
        assert wide > 2 * (found.fixed[1] - found.fixed[0])
    name = outcome.points[0].name
    drawn = [float(draw(study.uncertain, 1, r)["demand.factor"]) for r in range(40)]
    used = [one.network.demand_factor for one in outcome.drawn[name]]
    assert used == drawn
    # a draw meets the same requests as the fixed inputs of its replication, but for demand
    fixed = by_replication(parse_measure("utilisation"), outcome.results[name])
    moved = np.array(
        [by_replication(parse_measure("utilisation"), one)[0] for one in outcome.drawn[name]]
    )
    assert np.corrcoef(moved, drawn)[0, 1] > 0.9
    near = np.abs(np.array(drawn) - 1) < 0.05
    assert np.abs(moved - fixed)[near].max() < np.abs(moved - fixed).max()


def test_a_point_that_fails_leaves_the_others(tmp_path: Path) -> None:
    study = study_of(
        tmp_path, QUEUE.replace("[2, 3]", "[1, 3]").replace("[0.6, 1.2]", "[0.6, 1.5]")
    )
    outcome = run(study, tmp_path)
    (failure,) = outcome.failures
    assert dict(failure.parameters) == {"pools.agents.count": 1, "demand.factor": 1.5}
    table = table_of(outcome, rows_of(outcome))
    assert table["wait_mean"].isna().sum() == 1
    assert table["replications"].tolist().count(0) == 1


def test_a_promise_is_a_ratio_of_sums_within_two_sided_limits(tmp_path: Path) -> None:
    text = QUEUE.replace("theory/mmc", "regionC").split("factors:")[0].replace("8h", "4d")
    text += "design: {kind: list, points: [{staffing: base}]}\n"
    text += "kpis: [promise/answer_30s]\nreplications: 3"
    outcome = run(study_of(tmp_path, text), tmp_path)
    (result,) = outcome.results.values()
    measure = parse_measure("promise/answer_30s")
    share, lower, upper = estimate(measure, result)
    one = next(p for p in result.promises if p.promise.promise_id == "answer_30s")
    assert share == one.estimate
    assert lower < one.lower < share < one.upper < upper
    values = by_replication(measure, result)
    assert values.min() <= share <= values.max()


def test_a_sensitivity_analysis_finds_what_is_there(tmp_path: Path) -> None:
    """Utilisation of an M/M/c queue is demand x service / agents; nobody is paid for it."""
    text = """
base: {scenario: theory/mmc, horizon: 12h, warm_up: 0h, change: {pools.agents.count: 4}}
factors:
  demand.factor: {range: [0.6, 1.4]}
  scale.wages: [0.5, 2]
  scale.service_time: {range: [0.9, 1.1]}
kpis: [utilisation]
sensitivity: {samples: 16}
replications: 2
"""
    sample = sample_of(study_of(tmp_path, text))
    (found,), outcome = analyse(sample, Store(tmp_path / "store"), IN_PROCESS)
    assert outcome.done < 2 * len(sample.points)  # wages change no network that has none
    assert outcome.done + outcome.reused == 2 * len(sample.points)
    indices = found.indices
    assert isinstance(indices, SobolIndices)
    assert abs(indices.total[1]) < 1e-9
    assert indices.total[0] > 4 * indices.total[2]  # 16 times the variance, nearly
    assert indices.noise < 0.2


def test_a_sensitivity_beyond_the_budget_is_refused(tmp_path: Path) -> None:
    text = QUEUE.replace("[0.6, 1.2]", "{range: [0.6, 1.2]}")
    with pytest.raises(ValueError, match="need"):
        sample_of(study_of(tmp_path, f"{text}budget: 20"))
