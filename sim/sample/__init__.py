"""Draw everything random of a replication: the tables of requests and potential visits."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from network.model import Network
from network.tables import Requests, Visits
from sim.sample.arrivals import come
from sim.sample.log import replay_customers, replay_durations
from sim.sample.paths import Routes, find_paths
from sim.sample.requests import line_up
from sim.sample.streams import Streams
from sim.sample.visits import fill_visits

__all__ = ["Sample", "sample"]

_BLOCK = 32_768
"""Requests followed at a time: many for NumPy, few for the processor's cache."""


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
    cases = line_up(
        network,
        [
            come(network, one, Streams(seed, replication, one.class_id), horizon)
            for one in network.classes
        ],
    )
    replay_customers(network, cases, horizon)
    routes = Routes(network.stages)
    paths = [
        find_paths(
            routes,
            cases.draws[rows],
            cases.stage[rows].astype(np.int64),
            cases.table["shows"][rows] == 1,
            visit_cap=network.settings.visit_cap,
        )
        for first in range(0, len(cases.table), _BLOCK)
        for rows in [slice(first, first + _BLOCK)]
    ]
    visits = fill_visits(network, routes, cases, paths)
    replay_durations(network, cases, visits, horizon)
    return Sample(cases.table, visits)
