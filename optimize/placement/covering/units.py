"""What formulations that place several units per site share."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from network.errors import Problem
from optimize.placement.covering.parameters import check_count, check_radius, check_share, too_few
from optimize.placement.instance import Instance

Ints = NDArray[np.int64]


def check_fleet(
    units: int, radius: float, busy: float, max_per_site: int | None, *, colocation: bool
) -> list[Problem]:
    """Parameters of a fleet of units that are busy part of the time."""
    problems = check_count("units", units) + check_radius(radius)
    problems += check_share("busy", busy, below_one=True)
    if max_per_site is not None:
        problems += check_count("max_per_site", max_per_site, least=1)
        if not colocation and max_per_site != 1:
            message = f"got {max_per_site} without colocation; expected 1, or colocation"
            problems.append(Problem("max_per_site", message))
    return problems


def most_units(
    instance: Instance, units: int, max_per_site: int | None, *, colocation: bool
) -> Ints:
    """Units that each site can hold (sites,): none where it is closed."""
    most = min(units, max_per_site or units) if colocation else 1
    return np.where(instance.sites.usable, most, 0).astype(np.int64)


def no_room(units: int, instance: Instance, most: Ints) -> tuple[Problem, ...]:
    """Why the units cannot be placed, or nothing."""
    problems = list(too_few("units", units, instance))
    room = int(most.sum())
    if room < units:
        message = (
            f"{units} units, but the usable sites hold {room}; {room} units, or more per site, "
            "would do"
        )
        problems.append(Problem("units", message))
    return tuple(problems)
