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

from network.demand import Arrivals, Entry, ProfileHour, RequestClass, Season, Segment
from network.errors import Problem, did_you_mean, one_of
from network.noun import Noun
from network.people import Pool, Shift
from network.places import Site, Tier, Zone, located
from network.promise import Promise
from network.route import Mode, Stage

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
_FAR_KM = 1500.0
_MAX_LISTED = 5


def rows_of(nouns: Nouns, table: str, kind: type[N]) -> list[N]:
    """The rows of a table with their type."""
    return [noun for noun in nouns[table] if isinstance(noun, kind)]


def check_references(nouns: Nouns) -> Iterator[Problem]:
    """Every id that a row names exists."""
    for table, column, target, target_column in _REFERENCES:
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
        spacing = row.interarrival or row.gap
        if spacing is not None and spacing.mean <= 0:
            yield Problem(where, f"got {spacing}; expected a time between requests > 0")
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
            if law.family in ("never", "normal"):
                yield Problem(
                    f"{where}, {column}", f"got {law}; expected times that end and are >= 0"
                )


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
    lost = [place for place in places if not located(place)]
    zero = [place for place in places if place.lat == 0 and place.lon == 0]
    for bad, message in (
        (lost, "needs lat and lon, or x_km and y_km for a planar metric"),
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
    middle = np.median([(z.lat, z.lon) for z in zones], axis=0)
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


CHECKS: tuple[Callable[[Nouns], Iterator[Problem]], ...] = (
    check_references,
    check_shares,
    check_classes,
    check_routes,
    check_loops,
    check_profiles,
    check_shifts,
    check_parents,
    check_staff,
    check_positions,
    check_promises,
)
"""Every rule, in the order in which problems are shown."""
