"""Without time for the model there is still a plan, honestly labelled, wherever one is easy."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tiers_world import tiers_world

from network.model import Network
from optimize.solver import Limits, Solved, Status
from optimize.tiers import TierOptions, place_tiers, plan_of, solve
from optimize.tiers.divide import parts_of
from optimize.tiers.explain import explain
from optimize.tiers.greedy import open_one_by_one
from optimize.tiers.join import Found
from optimize.tiers.parts import Part
from optimize.tiers.streams import streams_of

NO_TIME = Solved(Status.UNKNOWN, math.nan, math.nan, np.zeros(0), 0.0, "scip", "0")


def asked(folder: Path, within_min: float, share: float) -> Network:
    network = tiers_world(folder)
    (promise,) = network.promises
    harder = promise.model_copy(update={"within": within_min, "share": share})
    return replace(network, promises=(harder,))


def part_of(network: Network, **options: object) -> Part:
    (part,) = parts_of(network, streams_of(network), replace(TierOptions(), **options))
    return part


def greedy(part: Part) -> Found:
    return open_one_by_one(Found(part, NO_TIME, 0.0, {}, {}, None, None))


def test_sites_are_opened_until_every_promise_holds(tmp_path: Path) -> None:
    """From the west alone, half of the towns lie beyond 45 minutes."""
    found = greedy(part_of(asked(tmp_path, 45.0, 0.5)))
    assert found.solved.status is Status.FEASIBLE
    assert found.greedy
    assert found.outcome is not None
    assert all(promise.kept for promise in found.outcome.promises)
    assert not found.outcome.uncovered
    names = {found.part.offers[o].site.site_id for o in found.staff}
    assert {"west_base", "west_shop"} < names, "today's sites stay"
    assert found.solved.bound == -math.inf, "nothing is known of cheaper plans"


def test_where_nothing_helps_there_is_no_plan(tmp_path: Path) -> None:
    assert greedy(part_of(asked(tmp_path, 1.0, 0.99))).solved.status is Status.UNKNOWN


def test_limits_on_the_number_of_sites_are_kept(tmp_path: Path) -> None:
    found = greedy(part_of(asked(tmp_path, 45.0, 0.5), most_sites={"field": 1}))
    assert not found.solved.status.has_plan


def test_a_placement_that_ran_out_of_time_is_a_plan_with_a_note(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is proved of it, it is a plan that the network takes."""
    network = asked(tmp_path, 45.0, 0.5)
    monkeypatch.setattr(
        solve, "_solve_once", lambda part, _, **__: Found(part, NO_TIME, 0.0, {}, {}, None, None)
    )
    # without people to add, today's single base cannot keep the promise
    monkeypatch.setattr(solve, "raise_staff", lambda _, people, today, __: (people, today))
    plan = place_tiers(network)
    assert plan.status is Status.FEASIBLE
    assert plan.gap == math.inf
    assert "time did not suffice" in " ".join(plan.notes)
    assert plan.opened
    changed = network.with_plan(plan_of(network, plan))
    assert {site.site_id for site in changed.sites if site.status.is_open} == {*plan.open_sites}


def test_an_explanation_ends_with_its_time(tmp_path: Path) -> None:
    """Without any time it still says what is missing, and that no more could be tried."""
    part = part_of(asked(tmp_path, 1.0, 0.99))
    began = time.perf_counter()
    (short,) = explain(part, Limits(seconds=1e-3))
    assert "No time was left" in short.message
    assert "99.0% asked" in short.message
    (told,) = explain(part, Limits(seconds=30.0))
    assert "would be enough" in told.message
    assert time.perf_counter() - began < 60
