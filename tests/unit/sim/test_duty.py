"""Shifts, breaks and opening hours as half-open intervals of minutes since the start."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_world import World, world

from network.model import Network
from sim.duty import Duty, duty_of, intersected, merged, opening, week_start
from sim.layout import Moment, lay_out

__all__ = ["world"]

DAY = 1440.0
INTERVALS = st.lists(
    st.tuples(st.integers(0, 50), st.integers(1, 20)).map(lambda pair: (pair[0], sum(pair))),
    max_size=8,
)


def minutes_in(intervals: object) -> set[int]:
    return {minute for start, end in intervals for minute in range(int(start), int(end))}


@settings(deadline=None)
@given(INTERVALS)
def test_merging_keeps_the_minutes_and_leaves_gaps(intervals: list[tuple[float, float]]) -> None:
    result = merged(intervals)
    assert minutes_in(result) == minutes_in(intervals)
    assert all(end < start for (_, end), (start, _) in pairwise(result))


@settings(deadline=None)
@given(INTERVALS, INTERVALS)
def test_intersections_are_the_minutes_of_both(
    first: list[tuple[float, float]], second: list[tuple[float, float]]
) -> None:
    both = list(intersected(merged(first), merged(second)))
    assert minutes_in(both) == minutes_in(first) & minutes_in(second)


def crew(world: World, shifts: str, hours: str = "", start: str = "2026-01-05") -> Network:
    """One pool of two on these shifts, at a site open at these hours (else always)."""
    if hours:
        world.write("calendars.csv", f"calendar_id,days,opens,closes\n{hours}\n")
    calendar = "hours" if hours else ""
    world.spoil(
        f"settings: {{start: {start}}}",
        shifts=f"shift_id,days,starts,ends,breaks\n{shifts}",
        sites=f"site_id,tier,lat,lon,calendar\ncentre,desk,40,-3,{calendar}\n",
        pools="pool_id,site,count,skills,shift\nclerks,centre,2,phone;repair,work\n",
    )
    return world.load()


def duty(network: Network, horizon: float = 2 * DAY) -> Duty:
    return duty_of(network, network.pools[0], horizon)


def from_zero(
    intervals: tuple[tuple[float, float], ...], until: float
) -> list[tuple[float, float]]:
    return [(a, b) for a, b in intervals if b > 0 and a < until]


def breaks(network: Network, until: float) -> list[tuple[float, float]]:
    """Start and length of the breaks from the start on."""
    return [pause for pause in duty(network, until).breaks if 0 <= pause[0] < until]


def test_touching_shifts_are_one_duty(world: World) -> None:
    network = crew(world, "work,daily,06:00,14:00,\nwork,daily,14:00,22:00,\n")
    assert from_zero(duty(network).intervals, DAY) == [(360.0, 1320.0)]


def test_overlapping_shifts_are_one_duty(world: World) -> None:
    network = crew(world, "work,daily,06:00,15:00,\nwork,daily,14:00,22:00,\n")
    assert from_zero(duty(network).intervals, DAY) == [(360.0, 1320.0)]


def test_round_the_clock_is_duty_without_end(world: World) -> None:
    network = crew(world, "work,daily,06:00,18:00,\nwork,daily,18:00,06:00,\n")
    ((start, end),) = duty(network).intervals
    assert start < 0
    assert end > 2 * DAY


def test_a_shift_over_midnight_belongs_to_the_day_it_starts(world: World) -> None:
    network = crew(world, "work,Mon,22:00,06:00,\n")
    assert from_zero(duty(network, 3 * DAY).intervals, 3 * DAY) == [(1320.0, DAY + 360.0)]


def test_sunday_night_reaches_into_monday_the_first(world: World) -> None:
    network = crew(world, "work,Sun,22:00,06:00,\n")
    assert from_zero(duty(network).intervals, DAY) == [(-120.0, 360.0)]
    layout = lay_out(network, 2 * DAY)
    assert layout.agents.on_duty.all(), "on duty at time 0 from the night before"
    assert (layout.duty.time[0], layout.duty.kind[0]) == (360.0, Moment.DUTY_OFF)


def test_duty_at_time_0_is_half_open(world: World) -> None:
    assert lay_out(crew(world, "work,Mon,00:00,06:00,\n"), DAY).agents.on_duty.all()
    assert not lay_out(crew(world, "work,Sun,18:00,24:00,\n"), DAY).agents.on_duty.any()


def test_weeks_begin_on_monday_whatever_the_start(world: World) -> None:
    network = crew(world, "work,Thu,08:00,16:00,\n", start="2026-01-07")  # a Wednesday
    assert week_start(network) == -2 * DAY
    assert from_zero(duty(network).intervals, 2 * DAY) == [(DAY + 480.0, DAY + 960.0)]


def test_opening_hours_cut_duty(world: World) -> None:
    network = crew(
        world, "work,daily,06:00,22:00,\n", "hours,daily,08:00,12:00\nhours,daily,13:00,20:00"
    )
    assert from_zero(duty(network).intervals, DAY) == [(480.0, 720.0), (780.0, 1200.0)]


def test_no_calendar_is_always_open(world: World) -> None:
    assert opening(world.load("good"), None, DAY)[0] == (-7 * DAY, float("inf"))


def test_breaks_lie_strictly_inside_duty(world: World) -> None:
    network = crew(
        world, "work,Mon,06:00,14:00,10:00 30min; 13:30 30min\n", "hours,daily,10:00,13:45"
    )
    assert breaks(network, DAY) == [(810.0, 15.0)], "one starts with duty, one is cut at its end"


def test_a_break_after_midnight_belongs_to_the_night_shift(world: World) -> None:
    network = crew(world, "work,Mon,22:00,06:00,02:00 30min\n")
    assert breaks(network, 2 * DAY) == [(DAY + 120.0, 30.0)]


def test_a_break_that_holds_time_0_has_begun(world: World) -> None:
    network = crew(world, "work,Sun,22:00,06:00,23:50 30min\n")
    agents = lay_out(network, DAY).agents
    assert agents.break_until.tolist() == [20.0, 20.0]


def test_duty_minutes_of_a_window_include_breaks(world: World) -> None:
    one = duty(crew(world, "work,daily,06:00,14:00,10:00 30min\n"), 3 * DAY)
    assert one.minutes(0, DAY) == 480.0
    assert one.minutes(600, DAY + 420) == 240.0 + 60.0
    assert one.minutes(0, 360) == 0.0


def test_the_duty_table_is_in_the_order_of_events(world: World) -> None:
    network = crew(world, "work,daily,06:00,14:00,10:00 30min\n")
    table = lay_out(network, DAY).duty
    rows = list(zip(table.time, table.kind, table.agent, table.length, strict=True))
    assert rows == [
        (360.0, Moment.DUTY_ON, 0, 0.0),
        (360.0, Moment.DUTY_ON, 1, 0.0),
        (600.0, Moment.BREAK_STARTS, 0, 30.0),
        (600.0, Moment.BREAK_STARTS, 1, 30.0),
        (840.0, Moment.DUTY_OFF, 0, 0.0),
        (840.0, Moment.DUTY_OFF, 1, 0.0),
    ]


@pytest.mark.parametrize("horizon", [1.0, 360.0, 100.0 * DAY])
def test_nothing_happens_at_or_after_the_horizon(world: World, horizon: float) -> None:
    network = crew(world, "work,daily,06:00,14:00,10:00 30min\n")
    times = lay_out(network, horizon).duty.time
    assert ((times > 0) & (times < horizon)).all()
    assert len(times) == (0 if horizon <= 360 else 100 * 6)
