"""A dry look at a scenario: offered load against capacity, without simulating.

Visit counts follow from the routes (v = a (I - P)^-1); each zone's work goes to its
nearest able site. Loads are long-run means over the week; within a day it may be worse.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from network.demand import Arrivals
from network.errors import OverloadError
from network.law import NEVER
from network.load.checks_routes import transitions
from network.model import Network
from network.quantity import MINUTES_PER_HOUR, MINUTES_PER_WEEK
from network.queueing.networks import traffic
from network.route import Stage
from sim.layout import DELAY, NO_LIMIT, VISIT, Layout
from sim.sample.arrivals import hourly_rates, requests_per_hour, zone_weights

Floats = NDArray[np.float64]

_MAX_SKILLS = 10


@dataclass(frozen=True, slots=True)
class Load:
    """Work offered to some skills of a site or of all sites of a tier.

    Parameters
    ----------
    place : str
        Site or tier id.
    skills : tuple of str
        The work that only these agents can do.
    offered : float
        Offered load, agents busy on average (erlang).
    capacity : float
        Agents on duty who can do it, averaged over the week.
    lasting : float
        The part of it that waits for ever: nobody gives up, finds the queue full, or belongs
        to a finite base.
    binding : bool
        Whether the work can go nowhere else.
    """

    place: str
    skills: tuple[str, ...]
    offered: float
    capacity: float
    lasting: float
    binding: bool

    @property
    def rho(self) -> float:
        """Offered load per agent; infinite where there is work and nobody on duty."""
        if self.offered == 0:
            return 0.0
        return self.offered / self.capacity if self.capacity > 0 else float("inf")

    @property
    def overloaded(self) -> bool:
        """Whether the queue grows without end: what waits for ever is more than can be done."""
        return self.binding and self.lasting > 0 and self.lasting >= self.capacity * (1 - 1e-9)


@dataclass(frozen=True, slots=True)
class Traffic:
    """Expected work of a scenario.

    Parameters
    ----------
    requests_per_day : dict of str to float
        By class.
    stages : list of (class, stage, visits per day, erlang)
    sites, tiers : list of Load
        All skills together, and every subset of skills that is tighter.
    """

    requests_per_day: dict[str, float]
    stages: list[tuple[str, str, float, float]]
    sites: list[Load]
    tiers: list[Load]

    def overloads(self) -> list[Load]:
        """Loads under which queues grow without end."""
        return [load for load in (*self.tiers, *self.sites) if load.overloaded]


def visits_per_request(network: Network, class_id: str) -> tuple[list[int], Floats]:
    """Stages (rows of ``network.stages``) of a class and how often a request enters each.

    Agents of middling level are assumed: the level held by most agents with the skill.
    """
    rows = [n for n, stage in enumerate(network.stages) if stage.class_id == class_id]
    stages = [network.stages[n] for n in rows]
    entries = [entry for entry in network.entries if entry.class_id == class_id]
    start = [sum(e.share for e in entries if e.stage == stage.stage) for stage in stages]
    levels = {stage.stage: usual_level(network, stage) for stage in stages}
    return rows, traffic(start, transitions(stages, levels))


def usual_level(network: Network, stage: Stage) -> int:
    """Level that most agents of a stage's tier with its skill have."""
    tier = {site.site_id: site.tier for site in network.sites}
    heads: dict[int, int] = {}
    for pool in network.pools:
        able = stage.skill is None or stage.skill in pool.skills
        if able and tier[pool.site] == stage.tier:
            heads[pool.level] = heads.get(pool.level, 0) + pool.count
    return max(heads, key=lambda level: heads[level], default=1)


def look(network: Network, layout: Layout) -> Traffic:
    """Offered load of every stage, site and tier, over the whole weeks of a layout's horizon."""
    zones = len(network.zones)
    work = np.zeros((len(network.sites), len(layout.skill_ids)))
    lasting = np.zeros(work.shape)
    by_class: dict[str, float] = {}
    stages = []
    weeks = max(int(layout.horizon // MINUTES_PER_WEEK), 1)
    hours = weeks * int(MINUTES_PER_WEEK / MINUTES_PER_HOUR)
    for one in network.classes:
        if one.arrivals is Arrivals.LOG:
            continue
        seasonal = (
            float(hourly_rates(network, one, hours).mean())
            if (one.rate_per_h is not None or one.rate_per_unit_year is not None)
            else requests_per_hour(network, one)
        )
        by_class[one.class_id] = seasonal * 24
        share = zone_weights(network, one)
        share = share / share.sum() if share.sum() > 0 else np.full(zones, 1 / max(zones, 1))
        rows, visits = visits_per_request(network, one.class_id)
        for row, count in zip(rows, visits, strict=True):
            added = _spread_work(network, layout, row, seasonal * count, share)
            work += added
            if one.arrivals is not Arrivals.FINITE_BASE and network.stages[row].patience == NEVER:
                lasting += np.where(layout.sites.queue_limit[:, None] == NO_LIMIT, added, 0.0)
            erlang = float(added.sum())
            stages.append((one.class_id, network.stages[row].stage, seasonal * 24 * count, erlang))
    capacity = _capacity(network, layout)
    policy = network.dispatch.policy
    fixed = policy == "assigned" or network.dispatch.candidates == 1
    sites = [
        load
        for j in range(len(network.sites))
        for load in _tightest(
            network.sites[j].site_id, layout.skill_ids, work[j], capacity[j], lasting[j], fixed
        )
    ]
    tiers: list[Load] = []
    for k, tier in enumerate(network.tiers):
        members = np.flatnonzero(layout.sites.tier == k)
        pooled: dict[tuple[int, ...], float] = {}
        for j in members:
            for held, agents in capacity[j].items():
                pooled[held] = pooled.get(held, 0.0) + agents
        tiers += _tightest(
            tier.tier_id,
            layout.skill_ids,
            work[members].sum(axis=0),
            pooled,
            lasting[members].sum(axis=0),
            True,
        )
    return Traffic(by_class, stages, sites, tiers)


def _spread_work(
    network: Network, layout: Layout, row: int, per_hour: float, share: Floats
) -> Floats:
    """A stage's offered load in erlang by site and skill: its work goes to the nearest sites."""
    stage, codes, reach = network.stages[row], layout.stages, layout.reach
    work = np.zeros((len(network.sites), len(layout.skill_ids)))
    if codes.mode[row] == DELAY:
        return work
    group, zones = codes.group[row], len(share)
    first = reach.first[group * zones : (group + 1) * zones + 1]
    served = np.flatnonzero(first[1:] > first[:-1])
    pair = reach.pair[first[served]]
    minutes = np.full(len(served), stage.service.mean)
    if codes.mode[row] == VISIT:
        minutes = minutes + 2 * reach.pair_min[pair] * layout.hour_factor.mean()
    erlang = per_hour * share[served] * minutes / MINUTES_PER_HOUR
    np.add.at(work[:, codes.skill[row]], reach.pair_site[pair], erlang)
    return work


def _capacity(network: Network, layout: Layout) -> list[dict[tuple[int, ...], float]]:
    """Mean agents on duty at each site by the set of skills they hold."""
    capacity: list[dict[tuple[int, ...], float]] = [{} for _ in network.sites]
    for number in range(len(network.pools)):
        members = np.flatnonzero(layout.agents.pool == number)
        if not len(members):
            continue
        j = int(layout.agents.site[members[0]])
        held = tuple(np.flatnonzero(layout.agents.skills[members[0]]).tolist())
        duty, monday = layout.duties[number], -layout.clock_offset
        breaks = sum(n for start, n in duty.breaks if 0 <= start - monday < MINUTES_PER_WEEK)
        share = (duty.minutes(monday, monday + MINUTES_PER_WEEK) - breaks) / MINUTES_PER_WEEK
        capacity[j][held] = capacity[j].get(held, 0.0) + len(members) * share
    return capacity


def _tightest(
    place: str,
    skill_ids: tuple[str, ...],
    work: Floats,
    capacity: dict[tuple[int, ...], float],
    lasting: Floats,
    binding: bool,
) -> Iterator[Load]:
    """The load of all skills, and of the subset that is tightest if it is tighter.

    By Hall's condition the work is feasible when for every subset of skills the agents
    who hold any of them suffice.
    """
    asked = [s for s in range(len(work)) if work[s] > 0]
    if not asked:
        if capacity:
            yield Load(place, (), 0.0, sum(capacity.values()), 0.0, binding)
        return

    def load(skills: tuple[int, ...]) -> Load:
        agents = sum(n for held, n in capacity.items() if set(held) & set(skills))
        names = tuple(skill_ids[s] for s in skills)
        offered, waits = float(work[list(skills)].sum()), float(lasting[list(skills)].sum())
        return Load(place, names, offered, agents, waits, binding)

    whole = load(tuple(asked))
    yield whole
    if len(asked) <= _MAX_SKILLS:
        subsets = [c for size in range(1, len(asked)) for c in combinations(asked, size)]
    else:
        subsets = [(s,) for s in asked]
    parts = [load(subset) for subset in subsets]
    tightest = max(parts, key=lambda part: part.rho, default=whole)
    if tightest.rho > whole.rho + 1e-9:
        yield tightest
    yield from (part for part in parts if part.overloaded and part is not tightest)


def refuse_overload(traffic: Traffic) -> None:
    """Stop a run whose queues would grow without end.

    Raises
    ------
    OverloadError
        Naming every overloaded place, its skills, load and capacity.
    """
    overloads = traffic.overloads()
    if overloads:
        lines = [
            f" * {load.place} ({', '.join(load.skills)}): offered {load.offered:.2f} erlang, "
            f"capacity {load.capacity:.2f} agents, rho {load.rho:.2f}"
            for load in overloads
        ]
        head = "more work is offered than can ever be done, and nobody who waits gives up:"
        hint = "Add agents or hours there, lower demand, or run with allow_overload=true."
        raise OverloadError("\n".join([head, *lines, hint]))
