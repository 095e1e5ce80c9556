"""Questions to the store: what stands beside the results, and what is no question."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import permutations
from kept_runs import SEED, WINDOW, batch_of, network_of, simulated

from network.errors import ScenarioError
from sim.store import Batch, Label, Store, key_of


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Two points of one network."""
    kept = Store(tmp_path / "store")
    for agents in (1, 2):
        parameters = {"agents": agents, "staffing": "base", "scale": agents / 2}
        kept.keep([batch_of(network_of(agents), [0, 1, 2], f"a{agents}", parameters)])
    return kept


def test_parameters_stand_beside_results(store: Store) -> None:
    found = store.query("select * from runs order by point, replication")
    assert [*found.point] == ["a1"] * 3 + ["a2"] * 3
    assert [*found.staffing] == ["base"] * 6
    assert [*found.scale] == [0.5] * 3 + [1.0] * 3
    assert [*found.parameter_agents] == [1] * 3 + [2] * 3, "agents is a key figure, too"
    for agents in (1, 2):
        expected = simulated(network_of(agents), 3)
        mine = found[found.point == f"a{agents}"]
        for kpi in ("response_p90", "cost", "utilisation"):
            place = expected.kpis_by_replication[0].index.position(kpi)
            np.testing.assert_array_equal(mine[kpi], expected.values[:, place])
        assert [*mine.outcomes_sha256] == expected.digests


def test_the_main_figures_stand_in_a_long_table(tmp_path: Path) -> None:
    network = network_of(scenario="regionC")
    store = Store(tmp_path)
    store.keep([batch_of(network, [0, 1])])
    found = store.query("select * from figures order by run, kpi, dimension, key")
    expected = simulated(network, 2)
    index = expected.kpis_by_replication[0].index
    by_tier = found[(found.dimension == "tier") & (found.kpi == "response_mean")]
    assert len(by_tier) == 2 * len(network.tiers)
    for row in by_tier.itertuples():
        place = index.position("response_mean", "tier", row.key)
        np.testing.assert_array_equal(row.value, expected.values[row.run, place])
    kept = found[found.kpi == "promise"]
    assert {*kept.key} == {one.promise_id for one in network.promises}
    due = found[found.kpi == "promise_due"].value.to_numpy()
    np.testing.assert_array_equal(
        kept.value.to_numpy()[due > 0] * due[due > 0] % 1, 0, err_msg="whole requests are met"
    )


def test_the_means_of_points(store: Store) -> None:
    found = store.query("select point, replications, response_p90 from points order by point")
    assert [*found.replications] == [3, 3]
    place = simulated(network_of(1), 3).kpis_by_replication[0].index.position("response_p90")
    assert found.response_p90[0] == pytest.approx(
        simulated(network_of(1), 3).values[:, place].mean()
    )


def test_a_run_is_found_under_every_name_it_has(store: Store) -> None:
    label = Label("theory/mmc", "again", {"variant": "two"})
    key = key_of(network_of(2), WINDOW, SEED)
    for _ in range(2):
        store.label([Batch(key, label, (), ())])
    for seen in (store, Store(store.folder)):
        found = seen.query("select point, variant from runs order by point, replication")
        assert [*found.point] == ["a1"] * 3 + ["a2"] * 3 + ["again"] * 3
        assert [*found.variant[6:]] == ["two"] * 3
    assert len([*store.folder.glob("*.labels.parquet")]) == 1, "it is noted once"


BATCHES = [(agents, numbers) for agents in (1, 2) for numbers in ([0, 1], [2], [1, 2, 3])]


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(order=permutations(BATCHES))
def test_answers_do_not_depend_on_the_order_of_keeping(
    tmp_path_factory: pytest.TempPathFactory, order: list[tuple[int, list[int]]]
) -> None:
    answers = []
    for batches in (BATCHES, order):
        store = Store(tmp_path_factory.mktemp("store"))
        for agents, numbers in batches:
            store.keep([batch_of(network_of(agents), numbers, f"a{agents}", {})])
        answers.append(store.query("select * from runs").to_csv(index=False))
    assert answers[0] == answers[1]
    assert answers[0].count("\n") == 1 + 8, "a run that lies in two files is one run"


@pytest.mark.parametrize("there", [False, True])
def test_an_empty_store_says_so(tmp_path: Path, there: bool) -> None:
    folder = tmp_path / "store"
    if there:
        folder.mkdir()
    with pytest.raises(ScenarioError, match="is empty" if there else "does not exist"):
        Store(folder).query("select 1")


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("select respons_p90 from runs", 'Candidate bindings.*"response_p90"'),
        ("selct 1", "syntax error"),
        ("select * from nowhere", "runs, points and figures"),
        ("", "expected a question"),
        ("create table a as select 1", "expected a question"),
        ("select * from read_csv('/etc/passwd')", "disabled"),
        ("copy runs to 'runs.csv'", "disabled"),
        ("attach 'a.db'", "disabled"),
        ("set enable_external_access = true", "lock"),
    ],
)
def test_what_is_no_question_is_told(store: Store, sql: str, said: str) -> None:
    with pytest.raises(ScenarioError, match=f"(?is){said}"):
        store.query(sql)
