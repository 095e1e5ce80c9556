"""Covering a requirement by shifts and skills: textbook cases, enumeration, bad input."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network.errors import ScenarioError
from optimize.solver import Status
from optimize.staffing.cover import cover_shifts


def test_post_office_of_winston() -> None:
    """Five days on, two off: 23 employees, linear bound 22 1/3 (Winston, Operations Research)."""
    required = [17, 13, 15, 19, 14, 16, 11]
    duty = [[1.0 if (day - first) % 7 < 5 else 0.0 for day in range(7)] for first in range(7)]
    counts, solved = cover_shifts(required, duty, np.ones(7))
    assert (solved.status, counts.sum()) == (Status.OPTIMAL, 23)
    assert (np.array(duty).T @ counts >= required).all()


def test_flexible_agents_are_ready_for_both_skills() -> None:
    """Five billing and three technical: 6.5, three of five are flexible (pyworkforce's case)."""
    holds = [[1, 0], [0, 1], [1, 1]]
    counts, solved = cover_shifts([[5, 3]], np.ones((3, 1)), [1, 1, 1.5], holds, ready=True)
    assert solved.objective == pytest.approx(6.5)
    assert counts.tolist() == [2, 0, 3]


def test_flexible_agents_work_on_one_skill_at_a_time() -> None:
    holds = [[1, 0], [0, 1], [1, 1]]
    counts, solved = cover_shifts([[5, 3]], np.ones((3, 1)), [1, 1, 1.5], holds)
    assert solved.objective == pytest.approx(8)
    assert counts.tolist() == [5, 3, 0]


def test_what_nobody_can_do_is_infeasible() -> None:
    counts, solved = cover_shifts([1, 1], [[1, 0]], [1.0])
    assert solved.status is Status.INFEASIBLE
    assert len(counts) == 0


def test_faults_are_told_together() -> None:
    with pytest.raises(ScenarioError) as told:
        cover_shifts([1, np.nan], [[1.0]], [1.0, 2.0])
    for part in ("duty: got shape (1, 1)", "cost: got (2,)", "required: expected finite"):
        assert part in str(told.value)


@given(
    required=st.lists(st.integers(0, 3), min_size=2, max_size=3),
    seed=st.integers(0, 10_000),
)
@settings(max_examples=25, deadline=None)
def test_no_cheaper_cover_exists(required: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    duty = np.vstack([rng.integers(0, 2, (2, len(required))), np.ones(len(required))])
    cost = rng.integers(1, 5, 3).astype(float)
    _, solved = cover_shifts(required, duty, cost)
    best = min(
        float(cost @ np.array(counts))
        for counts in itertools.product(range(4), repeat=3)
        if (np.array(counts) @ duty >= required).all()
    )
    assert solved.objective == pytest.approx(best)
