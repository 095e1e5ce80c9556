"""The variables of the placement model, with their costs a month."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from optimize.solver import ProgramBuilder
from optimize.tiers.parts import Part

Floats = NDArray[np.float64]


Ints = NDArray[np.int64]


WORK_UNIT = 1e4
"""Work is counted in 10,000 minutes, so that rows are of like scale."""


@dataclass(frozen=True, slots=True)
class Served:
    """Variables u: demand of each cell served at each level, for one tier.

    Parameters
    ----------
    job : int
        The tier's main job.
    cell_of : int array (zones,)
    level, cell, spread : int array
        Of each variable.
    u : int array
    """

    job: int
    cell_of: Ints
    level: Ints
    cell: Ints
    spread: Ints
    u: Ints


@dataclass(frozen=True, slots=True)
class Lifted:
    """Variables of one lift: f from offer to offer, g by level of the upper one."""

    source: Ints
    above: Ints
    f: Ints
    level: Ints
    g: Ints


@dataclass(frozen=True, slots=True)
class Asked:
    """A row of constraint (6): requests of a promise, everywhere or in one area.

    Parameters
    ----------
    promise : int
    area : str or None
    requests : float
        A month.
    target : float
    slack : int
        Variable of the misses allowed beyond the target, or -1.
    """

    promise: int
    area: str | None
    requests: float
    target: float
    slack: int


@dataclass
class Placement:
    """A model under construction: its variables, and what its rows mean."""

    part: Part
    builder: ProgramBuilder
    y: Ints
    z: Ints
    n: Ints
    extra: dict[tuple[int, int], int] = field(default_factory=dict)
    x: list[Ints] = field(default_factory=list)
    served: list[Served] = field(default_factory=list)
    lifted: list[Lifted] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    spent: list[tuple[int, float, int]] = field(default_factory=list)
    """Variable, money a month, offer: for the budgets."""
    constant: float = 0.0


def variables(part: Part) -> Placement:
    """Variables with their costs a month."""
    builder, levels = ProgramBuilder(), part.levels
    opened, closed, weight = open_costs(part)
    fixed = np.array([offer.site.fixed_cost_per_month for offer in part.offers])
    y = builder.add_variables(len(part.offers), cost=fixed + opened - closed + weight, integer=True)
    z = builder.add_variables(len(levels.offer), cost=levels.wages, integer=True)
    n = builder.add_variables(
        len(levels.offer),
        cost=levels.wage_slope,
        upper=levels.most.astype(np.float64),
        integer=True,
    )
    model = Placement(part, builder, y, z, n)
    model.constant = float(closed.sum() + _kept_sites(part))
    _remember(model, y, fixed + opened - closed, np.arange(len(y)))
    _remember(model, z, levels.wages, levels.offer)
    _remember(model, n, levels.wage_slope, levels.offer)
    _extra_groups(model)
    for job in part.jobs:
        cost = part.cost(job, job.offer, job.zone, job.minutes, job.km)
        whole = part.options.whole_zones and job.main
        x = builder.add_variables(len(job.zone), cost=cost, integer=whole)
        model.x.append(x)
        _remember(model, x, cost, job.offer)
    _served_variables(model)
    _lifted_variables(model)
    return model


def _served_variables(model: Placement) -> None:
    """U of every tier with a promise, by area where a promise is about areas."""
    part, zones = model.part, model.part.network.zones
    for number, job in enumerate(part.jobs):
        mine = [promise for promise in part.promises if promise.tier == job.tier]
        if not job.main or not mine:
            continue
        local = any(q.floor is not None or q.area or q.region for q in mine)
        names = [(zones.region[i], zones.area[i]) if local else ("", "") for i in part.zones]
        _, cell_of = np.unique(np.array(names), axis=0, return_inverse=True)
        level = np.flatnonzero(np.isin(part.levels.offer, job.able))
        kinds = np.unique(part.streams.spread[np.isin(part.streams.stream, job.streams)])
        grid = np.meshgrid(level, np.unique(cell_of), kinds, indexing="ij")
        which, cell, spread = (axis.ravel() for axis in grid)
        u = model.builder.add_variables(len(which))
        model.served.append(Served(number, cell_of.ravel(), which, cell, spread, u))


def _lifted_variables(model: Placement) -> None:
    part = model.part
    for lift in part.lifts:
        above = np.array([o for o, x in enumerate(part.offers) if x.site.tier == lift.tier])
        source, top = (
            axis.ravel() for axis in np.meshgrid(part.jobs[lift.job].able, above, indexing="ij")
        )
        pay = np.array([part.offers[o].site.cost_per_job for o in top])
        f = model.builder.add_variables(len(source), cost=pay, upper=float(lift.visits.sum()))
        _remember(model, f, pay, top)
        level = np.flatnonzero(np.isin(part.levels.offer, above))
        g = model.builder.add_variables(len(level), upper=float(lift.visits.sum()))
        model.lifted.append(Lifted(source, top, f, level, g))


def open_costs(part: Part) -> tuple[Floats, Floats, Floats]:
    """Monthly cost of opening and of closing each offer, and what a change weighs if open."""
    months, offers = part.options.payback_months, part.offers
    today = np.array([offer.is_open and not part.options.greenfield for offer in offers])
    opened = np.array([offer.site.opening_cost for offer in offers]) * ~today / months
    closed = np.array([offer.site.closing_cost for offer in offers]) * today / months
    weight = np.where(today, -1.0, 1.0) * part.options.keep_weight
    return opened, closed, weight


def _kept_sites(part: Part) -> float:
    """Weight of all sites open today: closing one adds it, by the negative cost of y."""
    if part.options.greenfield:
        return 0.0
    return part.options.keep_weight * sum(offer.is_open for offer in part.offers)


def _remember(model: Placement, variable: Ints, money: Floats, offer: Ints) -> None:
    model.spent += list(
        zip(variable.tolist(), np.asarray(money).tolist(), offer.tolist(), strict=True)
    )


def _extra_groups(model: Placement) -> None:
    """Agents of the groups besides the main one, at their mean wage beyond the fewest."""
    part = model.part
    for o, offer in enumerate(part.offers):
        for group in range(offer.crew.groups):
            if group == offer.main:
                continue
            least = offer.least(group)
            most = max(offer.agents(group, _most_work(part, o, group)), least + 1)
            cheap = offer.crew.wages(offer.count(group, least))
            slope = (offer.crew.wages(offer.count(group, most)) - cheap) / (most - least)
            cost = [cheap, slope]
            upper = [1.0, 0.0 if offer.partner else float(most - least)]
            always, more = model.builder.add_variables(
                2, cost=cost, upper=upper, integer=True
            ).tolist()
            model.extra[o, group] = more
            model.builder.add_rows(
                1, [0, 0], [always, model.y[o]], [1.0, -1.0], lower=0.0, upper=0.0
            )
            at_most(model.builder, np.array([more]), model.y[[o]], upper[1])
            _remember(model, np.array([always, more]), np.array(cost), np.array([o, o]))


def _most_work(part: Part, o: int, group: int) -> float:
    offer, work = part.offers[o], 0.0
    for job in part.jobs:
        mine = job.offer == o
        each = part.work(job, job.offer[mine], job.zone[mine], job.minutes[mine])
        for n, q in enumerate(job.streams):
            if offer.crew.group_of(part.streams.streams[q].skill) == group:
                work += float(each[:, n].sum())
    return work


def at_most(
    builder: ProgramBuilder,
    small: Ints,
    large: Ints,
    times: float | Floats = 1.0,
    weight: float | Floats = 1.0,
) -> None:
    """Rows weight x small <= times x large."""
    count = len(small)
    row = np.tile(np.arange(count), 2)
    value = np.concatenate([np.broadcast_to(weight, (count,)), -np.broadcast_to(times, (count,))])
    builder.add_rows(count, row, np.concatenate([small, large]), value, upper=0.0)
