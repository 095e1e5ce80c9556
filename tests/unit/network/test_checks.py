"""One rule between the rows of a scenario at a time: what it lets pass, and what it names."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from network.demand import (
    Channel,
    Entry,
    LoggedRequest,
    ProfileHour,
    RequestClass,
    Season,
    Segment,
)
from network.errors import Problem
from network.load import checks
from network.load.checks_routes import transitions
from network.load.schema import SECTIONS, TABLES, Nouns
from network.model import Settings
from network.noun import Noun
from network.people import Pool, Shift
from network.places import OpeningHours, Preference, Site, Tier, Zone
from network.plan import Assignment
from network.promise import Promise
from network.route import Stage
from network.travel import TravelModel

Check = Callable[[Nouns], Iterator[Problem]]


def told(check: Check, **tables: list[Noun]) -> list[str]:
    """What a check says of a scenario that has these rows only."""
    nouns: dict[str, list[Noun]] = {table.name: [] for table in TABLES}
    nouns |= {name: [kind()] for name, kind in SECTIONS.items()}
    return [str(problem) for problem in check({**nouns, **tables})]


def tier(name: str = "desk") -> Tier:
    return Tier(tier_id=name, kind="remote")


def site(name: str = "a", **cells: object) -> Site:
    return Site(**{"site_id": name, "tier": "desk", "lat": 40, "lon": -3, **cells})


def zone(name: str = "z", **cells: object) -> Zone:
    return Zone(**{"zone_id": name, "lat": 40, "lon": -3, "population": 1, **cells})


def pool(name: str = "p", **cells: object) -> Pool:
    return Pool(**{"pool_id": name, "site": "a", "count": 1, "skills": "phone", **cells})


def request_class(**cells: object) -> RequestClass:
    return RequestClass(**{"class_id": "call", **cells})


def stage(name: str = "ask", **cells: object) -> Stage:
    given = {"class_id": "call", "stage": name, "mode": "remote", "tier": "desk"}
    return Stage(**{**given, "service": "constant(1min)", **cells})


def entry(**cells: object) -> Entry:
    given = {"class_id": "call", "channel": "phone", "share": 1, "stage": "ask"}
    return Entry(**{**given, **cells})


def hours(profile: str, volume: float = 1.0) -> list[Noun]:
    days = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), volume)
    return [ProfileHour(profile_id=profile, hour=hour, **days) for hour in range(24)]


def test_every_check_and_note_is_in_its_list() -> None:
    defined = {value for name, value in vars(checks).items() if name.startswith("check_")}
    assert defined == {*checks.CHECKS}
    notes = {value for name, value in vars(checks).items() if name.startswith("note_")}
    assert notes == {*checks.NOTES}


def test_references() -> None:
    check = checks.check_references
    assert told(check, sites=[site()], tiers=[tier()]) == []
    assert told(check, sites=[site(), site("b")]) == [
        "sites, tier: got 'desk' in 2 rows; expected one of none."
    ]
    near = told(check, sites=[site(parent="bb"), site("b")], tiers=[tier()])
    assert near == ["sites, parent: got 'bb'; expected one of a, b. Did you mean 'b'?"]
    many = [Preference(zone=f"z{n}", site="a", rank=1) for n in range(9)]
    assert told(check, sites=[site()], tiers=[tier()], preferences=many)[-1] == (
        "preferences, zone: 4 more unknown ids"
    )


def test_references_into_a_table_that_could_not_be_read_are_left_alone() -> None:
    assert list(checks.check_references({"sites": [site()]})) == []


def test_settings() -> None:
    check = checks.check_settings
    assert told(check) == []
    assert told(check, settings=[Settings(utc_offset="-03:30")]) == []
    (wrong,) = told(check, settings=[Settings(utc_offset="+25:00")])
    assert "got '+25:00'; expected an offset from -14:00 to +14:00" in wrong
    (wrong,) = told(check, settings=[Settings(utc_offset="+01:99")])
    assert "got '+01:99'" in wrong
    (wrong,) = told(check, settings=[Settings(start="0001-01-01")])
    assert "settings.start: got 0001-01-01; expected a date from 1970" in wrong
    (wrong,) = told(check, settings=[Settings(growth_per_year=-3)])
    assert "settings.growth_per_year: got -3; expected a share" in wrong


def test_shares() -> None:
    check = checks.check_shares
    halves = [Segment(segment_id="a", share=0.5), Segment(segment_id="b", share=0.5)]
    assert told(check, segments=halves, entries=[entry()]) == []
    assert told(check, segments=halves[:1]) == ["segments, share: shares sum to 0.5; expected 1"]
    assert told(check, entries=[entry(share=0.4), entry(channel="chat", share=0.4)]) == [
        "entries, share: channel shares of 'call' sum to 0.8; expected 1"
    ]


@pytest.mark.parametrize(
    ("cells", "phrase"),
    [
        ({}, "needs either rate_per_unit_year or rate_per_h"),
        ({"rate_per_h": 1, "rate_per_unit_year": 1}, "needs either"),
        ({"arrivals": "renewal"}, "renewal arrivals need interarrival"),
        ({"arrivals": "appointment"}, "needs one of rate_per_unit_year, rate_per_h, interarrival"),
        (
            {"arrivals": "appointment", "rate_per_h": 1, "interarrival": "constant(1h)"},
            "needs one of",
        ),
        ({"arrivals": "finite_base"}, "a finite base needs gap"),
        ({"arrivals": "log"}, "a replayed log needs the table log.csv"),
        (
            {"arrivals": "renewal", "interarrival": "constant(0min)"},
            "interarrival: got constant(0min)",
        ),
        ({"arrivals": "renewal", "interarrival": "normal(9min, sd=5min)"}, "expected times > 0"),
        ({"arrivals": "renewal", "interarrival": "never"}, "interarrival: got never"),
        (
            {"arrivals": "finite_base", "gap": "never"},
            "gap: got never; expected times > 0 that end",
        ),
        ({"rate_per_h": 1, "punctuality": "never"}, "no-shows are the column no_show"),
    ],
)
def test_classes_say_how_their_requests_come(cells: dict[str, object], phrase: str) -> None:
    (wrong,) = told(checks.check_classes, classes=[request_class(**cells)], entries=[entry()])
    assert wrong.startswith("classes, call")
    assert phrase in wrong


def test_classes_that_are_sound() -> None:
    check = checks.check_classes
    for cells in (
        {"rate_per_h": 0},
        {"rate_per_unit_year": 1},
        {"arrivals": "renewal", "interarrival": "exponential(1h)"},
        {"arrivals": "appointment", "rate_per_h": 1, "punctuality": "normal(0min, sd=5min)"},
        {"arrivals": "finite_base", "gap": "exponential(300d)"},
    ):
        assert told(check, classes=[request_class(**cells)], entries=[entry()]) == []
    (wrong,) = told(check, classes=[request_class(rate_per_h=1)])
    assert "has no row in entries" in wrong


def test_weights() -> None:
    check = checks.check_weights
    calls = [request_class(rate_per_h=1)]
    assert told(check, classes=calls, zones=[zone()]) == []
    (wrong,) = told(check, classes=calls, zones=[zone(installed_base=0)])
    assert wrong.startswith("classes, call: the zones have no installed_base, by which")
    (wrong,) = told(
        check,
        classes=[request_class(rate_per_h=1, weight="population")],
        zones=[zone(population=0)],
    )
    assert "the zones have no population" in wrong
    assert told(check, classes=[request_class(rate_per_h=0)], zones=[zone(population=0)]) == []
    base = [request_class(arrivals="finite_base", gap="exponential(1d)")]
    (wrong,) = told(check, classes=base, zones=[zone(population=1e8)])
    assert "100,000,000 units call one by one; expected at most 10,000,000" in wrong


def test_log() -> None:
    check = checks.check_log
    settings = [Settings(start="2026-01-05", utc_offset="+01:00")]

    def log(*times: str, channel: str | None = None) -> list[Noun]:
        return [LoggedRequest(time=t, class_id="call", zone="z", channel=channel) for t in times]

    assert told(check, settings=settings, log=log("2026-01-05T00:00", "2026-01-05")) == []
    assert told(check, settings=settings, log=log("2026-01-04T23:59", "2026-01-05")) == [
        "log, entry 1, time: got 2026-01-04T23:59, before the start of the scenario"
    ]
    assert told(check, settings=settings, log=log("2026-01-04T23:00+00:00")) == []
    assert len(told(check, settings=settings, log=log("2026-01-04T22:59+00:00"))) == 1
    (wrong,) = told(
        check, settings=settings, log=log("2026-01-05", channel="fax"), entries=[entry()]
    )
    assert wrong == "log, entry 1, channel: got 'fax', by which 'call' has no row in entries"
    assert told(check, settings=settings, log=log(*["2025-01-01"] * 9))[-1] == (
        "log: 4 more entries are faulty"
    )


def test_routes() -> None:
    check = checks.check_routes
    assert told(check, stages=[stage(if_resolved="mend"), stage("mend")], entries=[entry()]) == []
    (wrong,) = told(check, stages=[stage()], entries=[entry(stage="aks")])
    assert (
        wrong == "entries, stage: got 'aks'; expected a stage of 'call': ask. Did you mean 'ask'?"
    )
    (wrong,) = told(check, stages=[stage(if_unresolved="mend 0.5")])
    assert wrong.startswith("stages, call/ask: leads to 'mend'; expected one of ask.")
    (wrong,) = told(check, stages=[stage(tier=None)])
    assert "mode remote needs a tier" in wrong
    (wrong,) = told(check, stages=[stage(mode="delay")])
    assert "mode delay needs no tier" in wrong
    for column in ("service", "parts_wait", "parts_late"):
        for law in ("never", "normal(5min, sd=1min)"):
            (wrong,) = told(check, stages=[stage(**{column: law})])
            assert f"{column}: got {law}; expected times that end and are >= 0" in wrong
    (wrong,) = told(check, stages=[stage(patience="normal(5min, sd=1min)")])
    assert "patience: got normal(5min, sd=1min); expected times >= 0" in wrong


def test_a_stage_of_another_class_is_no_way_on() -> None:
    (wrong,) = told(
        checks.check_routes, stages=[stage(if_resolved="mend"), stage("mend", class_id="x")]
    )
    assert "leads to 'mend'" in wrong


def test_loops() -> None:
    check = checks.check_loops
    assert told(check, stages=[stage(resolve=(0.01,), if_unresolved="ask")]) == []
    (wrong,) = told(check, stages=[stage(resolve=(0.0,), if_unresolved="ask")])
    assert "stages, call: the route returns to itself with gain 1; expected below 1" in wrong
    ring = [stage(resolve=(0.0, 1.0), if_unresolved="mend"), stage("mend", if_resolved="ask")]
    assert len(told(check, stages=ring)) == 1, "the least able agent counts"


def test_transitions_are_chance_times_branch() -> None:
    route = [
        stage(resolve=(0.2, 0.6), if_resolved="mend 0.5", if_unresolved="ask 0.25; mend 0.5"),
        stage("mend"),
    ]
    assert transitions(route)[0] == pytest.approx([0.8 * 0.25, 0.2 * 0.5 + 0.8 * 0.5])
    assert transitions(route, {"ask": 2, "mend": 1})[0] == pytest.approx(
        [0.4 * 0.25, 0.6 * 0.5 + 0.4 * 0.5]
    )
    assert transitions(route)[1].tolist() == [0.0, 0.0]


def test_profiles() -> None:
    check = checks.check_profiles
    assert told(check, profiles=hours("flat")) == []
    assert told(check, profiles=hours("flat")[1:]) == [
        "profiles, flat: has 23 hours; expected 0 to 23"
    ]
    assert told(check, profiles=hours("none", 0.0)) == [
        "profiles, none: all hours are 0; expected some volume"
    ]
    months: list[Noun] = [Season(month=month, factor=1) for month in range(1, 13)]
    assert told(check, seasons=months) == []
    assert told(check, seasons=months[:3]) == ["seasons: has 3 months; expected 12 or none"]


@pytest.mark.parametrize(
    ("starts", "ends", "breaks", "sound"),
    [
        ("08:00", "16:00", "12:00 30min", True),
        ("08:00", "16:00", "12:00 30min; 12:30 30min", True),
        ("22:00", "06:00", "02:00 30min", True),
        ("22:00", "06:00", "23:30 1h", True),
        ("08:00", "16:00", "15:30 30min", True),
        ("08:00", "16:00", "15:45 30min", False),
        ("08:00", "16:00", "08:00 30min", False),
        ("08:00", "16:00", "17:00 30min", False),
        ("08:00", "16:00", "12:00 30min; 12:15 30min", False),
        ("22:00", "06:00", "12:00 30min", False),
        ("00:00", "24:00", "12:00 30min", True),
    ],
)
def test_shifts(starts: str, ends: str, breaks: str, sound: bool) -> None:
    shift = Shift(shift_id="s", days="daily", starts=starts, ends=ends, breaks=breaks)
    said = told(checks.check_shifts, shifts=[shift])
    assert said == (
        [] if sound else ["shifts, s: expected breaks inside the shift, one after another"]
    )


def test_parents() -> None:
    check = checks.check_parents
    chain = [site("a", parent="b"), site("b", parent="c"), site("c")]
    assert told(check, sites=chain) == []
    ring = [site("a", parent="b"), site("b", parent="a"), site("c", parent="a")]
    assert told(check, sites=ring) == [
        f"sites, {name}: is above itself: its chain of parents is circular" for name in "ab"
    ]


def test_staff() -> None:
    check = checks.check_staff
    asked: list[Noun] = [stage(skill="phone")]
    assert told(check, sites=[site()], pools=[pool()], stages=asked) == []
    (wrong,) = told(check, sites=[site(status="candidate")], pools=[pool()])
    assert wrong == "sites, status: no site is existing or required; expected at least one"
    for pools in ([pool(count=0)], [pool(site="b")]):
        (wrong,) = told(check, sites=[site(), site("b", status="closed")], pools=pools)
        assert wrong == "pools, count: no agent works at an open site; expected at least one"
    (wrong,) = told(check, sites=[site()], pools=[pool(skills="phones")], stages=asked)
    assert "no pool has the skill 'phone'; expected one of phones. Did you mean 'phones'?" in wrong


def test_positions() -> None:
    check = checks.check_positions
    assert told(check, zones=[zone()], sites=[site()]) == []
    (wrong,) = told(check, zones=[zone()], sites=[site(lat=None)])
    assert wrong == "sites, a: has no position; expected lat and lon in degrees"
    (wrong,) = told(check, zones=[zone(lat=0, lon=0)])
    assert "zones, z: lies at 0, 0 in the Gulf of Guinea" in wrong
    (wrong,) = told(
        check, zones=[zone(str(n), lat=40 + n / 10) for n in range(5)], sites=[site(lat=-3, lon=40)]
    )
    assert wrong.endswith("km from the middle of the zones. Are lat and lon swapped?")
    (wrong,) = told(check, zones=[zone()], sites=[site(lat=60, lon=30)])
    assert wrong.endswith("km from the middle of the zones.")
    assert told(check, zones=[zone(lat=None) for _ in range(9)])[-1].startswith("positions: 4 more")


def test_positions_of_a_planar_metric_are_kilometres() -> None:
    plane: list[Noun] = [TravelModel(metric="euclidean")]
    flat = zone(lat=None, lon=None, x_km=0, y_km=0)
    assert told(checks.check_positions, travel=plane, zones=[flat]) == []
    (wrong,) = told(checks.check_positions, travel=plane, zones=[zone()])
    assert "expected x_km and y_km, as the metric is planar" in wrong
    (wrong,) = told(checks.check_positions, zones=[flat])
    assert "expected lat and lon in degrees" in wrong


def test_positions_on_both_sides_of_the_date_line_are_near() -> None:
    islands: list[Noun] = [zone("a", lon=179.8), zone("b", lon=-179.9), zone("c", lon=-179.5)]
    assert (
        told(checks.check_positions, zones=islands, sites=[site(lon=-179.9), site("b", lon=179.9)])
        == []
    )


def test_promises() -> None:
    promise: list[Noun] = [Promise(promise_id="p", tier="desk", within="4h", share=0.9)]
    assert told(checks.check_promises, tiers=[tier()], stages=[stage()], promises=promise) == []
    assert told(checks.check_promises, tiers=[tier()], promises=promise) == [
        "promises, p: no stage is worked at tier 'desk', so nothing is ever due"
    ]


def test_assignments() -> None:
    one: list[Noun] = [Assignment(zone="z", tier="field", site="a")]
    (wrong,) = told(checks.check_assignments, sites=[site()], assignments=one)
    assert wrong == "assignments, z: site 'a' is of tier 'desk'; expected a site of tier 'field'"
    assert told(checks.check_assignments, sites=[site(tier="field")], assignments=one) == []


def test_calendars_and_channels_are_known_by_reference() -> None:
    calendar = OpeningHours(calendar_id="c", days="daily", opens="08:00", closes="18:00")
    said = told(
        checks.check_references,
        tiers=[tier()],
        sites=[site(calendar="c"), site("b", calendar="d")],
        calendars=[calendar],
        entries=[entry(channel="chat")],
        channels=[Channel(channel_id="phone")],
        classes=[request_class(rate_per_h=1)],
    )
    assert said == [
        "sites, calendar: got 'd'; expected one of c.",
        "entries, channel: got 'chat'; expected one of phone.",
    ]


def test_sizes_that_nobody_has_are_noted() -> None:
    def noted(**tables: list[Noun]) -> list[str]:
        nouns: dict[str, list[Noun]] = {"stages": [], "travel": [TravelModel()], **tables}
        return list(checks.note_units(nouns))

    assert noted(stages=[stage(service="exponential(45min)")]) == []
    (said,) = noted(stages=[stage(service="exponential(45d)")])
    assert said == "stages, call/ask: an agent works 45.0 d on average. Is the unit right?"
    assert noted(stages=[stage(mode="delay", service="exponential(45d)")]) == []
    (said,) = noted(travel=[TravelModel(a_min_per_sqrt_km=240, b_min_per_km=30)])
    assert said.startswith("travel: 10 km take 17 h 39 min, which is 0.567 km/h.")
    assert len(noted(travel=[TravelModel(a_min_per_sqrt_km=0, b_min_per_km=0)])) == 1
    assert noted(travel=[TravelModel(metric="manhattan", b_min_per_km=30)]) == []
