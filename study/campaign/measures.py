"""What a study reads off its runs: key figures and kept promises, by one name each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.errors import did_you_mean
from network.kpi import BY_NAME
from network.model import Network
from network.promise import Form
from sim.estimates import estimate_promises, t_intervals
from sim.result import Result

Floats = NDArray[np.float64]
PROMISE = "promise"


@dataclass(frozen=True, slots=True)
class Measure:
    """A key figure of a group, or the share in which a promise is kept.

    Parameters
    ----------
    kpi : str
        A name of the registry, or ``promise``.
    dimension, key : str
        The group; of a promise its id is the key.
    """

    kpi: str
    dimension: str = "total"
    key: str = "all"

    @property
    def name(self) -> str:
        """As written in a study file."""
        if self.kpi == PROMISE:
            return f"{PROMISE}/{self.key}"
        return self.kpi if self.dimension == "total" else f"{self.kpi}/{self.dimension}/{self.key}"

    @property
    def unit(self) -> str:
        """As in the registry of key figures; a kept promise is a share."""
        return "1" if self.kpi == PROMISE else BY_NAME[self.kpi].unit

    @property
    def higher_is_better(self) -> bool | None:
        """Which way is better; None: neither."""
        return True if self.kpi == PROMISE else BY_NAME[self.kpi].higher_is_better

    def title(self, network: Network) -> str:
        """As people call it."""
        if self.kpi == PROMISE:
            named = {one.promise_id: one.name or one.promise_id for one in network.promises}
            return f"Kept: {named.get(self.key, self.key)}"
        title = BY_NAME[self.kpi].title
        if self.dimension == "total":
            return title
        tiers = {one.tier_id: one.name for one in network.tiers if self.dimension == "tier"}
        return f"{title}, {tiers.get(self.key) or self.key}"


def parse_measure(name: str) -> Measure:
    """A measure from ``cost``, ``sla/tier/point`` or ``promise/on_site``.

    Raises
    ------
    ValueError
        If there is no such figure, or it is not reported by that dimension.

    Examples
    --------
    >>> parse_measure("sla/tier/point")
    Measure(kpi='sla', dimension='tier', key='point')
    >>> parse_measure("promise/on_site").unit
    '1'
    """
    kpi, _, rest = name.partition("/")
    if kpi == PROMISE:
        if not rest:
            raise ValueError("expected promise/ with the id of a promise")
        return Measure(PROMISE, PROMISE, rest)
    if kpi not in BY_NAME:
        hint = did_you_mean(kpi, [*BY_NAME, PROMISE])
        raise ValueError(f"expected a key figure as kpi or kpi/dimension/key.{hint}")
    dimension, _, key = rest.partition("/") if rest else ("total", "", "all")
    known = BY_NAME[kpi].dimensions
    if dimension not in known:
        hint = did_you_mean(dimension, known)
        raise ValueError(f"'{kpi}' is reported by {', '.join(known)}.{hint}")
    return Measure(kpi, dimension, key or "all")


def measure_problem(measure: Measure, network: Network) -> str | None:
    """Why a network has no such promise; groups of figures are checked where it is loaded."""
    known = [one.promise_id for one in network.promises]
    if measure.kpi != PROMISE or measure.key in known:
        return None
    hint = did_you_mean(measure.key, known)
    there = ", ".join(known) or "none"
    return f"there is no promise '{measure.key}'; expected one of {there}.{hint}"


def by_replication(measure: Measure, result: Result) -> Floats:
    """The measure in every replication (replications,); NaN: nothing to measure."""
    if measure.kpi != PROMISE:
        index = result.kpis_by_replication[0].index
        place = index.position(measure.kpi, measure.dimension, measure.key)
        return np.array([kpis.values[place] for kpis in result.kpis_by_replication])
    met, due = kept_by_replication(result, measure.key)
    return np.where(due > 0, met / np.maximum(due, 1.0), np.nan)


def kept_by_replication(result: Result, promise_id: str) -> tuple[Floats, Floats]:
    """Met and due by replication: requests, or whole months that reached their target."""
    promises = result.network.promises
    number = [one.promise_id for one in promises].index(promise_id)
    kept = [one.kept for one in result.kpis_by_replication]
    if promises[number].form is Form.EVERY_MONTH:
        due = np.array([one.month_due[number] for one in kept])
        good = np.array([one.month_met[number] for one in kept]) >= promises[number].share * due
        return ((due > 0) & good).sum(axis=1).astype(float), (due > 0).sum(axis=1).astype(float)
    return np.array([one.met[number] for one in kept]), np.array([one.due[number] for one in kept])


def estimate(measure: Measure, result: Result) -> tuple[float, float, float]:
    """Mean with its two-sided 95 % limits over replications; a promise as a ratio of sums."""
    if measure.kpi != PROMISE:
        found = t_intervals(by_replication(measure, result)[:, None])
        return float(found.mean[0]), float(found.lower[0]), float(found.upper[0])
    for one in estimate_promises(result.network, result.kpis_by_replication, confidence=0.975):
        if one.promise.promise_id == measure.key:
            return one.estimate, one.lower, one.upper
    raise KeyError(f"there is no promise {measure.key}")
