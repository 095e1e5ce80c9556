"""The visits that a request entered: what is true of each, waits and responses."""

from __future__ import annotations

import math

from sim.kpis.kernel.survey import (
    IN_FIELD,
    MEASURED,
    NONE,
    NOT_ENTERED,
    RESPONSES,
    VISIT_ABANDONED,
    VISIT_PATTERNS,
    WAITS,
    OfVisit,
    Survey,
)
from sim.kpis.kernel.tally import append_time, keep_groups, set_visit_groups, tally
from sim.layout import DELAY, VISIT, WALK_IN
from sim.machine_code.jit import part

_SERVED, _AT_ONCE = 1 << OfVisit.SERVED, 1 << OfVisit.AT_ONCE
_JOINED, _GAVE_UP = 1 << OfVisit.JOINED, 1 << OfVisit.GAVE_UP
_DUE, _MET = 1 << OfVisit.DUE, 1 << OfVisit.MET
_ANSWERED, _ANSWERED_AT_ONCE = 1 << OfVisit.ANSWERED, 1 << OfVisit.ANSWERED_AT_ONCE
_REACHED, _REACHED_AT_ONCE = 1 << OfVisit.REACHED, 1 << OfVisit.REACHED_AT_ONCE


@part
def count_visits(survey: Survey, request: int, first: int) -> None:
    """Count the visits that a request entered."""
    for number in range(len(survey.tiers)):
        survey.tiers[number].first = -1
    end = first
    while end < len(survey.visits) and survey.visits[end].request == request:
        note_first(survey, end)
        end += 1
    for visit in range(first, end):
        if survey.visit_outcomes[visit].status != NOT_ENTERED:
            count_visit(survey, visit)


@part
def note_first(survey: Survey, row: int) -> None:
    """Note a visit that is the earliest so far at its tier (delays have none)."""
    outcome, number = survey.visit_outcomes[row], survey.stages[survey.visits[row].stage].tier
    if outcome.status != NOT_ENTERED and number >= 0:
        tier = survey.tiers[number]
        if tier.first < 0 or outcome.entered < tier.entered:
            tier.first = row
            tier.entered = outcome.entered


@part
def count_visit(survey: Survey, row: int) -> None:
    """Count a visit that was entered."""
    path, visit, outcome = survey.path[0], survey.visits[row], survey.visit_outcomes[row]
    stage = survey.stages[visit.stage]
    if visit.parts > 0.0:
        stage.parts += 1
    set_visit_groups(survey, stage.tier, int(outcome.site))
    booked = path.booked if visit.depth == 0 else math.nan
    pattern, wait, response = VISIT_PATTERNS, math.nan, math.nan
    is_first = stage.tier >= 0 and survey.tiers[stage.tier].first == row
    served = stage.mode != DELAY and not math.isnan(outcome.start)
    if served:
        wait = since(outcome.start, later(outcome.joined, booked))
        pattern += work_on(survey, int(stage.mode), is_first, wait)
    if stage.mode != DELAY and not math.isnan(outcome.joined):
        pattern += _JOINED
        if outcome.status == VISIT_ABANDONED:
            pattern += _GAVE_UP
    if is_first:
        began = later(outcome.entered, booked)
        response = since(outcome.response, began)
        note_response(survey, int(stage.tier), began, response)
        if path.came:
            pattern += judge(survey, int(stage.tier), began, response)
            if served and stage.mode == VISIT and response >= 0.0:
                pattern += _REACHED if response > 0.0 else _REACHED + _REACHED_AT_ONCE
    tally(survey, pattern, len(survey.axes))
    if len(survey.times) > 0 and (wait > 0.0 or response > 0.0):
        keep_times(survey, wait, response, int(stage.tier), pattern)


@part
def keep_times(survey: Survey, wait: float, response: float, tier: int, pattern: int) -> None:
    """Put the times of a visit on their lists (NaN: none)."""
    groups = keep_groups(survey, len(survey.axes))
    if wait > 0.0:
        append_time(survey, WAITS, wait, groups, NONE, MEASURED)
    if response > 0.0:
        counts_for = 0  # of a no-show: shown in the histogram only
        if pattern & _ANSWERED:
            counts_for += MEASURED
        if pattern & _REACHED:
            counts_for += IN_FIELD
        append_time(survey, RESPONSES, response, groups, tier, counts_for)


@part
def work_on(survey: Survey, mode: int, is_first: bool, wait: float) -> int:
    """The bits of a visit in which service began, also for what follows for its request."""
    path = survey.path[0]
    path.served += 1
    if mode == VISIT:
        path.field += 1
        path.outside += 1
    elif mode == WALK_IN:
        path.outside += 1
    if is_first:
        path.tiers += 1
    return _SERVED if wait > 0.0 else _SERVED + _AT_ONCE


@part
def judge(survey: Survey, tier: int, began: float, response: float) -> int:
    """The bits of a first visit at a tier (NaN: no answer, no target)."""
    pattern = 0
    target = survey.tiers[tier].target
    if response >= 0.0:
        pattern += _ANSWERED if response > 0.0 else _ANSWERED + _ANSWERED_AT_ONCE
    if began + target < survey.settings[0].horizon:
        pattern += _DUE
        if response <= target:
            pattern += _MET
    return pattern


@part
def note_response(survey: Survey, tier: int, began: float, response: float) -> None:
    """Keep a first visit at a tier for the promises and the map, also that of a no-show."""
    settings, path = survey.settings[0], survey.path[0]
    if len(survey.firsts) > 0:
        first = survey.firsts[settings.firsts]
        settings.firsts += 1
        first.of = path.of
        first.tier = tier
        first.began = began
        first.response = response
    if response >= 0.0 and survey.tiers[tier].is_point:
        zone = survey.zones[path.zone]
        zone.answered += 1
        zone.response += response
    if response == 0.0:  # is on no list
        survey.histogram[tier * (len(survey.edges) - 1)] += 1


@part
def later(time: float, booked: float) -> float:
    """The later of a moment and a booked time; NaN is no time."""
    return booked if math.isnan(time) or booked > time else time


@part
def since(end: float, start: float) -> float:
    """Time between; 0 for those served before their booked time."""
    between = end - start
    return 0.0 if between < 0.0 else between
