"""The potential path of every request: a row per visit that could come about.

Whether a visit resolves the case may depend on the level of the agent who takes it, so
both ways on are drawn wherever both are possible. A visit is named by (request, depth,
stage); its draws depend on request and depth only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from network.law import Law, Source
from network.route import Mode, Stage
from network.tables import CUT, END
from sim.sample.laws import transform
from sim.sample.streams import Streams

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Paths:
    """Potential visits of one class, depth by depth (rows are numbered over all depths).

    Parameters
    ----------
    owner : int array (v,)
        Position of the request within the class.
    place : int array (v,)
        Position of the visit among the request's own, from 0.
    stage : int array (v,)
        Position of the stage within the class's route.
    depth, parts_late : int array (v,)
    service, patience, parts, travel_factor, resolve_u : float array (v,)
    if_resolved, if_unresolved : int array (v,)
        Rows of these paths, or END or CUT.
    count : int array (n,)
        Visits of each request.
    """

    owner: Ints
    place: Ints
    stage: Ints
    depth: Ints
    parts_late: Ints
    service: Floats
    patience: Floats
    parts: Floats
    travel_factor: Floats
    resolve_u: Floats
    if_resolved: Ints
    if_unresolved: Ints
    count: Ints


@dataclass(frozen=True, slots=True)
class _Route:
    """The stages of a class as arrays."""

    stages: Sequence[Stage]
    least: Floats
    most: Floats
    patience_factor: Floats
    travel_sigma: float
    visit_cap: int


def draw_paths(
    stages: Sequence[Stage],
    entry: Ints,
    patience_factor: Floats,
    streams: Streams,
    *,
    travel_sigma: float,
    visit_cap: int,
) -> Paths:
    """Draw the paths of all requests of a class.

    Parameters
    ----------
    stages : sequence of Stage
        The class's route.
    entry : int array (n,)
        First stage of each request.
    patience_factor : float array (n,)
        By segment.
    streams : Streams
    travel_sigma : float
        Sigma of the lognormal factor on trips, mean 1.
    visit_cap : int
        Most visits of a request.
    """
    route = _Route(
        stages,
        np.array([min(stage.resolve) for stage in stages]),
        np.array([max(stage.resolve) for stage in stages]),
        patience_factor,
        travel_sigma,
        visit_cap,
    )
    size = len(entry)
    count = np.zeros(size, dtype=np.int64)
    owner, stage = np.arange(size), entry.astype(np.int64)
    levels: list[Paths] = []
    made = 0
    for depth in range(visit_cap):
        draws = _draw(route, owner, stage, streams, depth, size)
        made += len(owner)
        ways = _point(route, owner, stage, draws, made, last=depth + 1 == visit_cap)
        levels.append(
            Paths(
                owner=owner,
                place=count[owner] + _rank(owner),
                stage=stage,
                depth=np.full(len(owner), depth),
                parts_late=draws.parts_late,
                service=draws.service,
                patience=draws.patience,
                parts=draws.parts,
                travel_factor=draws.travel_factor,
                resolve_u=draws.resolve_u,
                if_resolved=ways.if_resolved,
                if_unresolved=ways.if_unresolved,
                count=count,
            )
        )
        count = count + np.bincount(owner, minlength=size)
        owner, stage = ways.next_owner, ways.next_stage
        if not len(owner):
            break
    columns = {
        column.name: np.concatenate([getattr(level, column.name) for level in levels])
        for column in fields(Paths)
        if column.name != "count"
    }
    return Paths(**columns, count=count)


@dataclass(frozen=True, slots=True)
class _Draws:
    """What is drawn for the visits at one depth; see `Paths`."""

    service: Floats
    patience: Floats
    parts: Floats
    parts_late: Ints
    travel_factor: Floats
    resolve_u: Floats
    branch_u: Floats


@dataclass(frozen=True, slots=True)
class _Ways:
    """Where the visits at one depth lead."""

    if_resolved: Ints
    if_unresolved: Ints
    next_owner: Ints
    next_stage: Ints


def _draw(
    route: _Route, owner: Ints, stage: Ints, streams: Streams, depth: int, size: int
) -> _Draws:
    """All draws of the visits at one depth, taken from draws for all requests."""
    present = _present(stage, len(route.stages))
    stages = [route.stages[s] for s in present]
    drawn: dict[tuple[str, Source], Floats] = {}

    def standard(column: str, source: Source) -> Floats:
        if (column, source) not in drawn:
            drawn[column, source] = streams.draw(column, size, source, depth)
        values = drawn[column, source]
        return values if len(owner) == size else values[owner]

    def by_law(column: str, laws: Sequence[Law]) -> Floats:
        if len(present) == 1:
            law = laws[present[0]]
            return transform(law, standard(column, law.source))
        values = np.empty(len(owner))
        for number in present:
            law, rows = laws[number], np.flatnonzero(stage == number)
            if law.source is Source.NONE:
                values[rows] = law.mean
            else:
                values[rows] = transform(law, standard(column, law.source)[rows])
        return values

    parts = np.zeros(len(owner))
    late = np.zeros(len(owner), dtype=np.bool_)
    if any(s.parts_share > 0 for s in stages):
        share = np.array([s.parts_share for s in route.stages])[stage]
        on_time = np.array([s.parts_on_time for s in route.stages])[stage]
        needed = standard("parts_needed", Source.UNIFORM) < share
        late = needed & (standard("parts_late", Source.UNIFORM) >= on_time)
        quick = by_law("parts_wait", [s.parts_wait for s in route.stages])
        slow = by_law("parts_wait_late", [s.parts_late for s in route.stages])
        parts = np.where(needed, np.where(late, slow, quick), 0.0)
    travel_factor = np.ones(len(owner))
    sigma = route.travel_sigma
    if sigma > 0 and any(s.mode in (Mode.VISIT, Mode.WALK_IN) for s in stages):
        travel_factor = np.exp(sigma * (standard("travel", Source.NORMAL) - sigma / 2))
    by_chance = any(_branches(s) for s in stages)
    return _Draws(
        service=by_law("service", [s.service for s in route.stages]),
        patience=by_law("patience", [s.patience for s in route.stages])
        * route.patience_factor[owner],
        parts=parts,
        parts_late=late.astype(np.int64),
        travel_factor=travel_factor,
        resolve_u=standard("resolve", Source.UNIFORM),
        branch_u=standard("branch", Source.UNIFORM) if by_chance else np.zeros(len(owner)),
    )


def _present(stage: Ints, stages: int) -> list[int]:
    """Stages that occur, in order (faster than `numpy.unique` for a few small numbers)."""
    return np.flatnonzero(np.bincount(stage, minlength=stages)).tolist()


def _rank(owner: Ints) -> Ints:
    """Position of each row among the rows of its owner; owners are sorted."""
    if len(owner) < 2 or (owner[1:] > owner[:-1]).all():
        return np.zeros(len(owner), dtype=np.int64)
    return np.asarray(np.arange(len(owner)) - np.searchsorted(owner, owner))


def _merged(keys: Sequence[Ints]) -> Ints:
    """Sorted distinct keys; mostly one list alone has any, sorted and distinct already."""
    filled = [key for key in keys if len(key)]
    if len(filled) == 1 and (filled[0][1:] > filled[0][:-1]).all():
        return filled[0]
    merged = np.sort(np.concatenate(keys), kind="stable")  # two sorted runs: a merge
    return merged[np.concatenate([[True], merged[1:] > merged[:-1]])] if len(merged) else merged


def _branches(stage: Stage) -> bool:
    """Whether what follows a stage is a matter of chance."""
    return any(
        len(b) > 1 or (len(b) == 1 and b[0][1] < 1)
        for b in (stage.if_resolved, stage.if_unresolved)
    )


def _point(
    route: _Route, owner: Ints, stage: Ints, draws: _Draws, made: int, *, last: bool
) -> _Ways:
    """Where each visit leads if it is resolved and if not; both where the level decides.

    Parameters
    ----------
    made : int
        Rows made so far: the next depth starts there.
    last : bool
        Whether the visit cap is reached, so that whatever goes on is cut.
    """
    stages = len(route.stages)
    u = draws.resolve_u
    can_resolve, can_fail = u < route.most[stage], u >= route.least[stage]
    good = np.where(can_resolve, _next_stage(route, "if_resolved", stage, draws.branch_u), -1)
    bad = np.where(can_fail, _next_stage(route, "if_unresolved", stage, draws.branch_u), -1)
    if last:
        nothing = np.zeros(0, dtype=np.int64)
        cut = [np.where(target >= 0, CUT, END) for target in (good, bad)]
        return _Ways(cut[0], cut[1], nothing, nothing)
    wanted = [(owner * stages + target)[target >= 0] for target in (good, bad)]
    keys = _merged(wanted)
    pointers = []
    for target, key in zip((good, bad), wanted, strict=True):
        pointer = np.full(len(owner), END)
        pointer[target >= 0] = made + np.searchsorted(keys, key)
        pointers.append(pointer)
    next_owner, next_stage = np.divmod(keys, stages)
    return _Ways(pointers[0], pointers[1], next_owner, next_stage)


def _next_stage(route: _Route, name: str, stage: Ints, branch_u: Floats) -> Ints:
    """The stage that follows each visit by one of the two ways; -1: the route ends."""
    position = {s.stage: number for number, s in enumerate(route.stages)}
    target = np.full(len(stage), -1, dtype=np.int64)
    for number in _present(stage, len(route.stages)):
        branches = getattr(route.stages[number], name)
        if not branches:
            continue
        rows = np.flatnonzero(stage == number)
        ends = np.cumsum([share for _, share in branches])
        ends[-1] = 1.0 if ends[-1] > 1 - 1e-9 else ends[-1]
        following = np.array([*(position[s] for s, _ in branches), -1])
        target[rows] = following[np.searchsorted(ends, branch_u[rows], side="right")]
    return target
