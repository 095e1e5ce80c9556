"""What the map shows of each zone: its colour, the weight of its demand, the classes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.places import TierKind
from report.view import RunView
from report.words import show_share, show_time

Floats = NDArray[np.float64]

_STEPS_MIN = (
    0.1,
    0.25,
    0.5,
    1,
    2,
    5,
    10,
    15,
    20,
    30,
    60,
    90,
    120,
    180,
    240,
    480,
    720,
    1440,
    2880,
    7200,
    14_400,
)
_STEPS_SHARE = (0.01, 0.02, 0.05, 0.1, 0.2)
_CLASSES = 6
_NEAREST = 80


ENOUGH = 100.0
"""Observations that a colour rests on at least; a zone with fewer borrows from its nearest."""


@dataclass(frozen=True, slots=True)
class Layer:
    """What colours the zones.

    Parameters
    ----------
    value : float array (Z,)
        Minutes, or a share; NaN: nothing to show.
    count : float array (Z,)
        Observations that the value rests on.
    demand : float array (Z,)
        Requests a day.
    place : str
        Which tiers it is about.
    what : str
        Title of the colour bar.
    is_time : bool
        Whether the values are minutes: then low is good, else high is good.
    """

    value: Floats
    count: Floats
    demand: Floats
    place: str
    what: str
    is_time: bool

    def show(self, value: float, digits: int = 0) -> str:
        """A value in words; digits are those of a share."""
        return show_time(value) if self.is_time else show_share(value, digits)

    def mean(self, among: NDArray[np.bool_]) -> float:
        """Mean over some zones, weighed by their observations; NaN if there is none."""
        known = among & np.isfinite(self.value) & (self.count > 0)
        if not known.any():
            return math.nan
        return float(np.average(self.value[known], weights=self.count[known]))

    def pooled(self, points: Floats) -> Floats:
        """Values for the map: zones with few observations borrow from the nearest others.

        Parameters
        ----------
        points : float array (Z, 2)
            Kilometres.
        """
        from scipy.spatial import cKDTree

        has = np.flatnonzero((self.count > 0) & np.isfinite(self.value))
        if not len(has):
            return self.value
        near = min(len(has), _NEAREST)
        order = has[cKDTree(points[has]).query(points, k=np.arange(1, near + 1))[1]]
        before = np.cumsum(self.count[order], axis=1) - self.count[order]
        share = np.clip(ENOUGH - before, 0.0, self.count[order])
        share[:, 0] = np.maximum(share[:, 0], 1e-9)
        found = (share * self.value[order]).sum(axis=1) / share.sum(axis=1)
        return np.where(self.count >= ENOUGH, self.value, found)

    def edges(self, shown: Floats) -> Floats:
        """Limits of the colour classes at round values; what lies beyond joins the last."""
        known = shown[np.isfinite(shown)]
        if not len(known):
            return np.array([0.0, 1.0])
        low, high = np.percentile(known, (1, 98))
        if self.is_time and high - low < 0.1 * high:
            low, high = 0.0, 1.6 * high
        elif self.is_time and low < 0.3 * high:
            low = 0.0
        steps = _STEPS_MIN if self.is_time else _STEPS_SHARE
        step = next((s for s in steps if (high - low) <= s * _CLASSES), steps[-1])
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        return step * np.arange(first, max(last, first + 2) + 1)


def choose_layer(view: RunView) -> Layer:
    """Response of the base points where it is known, else share in target, else response."""
    zones = view.network.zones
    offered = np.nan_to_num(view.column("offered", "zone", zones.zone_id)[:, 0])
    demand = offered / max(view.counted_days, 1e-9)
    known = view.zone_response
    if known is not None and known.answered.any():
        names = [t.name or t.tier_id for t in view.tiers if t.kind is TierKind.POINT]
        place = names[0] if len(names) == 1 else "Base points"
        value = np.full(len(zones), np.nan)
        np.divide(known.minutes, known.answered, out=value, where=known.answered > 0)
        return Layer(value, known.answered, demand, place, "Mean response", is_time=True)
    count = offered * view.replications
    share = view.column("sla", "zone", zones.zone_id)[:, 0]
    if np.isfinite(share).any():
        return Layer(share, count, demand, "All tiers", "Share in target", is_time=False)
    response = view.column("response_mean", "zone", zones.zone_id)[:, 0]
    return Layer(response, count, demand, "All tiers", "Mean response", is_time=True)


def slowest(view: RunView, layer: Layer) -> tuple[str, float, float] | None:
    """The region (or else area) that is served worst, its mean, and the mean of all."""
    zones = view.network.zones
    groups = zones.region if len(set(zones.region)) > 1 else zones.area
    names = sorted(set(groups))
    if len(names) < 2:
        return None
    labels = np.array(groups)
    means = np.array([layer.mean(labels == name) for name in names])
    if np.isnan(means).all():
        return None
    worst = int(np.nanargmax(means) if layer.is_time else np.nanargmin(means))
    return names[worst], float(means[worst]), layer.mean(np.ones(len(zones), dtype=np.bool_))
