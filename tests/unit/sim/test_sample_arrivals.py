"""When requests come: profile, season, renewal, appointment, finite base, log."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from small_world import World, class_of, of_kind, rows_of, world

from network.tables import END
from sim.sample import Sample, sample

__all__ = ["world"]

DAY, WEEK = 1440.0, 10080.0
FAULT, QUESTION = 0, 1
"""Classes of the good scenario, sorted by id."""
Z = float(stats.norm.ppf(1 - 0.5e-4))
"""Half of an interval that holds the truth with probability 1 - 1e-4, in standard errors."""


def test_poisson_counts_have_mean_and_variance_of_poisson(world: World) -> None:
    network = world.load("good")
    counts = np.array([len(rows_of(sample(network, 2, r, DAY), QUESTION)) for r in range(120)])
    assert abs(counts.mean() - 480) <= Z * np.sqrt(480 / 120)
    low, high = stats.chi2.ppf([0.5e-4, 1 - 0.5e-4], 119)
    assert low <= 119 * counts.var(ddof=1) / 480 <= high


def test_a_day_effect_adds_variance_but_no_volume(world: World) -> None:
    network = class_of(world.load("good"), "question", day_cv=0.5)
    counts = np.array([len(rows_of(sample(network, 2, r, DAY), QUESTION)) for r in range(120)])
    variance = 480 + (0.5 * 480) ** 2
    assert abs(counts.mean() - 480) <= Z * np.sqrt(variance / 120)
    assert counts.var(ddof=1) > 30 * 480


def test_volume_follows_the_hours_of_the_week(world: World) -> None:
    head = "profile_id,hour,mon,tue,wed,thu,fri,sat,sun\n"
    world.spoil(
        "settings: {start: 2026-01-07}",
        profiles=head + "".join(f"p,{h},{1 + (8 <= h < 16) * 7},1,1,1,1,0,0\n" for h in range(24)),
    )
    network = class_of(world.load(), "question", profile="p", rate_per_h=60.0)
    arrival = rows_of(sample(network, 1, 0, 4 * WEEK), QUESTION)["arrival"]
    hour = ((arrival + 2 * DAY) // 60).astype(int) % 168  # the run starts on a Wednesday
    expected = np.ones(168)
    expected[8:16], expected[120:] = 8.0, 0.0
    expected *= 4 * 168 * 60 / expected.sum()
    counts = np.bincount(hour, minlength=168)
    assert counts[expected == 0].sum() == 0
    busy = expected > 0
    scaled = expected[busy] * counts.sum() / expected.sum()
    assert stats.chisquare(counts[busy], scaled).pvalue > 1e-4
    assert abs(counts.sum() - 40_320) <= Z * np.sqrt(40_320)


def test_volume_follows_the_months_and_grows_over_the_year(world: World) -> None:
    months = "".join(f"{month},{2 if month == 2 else 1}\n" for month in range(1, 13))
    world.spoil(
        "settings: {start: 2026-01-22, growth_per_year: 1}", seasons=f"month,factor\n{months}"
    )
    network = class_of(world.load(), "question", rate_per_h=60.0)
    arrival = rows_of(sample(network, 1, 0, 20 * DAY), QUESTION)["arrival"]
    january, february = (arrival < 10 * DAY).sum(), (arrival >= 10 * DAY).sum()
    growth = (1 + 5 / 365.25, 1 + 15 / 365.25)
    assert abs(january - 14_400 * growth[0]) <= Z * np.sqrt(14_400)
    assert abs(february - 28_800 * growth[1]) <= Z * np.sqrt(28_800 * growth[1])


def test_demand_that_shrinks_ends_at_nothing(world: World) -> None:
    world.spoil("settings: {growth_per_year: -0.2}")
    network = class_of(world.load(), "question", rate_per_h=0.1)
    arrival = rows_of(sample(network, 1, 0, 10 * 365.25 * DAY), QUESTION)["arrival"]
    assert arrival.max() < 5 * 365.25 * DAY
    expected = 0.1 * 24 * 365.25 * 5 / 2
    assert abs(len(arrival) - expected) <= Z * np.sqrt(expected)


def test_requests_are_shared_over_zones_segments_and_channels_as_stated(world: World) -> None:
    rows = rows_of(sample(world.load("good"), 1, 0, 40 * DAY), QUESTION)
    for column, code, share in (("zone", 0, 0.6), ("segment", 1, 0.1), ("channel", 0, 1.0)):
        hits = (rows[column] == code).mean()
        assert abs(hits - share) <= Z * np.sqrt(share * (1 - share) / len(rows))
    assert set(rows["priority"]) == {0.0, -1.0}
    assert (rows["priority"][rows["segment"] == 1] == -1).all()


def test_renewals_come_at_the_law_from_the_start(world: World) -> None:
    network = of_kind(world.load("good"), "question", "renewal", interarrival="constant(50min)")
    arrival = rows_of(sample(network, 1, 0, 300.0), QUESTION)["arrival"]
    assert arrival.tolist() == [50.0, 100.0, 150.0, 200.0, 250.0]
    twice = rows_of(sample(replace(network, demand_factor=2.0), 1, 0, 100.0), QUESTION)["arrival"]
    assert twice.tolist() == [25.0, 50.0, 75.0]


def test_irregular_renewals_fill_the_whole_horizon(world: World) -> None:
    network = of_kind(
        world.load("good"), "question", "renewal", interarrival="lognormal(5min, cv=6)"
    )
    counts = [len(rows_of(sample(network, 1, r, 4 * WEEK), QUESTION)) for r in range(20)]
    last = [rows_of(sample(network, 1, r, 4 * WEEK), QUESTION)["arrival"][-1] for r in range(5)]
    assert min(last) > 3 * WEEK
    assert np.mean(counts) == pytest.approx(4 * WEEK / 5, rel=0.25)


def test_appointments_stand_on_the_grid_and_customers_come_around_them(world: World) -> None:
    network = of_kind(
        world.load("good"), "question", "appointment", punctuality="normal(-5min, sd=10min)"
    )
    network = class_of(network, "question", slot=30.0, no_show=0.2)
    tables = sample(network, 1, 0, 40 * DAY)
    rows = rows_of(tables, QUESTION)
    assert (rows["appointment"] % 30 == 0).all()
    assert (rows["arrival"] >= 0).all()
    late = (rows["arrival"] - rows["appointment"])[rows["appointment"] > 60]
    assert abs(late.mean() + 5) <= Z * 10 / np.sqrt(len(late))
    assert abs(rows["shows"].mean() - 0.8) <= Z * np.sqrt(0.16 / len(rows))
    first = tables.visits[rows["first_visit"]]
    absent = rows["shows"] == 0
    assert (first["service"][absent] == 0).all()
    assert (first["if_resolved"][absent] == END).all()
    assert (first["if_unresolved"][absent] == END).all()
    assert (first["service"][~absent] > 0).all()


def test_units_of_a_finite_base_call_one_after_the_other(world: World) -> None:
    network = of_kind(world.load("good"), "fault", "finite_base", gap="exponential(2d)")
    rows = sample(network, 1, 0, 20 * DAY).requests
    own = rows["class"] == FAULT
    first = own & (rows["after"] < 0)
    chained = own & (rows["after"] >= 0)
    assert np.isnan(rows["arrival"][chained]).all()
    assert (rows["arrival"][first] < 20 * DAY).all()
    assert first.sum() <= 100, "as many units as are installed"
    assert (rows["zone"][chained] == rows["zone"][rows["after"][chained]]).all()
    followed = rows["after"][chained]
    assert len(set(followed)) == len(followed), "each call is followed by one at most"
    # with instant service the base is a renewal process per unit: 100 units x 20 d / 2 d
    assert abs(own.sum() - 1000) <= Z * np.sqrt(1000)
    gaps = np.concatenate([rows["arrival"][first], rows["gap"][chained]])
    assert gaps.min() > 0


def test_a_units_calls_fit_into_the_horizon_even_if_served_at_once(world: World) -> None:
    network = of_kind(world.load("good"), "fault", "finite_base", gap="constant(3d)")
    rows = rows_of(sample(network, 1, 0, 10 * DAY), FAULT)
    assert len(rows) == 3 * 100
    network = class_of(network, "fault", units_share=0.25)
    assert len(rows_of(sample(network, 1, 0, 10 * DAY), FAULT)) == 3 * 25


def test_a_log_is_replayed_and_fills_in_what_it_does_not_say(world: World) -> None:
    world.mistype(("kind: how_to, rate_per_h: 20", "kind: how_to, arrivals: log"))
    world.write(
        "log.csv",
        "time,class_id,zone,segment,service,patience\n"
        "2026-01-05T02:00,question,south,vip,7min,30s\n"
        "2026-01-05T01:00,question,north,,,\n"
        "2026-01-05T02:00:00+02:00,question,north,standard,1h,\n"
        "2026-01-09,question,north,,,\n",
    )
    network = world.load()
    tables = sample(network, 1, 0, DAY)
    rows = rows_of(tables, QUESTION)
    assert rows["arrival"].tolist() == [60.0, 60.0, 120.0], "in time, then in the order of the file"
    assert [network.zones.zone_id[z] for z in rows["zone"]] == ["north", "north", "south"]
    assert [network.segments[s].segment_id for s in rows["segment"][1:]] == ["standard", "vip"]
    first = tables.visits[rows["first_visit"]]
    assert first["service"][1:].tolist() == [60.0, 7.0]
    assert first["patience"][2] == 0.5
    assert first["service"][0] > 0, "drawn where the log is silent"


def test_a_longer_horizon_changes_no_call_of_a_finite_base(world: World) -> None:
    network = of_kind(world.load("good"), "fault", "finite_base", gap="exponential(2d)")
    short, long = (sample(network, 1, 0, days * DAY) for days in (6, 15))

    def calls(tables: Sample) -> list[tuple[float, ...]]:
        """Arrival or gap, zone, and what is drawn for the first visit."""
        rows = rows_of(tables, FAULT)
        first = tables.visits[rows["first_visit"]]
        when = np.where(rows["after"] < 0, rows["arrival"], rows["gap"])
        columns = (when, rows["zone"], first["service"], first["patience"], first["resolve_u"])
        return list(zip(*(column.tolist() for column in columns), strict=True))

    assert len(calls(short)) > 200
    assert set(calls(short)) < set(calls(long))


def test_who_does_not_come_has_one_visit(world: World) -> None:
    network = class_of(world.load("good"), "fault", rate_per_h=20.0, no_show=0.3)
    tables = sample(network, 1, 0, 4 * DAY)
    rows = rows_of(tables, FAULT)
    absent = rows["shows"] == 0
    assert abs(absent.mean() - 0.3) <= Z * np.sqrt(0.3 * 0.7 / len(rows))
    first = tables.visits[rows["first_visit"][absent]]
    assert (first["service"] == 0).all()
    assert (first["if_resolved"] == END).all()
    assert (first["if_unresolved"] == END).all()
    count = np.bincount(tables.visits["request"], minlength=len(tables.requests))
    kind = tables.requests["class"] == FAULT
    assert (count[kind][absent] == 1).all()
