"""What a planner may ask of multi-tier placement."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from network.errors import Problem, ScenarioError, did_you_mean
from network.model import Network

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Backup:
    """Demand that must have two open sites near.

    Parameters
    ----------
    tier : str
    within_min : float
        Base travel minutes that count as near.
    share : float
        Part of each region's demand at the tier that must have two. [beta]
    """

    tier: str
    within_min: float
    share: float


@dataclass(frozen=True, slots=True)
class WaitShare:
    """Simulated slack at a site, which takes the place of the queueing formula.

    Parameters
    ----------
    site, promise : str
    slack_min : float array (slacks,)
        Ascending minutes.
    share : float array (slacks,)
        Part of the requests with at least so much of the promised time left for travel.
    """

    site: str
    promise: str
    slack_min: Floats
    share: Floats


@dataclass(frozen=True)
class TierOptions:
    """What is asked of a plan, besides what the scenario says.

    Parameters
    ----------
    nearest : int
        Sites kept per zone and kind of work; sites that are open today are always kept.
    payback_months : float
        Opening and closing costs are spread over so many months.
    demand_days : int
        Demand is the mean over so many days from the start.
    max_utilisation : float
        Most of their duty, breaks not counted, that the holders of a skill work.
    intensities : tuple of float
        Work per agent as multiples of today's, among which each site chooses what its promises
        need; ``(1.0,)`` leaves it as today.
    promises : tuple of str or None
        Promises that are constraints. None: all on the response of tiers that are placed.
    shares : mapping of str to float
        Targets by promise instead of the scenario's; floors move along with theirs.
    miss_factor : mapping of str to float
        Multiplies the predicted share of missed requests by promise, from a simulation of
        today's network (`optimize.tiers.calibrate`).
    greenfield : bool
        Ignore what exists: every site in use is opened, nothing is closed.
    keep_weight : float
        Price a month of every site opened or closed, for plans that change little.
    price_per_miss : float or None
        Misses of a promise are allowed at this price each, instead of the constraint.
    budget : mapping of str to float
        Most money a month by region for sites, people and travel of the placed tiers.
    budget_shift : float
        Part of a region's budget that may go to other regions.
    budget_floor : mapping of str to float
        Least money a month by region.
    least_sites, most_sites : mapping of str to int
        Open sites by tier, in each part that is solved by itself.
    nested : tuple of (str, str)
        The first site may be open only with the second.
    backup : tuple of Backup
    load_factor : mapping of str to float
        Multiplies the work at a site: overflow, return, level. [kappa_j]
    wait_share : tuple of WaitShare
    visited : tuple of frozenset of str
        Placements (their open sites) that are not wanted again.
    whole_zones : bool
        Let the model, too, serve a zone from one site per tier. Plans always do; the model
        shares zones by default, which is quicker and makes its bound a little lower.
    passes : int
        The length of trips, on which waits depend, is today's in the first pass and that of
        the former plan in each later one.
    """

    nearest: int = 10
    payback_months: float = 36.0
    demand_days: int = 28
    max_utilisation: float = 0.95
    intensities: tuple[float, ...] = (1.0, 0.85, 0.7)
    promises: tuple[str, ...] | None = None
    shares: Mapping[str, float] = field(default_factory=dict)
    miss_factor: Mapping[str, float] = field(default_factory=dict)
    greenfield: bool = False
    keep_weight: float = 0.0
    price_per_miss: float | None = None
    budget: Mapping[str, float] = field(default_factory=dict)
    budget_shift: float = 0.0
    budget_floor: Mapping[str, float] = field(default_factory=dict)
    least_sites: Mapping[str, int] = field(default_factory=dict)
    most_sites: Mapping[str, int] = field(default_factory=dict)
    nested: tuple[tuple[str, str], ...] = ()
    backup: tuple[Backup, ...] = ()
    load_factor: Mapping[str, float] = field(default_factory=dict)
    wait_share: tuple[WaitShare, ...] = ()
    visited: tuple[frozenset[str], ...] = ()
    whole_zones: bool = False
    passes: int = 2


def check_options(network: Network, options: TierOptions) -> None:
    """Refuse options that mean nothing for a network.

    Raises
    ------
    ScenarioError
        With every problem that was found.
    """
    problems = [*_ranges(options), *_names(network, options)]
    if problems:
        raise ScenarioError("the options of the placement", problems)


def _ranges(options: TierOptions) -> list[Problem]:
    finite = math.isfinite
    rules: list[tuple[bool, str, object, str]] = [
        (options.nearest >= 1, "nearest", options.nearest, "an integer >= 1"),
        (
            finite(options.payback_months) and options.payback_months > 0,
            "payback_months", options.payback_months, "a number > 0",
        ),
        (1 <= options.demand_days <= 3660, "demand_days", options.demand_days, "1 to 3660"),
        (
            0 < options.max_utilisation <= 1,
            "max_utilisation", options.max_utilisation, "a share above 0, up to 1",
        ),
        (
            bool(options.intensities) and all(0 < one <= 3 for one in options.intensities),
            "intensities", options.intensities, "multiples of today's work, above 0, up to 3",
        ),
        (
            finite(options.keep_weight) and options.keep_weight >= 0,
            "keep_weight", options.keep_weight, "a number >= 0",
        ),
        (
            options.price_per_miss is None or options.price_per_miss >= 0,
            "price_per_miss", options.price_per_miss, "a number >= 0",
        ),
        (0 <= options.budget_shift <= 1, "budget_shift", options.budget_shift, "a share"),
        (1 <= options.passes <= 10, "passes", options.passes, "an integer from 1 to 10"),
    ]  # fmt: skip
    amounts: list[tuple[str, Mapping[str, float], float]] = [
        ("shares", options.shares, 1.0),
        ("miss_factor", options.miss_factor, math.inf),
        ("budget", options.budget, math.inf),
        ("budget_floor", options.budget_floor, math.inf),
        ("load_factor", options.load_factor, math.inf),
        ("least_sites", options.least_sites, math.inf),
        ("most_sites", options.most_sites, math.inf),
    ]
    for name, given, most in amounts:
        for key, value in given.items():
            good = 0 <= value <= most and not math.isnan(value)
            rules.append((good, f"{name}.{key}", value, f"a number from 0 to {most:g}"))
    rules += [
        (0 <= one.share <= 1, f"backup.{one.tier}, share", one.share, "a share")
        for one in options.backup
    ]
    return [
        Problem(name, f"got {got}; expected {expected}")
        for good, name, got, expected in rules
        if not good
    ]


def _names(network: Network, options: TierOptions) -> list[Problem]:
    """Ids that the options name and the network does not have."""
    promises = [promise.promise_id for promise in network.promises]
    sites = [site.site_id for site in network.sites]
    tiers = [tier.tier_id for tier in network.tiers]
    regions = sorted({*network.zones.region})
    asked = [
        ("promises", options.promises or (), promises, "promise"),
        ("shares", options.shares, promises, "promise"),
        ("miss_factor", options.miss_factor, promises, "promise"),
        ("budget", options.budget, regions, "region"),
        ("budget_floor", options.budget_floor, regions, "region"),
        ("least_sites", options.least_sites, tiers, "tier"),
        ("most_sites", options.most_sites, tiers, "tier"),
        ("backup", [one.tier for one in options.backup], tiers, "tier"),
        ("nested", [site for pair in options.nested for site in pair], sites, "site"),
        ("load_factor", options.load_factor, sites, "site"),
        ("visited", sorted(frozenset().union(*options.visited)), sites, "site"),
        ("wait_share", [one.site for one in options.wait_share], sites, "site"),
        ("wait_share", [one.promise for one in options.wait_share], promises, "promise"),
    ]
    return [
        Problem(where, f"there is no {kind} '{name}'.{did_you_mean(name, known)}")
        for where, names, known, kind in asked
        for name in names
        if name not in known
    ]
