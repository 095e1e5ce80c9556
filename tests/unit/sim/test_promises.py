"""What is due and what is met, in systems whose every minute is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small_world import World, world

from network.model import Network
from network.promise import Promise
from sim.api import simulate
from sim.kpis.promises import BusinessClock, Kept

__all__ = ["world"]

LINE = (
    (
        "kind: how_to, rate_per_h: 20",
        "kind: how_to, arrivals: renewal, interarrival: constant(10min)",
    ),
    ("rate_per_h: 1,", "rate_per_h: 0,"),
    ("count: 3, count_lean: 2", "count: 1"),
)
SERVICE = "exponential(3min), patience: exponential(10min)"


def line(world: World, service: str = "constant(15min)") -> Network:
    """A customer every 10 minutes, one agent, 15 minutes each: the n-th waits 5 (n - 1)."""
    world.mistype(*LINE, (SERVICE, service))
    return world.load()


def kept(network: Network, promise: Promise, horizon: str = "100min", **options: object) -> Kept:
    network = replace(network, promises=(promise,))
    result = simulate(network, replications=1, horizon=horizon, allow_overload=True, **options)
    return result.kpis_by_replication[0].kept


def promise(**cells: object) -> Promise:
    return Promise(**{"promise_id": "p", "tier": "desk", "within": "12min", "share": 0.9, **cells})


@pytest.mark.parametrize(
    ("within", "met", "due"),
    [
        ("12min", 3, 8),  # of 9 arrivals at 10, 20 ... 90, that of 90 is due at 102
        ("10min", 3, 8),  # the third waits exactly 10; that of 90 is due exactly at the end: not
        ("9.9min", 2, 9),
        ("40min", 5, 5),  # due before 100: those of 10 to 50, all in time
        ("1min", 1, 9),
        ("200min", 0, 0),
    ],
)
def test_due_and_met_of_a_growing_line(world: World, within: str, met: int, due: int) -> None:
    found = kept(line(world), promise(within=within))
    assert (found.met[0], found.due[0]) == (met, due)


def test_requests_still_waiting_when_due_are_missed(world: World) -> None:
    found = kept(line(world, "constant(95min)"), promise(within="12min"))
    assert (found.met[0], found.due[0]) == (1, 8)
    assert found.missed_by_segment.sum() == 7


def test_requests_that_gave_up_are_due_and_missed(world: World) -> None:
    # patience 5 (vip) or 10: whoever is not served at once or soon is gone, and has missed
    found = kept(line(world, "constant(95min), patience: constant(10min)"), promise(within="12min"))
    assert (found.met[0], found.due[0]) == (1, 8)


def test_only_arrivals_after_the_warm_up_count(world: World) -> None:
    found = kept(line(world), promise(within="12min"), warm_up="25min")
    assert (found.met[0], found.due[0]) == (1, 6), "those of 30 to 80; the first of them waits 10"


def test_a_drain_makes_the_last_ones_due(world: World) -> None:
    found = kept(line(world), promise(within="12min"), drain="1h")
    assert (found.met[0], found.due[0]) == (3, 9)


def test_resolution_counts_from_arrival_to_the_end(world: World) -> None:
    found = kept(line(world), promise(measure="resolution", tier=None, within="25min"))
    assert (found.met[0], found.due[0]) == (3, 7), "wait + 15 within 25; due before 100"


def test_a_promise_to_a_group_counts_that_group(world: World) -> None:
    network = line(world)
    whole = kept(network, promise())
    regions = [kept(network, promise(region=name)) for name in ("N", "S")]
    assert sum(one.due[0] for one in regions) == whole.due[0]
    segments = [kept(network, promise(segment=name)) for name in ("vip", "standard")]
    assert sum(one.met[0] for one in segments) == whole.met[0]
    assert kept(network, promise(class_id="fault")).due[0] == 0
    areas = kept(network, promise(floor=0.5))
    assert areas.area_due.sum() == whole.due[0]
    assert areas.area_met.sum() == whole.met[0]


def test_business_time_stands_still_while_closed(world: World) -> None:
    network = line(world)
    rows = tuple(
        row.model_copy(update={"opens": 30.0, "closes": 60.0}) for row in network.calendars
    )
    network = replace(network, calendars=rows)
    business = promise(clock="business", calendar="office", within="12min")
    # open 00:30 to 01:00: those of 10, 20, 30 are due at 42, that of 40 at 52, that of 50 not
    # before Tuesday; the first three wait 0, 5, 10 minutes, the fourth 15
    found = kept(network, business)
    assert (found.met[0], found.due[0]) == (3, 4)
    late = kept(network, business, horizon="1500min")
    assert late.due[0] >= 5, "on Tuesday the fifth is due as well"


def test_a_business_deadline_is_so_much_open_time_later() -> None:
    clock = BusinessClock(np.array([0.0, 480, 960, 1920, 2400]), np.array([0.0, 0, 480, 480, 960]))
    begins = np.array([0.0, 480.0, 900.0, 960.0, 1000.0, 2350.0])
    due = clock.deadline(begins, 120.0)
    assert due[:5].tolist() == [600.0, 600.0, 1980.0, 2040.0, 2040.0]
    assert np.isinf(due[5]), "beyond what is known of the calendar"


def test_months_are_28_days_from_the_end_of_the_warm_up(world: World) -> None:
    world.mistype(*LINE[1:], ("rate_per_h: 20", "arrivals: renewal, interarrival: constant(1d)"),
                  (SERVICE, "constant(15min)"))  # fmt: skip
    found = kept(world.load(), promise(), horizon="70d", warm_up="7d")
    assert found.month_due[0].tolist() == [28.0, 28.0], "the last week makes no month"
    assert found.due[0] == 63.0
