"""The table of potential visits: what is drawn for each, beside where it leads."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from network.law import Source
from network.model import Network
from network.route import Mode
from network.tables import END, VISIT, Visits
from sim.sample.laws import LawTable
from sim.sample.paths import Paths, Routes
from sim.sample.requests import Cases
from sim.sample.streams import Draws

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_BLOCK = 16_384
"""Rows filled at a time: they stay in the processor's cache until all columns are there."""


def fill_visits(network: Network, routes: Routes, cases: Cases, paths: Sequence[Paths]) -> Visits:
    """Draw the columns of all visits.

    Parameters
    ----------
    network : Network
    routes : Routes
    cases : Cases
        ``first_visit`` of their table is filled.
    paths : sequence of Paths
        Of the requests, block after block.
    """
    table = np.zeros(sum(len(some.stage) for some in paths), dtype=VISIT)
    columns = _Columns(network, routes, cases)
    case = row = 0
    for some in paths:
        ends = np.cumsum(some.count)
        cases.table["first_visit"][case : case + len(ends)] = row + ends - some.count
        owner = np.repeat(np.arange(case, case + len(ends)), some.count)
        part = table[row : row + len(owner)]
        for begin in range(0, len(owner), _BLOCK):
            rows = slice(begin, begin + _BLOCK)
            leads_to = _rows_from(row, some.leads_to[rows])
            columns.fill(part[rows], owner[rows], some.stage[rows], some.depth[rows], leads_to)
        part["if_unresolved"][some.torn] = _rows_from(row, some.otherwise)
        case, row = case + len(ends), row + len(owner)
    return table


def _rows_from(first: int, pointer: NDArray[np.integer]) -> NDArray[np.integer]:
    """Rows of the whole table for rows of one block of paths; END and CUT stay."""
    return np.where(pointer < 0, pointer, pointer + first)


class _Columns:
    """The laws of all stages, and how the columns of visits are drawn from them."""

    def __init__(self, network: Network, routes: Routes, cases: Cases) -> None:
        stages = network.stages
        self._draws = cases.draws
        self._most = routes.most
        self._service = LawTable([stage.service for stage in stages])
        self._patience = LawTable([stage.patience for stage in stages])
        self._parts_wait = LawTable([stage.parts_wait for stage in stages])
        self._parts_late = LawTable([stage.parts_late for stage in stages])
        self._parts_share = np.array([stage.parts_share for stage in stages])
        self._has_parts = self._parts_share > 0
        self._parts_on_time = np.array([stage.parts_on_time for stage in stages])
        self._sigma = network.travel.noise_sigma
        moves = [self._sigma > 0 and stage.mode in (Mode.VISIT, Mode.WALK_IN) for stage in stages]
        self._travels = np.array(moves)
        self._absent = cases.table["shows"] == 0
        self._all_come = not self._absent.any()
        factors = np.array([segment.patience_factor for segment in network.segments])
        self._patience_factor = factors.take(cases.table["segment"])
        self._all_as_patient = bool((factors == 1).all())

    def fill(
        self,
        block: Visits,
        owner: Ints,
        stage: NDArray[np.int32],
        depth: NDArray[np.int16],
        leads_to: NDArray[np.integer],
    ) -> None:
        """Draw all columns of some visits; the ways on from torn ones are still to be parted."""
        draws = self._draws.of(owner).at(depth)
        block["request"], block["stage"], block["depth"] = owner, stage, depth
        at = stage.astype(np.int64)
        block["resolve_u"] = u = draws.uniform("resolve")
        fails = u >= self._most.take(at)
        block["if_resolved"] = np.where(fails, END, leads_to)
        block["if_unresolved"] = np.where(fails, leads_to, END)
        block["service"] = self._service.draw("service", draws, at)
        patience = self._patience.draw("patience", draws, at)
        if not self._all_as_patient:
            patience *= self._patience_factor.take(owner)
        block["patience"] = patience
        self._fill_parts(block, at, draws)
        block["travel_factor"] = 1.0
        rows = np.flatnonzero(self._travels.take(at))
        if len(rows):  # lognormal with mean 1
            normal = draws.of(rows).draw("travel", Source.NORMAL)
            block["travel_factor"][rows] = np.exp(self._sigma * (normal - self._sigma / 2))
        if not self._all_come:  # the agent goes out and back, and nobody is there
            rows = np.flatnonzero(self._absent.take(owner))
            for name, value in (
                ("service", 0),
                ("patience", np.inf),
                ("parts", 0),
                ("parts_late", 0),
            ):
                block[name][rows] = value

    def _fill_parts(self, block: Visits, stage: Ints, draws: Draws) -> None:
        """Whether a part is needed, whether it is late, and how long it takes."""
        rows = np.flatnonzero(self._has_parts.take(stage))
        if not len(rows):
            return
        rows = rows[draws.of(rows).uniform("parts_needed") < self._parts_share[stage[rows]]]
        late = draws.of(rows).uniform("parts_late") >= self._parts_on_time[stage[rows]]
        block["parts_late"][rows] = late
        for law, column, some in (
            (self._parts_wait, "parts_wait", rows[~late]),
            (self._parts_late, "parts_wait_late", rows[late]),
        ):
            block["parts"][some] = law.draw(column, draws.of(some), stage[some])
