"""What must hold of demand: shares, classes, logs, profiles, promises, and units."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from network.demand import (
    Arrivals,
    Entry,
    LoggedRequest,
    ProfileHour,
    RequestClass,
    Season,
    Segment,
    Weight,
    has_offset,
    minutes_since,
    utc_zone,
)
from network.errors import Problem, one_of
from network.law import ENDLESS
from network.load.schema import MAX_LISTED, Nouns, rows_of
from network.model import Settings
from network.places import Tier, Zone
from network.promise import Promise
from network.quantity import show_duration
from network.route import Mode, Stage
from network.travel import Metric, TravelModel

"""Laws that may be infinite or negative."""
_YEARS = range(1970, 2200)
_GROWTH = (-0.2, 5.0)
_MOST_UNITS = 10_000_000
_LONG_SERVICE_MIN = 7 * 1440.0
_SPEEDS_KM_H = (3.0, 300.0)


def check_shares(nouns: Nouns) -> Iterator[Problem]:
    """Shares of segments, and of the channels of each class, sum to 1."""
    total = sum(segment.share for segment in rows_of(nouns, "segments", Segment))
    if nouns["segments"] and abs(total - 1) > 1e-6:
        yield Problem("segments, share", f"shares sum to {total:g}; expected 1")
    by_class: dict[str, float] = defaultdict(float)
    for entry in rows_of(nouns, "entries", Entry):
        by_class[entry.class_id] += entry.share
    for name, total in by_class.items():
        if abs(total - 1) > 1e-6:
            yield Problem(
                "entries, share", f"channel shares of '{name}' sum to {total:g}; expected 1"
            )


def check_settings(nouns: Nouns) -> Iterator[Problem]:
    """The clock has a start and an offset that exist; growth keeps rates positive for years."""
    for settings in rows_of(nouns, "settings", Settings):
        if settings.start.year not in _YEARS:
            message = f"got {settings.start}; expected a date from {_YEARS[0]} to {_YEARS[-1]}"
            yield Problem("scenario.yaml, settings.start", message)
        try:
            utc_zone(settings.utc_offset)
        except ValueError as error:
            yield Problem("scenario.yaml, settings.utc_offset", str(error))
        if not _GROWTH[0] <= settings.growth_per_year <= _GROWTH[1]:
            message = (
                f"got {settings.growth_per_year:g}; expected a share of today's demand a year "
                f"from {_GROWTH[0]:g} to {_GROWTH[1]:g}"
            )
            yield Problem("scenario.yaml, settings.growth_per_year", message)


def check_log(nouns: Nouns) -> Iterator[Problem]:
    """Logged requests come after the start, by a channel that their class has."""
    log = rows_of(nouns, "log", LoggedRequest)
    ways = {(entry.class_id, entry.channel) for entry in rows_of(nouns, "entries", Entry)}
    problems = []
    for number, time in enumerate(_log_times(nouns), start=1):
        if time is not None and time < 0:
            message = f"got {log[number - 1].time}, before the start of the scenario"
            problems.append(Problem(f"log, entry {number}, time", message))
    for number, row in enumerate(log, start=1):
        if row.channel is not None and (row.class_id, row.channel) not in ways:
            message = f"got '{row.channel}', by which '{row.class_id}' has no row in entries"
            problems.append(Problem(f"log, entry {number}, channel", message))
    yield from problems[:MAX_LISTED]
    if len(problems) > MAX_LISTED:
        yield Problem("log", f"{len(problems) - MAX_LISTED} more entries are faulty")


def _log_times(nouns: Nouns) -> Iterator[float | None]:
    """Minutes since the start of each row of the log, where settings make that possible."""
    for settings in rows_of(nouns, "settings", Settings):
        for row in rows_of(nouns, "log", LoggedRequest):
            try:
                yield minutes_since(settings.start, settings.utc_offset, row.time)
            except ValueError:
                yield None


def note_log(nouns: Nouns) -> Iterator[str]:
    """How a log that is out of order, or has times without an offset, is read."""
    log = rows_of(nouns, "log", LoggedRequest)
    times = [time for time in _log_times(nouns) if time is not None]
    back = [number for number, (a, b) in enumerate(pairwise(times), start=2) if b < a]
    if back:
        rows = one_of((str(number) for number in back), MAX_LISTED)
        yield (
            f"the log goes back in time at entry {rows}: it is replayed in the order of time. "
            "Does it cross the end of daylight saving? Give its times with their offset"
        )
    bare = sum(not has_offset(row.time) for row in log)
    if 0 < bare < len(log):
        yield f"{bare} of {len(log)} times of the log have no offset: the scenario's is taken"


def check_classes(nouns: Nouns) -> Iterator[Problem]:
    """Each class says how its requests come about and has a route."""
    entered = {entry.class_id for entry in rows_of(nouns, "entries", Entry)}
    for row in rows_of(nouns, "classes", RequestClass):
        where = f"classes, {row.class_id}"
        rates = [row.rate_per_unit_year, row.rate_per_h]
        given = sum(rate is not None for rate in rates)
        match row.arrivals:
            case Arrivals.POISSON if given != 1:
                yield Problem(where, "needs either rate_per_unit_year or rate_per_h")
            case Arrivals.RENEWAL if row.interarrival is None:
                yield Problem(where, "renewal arrivals need interarrival, e.g. constant(10min)")
            case Arrivals.APPOINTMENT if given + (row.interarrival is not None) != 1:
                yield Problem(where, "needs one of rate_per_unit_year, rate_per_h, interarrival")
            case Arrivals.FINITE_BASE if row.gap is None:
                yield Problem(where, "a finite base needs gap, e.g. exponential(300d)")
            case Arrivals.LOG if not nouns["log"]:
                yield Problem(where, "a replayed log needs the table log.csv")
            case _:
                pass
        for column in ("interarrival", "gap"):
            law = getattr(row, column)
            if law is not None and (law.family in ENDLESS or law.mean <= 0):
                yield Problem(f"{where}, {column}", f"got {law}; expected times > 0 that end")
        if row.punctuality.family == "never":
            yield Problem(f"{where}, punctuality", "got never; no-shows are the column no_show")
        if row.class_id not in entered:
            yield Problem(where, "has no row in entries: by which channel and stage does it enter?")


def check_weights(nouns: Nouns) -> Iterator[Problem]:
    """Zones have what a class is shared by, and no more units than fit into memory."""
    for settings in rows_of(nouns, "settings", Settings):
        zones = rows_of(nouns, "zones", Zone)
        people = sum(zone.population for zone in zones)
        base = sum(
            zone.population * settings.units_per_inhabitant
            if zone.installed_base is None
            else zone.installed_base
            for zone in zones
        )
        for row in rows_of(nouns, "classes", RequestClass):
            units = people if row.weight is Weight.POPULATION else base
            if units <= 0 and _asks(row):
                message = f"the zones have no {row.weight.value}, by which its requests are shared"
                yield Problem(f"classes, {row.class_id}", message)
            if row.arrivals is Arrivals.FINITE_BASE and units * row.units_share > _MOST_UNITS:
                message = (
                    f"{units * row.units_share:,.0f} units call one by one; expected at most "
                    f"{_MOST_UNITS:,}. Of so many, calls are as good as poisson arrivals"
                )
                yield Problem(f"classes, {row.class_id}", message)


def _asks(row: RequestClass) -> bool:
    """Whether a class has requests, from whatever but a log."""
    rate = (row.rate_per_unit_year or 0.0) + (row.rate_per_h or 0.0)
    drawn = rate > 0 or row.interarrival is not None or row.gap is not None
    return drawn and row.arrivals is not Arrivals.LOG


def check_profiles(nouns: Nouns) -> Iterator[Problem]:
    """Profiles have all 24 hours and some volume; seasons all months."""
    hours: dict[str, list[ProfileHour]] = defaultdict(list)
    for row in rows_of(nouns, "profiles", ProfileHour):
        hours[row.profile_id].append(row)
    for name, rows in hours.items():
        if len({row.hour for row in rows}) != 24:
            yield Problem(f"profiles, {name}", f"has {len(rows)} hours; expected 0 to 23")
        if not any(v for r in rows for v in (r.mon, r.tue, r.wed, r.thu, r.fri, r.sat, r.sun)):
            yield Problem(f"profiles, {name}", "all hours are 0; expected some volume")
    months = rows_of(nouns, "seasons", Season)
    if months and len(months) != 12:
        yield Problem("seasons", f"has {len(months)} months; expected 12 or none")


def check_promises(nouns: Nouns) -> Iterator[Problem]:
    """A promise's tier is one that some route uses."""
    used = {stage.tier for stage in rows_of(nouns, "stages", Stage)}
    tiers = {tier.tier_id for tier in rows_of(nouns, "tiers", Tier)}
    for promise in rows_of(nouns, "promises", Promise):
        if promise.tier in tiers and promise.tier not in used:
            message = f"no stage is worked at tier '{promise.tier}', so nothing is ever due"
            yield Problem(f"promises, {promise.promise_id}", message)


def note_units(nouns: Nouns) -> Iterator[str]:
    """Sizes that nobody has: most often a unit is wrong."""
    for stage in rows_of(nouns, "stages", Stage):
        if stage.mode is not Mode.DELAY and stage.service.mean > _LONG_SERVICE_MIN:
            yield (
                f"stages, {stage.class_id}/{stage.stage}: an agent works "
                f"{show_duration(stage.service.mean)} on average. Is the unit right?"
            )
    for way in rows_of(nouns, "travel", TravelModel):
        minutes = 10**0.5 * way.a_min_per_sqrt_km + 10 * way.b_min_per_km
        speed_km_h = 600 / minutes if minutes > 0 else float("inf")
        low, high = _SPEEDS_KM_H
        if way.metric is Metric.GREAT_CIRCLE and not low <= speed_km_h <= high:
            yield (
                f"travel: 10 km take {show_duration(minutes)}, which is {speed_km_h:.3g} km/h. "
                "Are a_min_per_sqrt_km and b_min_per_km minutes?"
            )
