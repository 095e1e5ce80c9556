"""Guards: what no promise names does not get worse, and their test errs at its rate."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom
from small_plan import AMBITION, FIT, WINDOW, small_network
from small_world import World, world

from network.model import Network
from optimize.proof.attempts import ProofOptions, prove
from optimize.proof.blocks import Blocks
from optimize.proof.certificate import judge_guards
from optimize.staffing.guards import Guard, figures
from optimize.staffing.looks import Point
from optimize.staffing.requirements import Requirement
from optimize.staffing.search import Search
from optimize.staffing.trials import Trials
from sim.kpis import Index, Kpis

__all__ = ["world"]


@pytest.fixture
def unpromised(world: World) -> Network:
    """Only the desk has a promise; nothing is said of the technicians."""
    network = small_network(world)
    return replace(network, promises=network.promises[:1])


def searched(network: Network, today: Network | None) -> tuple[Trials, Point]:
    trials = Trials(network, 1, WINDOW, workers=1, today=today, worse=0.1)
    trials.draw(FIT)
    return trials, Search(trials, FIT, AMBITION).run(np.array([4, 4]))


def test_a_search_starves_what_is_not_promised_unless_it_is_guarded(unpromised: Network) -> None:
    _, starved = searched(unpromised, None)
    trials, guarded = searched(unpromised, unpromised)
    field = [pool.pool_id for pool in unpromised.pools].index("crew")
    assert guarded.holds
    assert starved.counts[field] < guarded.counts[field]
    (seen,) = trials.measure([guarded.counts], FIT)
    assert (seen.tally.inside.mean(axis=0) >= 0).all()
    (lost,) = trials.measure([starved.counts], FIT)
    assert lost.tally.inside.mean(axis=0).min() < 0


def test_the_same_staff_as_today_keeps_every_guard(unpromised: Network) -> None:
    trials = Trials(unpromised, 1, WINDOW, workers=1, today=unpromised)
    counts = np.array([pool.count for pool in unpromised.pools])
    (seen,) = trials.measure([counts], FIT)
    assert len(trials.guards) == 5
    assert (seen.tally.inside > 0).all()


def test_guards_stand_in_the_certificate(unpromised: Network) -> None:
    options = ProofOptions(WINDOW, Blocks(fit=6, screen=10, proof=40), workers=1, today=unpromised)
    proved = prove(unpromised, options)
    assert proved.holds
    assert proved.certificate is not None
    rows = proved.certificate.rows
    assert [isinstance(row.requirement, Guard) for row in rows] == [False, *[True] * 5]
    for row in rows:
        if isinstance(row.requirement, Requirement):
            assert row.limit >= row.target
        else:
            assert row.simulated <= row.limit <= row.target


def runs(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[Kpis]:
    """Runs of which only the queue of a tier is known."""
    index = Index((("queue_length", "tier", ("field",)),))
    known = [Kpis.__new__(Kpis) for _ in values]
    for one, value in zip(known, values, strict=True):
        object.__setattr__(one, "index", index)
        object.__setattr__(one, "values", np.array([value]))
    return known


def test_what_was_never_seen_counts_as_none() -> None:
    guard = Guard("queue_length", "field", 0.1, 0.0, 1.0)
    assert figures([guard], runs(np.array([np.nan, 2.0]))).tolist() == [[0.0], [2.0]]


def test_a_guard_errs_at_its_rate_where_a_plan_is_just_as_bad_as_is_allowed() -> None:
    """Binomial 1 - 1e-4 interval around the level of a paired t test at its boundary."""
    rng = np.random.default_rng(5)
    guard, level, trials, held = Guard("queue_length", "field", 0.1, 0.05, 1.0), 0.05, 2000, 0
    for _ in range(trials):
        today = rng.gamma(4.0, 0.5, 50)
        plan = guard.allowed(today) + rng.normal(0.0, 0.2, 50)
        (row,) = judge_guards([guard], runs(today), runs(plan), level)
        held += row.holds
    assert binom.ppf(1e-4, trials, level) <= held <= binom.ppf(1 - 1e-4, trials, level)
