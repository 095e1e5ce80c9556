"""What is kept of a row: its groups, how often they saw its pattern, its times."""

from __future__ import annotations

from sim.kpis.groups import DIMENSIONS
from sim.kpis.kernel.survey import Survey
from sim.machine_code.jit import part

_CLASS, _SEGMENT, _CHANNEL, _REGION, _AREA, _ZONE, _HOUR, _TIER, _SITE, _TIER_REGION = range(
    1, len(DIMENSIONS)
)
_MINUTES_PER_HOUR, _HOURS_PER_WEEK = 60.0, 168


@part
def set_request_groups(survey: Survey, row: int) -> None:
    """Groups of a request by axis, which its visits share."""
    settings, request = survey.settings[0], survey.requests[row]
    zone = survey.zones[request.zone]
    for number in range(settings.request_axes):
        dimension = survey.axes[number].dimension
        code = 0
        if dimension == _CLASS:
            code = int(request["class"])
        elif dimension == _SEGMENT:
            code = int(request.segment)
        elif dimension == _CHANNEL:
            code = int(request.channel)
        elif dimension == _REGION:
            code = int(zone.region)
        elif dimension == _AREA:
            code = int(zone.area)
        elif dimension == _ZONE:
            code = int(request.zone)
        elif dimension == _HOUR:
            minute = survey.request_outcomes[row].arrival + settings.clock_offset
            code = int(minute / _MINUTES_PER_HOUR) % _HOURS_PER_WEEK
        survey.here[number] = survey.axes[number].first + code


@part
def set_visit_groups(survey: Survey, tier: int, site: int) -> None:
    """Groups of a visit on the axes that requests do not have; none: the last group."""
    settings = survey.settings[0]
    for number in range(settings.request_axes, len(survey.axes)):
        dimension = survey.axes[number].dimension
        code = tier
        if dimension == _SITE:
            code = site
        elif dimension == _TIER_REGION and tier >= 0:
            region = survey.zones[survey.path[0].zone].region
            code = tier * settings.regions + region
        group = settings.groups - 1
        if code >= 0:
            group = survey.axes[number].first + code
        survey.here[number] = group


@part
def tally(survey: Survey, pattern: int, axes: int) -> None:
    """Count a row with this pattern in its group on each of the first axes."""
    settings = survey.settings[0]
    slot = int(survey.slot_of[pattern])
    if slot < 0:
        slot = int(settings.patterns)
        settings.patterns += 1
        if slot >= len(survey.patterns):  # counted again with more room
            return
        survey.slot_of[pattern] = slot
        survey.patterns[slot] = pattern
    row = slot * settings.groups
    for axis in range(axes):
        survey.counts[row + survey.here[axis]] += 1


@part
def keep_groups(survey: Survey, axes: int) -> int:
    """Write down the groups of the row in hand; where they begin."""
    settings = survey.settings[0]
    start = int(settings.groups_known)
    for axis in range(axes):
        survey.group_of[start + axis].number = survey.here[axis]
    settings.groups_known = start + axes
    return start


@part
def append_time(
    survey: Survey, kind: int, value: float, groups: int, tier: int, counts_for: int
) -> None:
    """Put a time above 0 on its list."""
    times = survey.lists[kind]
    one = survey.times[times.first + times.size]
    times.size += 1
    one.value = value
    one.groups = groups
    one.tier = tier
    one.counts_for = counts_for
