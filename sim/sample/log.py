"""What the log of a replayed class states replaces what was drawn."""

from __future__ import annotations

from collections.abc import Iterator

from network.demand import Arrivals, LoggedRequest, RequestClass
from network.model import Network
from network.tables import Visits
from sim.sample.arrivals import logged_rows
from sim.sample.requests import Cases


def replay_customers(network: Network, cases: Cases, horizon: float) -> None:
    """Segment and channel, with the priority and the first stage that follow from them."""
    segments = {segment.segment_id: number for number, segment in enumerate(network.segments)}
    channels = {channel.channel_id: number for number, channel in enumerate(network.channels)}
    stages = {(stage.class_id, stage.stage): n for n, stage in enumerate(network.stages)}
    entry_of = {(entry.class_id, entry.channel): entry for entry in network.entries}
    for one, row, logged in _logged(network, cases, horizon):
        entry = entry_of.get((one.class_id, logged.channel or ""))
        if entry is not None:
            cases.table["channel"][row] = channels[entry.channel]
            cases.stage[row] = stages[entry.class_id, entry.stage]
        if logged.segment is not None:
            number = segments[logged.segment]
            cases.table["segment"][row] = number
            cases.table["priority"][row] = one.priority + network.segments[number].priority


def replay_durations(network: Network, cases: Cases, visits: Visits, horizon: float) -> None:
    """Service and patience of the first visit."""
    for _, row, logged in _logged(network, cases, horizon):
        first = cases.table["first_visit"][row]
        if logged.service is not None:
            visits["service"][first] = logged.service
        if logged.patience is not None:
            visits["patience"][first] = logged.patience


def _logged(
    network: Network, cases: Cases, horizon: float
) -> Iterator[tuple[RequestClass, int, LoggedRequest]]:
    """Class, row in the table, and what the log says of every replayed request."""
    for number, one in enumerate(network.classes):
        if one.arrivals is Arrivals.LOG:
            rows = (cases.table["class"] == number).nonzero()[0].tolist()
            for row, place in zip(rows, logged_rows(network, one, horizon), strict=True):
                yield one, row, network.log[place]
