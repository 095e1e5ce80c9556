"""How fast the p-median is proved: OR-Library pmed, rl1304, and spopt on pmed20.

    uv run python -m benchmarks.placement_p_median                  # everything present
    uv run python -m benchmarks.placement_p_median --only rl1304 --sites 10 100
    uv run python -m benchmarks.placement_p_median --only spopt     # in an environment with spopt

Times are CPU seconds of this process and its children, from the distance matrix to the
plan. Compiling is measured apart, on the first call; shortest paths are not counted.
Instances are sought where tests seek them: in the folder that PLANNING_INSTANCES names, or
in ../shared/data. spopt plays in the same process, with its default solver (CBC by PuLP).
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import resource
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse.csgraph import shortest_path

from optimize.placement import Instance, Limits, Plan
from optimize.placement.checks_median import median_violations
from optimize.placement.p_median import PMedian

ROOT = Path(__file__).resolve().parents[1]
RL1304 = ROOT / "tests" / "literature" / "data" / "tsplib" / "rl1304.tsp"
PMED_OPTIMA = (
    5819, 4093, 4250, 3034, 1355, 7824, 5631, 4445, 2734, 1255,
    7696, 6634, 4374, 2968, 1729, 8162, 6999, 4809, 2845, 1789,
)  # fmt: skip
RL1304_OPTIMA = {
    5: 3099073, 10: 2134295, 20: 1412108, 50: 795012, 100: 491639,
    200: 268573, 300: 177326, 400: 128332, 500: 97024,
}  # fmt: skip
SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Row:
    """One instance solved.

    Parameters
    ----------
    instance : str
    optimum : float
        As published.
    found, bound : float
    cpu_s : float
    peer_cpu_s : float
        Of spopt for the same instance; NaN where it was not asked.
    """

    instance: str
    optimum: float
    found: float
    bound: float
    cpu_s: float
    peer_cpu_s: float = float("nan")

    def __str__(self) -> str:
        proof = "proved" if self.found == self.bound else f"gap {1 - self.bound / self.found:.4%}"
        line = f"{self.instance}: {self.found:.0f} (published {self.optimum:.0f}), {proof}, "
        line += f"{self.cpu_s:.2f} CPU s"
        if not np.isnan(self.peer_cpu_s):
            line += f"; spopt {self.peer_cpu_s:.2f} CPU s, {self.peer_cpu_s / self.cpu_s:.0f}x"
        return line


def cpu_seconds() -> float:
    """CPU time of this process and of the children it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def pmed_file(number: int) -> Path:
    """Where an OR-Library instance is sought."""
    folder = os.environ.get("PLANNING_INSTANCES")
    base = Path(folder) if folder else ROOT.parent / "shared" / "data"
    return base / "pmed" / f"pmed{number}.txt"


def pmed(number: int) -> tuple[np.ndarray, int]:
    """Distances and sites to open; of a repeated edge the last counts."""
    words = pmed_file(number).read_text().split()
    zones, edges, count = map(int, words[:3])
    length = np.full((zones, zones), np.inf)
    for one, other, cost in np.array(words[3 : 3 + 3 * edges], dtype=int).reshape(-1, 3):
        length[one - 1, other - 1] = length[other - 1, one - 1] = cost
    return shortest_path(length), count


def rl1304() -> np.ndarray:
    """Euclidean distances, rounded down."""
    lines = RL1304.read_text().splitlines()
    fields = [line.split() for line in lines if line[:1].isdigit()]
    points = np.array([[float(word) for word in row[1:]] for row in fields])
    apart = points[:, None] - points[None]
    return np.floor(np.hypot(apart[..., 0], apart[..., 1]))


def solve(travel: np.ndarray, count: int, seconds: float = SECONDS) -> tuple[Plan, float]:
    """The plan, checked, and CPU seconds."""
    instance, formulation = Instance.from_matrix(travel), PMedian(count)
    began = cpu_seconds()
    plan = formulation.solve(instance, Limits(seconds=seconds))
    used = cpu_seconds() - began
    wrong = median_violations(formulation, instance, plan)
    if wrong:
        raise AssertionError(wrong)
    return plan, used


def warm_up() -> float:
    """CPU seconds of loading or compiling all that a solve needs."""
    travel = np.random.default_rng(0).random((30, 30))  # a wide gap: it has to branch
    return solve(travel, 4)[1]


def pmed_rows(numbers: Iterable[int] = range(1, 21)) -> Iterator[Row]:
    """OR-Library instances that are present."""
    for number in numbers:
        if pmed_file(number).exists():
            travel, count = pmed(number)
            plan, used = solve(travel, count)
            best = PMED_OPTIMA[number - 1]
            yield Row(f"pmed{number}", best, plan.objective, plan.bound, used)


def rl1304_rows(counts: Iterable[int] = tuple(RL1304_OPTIMA)) -> Iterator[Row]:
    """rl1304 for several numbers of sites."""
    travel = rl1304()
    for count in counts:
        plan, used = solve(travel, count)
        name = f"rl1304 p={count}"
        yield Row(name, RL1304_OPTIMA[count], plan.objective, plan.bound, used)


def spopt_rows(number: int = 20) -> Iterator[Row]:
    """The same instance solved by spopt, model building included as in ours."""
    if importlib.util.find_spec("spopt") is None or not pmed_file(number).exists():
        return
    import pulp
    from spopt.locate import PMedian as Peer

    travel, count = pmed(number)
    plan, used = solve(travel, count)
    began = cpu_seconds()
    peer = Peer.from_cost_matrix(travel, np.ones(len(travel)), p_facilities=count)
    peer.solve(pulp.PULP_CBC_CMD(msg=False))
    peer_used = cpu_seconds() - began
    theirs = pulp.value(peer.problem.objective)
    if abs(theirs - plan.objective) > 1e-6 * theirs:
        raise AssertionError(f"spopt found {theirs}, we found {plan.objective}")
    best = PMED_OPTIMA[number - 1]
    yield Row(f"pmed{number}", best, plan.objective, plan.bound, used, peer_used)


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description="Speed of the p-median")
    parser.add_argument("--only", nargs="+", choices=("pmed", "rl1304", "spopt"))
    parser.add_argument("--sites", nargs="+", type=int, default=list(RL1304_OPTIMA))
    asked = parser.parse_args()
    print(f"compiling or loading: {warm_up():.2f} CPU s")
    cases: dict[str, Callable[[], Iterator[Row]]] = {
        "pmed": pmed_rows,
        "rl1304": lambda: rl1304_rows(asked.sites),
        "spopt": spopt_rows,
    }
    for name, rows in cases.items():
        if asked.only and name not in asked.only:
            continue
        total = 0.0
        for row in rows():
            print(row, flush=True)
            total += row.cpu_s
        print(f"{name}: {total:.2f} CPU s in all")


if __name__ == "__main__":
    main()
