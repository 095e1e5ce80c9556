"""What a simulation found: figures of every replication and their estimates."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from network.kpi import BY_NAME
from network.model import Network
from sim.digest import run_digest
from sim.estimates import Intervals, PromiseEstimate, t_intervals
from sim.kpis import Kpis, Window
from sim.replicate import Replication

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Result:
    """What a simulation found.

    Parameters
    ----------
    network : Network
    window : Window
        Counted part of every replication.
    seed : int
    engine, engine_reason : str
        The engine that ran, and why.
    kpis_by_replication : list of Kpis
    promises : list of PromiseEstimate
    digests : list of str
        Of the outcomes of every replication.
    requests : int
        Arrived in all replications, warm-up included.
    wall_seconds : float
    warnings : tuple of str
    suggested_warm_up : float
        Minutes, by `sim.warm_up`; infinite: the run is too short to tell.
    replications : list of Replication
        Empty unless outcomes are kept.
    first : int
        Number of the first replication.
    """

    network: Network
    window: Window
    seed: int
    engine: str
    engine_reason: str
    kpis_by_replication: list[Kpis]
    promises: list[PromiseEstimate]
    digests: list[str]
    requests: int
    wall_seconds: float
    warnings: tuple[str, ...]
    suggested_warm_up: float
    replications: list[Replication] = field(default_factory=list)
    first: int = 0

    @property
    def outcomes_sha256(self) -> str:
        """Digest of all outcomes; equal for equal runs in any process."""
        return run_digest(self.digests)

    @property
    def run_id(self) -> str:
        """Short name of this very run: its outcomes, scenario and seed."""
        text = f"{self.network.name}/{self.seed}/{self.outcomes_sha256}"
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @property
    def values(self) -> NDArray[np.float64]:
        """Figures of every replication (replications, figures), in the order of the index."""
        return np.array([kpis.values for kpis in self.kpis_by_replication])

    @cached_property
    def intervals(self) -> Intervals:
        """Estimates of all figures, in the order of the index."""
        return t_intervals(self.values)

    @cached_property
    def kpis(self) -> pd.DataFrame:
        """Tidy figures: a row per replication and figure, with scenario, seed and run id."""
        import pandas as pd

        names, dimensions, keys = self.kpis_by_replication[0].index.rows()
        count = len(self.kpis_by_replication)
        return pd.DataFrame(
            {
                "run_id": self.run_id,
                "scenario": self.network.name,
                "seed": self.seed,
                "replication": np.repeat(np.arange(count), len(names)),
                "kpi": pd.Categorical(names * count),
                "dimension": pd.Categorical(dimensions * count),
                "key": pd.Categorical(keys * count),
                "value": self.values.ravel(),
                "unit": pd.Categorical([BY_NAME[name].unit for name in names] * count),
            }
        )

    @cached_property
    def estimates(self) -> pd.DataFrame:
        """Mean and 95 % limits over replications of every figure."""
        import pandas as pd

        names, dimensions, keys = self.kpis_by_replication[0].index.rows()
        found = self.intervals
        return pd.DataFrame(
            {
                "run_id": self.run_id,
                "scenario": self.network.name,
                "kpi": pd.Categorical(names),
                "dimension": pd.Categorical(dimensions),
                "key": pd.Categorical(keys),
                "unit": pd.Categorical([BY_NAME[name].unit for name in names]),
                "mean": found.mean,
                "lower": found.lower,
                "upper": found.upper,
                "n": found.n,
            }
        )

    def interval(
        self, kpi: str, dimension: str = "total", key: str = "all", confidence: float = 0.95
    ) -> tuple[float, float, float]:
        """Mean, lower and upper limit of one figure.

        Raises
        ------
        KeyError
            If there is no such figure.
        """
        index = self.kpis_by_replication[0].index
        column = self.values[:, [index.position(kpi, dimension, key)]]
        found = t_intervals(column, confidence)
        return float(found.mean[0]), float(found.lower[0]), float(found.upper[0])
