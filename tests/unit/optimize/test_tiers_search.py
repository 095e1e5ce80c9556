"""One placement program: which plan counts, that found in seconds or that found in time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest
from tiers_world import tiers_world

from network.model import Network
from optimize.solver import Limits, Program, Solved, Status
from optimize.tiers import TierOptions, place_tiers, search, streams_of
from optimize.tiers.divide import parts_of
from optimize.tiers.model import build
from optimize.tiers.search import solve_placement
from optimize.tiers.variables import Placement

LIMITS = Limits(seconds=60.0, gap=0.01)
ROUGH = TierOptions(intensities=(1.0,), promises=(), passes=1)


@pytest.fixture
def towns(tmp_path: Path) -> Network:
    return tiers_world(tmp_path)


@pytest.fixture
def model(towns: Network) -> tuple[Placement, Program]:
    (part,) = parts_of(towns, streams_of(towns), ROUGH)
    built = build(part)
    return built, built.builder.build()


def dearer(model: tuple[Placement, Program], part: float) -> Solved:
    """The optimum as if it cost more by a part of all."""
    best = solve_placement(*model, replace(LIMITS, gap=1e-7))
    return replace(best, objective=best.objective + part * (best.objective + model[0].constant))


@pytest.mark.parametrize(
    ("solver", "status", "saving", "counts"),
    [
        ("highs", Status.OPTIMAL, 0.005, True),
        ("scip", Status.OPTIMAL, 0.005, False),
        ("scip", Status.FEASIBLE, 0.005, False),
        ("scip", Status.FEASIBLE, 0.05, True),
    ],
)
def test_plans_of_a_race_count_that_do_not_depend_on_the_clock(
    model: tuple[Placement, Program],
    solver: str,
    status: Status,
    saving: float,
    counts: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    soon, best = dearer(model, saving), dearer(model, 0.0)
    late = replace(best, solver=solver, status=status)
    monkeypatch.setattr(search, "_restricted", lambda *_: soon)
    monkeypatch.setattr(search, "race_program", lambda *_: late)
    found = solve_placement(*model, LIMITS)
    assert found.objective == (best if counts else soon).objective
    assert found.bound <= best.objective


def test_without_proof_the_first_plan_counts_with_the_bound_of_the_relaxation(
    model: tuple[Placement, Program], monkeypatch: pytest.MonkeyPatch
) -> None:
    def race(*_: object) -> NoReturn:
        pytest.fail("no time was given to a proof")

    best, soon = dearer(model, 0.0), dearer(model, 0.05)
    monkeypatch.setattr(search, "_restricted", lambda *_: soon)
    monkeypatch.setattr(search, "race_program", race)
    found = solve_placement(*model, LIMITS, prove=False)
    assert found.objective == soon.objective
    assert found.bound <= best.objective
    assert found.status is Status.FEASIBLE


def test_where_no_small_program_has_a_plan_the_whole_is_solved(
    towns: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = place_tiers(towns, ROUGH, LIMITS, prove=False)
    monkeypatch.setattr(search, "_restricted", lambda *_: None)
    whole = place_tiers(towns, ROUGH, LIMITS, prove=False)
    assert whole.status.has_plan
    assert whole.objective == pytest.approx(plan.objective, rel=0.02)
