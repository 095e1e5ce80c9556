"""Outcomes of a replication -> key figures.

The figures of the registry `network.kpi` come as blocks (kpi, dimension, keys, values)
whose order depends on the network alone, so the values of replications stack.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.model import Network
from network.places import TierKind
from network.tables import Outcomes
from sim.kpis.costs import cost_figures
from sim.kpis.facts import HISTOGRAM_EDGES_MIN, Facts, Window, gather
from sim.kpis.groups import Block
from sim.kpis.promises import Kept, keep_promises
from sim.kpis.service import lost_figures, service_figures
from sim.kpis.staff import count_staff, queue_figures, staff_figures
from sim.layout import Layout
from sim.sample import Sample

__all__ = ["HISTOGRAM_EDGES_MIN", "Index", "Kpis", "Window", "outline", "summarise"]

Floats = NDArray[np.float64]

_OUTLINED = ("total", "segment", "channel", "tier")
"""Dimensions of what `outline` counts."""


@dataclass(frozen=True, slots=True)
class Index:
    """Which figure each value is.

    Parameters
    ----------
    blocks : tuple of (kpi, dimension, keys)
    """

    blocks: tuple[tuple[str, str, tuple[str, ...]], ...]

    def position(self, kpi: str, dimension: str = "total", key: str = "all") -> int:
        """Where the value of a figure stands.

        Raises
        ------
        KeyError
            If there is no such figure.
        """
        start = 0
        for name, group, keys in self.blocks:
            if name == kpi and group == dimension and key in keys:
                return start + keys.index(key)
            start += len(keys)
        raise KeyError(f"no figure {kpi} by {dimension} of {key}")

    def rows(self) -> tuple[list[str], list[str], list[str]]:
        """KPI, dimension and key of every value."""
        return (
            [kpi for kpi, _, keys in self.blocks for _ in keys],
            [dimension for _, dimension, keys in self.blocks for _ in keys],
            [key for _, _, keys in self.blocks for key in keys],
        )


@dataclass(frozen=True, slots=True)
class Kpis:
    """Key figures of one replication.

    Parameters
    ----------
    index : Index
    values : float array
        In the order of the index; NaN: nothing to measure.
    kept : Kept
        Promises.
    response_histogram : int array (tiers, edges - 1)
        First answered visits by tier and response time.
    zone_response : float array (2, zones)
        First answered visits at the base points by zone: how many, and their response
        times added up, minutes.
    backlog : float array (hours,)
        Requests arrived and not closed at each full hour.
    """

    index: Index
    values: Floats
    kept: Kept
    response_histogram: NDArray[np.int64]
    zone_response: Floats
    backlog: Floats


def summarise(
    network: Network, layout: Layout, sample: Sample, outcomes: Outcomes, window: Window
) -> Kpis:
    """Compute every figure of the registry for one replication."""
    facts = gather(network, layout, sample, outcomes, window)
    staff = count_staff(network, layout, sample, outcomes, window)
    kept = keep_promises(network, layout, facts, sample, outcomes, window)
    blocks = [
        *service_figures(facts, window),
        *staff_figures(network, layout, outcomes, staff, window),
        *cost_figures(network, facts, staff, kept.missed_by_segment, window),
        *_reach(network, layout),
    ]
    return _kpis(blocks, kept, facts)


def outline(
    network: Network, layout: Layout, sample: Sample, outcomes: Outcomes, window: Window
) -> Kpis:
    """Compute the figures by which a planner chooses: promises, cost, queues, what is lost.

    Each is what `summarise` makes it, sooner: no time is ranked, and nothing is told by zone,
    hour or class.
    """
    facts = gather(network, layout, sample, outcomes, window, _OUTLINED, timed=False)
    staff = count_staff(network, layout, sample, outcomes, window)
    kept = keep_promises(network, layout, facts, sample, outcomes, window)
    blocks = [
        *lost_figures(facts),
        *queue_figures(network, layout, outcomes),
        *cost_figures(network, facts, staff, kept.missed_by_segment, window),
    ]
    return _kpis(blocks, kept, facts)


def _kpis(blocks: Sequence[Block], kept: Kept, facts: Facts) -> Kpis:
    return Kpis(
        index=Index(tuple((kpi, dimension, keys) for kpi, dimension, keys, _ in blocks)),
        values=np.concatenate([values for *_, values in blocks]),
        kept=kept,
        response_histogram=facts.histogram,
        zone_response=facts.zone_response,
        backlog=facts.backlog,
    )


def _reach(network: Network, layout: Layout) -> Iterator[Block]:
    """Installed base within the target response of an open base point, per open base point."""
    points = [k for k, tier in enumerate(network.tiers) if tier.kind is TierKind.POINT]
    value = np.nan
    if points:
        target = network.tiers[points[0]].target or np.inf
        is_open = np.array([site.status.is_open for site in network.sites])
        at_points = np.isin(layout.sites.tier, points) & is_open
        reach = layout.reach
        zone = np.repeat(np.arange(len(network.zones)), np.diff(reach.pair_first))
        near = at_points[reach.pair_site] & (reach.pair_min <= target)
        covered = np.unique(zone[near])
        if at_points.any():
            value = float(network.zones.installed_base[covered].sum() / at_points.sum())
    yield "reach_per_site", "total", ("all",), np.array([value])
