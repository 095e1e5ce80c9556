"""Facility location on published instances: proved optima and what they cost in CPU seconds.

Run as ``python -m benchmarks.placement_facility FOLDER``, where the folder has ``uflp``
(OR-Library, ``capNN.txt`` with ``capNN.txt.opt``) and ``cflp_holmberg`` (``pNN`` with
``optima_single_source.txt``).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from optimize.placement import Instance, Limits, Plan
from optimize.placement.facility_location import FacilityLocation


@dataclass(frozen=True, slots=True)
class Row:
    """One instance solved.

    Parameters
    ----------
    instance : str
    optimum : float
        As published; NaN where unknown.
    found, bound : float
    cpu_seconds : float
        Of building and solving, after the compiled parts have been loaded once.
    """

    instance: str
    optimum: float
    found: float
    bound: float
    cpu_seconds: float


def read_orlib(path: Path) -> tuple[Instance, float]:
    """An OR-Library warehouse location instance, capacities left out, and its optimum.

    The file gives sites and zones, then capacity and fixed cost of each site, then for
    each zone its demand and the cost of serving all of it from each site.
    """
    words = path.read_text().replace("capacity", "inf").split()
    sites, zones = int(words[0]), int(words[1])
    numbers = np.array(words[2:], dtype=np.float64)
    fixed = numbers[1 : 2 * sites : 2]
    rows = numbers[2 * sites :].reshape(zones, sites + 1)
    answer = path.with_name(path.name + ".opt")
    optimum = float(answer.read_text().split()[-1]) if answer.exists() else np.nan
    return Instance.from_matrix(rows[:, 1:], fixed_cost=fixed), optimum


def read_holmberg(path: Path) -> tuple[Instance, np.ndarray]:
    """A capacitated instance of Holmberg, and the demands of its zones.

    The file gives sites and zones, then capacity and fixed cost of each site, the demands,
    and for each site the cost of serving all of each zone.
    """
    numbers = np.array(path.read_text().split(), dtype=np.float64)
    sites, zones = int(numbers[0]), int(numbers[1])
    capacity, fixed = numbers[2 : 2 + 2 * sites].reshape(sites, 2).T
    demand = numbers[2 + 2 * sites :][:zones]
    cost = numbers[2 + 2 * sites + zones :].reshape(sites, zones)
    return Instance.from_matrix(cost.T, fixed_cost=fixed, capacity=capacity), demand


def uncapacitated(folder: Path, seconds: float = 60.0) -> Iterator[Row]:
    """OR-Library cap71 ... capa without capacities."""
    for path in sorted((folder / "uflp").glob("cap*.txt")):
        instance, optimum = read_orlib(path)
        yield _row(f"UFLP {path.stem}", optimum, FacilityLocation().solve, instance, seconds)


def single_source(folder: Path, seconds: float = 60.0) -> Iterator[Row]:
    """Holmberg's instances with one source for each zone."""
    optima = (folder / "cflp_holmberg" / "optima_single_source.txt").read_text().split()
    for path, instance, formulation in _holmberg(folder, single=True):
        optimum = float(optima[int(path.name[1:]) - 1])
        yield _row(f"single-source {path.name}", optimum, formulation.solve, instance, seconds)


def several_sources(folder: Path, seconds: float = 60.0) -> Iterator[Row]:
    """Holmberg's instances with zones split over sites; optima are not published."""
    for path, instance, formulation in _holmberg(folder, single=False):
        yield _row(f"CFLP {path.name}", np.nan, formulation.solve, instance, seconds)


def _holmberg(folder: Path, *, single: bool) -> Iterator[tuple[Path, Instance, FacilityLocation]]:
    for path in sorted((folder / "cflp_holmberg").glob("p*"), key=lambda path: int(path.name[1:])):
        instance, demand = read_holmberg(path)
        yield (
            path,
            instance,
            FacilityLocation(capacitated=True, single_source=single, demand=demand),
        )


def _row(
    name: str,
    optimum: float,
    solve: Callable[[Instance, Limits], Plan],
    instance: Instance,
    seconds: float,
) -> Row:
    began = time.process_time()
    plan = solve(instance, Limits(seconds=seconds))
    return Row(name, optimum, plan.objective, plan.bound, time.process_time() - began)


def warm_up() -> None:
    """Load the compiled parts, so that they are not counted to the first instance."""
    instance = Instance.from_matrix([[1, 3, 2], [3, 1, 2]], fixed_cost=1.5, capacity=1)
    for capacitated in (False, True):
        for single in (False, True):
            FacilityLocation(capacitated=capacitated, single_source=single).solve(instance)


def main() -> None:
    """Print a line for each instance."""
    folder = Path(sys.argv[1])
    warm_up()
    print(f"{'instance':22}{'optimum':>16}{'found':>16}{'bound':>16}{'CPU s':>9}")
    for rows in (uncapacitated(folder), single_source(folder), several_sources(folder)):
        for row in rows:
            print(
                f"{row.instance:22}{row.optimum:16.4f}{row.found:16.4f}"
                f"{row.bound:16.4f}{row.cpu_seconds:9.3f}"
            )


if __name__ == "__main__":
    main()
