"""Simulated weeks of a network as it is and as changed: what pilots are drawn from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.errors import Problem, ScenarioError
from network.model import Network
from network.quantity import MINUTES_PER_WEEK
from network.tables import Outcomes, RequestStatus
from sim.estimates import t_intervals
from sim.layout import Layout
from sim.sample import Sample

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class PilotWeeks:
    """Simulated weekly means, of the network as it is and as changed, on the same requests.

    Parameters
    ----------
    sites : tuple of str
    history : float array (replications, weeks before, sites)
        Mean response, minutes; NaN: nobody was answered.
    without, changed : float array (replications, weeks, sites)
    """

    sites: tuple[str, ...]
    history: Floats
    without: Floats
    changed: Floats

    @property
    def effect(self) -> tuple[float, float, float]:
        """Mean difference changed minus without, minutes, with its 95 % limits."""
        apart = np.nanmean(self.changed - self.without, axis=(1, 2))
        found = t_intervals(apart[:, None])
        return float(found.mean[0]), float(found.lower[0]), float(found.upper[0])

    @property
    def share(self) -> float:
        """The effect as a share of the mean response."""
        return self.effect[0] / float(np.nanmean(self.without))


def weekly_means(
    network: Network, tier: str, *, by: str = "site", start: float, weeks: int
) -> tuple[tuple[str, ...], Callable[[Layout, Sample, Outcomes], Floats]]:
    """The units of a pilot, and a function from outcomes to their weekly means.

    Parameters
    ----------
    network : Network
    tier : str
        Whose visits are watched.
    by : str
        ``site`` or ``area`` (of the customer's zone).
    start : float
        End of the warm-up, minutes.
    weeks : int

    Returns
    -------
    units : tuple of str
    means : callable
        To a float array (weeks, units): mean minutes from entering the tier (or the booked
        time) until service begins, of the first visits at the tier that began to wait in the
        week and were answered.

    Raises
    ------
    ScenarioError
        If there is no such tier, or fewer than three units.
    """
    tiers = [one.tier_id for one in network.tiers]
    problems = []
    if tier not in tiers:
        problems.append(Problem("tier", f"got '{tier}'; expected one of {', '.join(tiers)}"))
    if by not in ("site", "area"):
        problems.append(Problem("by", f"got '{by}'; expected site or area"))
    if problems:
        raise ScenarioError("the pilot", problems)
    areas = sorted({*network.zones.area})
    sites = [s.site_id for s in network.sites if s.tier == tier and s.status.is_open]
    units = sites if by == "site" else areas
    if len(units) < 3:
        message = (
            f"got {len(units)} ({', '.join(units) or 'none'}); expected 3 or more, some of them "
            "to be treated and some to be compared with. A plan may open sites, or treat areas"
        )
        raise ScenarioError("the pilot", [Problem(f"{by}s of tier {tier}", message)])
    place = {name: number for number, name in enumerate(units)}
    unit_of_site = np.array([place.get(site.site_id, -1) for site in network.sites])
    unit_of_zone = np.array([areas.index(area) for area in network.zones.area])
    at_tier = np.array([stage.tier == tier for stage in network.stages])

    def means(layout: Layout, tables: Sample, outcomes: Outcomes) -> Floats:
        requests, visits = tables
        found = outcomes.visits
        rows = np.flatnonzero(at_tier[visits["stage"]] & ~np.isnan(found["entered"]))
        # the first visit of each request at the tier
        rows = rows[np.lexsort((found["entered"][rows], visits["request"][rows]))]
        rows = rows[np.unique(visits["request"][rows], return_index=True)[1]]
        of = visits["request"][rows]
        booked = np.where(visits["depth"][rows] == 0, requests["appointment"][of], np.nan)
        began = np.fmax(found["entered"][rows], booked)
        week = np.floor((began - start) / MINUTES_PER_WEEK)
        counts = ~np.isnan(found["response"][rows]) & (week >= 0) & (week < weeks)
        counts &= outcomes.requests["status"][of] != RequestStatus.NO_SHOW
        rows, began, week = rows[counts], began[counts], week[counts]
        zone = requests["zone"][visits["request"][rows]]
        unit = unit_of_site[found["site"][rows]] if by == "site" else unit_of_zone[zone]
        cell = week.astype(np.int64) * len(units) + unit
        took = np.maximum(0.0, found["response"][rows] - began)
        count = np.bincount(cell, minlength=weeks * len(units))
        total = np.bincount(cell, took, weeks * len(units))
        with np.errstate(invalid="ignore"):
            return (total / count).reshape(weeks, len(units))

    return tuple(units), means


def watch_weeks(
    network: Network,
    *,
    tier: str,
    weeks: int,
    history: int,
    effect: float | None = None,
    changed: Network | None = None,
    by: str = "site",
    seed: int = 1,
    replications: int = 60,
    warm_up: float = MINUTES_PER_WEEK,
    workers: int | None = None,
    allow_overload: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> PilotWeeks:
    """Simulate the weeks that pilots are drawn from.

    Parameters
    ----------
    network : Network
        As it is.
    tier, by : str
    weeks, history : int
        Longest pilot, and weeks before it.
    effect : float, optional
        Share by which the response changes where treated (-0.1: a tenth shorter), or:
    changed : Network, optional
        The network with the change everywhere, played on the same requests.
    seed, replications : int
    warm_up : float
        Minutes.
    workers : int, optional
    allow_overload : bool
    progress : callable, optional

    Raises
    ------
    ScenarioError
        If not exactly one of effect and changed is given, or something is out of range.
    """
    from sim.api import simulate

    _check(effect, changed, weeks, history, replications)
    units, means = weekly_means(network, tier, by=by, start=warm_up, weeks=history + weeks)

    def play(one: Network) -> Floats:
        found: list[Floats] = []

        def keep(number: int, layout: Layout, tables: Sample, outcomes: Outcomes) -> None:
            found.append(means(layout, tables, outcomes))

        simulate(
            one,
            replications=replications,
            seed=seed,
            horizon=warm_up + (history + weeks) * MINUTES_PER_WEEK,
            warm_up=warm_up,
            workers=workers,
            allow_overload=allow_overload,
            progress=progress,
            sink=keep,
        )
        return np.array(found)

    others = units
    if changed is not None:
        others, _ = weekly_means(changed, tier, by=by, start=warm_up, weeks=weeks)
    if others != units:
        message = f"got {', '.join(others)}; expected those of today, {', '.join(units)}"
        raise ScenarioError("the pilot", [Problem("sites of the changed network", message)])
    played = play(network)
    before, without = played[:, :history], played[:, history:]
    if changed is not None:
        return PilotWeeks(units, before, without, play(changed)[:, history:])
    return PilotWeeks(units, before, without, without * (1 + (effect or 0.0)))


def _check(
    effect: float | None, changed: Network | None, weeks: int, history: int, replications: int
) -> None:
    rules = (
        ((effect is None) != (changed is None), "effect", "none or two", "an effect or a change"),
        (effect is None or (effect > -1 and effect != 0), "effect", effect, "a share such as -10%"),
        (weeks >= 1, "weeks", weeks, "an integer >= 1"),
        (history >= 2, "history", history, "an integer >= 2"),
        (replications >= 10, "replications", replications, "an integer >= 10"),
    )
    problems = [
        Problem(name, f"got {got}; expected {expected}")
        for good, name, got, expected in rules
        if not good
    ]
    if problems:
        raise ScenarioError("the pilot", problems)
