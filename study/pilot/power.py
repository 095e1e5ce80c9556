"""How long, and at how many sites, a pilot must run to show the effect of a change.

Simulated weeks stand for real ones: a replication is one course of events, some weeks of
history and then the weeks of the pilot. At the treated sites the pilot's weeks are those of
the changed network (or are better by a given share), elsewhere those of the network as it is.
Each such pilot is analysed as a real one would be; how often it finds the effect is its power.
How often it finds one where there is none is counted, too: where that is more than the level
(weeks follow from each other), smaller p-values are called for.

A simulated change at one site is taken to leave the others alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from network.errors import Problem, ScenarioError
from sim.estimates import binomial_limits, t_quantile
from study.pilot.weeks import PilotWeeks

Floats = NDArray[np.float64]


class Analysis(StrEnum):
    """How a pilot is analysed: a t-test on differences in differences of log means.

    ``weeks``: a week is a case: treated minus other sites, pilot against history. For few
    sites; takes the weeks for independent. ``sites``: a site is a case: its pilot against its
    history, treated against others. Takes nothing for granted, but needs more sites.
    """

    WEEKS = "weeks"
    SITES = "sites"


@dataclass(frozen=True, slots=True)
class PilotPower:
    """How often a pilot shows the effect.

    Parameters
    ----------
    weeks, sites : int
        Length, and treated sites.
    power, lower, upper : float
        Share of simulated pilots that show it, with its 95 % limits over replications.
    below : float
        P-values below it count: the level, or less where pilots without a change would show
        one more often than that.
    """

    weeks: int
    sites: int
    power: float
    lower: float
    upper: float
    below: float


def pilot_power(
    found: PilotWeeks,
    *,
    weeks: int,
    sites: int,
    level: float = 0.05,
    analysis: Analysis = Analysis.WEEKS,
    draws: int = 20,
    seed: int = 0,
) -> PilotPower:
    """Share of simulated pilots of a design that show the effect.

    Parameters
    ----------
    found : PilotWeeks
    weeks, sites : int
        Of the pilot: at most the weeks simulated; at least one site less than there are.
    level : float
        Of the two-sided test: the most false alarms.
    analysis : Analysis
    draws : int
        Choices of treated sites by replication.
    seed : int
        Of these choices.

    Raises
    ------
    ScenarioError
        If the design does not fit.

    References
    ----------
    Donner and Klar (2000), Design and Analysis of Cluster Randomization Trials in Health
    Research, ch. 5; Bertrand, Duflo and Mullainathan (2004), How much should we trust
    differences-in-differences estimates?, Quarterly Journal of Economics 119: why the level
    is measured here, and not taken for granted.
    """
    count = len(found.sites)
    if not (1 <= weeks <= found.without.shape[1] and 1 <= sites < count):
        message = f"got {weeks} weeks at {sites} sites; expected at most {found.without.shape[1]} "
        message += f"weeks and, with one to compare with, 1 to {count - 1} sites"
        raise ScenarioError("the pilot", [Problem("design", message)])
    generator = np.random.default_rng(seed)
    test = _by_weeks if analysis is Analysis.WEEKS else _by_sites
    shape = (len(found.history), draws)
    with_change, alike = np.ones(shape), np.ones(shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        history = np.log(found.history)
        without, changed = (np.log(one[:, :weeks]) for one in (found.without, found.changed))
    for r, draw in np.ndindex(shape):
        treated = np.zeros(count, dtype=np.bool_)
        treated[generator.permutation(count)[:sites]] = True
        pilot = np.where(treated, changed[r], without[r])
        with_change[r, draw] = test(history[r], pilot, treated)
        alike[r, draw] = test(history[r], without[r], treated)
    below = min(level, float(np.quantile(alike, level, method="lower")))
    power, lower, upper = _limits((with_change < below).mean(axis=1))
    return PilotPower(weeks, sites, power, lower, upper, below)


def _limits(shares: Floats) -> tuple[float, float, float]:
    """Mean over replications with its 95 % limits, within 0 to 1."""
    n, mean = len(shares), float(shares.mean())
    error = float(shares.std(ddof=1)) / math.sqrt(n)
    if error == 0:  # all or none: as many successes of as many tries
        return mean, *binomial_limits(round(mean * n), n, 0.975)
    half = t_quantile(0.975, n - 1) * error
    return mean, max(0.0, mean - half), min(1.0, mean + half)


def _by_weeks(history: Floats, pilot: Floats, treated: NDArray[np.bool_]) -> float:
    """P-value over weeks of treated minus others (few sites, each its own control)."""
    before, during = (
        _row_means(one[:, treated]) - _row_means(one[:, ~treated]) for one in (history, pilot)
    )
    return _two_sample(before, during)


def _by_sites(history: Floats, pilot: Floats, treated: NDArray[np.bool_]) -> float:
    """P-value over sites of pilot minus history."""
    apart = _row_means(pilot.T) - _row_means(history.T)
    return _two_sample(apart[~treated], apart[treated])


def _row_means(values: Floats) -> Floats:
    known = np.isfinite(values)
    count = known.sum(axis=1)
    with np.errstate(invalid="ignore"):
        means: Floats = np.where(known, values, 0.0).sum(axis=1) / count
    return means


def _two_sample(first: Floats, second: Floats) -> float:
    """Two-sided p-value of a t-test with one variance; 1 where it cannot be made."""
    from scipy.special import stdtr

    a, b = first[np.isfinite(first)], second[np.isfinite(second)]
    degrees = len(a) + len(b) - 2
    if len(a) < 1 or len(b) < 1 or degrees < 1:
        return 1.0
    squares = float(((a - a.mean()) ** 2).sum() + ((b - b.mean()) ** 2).sum())
    error = math.sqrt(squares / degrees * (1 / len(a) + 1 / len(b)))
    apart = abs(float(b.mean() - a.mean()))
    if error == 0:
        return 0.0 if apart > 0 else 1.0
    return 2 * float(stdtr(degrees, -apart / error))


def shortest(designs: Sequence[PilotPower], power: float) -> PilotPower | None:
    """The shortest pilot, of these the one of fewest sites, that surely has the power.

    Examples
    --------
    >>> designs = [PilotPower(4, 3, 0.9, 0.85, 0.94, 0.05), PilotPower(4, 2, 0.86, 0.81, 0.9, 0.05),
    ...            PilotPower(2, 3, 0.82, 0.76, 0.87, 0.05)]
    >>> found = shortest(designs, 0.8)
    >>> found.weeks, found.sites
    (4, 2)
    """
    enough = [one for one in designs if one.lower >= power]
    return min(enough, key=lambda one: (one.weeks, one.sites), default=None)
