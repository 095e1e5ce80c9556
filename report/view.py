"""`RunView`: all that a report shows of a run, as one frozen value."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from network.model import Network
from network.places import Tier, TierKind
from network.quantity import MINUTES_PER_DAY

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over replications with its interval.

    Parameters
    ----------
    mean, lower, upper : float
        NaN where nothing was measured; limits are NaN with a single replication.
    """

    mean: float
    lower: float = math.nan
    upper: float = math.nan

    @property
    def half_width(self) -> float:
        """Half the length of the interval; NaN without one."""
        return (self.upper - self.lower) / 2

    @property
    def known(self) -> bool:
        """Whether there was something to measure."""
        return math.isfinite(self.mean)


@dataclass(frozen=True, slots=True)
class PromiseRow:
    """How a promise fared.

    Parameters
    ----------
    name : str
        Id of the promise.
    title : str
        As shown to people; empty: the id.
    target : float
        What the estimate must reach, a share.
    estimate, lower, upper : float
        Share kept with one-sided 95 % limits; NaN where nothing was due.
    met, missed : bool
        Whether it is shown to be met, and shown to be missed.
    worst_area : str
        Area with the least share; empty: unknown.
    worst : float
        Its share.
    floor : float or None
        Least share that the worst area may have.
    unit : str
        What is counted: requests or months.
    due : float
        How many of them.
    """

    name: str
    title: str
    target: float
    estimate: float
    lower: float
    upper: float
    met: bool
    missed: bool
    worst_area: str = ""
    worst: float = math.nan
    floor: float | None = None
    unit: str = "requests"
    due: float = math.nan

    @property
    def below_floor(self) -> bool:
        """Whether the worst area stays below the floor."""
        return self.floor is not None and self.worst < self.floor

    @property
    def verdict(self) -> str:
        """In a word: met, missed or not shown.

        Examples
        --------
        >>> PromiseRow("a", "", 0.8, 0.82, 0.78, 0.86, met=False, missed=False).verdict
        'not shown'
        """
        if self.met:
            return "met"
        return "missed" if self.missed or self.below_floor else "not shown"


@dataclass(frozen=True, slots=True)
class ZoneResponse:
    """How fast the base points answered each zone, all replications together.

    Parameters
    ----------
    answered : float array (Z,)
        First visits at a tier of kind point that were answered.
    minutes : float array (Z,)
        Their response times added up.
    """

    answered: Floats
    minutes: Floats


@dataclass(frozen=True)
class RunView:
    """What a report needs to know about a run.

    Parameters
    ----------
    network : Network
    estimates : pandas.DataFrame
        Columns kpi, dimension, key, unit, mean, lower, upper, n.
    promises : tuple of PromiseRow
    histogram : int array (tiers, bins)
        First answered visits by tier (in the order of the network) and response time,
        all replications together.
    histogram_edges : float array (bins + 1,)
        Minutes; the last may be infinite.
    backlog : float array (replications, hours)
        Requests arrived and not closed at each full hour, warm-up included.
    seed : int
    engine : str
    replications : int
    requests : int
        Arrived in all replications, warm-up included.
    horizon_min, warm_up_min : float
        What arrives in [warm-up, horizon) is counted.
    wall_seconds : float
    warnings : tuple of str
    zone_response : ZoneResponse or None
        None: the map shows the share within target instead.
    settles_min : float
        Minutes until the backlog has forgotten the empty start; not finite: unknown.
    """

    network: Network
    estimates: pd.DataFrame
    promises: tuple[PromiseRow, ...]
    histogram: NDArray[np.int64]
    histogram_edges: Floats
    backlog: Floats
    seed: int
    engine: str
    replications: int
    requests: int
    horizon_min: float
    warm_up_min: float
    wall_seconds: float
    warnings: tuple[str, ...] = ()
    zone_response: ZoneResponse | None = None
    settles_min: float = math.nan

    @property
    def title(self) -> str:
        """What the scenario is called."""
        return self.network.settings.title or self.network.name

    @property
    def tiers(self) -> tuple[Tier, ...]:
        """Tiers in the order of their kinds: point, regional, remote, experience."""
        order = list(TierKind)
        return tuple(sorted(self.network.tiers, key=lambda tier: order.index(tier.kind)))

    @property
    def counted_days(self) -> float:
        """Length of the counted part."""
        return (self.horizon_min - self.warm_up_min) / MINUTES_PER_DAY

    @cached_property
    def _rows(self) -> dict[tuple[str, str], NDArray[np.intp]]:
        """Rows of the estimates by KPI and dimension."""
        if self.estimates.empty:
            return {}
        groups = self.estimates.groupby(["kpi", "dimension"], observed=True, sort=False)
        found: dict[Any, Any] = dict(groups.indices)
        return {(str(key[0]), str(key[1])): np.asarray(rows) for key, rows in found.items()}

    @cached_property
    def _limits(self) -> Floats:
        return self.estimates[["mean", "lower", "upper"]].to_numpy(dtype=np.float64)

    def column(self, kpi: str, dimension: str, keys: Sequence[str]) -> Floats:
        """Mean, lower and upper limit (keys, 3) of a figure for some keys; NaN if absent."""
        rows = self._rows.get((kpi, dimension), np.zeros(0, dtype=np.intp))
        place = dict(zip(self.estimates["key"].iloc[rows].astype(str), rows, strict=True))
        found = np.full((len(keys), 3), np.nan)
        for number, key in enumerate(keys):
            if key in place:
                found[number] = self._limits[place[key]]
        return found

    def find(self, kpi: str, dimension: str = "total", key: str = "all") -> Estimate:
        """One figure; NaN if it is absent."""
        mean, lower, upper = self.column(kpi, dimension, (key,))[0]
        return Estimate(float(mean), float(lower), float(upper))
