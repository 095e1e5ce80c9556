"""Finished runs of small networks, to be kept in a store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from network.digest import network_digest
from network.load import load_scenario
from network.model import Network
from sim.api import simulate
from sim.kpis import Kpis, Window
from sim.kpis.promises import Kept
from sim.result import Result
from sim.store import Batch, Label, Run, Store, Value, key_of, run_of
from study.points import Point

WINDOW = Window(60.0, 720.0, 720.0)
SEED = 5


@cache
def network_of(agents: int = 1, scenario: str = "theory/mmc") -> Network:
    """A small network; with the more agents the faster."""
    changes = {} if agents == 1 else {"pools.agents.count": agents}
    return load_scenario(scenario, changes=changes)


_SIMULATED: dict[tuple[str, int], Result] = {}


def simulated(network: Network, replications: int) -> Result:
    """Its runs as they are without a store."""
    key = (network_digest(network), replications)
    if key not in _SIMULATED:
        _SIMULATED[key] = simulate(
            network,
            replications=replications,
            seed=SEED,
            horizon=WINDOW.end,
            warm_up=WINDOW.start,
            keep_outcomes=True,
            allow_overload=True,
        )
    return _SIMULATED[key]


def finished_runs(network: Network, numbers: Sequence[int]) -> tuple[Run, ...]:
    """Some of its runs, of a simulation that is long enough."""
    digest = network_digest(network)
    known = _SIMULATED.items()
    long = [result for (of, count), result in known if of == digest and count > max(numbers)]
    runs = (long[0] if long else simulated(network, max(numbers) + 1)).replications
    return tuple(run_of(runs[number]) for number in numbers)


def batch_of(
    network: Network,
    numbers: Sequence[int],
    point: str = "base",
    parameters: Mapping[str, Value] | None = None,
) -> Batch:
    """Some of its runs, to be kept."""
    return Batch(
        key_of(network, WINDOW, SEED),
        Label(network.name, point, parameters or {}),
        tuple(one.promise_id for one in network.promises),
        finished_runs(network, numbers),
    )


def point_of(name: str, agents: int, replications: int = 3, **parameters: Value) -> Point:
    """A point of a study."""
    asked = parameters or {"agents": agents}
    return Point(name, network_of(agents), WINDOW, SEED, replications, asked)


def same_results(first: Result, second: Result) -> None:
    """Two results must not differ in anything that was found."""
    assert first.digests == second.digests
    assert (first.seed, first.window, first.first) == (second.seed, second.window, second.first)
    assert first.requests == second.requests
    assert first.promises == second.promises or str(first.promises) == str(second.promises)
    for one, other in zip(first.kpis_by_replication, second.kpis_by_replication, strict=True):
        same_kpis(one, other)


def same_kpis(one: Kpis, other: Kpis) -> None:
    """Two replications must have the same figures, bit for bit."""
    assert one.index == other.index
    for name in ("values", "response_histogram", "zone_response", "backlog"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
        assert getattr(one, name).dtype == getattr(other, name).dtype
    for name in Kept.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(one.kept, name), getattr(other.kept, name))
        assert getattr(one.kept, name).shape == getattr(other.kept, name).shape


def chunk_files(store: Store | Path) -> list[Path]:
    """The chunks of a store."""
    folder = store.folder if isinstance(store, Store) else store
    return sorted(folder.glob("*.runs.parquet"))


def no_root_powers() -> None:
    """Let permissions hold for root, too (before a process is started)."""
    import ctypes

    for power in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        ctypes.CDLL(None).prctl(24, power, 0, 0, 0)  # PR_CAPBSET_DROP
