"""Streams: how much of which work every zone asks of every tier, from the routes.

Visit counts follow from the traffic equations, escalation and return included. A stream is
the work of a tier that is done in one mode and needs one skill; its visits come from the
stages of several classes, which promises tell apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from network.demand import Arrivals, RequestClass
from network.load.checks_routes import transitions
from network.model import Network
from network.quantity import MINUTES_PER_HOUR, MINUTES_PER_MONTH
from network.queueing.networks import traffic
from network.route import Mode, SiteChoice, Stage
from sim.sample.arrivals import hourly_rates, requests_per_hour, week_profile, zone_weights
from sim.traffic import usual_level

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NO_PARENT = -1


@dataclass(frozen=True, slots=True)
class Stream:
    """Work of one tier, mode and skill.

    Parameters
    ----------
    tier : str
    mode : Mode
        Never ``delay``.
    skill : str or None
        None: any agent.
    """

    tier: str
    mode: Mode
    skill: str | None

    @property
    def agent_travels(self) -> bool:
        """Whether the agent's way is part of the work."""
        return self.mode is Mode.VISIT

    @property
    def somebody_travels(self) -> bool:
        """Whether a way must exist between zone and site."""
        return self.mode in (Mode.VISIT, Mode.WALK_IN)


@dataclass(frozen=True)
class Streams:
    """What every zone asks of every tier in a mean month.

    A flow is a stage worked by agents; it belongs to one stream. Flows of the same class
    share the class's distribution over zones.

    Parameters
    ----------
    zone_id : tuple of str
    streams : tuple of Stream
    stream : int array (flows,)
        Stream of each flow.
    stage : int array (flows,)
        Row of ``network.stages``.
    visits : float array (flows,)
        Visits a month in all zones together.
    first : float array (flows,)
        Of them those that are their request's first at the tier: what response promises count.
    direct : float array (flows,)
        Part of the flow's visits whose site the zone decides (the rest follows the site
        used before, to its parent).
    service_min : float array (flows,)
        Mean service minutes of a visit.
    priority : float array (flows,)
        Of the class; lower goes first.
    class_id : tuple of str, length flows
    profile : float array (flows, 168)
        Arrivals by hour of the week, mean 1.
    spread : int array (flows,)
        Row of ``zone_share``.
    zone_share : float array (spreads, zones)
        How requests are shared over zones; rows sum to 1.
    lifted_from, lifted_to : int array (lifts,)
        Flows: the latter follows the former at the parent of its site.
    lifted : float array (lifts,)
        Visits of the latter per visit of the former.
    """

    zone_id: tuple[str, ...]
    streams: tuple[Stream, ...]
    stream: Ints
    stage: Ints
    visits: Floats
    first: Floats
    direct: Floats
    service_min: Floats
    priority: Floats
    class_id: tuple[str, ...]
    profile: Floats
    spread: Ints
    zone_share: Floats
    lifted_from: Ints
    lifted_to: Ints
    lifted: Floats

    @cached_property
    def zone_visits(self) -> Floats:
        """Visits a month whose site the zone decides, (zones, streams)."""
        return self.by_zone(self.visits * self.direct)

    @cached_property
    def zone_service_min(self) -> Floats:
        """Their minutes of service a month, (zones, streams)."""
        return self.by_zone(self.visits * self.direct * self.service_min)

    def by_zone(self, amount: Floats) -> Floats:
        """Amounts by flow (flows,), shared over zones and added up by stream (zones, streams)."""
        weight = np.zeros((len(self.zone_share), len(self.streams)))
        np.add.at(weight, (self.spread, self.stream), amount)
        return self.zone_share.T @ weight

    def at_tier(self, tier: str) -> list[int]:
        """Streams of a tier."""
        return [q for q, stream in enumerate(self.streams) if stream.tier == tier]


def streams_of(network: Network, *, days: int = 28) -> Streams:
    """Expected visits by zone and stream from the routes, v = a (I - P)^-1.

    Parameters
    ----------
    network : Network
    days : int
        Demand is the mean over so many days from the scenario's start (season and growth).

    Returns
    -------
    Streams

    Notes
    -----
    As in a dry look at a scenario, nobody abandons, all booked customers come, and chances to
    resolve are those of the level that most agents with the skill have.

    References
    ----------
    Jackson (1957), Networks of waiting lines. Operations Research 5, 518-521.

    Examples
    --------
    >>> from network.load import load_scenario
    >>> streams = streams_of(load_scenario("regionB"))
    >>> sorted({stream.tier for stream in streams.streams})
    ['experience', 'point', 'regional', 'remote']
    """
    routes = [_route(network, one, days) for one in network.classes]
    routes = [route for route in routes if len(route.stage)]
    stage = np.concatenate([route.stage for route in routes])
    keys = [_key(network.stages[row]) for row in stage]
    known = sorted(set(keys), key=lambda s: (s.tier, s.mode.value, s.skill or ""))
    shares = np.array([route.share for route in routes])
    zone_share, spread = np.unique(shares, axis=0, return_inverse=True)
    sizes = [len(route.stage) for route in routes]
    shift = np.cumsum([0, *sizes])[:-1]
    classes = {one.class_id: one for one in network.classes}
    class_id = tuple(network.stages[row].class_id for row in stage)
    return Streams(
        zone_id=network.zones.zone_id,
        streams=tuple(known),
        stream=np.array([known.index(key) for key in keys], dtype=np.int64),
        stage=stage,
        visits=np.concatenate([route.visits for route in routes]),
        first=np.concatenate([route.first for route in routes]),
        direct=np.concatenate([route.direct for route in routes]),
        service_min=np.array([network.stages[row].service.mean for row in stage]),
        priority=np.array([classes[name].priority for name in class_id]),
        class_id=class_id,
        profile=np.array([week_profile(network, classes[name].profile) for name in class_id]),
        spread=np.repeat(spread.ravel(), sizes),
        zone_share=zone_share,
        lifted_from=np.concatenate(
            [route.lifted_from + s for route, s in zip(routes, shift, strict=True)]
        ),
        lifted_to=np.concatenate(
            [route.lifted_to + s for route, s in zip(routes, shift, strict=True)]
        ),
        lifted=np.concatenate([route.lifted for route in routes]),
    )


@dataclass(frozen=True, slots=True)
class _Route:
    """The worked stages of one class; positions are within the route."""

    stage: Ints
    visits: Floats
    first: Floats
    direct: Floats
    share: Floats
    lifted_from: Ints
    lifted_to: Ints
    lifted: Floats


def _key(stage: Stage) -> Stream:
    assert stage.tier is not None
    return Stream(stage.tier, stage.mode, stage.skill)


def _route(network: Network, one: RequestClass, days: int) -> _Route:
    rows = [n for n, stage in enumerate(network.stages) if stage.class_id == one.class_id]
    stages = [network.stages[n] for n in rows]
    entries = [entry for entry in network.entries if entry.class_id == one.class_id]
    start = np.array([sum(e.share for e in entries if e.stage == s.stage) for s in stages])
    chances = transitions(stages, {s.stage: usual_level(network, s) for s in stages})
    per_month = requests_per_month(network, one, days)
    visits = traffic(start, chances) if stages else np.zeros(0)
    worked = np.flatnonzero([s.mode is not Mode.DELAY for s in stages]).astype(np.int64)
    jumps, entering = _past_delays(start, chances, worked)
    first = _first_at_tier([stages[n].tier for n in worked], entering, jumps)
    pairs, direct = _lifts([stages[n] for n in worked], visits[worked], entering, jumps)
    return _Route(
        stage=np.array(rows, dtype=np.int64)[worked],
        visits=visits[worked] * per_month,
        first=first * per_month,
        direct=direct,
        share=_zone_share(network, one),
        lifted_from=np.array([pair[0] for pair in pairs], dtype=np.int64),
        lifted_to=np.array([pair[1] for pair in pairs], dtype=np.int64),
        lifted=np.array([pair[2] for pair in pairs], dtype=np.float64),
    )


def requests_per_month(network: Network, one: RequestClass, days: int) -> float:
    """Mean requests of a class a month over the first days of the scenario."""
    if one.arrivals is Arrivals.LOG:
        from sim.sample.arrivals import logged_minutes

        minutes = logged_minutes(network)
        own = sum(row.class_id == one.class_id for row in network.log)
        span = float(minutes.max() - minutes.min()) if own > 1 else 0.0
        return own * MINUTES_PER_MONTH / span if span > 0 else 0.0
    if one.rate_per_h is not None or one.rate_per_unit_year is not None:
        per_hour = float(hourly_rates(network, one, 24 * days).mean())
    else:
        per_hour = requests_per_hour(network, one)
    return per_hour * MINUTES_PER_MONTH / MINUTES_PER_HOUR


def _zone_share(network: Network, one: RequestClass) -> Floats:
    weights = zone_weights(network, one)
    if one.arrivals is Arrivals.LOG:
        row = {zone: i for i, zone in enumerate(network.zones.zone_id)}
        asked = [row[logged.zone] for logged in network.log if logged.class_id == one.class_id]
        weights = np.bincount(asked, minlength=len(row)).astype(np.float64)
    total = float(weights.sum())
    size = max(len(weights), 1)
    return np.asarray(weights / total if total > 0 else np.full(len(weights), 1 / size))


def _past_delays(start: Floats, chances: Floats, worked: Ints) -> tuple[Floats, Floats]:
    """Chances from one worked stage to the next, and to enter at each, delays passed over."""
    delays = np.setdiff1d(np.arange(len(start)), worked)
    through = np.linalg.inv(np.eye(len(delays)) - chances[np.ix_(delays, delays)])
    onward = through @ chances[np.ix_(delays, worked)]
    jumps = chances[np.ix_(worked, worked)] + chances[np.ix_(worked, delays)] @ onward
    return jumps, start[worked] + start[delays] @ onward


def _first_at_tier(tiers: list[str | None], entering: Floats, jumps: Floats) -> Floats:
    """Chance that a request's first visit at a tier is at each stage, (worked,).

    The chain is stopped at the tier: rows of its stages are zero, so flows into them are
    first visits only.
    """
    first = np.zeros(len(tiers))
    for tier in set(tiers):
        here = np.array([name == tier for name in tiers])
        stopped = np.where(here[:, None], 0.0, jumps)
        first[here] = traffic(entering, stopped)[here]
    return first


def _lifts(
    stages: list[Stage], visits: Floats, entering: Floats, jumps: Floats
) -> tuple[list[tuple[int, int, float]], Floats]:
    """Stages that follow another one at the parent of its site: (from, to, visits per visit).

    Also which part of each stage's visits the zone decides. Repeats at the upper tier itself
    are shared in proportion to where the first of them came from.
    """
    pairs, direct = [], np.ones(len(stages))
    for to, stage in enumerate(stages):
        if stage.choice is not SiteChoice.PARENT or visits[to] <= 0:
            continue
        below = [
            u
            for u, origin in enumerate(stages)
            if origin.tier != stage.tier and origin.mode is not Mode.REMOTE and jumps[u, to] > 0
        ]
        flows = np.array([visits[u] * jumps[u, to] for u in below])
        repeats = sum(
            visits[u] * jumps[u, to] for u, s in enumerate(stages) if s.tier == stage.tier
        )
        fresh = max(visits[to] - repeats, 1e-300)
        grown = visits[to] / fresh
        direct[to] = 1 - min(float(flows.sum()) / fresh, 1.0)
        pairs += [
            (u, to, float(flow * grown / visits[u])) for u, flow in zip(below, flows, strict=True)
        ]
    return pairs, direct
