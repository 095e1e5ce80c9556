"""The same contestants for pytest-benchmark, at a small size; no time is ever asserted.

    uv run pytest benchmarks --benchmark-enable --benchmark-group-by=func

What is asserted is that all of them play the same workload.
"""

from __future__ import annotations

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.peers.ciw_model import CiwNetwork
from benchmarks.peers.cpp_kernel import CppKernel
from benchmarks.peers.naive_simpy import NaiveNetwork
from benchmarks.peers.salabim_model import SalabimNetwork
from benchmarks.speed.agreement import compare
from benchmarks.speed.peers import Peer, compiled, simpy
from benchmarks.speed.tables import SEED, Tables, draw
from network.tables import Outcomes
from sim.checks import check_identities
from sim.digest import outcomes_digest
from sim.kpis import Window, summarise
from sim.sample import sample

REQUESTS = 5_000
PEERS: dict[str, tuple[str, type[Peer]]] = {
    "naive": ("simpy", NaiveNetwork),
    "ciw": ("ciw", CiwNetwork),
    "salabim": ("salabim", SalabimNetwork),
}


@pytest.fixture(scope="module")
def tables() -> Tables:
    return draw(REQUESTS)


@pytest.fixture(scope="module")
def outcomes(tables: Tables) -> Outcomes:
    return compiled(tables)


def test_simpy_engine(benchmark: BenchmarkFixture, tables: Tables, outcomes: Outcomes) -> None:
    found = benchmark(simpy, tables)
    assert outcomes_digest(found) == outcomes_digest(outcomes)


def test_compiled_engine(benchmark: BenchmarkFixture, tables: Tables) -> None:
    check_identities(tables.layout, tables.sample, benchmark(compiled, tables))


def test_cpp_kernel(benchmark: BenchmarkFixture, tables: Tables, outcomes: Outcomes) -> None:
    try:
        kernel = CppKernel()
    except LookupError as error:
        pytest.skip(str(error))
    found = benchmark(kernel.run, tables.layout, *tables.sample)
    assert outcomes_digest(found) == outcomes_digest(outcomes)


@pytest.mark.parametrize("name", PEERS)
@pytest.mark.filterwarnings("default")
def test_peer(benchmark: BenchmarkFixture, tables: Tables, outcomes: Outcomes, name: str) -> None:
    package, peer = PEERS[name]
    pytest.importorskip(package)
    models: list[Peer] = []

    def build() -> tuple[tuple[Peer], dict[str, object]]:
        models.append(peer(tables.layout, *tables.sample))
        return (models[-1],), {}

    benchmark.pedantic(peer.run, setup=build, rounds=3)
    assert "the same within noise" in compare(name, tables, outcomes, models[-1].served())


def test_drawing_the_tables(benchmark: BenchmarkFixture, tables: Tables) -> None:
    found = benchmark(sample, tables.network, SEED, 0, tables.layout.horizon)
    assert (found.visits["service"] == tables.sample.visits["service"]).all()


def test_key_figures(benchmark: BenchmarkFixture, tables: Tables, outcomes: Outcomes) -> None:
    horizon = tables.layout.horizon
    window = Window(0.0, horizon, horizon)
    found = benchmark(summarise, tables.network, tables.layout, tables.sample, outcomes, window)
    assert len(found.values) == sum(len(keys) for *_, keys in found.index.blocks)
