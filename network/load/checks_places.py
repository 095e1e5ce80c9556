"""What must hold of places and people: positions, parents, shifts, staff."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from network.errors import Problem, did_you_mean, one_of
from network.load.schema import MAX_LISTED, Nouns, rows_of
from network.people import Pool, Shift
from network.places import Site, Zone, located
from network.plan import Assignment
from network.route import Stage
from network.travel import Metric, TravelModel

_FAR_KM = 1500.0


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
        for place in bad[:MAX_LISTED]:
            yield Problem(f"{_table(place)}, {_id(place)}", message)
        if len(bad) > MAX_LISTED:
            yield Problem("positions", f"{len(bad) - MAX_LISTED} more: {message}")
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


def check_assignments(nouns: Nouns) -> Iterator[Problem]:
    """A zone is assigned, at a tier, to a site of that tier."""
    tier = {site.site_id: site.tier for site in rows_of(nouns, "sites", Site)}
    for one in rows_of(nouns, "assignments", Assignment):
        if tier.get(one.site, one.tier) != one.tier:
            message = f"is of tier '{tier[one.site]}'; expected a site of tier '{one.tier}'"
            yield Problem(f"assignments, {one.zone}", f"site '{one.site}' {message}")
