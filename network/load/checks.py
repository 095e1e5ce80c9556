"""What must hold between the rows of a scenario: one check per rule.

Each ``check_*`` takes the nouns by table and yields problems; ``CHECKS`` lists them all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

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
from network.errors import Problem, did_you_mean, one_of
from network.model import Settings
from network.noun import Noun
from network.people import Pool, Shift
from network.places import Site, Tier, Zone, located
from network.plan import Assignment
from network.promise import Promise
from network.quantity import show_duration
from network.route import Mode, Stage
from network.travel import Metric, TravelModel

Nouns = Mapping[str, Sequence[Noun]]
N = TypeVar("N", bound=Noun)

_REFERENCES = (
    ("sites", "tier", "tiers", "tier_id"),
    ("sites", "parent", "sites", "site_id"),
    ("sites", "calendar", "calendars", "calendar_id"),
    ("pools", "site", "sites", "site_id"),
    ("pools", "shift", "shifts", "shift_id"),
    ("classes", "profile", "profiles", "profile_id"),
    ("entries", "class_id", "classes", "class_id"),
    ("entries", "channel", "channels", "channel_id"),
    ("stages", "class_id", "classes", "class_id"),
    ("stages", "tier", "tiers", "tier_id"),
    ("promises", "tier", "tiers", "tier_id"),
    ("promises", "region", "zones", "region"),
    ("promises", "area", "zones", "area"),
    ("promises", "segment", "segments", "segment_id"),
    ("promises", "class_id", "classes", "class_id"),
    ("promises", "calendar", "calendars", "calendar_id"),
    ("preferences", "zone", "zones", "zone_id"),
    ("preferences", "site", "sites", "site_id"),
    ("overrides", "zone", "zones", "zone_id"),
    ("overrides", "site", "sites", "site_id"),
    ("assignments", "zone", "zones", "zone_id"),
    ("assignments", "tier", "tiers", "tier_id"),
    ("assignments", "site", "sites", "site_id"),
    ("log", "class_id", "classes", "class_id"),
    ("log", "zone", "zones", "zone_id"),
    ("log", "segment", "segments", "segment_id"),
    ("log", "channel", "channels", "channel_id"),
)
_ENDLESS = ("never", "normal")
"""Laws that may be infinite or negative."""
_FAR_KM = 1500.0
_YEARS = range(1970, 2200)
_GROWTH = (-0.2, 5.0)
_MOST_UNITS = 10_000_000
_LONG_SERVICE_MIN = 7 * 1440.0
_SPEEDS_KM_H = (3.0, 300.0)
_MAX_LISTED = 5


def rows_of(nouns: Nouns, table: str, kind: type[N]) -> list[N]:
    """The rows of a table with their type; none if there is no such table."""
    return [noun for noun in nouns.get(table, ()) if isinstance(noun, kind)]


def check_references(nouns: Nouns) -> Iterator[Problem]:
    """Every id that a row names exists."""
    for table, column, target, target_column in _REFERENCES:
        if table not in nouns or target not in nouns:
            continue
        known = {getattr(noun, target_column) for noun in nouns[target]}
        unknown: dict[str, int] = defaultdict(int)
        for noun in nouns[table]:
            value = getattr(noun, column)
            if value is not None and value not in known:
                unknown[value] += 1
        for value, count in list(unknown.items())[:_MAX_LISTED]:
            times = f" in {count} rows" if count > 1 else ""
            hint = did_you_mean(value, known)
            message = (
                f"got '{value}'{times}; expected one of {one_of(sorted(known)) or 'none'}.{hint}"
            )
            yield Problem(f"{table}, {column}", message)
        if len(unknown) > _MAX_LISTED:
            yield Problem(f"{table}, {column}", f"{len(unknown) - _MAX_LISTED} more unknown ids")


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
    yield from problems[:_MAX_LISTED]
    if len(problems) > _MAX_LISTED:
        yield Problem("log", f"{len(problems) - _MAX_LISTED} more entries are faulty")


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
        rows = one_of((str(number) for number in back), _MAX_LISTED)
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
            if law is not None and (law.family in _ENDLESS or law.mean <= 0):
                yield Problem(f"{where}, {column}", f"got {law}; expected times > 0 that end")
        if row.punctuality.family == "never":
            yield Problem(f"{where}, punctuality", "got never; no-shows are the column no_show")
        if row.class_id not in entered:
            yield Problem(where, "has no row in entries: by which channel and stage does it enter?")


def check_routes(nouns: Nouns) -> Iterator[Problem]:
    """Stages name stages of their own class, have a tier unless they are delays, and end."""
    stages = rows_of(nouns, "stages", Stage)
    by_class: dict[str, dict[str, Stage]] = defaultdict(dict)
    for stage in stages:
        by_class[stage.class_id][stage.stage] = stage
    for entry in rows_of(nouns, "entries", Entry):
        if entry.stage not in by_class[entry.class_id]:
            known = by_class[entry.class_id]
            hint = did_you_mean(entry.stage, known)
            expected = f"expected a stage of '{entry.class_id}': {one_of(known)}"
            message = f"got '{entry.stage}'; {expected}.{hint}"
            yield Problem("entries, stage", message)
    for stage in stages:
        where = f"stages, {stage.class_id}/{stage.stage}"
        known = by_class[stage.class_id]
        for branches in (stage.if_resolved, stage.if_unresolved):
            for target, _ in branches:
                if target not in known:
                    hint = did_you_mean(target, known)
                    yield Problem(
                        where, f"leads to '{target}'; expected one of {one_of(known)}.{hint}"
                    )
        if (stage.tier is None) != (stage.mode is Mode.DELAY):
            expected = "no tier" if stage.mode is Mode.DELAY else "a tier"
            yield Problem(where, f"mode {stage.mode.value} needs {expected}")
        for column in ("service", "parts_wait", "parts_late"):
            law = getattr(stage, column)
            if law.family in _ENDLESS:
                yield Problem(
                    f"{where}, {column}", f"got {law}; expected times that end and are >= 0"
                )
        if stage.patience.family == "normal":
            yield Problem(f"{where}, patience", f"got {stage.patience}; expected times >= 0")


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


def check_loops(nouns: Nouns) -> Iterator[Problem]:
    """No route feeds itself for ever: the spectral radius of its transitions is below 1."""
    by_class: dict[str, list[Stage]] = defaultdict(list)
    for stage in rows_of(nouns, "stages", Stage):
        by_class[stage.class_id].append(stage)
    for name, stages in by_class.items():
        radius = max(abs(np.linalg.eigvals(transitions(stages))), default=0.0)
        if radius >= 1 - 1e-9:
            message = (
                f"the route returns to itself with gain {radius:.3g}; expected below 1, "
                "so that every request ends"
            )
            yield Problem(f"stages, {name}", message)


def transitions(
    stages: Sequence[Stage], levels: Mapping[str, int] | None = None
) -> NDArray[np.float64]:
    """Chances to go from one stage of a class to another, [from, to].

    Parameters
    ----------
    stages : sequence of Stage
        All stages of a class.
    levels : mapping of str to int, optional
        Level of the agents by stage; by default the least able one is assumed.
    """
    position = {stage.stage: number for number, stage in enumerate(stages)}
    matrix = np.zeros((len(stages), len(stages)))
    for number, stage in enumerate(stages):
        chance = stage.chance(levels[stage.stage]) if levels else min(stage.resolve)
        for branches, weight in ((stage.if_resolved, chance), (stage.if_unresolved, 1 - chance)):
            for target, share in branches:
                if target in position:
                    matrix[number, position[target]] += weight * share
    return matrix


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


def check_shifts(nouns: Nouns) -> Iterator[Problem]:
    """Breaks lie inside their shift and do not overlap."""
    for shift in rows_of(nouns, "shifts", Shift):
        length = (shift.ends - shift.starts) % 1440 or 1440.0
        spans = sorted(((b - shift.starts) % 1440, n) for b, n in shift.breaks)
        inside = all(start > 0 and start + span <= length for start, span in spans)
        if not inside or any(a + n > b for (a, n), (b, _) in pairwise(spans)):
            yield Problem(
                f"shifts, {shift.shift_id}", "expected breaks inside the shift, one after another"
            )


def check_parents(nouns: Nouns) -> Iterator[Problem]:
    """Following parents from a site comes to an end."""
    parent = {site.site_id: site.parent for site in rows_of(nouns, "sites", Site)}
    for start, above in parent.items():
        seen, site = {start}, above
        while site is not None and site in parent and site not in seen:
            seen.add(site)
            site = parent[site]
        if site == start:
            yield Problem(f"sites, {start}", "is above itself: its chain of parents is circular")


def check_staff(nouns: Nouns) -> Iterator[Problem]:
    """There is an open site, someone works there, and every skill asked for exists."""
    sites = {site.site_id: site for site in rows_of(nouns, "sites", Site)}
    pools = rows_of(nouns, "pools", Pool)
    if sites and not any(site.status.is_open for site in sites.values()):
        yield Problem("sites, status", "no site is existing or required; expected at least one")
    elif (
        sites
        and pools
        and not any(p.count and p.site in sites and sites[p.site].status.is_open for p in pools)
    ):
        yield Problem("pools, count", "no agent works at an open site; expected at least one")
    held = {skill for pool in pools for skill in pool.skills}
    asked = {stage.skill: stage for stage in rows_of(nouns, "stages", Stage) if stage.skill}
    for skill, stage in asked.items():
        if skill not in held:
            where = f"stages, {stage.class_id}/{stage.stage}, skill"
            message = f"no pool has the skill '{skill}'; expected one of {one_of(sorted(held))}."
            yield Problem(where, message + did_you_mean(skill, held))


def check_positions(nouns: Nouns) -> Iterator[Problem]:
    """Every zone and site has a believable position."""
    places: list[Site | Zone] = [*rows_of(nouns, "zones", Zone), *rows_of(nouns, "sites", Site)]
    planar = any(
        way.metric is not Metric.GREAT_CIRCLE for way in rows_of(nouns, "travel", TravelModel)
    )
    needed = "x_km and y_km, as the metric is planar" if planar else "lat and lon in degrees"
    lost = [place for place in places if not located(place, planar=planar)]
    zero = [place for place in places if place.lat == 0 and place.lon == 0]
    for bad, message in (
        (lost, f"has no position; expected {needed}"),
        (zero, "lies at 0, 0 in the Gulf of Guinea; is the position missing?"),
    ):
        for place in bad[:_MAX_LISTED]:
            yield Problem(f"{_table(place)}, {_id(place)}", message)
        if len(bad) > _MAX_LISTED:
            yield Problem("positions", f"{len(bad) - _MAX_LISTED} more: {message}")
    yield from _far_sites(nouns)


def _far_sites(nouns: Nouns) -> Iterator[Problem]:
    zones = [z for z in rows_of(nouns, "zones", Zone) if z.lat is not None and z.lon is not None]
    if not zones:
        return
    middle = _middle(np.array([(z.lat, z.lon) for z in zones]))
    places: list[Site | Zone] = [*rows_of(nouns, "sites", Site), *zones]
    for place in places:
        if place.lat is None or place.lon is None:
            continue
        north, east = place.lat - middle[0], (place.lon - middle[1] + 180) % 360 - 180
        km = 111.2 * float(np.hypot(north, east * np.cos(np.radians(middle[0]))))
        if km > 3 * _FAR_KM or (isinstance(place, Site) and km > _FAR_KM):
            swapped = abs(place.lon - middle[0]) + abs(place.lat - middle[1]) < 20
            hint = " Are lat and lon swapped?" if swapped else ""
            where = f"{_table(place)}, {_id(place)}"
            yield Problem(where, f"lies {km:,.0f} km from the middle of the zones.{hint}")


def _middle(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    """Median latitude and longitude, also of places on both sides of the date line."""
    around = np.exp(1j * np.radians(degrees[:, 1])).sum()
    mean = np.degrees(np.angle(around))
    east = (degrees[:, 1] - mean + 180) % 360 - 180
    return np.array([np.median(degrees[:, 0]), mean + np.median(east)])


def _table(place: Site | Zone) -> str:
    return "sites" if isinstance(place, Site) else "zones"


def _id(place: Site | Zone) -> str:
    return place.site_id if isinstance(place, Site) else place.zone_id


def check_promises(nouns: Nouns) -> Iterator[Problem]:
    """A promise's tier is one that some route uses."""
    used = {stage.tier for stage in rows_of(nouns, "stages", Stage)}
    tiers = {tier.tier_id for tier in rows_of(nouns, "tiers", Tier)}
    for promise in rows_of(nouns, "promises", Promise):
        if promise.tier in tiers and promise.tier not in used:
            message = f"no stage is worked at tier '{promise.tier}', so nothing is ever due"
            yield Problem(f"promises, {promise.promise_id}", message)


def check_assignments(nouns: Nouns) -> Iterator[Problem]:
    """A zone is assigned, at a tier, to a site of that tier."""
    tier = {site.site_id: site.tier for site in rows_of(nouns, "sites", Site)}
    for one in rows_of(nouns, "assignments", Assignment):
        if tier.get(one.site, one.tier) != one.tier:
            message = f"is of tier '{tier[one.site]}'; expected a site of tier '{one.tier}'"
            yield Problem(f"assignments, {one.zone}", f"site '{one.site}' {message}")


CHECKS: tuple[Callable[[Nouns], Iterator[Problem]], ...] = (
    check_references,
    check_settings,
    check_shares,
    check_classes,
    check_weights,
    check_log,
    check_routes,
    check_loops,
    check_profiles,
    check_shifts,
    check_parents,
    check_staff,
    check_positions,
    check_promises,
    check_assignments,
)
"""Every rule, in the order in which problems are shown."""


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


NOTES: tuple[Callable[[Nouns], Iterator[str]], ...] = (note_log, note_units)
"""What is allowed, but a planner should know."""
