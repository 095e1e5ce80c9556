"""The program of the necessary bound; see `necessary` for why each term is unavoidable.

Sets        c classes, g segments, a cells (areas), n states of a route, w ways to be served
            (whose people, at which level), k jobs (tier, mode, skill), i zones, j sites, p promises
Variables   y_j open; x_cgan,w served, l_cgan given up, q_cgan cut by the scenario's cap, all in
            visits a month; X_kij visits of a job by zone and site; m_pga kept promises;
            c_pij which site a promise may count on
Minimise    fixed cost of y + service of x + trips and jobs of X + lost l + late (due - m) + parts

(1) what enters a state is served, given up or cut      sum_w x + l + q = start + x' P
(2) what is served is served somewhere                  sum x = sum_ij X, by job, area, whose people
(3) only at open sites, by zone                         X_kij <= D_ki y_j
(4) kept promises are served first visits               m_pga <= sum x
(5) and in reach of an open site by travel alone        m_pa <= free x + sum_ij D_pi A_pij c_ij
(6) promises, and floors of areas                       sum m >= alpha sum (x + l + q)
(7) resolved requests were not given up                 m_pga <= arrivals - l
(8) required sites are open                             y_j = 1
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from network.law import AT_ONCE
from network.places import SiteStatus
from network.promise import Measure, Promise
from network.route import Stage
from optimize.bounds.chains import Chain, worked
from optimize.bounds.reach import Job, Pairs, job_of
from optimize.bounds.world import World
from optimize.solver import ProgramBuilder

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PARTS = ("sites", "changes", "wages", "travel", "jobs", "contacts", "parts", "penalties", "lost")
"""Components of the bound, named as those of the cost; ``changes`` are opening and closing."""


@dataclass(frozen=True, slots=True)
class Served:
    """A way in which a state may be served: whose people, and at which level.

    Parameters
    ----------
    level : int
        Row of the chain's moves.
    partner : bool
    minute : float
        Least money per minute of service.
    """

    level: int
    partner: bool
    minute: float


@dataclass(frozen=True, slots=True)
class Flow:
    """Variables of one class, segment and cell.

    Parameters
    ----------
    chain, segment, cell : int
    ways : tuple of tuple of Served, length states
    served : tuple of int array, length states
        Variables by state, one per way.
    lost : int array (states,)
        -1 where no agent works.
    cut : int array (states,)
    """

    chain: int
    segment: int
    cell: int
    ways: tuple[tuple[Served, ...], ...]
    served: tuple[Ints, ...]
    lost: Ints
    cut: Ints

    def entering(self, state: int) -> list[int]:
        """Variables that together are what enters a state."""
        more = [int(n) for n in (self.lost[state], self.cut[state]) if n >= 0]
        return [*self.served[state].tolist(), *more]


@dataclass
class Model:
    """A program under construction, and what its variables cost by component."""

    world: World
    builder: ProgramBuilder = field(default_factory=ProgramBuilder)
    prices: list[tuple[Ints, str, Floats]] = field(default_factory=list)
    constant: dict[str, float] = field(default_factory=lambda: dict.fromkeys(PARTS, 0.0))
    y: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    flows: list[Flow] = field(default_factory=list)
    places: list[Ints] = field(default_factory=list)
    """X by job, in the order of its pairs."""
    kept: dict[tuple[int, int, int, int], int] = field(default_factory=dict)
    """m by promise, class, segment and cell."""
    covered: dict[tuple[Job, ...], tuple[Ints, Ints, Ints]] = field(default_factory=dict)
    """By the jobs that a promise counts: zone, ground and variable c of every pair."""

    def add(
        self,
        count: int,
        upper: float | Floats,
        money: dict[str, float | Floats] | None = None,
        *,
        lower: float | Floats = 0.0,
        integer: bool = False,
    ) -> Ints:
        """Variables, with their money by component."""
        total = np.zeros(count)
        for one in (money or {}).values():
            total = total + one
        new = self.builder.add_variables(
            count, cost=total, lower=lower, upper=upper, integer=integer
        )
        for part, one in (money or {}).items():
            self.prices.append((new, part, np.broadcast_to(one, (count,)).astype(np.float64)))
        return new

    def row(
        self, terms: list[tuple[int, float]], *, lower: float = -np.inf, upper: float = np.inf
    ) -> None:
        """One constraint."""
        self.builder.add_rows(
            1,
            np.zeros(len(terms)),
            [n for n, _ in terms],
            [value for _, value in terms],
            lower=lower,
            upper=upper,
        )

    def by_part(self, values: Floats) -> dict[str, float]:
        """What a point costs, by component."""
        found = dict(self.constant)
        for variables, part, money in self.prices:
            found[part] += float(values[variables] @ money)
        return found


def open_sites(model: Model, payback_months: float | None) -> None:
    """Variables y with (8)."""
    sites = [ground.site for ground in model.world.grounds]
    today = np.array([site.status.is_open for site in sites], dtype=np.bool_)
    money: dict[str, float | Floats] = {
        "sites": np.array([site.fixed_cost_per_month for site in sites])
    }
    if payback_months is not None:
        opened = np.array([site.opening_cost for site in sites]) / payback_months
        closed = np.array([site.closing_cost for site in sites]) / payback_months
        money["changes"] = np.where(today, -closed, opened)
        model.constant["changes"] = float(closed[today].sum())
    required = [float(site.status is SiteStatus.REQUIRED) for site in sites]
    model.y = model.add(len(sites), 1.0, money, lower=np.array(required), integer=True)


def serve(model: Model) -> None:
    """Variables x, l, q with (1)."""
    world = model.world
    ways = _Ways(world, {})
    for c, chain in enumerate(world.chains):
        cut: list[int] = []
        for g, segment in enumerate(world.network.segments):
            for a in range(len(world.cells)):
                per_month = float(world.per_month[c] * world.cell_share[c, a] * segment.share)
                if per_month > 0:
                    here = tuple(ways(stage, a) for stage in chain.stages)
                    flow = _flow(model, chain, (c, g, a), here)
                    _balance(model, chain, flow, per_month)
                    model.flows.append(flow)
                    cut += flow.cut.tolist()
        if cut:
            most = float(chain.beyond * world.per_month[c])
            model.row([(n, 1.0) for n in cut], upper=most)
        for entry in world.network.entries:
            if entry.class_id == chain.one.class_id:
                channel = next(
                    one for one in world.network.channels if one.channel_id == entry.channel
                )
                calls = float(world.per_month[c] * entry.share)
                model.constant["contacts"] += calls * channel.cost_per_contact


@dataclass(frozen=True)
class _Ways:
    """Whose people may serve a stage in a cell, at which level, and what a minute costs."""

    world: World
    known: dict[tuple[object, ...], tuple[Served, ...]]

    def __call__(self, stage: Stage, cell: int) -> tuple[Served, ...]:
        if not worked(stage):
            return (Served(0, False, 0.0),)
        job = job_of(stage)
        levels = len(stage.resolve)
        key = (job, levels, cell if job.travels else -1)
        if key not in self.known:
            self.known[key] = tuple(self._found(job, levels, cell))
        return self.known[key]

    def _found(self, job: Job, levels: int, cell: int) -> Iterator[Served]:
        near = np.isfinite(self.world.minutes[self.world.cell_of == cell]).any(axis=0)
        for partner in (False, True):
            grounds = [
                ground
                for ground, in_reach in zip(self.world.grounds, near, strict=True)
                if ground.site.tier == job.tier
                and ground.partner is partner
                and (in_reach or not job.travels)
            ]
            for level in range(1, levels + 1):
                minute = min(
                    (ground.minute(job.skill, level, levels) for ground in grounds), default=np.inf
                )
                if np.isfinite(minute):
                    yield Served(level - 1, partner, minute)


def _flow(
    model: Model, chain: Chain, key: tuple[int, int, int], ways: tuple[tuple[Served, ...], ...]
) -> Flow:
    """Variables of one class, segment and cell, with penalties for what promises count."""
    c, g, a = key
    segment = model.world.network.segments[g]
    served, lost = [], np.full(len(chain.stages), -1, dtype=np.int64)
    cut = np.zeros(len(chain.stages), dtype=np.int64)
    for n, stage in enumerate(chain.stages):
        late = segment.penalty * sum(
            promise.measure is Measure.RESPONSE and _counts(model.world, promise, chain, n, g, a)
            for promise in model.world.promises
        )
        service = stage.service.mean * np.array([way.minute for way in ways[n]])
        money: dict[str, float | Floats] = {
            "wages": service,
            "parts": _parts_used(stage) * stage.parts_cost,
            "penalties": late,
        }
        served.append(model.add(len(ways[n]), np.inf, money))
        cut[n] = model.add(1, np.inf)[0]
        if worked(stage):
            gone = 0.0 if stage.patience.family == "never" else segment.lost_cost
            lost[n] = model.add(1, np.inf, {"lost": gone, "penalties": late})[0]
    return Flow(c, g, a, ways, tuple(served), lost, cut)


def _parts_used(stage: Stage) -> float:
    """Chance that a visit uses a part; one that is there at once is not counted by the cost."""
    waits = (stage.parts_on_time, stage.parts_wait), (1 - stage.parts_on_time, stage.parts_late)
    return stage.parts_share * sum(chance for chance, law in waits if law != AT_ONCE)


def _balance(model: Model, chain: Chain, flow: Flow, per_month: float) -> None:
    """(1) What enters a state is served, given up or cut."""
    rows: list[list[tuple[int, float]]] = [
        [(n, 1.0) for n in flow.entering(state)] for state in range(len(chain.stages))
    ]
    for state, ways in enumerate(flow.ways):
        for way, variable in zip(ways, flow.served[state].tolist(), strict=True):
            onward = chain.moves[way.level, state]
            for to in np.flatnonzero(onward).tolist():
                rows[to].append((variable, -float(onward[to])))
    for terms, start in zip(rows, chain.start, strict=True):
        amount = float(start * per_month)
        model.row(terms, lower=amount, upper=amount)


def _counts(world: World, promise: Promise, chain: Chain, state: int, g: int, a: int) -> bool:
    """Whether a response promise counts what enters a state."""
    return bool(
        chain.first[state]
        and chain.stages[state].tier == promise.tier
        and promise.class_id in (None, chain.one.class_id)
        and promise.segment in (None, world.network.segments[g].segment_id)
        and a in world.cells_of(promise)
    )


def counted(world: World, promise: Promise, flow: Flow) -> list[int]:
    """States of a flow that a response promise counts."""
    chain = world.chains[flow.chain]
    return [
        n
        for n in range(len(chain.stages))
        if _counts(world, promise, chain, n, flow.segment, flow.cell)
    ]


def place(model: Model) -> None:
    """Variables X with (2) and (3)."""
    for pairs in model.world.jobs:
        most = pairs.most[pairs.place]
        money: dict[str, float | Floats] = {
            "wages": pairs.wage,
            "travel": pairs.vehicle,
            "jobs": pairs.per_job,
        }
        x = model.add(len(pairs.place), most, money)
        model.places.append(x)
        count = len(x)
        row = np.tile(np.arange(count), 2)
        model.builder.add_rows(
            count,
            row,
            np.concatenate([x, model.y[pairs.ground]]),
            np.concatenate([np.ones(count), -most]),
            upper=0.0,
        )
        _somewhere(model, pairs, x)


def _somewhere(model: Model, pairs: Pairs, x: Ints) -> None:
    """(2) What is served is served somewhere, by job, cell and whose people."""
    world, job = model.world, pairs.job
    partner = np.array([world.grounds[o].partner for o in pairs.ground], dtype=np.bool_)
    cell = world.cell_of[pairs.place] if job.travels else np.zeros(len(x), dtype=np.int64)
    terms: dict[tuple[int, bool], list[tuple[int, float]]] = {}
    for variable, key in zip(x.tolist(), zip(cell.tolist(), partner.tolist(), strict=True),
                             strict=True):  # fmt: skip
        terms.setdefault(key, []).append((variable, -1.0))
    for flow in model.flows:
        for stage, ways, served in zip(
            world.chains[flow.chain].stages, flow.ways, flow.served, strict=True
        ):
            if worked(stage) and job_of(stage) == job:
                for way, variable in zip(ways, served.tolist(), strict=True):
                    key = (flow.cell if job.travels else 0, way.partner)
                    terms.setdefault(key, []).append((variable, 1.0))
    for one in terms.values():
        model.row(one, lower=0.0, upper=0.0)
