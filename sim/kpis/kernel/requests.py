"""One pass over requests and their visits: what is true of each, and its times.

Rows of a request stand together in the visits, so a request is dealt with as a whole: its
groups, its visits, then what they say about the request.
"""

from __future__ import annotations

import math

from network.tables import CUT
from sim.kpis.kernel.survey import (
    DONE,
    FULL,
    MEASURED,
    NONE,
    ONE_LESS,
    ONE_MORE,
    REQUEST_NO_SHOW,
    REQUEST_UNRESOLVED,
    RESOLUTIONS,
    OfRequest,
    Survey,
)
from sim.kpis.kernel.tally import append_time, keep_groups, set_request_groups, tally
from sim.kpis.kernel.visits import count_visits
from sim.machine_code.jit import part

_MINUTES_PER_HOUR = 60.0
_CAPPED = 1 << OfRequest.CAPPED
_HAS_RESOLVED, _RESOLVED_AT_ONCE = 1 << OfRequest.DONE, 1 << OfRequest.DONE_AT_ONCE
_VISITED, _FIXED_FIRST = 1 << OfRequest.VISITED, 1 << OfRequest.FIXED_FIRST
_WITHOUT_WAY, _WITHOUT_AGENT = 1 << OfRequest.WITHOUT_WAY, 1 << OfRequest.WITHOUT_AGENT
_WORKED, _ESCALATED = 1 << OfRequest.WORKED, 1 << OfRequest.ESCALATED


@part
def count(survey: Survey) -> int:
    """Count all requests that arrived in the window, and their visits."""
    settings = survey.settings[0]
    for row in range(len(survey.requests)):
        outcome = survey.request_outcomes[row]
        note_change(survey, outcome.arrival, ONE_MORE)
        note_change(survey, outcome.closed, ONE_LESS)
        if settings.start <= outcome.arrival < settings.end:
            count_request(survey, row)
    return FULL if settings.patterns > len(survey.patterns) else DONE


@part
def note_change(survey: Survey, time: float, change: int) -> None:
    """One request more or less in hand at the full hours after a moment (NaN: never)."""
    if 0.0 <= time < len(survey.backlog) * _MINUTES_PER_HOUR:
        hour = int(time / _MINUTES_PER_HOUR)
        if hour * _MINUTES_PER_HOUR <= time:
            hour += 1
        if hour < len(survey.backlog):
            survey.backlog[hour] += change


@part
def count_request(survey: Survey, row: int) -> None:
    """Count a request and the visits that it entered."""
    settings, path = survey.settings[0], survey.path[0]
    request, outcome = survey.requests[row], survey.request_outcomes[row]
    path.of = settings.counted
    settings.counted += 1
    path.zone = request.zone
    path.booked = request.appointment
    path.came = outcome.status != REQUEST_NO_SHOW
    path.served = path.field = path.outside = path.tiers = 0
    set_request_groups(survey, row)
    if request.first_visit >= 0:
        count_visits(survey, row, int(request.first_visit))
    took = outcome.resolved - outcome.arrival
    pattern = how_it_ended(survey, row)
    if not math.isnan(took):
        pattern += how_it_was_resolved(survey, took)
        if len(survey.times) > 0 and took > 0.0:
            groups = keep_groups(survey, settings.request_axes)
            append_time(survey, RESOLUTIONS, took, groups, NONE, MEASURED)
    tally(survey, pattern, settings.request_axes)


@part
def how_it_ended(survey: Survey, row: int) -> int:
    """The bits of any request: its ending, and who worked on it."""
    path, outcome = survey.path[0], survey.request_outcomes[row]
    pattern = 0
    if outcome.status > 0:
        pattern += 1 << (outcome.status - 1)
    if outcome.status == REQUEST_UNRESOLVED and outcome.last_visit >= 0:
        visit = survey.visits[outcome.last_visit]
        if min(visit.if_resolved, visit.if_unresolved) == CUT:  # the least of all pointers
            pattern += _CAPPED
    if path.served > 0:
        pattern += _WORKED
        if path.tiers > 1:
            pattern += _ESCALATED
    return pattern


@part
def how_it_was_resolved(survey: Survey, took: float) -> int:
    """The bits of a request that was resolved."""
    path = survey.path[0]
    pattern = _HAS_RESOLVED
    if took <= 0.0:
        pattern += _RESOLVED_AT_ONCE
    if path.field > 0:
        pattern += _VISITED
    if path.field == 1:
        pattern += _FIXED_FIRST
    if path.outside == 0:
        pattern += _WITHOUT_WAY
    if path.served == 0:
        pattern += _WITHOUT_AGENT
    return pattern
