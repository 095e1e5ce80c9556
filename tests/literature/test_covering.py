"""Published covering instances: their optima, as stated by their sources.

San Francisco (spopt's example, in `data/sf` under its licence): values by enumeration of
all subsets. MEXCLP: Daskin's model on an instance of our own, by enumeration. MCLP of JEMSS:
as asserted by its tests. Set covering: OR-Library (Beasley 1987), not kept here.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from published import published

from optimize.placement import Instance, Limits, Status
from optimize.placement.checks_covering import Covering, covering_violations
from optimize.placement.lscp import LSCP
from optimize.placement.mclp import MCLP
from optimize.placement.mexclp import MEXCLP

SF = Path(__file__).parent / "data" / "sf"
MEXCLP_12 = np.array(
    [[81, 8], [17, 23], [18, 80], [86, 58], [3, 9], [33, 43],
     [62, 47], [26, 15], [69, 73], [3, 11], [45, 39], [88, 51]]
)  # fmt: skip
MEXCLP_12_DEMAND = [28, 28, 41, 37, 14, 45, 46, 57, 48, 20, 22, 40]


@pytest.fixture(scope="module")
def san_francisco() -> Instance:
    name = "SF_network_distance_candidateStore_16_censusTract_205_new.csv"
    pairs = pd.read_csv(SF / name, dtype={"DestinationName": str})
    travel = pairs.pivot_table(index="DestinationName", columns="name", values="distance")
    weight = pairs.groupby("DestinationName")["demand"].first()
    assert travel.shape == (205, 16)
    return Instance.from_matrix(
        travel.to_numpy(),
        weight.loc[travel.index].to_numpy(),
        zone_id=list(travel.index),
        site_id=list(travel.columns),
    )


def solved(formulation: Covering, instance: Instance) -> float:
    plan = formulation.solve(instance, Limits(gap=1e-9))
    assert plan.status is Status.OPTIMAL
    assert covering_violations(formulation, instance, plan) == []
    return plan.objective


@pytest.mark.parametrize(
    ("sites", "radius_m", "covered"),
    [(4, 5000, 875247), (3, 5000, 791499), (2, 5000, 671938), (2, 3500, 457124), (4, 2500, 450012)],
)
def test_mclp_of_san_francisco(
    san_francisco: Instance, sites: int, radius_m: float, covered: float
) -> None:
    assert solved(MCLP(sites, radius_m), san_francisco) == covered


@pytest.mark.parametrize(("radius_m", "sites"), [(5000, 8), (8000, 3)])
def test_lscp_of_san_francisco(san_francisco: Instance, radius_m: float, sites: int) -> None:
    assert solved(LSCP(radius_m), san_francisco) == sites


def test_mexclp_of_twelve_places() -> None:
    apart = np.abs(MEXCLP_12[:, None] - MEXCLP_12[None]).sum(axis=2)
    instance = Instance.from_matrix(apart, MEXCLP_12_DEMAND)
    assert solved(MEXCLP(4, 45, 0.3), instance) == pytest.approx(332.801, rel=1e-9)


@pytest.mark.parametrize(("sites", "covered"), [(0, 0), (1, 4), (2, 6), (3, 6)])
def test_mclp_of_jemss(sites: int, covered: float) -> None:
    cover = np.array([[1, 1, 0, 0], [0, 1, 1, 0], [1, 0, 0, 1]])
    instance = Instance.from_matrix(np.where(cover.T, 0, np.inf), [2, 2, 1, 1])
    assert solved(MCLP(sites, 0), instance) == covered


SET_COVERING = [
    ("scp41", 429),
    pytest.param("scp51", 253, marks=pytest.mark.long),
    pytest.param("scpa1", 253, marks=pytest.mark.long),
    pytest.param("scpd1", 60, marks=pytest.mark.long),
]


@pytest.mark.parametrize(("name", "cost"), SET_COVERING)
def test_set_covering_of_the_or_library(name: str, cost: float) -> None:
    instance = read_set_covering(published(f"scp/{name}.txt"))
    assert solved(LSCP(0, "fixed"), instance) == cost


def read_set_covering(path: Path) -> Instance:
    """Rows, columns, costs; then for each row how many columns cover it, and which."""
    numbers = np.array(path.read_text().split(), dtype=np.int64)
    rows, columns = numbers[:2].tolist()
    travel, at = np.full((rows, columns), np.inf), 2 + columns
    for row in range(rows):
        count = int(numbers[at])
        travel[row, numbers[at + 1 : at + 1 + count] - 1] = 0.0
        at += 1 + count
    return Instance.from_matrix(travel, fixed_cost=numbers[2 : 2 + columns])
