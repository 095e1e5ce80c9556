"""Published p-median and p-center instances, proved to be solved to their optima.

OR-Library (Beasley 1985) pmed1 to pmed20, not kept here: distances are shortest paths, and
of a repeated edge the last counts. rl1304 (TSPLIB, in `data/tsplib`): distances rounded
down, optima as in Avella, Sassano and Vasil'ev (2007) and Garcia, Labbe and Marin (2011).
San Francisco (spopt's example, in `data/sf`): values by enumeration of all subsets.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from published import published
from scipy.sparse.csgraph import shortest_path

from optimize.placement import Instance, Limits, Plan, Status
from optimize.placement.checks_median import median_violations
from optimize.placement.p_center import PCenter
from optimize.placement.p_median import PMedian

DATA = Path(__file__).parent / "data"
PMED = [
    5819, 4093, 4250, 3034, 1355, 7824, 5631, 4445, 2734, 1255,
    7696, 6634, 4374, 2968, 1729, 8162, 6999, 4809, 2845, 1789,
]  # fmt: skip
QUICK_PMED = [1, 2, 5, 9, 13, 20]
RL1304 = {
    5: 3099073, 10: 2134295, 20: 1412108, 50: 795012, 100: 491639,
    200: 268573, 300: 177326, 400: 128332, 500: 97024,
}  # fmt: skip
QUICK_RL1304 = [5, 20, 50, 200]


def proved(formulation: PMedian | PCenter, instance: Instance, seconds: float = 600) -> Plan:
    plan = formulation.solve(instance, Limits(seconds=seconds))
    assert plan.status is Status.OPTIMAL
    assert median_violations(formulation, instance, plan) == []
    return plan


def is_long(cases: list[int], quick: list[int]) -> list[object]:
    return [case if case in quick else pytest.param(case, marks=pytest.mark.long) for case in cases]


@pytest.mark.parametrize("number", is_long(list(range(1, 21)), QUICK_PMED))
def test_pmed(number: int) -> None:
    words = published(f"pmed/pmed{number}.txt").read_text().split()
    zones, edges, count = map(int, words[:3])
    length = np.full((zones, zones), np.inf)
    for one, other, cost in np.array(words[3 : 3 + 3 * edges], dtype=int).reshape(-1, 3):
        length[one - 1, other - 1] = length[other - 1, one - 1] = cost
    plan = proved(PMedian(count), Instance.from_matrix(shortest_path(length)))
    assert plan.objective == plan.bound == PMED[number - 1]


@pytest.fixture(scope="module")
def rl1304() -> Instance:
    lines = (DATA / "tsplib" / "rl1304.tsp").read_text().splitlines()
    fields = [line.split() for line in lines if line[:1].isdigit()]
    points = np.array([[float(word) for word in row[1:]] for row in fields])
    assert points.shape == (1304, 2)
    apart = points[:, None] - points[None]
    return Instance.from_matrix(np.floor(np.hypot(apart[..., 0], apart[..., 1])))


@pytest.mark.parametrize("count", is_long(list(RL1304), QUICK_RL1304))
def test_rl1304(rl1304: Instance, count: int) -> None:
    plan = proved(PMedian(count), rl1304)
    assert plan.objective == plan.bound == RL1304[count]


@pytest.fixture(scope="module")
def san_francisco() -> Instance:
    name = "SF_network_distance_candidateStore_16_censusTract_205_new.csv"
    pairs = pd.read_csv(DATA / "sf" / name, dtype={"DestinationName": str})
    travel = pairs.pivot_table(index="DestinationName", columns="name", values="distance")
    weight = pairs.groupby("DestinationName")["demand"].first()
    assert weight.sum() == 955113
    return Instance.from_matrix(
        travel.to_numpy(), weight.loc[travel.index].to_numpy(), site_id=list(travel.columns)
    )


@pytest.mark.parametrize("method", ["lagrangian", "mip"])
@pytest.mark.parametrize(
    ("optimum", "stores"),
    [
        (4009098972.1349115, "12 15"),
        (3385565397.531518, "5 11 15"),
        (2848268129.714512, "2 11 12 15"),
        (2554123350.18753, "2 7 11 14 15"),
    ],
)
def test_median_of_san_francisco(
    san_francisco: Instance, optimum: float, stores: str, method: str
) -> None:
    names = {f"Store_{number}" for number in stores.split()}
    plan = proved(PMedian(len(names), method=method), san_francisco)  # type: ignore[arg-type]
    assert plan.objective == pytest.approx(optimum, rel=1e-12)
    assert set(plan.site_id) == names


@pytest.mark.parametrize(("count", "optimum"), [(3, 7529.985950284766), (4, 7403.063810849859)])
def test_center_of_san_francisco(san_francisco: Instance, count: int, optimum: float) -> None:
    plan = proved(PCenter(count), san_francisco)
    assert plan.objective == plan.bound == optimum
