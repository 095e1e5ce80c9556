"""Digests of outcomes: equal for equal outcomes, different as soon as one cell is."""

from __future__ import annotations

import copy
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plays import random_play

from network.tables import REQUEST_OUTCOME, VISIT_OUTCOME, WORK, Outcomes
from sim.digest import outcomes_digest
from sim.engines import compiled_engine
from sim.policies import find_policy

TABLES = {"requests": REQUEST_OUTCOME, "visits": VISIT_OUTCOME, "work": WORK}
COLUMNS = [(table, name) for table, dtype in TABLES.items() for name in dtype.names or ()]


@pytest.fixture(scope="module")
def outcomes() -> Outcomes:
    play = random_play(3)
    policy = find_policy(play.network.dispatch.policy)
    found = compiled_engine.run(play.layout, *play.tables, policy)
    assert min(len(found.requests), len(found.visits), len(found.work)) > 10
    return found


@pytest.mark.parametrize(("table", "column"), COLUMNS)
@settings(max_examples=15, deadline=None)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_changed_bit_of_any_cell_changes_it(
    outcomes: Outcomes, table: str, column: str, place: float, bit: int
) -> None:
    other = copy.deepcopy(outcomes)
    column_of = getattr(other, table)[column]
    row = int(place * len(column_of))
    column_of[row] = np.nan_to_num(column_of[row])
    before = outcomes_digest(other)
    cell = column_of[row : row + 1].copy()
    cell.view(np.uint8)[0] ^= np.uint8(1 << bit)  # the lowest byte
    column_of[row] = cell[0]
    assert outcomes_digest(other) != before


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_rows_that_change_places_change_it(outcomes: Outcomes, table: str, column: str) -> None:
    digests = []
    for pair in ((1, 2), (2, 1)):
        other = copy.deepcopy(outcomes)
        getattr(other, table)[column][[3, 7]] = pair
        digests.append(outcomes_digest(other))
    assert digests[0] != digests[1]


@pytest.mark.parametrize("total", ["idle_min", "queue_area"])
def test_totals_of_the_engine_count(outcomes: Outcomes, total: str) -> None:
    other = copy.deepcopy(outcomes)
    getattr(other, total)[0] += 1e-9 + 1e-12 * getattr(other, total)[0]
    assert outcomes_digest(other) != outcomes_digest(outcomes)


def test_all_nan_are_one_and_padding_does_not_count(outcomes: Outcomes) -> None:
    other = copy.deepcopy(outcomes)
    last = other.requests["closed"]
    last[0] = np.nan
    before = outcomes_digest(other)
    last.view()[0] = np.array([0xFFF8000000000123], dtype=np.uint64).view(np.float64)[0]
    assert outcomes_digest(other) == before
    rows = other.work.view(np.uint8).reshape(len(other.work), -1)
    rows[:, WORK.itemsize - 1] ^= 0xFF  # after the last column, which is one byte
    assert WORK.fields is not None
    assert WORK.fields["cause"][1] + 1 < WORK.itemsize, "there is padding"
    assert outcomes_digest(other) == before


def test_a_table_that_is_a_view_of_others_counts_by_its_rows(outcomes: Outcomes) -> None:
    twice = np.repeat(outcomes.work, 2)
    assert outcomes_digest(replace(outcomes, work=twice[::2])) == outcomes_digest(outcomes)
    assert outcomes_digest(replace(outcomes, work=twice)) != outcomes_digest(outcomes)
