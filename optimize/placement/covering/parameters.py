"""Parameters that covering formulations share, checked when a formulation is made."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from network.errors import Problem, ScenarioError
from optimize.placement.instance import Instance

Bools = NDArray[np.bool_]


def check_radius(radius: float) -> list[Problem]:
    """A radius is a number >= 0, in the unit of travel."""
    if isinstance(radius, bool) or not radius >= 0:
        return [Problem("radius", f"got {radius}; expected a number >= 0, in the unit of travel")]
    return []


def check_count(name: str, value: int, least: int = 0) -> list[Problem]:
    """A whole number of sites or units."""
    whole = not isinstance(value, bool) and isinstance(value, int | np.integer)
    if not whole or value < least:
        return [Problem(name, f"got {value}; expected a whole number >= {least}")]
    return []


def check_share(name: str, value: float, *, below_one: bool = False) -> list[Problem]:
    """A share from 0 to 1."""
    if isinstance(value, bool) or not 0 <= value <= 1 or (below_one and value == 1):
        ends = "at least 0 and below 1" if below_one else "from 0 to 1"
        return [Problem(name, f"got {value}; expected a number {ends}")]
    return []


def refuse(formulation: str, problems: list[Problem]) -> None:
    """Raise if there are problems.

    Raises
    ------
    ScenarioError
        With all of them.
    """
    if problems:
        raise ScenarioError(formulation, problems)


def too_few(name: str, count: int, instance: Instance) -> tuple[Problem, ...]:
    """Why fewer sites than are required cannot be opened, or nothing."""
    needed = int(instance.sites.required.sum())
    if needed <= count:
        return ()
    message = f"{needed} sites are required, {count} may open; {needed} would be enough"
    return (Problem(name, message),)


def nearest_site(instance: Instance, zone: int) -> tuple[int, float]:
    """The usable site nearest to a zone, and its travel; infinite where there is none."""
    usable = np.flatnonzero(instance.sites.usable)
    if not len(usable):
        return -1, math.inf
    if instance.matrix is not None:
        travel = instance.matrix[zone, usable]
    else:
        assert instance.zone_points is not None
        assert instance.site_points is not None
        alone = Instance.from_points(
            instance.zone_points[zone : zone + 1],
            instance.site_points[usable],
            metric=instance.metric,
        )
        travel = alone.travel()[0]
    best = int(np.argmin(travel))
    return int(usable[best]), float(travel[best])


def out_of_reach(instance: Instance, zones: NDArray[np.int64], radius: float) -> list[Problem]:
    """For zones that no usable site covers: what radius would be enough."""
    problems, widest = [], 0.0
    for zone in zones.tolist():
        site, travel = nearest_site(instance, zone)
        widest = max(widest, travel)
        name = f"zone {instance.zone_id[zone]}"
        if math.isinf(travel):
            message = f"no usable site within {radius:g}, nor any way to one; it needs a site"
        else:
            message = (
                f"no usable site within {radius:g}; the nearest, {instance.sites.site_id[site]}, "
                f"needs a radius of {travel:.12g}"
            )
        problems.append(Problem(name, message))
    if len(problems) > 1 and not math.isinf(widest):
        message = f"{len(problems)} zones are out of reach; {widest:.12g} covers all of them"
        problems.insert(0, Problem("radius", message))
    return problems
