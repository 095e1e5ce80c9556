"""The table of requests: all classes in the order of their arrivals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.demand import RequestClass, Weight
from network.errors import Problem, ScenarioError
from network.model import Network
from network.tables import REQUEST, Requests
from sim.sample.arrivals import Coming, zone_weights
from sim.sample.shares import Shares
from sim.sample.streams import Draws

Ints = NDArray[np.int64]

_BLOCK = 16_384
"""Rows filled at a time: they stay in the processor's cache until all columns are there."""


@dataclass(frozen=True, slots=True)
class Cases:
    """The requests of all classes, sorted by arrival, class and draw.

    Parameters
    ----------
    table : structured array (n,)
        dtype `network.tables.REQUEST`; ``first_visit`` is still to be filled.
    draws : Draws
        Of each request.
    stage : int array (n,)
        Stage of the network in which each begins.
    """

    table: Requests
    draws: Draws
    stage: NDArray[np.int32]


def line_up(network: Network, comings: Sequence[Coming]) -> Cases:
    """Merge the requests of all classes, and draw who asks and by which way in.

    Parameters
    ----------
    network : Network
    comings : sequence of Coming
        By class.
    """
    sizes = [len(coming.arrival) for coming in comings]
    arrival = np.concatenate([coming.arrival for coming in comings])
    order = np.argsort(arrival, kind="stable")
    kind = np.repeat(np.arange(len(sizes), dtype=np.int16), sizes)
    state = np.concatenate([coming.draws.state for coming in comings])
    table = np.zeros(len(order), dtype=REQUEST)
    cases = Cases(table, Draws(np.empty_like(state)), np.empty(len(order), dtype=np.int32))
    customers = _Customers(network, comings)
    for begin in range(0, len(order), _BLOCK):
        rows = slice(begin, begin + _BLOCK)
        drawn = order[rows]
        table["arrival"][rows] = arrival.take(drawn)
        cases.draws.state[rows] = state.take(drawn)
        cases.stage[rows] = customers.fill(table[rows], kind.take(drawn), cases.draws[rows])
    _fill_rare(table, comings, order)
    return cases


class _Customers:
    """Who asks for what, where and by which way in."""

    def __init__(self, network: Network, comings: Sequence[Coming]) -> None:
        channels = {one.channel_id: number for number, one in enumerate(network.channels)}
        stages = {(one.class_id, one.stage): number for number, one in enumerate(network.stages)}
        ways = [[e for e in network.entries if e.class_id == c.class_id] for c in network.classes]
        most = max(map(len, ways))
        self._ends = np.full((most, len(ways)), np.inf)
        self._channel, self._stage = (np.zeros((most, len(ways)), np.int32) for _ in range(2))
        for number, entries in enumerate(ways):
            for place, entry in enumerate(entries):
                self._channel[place, number] = channels[entry.channel]
                self._stage[place, number] = stages[entry.class_id, entry.stage]
            ends = np.cumsum([entry.share for entry in entries[:-1]])
            self._ends[: len(ends), number] = ends
        self._segments = Shares([segment.share for segment in network.segments])
        self._urgency = np.array([segment.priority for segment in network.segments])
        self._priority = np.array([one.priority for one in network.classes])
        self._no_show = np.array([one.no_show for one in network.classes])
        self._zones = _zones(network, comings)

    def fill(self, block: Requests, kind: NDArray[np.int16], draws: Draws) -> NDArray[np.int32]:
        """Draw all columns of requests of these classes but arrivals; return where they begin."""
        at = kind.astype(np.int64)
        way = at.copy()
        if len(self._ends) > 1:
            uniform = draws.uniform("channel")
            for ends in self._ends[:-1]:
                way += len(ends) * (uniform >= ends.take(at))
        segment = self._segments.pick(draws, "segment")
        block["class"], block["segment"], block["channel"] = kind, segment, self._channel.take(way)
        block["priority"] = self._priority.take(at) + self._urgency.take(segment)
        block["shows"] = 1
        if self._no_show.any():
            block["shows"] = draws.uniform("shows") >= self._no_show.take(at)
        for own, shares in self._zones:
            rows = np.flatnonzero(own.take(at))
            if len(rows) == len(at):
                block["zone"] = shares.pick(draws, "zone")
            else:
                block["zone"][rows] = shares.pick(draws.of(rows), "zone")
        block["after"], block["gap"], block["appointment"] = -1, np.nan, np.nan
        return self._stage.take(way)


def _zones(network: Network, comings: Sequence[Coming]) -> list[tuple[NDArray[np.bool_], Shares]]:
    """Which classes are shared over the zones by which column."""
    drawn = [
        one if coming.zone is None and len(coming.arrival) else None
        for one, coming in zip(network.classes, comings, strict=True)
    ]
    found = []
    for weight in Weight:
        own = np.array([one is not None and one.weight is weight for one in drawn])
        if own.any():
            found.append((own, Shares(_weights(network, network.classes[int(own.argmax())]))))
    return found


def _weights(network: Network, one: RequestClass) -> NDArray[np.float64]:
    weights = zone_weights(network, one)
    if weights.any():
        return weights
    message = f"zones have no {one.weight.value}, by which '{one.class_id}' is shared"
    raise ScenarioError(network.name, [Problem("zones", message)])


def _fill_rare(table: Requests, comings: Sequence[Coming], order: Ints) -> None:
    """What only few classes have: appointments, own zones, calls that follow another."""
    row_of: Ints | None = None
    end = 0
    for coming in comings:
        begin, end = end, end + len(coming.arrival)
        if coming.appointment is None and coming.zone is None:
            continue
        if row_of is None:
            row_of = np.empty_like(order)
            row_of[order] = np.arange(len(order))
        rows = row_of[begin:end]
        if coming.appointment is not None:
            table["appointment"][rows] = coming.appointment
        if coming.zone is not None:
            table["zone"][rows] = coming.zone
        if coming.after is not None:
            table["after"][rows] = np.where(coming.after < 0, -1, rows[coming.after])
            table["gap"][rows] = coming.gap
