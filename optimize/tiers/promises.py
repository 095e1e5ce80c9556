"""Constraint (6) of the placement model: promises and their floors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from network.promise import Promise
from optimize.tiers.parts import Job, Kept, Part
from optimize.tiers.variables import Asked, Placement, Served

Floats = NDArray[np.float64]


Ints = NDArray[np.int64]


MISS_UNIT = 100.0
"""Misses are counted in hundreds, so that rows are of like scale."""


NEAR = 0.03

"""Levels whose share kept without a trip is below the target by more are no guide to trips."""


def keep_promises(model: Placement, price_per_miss: float | None) -> None:
    """(6) sum D A >= alpha sum D for every promise, and for its floor in every area."""
    part = model.part
    areas = np.array(part.areas())
    for p, promise in enumerate(part.promises):
        asked = part.population(promise)
        if asked.sum() <= 0:
            continue
        floor = part.floor(promise)
        groups: list[tuple[str | None, float]] = [(None, part.target(promise))]
        if floor is not None and promise.tier not in {lift.tier for lift in part.lifts}:
            groups += [(str(area), floor) for area in sorted({*areas[asked > 0]})]
        for area, target in groups:
            inside = part.members(promise) & ((areas == area) if area else True)
            requests = float(asked[inside].sum())
            column, value = _kept_requests(model, p, promise, inside)
            slack = _slack(model, requests, price_per_miss)
            if slack >= 0:
                column, value = np.append(column, slack), np.append(value, MISS_UNIT)
            model.builder.add_rows(
                1, np.zeros(len(column)), column, value / MISS_UNIT,
                lower=target * requests / MISS_UNIT,
            )  # fmt: skip
            model.asked.append(Asked(p, area, requests, target, slack))


def _slack(model: Placement, requests: float, price_per_miss: float | None) -> int:
    if price_per_miss is None:
        return -1
    (slack,) = model.builder.add_variables(
        1, cost=price_per_miss * MISS_UNIT, upper=requests / MISS_UNIT
    )
    return int(slack)


def _kept_requests(
    model: Placement, p: int, promise: Promise, inside: NDArray[np.bool_]
) -> tuple[Ints, Floats]:
    """Terms of a promise in some zones: variables and requests kept a month."""
    part = model.part
    columns, values = [np.zeros(0, dtype=np.int64)], [np.zeros(0)]
    for number, (job, x) in enumerate(zip(part.jobs, model.x, strict=True)):
        if job.tier != promise.tier:
            continue
        keep = inside[job.zone]
        columns.append(x[keep])
        if job.main:
            served = next(one for one in model.served if one.job == number)
            kept, lost = kept_at_levels(part, p, job, served)
            values.append(-lost[keep])
            cells = np.isin(served.cell, np.unique(served.cell_of[inside]))
            columns.append(served.u[cells])
            values.append(kept[cells])
        else:
            values.append(kept_by_pair(part, p, job)[keep])
    for lift, flows in zip(part.lifts, model.lifted, strict=True):
        if lift.tier == promise.tier:
            each = part.lifted_share(promise, lift.target)
            columns.append(flows.g)
            values.append(each * kept_lifted(part, p, flows.level, lift.target))
    column, value = np.concatenate(columns), np.concatenate(values)
    return column[value != 0], value[value != 0]


def kept_at_levels(part: Part, p: int, job: Job, served: Served) -> tuple[Floats, Floats]:
    """Requests a month kept without a trip, by u, and lost by the trip, by pair.

    The loss by trip is the largest over the levels that come near the target.
    """
    levels, target = part.levels, part.target(part.promises[p])
    share = part.streams.zone_share[:, part.zones]
    kept, lost = np.zeros(len(served.u)), np.zeros(len(job.zone))
    for o in job.able.tolist():
        mine = np.flatnonzero(job.offer == o)
        own = np.unique(served.level[levels.offer[served.level] == o])
        trips = np.append(0.0, job.minutes[mine])
        tables = [
            [
                part.kept(
                    p, part.offers[o], int(levels.least[row]), levels.intensity[row], q, trips
                )
                for q in job.streams
            ]
            for row in own
        ]
        for w in np.unique(served.spread):
            by_level = np.array([_requests(row, int(w), len(trips)) for row in tables])
            total = sum(t.requests[t.spread == w].sum() for t in tables[0])
            near = by_level[:, 0] >= min((target - NEAR) * total, by_level[:, 0].max())
            loss = (by_level[near, :1] - by_level[near, 1:]).max(axis=0, initial=0.0)
            lost[mine] += loss * share[w, job.zone[mine]]
            for number, amounts in zip(own, by_level, strict=True):
                kept[(served.level == number) & (served.spread == w)] = amounts[0]
    return kept, lost


def _requests(tables: Sequence[Kept], spread: int, trips: int) -> Floats:
    """Requests kept a month of all demand of a spread, by trip."""
    kept = np.zeros(trips)
    for table in tables:
        for row in np.flatnonzero(table.spread == spread):
            kept += table.requests[row] * table.share[row]
    return kept


def kept_by_pair(part: Part, p: int, job: Job) -> Floats:
    """Requests a month kept at the least level of a site, if a pair serves its zone wholly."""
    kept, levels = np.zeros(len(job.zone)), part.levels
    share = part.streams.zone_share[:, part.zones]
    for o in job.able.tolist():
        mine = np.flatnonzero(job.offer == o)
        first = int(np.flatnonzero(levels.offer == o)[0])
        size, intensity = int(levels.least[first]), float(levels.intensity[first])
        for q in job.streams:
            found = part.kept(p, part.offers[o], size, intensity, q, job.minutes[mine])
            for row, w in enumerate(found.spread):
                amount = found.requests[row] * share[w, job.zone[mine]]
                kept[mine] += amount * found.share[row]
    return kept


def kept_lifted(part: Part, p: int, level: Ints, target: int) -> Floats:
    """Share of lifted requests kept at each level: nobody travels."""
    levels, stream = part.levels, int(part.streams.stream[target])
    kept = np.zeros(len(level))
    for row, number in enumerate(level):
        offer, size = part.offers[levels.offer[number]], int(levels.least[number])
        found = part.kept(p, offer, size, float(levels.intensity[number]), stream, np.zeros(1))
        same = found.share[found.spread == part.streams.spread[target]]
        kept[row] = float(same[0, 0]) if len(same) else 0.0
    return kept
