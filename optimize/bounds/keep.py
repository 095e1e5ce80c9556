"""Constraints (4) to (7) of the necessary bound: what promises force; see `program`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from network.promise import Measure, Promise
from network.route import Role
from optimize.bounds.chains import Chain, worked, zone_share
from optimize.bounds.program import Flow, Model, counted
from optimize.bounds.reach import Job, best_shares, job_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def keep_promises(model: Model) -> None:
    """Variables m, and what they may be and must be."""
    for p, promise in enumerate(model.world.promises):
        if promise.measure is Measure.RESOLUTION:
            _resolve(model, p, promise)
        else:
            _respond(model, p, promise)


def _respond(model: Model, p: int, promise: Promise) -> None:
    """(4), (5) and (6) of a promise on the response of a tier."""
    world = model.world
    due: dict[int, list[tuple[int, list[int]]]] = {}
    for flow in model.flows:
        states = counted(world, promise, flow)
        if states:
            met = [n for state in states for n in flow.served[state].tolist()]
            m = _kept(model, p, flow)
            model.row([(m, 1.0), *((n, -1.0) for n in met)], upper=0.0)
            entering = [n for state in states for n in flow.entering(state)]
            due.setdefault(flow.cell, []).append((m, entering))
    _reach(model, p, promise)
    for cells, target in _asked(model, promise):
        terms: list[tuple[int, float]] = []
        for cell in cells:
            for m, entering in due.get(cell, []):
                terms += [(m, 1.0), *((n, -target) for n in entering)]
        if terms:
            model.row(terms, lower=0.0)


def _kept(model: Model, p: int, flow: Flow) -> int:
    """Variable m: each promise kept saves the penalty that its due request was charged."""
    segment = model.world.network.segments[flow.segment]
    key = (p, flow.chain, flow.segment, flow.cell)
    m = int(model.add(1, np.inf, {"penalties": -segment.penalty})[0])
    model.kept[key] = m
    return m


def _asked(model: Model, promise: Promise) -> list[tuple[list[int], float]]:
    """(6) Cells and least share: the whole group, and every area that has a floor."""
    world = model.world
    rows = [(world.cells_of(promise), world.target(promise))]
    if promise.floor is not None:
        areas = sorted({area for _, area in world.cells})
        rows += [(world.cells_of(promise, area), promise.floor) for area in areas]
    return rows


def _reach(model: Model, p: int, promise: Promise) -> None:
    """(5) Kept in reach of an open site by travel alone, or where the place does not matter."""
    world = model.world
    limited = _limited(model, promise)
    if not limited:
        return
    jobs = sorted({job for *_, job in limited}, key=lambda job: (job.mode, job.skill or ""))
    chains = [chain for chain, *_ in limited]
    share = np.max(
        [
            best_shares(world.network, promise, chains, job, world.grounds, world.minutes)
            for job in jobs
        ],
        axis=0,
    )
    requests = np.sum([amount for _, amount, _ in limited], axis=0)
    zone, ground, cover = _cover(model, tuple(jobs))
    for cell in world.cells_of(promise):
        terms = [(m, 1.0) for (q, _, _, a), m in model.kept.items() if q == p and a == cell]
        if not terms:
            continue
        for flow in model.flows:
            if flow.cell == cell:
                chain = world.chains[flow.chain]
                for state in counted(world, promise, flow):
                    if world.free(chain, state, promise):
                        terms += [(n, -1.0) for n in flow.served[state].tolist()]
        here = np.flatnonzero(world.cell_of[zone] == cell)
        weight = requests[zone[here]] * share[zone[here], ground[here]]
        terms += [(n, -w) for n, w in zip(cover[here].tolist(), weight.tolist(), strict=True) if w]
        model.row(terms, upper=0.0)


def _limited(model: Model, promise: Promise) -> list[tuple[Chain, Floats, Job]]:
    """Classes whose first visits must be reached in time, with the most of them by zone."""
    world, found = model.world, []
    segments = sum(
        s.share for s in world.network.segments if promise.segment in (None, s.segment_id)
    )
    for c, chain in enumerate(world.chains):
        if promise.class_id not in (None, chain.one.class_id):
            continue
        bound = np.array(
            [
                bool(chain.first[n])
                and stage.tier == promise.tier
                and worked(stage)
                and not world.free(chain, n, promise)
                for n, stage in enumerate(chain.stages)
            ],
            dtype=np.bool_,
        )
        if not bound.any():
            continue
        amount = chain.most(bound) * float(world.per_month[c]) * segments
        by_zone = amount * zone_share(world.network, chain.one)
        jobs = {job_of(chain.stages[n]) for n in np.flatnonzero(bound)}
        found += [(chain, by_zone / len(jobs), job) for job in jobs]
    return found


def _cover(model: Model, jobs: tuple[Job, ...]) -> tuple[Ints, Ints, Ints]:
    """Variables c of some jobs of a tier: which open site each zone counts on, at most one in all.

    Promises of the same jobs share them, as the site of the quickest way is best for all.
    """
    if jobs not in model.covered:
        world = model.world
        own = [
            ground.site.tier == job.tier and bool(ground.able(job.skill))
            for ground in world.grounds
            for job in jobs
        ]
        usable = np.array(own, dtype=np.bool_).reshape(-1, len(jobs)).any(axis=1)
        zone, ground = np.nonzero(np.isfinite(world.minutes) & usable)
        c = model.add(len(zone), 1.0)
        row = np.tile(np.arange(len(c)), 2)
        columns = np.concatenate([c, model.y[ground]])
        values = np.concatenate([np.ones(len(c)), -np.ones(len(c))])
        model.builder.add_rows(len(c), row, columns, values, upper=0.0)
        names, at = np.unique(zone, return_inverse=True)
        model.builder.add_rows(len(names), at.ravel(), c, 1.0, upper=1.0)
        model.covered[jobs] = zone.astype(np.int64), ground.astype(np.int64), c
    return model.covered[jobs]


def _resolve(model: Model, p: int, promise: Promise) -> None:
    """(6) and (7) of a promise on resolution: who gives up before a call-back is missed."""
    world = model.world
    due: dict[int, list[tuple[int, float]]] = {}
    for flow in model.flows:
        chain = world.chains[flow.chain]
        segment = world.network.segments[flow.segment]
        if (
            promise.class_id not in (None, chain.one.class_id)
            or promise.segment not in (None, segment.segment_id)
            or flow.cell not in world.cells_of(promise)
        ):
            continue
        per_month = float(
            chain.start.sum()
            * world.per_month[flow.chain]
            * world.cell_share[flow.chain, flow.cell]
            * segment.share
        )
        m = _kept(model, p, flow)
        model.constant["penalties"] += segment.penalty * per_month
        gone = [
            (int(n), 1.0)
            for n, stage in zip(flow.lost, chain.stages, strict=True)
            if n >= 0 and stage.role is not Role.CALLBACK
        ]
        model.row([(m, 1.0), *gone], upper=per_month)
        due.setdefault(flow.cell, []).append((m, per_month))
    for cells, target in _asked(model, promise):
        rows = [one for cell in cells for one in due.get(cell, [])]
        if rows:
            least = target * sum(amount for _, amount in rows)
            model.row([(m, 1.0) for m, _ in rows], lower=least)


def lose_few(model: Model, most: Mapping[str, float]) -> None:
    """At most so much of what enters a tier is lost, and nobody waits for ever."""
    terms: dict[str, list[tuple[int, float]]] = {tier: [] for tier in most}
    for flow in model.flows:
        for state, stage in enumerate(model.world.chains[flow.chain].stages):
            lost = int(flow.lost[state])
            if lost < 0 or stage.tier is None:
                continue
            if stage.patience.family == "never":
                model.row([(lost, 1.0)], upper=0.0)
            if stage.tier in most:
                entering = flow.entering(state)
                terms[stage.tier] += [(lost, 1.0), *((n, -most[stage.tier]) for n in entering)]
    for one in terms.values():
        if one:
            model.row(one, upper=0.0)
