"""Common random numbers: how much smaller the variance of a difference between two plans is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.speed.findings import Findings
from benchmarks.speed.table import Row
from benchmarks.workload import build, horizon_for
from network.model import Network
from network.plan import Plan
from sim.api import draw_samples
from sim.engines import compiled_engine
from sim.layout import lay_out
from sim.policies import find_policy
from sim.sample import Sample

_REPLICATIONS = 200
_REQUESTS = 2_000
_OFF_THE_BOTTLENECK = [(pool, change) for pool in ("p01", "p07", "p13") for change in (1, -1)]
"""Base points with four agents each; the remote centre and the workshops are busier."""
_ON_IT = [("w0", -1)]
"""A workshop that loses one of its two agents becomes the bottleneck."""


def pairing(_requests: int, _rounds: int) -> Findings:
    """One agent more or less: variance of the difference, independent / paired."""
    base, horizon = build(), horizon_for(_REQUESTS)
    samples = draw_samples(base, seed=1, replications=_REPLICATIONS, horizon=horizon)
    before = _responses(base, samples)

    def gains(changes: list[tuple[str, int]]) -> tuple[float, ...]:
        found = []
        for pool, change in changes:
            after = _responses(_with_agents(base, pool, change), samples)
            independent = before.var(ddof=1) + after.var(ddof=1)
            found.append(float(independent / (after - before).var(ddof=1)))
        return tuple(found)

    measure = "variance of a difference, independent / common random numbers"
    text = f"{_REPLICATIONS} replications of {_REQUESTS:,} requests, mean response of all visits"
    return Findings(
        (
            Row(f"{measure}, one agent off the bottleneck", gains(_OFF_THE_BOTTLENECK), reach=10),
            Row(f"{measure}, one agent on the bottleneck", gains(_ON_IT)),
        ),
        (f"Common random numbers: {text}; the range is over pools and over one more or less.",),
    )


def _responses(network: Network, samples: tuple[Sample, ...]) -> NDArray[np.float64]:
    """Mean response in each replication, minutes."""
    layout = lay_out(network, horizon_for(_REQUESTS))
    policy = find_policy(network.dispatch.policy)
    means = []
    for tables in samples:
        visits = compiled_engine.run(layout, *tables, policy).visits
        means.append(np.nanmean(visits["response"] - visits["entered"]))
    return np.array(means)


def _with_agents(network: Network, pool_id: str, change: int) -> Network:
    """The network with more or fewer agents in a pool."""
    (pool,) = (pool for pool in network.pools if pool.pool_id == pool_id)
    plan = Plan(pools=(pool.model_copy(update={"count": pool.count + change}),))
    return network.with_plan(plan)
