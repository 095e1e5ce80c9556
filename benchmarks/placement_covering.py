"""How fast the covering formulations are: large maximal covering, set covering, spopt.

    uv run python -m benchmarks.placement_covering                 # everything present
    uv run python -m benchmarks.placement_covering --only spopt hundred

Clients and sites are uniform in the unit square, every client of weight 1, as usual since
ReVelle, Scholssberg and Williams (2008) and Cordeau, Furini and Ljubic (2019). Radius 0.1
with 10 and 20 sites covers about a third and 60 % of the clients; others are given too,
because near full cover (radius 0.1 with 30 sites, 0.2 with 10) the relaxation is far
weaker. All times are CPU seconds of this process and its children; spopt, if it is
installed, plays in the same process with its default solver (CBC by PuLP).
"""

from __future__ import annotations

import argparse
import importlib.util
import resource
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from optimize.placement import Instance, Limits, Plan
from optimize.placement.checks_covering import covering_violations
from optimize.placement.mclp import MCLP

SEED = 1


@dataclass(frozen=True, slots=True)
class Measured:
    """One case.

    Parameters
    ----------
    case : str
    cpu_s : float
        Cover, merging, model building and solving.
    plan : Plan
    peer_cpu_s : float
        Of spopt for the same case; NaN where it was not asked.
    """

    case: str
    cpu_s: float
    plan: Plan
    peer_cpu_s: float = float("nan")

    def __str__(self) -> str:
        plan = self.plan
        line = f"{self.case}: {self.cpu_s:.2f} CPU s, {plan.status}, objective "
        line += f"{plan.objective:.0f}, gap {plan.gap:.3%} ({plan.solver})"
        if not np.isnan(self.peer_cpu_s):
            line += f"; spopt {self.peer_cpu_s:.2f} CPU s, {self.peer_cpu_s / self.cpu_s:.0f}x"
        return line


def cpu_seconds() -> float:
    """CPU time of this process and of the children it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def uniform(clients: int, sites: int, seed: int = SEED) -> tuple[np.ndarray, np.ndarray]:
    """Positions in the unit square."""
    draw = np.random.default_rng(seed)
    return draw.random((clients, 2)), draw.random((sites, 2))


def large(
    clients: int, sites: int, opened: int, radius: float, limits: Limits, seed: int = SEED
) -> Measured:
    """Maximal covering from positions, checked by independent code."""
    instance = Instance.from_points(*uniform(clients, sites, seed))
    formulation, began = MCLP(opened, radius), cpu_seconds()
    plan = formulation.solve(instance, limits)
    spent = cpu_seconds() - began
    wrong = covering_violations(formulation, instance, plan)
    assert not wrong, wrong
    case = f"MCLP {clients:,} x {sites:,}, radius {radius:g}, {opened} sites"
    return Measured(case, spent, plan)


def hundred() -> list[Measured]:
    """A million clients and 100 sites, to be proved."""
    cases = [(10, 0.1), (20, 0.1), (30, 0.1), (5, 0.2), (10, 0.2), (15, 0.2)]
    return [large(1_000_000, 100, p, radius, Limits(300)) for p, radius in cases]


def thousand(seconds: float = 120.0) -> list[Measured]:
    """A million clients and 1,000 sites, as near to proved as the time allows."""
    cases = [(10, 0.1), (20, 0.1), (20, 0.05), (80, 0.05), (30, 0.1), (5, 0.2), (10, 0.2)]
    limits = Limits(seconds, gap=1e-4)
    return [large(1_000_000, 1_000, p, radius, limits) for p, radius in cases]


def against_spopt(rounds: int = 1) -> list[Measured]:
    """10,000 clients and 100 sites from one and the same matrix, side by side.

    Medians of so many rounds, in turns; objectives must agree. With radius 0.2 and 10 sites
    spopt's solver did not finish within minutes, so that case is not among them.
    """
    if importlib.util.find_spec("spopt") is None:
        print("spopt is not installed: left out")
        return []
    cases = ((10, 0.1), (20, 0.1))
    return [_against_spopt(opened, radius, rounds) for opened, radius in cases]


def _against_spopt(opened: int, radius: float, rounds: int) -> Measured:
    import pulp
    from scipy.spatial.distance import cdist
    from spopt.locate import MCLP as Peer  # noqa: N811  # both are called so

    clients, sites = uniform(10_000, 100)
    travel, weight = cdist(clients, sites), np.ones(len(clients))
    ours, theirs = [], []
    for _ in range(rounds):
        began = cpu_seconds()
        plan = MCLP(opened, radius).solve(Instance.from_matrix(travel, weight))
        ours.append(cpu_seconds() - began)
        began = cpu_seconds()
        peer = Peer.from_cost_matrix(travel, weight, radius, p_facilities=opened)
        peer = peer.solve(pulp.PULP_CBC_CMD(msg=False))
        theirs.append(cpu_seconds() - began)
        assert round(pulp.value(peer.problem.objective)) == round(plan.objective)
    case = f"MCLP 10,000 x 100, radius {radius:g}, {opened} sites"
    return Measured(case, float(np.median(ours)), plan, float(np.median(theirs)))


MEASURES: dict[str, Callable[[], list[Measured]]] = {
    "spopt": against_spopt,
    "hundred": hundred,
    "thousand": thousand,
}


def main() -> None:
    """Measure what was asked for and show it."""
    parser = argparse.ArgumentParser(description="Speed of the covering formulations")
    parser.add_argument("--only", nargs="+", choices=MEASURES, default=list(MEASURES))
    for name in parser.parse_args().only:
        for one in MEASURES[name]():
            print(one, flush=True)


if __name__ == "__main__":
    main()
