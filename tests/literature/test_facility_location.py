"""Published facility location instances: their optima are found, proved and stand a check.

References
----------
Beasley (1990), OR-Library: distributing test problems by electronic mail, Journal of the
Operational Research Society 41(11): cap71 ... capa, capacities left out.
Holmberg, Ronnqvist and Yuan (1999), An exact algorithm for the capacitated facility
location problems with single sourcing, European Journal of Operational Research 113(3).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from published import published

from optimize.placement import Instance, Status
from optimize.placement.checks_facility import facility_violations
from optimize.placement.facility_location import FacilityLocation


def read_orlib(path: Path) -> tuple[Instance, float]:
    """Costs are of serving all of a zone; capacities are left out."""
    words = path.read_text().replace("capacity", "inf").split()
    sites, zones = int(words[0]), int(words[1])
    numbers = np.array(words[2:], dtype=float)
    cost = numbers[2 * sites :].reshape(zones, sites + 1)[:, 1:]
    optimum = float(path.with_name(path.name + ".opt").read_text().split()[-1])
    return Instance.from_matrix(cost, fixed_cost=numbers[1 : 2 * sites : 2]), optimum


def read_holmberg(number: int) -> tuple[Instance, np.ndarray, float]:
    folder = published("cflp_holmberg")
    numbers = np.array((folder / f"p{number}").read_text().split(), dtype=float)
    sites, zones = int(numbers[0]), int(numbers[1])
    capacity, fixed = numbers[2 : 2 + 2 * sites].reshape(sites, 2).T
    demand = numbers[2 + 2 * sites :][:zones]
    cost = numbers[2 + 2 * sites + zones :].reshape(sites, zones).T
    optima = (folder / "optima_single_source.txt").read_text().split()
    instance = Instance.from_matrix(cost, fixed_cost=fixed, capacity=capacity)
    return instance, demand, float(optima[number - 1])


@pytest.mark.parametrize("name", ["cap71", "cap72", "cap101", "cap103", "cap131", "capa"])
def test_uncapacitated_optima(name):
    instance, optimum = read_orlib(published("uflp") / f"{name}.txt")
    plan = FacilityLocation().solve(instance)
    assert plan.status is Status.OPTIMAL
    assert plan.objective == pytest.approx(optimum, rel=1e-9)
    assert optimum * (1 - 2e-6) <= plan.bound <= optimum * (1 + 1e-9)
    assert facility_violations(FacilityLocation(), instance, plan) == []


HARD = (29, 31)
HOLMBERG = [
    pytest.param(number, marks=pytest.mark.long if number in HARD else ())
    for number in range(1, 40, 2)
]


@pytest.mark.parametrize("number", HOLMBERG)
def test_single_source_optima(number):
    instance, demand, optimum = read_holmberg(number)
    formulation = FacilityLocation(capacitated=True, single_source=True, demand=demand)
    plan = formulation.solve(instance)
    assert plan.status is Status.OPTIMAL
    assert (plan.objective, plan.bound) == (optimum, optimum)  # costs are whole numbers
    assert facility_violations(formulation, instance, plan) == []


@pytest.mark.parametrize("number", range(1, 40, 6))
def test_several_sources_cost_no_more(number):
    instance, demand, optimum = read_holmberg(number)
    formulation = FacilityLocation(capacitated=True, demand=demand)
    plan = formulation.solve(instance)
    assert plan.status is Status.OPTIMAL
    assert plan.objective <= optimum
    assert facility_violations(formulation, instance, plan) == []
