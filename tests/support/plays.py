"""A random network laid out with its tables, continuous or on a grid of minutes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from random_networks import random_network

from network.model import Network
from sim.layout import Layout, lay_out
from sim.sample import Sample, sample

GRIDS = (None, 0.25, 5.0, 30.0)
"""Minutes to which times are rounded; None: continuous."""


@dataclass(frozen=True, slots=True)
class Play:
    """A network laid out, with its tables: what an engine needs.

    Parameters
    ----------
    network : Network
    layout : Layout
    tables : Sample
    last_arrival : float
        Minutes.
    """

    network: Network
    layout: Layout
    tables: Sample
    last_arrival: float


def random_play(seed: int) -> Play:
    """Network number ``seed`` with its tables, on the grid that is this number's turn."""
    chance = np.random.default_rng([seed, 1])
    network = random_network(seed)
    horizon = float(chance.integers(8, 60)) * 60.0
    layout = lay_out(network, horizon)
    tables = sample(network, seed, 0, horizon)
    drains = chance.random() < 0.2
    last_arrival = horizon * 0.7 if drains else float("inf")
    play = Play(network, layout, tables, last_arrival)
    return rounded(play, GRIDS[seed % len(GRIDS)], float(chance.choice([0.0, 0.0, 0.1, 0.5])), seed)


def rounded(play: Play, grid: float | None, zero_share: float, seed: int) -> Play:
    """The same play with all times on a grid and some durations 0.

    Parameters
    ----------
    play : Play
    grid : float or None
        Minutes; None leaves times as they are.
    zero_share : float
        Share of services, patiences, parts, gaps and ways that become 0.
    seed : int
        For which ones do.
    """
    chance = np.random.default_rng([seed, 2])
    requests, visits = play.tables.requests.copy(), play.tables.visits.copy()
    minutes, factors = play.layout.reach.pair_min.copy(), play.layout.hour_factor
    if grid is not None:
        for table, names in (
            (requests, ("arrival", "gap", "appointment")),
            (visits, ("service", "patience", "parts")),
        ):
            for name in names:
                table[name] = np.floor(table[name] / grid + 0.5) * grid
        minutes = np.floor(minutes / grid + 0.5) * grid
        factors = np.where(factors < 1, 1.0, np.floor(factors + 0.5))
        visits["travel_factor"] = 1.0
    for column in (
        visits["service"],
        visits["patience"],
        visits["parts"],
        requests["gap"],
        minutes,
    ):
        column[(chance.random(len(column)) < zero_share) & np.isfinite(column)] = 0.0
    reach = replace(play.layout.reach, pair_min=minutes)
    layout = replace(play.layout, reach=reach, hour_factor=factors)
    return replace(play, layout=layout, tables=Sample(requests, visits))
