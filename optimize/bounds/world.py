"""Sets and data of the necessary bound, made once from a network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.demand import Arrivals
from network.model import Network
from network.promise import Form, Measure, Promise
from optimize.bounds.chains import (
    Chain,
    arrivals_per_month,
    chain_of,
    is_counted,
    worked,
    zone_share,
)
from optimize.bounds.prices import Ground, grounds_of
from optimize.bounds.reach import Job, Pairs, asked_by_zone, job_of, minutes_and_km, pairs_of
from sim.kpis import Window

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_MONTH_DAYS = 28


@dataclass(frozen=True)
class World:
    """What the bound's program is made from.

    Parameters
    ----------
    network : Network
    window : Window
    chains : tuple of Chain
        Of the classes that are counted.
    per_month : float array (chains,)
        Requests a month.
    cells : tuple of (str, str)
        Region and area of each group of zones.
    cell_of : int array (zones,)
    cell_share : float array (chains, cells)
        How a class's requests are shared over cells.
    grounds : tuple of Ground
    minutes : float array (zones, grounds)
        Base travel.
    jobs : tuple of Pairs
    promises : tuple of Promise
        Those that only speak of classes that are counted.
    left_out : tuple of str
        What the bound does not count, in words.
    """

    network: Network
    window: Window
    chains: tuple[Chain, ...]
    per_month: Floats
    cells: tuple[tuple[str, str], ...]
    cell_of: Ints
    cell_share: Floats
    grounds: tuple[Ground, ...]
    minutes: Floats
    jobs: tuple[Pairs, ...]
    promises: tuple[Promise, ...]
    left_out: tuple[str, ...]

    def target(self, promise: Promise) -> float:
        """Long-run share that a promise asks for at least.

        If a month meets its target with chance gamma, E[met] >= share E[due; good month], and
        E[due; bad month] <= (1 - gamma) E[due] + sd(due) sqrt(gamma (1 - gamma)).
        """
        if promise.form is Form.AVERAGE:
            return promise.share
        due, variance = 0.0, 0.0
        for chain, per_month in zip(self.chains, self.per_month, strict=True):
            if promise.class_id in (None, chain.one.class_id):
                mean = per_month * self._in_group(promise)
                due += mean
                variance += mean + (mean * chain.one.day_cv) ** 2 / _MONTH_DAYS
        spread = np.sqrt(variance) / due if due > 0 else 0.0
        bad = np.sqrt(promise.gamma * (1 - promise.gamma)) * spread
        return float(max(promise.share * (promise.gamma - bad), 0.0))

    def _in_group(self, promise: Promise) -> float:
        segments = self.network.segments
        asked = sum(s.share for s in segments if promise.segment in (None, s.segment_id))
        return float(asked * self.cell_share[:, self.cells_of(promise)].sum(axis=1).min(initial=1))

    def cells_of(self, promise: Promise, area: str | None = None) -> list[int]:
        """Cells of a promise's group, or of one area of it."""
        return [
            k
            for k, (region, name) in enumerate(self.cells)
            if promise.region in (None, region)
            and promise.area in (None, name)
            and area in (None, name)
        ]

    def free(self, chain: Chain, state: int, promise: Promise) -> bool:
        """Whether a first visit may keep a promise wherever its site is.

        Nobody travels, or the moment from which the promise counts is not tied to the hours at
        which customers call.
        """
        stage = chain.stages[state]
        if not job_of(stage).travels:
            return True
        early = chain.one.arrivals is Arrivals.APPOINTMENT and (
            chain.one.punctuality.family != "constant" or chain.one.punctuality.a != 0
        )
        on_business = promise.calendar is not None
        return bool(chain.direct[state] and early) or bool(on_business and not chain.direct[state])


def world_of(network: Network, window: Window) -> World:
    """Collect the data of a network."""
    counted = [one for one in network.classes if is_counted(one)]
    chains = tuple(chain_of(network, one) for one in counted)
    per_month = np.array([arrivals_per_month(network, one, window) for one in counted])
    labels = list(zip(network.zones.region, network.zones.area, strict=True))
    cells = tuple(sorted(set(labels)))
    cell_of = np.array([cells.index(label) for label in labels], dtype=np.int64)
    share = np.array(
        [
            np.bincount(cell_of, weights=zone_share(network, one), minlength=len(cells))
            for one in counted
        ]
    ).reshape(len(counted), len(cells))
    grounds = tuple(grounds_of(network))
    ways = minutes_and_km(network, grounds)
    flows = list(zip(chains, per_month.tolist(), strict=True))
    jobs = tuple(
        pairs_of(network, job, grounds, ways, asked_by_zone(network, flows, job))
        for job in _jobs(chains)
    )
    skipped = {one.class_id for one in network.classes} - {one.class_id for one in counted}
    promises = tuple(p for p in network.promises if not _speaks_of(network, p, skipped))
    left_out = tuple(
        f"class {name}: its calls depend on the plan or a log" for name in sorted(skipped)
    )
    return World(network, window, chains, per_month, cells, cell_of, share, grounds, ways[0], jobs,
                 promises, left_out)  # fmt: skip


def _jobs(chains: tuple[Chain, ...]) -> list[Job]:
    found = {job_of(s) for chain in chains for s in chain.stages if worked(s)}
    return sorted(found, key=lambda job: (job.tier, job.mode.value, job.skill or ""))


def _speaks_of(network: Network, promise: Promise, classes: set[str]) -> bool:
    """Whether a promise counts requests of some classes."""
    if promise.class_id is not None:
        return promise.class_id in classes
    if promise.measure is Measure.RESOLUTION:
        return bool(classes)
    return any(s.class_id in classes and s.tier == promise.tier for s in network.stages)
