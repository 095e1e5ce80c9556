"""Times by size: sums and order statistics of all groups in one walk.

Times are sorted once per list, by their bits. Going through them by size, a group's k-th
time is its k-th smallest: when the place of an order statistic comes, the value is noted.
No group is ever sorted by itself. Zeros are not on the lists: they add nothing to a sum and
come before all others, so a group only starts as many places further on.
"""

from __future__ import annotations

from sim.kpis.kernel.survey import (
    BITS_OF_A_TIME,
    DIGIT_BITS,
    RESPONSES,
    SHARES,
    Survey,
)
from sim.machine_code.intrinsics import fetch
from sim.machine_code.jit import part

_DIGITS = 1 << DIGIT_BITS
_MASK = _DIGITS - 1
_QUANTILES = len(SHARES)
_NEVER = 1 << 62
_AHEAD = 16
"""Groups of so many times on are asked for now: memory is slow to answer."""


@part
def rank(survey: Survey) -> None:
    """Sort every list of times and walk through it for each of its measures."""
    for kind in range(len(survey.lists)):
        start = sort(survey, kind)
        for measure in range(len(survey.measures)):
            if survey.measures[measure].list == kind:
                walk(survey, measure, start)
        if kind == RESPONSES:
            draw_histogram(survey, kind, start)


@part
def sort(survey: Survey, kind: int) -> int:
    """Sort the times of a list by their bits, digit by digit; where they stand now.

    A radix sort from the lowest digit, to and fro between the list and the spare room;
    digits that all have in common are left out.
    """
    times = survey.lists[kind]
    here, size = times.first, times.size
    there = len(survey.bits) - size
    differ = differing_bits(survey, here, size)
    for shift in range(0, BITS_OF_A_TIME, DIGIT_BITS):
        if int(differ >> shift) & _MASK:
            scatter(survey, here, there, size, shift)
            here, there = there, here
    return int(here)


@part
def differing_bits(survey: Survey, start: int, size: int) -> int:
    """The bits in which some times differ."""
    differ = 0
    for place in range(start + 1, start + size):
        differ |= int(survey.bits[place].value ^ survey.bits[start].value)
    return differ


@part
def scatter(survey: Survey, here: int, there: int, size: int, shift: int) -> None:
    """Order times by one digit, keeping the order of those with the same one."""
    digits, bits = survey.digits, survey.bits
    for digit in range(_DIGITS):
        digits[digit] = 0
    for place in range(here, here + size):
        digits[int(bits[place].value >> shift) & _MASK] += 1
    start = there
    for digit in range(_DIGITS):
        count = digits[digit]
        digits[digit] = start
        start += count
    for place in range(here, here + size):
        one = bits[place]
        digit = int(one.value >> shift) & _MASK
        target = bits[digits[digit]]
        digits[digit] += 1
        target.value = one.value
        target.rest = one.rest


@part
def walk(survey: Survey, measure: int, start: int) -> None:
    """Show the times of a measure to their groups, smallest first."""
    times = survey.lists[survey.measures[measure].list]
    end = start + times.size
    for place in range(start, end):
        fetch(survey.group_of[survey.times[min(place + _AHEAD, end - 1)].groups])
        show(survey, measure, place)


@part
def show(survey: Survey, measure: int, place: int) -> None:
    """Show a time to its group on every axis of a measure."""
    what, time = survey.measures[measure], survey.times[place]
    if not time.counts_for & what.counts_for:
        return
    value = time.value
    first_group = measure * survey.settings[0].groups
    for number in range(what.axes, what.axes_end):
        group = first_group + survey.group_of[time.groups + survey.measured_axes[number]].number
        standing = survey.standings[group]
        standing.left -= 1
        if standing.left == 0:
            note(survey, group, value)
        standing.total += value
        standing.squares += value * value


@part
def note(survey: Survey, group: int, value: float) -> None:
    """Note an order statistic of a group, and find the place of the next one."""
    standing = survey.standings[group]
    following = _NEVER
    for cell in range(group * _QUANTILES, (group + 1) * _QUANTILES):
        low = survey.low[cell]
        if standing.place == low:
            survey.below[cell] = value
            survey.above[cell] = value
            following = min(following, low + 1)
        elif standing.place == low + 1:
            survey.above[cell] = value
        elif standing.place < low:
            following = min(following, low)
    standing.left = following - standing.place
    standing.place = following


@part
def draw_histogram(survey: Survey, kind: int, start: int) -> None:
    """Count times by tier and bin; bins hold their lower edge."""
    times = survey.lists[kind]
    bins = len(survey.edges) - 1
    now = 0
    for place in range(start, start + times.size):
        while now < bins - 1 and survey.times[place].value >= survey.edges[now + 1]:
            now += 1
        survey.histogram[survey.times[place].tier * bins + now] += 1
