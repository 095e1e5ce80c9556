"""Simulate a network from Python: ``load -> simulate -> result.kpis``.

::

    from network.load import load_scenario
    from sim.api import simulate

    result = simulate(load_scenario("regionB"), replications=5, seed=1)
    result.estimates.query("kpi == 'response_p90' and dimension == 'tier'")
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from network.errors import Problem, ScenarioError
from network.kpi import BY_NAME
from network.model import Network
from network.quantity import parse_duration
from network.tables import Outcomes
from sim.checks import check_identities
from sim.digest import outcomes_digest, run_digest
from sim.engines import Engine, choose_engine
from sim.engines.simpy_engine import Extension
from sim.estimates import Intervals, PromiseEstimate, estimate_promises, t_intervals
from sim.kpis import Kpis, Window, summarise
from sim.layout import Layout, lay_out
from sim.policies import find_policy
from sim.sample import Sample, sample
from sim.traffic import look, refuse_overload, warnings

if TYPE_CHECKING:
    import pandas as pd

Progress = Callable[[int, int], None]
"""Called with replications done and wanted."""
Sink = Callable[[int, Layout, Sample, Outcomes], None]
"""Called with the number, layout, tables and outcomes of each replication as it ends."""


@dataclass(frozen=True, slots=True)
class Replication:
    """One replication: what went in, what came out."""

    sample: Sample
    outcomes: Outcomes


@dataclass(frozen=True)
class Result:
    """What a simulation found.

    Parameters
    ----------
    network : Network
    window : Window
        Counted part of every replication.
    seed : int
    engine : str
        The engine that ran.
    kpis_by_replication : list of Kpis
    promises : list of PromiseEstimate
    digests : list of str
        Of the outcomes of every replication.
    requests : int
        Arrived in all replications, warm-up included.
    wall_seconds : float
    warnings : tuple of str
    replications : list of Replication
        Empty unless outcomes are kept.
    """

    network: Network
    window: Window
    seed: int
    engine: str
    kpis_by_replication: list[Kpis]
    promises: list[PromiseEstimate]
    digests: list[str]
    requests: int
    wall_seconds: float
    warnings: tuple[str, ...]
    replications: list[Replication] = field(default_factory=list)

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
        start = 0
        for name, dim, keys in self.kpis_by_replication[0].index.blocks:
            if name == kpi and dim == dimension and key in keys:
                column = self.values[:, [start + keys.index(key)]]
                found = t_intervals(column, confidence)
                return float(found.mean[0]), float(found.lower[0]), float(found.upper[0])
            start += len(keys)
        raise KeyError(f"no figure {kpi} by {dimension} of {key}")


def simulate(
    network: Network,
    *,
    replications: int = 5,
    seed: int = 1,
    horizon: float | str = "28d",
    warm_up: float | str = "0d",
    drain: float | str = "0d",
    engine: Engine | str = Engine.AUTO,
    keep_outcomes: bool = False,
    allow_overload: bool = False,
    extensions: Sequence[Extension] = (),
    progress: Progress | None = None,
    sink: Sink | None = None,
) -> Result:
    """Run independent replications of a network and estimate its key figures.

    Parameters
    ----------
    network : Network
    replications : int
    seed : int
        >= 0. The same seed gives the same outcomes, in any process.
    horizon, warm_up, drain : float or str
        Minutes, or text with a unit. Requests that arrive in [warm_up, horizon) count;
        with a drain, what is open at the horizon may go on so much longer.
    engine : Engine or str
    keep_outcomes : bool
        Keep all tables in the result (about 0.6 KB per request).
    allow_overload : bool
        Run although queues would grow without end.
    extensions : sequence of callables
        Add SimPy processes of your own (SimPy engine only).
    progress, sink : callable, optional
        `Progress`; `Sink`, to write outcomes away instead of keeping them.

    Raises
    ------
    ScenarioError
        If a parameter is out of range.
    OverloadError
        If the work offered can never be done.
    """
    end, start, extra = _minutes(horizon=horizon, warm_up=warm_up, drain=drain)
    _check(replications, seed, start, end, extra)
    began = time.perf_counter()
    layout = lay_out(network, end + extra)
    window = Window(start, end, end + extra)
    traffic = look(network, layout)
    if not allow_overload:
        refuse_overload(traffic)
    chosen = choose_engine(Engine(engine), traffic, layout, replications, bool(extensions))
    policy = find_policy(network.dispatch.policy)
    figures: list[Kpis] = []
    digests: list[str] = []
    kept: list[Replication] = []
    requests = 0
    for replication in range(replications):
        tables = sample(network, seed, replication, end)
        outcomes = chosen.run(layout, *tables, policy, last_arrival=end, extensions=extensions)
        check_identities(layout, tables, outcomes)
        figures.append(summarise(network, layout, tables, outcomes, window))
        digests.append(outcomes_digest(outcomes))
        requests += int((~np.isnan(outcomes.requests["arrival"])).sum())
        if keep_outcomes:
            kept.append(Replication(tables, outcomes))
        if sink is not None:
            sink(replication, layout, tables, outcomes)
        if progress is not None:
            progress(replication + 1, replications)
    return Result(
        network=network,
        window=window,
        seed=seed,
        engine=chosen.name,
        kpis_by_replication=figures,
        promises=estimate_promises(network, figures),
        digests=digests,
        requests=requests,
        wall_seconds=time.perf_counter() - began,
        warnings=(*network.warnings, *warnings(traffic, network, layout, window.minutes)),
        replications=kept,
    )


def _minutes(**durations: float | str) -> list[float]:
    """Durations in minutes, all problems collected."""
    minutes, problems = [], []
    for name, value in durations.items():
        try:
            minutes.append(parse_duration(value))
        except ValueError as error:
            problems.append(Problem(name, f"got {value!r}; {error}"))
    if problems:
        raise ScenarioError("the configuration", problems)
    return minutes


def _check(replications: int, seed: int, start: float, end: float, drain: float) -> None:
    rules = (
        (replications >= 1, "replications", replications, "an integer >= 1"),
        (seed >= 0, "seed", seed, "an integer >= 0"),
        (end > 0, "horizon", f"{end:g} min", "a duration > 0"),
        (0 <= start < end, "warm_up", f"{start:g} min", f"a duration from 0 to below {end:g} min"),
        (drain >= 0, "drain", f"{drain:g} min", "a duration >= 0"),
    )
    problems = [
        Problem(name, f"got {got}; expected {expected}")
        for good, name, got, expected in rules
        if not good
    ]
    if problems:
        raise ScenarioError("the configuration", problems)
