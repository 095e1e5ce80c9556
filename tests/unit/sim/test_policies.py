"""Each dispatch policy against its statement, and policies of one's own."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network.errors import ScenarioError
from sim.policies import Options, find_policy, list_policies, register
from sim.policies.assigned import assigned_site, assigned_with_overflow
from sim.policies.least_wait import least_wait
from sim.policies.nearest_idle import nearest_idle
from sim.policies.options import first_open

NOW = 100.0

candidate = st.fixed_dictionaries(
    {
        "travel_min": st.sampled_from([0.0, 5.0, 10.0, 30.0]),
        "opens_at": st.sampled_from([-math.inf, 100.0, 160.0, 400.0, math.inf]),
        "able_idle": st.integers(0, 2),
        "waiting": st.integers(0, 4),
        "busy": st.integers(0, 3),
        "on_duty": st.integers(0, 3),
    }
)
candidates = st.lists(candidate, min_size=1, max_size=5)


def options(rows: list[dict[str, float]]) -> Options:
    return Options(
        site=range(len(rows)),
        **{name: [row[name] for row in rows] for name in Options._fields[1:]},
    )


def is_open(row: dict[str, float]) -> bool:
    return row["opens_at"] <= NOW


def ready(row: dict[str, float]) -> bool:
    return is_open(row) and row["able_idle"] > 0


def first(positions: list[int], rows: list[dict[str, float]]) -> int:
    """The first of these positions, else the first open one, else the one that opens first."""
    if positions:
        return positions[0]
    return min(range(len(rows)), key=lambda n: (max(rows[n]["opens_at"], NOW), n))


@settings(deadline=None)
@given(candidates)
def test_nearest_idle_is_the_first_that_can_start_else_the_first_open(
    rows: list[dict[str, float]],
) -> None:
    chosen = nearest_idle(len(rows), NOW, 20.0, 0, options(rows))
    assert chosen == first([n for n, row in enumerate(rows) if ready(row)], rows)


@settings(deadline=None)
@given(candidates)
def test_first_open_is_the_first_open_else_the_earliest(rows: list[dict[str, float]]) -> None:
    chosen = first_open(len(rows), NOW, options(rows))
    assert chosen == first([n for n, row in enumerate(rows) if is_open(row)], rows)


@settings(deadline=None)
@given(candidates, st.data())
def test_assigned_is_the_plans_site_whatever_happens(
    rows: list[dict[str, float]], data: st.DataObject
) -> None:
    assigned = data.draw(st.integers(0, len(rows) - 1))
    assert assigned_site(len(rows), NOW, 20.0, assigned, options(rows)) == assigned


@settings(deadline=None)
@given(candidates, st.data())
def test_overflow_goes_to_the_nearest_that_can_start_else_stays(
    rows: list[dict[str, float]], data: st.DataObject
) -> None:
    assigned = data.draw(st.integers(0, len(rows) - 1))
    idle = [n for n, row in enumerate(rows) if ready(row)]
    expected = assigned if assigned in idle or not idle else idle[0]
    assert assigned_with_overflow(len(rows), NOW, 20.0, assigned, options(rows)) == expected


@settings(deadline=None)
@given(candidates)
def test_least_wait_minimises_travel_plus_the_work_ahead(rows: list[dict[str, float]]) -> None:
    def estimate(row: dict[str, float]) -> float:
        if not is_open(row) or row["on_duty"] == 0:
            return math.inf
        ahead = max(0, row["waiting"] + row["busy"] + 1 - row["on_duty"])
        return row["travel_min"] + ahead * 20.0 / row["on_duty"]

    least = min(map(estimate, rows))
    expected = (
        first([n for n, row in enumerate(rows) if is_open(row)], rows)
        if math.isinf(least)
        else [estimate(row) for row in rows].index(least)
    )
    assert least_wait(len(rows), NOW, 20.0, 0, options(rows)) == expected


def test_the_built_in_policies_are_listed_with_what_they_do() -> None:
    listed = list_policies()
    assert {"nearest_idle", "assigned", "assigned_with_overflow", "least_wait"} <= {*listed}
    assert all(listed.values())


def test_an_unknown_policy_is_refused_with_a_hint() -> None:
    with pytest.raises(ScenarioError, match=r"got 'least_wiat'.*Did you mean 'least_wait'"):
        find_policy("least_wiat")


def test_a_policy_of_ones_own_is_registered_from_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.policies._registered", {})

    @register("farthest")
    def farthest(count: int, now: float, mean: float, assigned: int, options: Options) -> int:
        """Send to the farthest site."""
        return count - 1

    assert find_policy("farthest") is farthest
    assert list_policies()["farthest"] == "Send to the farthest site."
    register("farthest")(nearest_idle)
    assert find_policy("farthest") is nearest_idle, "registering again replaces"
    with pytest.raises(ValueError, match="got policy name 'least_wait', which is built in"):
        register("least_wait")
