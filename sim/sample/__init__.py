"""Draw everything random of a replication: the tables of requests and potential visits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from network.demand import Arrivals, RequestClass
from network.law import Source
from network.model import Network
from network.tables import END, REQUEST, VISIT, Requests, Visits
from sim.sample.arrivals import Coming, come, logged_rows
from sim.sample.paths import Paths, draw_paths
from sim.sample.streams import Streams

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

__all__ = ["Sample", "sample"]


class Sample(NamedTuple):
    """The two tables that an engine plays.

    Parameters
    ----------
    requests : structured array
        dtype `network.tables.REQUEST`, sorted by arrival, class and draw.
    visits : structured array
        dtype `network.tables.VISIT`, rows of a request together.
    """

    requests: Requests
    visits: Visits


@dataclass(frozen=True, slots=True)
class _ClassDraw:
    coming: Coming
    paths: Paths
    segment: Ints
    channel: Ints
    priority: Floats
    shows: NDArray[np.bool_]


def sample(network: Network, seed: int, replication: int, horizon: float) -> Sample:
    """Draw the tables of one replication; nothing random is left for an engine.

    Parameters
    ----------
    network : Network
    seed : int
        Of the whole run, >= 0.
    replication : int
        Each has streams of its own.
    horizon : float
        Requests arrive before this minute.
    """
    stage_of: dict[str, list[int]] = {}
    for number, stage in enumerate(network.stages):
        stage_of.setdefault(stage.class_id, []).append(number)
    draws = [
        _draw_class(
            network, one, stage_of[one.class_id], Streams(seed, replication, one.class_id), horizon
        )
        for one in network.classes
    ]
    return _merge(draws, [stage_of[one.class_id] for one in network.classes])


def _draw_class(
    network: Network, one: RequestClass, stages: list[int], streams: Streams, horizon: float
) -> _ClassDraw:
    coming = come(network, one, streams, horizon)
    size = len(coming.arrival)
    route = [network.stages[number] for number in stages]
    segment = _pick(
        [s.share for s in network.segments], streams.draw("segment", size, Source.UNIFORM)
    )
    entries = [entry for entry in network.entries if entry.class_id == one.class_id]
    way_in = _pick([e.share for e in entries], streams.draw("channel", size, Source.UNIFORM))
    if one.arrivals is Arrivals.LOG:
        segment, way_in = _from_log(network, one, horizon, segment, way_in)
    shows = streams.draw("shows", size, Source.UNIFORM) >= one.no_show
    position = {stage.stage: number for number, stage in enumerate(route)}
    entry = np.array([position[e.stage] for e in entries], dtype=np.int64)[way_in]
    factor = np.array([s.patience_factor for s in network.segments])[segment]
    paths = draw_paths(
        route,
        entry,
        factor,
        streams,
        travel_sigma=network.travel.noise_sigma,
        visit_cap=network.settings.visit_cap,
    )
    _never_come(paths, shows)
    if one.arrivals is Arrivals.LOG:
        _logged_durations(network, one, horizon, paths)
    channels = {channel.channel_id: number for number, channel in enumerate(network.channels)}
    return _ClassDraw(
        coming,
        paths,
        segment,
        np.array([channels[e.channel] for e in entries], dtype=np.int64)[way_in],
        one.priority + np.array([s.priority for s in network.segments])[segment],
        shows,
    )


def _pick(shares: list[float], uniform: Floats) -> Ints:
    """Index of the share that each uniform number falls into."""
    ends = np.cumsum(shares)
    return np.minimum(np.searchsorted(ends, uniform, side="right"), len(shares) - 1)


def _never_come(paths: Paths, shows: NDArray[np.bool_]) -> None:
    """A customer who does not come: the agent goes out and back, and nothing follows."""
    if shows.all():
        return
    absent = ~shows[paths.owner]
    paths.service[absent] = 0.0
    paths.patience[absent] = np.inf
    paths.parts[absent] = 0.0
    paths.if_resolved[absent] = END
    paths.if_unresolved[absent] = END


def _from_log(
    network: Network, one: RequestClass, horizon: float, segment: Ints, way_in: Ints
) -> tuple[Ints, Ints]:
    """Segment and channel where the log states them."""
    segments = {s.segment_id: number for number, s in enumerate(network.segments)}
    ways = {
        e.channel: n for n, e in enumerate(e for e in network.entries if e.class_id == one.class_id)
    }
    for position, row in enumerate(logged_rows(network, one, horizon)):
        logged = network.log[row]
        if logged.segment is not None:
            segment[position] = segments[logged.segment]
        if logged.channel is not None and logged.channel in ways:
            way_in[position] = ways[logged.channel]
    return segment, way_in


def _logged_durations(network: Network, one: RequestClass, horizon: float, paths: Paths) -> None:
    """Service and patience of the first visit where the log states them."""
    first = np.flatnonzero(paths.depth == 0)
    for position, row in enumerate(logged_rows(network, one, horizon)):
        logged = network.log[row]
        if logged.service is not None:
            paths.service[first[position]] = logged.service
        if logged.patience is not None:
            paths.patience[first[position]] = logged.patience


def _merge(draws: list[_ClassDraw], stage_of: list[list[int]]) -> Sample:
    """Sort the requests of all classes by (time, class, draw) and lay their visits out."""
    sizes = [len(draw.coming.arrival) for draw in draws]
    base = np.cumsum([0, *sizes])
    arrival = np.concatenate([draw.coming.arrival for draw in draws])
    order = np.argsort(arrival, kind="stable")
    row_of = np.empty(len(order), dtype=np.int64)
    row_of[order] = np.arange(len(order))
    count = np.concatenate([draw.paths.count for draw in draws])[order]
    first = np.concatenate([[0], np.cumsum(count)])
    requests = np.zeros(len(order), dtype=REQUEST)
    visits = np.zeros(int(first[-1]), dtype=VISIT)
    for c, draw in enumerate(draws):
        rows = row_of[base[c] : base[c + 1]]
        _fill_requests(requests, rows, c, draw, row_of[base[c] : base[c + 1]])
        requests["first_visit"][rows] = first[rows]
        _fill_visits(visits, rows, first, draw.paths, np.array(stage_of[c]))
    return Sample(requests, visits)


def _fill_requests(
    requests: Requests, rows: Ints, class_index: int, draw: _ClassDraw, row_of: Ints
) -> None:
    coming = draw.coming
    after = np.full(len(rows), -1, dtype=np.int64)
    chained = coming.after >= 0
    after[chained] = row_of[coming.after[chained]]
    for name, values in (
        ("arrival", coming.arrival),
        ("after", after),
        ("gap", coming.gap),
        ("appointment", coming.appointment),
        ("zone", coming.zone),
        ("class", np.full(len(rows), class_index)),
        ("segment", draw.segment),
        ("channel", draw.channel),
        ("priority", draw.priority),
        ("shows", draw.shows),
    ):
        requests[name][rows] = values


def _fill_visits(visits: Visits, rows: Ints, first: Ints, paths: Paths, stages: Ints) -> None:
    at = first[rows[paths.owner]] + paths.place
    for name in (
        "service",
        "patience",
        "parts",
        "parts_late",
        "travel_factor",
        "resolve_u",
        "depth",
    ):
        visits[name][at] = getattr(paths, name)
    visits["request"][at] = rows[paths.owner]
    visits["stage"][at] = stages[paths.stage]
    for name in ("if_resolved", "if_unresolved"):
        pointer = getattr(paths, name)
        goes_on = pointer >= 0
        visits[name][at] = np.where(goes_on, at[np.where(goes_on, pointer, 0)], pointer)
