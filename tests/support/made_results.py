"""Results made by hand, whose true differences are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from network.load import load_scenario
from network.model import Network
from network.promise import Promise
from sim.estimates import estimate_promises
from sim.kpis import Index, Kpis, Window
from sim.kpis.promises import Kept
from sim.result import Result

Floats = NDArray[np.float64]
WINDOW = Window(0.0, 40320.0, 40320.0)


def one_desk(*promises: str) -> Network:
    """A network of one tier, with promises of these names about it."""
    made = tuple(
        Promise(promise_id=name, tier="desk", within="30s", share=0.8) for name in promises
    )
    return replace(load_scenario("theory/mmc"), promises=made)


def made_result(
    network: Network,
    figures: Mapping[tuple[str, str, str], Floats],
    kept: Mapping[str, tuple[Floats, Floats]] | None = None,
    seed: int = 1,
) -> Result:
    """A result with these figures by replication, and what was met of what was due."""
    blocks = tuple((kpi, dimension, (key,)) for kpi, dimension, key in figures)
    index, values = Index(blocks), np.column_stack(list(figures.values()))
    shares = [(kept or {})[one.promise_id] for one in network.promises]
    none = np.zeros((len(shares), 0))
    kpis = [
        Kpis(
            index,
            row,
            Kept(
                np.array([met[r] for met, _ in shares]),
                np.array([due[r] for _, due in shares]),
                np.zeros((len(shares), 1)),
                np.zeros((len(shares), 1)),
                none,
                none,
                np.zeros(1),
            ),
            np.zeros((1, 1), dtype=np.int64),
            np.zeros((2, 1)),
            np.zeros(1),
        )
        for r, row in enumerate(values)
    ]
    return Result(
        network=network,
        window=WINDOW,
        seed=seed,
        engine="",
        engine_reason="made",
        kpis_by_replication=kpis,
        promises=estimate_promises(network, kpis),
        digests=[f"{seed}-{r}" for r in range(len(values))],
        requests=1000,
        wall_seconds=0.0,
        warnings=(),
        suggested_warm_up=float("nan"),
    )
