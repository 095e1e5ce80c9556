"""`ComparisonView`: all that a report shows of a comparison, as one frozen value."""

from __future__ import annotations

import math
from dataclasses import dataclass

from network.kpi import BY_NAME
from report.decision.view import PROMISE, Change
from report.view import Estimate, RunView

SURE = ("better", "worse", "higher", "lower")
"""Verdicts that show a difference."""
TOTAL = "total"
"""In place of a component: all of the cost."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of an alternative against the base, judged together with all others.

    Parameters
    ----------
    change : Change
        With the interval of this figure by itself.
    lower, upper : float
        Limits that hold for all figures at once.
    p_value : float
        Corrected for all figures.
    verdict : str
        better, worse, higher, lower, equivalent, no evidence or the same.
    margin : float or None
        What does not matter, in the figure's unit.
    """

    change: Change
    lower: float
    upper: float
    p_value: float
    verdict: str
    margin: float | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """KPI, dimension and key."""
        return self.change.kpi, self.change.dimension, self.change.key

    @property
    def alone_only(self) -> bool:
        """Whether its own interval shows what does not stand when all are judged together."""
        own = self.change.lower > 0 or self.change.upper < 0
        return own and self.verdict == "no evidence"

    @property
    def relative(self) -> Estimate:
        """The difference as a part of the base's figure; of shares in points."""
        scale = 0.01 if self.change.unit == "1" else abs(self.change.before)
        if not scale > 0:
            return Estimate(math.nan)
        one = self.change
        return Estimate(one.difference / scale, one.lower / scale, one.upper / scale)


@dataclass(frozen=True, slots=True)
class InputLine:
    """A field of a noun in which the inputs differ.

    Parameters
    ----------
    noun, field : str
        ``added`` or ``removed`` as field: rows that only one has.
    changed, rows : int
        Rows that differ, of those that the base has.
    total : tuple of 2 float or None
        Over all rows, before and after.
    examples : tuple of (str, str, str)
        Row, before and after, the largest first.
    """

    noun: str
    field: str
    changed: int
    rows: int
    total: tuple[float, float] | None = None
    examples: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Levers:
    """What a planner would say that differs, as numbers.

    Parameters
    ----------
    demand : tuple of 2 float
        Factors on all rates.
    agents : tuple of 2 int
        At open sites.
    opened, closed : int
        Sites.
    policy : tuple of 2 str
        Dispatch.
    channels, promises, costs : bool
        Whether the channel mix, the promises, or rates and wages differ.
    others : tuple of str
        Further nouns.
    scenario : tuple of 2 str
    """

    demand: tuple[float, float] = (1.0, 1.0)
    agents: tuple[int, int] = (0, 0)
    opened: int = 0
    closed: int = 0
    policy: tuple[str, str] = ("", "")
    channels: bool = False
    promises: bool = False
    costs: bool = False
    others: tuple[str, ...] = ()
    scenario: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class RestoredPromise:
    """A promise in the base, in the alternative, and with more people.

    Parameters
    ----------
    name : str
        Its id.
    base, alternative, remedied : float
        Shares kept.
    """

    name: str
    base: float
    alternative: float
    remedied: float


@dataclass(frozen=True, slots=True)
class MorePeople:
    """More people at a tier of the alternative, that promises are kept as in the base.

    Parameters
    ----------
    tier, region : str
        Its id; an empty region: all.
    agents, extra : int
        There are, and more.
    promises : tuple of RestoredPromise
    restored : bool
        Whether that is enough; else it is the most that was tried.
    """

    tier: str
    region: str
    agents: int
    extra: int
    promises: tuple[RestoredPromise, ...]
    restored: bool


@dataclass(frozen=True, slots=True)
class RemedyView:
    """What would restore the promises of an alternative.

    Parameters
    ----------
    tiers : tuple of MorePeople
        All of them together.
    cost : Estimate
        Of all of them together, currency a month, beyond the alternative.
    untied : tuple of RestoredPromise
        Promises that became worse and are tied to no tier; nobody was sought for them.
    """

    tiers: tuple[MorePeople, ...]
    cost: Estimate
    untied: tuple[RestoredPromise, ...] = ()


@dataclass(frozen=True, slots=True)
class CostStep:
    """A component of the cost on the way from the base to an alternative.

    Parameters
    ----------
    component : str
        As in the registry, or `TOTAL`.
    before, after : float
        Currency a month.
    difference : Estimate
    """

    component: str
    before: float
    after: float
    difference: Estimate


@dataclass(frozen=True, slots=True)
class Alternative:
    """A run laid beside the base.

    Parameters
    ----------
    label : str
    run : RunView
    figures : tuple of Figure
    levers : Levers
    inputs : tuple of InputLine
    costs : tuple of CostStep
        The total comes last.
    remedy : RemedyView or None
        None: no promise became worse, or it was not asked for.
    """

    label: str
    run: RunView
    figures: tuple[Figure, ...]
    levers: Levers = Levers()
    inputs: tuple[InputLine, ...] = ()
    costs: tuple[CostStep, ...] = ()
    remedy: RemedyView | None = None

    def find(self, kpi: str, dimension: str = "total", key: str = "all") -> Figure | None:
        """A figure that was judged, if it was."""
        return next((one for one in self.figures if one.key == (kpi, dimension, key)), None)

    @property
    def promises(self) -> tuple[Figure, ...]:
        """The promises among the figures."""
        return tuple(one for one in self.figures if one.change.kpi == PROMISE)


@dataclass(frozen=True, slots=True)
class ComparisonView:
    """What a report needs to know about a comparison.

    Parameters
    ----------
    label : str
        Of the base.
    base : RunView
    alternatives : tuple of Alternative
    family : int
        Figures judged together.
    confidence : float
        Of each interval, and of all verdicts together.
    notes : tuple of str
        What was run anew, data changed under a baseline, and the like.
    """

    label: str
    base: RunView
    alternatives: tuple[Alternative, ...]
    family: int
    confidence: float = 0.95
    notes: tuple[str, ...] = ()

    @property
    def currency(self) -> str:
        """In which costs are told."""
        return self.base.network.settings.currency

    @property
    def alone(self) -> int:
        """Figures whose own interval shows what does not stand together with the others."""
        return sum(figure.alone_only for one in self.alternatives for figure in one.figures)

    def tier_name(self, tier_id: str) -> str:
        """What people call a tier."""
        names = {tier.tier_id: tier.name for tier in self.base.network.tiers}
        return names.get(tier_id) or tier_id

    def promise_name(self, promise_id: str) -> str:
        """What people call a promise."""
        runs = (self.base, *(one.run for one in self.alternatives))
        titles = {row.name: row.title for run in runs for row in run.promises}
        return titles.get(promise_id) or promise_id

    def title_of(self, figure: Figure) -> str:
        """What people call a figure."""
        kpi, dimension, key = figure.key
        if kpi == PROMISE:
            return self.promise_name(key)
        known = BY_NAME[kpi]
        money = {"currency/month": f", {self.currency} a month", "currency": f", {self.currency}"}
        name = known.title + money.get(known.unit, "")
        return name if dimension == "total" else f"{name}, {self.tier_name(key)}"
