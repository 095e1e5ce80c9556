"""The engines against other programs that play the same request table."""

from __future__ import annotations

from typing import Protocol

from benchmarks.peers.ciw_model import CiwNetwork
from benchmarks.peers.cpp_kernel import CppKernel
from benchmarks.peers.naive_simpy import NaiveNetwork
from benchmarks.peers.plain_tables import Served
from benchmarks.peers.salabim_model import SalabimNetwork
from benchmarks.speed.agreement import compare
from benchmarks.speed.findings import Findings
from benchmarks.speed.stopwatch import Prepare, in_turn, ratios
from benchmarks.speed.table import Row
from benchmarks.speed.tables import Tables, draw
from network.tables import Outcomes, Requests, Visits
from sim.digest import outcomes_digest
from sim.engines import compiled_engine, simpy_engine
from sim.layout import Layout

_AGREEMENT_REQUESTS = 20_000


class Peer(Protocol):
    """A model of the workload in another program."""

    def __init__(self, layout: Layout, requests: Requests, visits: Visits) -> None: ...

    def run(self) -> None:
        """Play all requests."""

    def served(self) -> list[Served]:
        """Visits that left a queue."""


def against_naive(requests: int, rounds: int) -> Findings:
    """Both engines against the SimPy model that most people would write."""
    tables = draw(requests)
    seconds = in_turn(
        {
            "compiled": lambda: lambda: compiled(tables),
            "simpy": lambda: lambda: simpy(tables),
            "naive": model(NaiveNetwork, tables),
        },
        rounds,
    )
    return Findings(
        (
            Row("SimPy engine / naive SimPy", ratios(seconds["naive"], seconds["simpy"]), reach=2),
            Row(
                "compiled / naive SimPy",
                ratios(seconds["naive"], seconds["compiled"]),
                reach=80,
                aim=120,
            ),
        ),
        (agreement("the naive SimPy model", NaiveNetwork, requests),),
    )


def against_ciw(requests: int, rounds: int) -> Findings:
    """The compiled engine against Ciw."""
    return _against("Ciw", CiwNetwork, requests, rounds, reach=600, aim=1000)


def against_salabim(requests: int, rounds: int) -> Findings:
    """The compiled engine against salabim."""
    return _against("salabim", SalabimNetwork, requests, rounds, reach=200, aim=None)


def against_cpp(requests: int, rounds: int) -> Findings:
    """The compiled engine against the hand-written C++ kernel."""
    try:
        kernel = CppKernel()
    except LookupError as error:
        return Findings(remarks=(f"The C++ kernel is left out: {error}.",))
    tables = draw(requests)
    ours = outcomes_digest(compiled(tables))
    theirs = outcomes_digest(kernel.run(tables.layout, *tables.sample))
    same = "the same digest as" if ours == theirs else "ANOTHER digest than"
    seconds = in_turn(
        {
            "compiled": lambda: lambda: compiled(tables),
            "cpp": lambda: lambda: kernel.run(tables.layout, *tables.sample),
        },
        4 * rounds,
    )
    return Findings(
        (
            Row(
                "compiled / C++ kernel",
                ratios(seconds["cpp"], seconds["compiled"]),
                reach=0.65,
                aim=0.9,
            ),
        ),
        (f"The outcomes of the C++ kernel have {same} those of the engines.",),
    )


def compiled(tables: Tables) -> Outcomes:
    """The compiled engine's outcomes."""
    return compiled_engine.run(tables.layout, *tables.sample, tables.policy)


def simpy(tables: Tables) -> Outcomes:
    """The SimPy engine's outcomes."""
    return simpy_engine.run(tables.layout, *tables.sample, tables.policy)


def model(peer: type[Peer], tables: Tables) -> Prepare:
    """A peer's model, built before the time is taken."""
    return lambda: peer(tables.layout, *tables.sample).run


def agreement(name: str, peer: type[Peer], requests: int) -> str:
    """Whether a peer plays the same workload."""
    tables = draw(min(requests, _AGREEMENT_REQUESTS))
    played = peer(tables.layout, *tables.sample)
    played.run()
    return compare(name, tables, compiled(tables), played.served())


def _against(
    name: str, peer: type[Peer], requests: int, rounds: int, *, reach: float, aim: float | None
) -> Findings:
    try:
        remark = agreement(name, peer, requests)
    except ImportError:
        return Findings(remarks=(f"{name} is left out: it is not installed.",))
    tables = draw(requests)
    seconds = in_turn(
        {"compiled": lambda: lambda: compiled(tables), name: model(peer, tables)}, rounds
    )
    ratio = ratios(seconds[name], seconds["compiled"])
    return Findings((Row(f"compiled / {name}", ratio, reach=reach, aim=aim),), (remark,))
