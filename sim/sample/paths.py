"""The potential path of every request: which visits could come about, and what follows which.

Whether a visit resolves the case may depend on the level of the agent who takes it, so
both ways on are followed wherever both are possible. A visit is named by (request, depth,
stage); its draws depend on request and depth only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.route import Stage
from network.tables import CUT, END
from sim.sample.streams import Draws

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Paths:
    """Potential visits of some requests: those of a request together, depth by depth.

    Parameters
    ----------
    count : int array (n,)
        Visits of each request.
    stage, depth : int array (v,)
        Stage of the network, and place on the path.
    leads_to : int array (v,)
        What follows by the only way that is possible, or if it is resolved where both
        are: a row of these paths, END or CUT.
    torn, otherwise : int array (t,)
        Visits of which the agent's level decides, and what follows if they fail.
    """

    count: Ints
    stage: NDArray[np.int32]
    depth: NDArray[np.int16]
    leads_to: NDArray[np.int32]
    torn: Ints
    otherwise: Ints


class Routes:
    """All routes of a network as arrays: chances by stage, and what follows.

    Parameters
    ----------
    stages : sequence of Stage
        Of all classes.
    """

    def __init__(self, stages: Sequence[Stage]) -> None:
        self.stages = len(stages)
        self.least = np.array([min(stage.resolve) for stage in stages])
        self.most = np.array([max(stage.resolve) for stage in stages])
        number = {(stage.class_id, stage.stage): n for n, stage in enumerate(stages)}
        ways = [(stage.class_id, stage.if_resolved) for stage in stages]
        ways += [(stage.class_id, stage.if_unresolved) for stage in stages]
        most = max((len(branches) for _, branches in ways), default=0)
        following = np.full((most + 1, len(ways)), END)
        ends = np.full((most, len(ways)), np.inf)
        for way, (class_id, branches) in enumerate(ways):
            end = 0.0
            for place, (stage, share) in enumerate(branches):
                end += share
                following[place, way] = number[class_id, stage]
                ends[place, way] = end if end <= 1 - 1e-9 else np.inf
        self._ways = len(ways)
        self._following = following.ravel()
        self._ends = ends[(ends < np.inf).any(axis=1)]
        self.by_chance = len(self._ends) > 0

    def follow(self, stage: Ints, fails: Flags | bool, branch_u: Floats) -> Ints:
        """The stage that follows each visit, resolved or not; END: the route ends."""
        place = way = stage + self.stages * fails
        for ends in self._ends:  # one row on for every branch that the number is beyond
            place = place + self._ways * (branch_u >= ends.take(way))
        return self._following.take(place)


def find_paths(routes: Routes, draws: Draws, entry: Ints, comes: Flags, *, visit_cap: int) -> Paths:
    """Follow requests through their routes.

    Parameters
    ----------
    routes : Routes
    draws : Draws
        Of the requests.
    entry : int array (n,)
        First stage of each.
    comes : bool array (n,)
        Whether the customer keeps his appointment: if not, nothing follows the first visit.
    visit_cap : int
        Most visits of a request.
    """
    count = np.zeros(len(entry), dtype=np.int64)
    front = _Front(np.arange(len(entry)), entry, again=count[:0])
    levels: list[_Level] = []
    while len(front.owner):
        visits = (draws.of(front.owner) if levels else draws).at(len(levels))
        resolve_u = visits.uniform("resolve")
        branch_u = visits.uniform("branch") if routes.by_chance else resolve_u
        fails = resolve_u >= routes.most.take(front.stage)
        torn = np.flatnonzero((resolve_u >= routes.least.take(front.stage)) & ~fails)
        target = routes.follow(front.stage, fails, branch_u)
        if not levels:
            target[~comes] = END
            torn = torn[comes[torn]]
        otherwise = routes.follow(front.stage[torn], True, branch_u[torn])
        place = front.places(count)
        if len(levels) + 1 == visit_cap:
            target, otherwise = (np.where(way >= 0, CUT, END) for way in (target, otherwise))
            levels.append(_Level(front, place, target, torn, otherwise))
            break
        leads_to, leads_else, below = _link(front, target, torn, otherwise, routes.stages)
        levels.append(_Level(front, place, leads_to, torn, leads_else))
        front = below
    return _lay_out(count, levels)


@dataclass(frozen=True, slots=True)
class _Front:
    """The visits at one depth, sorted by request and stage.

    Parameters
    ----------
    owner, stage : int array (m,)
    again : int array
        Those whose request has another one just before them.
    """

    owner: Ints
    stage: Ints
    again: Ints

    def places(self, count: Ints) -> Ints:
        """Position of each visit among all of its request, whose count grows."""
        place = count.take(self.owner)
        again = self.again
        if len(again):
            number = np.arange(len(again))
            begins = np.ones(len(again), dtype=np.bool_)
            begins[1:] = again[1:] > again[:-1] + 1
            place[again] += 1 + number - np.maximum.accumulate(np.where(begins, number, 0))
        count[self.owner] = place + 1  # of several visits the last one counts
        return place


@dataclass(frozen=True, slots=True)
class _Level:
    """A depth that has been followed; ways lead to positions at the next one.

    Parameters
    ----------
    front : _Front
    place, leads_to : int array (m,)
    torn, otherwise : int array (t,)
        See `Paths`.
    """

    front: _Front
    place: Ints
    leads_to: Ints
    torn: Ints
    otherwise: Ints


def _link(
    front: _Front, target: Ints, torn: Ints, otherwise: Ints, stages: int
) -> tuple[Ints, Ints, _Front]:
    """The visits at the next depth; where both ways or several visits meet there is one.

    Parameters
    ----------
    front : _Front
    target : int array (m,)
        Stage that follows each visit, or END.
    torn, otherwise : int array (t,)
        Visits with a second way on, and the stage there, or END.
    stages : int
        How many there are.

    Returns
    -------
    int array (m,), int array (t,)
        Position of what follows, or END.
    _Front
    """
    goes, more = np.flatnonzero(target >= 0), np.flatnonzero(otherwise >= 0)
    leads_to, leads_else = np.full(len(target), END), np.full(len(otherwise), END)
    owner, stage = front.owner.take(goes), target.take(goes)
    if not len(front.again) and not len(more):
        leads_to[goes] = np.arange(len(goes))
        return leads_to, leads_else, _Front(owner, stage, again=goes[:0])
    owner = np.concatenate([owner, front.owner[torn[more]]])
    stage = np.concatenate([stage, otherwise[more]])
    key = owner * stages + stage
    order = np.argsort(key, kind="stable")
    key = key.take(order)
    new = np.ones(len(key), dtype=np.bool_)
    np.greater(key[1:], key[:-1], out=new[1:])
    position = np.empty(len(key), dtype=np.int64)
    position[order] = np.cumsum(new) - 1
    leads_to[goes], leads_else[more] = position[: len(goes)], position[len(goes) :]
    chosen = order[new]
    owner, stage = owner.take(chosen), stage.take(chosen)
    return leads_to, leads_else, _Front(owner, stage, np.flatnonzero(owner[1:] == owner[:-1]) + 1)


def _lay_out(count: Ints, levels: list[_Level]) -> Paths:
    """Put the visits of a request together, in the order of the table."""
    first, size = np.cumsum(count) - count, int(count.sum())
    stage = np.empty(size, dtype=np.int32)
    depth = np.empty(size, dtype=np.int16)
    leads_to = np.empty(size, dtype=np.int32)
    torn, otherwise = [first[:0]], [first[:0]]
    nowhere = np.array([CUT, END])  # as positions from the end these lead to themselves
    below = nowhere
    for number in reversed(range(len(levels))):
        level = levels[number]
        at = first.take(level.front.owner) + level.place
        stage[at], depth[at] = level.front.stage, number
        leads_to[at] = below.take(level.leads_to)
        torn.append(at[level.torn])
        otherwise.append(below.take(level.otherwise))
        below = np.concatenate([at, nowhere])
    return Paths(count, stage, depth, leads_to, np.concatenate(torn), np.concatenate(otherwise))
