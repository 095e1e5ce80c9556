"""What happened in the counted part of a run, by group: counts and times.

The rows of the tables are counted in machine code (`sim.kpis.kernel`); here stands what
goes in and what comes out.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from network.model import Network
from network.tables import Outcomes
from sim.kpis.groups import DIMENSIONS, HOUR_KEYS, Groups, number_groups, ratio
from sim.kpis.kernel.machine import load_survey
from sim.kpis.kernel.prepare import HISTOGRAM_EDGES_MIN, MEASURES, prepare, set_places
from sim.kpis.kernel.survey import COUNT, FULL, RANK, VISIT_PATTERNS, OfRequest, OfVisit, Survey
from sim.kpis.window import Window
from sim.layout import Layout
from sim.machine_code.keeping import Entry
from sim.sample import Sample

__all__ = ["HISTOGRAM_EDGES_MIN", "HOUR_KEYS", "Facts", "Firsts", "Spread", "Window", "gather"]

Bit = TypeVar("Bit", bound=IntEnum)
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_PATTERNS_AT_FIRST = 64


@dataclass(frozen=True, slots=True)
class Spread:
    """How a time is spread, by group; NaN where there is none.

    Parameters
    ----------
    mean, variation : float array (groups,)
        Minutes; standard deviation / mean.
    quantiles : float array (groups, shares)
        Minutes, at the shares `sim.kpis.kernel.survey.SHARES`; type 7 of Hyndman and Fan
        (linear between order statistics).
    """

    mean: Floats
    variation: Floats
    quantiles: Floats


@dataclass(frozen=True, slots=True)
class Firsts:
    """The first visits of counted requests at their tiers (delays have none).

    Parameters
    ----------
    of : int array (n,)
        Position of the request among the counted ones.
    tier : int array (n,)
    began, response : float array (n,)
        Minute from which the response counts, the later of entered and booked; minutes,
        NaN where it did not come about, 0 if served before the booked time.
    """

    of: Ints
    tier: Ints
    began: Floats
    response: Floats


@dataclass(frozen=True, slots=True)
class Facts:
    """Counted requests and the visits they entered, by group.

    Parameters
    ----------
    groups : Groups
    offered, stages : float array (groups,)
        Counted requests; visits that they entered.
    requests : dict of OfRequest to float array (groups,)
        How many requests something is true of.
    visits : dict of OfVisit to float array (groups,)
        How many visits something is true of.
    times : dict of str to Spread
        resolution, wait, response, field_response; none if they were not asked for.
    firsts : Firsts
        Empty if the network promises nothing.
    parts_used : float array (stages,)
        Visits that needed parts.
    histogram : int array (tiers, edges - 1)
        First answered visits by tier and response time.
    zone_response : float array (2, zones)
        First answered visits at the base points by zone: how many, and their response
        times added up, minutes.
    backlog : float array (hours,)
        Requests arrived and not closed at each full hour.
    """

    groups: Groups
    offered: Floats
    stages: Floats
    requests: dict[OfRequest, Floats]
    visits: dict[OfVisit, Floats]
    times: dict[str, Spread]
    firsts: Firsts
    parts_used: Floats
    histogram: Ints
    zone_response: Floats
    backlog: Floats


def gather(
    network: Network,
    layout: Layout,
    sample: Sample,
    outcomes: Outcomes,
    window: Window,
    dimensions: tuple[str, ...] = DIMENSIONS,
    *,
    timed: bool = True,
) -> Facts:
    """Collect the facts of one replication.

    Parameters
    ----------
    dimensions : tuple of str
        By which they are counted.
    timed : bool
        Whether times are collected and ranked, too.
    """
    groups = number_groups(network, dimensions)
    answer = load_survey()
    survey = _counted(answer, network, layout, sample, outcomes, window, groups, timed=timed)
    known = int(survey.settings["patterns"][0])
    counts = survey.counts.reshape(-1, groups.size)[:known].astype(np.float64)
    patterns = survey.patterns[:known]
    of_visit = patterns >= VISIT_PATTERNS
    requests = _truths(OfRequest, patterns[~of_visit], counts[~of_visit])
    visits = _truths(OfVisit, patterns[of_visit], counts[of_visit])
    return Facts(
        groups=groups,
        offered=counts[~of_visit].sum(axis=0),
        stages=counts[of_visit].sum(axis=0),
        requests=requests,
        visits=visits,
        times=_ranked(answer, survey, requests, visits) if timed else {},
        firsts=_firsts(survey),
        parts_used=survey.stages["parts"].astype(np.float64),
        histogram=survey.histogram.reshape(len(network.tiers), -1),
        zone_response=np.array([survey.zones["answered"], survey.zones["response"]]),
        backlog=np.cumsum(survey.backlog).astype(np.float64),
    )


def _counted(
    answer: Entry,
    network: Network,
    layout: Layout,
    sample: Sample,
    outcomes: Outcomes,
    window: Window,
    groups: Groups,
    *,
    timed: bool,
) -> Survey:
    """A survey in which all rows are counted, with as much room for patterns as it takes."""
    room = _PATTERNS_AT_FIRST
    while True:
        survey = prepare(network, layout, sample, outcomes, window, groups, room, timed=timed)
        if answer(survey.address, COUNT) != FULL:
            return survey
        room *= 2


def _ranked(
    answer: Entry, survey: Survey, requests: dict[OfRequest, Floats], visits: dict[OfVisit, Floats]
) -> dict[str, Spread]:
    """Times of all groups, ranked, from how many there are and how many of them are 0."""
    measured = np.array(
        [
            requests[OfRequest.DONE],
            visits[OfVisit.SERVED],
            visits[OfVisit.ANSWERED],
            visits[OfVisit.REACHED],
        ]
    )
    zeros = np.array(
        [
            requests[OfRequest.DONE_AT_ONCE],
            visits[OfVisit.AT_ONCE],
            visits[OfVisit.ANSWERED_AT_ONCE],
            visits[OfVisit.REACHED_AT_ONCE],
        ]
    )
    beyond = set_places(survey, measured, zeros)
    answer(survey.address, RANK)
    return _spreads(survey, measured, beyond)


def _truths(bits: type[Bit], patterns: Ints, counts: Floats) -> dict[Bit, Floats]:
    """How often each thing is true, by group: the patterns that have its bit, added up."""
    return {bit: (patterns >> bit & 1) @ counts for bit in bits}


def _spreads(survey: Survey, measured: Floats, beyond: Floats) -> dict[str, Spread]:
    """Means and quantiles from sums and order statistics.

    Parameters
    ----------
    measured : float array (measures, groups)
        How many times each group has.
    beyond : float array (measures, groups, shares)
        From `set_places`.
    """
    shape = measured.shape
    below, above = survey.below.reshape(beyond.shape), survey.above.reshape(beyond.shape)
    quantiles = np.where(measured[:, :, None] > 0, below + (above - below) * beyond, np.nan)
    mean = ratio(survey.standings["total"].reshape(shape), measured)
    square = ratio(survey.standings["squares"].reshape(shape), measured)
    variation = ratio(np.sqrt(np.maximum(square - mean * mean, 0.0)), mean)
    return {
        name: Spread(mean[number], variation[number], quantiles[number])
        for number, (name, _, _) in enumerate(MEASURES)
    }


def _firsts(survey: Survey) -> Firsts:
    rows = survey.firsts[: int(survey.settings["firsts"][0])]
    return Firsts(
        of=rows["of"].astype(np.int64),
        tier=rows["tier"].astype(np.int64),
        began=rows["began"].copy(),
        response=rows["response"].copy(),
    )
