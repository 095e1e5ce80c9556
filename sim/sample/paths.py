"""The potential path of every request: a row per visit that could come about.

Whether a visit resolves the case may depend on the level of the agent who takes it, so
both ways on are drawn wherever both are possible. A visit is named by (request, depth,
stage); its draws depend on request and depth only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.law import Law, Source
from network.route import Stage
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
    levels: list[dict[str, NDArray[np.float64] | Ints]] = []
    made = 0
    for depth in range(visit_cap):
        rank = np.arange(len(owner)) - np.searchsorted(owner, owner)
        level = _draw_level(route, owner, stage, streams, depth, size)
        level |= {"owner": owner, "stage": stage, "place": count[owner] + rank}
        level["depth"] = np.full(len(owner), depth)
        count += np.bincount(owner, minlength=size)
        made += len(owner)
        owner, stage = _point(route, level, depth, made)
        levels.append(level)
        if not len(owner):
            break
    names = [name for name in levels[0] if name != "branch_u"]
    columns = {name: np.concatenate([level[name] for level in levels]) for name in names}
    return Paths(count=count, **columns)  # type: ignore[arg-type]  # columns are typed by name


def _draw_level(
    route: _Route, owner: Ints, stage: Ints, streams: Streams, depth: int, size: int
) -> dict[str, NDArray[np.float64] | Ints]:
    """All draws of the visits at one depth, taken from draws for all requests."""
    stages = [route.stages[s] for s in np.unique(stage)] if len(stage) else []
    draws: dict[tuple[str, Source], Floats] = {}

    def standard(column: str, source: Source) -> Floats:
        if (column, source) not in draws:
            draws[column, source] = streams.draw(column, size, source, depth)
        return draws[column, source]

    def by_law(column: str, laws: Sequence[Law]) -> Floats:
        values = np.empty(len(owner))
        for number in np.unique(stage):
            law, rows = laws[number], np.flatnonzero(stage == number)
            if law.source is Source.NONE:
                values[rows] = law.mean
            else:
                values[rows] = transform(law, standard(column, law.source)[owner[rows]])
        return values

    level: dict[str, NDArray[np.float64] | Ints] = {
        "service": by_law("service", [s.service for s in route.stages]),
        "patience": by_law("patience", [s.patience for s in route.stages])
        * route.patience_factor[owner],
        "resolve_u": standard("resolve", Source.UNIFORM)[owner],
        "parts": np.zeros(len(owner)),
        "parts_late": np.zeros(len(owner), dtype=np.int64),
        "travel_factor": np.ones(len(owner)),
        "branch_u": np.zeros(len(owner)),
    }
    if route.travel_sigma > 0 and any(s.mode in ("visit", "walk_in") for s in stages):
        normal = standard("travel", Source.NORMAL)[owner]
        level["travel_factor"] = np.exp(route.travel_sigma * (normal - route.travel_sigma / 2))
    if any(_branches(s) for s in stages):
        level["branch_u"] = standard("branch", Source.UNIFORM)[owner]
    if any(s.parts_share > 0 for s in stages):
        share = np.array([s.parts_share for s in route.stages])[stage]
        on_time = np.array([s.parts_on_time for s in route.stages])[stage]
        needed = standard("parts_needed", Source.UNIFORM)[owner] < share
        late = needed & (standard("parts_late", Source.UNIFORM)[owner] >= on_time)
        quick = by_law("parts_wait", [s.parts_wait for s in route.stages])
        slow = by_law("parts_wait_late", [s.parts_late for s in route.stages])
        level["parts"] = np.where(needed, np.where(late, slow, quick), 0.0)
        level["parts_late"] = late.astype(np.int64)
    return level


def _branches(stage: Stage) -> bool:
    """Whether what follows a stage is a matter of chance."""
    return any(
        len(b) > 1 or (len(b) == 1 and b[0][1] < 1)
        for b in (stage.if_resolved, stage.if_unresolved)
    )


def _point(
    route: _Route, level: dict[str, NDArray[np.float64] | Ints], depth: int, made: int
) -> tuple[Ints, Ints]:
    """Set the pointers of a depth; return the visits of the next one, by (request, stage)."""
    owner, stage, u = level["owner"], level["stage"], level["resolve_u"]
    stages = len(route.stages)
    wanted = []
    for name, possible in (
        ("if_resolved", u < route.most[stage]),
        ("if_unresolved", u >= route.least[stage]),
    ):
        target = _next_stage(route, name, stage, level["branch_u"])
        goes_on = possible & (target >= 0)
        pointer = np.full(len(owner), END)
        if depth + 1 == route.visit_cap:
            pointer[goes_on] = CUT
        else:
            key = owner * stages + target
            wanted.append((name, goes_on, key))
        level[name] = pointer
    if not wanted:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    keys = np.unique(np.concatenate([key[goes_on] for _, goes_on, key in wanted]))
    for name, goes_on, key in wanted:
        level[name][goes_on] = made + np.searchsorted(keys, key[goes_on])
    following, next_stage = np.divmod(keys.astype(np.int64), stages)
    return following, next_stage


def _next_stage(route: _Route, name: str, stage: Ints, branch_u: Floats) -> Ints:
    """The stage that follows each visit by one of the two ways; -1: the route ends."""
    position = {s.stage: number for number, s in enumerate(route.stages)}
    target = np.full(len(stage), -1, dtype=np.int64)
    for number in np.unique(stage):
        branches = getattr(route.stages[number], name)
        if not branches:
            continue
        rows = np.flatnonzero(stage == number)
        ends = np.cumsum([share for _, share in branches])
        ends[-1] = 1.0 if ends[-1] > 1 - 1e-9 else ends[-1]
        following = np.array([*(position[s] for s, _ in branches), -1])
        target[rows] = following[np.searchsorted(ends, branch_u[rows], side="right")]
    return target
