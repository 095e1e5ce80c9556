"""A network and the tables of a run -> the arrays that counting reads and writes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from network.kpi import BY_NAME
from network.model import Network
from network.places import TierKind
from network.quantity import MINUTES_PER_HOUR
from network.tables import Outcomes
from sim.kpis.groups import DIMENSIONS, OF_REQUESTS, Groups
from sim.kpis.kernel import survey as s
from sim.kpis.window import Window
from sim.layout import Layout
from sim.sample import Sample

Floats = NDArray[np.float64]

HISTOGRAM_EDGES_MIN = np.concatenate([[0.0], np.geomspace(0.05, 40_000.0, 200), [np.inf]])
"""Edges of the response-time histograms, minutes."""

MEASURES = (
    ("resolution", s.RESOLUTIONS, s.MEASURED),
    ("wait", s.WAITS, s.MEASURED),
    ("response", s.RESPONSES, s.MEASURED),
    ("field_response", s.RESPONSES, s.IN_FIELD),
)
"""Times that are measured: name, list, and which on it count."""


def prepare(
    network: Network,
    layout: Layout,
    sample: Sample,
    outcomes: Outcomes,
    window: Window,
    groups: Groups,
    patterns: int,
    *,
    timed: bool = True,
) -> s.Survey:
    """Lay out what is counted, and room for what is found.

    Parameters
    ----------
    patterns : int
        How many combinations of truths there is room for.
    timed : bool
        Whether there is room for times.
    """
    requests, visits = len(sample.requests), len(sample.visits)
    axes = groups.axes()
    request_axes = len(groups.axes(DIMENSIONS[:OF_REQUESTS]))
    measures, measured_axes = _measures(axes)
    cells = len(measures) * groups.size if timed else 0
    quantiles = cells * len(s.SHARES)
    room = requests + 2 * visits + max(requests, visits) if timed else 0
    times = np.empty(room, dtype=s.TIME)
    hours = len(np.arange(0.0, outcomes.horizon, MINUTES_PER_HOUR))
    return s.Survey(
        requests=np.ascontiguousarray(sample.requests),
        visits=np.ascontiguousarray(sample.visits),
        request_outcomes=np.ascontiguousarray(outcomes.requests),
        visit_outcomes=np.ascontiguousarray(outcomes.visits),
        settings=_settings(layout, window, groups, request_axes),
        path=np.zeros(1, dtype=s.PATH),
        tiers=_tiers(network),
        stages=_table(
            s.STAGE, len(network.stages), tier=layout.stages.tier, mode=layout.stages.mode
        ),
        zones=_table(s.ZONE, len(network.zones), region=groups.zone_region, area=groups.zone_area),
        axes=_axes(groups, axes),
        here=np.zeros(len(axes), dtype=np.int32),
        group_of=np.empty(
            requests * request_axes + visits * len(axes) if timed else 0, dtype=s.GROUP
        ),
        slot_of=np.full(s.PATTERNS, -1, dtype=np.int16),
        patterns=np.zeros(patterns, dtype=np.int64),
        counts=np.zeros(patterns * groups.size, dtype=np.int32),
        times=times,
        bits=times.view(s.BITS),
        digits=np.zeros(1 << s.DIGIT_BITS, dtype=np.int32),
        lists=_table(s.LIST, 3, first=[0, requests, requests + visits]),
        measures=measures,
        measured_axes=measured_axes,
        standings=np.zeros(cells, dtype=s.STANDING),
        low=np.zeros(quantiles, dtype=np.int64),
        below=np.zeros(quantiles),
        above=np.zeros(quantiles),
        edges=HISTOGRAM_EDGES_MIN,
        histogram=np.zeros(len(network.tiers) * (len(HISTOGRAM_EDGES_MIN) - 1), dtype=np.int64),
        backlog=np.zeros(hours, dtype=np.int64),
        firsts=np.empty(visits if network.promises else 0, dtype=s.FIRST),
    )


def _table(dtype: np.dtype[np.void], rows: int, **columns: object) -> s.Records:
    """A table with some columns filled; the others are 0."""
    table = np.zeros(rows, dtype=dtype)
    for name, values in columns.items():
        table[name] = values
    return table


def _settings(layout: Layout, window: Window, groups: Groups, request_axes: int) -> s.Records:
    return _table(
        s.SETTINGS,
        1,
        start=window.start,
        end=window.end,
        horizon=window.horizon,
        clock_offset=layout.clock_offset,
        groups=groups.size,
        regions=len(groups.keys["region"]),
        request_axes=request_axes,
    )


def _tiers(network: Network) -> s.Records:
    return _table(
        s.TIER,
        len(network.tiers),
        target=[np.nan if tier.target is None else tier.target for tier in network.tiers],
        is_point=[tier.kind is TierKind.POINT for tier in network.tiers],
    )


def _stages(layout: Layout) -> s.Records:
    codes = layout.stages
    return _table(s.STAGE, len(codes.tier), tier=codes.tier, mode=codes.mode)


def _axes(groups: Groups, axes: list[str]) -> s.Records:
    return _table(
        s.AXIS,
        len(axes),
        dimension=[DIMENSIONS.index(name) for name in axes],
        first=[groups.first[name] for name in axes],
    )


def _measures(axes: list[str]) -> tuple[s.Records, NDArray[np.int32]]:
    """What is measured, and on which axes it is reported."""
    reported = [
        [n for n, axis in enumerate(axes) if axis in BY_NAME[f"{name}_mean"].dimensions]
        for name, _, _ in MEASURES
    ]
    ends = np.cumsum([len(one) for one in reported])
    measures = _table(
        s.MEASURE,
        len(MEASURES),
        list=[kind for _, kind, _ in MEASURES],
        counts_for=[counts_for for _, _, counts_for in MEASURES],
        axes=[0, *ends[:-1]],
        axes_end=ends,
    )
    return measures, np.concatenate(reported).astype(np.int32)


def set_places(survey: s.Survey, measured: Floats, zeros: Floats) -> Floats:
    """Say which order statistics each group needs for its quantiles.

    Parameters
    ----------
    survey : Survey
        In which all rows are counted.
    measured, zeros : float array (measures, groups)
        How many times each group has; how many of them are 0, and so on no list.

    Returns
    -------
    float array (measures, groups, shares)
        How far each quantile lies beyond the order statistic below it, 0 to 1.
    """
    exact = np.maximum(measured - 1, 0.0)[:, :, None] * s.SHARES
    low = np.floor(exact)
    wanted = np.concatenate([low, low + 1], axis=2)
    place = np.where(wanted >= zeros[:, :, None], wanted, np.inf).min(axis=2)
    never = np.isinf(place)
    survey.low[:] = low.ravel()
    survey.standings["place"] = np.where(never, 0, place).ravel()
    survey.standings["left"] = np.where(never, -1, place - zeros + 1).ravel()
    return exact - low
