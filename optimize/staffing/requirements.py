"""What a plan must keep, as rows that are tested: promises, floors of areas, guards."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import NDArray

from network.model import Network
from network.promise import Form, Promise
from optimize.staffing.guards import Guard
from sim.kpis.promises import Kept

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

FLAWLESS = 1.0 - 1e-9


@dataclass(frozen=True, slots=True)
class Requirement:
    """A row: the share of a promise, overall or in one area, and what it must reach.

    Parameters
    ----------
    promise : Promise
    number : int
        Of the promise in the network.
    area : str or None
        For the floor of a promise: one row for each area.
    area_number : int
        Of the area among the network's; -1 without.
    variant : str
        Circumstances under which it is asked; empty: as planned.
    """

    promise: Promise
    number: int
    area: str | None = None
    area_number: int = -1
    variant: str = ""

    @property
    def name(self) -> str:
        """As shown to people: ``point_4h``, ``point_4h in Lugo``, ``point_4h, demand 1.15``."""
        area = f" in {self.area}" if self.area else ""
        return self.promise.promise_id + area + (f", {self.variant}" if self.variant else "")

    @property
    def target(self) -> float:
        """The share of requests that must be met (of each month, if so promised)."""
        floor = self.promise.floor
        return floor if self.area is not None and floor is not None else self.promise.share

    @property
    def tier(self) -> str | None:
        """Where its time is spent; None: anywhere on the way."""
        return self.promise.tier

    @property
    def monthly(self) -> bool:
        """Whether single months are judged."""
        return self.area is None and self.promise.form is Form.EVERY_MONTH


Condition = Requirement | Guard
"""What is tested."""


def requirements_of(network: Network) -> tuple[Requirement, ...]:
    """All rows of a network's promises; a floor gives one for every area of its group."""
    areas = tuple(sorted(set(network.zones.area)))
    region_of = dict(zip(network.zones.area, network.zones.region, strict=True))
    rows = []
    for number, promise in enumerate(network.promises):
        rows.append(Requirement(promise, number))
        if promise.floor is not None:
            rows += [
                Requirement(promise, number, area, k)
                for k, area in enumerate(areas)
                if promise.area in (None, area) and promise.region in (None, region_of[area])
            ]
    return tuple(rows)


@dataclass(frozen=True, slots=True)
class Tally:
    """What is due and met, by replication and row.

    Parameters
    ----------
    met, due : float array (replications, rows)
        Months are replications' whole months added up; single ones stand in `share`.
    share : float array (months, rows)
        Share met of each single month; NaN where nothing was due or months do not count.
    inside : float array (replications, guards)
        How far inside each guard a run is.

    The rows of the other arrays are those of promises.
    """

    met: Floats
    due: Floats
    share: Floats
    inside: Floats = field(default_factory=lambda: np.zeros((1, 0)))

    def and_then(self, later: Tally) -> Tally:
        """With later replications."""
        return Tally(
            *(
                np.concatenate([getattr(self, name), getattr(later, name)])
                for name in ("met", "due", "share", "inside")
            )
        )


def tally(rows: Sequence[Requirement], kept: list[Kept], inside: Floats | None = None) -> Tally:
    """Collect the rows of all replications."""
    met, due = (np.zeros((len(kept), len(rows))) for _ in range(2))
    months = kept[0].month_met.shape[1] if kept else 0
    share = np.full((len(kept) * months, len(rows)), np.nan)
    for column, row in enumerate(rows):
        if row.area is not None:
            met[:, column] = [one.area_met[row.number, row.area_number] for one in kept]
            due[:, column] = [one.area_due[row.number, row.area_number] for one in kept]
            continue
        met[:, column] = [one.met[row.number] for one in kept]
        due[:, column] = [one.due[row.number] for one in kept]
        if row.monthly and months:
            month_met = np.concatenate([one.month_met[row.number] for one in kept])
            month_due = np.concatenate([one.month_due[row.number] for one in kept])
            share[:, column] = np.where(month_due > 0, month_met / np.maximum(month_due, 1), np.nan)
    return Tally(met, due, share) if inside is None else Tally(met, due, share, inside)


@dataclass(frozen=True, slots=True)
class Ambition:
    """How much better than its target a row must look for its proof to be likely.

    Parameters
    ----------
    replications : int
        Of the proof.
    level : float
        Of each test in the proof.
    power : float
        Chance that the proof succeeds if the plan is as good as it looks.
    """

    replications: int = 200
    level: float = 0.05
    power: float = 0.9

    @property
    def spread(self) -> float:
        """Standard errors of the proof between target and what the plan must show."""
        return _normal(1 - self.level) + _normal(self.power)


def slack(rows: Sequence[Condition], found: Tally, ambition: Ambition) -> Floats:
    """How far each row lies above what it must show (rows,); negative: short of it.

    A share must exceed its target by the spread of the proof's own standard error,
    R = ((z_level + z_power) sd / margin)^2 solved for the margin, and a guard be as far
    inside. For ``every_month`` the mean share of a month must exceed the target by so many
    standard deviations of a month that the exact binomial test of the proof is likely to
    succeed.
    """
    promised = [row for row in rows if isinstance(row, Requirement)]
    above = [_slack(row, found, column, ambition) for column, row in enumerate(promised)]
    inside = found.inside
    spread = inside.std(axis=0, ddof=1) if len(inside) > 1 else np.zeros(inside.shape[1])
    error = spread / math.sqrt(ambition.replications)
    return np.array([*above, *(inside.mean(axis=0) - ambition.spread * error)])


def _slack(row: Requirement, found: Tally, column: int, ambition: Ambition) -> float:
    if row.monthly:
        return _month_slack(row, found.share[:, column], ambition)
    met, due = found.met[:, column], found.due[:, column]
    if due.sum() <= 0:
        return math.inf
    share = met.sum() / due.sum()
    spread = (met - share * due).std(ddof=1) / due.mean() if len(due) > 1 else 0.0
    error = max(spread, 0.5 / due.sum()) / math.sqrt(ambition.replications)
    return float(share - row.target - ambition.spread * error)


def _month_slack(row: Requirement, share: Floats, ambition: Ambition) -> float:
    known = share[~np.isnan(share)]
    if len(known) < 2:
        return math.inf if not len(known) else float(known[0]) - row.target
    needed = months_needed(ambition.replications, row.promise.gamma, ambition.level)
    if needed is None:
        return -math.inf
    wanted = _share_for_power(ambition.replications, needed, ambition.power)
    return float(known.mean() - row.target - _normal(wanted) * known.std(ddof=1))


@cache
def months_needed(months: int, gamma: float, level: float) -> int | None:
    """Good months of so many that prove a chance of at least gamma (exact binomial).

    None: no number of good months would.

    Examples
    --------
    >>> [months_needed(n, 0.9, 0.05) for n in (28, 29, 46, 61, 103)]
    [None, 29, 45, 59, 98]
    """
    from scipy.stats import binom

    for failed in range(months, -1, -1):
        if binom.cdf(failed, months, 1 - gamma) <= level:
            return months - failed
    return None


@cache
def _share_for_power(months: int, needed: int, power: float) -> float:
    """The chance of a good month at which so many are reached with the power asked."""
    from scipy.optimize import brentq
    from scipy.stats import binom

    return float(brentq(lambda p: binom.sf(needed - 1, months, p) - power, 1e-9, 1 - 1e-12))


def _normal(share: float) -> float:
    from scipy.special import ndtri

    return float(ndtri(min(max(share, 1e-12), FLAWLESS)))
