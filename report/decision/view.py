"""`DecisionView`: all that a report shows of a decision, as one frozen value."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from network.kpi import BY_NAME
from report.decision.frontier import FrontierPoint
from report.decision.placements import PlacementTried
from report.view import Estimate, PromiseRow, RunView

PROMISE = "promise"
"""Name and dimension under which a `Change` tells of a promise; its key is the promise."""
_MORE_DIRECTIONS = {PROMISE: True}
"""Whether high is good, of figures that are not in the registry."""


class Verdict(StrEnum):
    """What a paired difference shows.

    ``lower`` and ``higher`` are for figures that are neither good nor bad. What needs
    attention comes first.
    """

    WORSE = "worse"
    LOWER = "lower"
    HIGHER = "higher"
    BETTER = "better"
    NO_EVIDENCE = "no evidence"


@dataclass(frozen=True, slots=True)
class Change:
    """A key figure before and after, played on the same requests.

    Parameters
    ----------
    kpi, dimension, key : str
        As in the registry of key figures; `PROMISE` twice and its id for a promise.
    unit : str
    before, after : float
        NaN where nothing was measured.
    difference, lower, upper : float
        After minus before over paired replications with its 95 % interval; the limits
        are NaN with a single replication.
    """

    kpi: str
    dimension: str
    key: str
    unit: str
    before: float
    after: float
    difference: float
    lower: float = math.nan
    upper: float = math.nan

    @property
    def verdict(self) -> Verdict:
        """In a word: only an interval on one side of zero is evidence.

        Examples
        --------
        >>> Change("cost", "total", "all", "currency/month", 9.0, 7.0, -2.0, -3.0, -1.0).verdict
        <Verdict.BETTER: 'better'>
        >>> Change("cost", "total", "all", "currency/month", 9.0, 7.0, -2.0, -5.0, 1.0).verdict
        <Verdict.NO_EVIDENCE: 'no evidence'>
        """
        if not (self.lower > 0 or self.upper < 0):
            return Verdict.NO_EVIDENCE
        known = BY_NAME.get(self.kpi)
        good = _MORE_DIRECTIONS.get(self.kpi) if known is None else known.higher_is_better
        if good is None:
            return Verdict.HIGHER if self.lower > 0 else Verdict.LOWER
        return Verdict.BETTER if good == (self.lower > 0) else Verdict.WORSE

    @property
    def estimate(self) -> Estimate:
        """The difference with its interval."""
        return Estimate(self.difference, self.lower, self.upper)


@dataclass(frozen=True, slots=True)
class RegionRow:
    """A tier in a region: sites, cover and response before and after.

    Parameters
    ----------
    region : str
    tier : str
        Its id.
    sites_before, sites_after : int
        Open sites.
    cover_km_before, cover_km_after : float
        Radius around the sites that customers lie in; NaN where nobody travels.
    response_before, response_after : float
        Expected response, minutes.
    difference : Change
        Of the response.
    """

    region: str
    tier: str
    sites_before: int
    sites_after: int
    cover_km_before: float
    cover_km_after: float
    response_before: float
    response_after: float
    difference: Change


class SiteAction(StrEnum):
    """What a plan does with a site."""

    OPENED = "opened"
    CLOSED = "closed"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class SiteChange:
    """What the plan does with a site.

    Parameters
    ----------
    site_id, name : str
    tier : str
        Its id.
    what : SiteAction or str
        opened, closed or kept.
    agents_before, agents_after : int
    opening_or_closing_cost : float
        Paid once.
    """

    site_id: str
    name: str
    tier: str
    what: str
    agents_before: int
    agents_after: int
    opening_or_closing_cost: float = 0.0

    @property
    def is_change(self) -> bool:
        """Whether the site is not simply as it was."""
        return self.what != SiteAction.KEPT or self.agents_before != self.agents_after


@dataclass(frozen=True, slots=True)
class Solution:
    """What is known of the optimum of the planning model; it says nothing of the truth.

    Parameters
    ----------
    formulation : str
    status : str
        optimal, feasible, infeasible or unknown.
    cost_per_month : float
        Of the plan as the model counts it; NaN without a plan.
    bound : float
        No plan of the model costs less.
    gap : float
        Relative distance of the two.
    seconds : float
    solver, version : str
    """

    formulation: str
    status: str
    cost_per_month: float
    bound: float
    gap: float
    seconds: float
    solver: str
    version: str


@dataclass(frozen=True, slots=True)
class PromiseProof:
    """A promise under the plan: foreseen, then simulated.

    Parameters
    ----------
    name, title : str
        Its id, and what people call it.
    predicted : float
        Share kept as the planning model foresaw it; NaN where it foresaw nothing.
    simulated, lower : float
        Share kept, with its one-sided lower limit.
    target : float
    worst_area : str
        Area with the least share; empty: unknown.
    worst : float
        Its share.
    floor : float or None
        Least share that the worst area may have.
    verdict : str
        met, missed or not shown.
    """

    name: str
    title: str
    predicted: float
    simulated: float
    lower: float
    target: float
    worst_area: str = ""
    worst: float = math.nan
    floor: float | None = None
    verdict: str = "not shown"

    @property
    def below_floor(self) -> bool:
        """Whether the worst area stays below the floor."""
        return self.floor is not None and self.worst < self.floor

    @staticmethod
    def of(row: PromiseRow, predicted: float = math.nan) -> PromiseProof:
        """The promise as a run kept it, beside what was foreseen."""
        return PromiseProof(
            row.name, row.title, predicted, row.estimate, row.lower, row.target,
            row.worst_area, row.worst, row.floor, row.verdict,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class GuardProof:
    """What no promise names, held against today's: the plan's figure may not exceed a limit.

    Parameters
    ----------
    title : str
    unit : str
        ``1`` (a share) or ``count``.
    allowed : float
        Today's figure with its margin.
    simulated, upper : float
        The plan's, with its one-sided upper limit.
    verdict : str
        kept or not shown.
    """

    title: str
    unit: str
    allowed: float
    simulated: float
    upper: float
    verdict: str


@dataclass(frozen=True, slots=True)
class Bounds:
    """What no plan costs less than, a month, in senses that are never merged.

    Parameters
    ----------
    necessary : float
        For every plan and policy; NaN: not computed.
    guarded : float
        For those that lose no more customers than the guards allow.
    sample : float
        For the requests that the plan was made with, under the stated policy.
    model : float
        For plans as the planning model counts them, placed tiers only.
    """

    necessary: float = math.nan
    guarded: float = math.nan
    sample: float = math.nan
    model: float = math.nan


@dataclass(frozen=True, slots=True)
class Certificate:
    """What was tested on requests that no part of the plan has seen.

    Parameters
    ----------
    held : bool
        Whether every promise was shown to hold.
    attempts : int
        Attempts made, each on requests of its own.
    attempt : int
        The one told of here.
    level : float
        Risk of a certificate although a promise fails.
    replications : int
    seeds : tuple of 3 str
        Blocks used to fit, to screen, and to prove.
    rows : tuple of PromiseProof
    statement : str
        What it says, in a sentence.
    guards : tuple of GuardProof
    """

    held: bool
    attempts: int
    attempt: int
    level: float
    replications: int
    seeds: tuple[str, str, str]
    rows: tuple[PromiseProof, ...] = ()
    statement: str = ""
    guards: tuple[GuardProof, ...] = ()


@dataclass(frozen=True, slots=True)
class DecisionView:
    """What a report needs to know about a decision.

    Parameters
    ----------
    before, after : RunView
        The same requests without and with the plan.
    changes : tuple of Change
        Paired differences; a report picks those it shows.
    regions : tuple of RegionRow
    sites : tuple of SiteChange
    solution : Solution or None
    promises : tuple of PromiseProof
    bounds : Bounds
    frontier : tuple of FrontierPoint
    certificate : Certificate or None
        None: the plan is not proved.
    placements : tuple of PlacementTried
        In the order in which they were staffed.
    notes : tuple of str
    """

    before: RunView
    after: RunView
    changes: tuple[Change, ...] = ()
    regions: tuple[RegionRow, ...] = ()
    sites: tuple[SiteChange, ...] = ()
    solution: Solution | None = None
    promises: tuple[PromiseProof, ...] = ()
    bounds: Bounds = Bounds()
    frontier: tuple[FrontierPoint, ...] = ()
    certificate: Certificate | None = None
    placements: tuple[PlacementTried, ...] = ()
    notes: tuple[str, ...] = ()

    def change(self, kpi: str, dimension: str = "total", key: str = "all") -> Change | None:
        """The paired difference of a figure, if it is known."""
        wanted = (kpi, dimension, key)
        found = (one for one in self.changes if (one.kpi, one.dimension, one.key) == wanted)
        return next(found, None)

    @property
    def proofs(self) -> tuple[PromiseProof, ...]:
        """The promises as the certificate tested them, or else as the plan's run kept them."""
        tested = self.certificate.rows if self.certificate is not None else ()
        return tested or self.promises

    def sites_that(self, what: SiteAction) -> tuple[SiteChange, ...]:
        """Sites of which the plan does this."""
        return tuple(site for site in self.sites if site.what == what)

    def tier_name(self, tier_id: str) -> str:
        """What people call a tier."""
        names = {tier.tier_id: tier.name for tier in self.after.network.tiers}
        return names.get(tier_id) or tier_id
