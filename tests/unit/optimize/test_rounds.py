"""Which of several placements is the one to prove."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small_plan import small_network
from small_world import World, world

from network.model import Network
from network.plan import Plan
from optimize.proof.attempts import Staffed
from optimize.rounds import Round, best_of
from optimize.solver import Status
from optimize.staffing.requirements import requirements_of
from optimize.tiers import TieredPlan

__all__ = ["world"]


@pytest.fixture
def small(world: World) -> Network:
    """See `small_plan`."""
    return small_network(world)


def staffed_at(network: Network, cost: float, slack: float = 0.0) -> Round:
    """A round of a placement, staffed at some cost; a slack below 0: its staff is not enough."""
    rows = requirements_of(network)
    slacks = np.full(len(rows), slack)
    counts = np.array([pool.count for pool in network.pools])
    staffed = Staffed(network, counts, rows, slacks, slacks, cost, 1)
    tiered = TieredPlan("small", Status.FEASIBLE, cost, cost, 0.0, "none", "1")
    return Round(tiered, Plan(), staffed, 0.0, {}, {})


def test_the_cheapest_that_keeps_everything_is_proved(small: Network) -> None:
    dear, cheap, broken = (staffed_at(small, *one) for one in ((90.0,), (80.0,), (10.0, -0.01)))
    assert best_of([dear, cheap, broken]) is cheap
    assert [row.name for row in broken.staffed.lacking] == ["answer", "on_site"]


def test_where_none_keeps_everything_the_one_that_lacks_least_comes_first(small: Network) -> None:
    near, far = staffed_at(small, 90.0, -0.01), staffed_at(small, 10.0, -0.2)
    assert best_of([far, near]) is near


def test_opening_and_what_changes_must_be_worth_count(small: Network) -> None:
    today, opened = staffed_at(small, 90.0), staffed_at(small, 80.0)
    assert best_of([today, opened]) is opened
    assert best_of([today, replace(opened, investment=11.0)]) is today
    kept = replace(opened, keep_price=11.0)
    assert best_of([today, kept]) is today
    assert kept.cost == 80.0, "what is shown is money"
