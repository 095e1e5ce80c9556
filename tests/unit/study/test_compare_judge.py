"""Verdicts on pairs whose truth is known: right directions, honest intervals, few false alarms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from made_results import Floats, made_result, one_desk
from scipy.stats import binom

from network.errors import ScenarioError
from network.kpi import COST_COMPONENTS
from network.promise import Promise
from sim.paired import ratio_contributions, ratio_difference
from sim.result import Result
from study.compare.judge import PROMISE, Verdict, cost_steps, family, judge, paired

RARE = 1e-4
"""Chance that a sound procedure fails a test of this file by bad luck."""
NETWORK = one_desk("fast")
FIGURES = (
    ("cost", "total", "all"),
    ("resolved", "total", "all"),
    ("offered_per_day", "total", "all"),
    ("response_mean", "tier", "desk"),
    ("sla", "tier", "desk"),
    ("utilisation", "tier", "desk"),
)


def pair(
    draw: np.random.Generator, shift: float = 0.0, runs: int = 8, miss: float = 0.0
) -> tuple[Result, Result]:
    """Two results on common requests; the second is shifted, and keeps its promise less."""
    common = draw.normal(10, 2, (runs, len(FIGURES)))
    own = draw.normal(0, 0.5, (2, runs, len(FIGURES)))
    due = draw.poisson(400, runs).astype(float)
    hard = draw.beta(20, 180, runs)
    results = []
    for side, extra in enumerate((0.0, shift)):
        met = draw.binomial(due.astype(int), 1 - hard - side * miss).astype(float)
        columns = (common + own[side] + extra).T
        figures = dict(zip(FIGURES, columns, strict=True))
        results.append(made_result(NETWORK, figures, {"fast": (met, due)}))
    return results[0], results[1]


def verdicts(rows: tuple[object, ...]) -> dict[str, Verdict]:
    return {row.kpi: row.verdict for row in rows}  # type: ignore[attr-defined]


def test_a_clear_difference_has_the_verdict_of_its_direction() -> None:
    first, second = pair(np.random.default_rng(1), shift=20.0, miss=0.3)
    (rows,) = judge(first, [second])
    assert verdicts(rows) == {
        "cost": Verdict.WORSE,
        "resolved": Verdict.BETTER,
        "offered_per_day": Verdict.HIGHER,
        "response_mean": Verdict.WORSE,
        "sla": Verdict.BETTER,
        "utilisation": Verdict.HIGHER,
        PROMISE: Verdict.WORSE,
    }
    (back,) = judge(second, [first])
    opposite = {"worse": "better", "better": "worse", "higher": "lower"}
    assert verdicts(back) == {k: opposite[v] for k, v in verdicts(rows).items()}


def test_nothing_differs_from_itself() -> None:
    first, _ = pair(np.random.default_rng(2))
    (rows,) = judge(first, [first])
    assert {row.verdict for row in rows} == {Verdict.SAME}
    assert all(row.difference == 0 for row in rows)


def test_intervals_cover_the_true_difference_as_often_as_they_say() -> None:
    draw, trials, covered = np.random.default_rng(3), 500, 0
    for _ in range(trials):
        rows = {row.kpi: row for row in judge(*_one(pair(draw, shift=0.3)))[0]}
        covered += rows["cost"].lower <= 0.3 <= rows["cost"].upper
    low, high = binom.ppf([RARE / 2, 1 - RARE / 2], trials, 0.95)
    assert low <= covered <= high


def _one(results: tuple[Result, Result]) -> tuple[Result, list[Result]]:
    return results[0], [results[1]]


def test_intervals_of_shares_cover_nearly_as_often_as_they_say() -> None:
    # a jackknife over 8 runs: near 95 %, not exactly; below 92 % it would be of no use
    draw, trials, covered = np.random.default_rng(4), 500, 0
    for _ in range(trials):
        row = judge(*_one(pair(draw, miss=0.04)))[0][-1]
        assert row.kpi == PROMISE
        covered += row.lower <= -0.04 <= row.upper
    assert binom.ppf(RARE, trials, 0.92) <= covered


def test_all_verdicts_together_are_seldom_false() -> None:
    draw, trials, alarms, alone = np.random.default_rng(5), 400, 0, 0
    for _ in range(trials):
        first, second = pair(draw)
        _, third = pair(draw)
        rows = [row for one in judge(first, [second, third]) for row in one]
        alarms += any(row.verdict is not Verdict.NO_EVIDENCE for row in rows)
        alone += any(row.lower > 0 or row.upper < 0 for row in rows)
    assert alarms <= binom.ppf(1 - RARE, trials, 0.05)
    assert alone > binom.ppf(1 - RARE, trials, 0.05), "nothing to correct: the test has no power"


def _figures(result: Result) -> dict[tuple[str, str, str], Floats]:
    return dict(zip(FIGURES, result.values.T, strict=True))


def _kept(result: Result) -> dict[str, tuple[Floats, Floats]]:
    kept = [one.kept for one in result.kpis_by_replication]
    return {"fast": (np.array([k.met[0] for k in kept]), np.array([k.due[0] for k in kept]))}


def test_more_alternatives_never_make_a_verdict_easier() -> None:
    draw = np.random.default_rng(6)
    first, second = pair(draw, shift=0.8)
    (alone,) = judge(first, [second])
    others = [pair(draw)[1] for _ in range(4)]
    with_others = judge(first, [second, *others])[0]
    for one, other in zip(alone, with_others, strict=True):
        assert other.p_together >= one.p_together
        assert other.upper_together - other.lower_together >= (
            one.upper_together - one.lower_together
        )
        assert (other.lower, other.upper) == (one.lower, one.upper)


def test_a_margin_shows_equivalence_where_there_is_no_evidence() -> None:
    first, second = pair(np.random.default_rng(7))
    (without,) = judge(first, [second])
    (rows,) = judge(first, [second], margins={"cost": 5.0})
    assert verdicts(without)["cost"] is Verdict.NO_EVIDENCE
    assert verdicts(rows)["cost"] is Verdict.EQUIVALENT
    (narrow,) = judge(first, [second], margins={"cost": 1e-6})
    assert verdicts(narrow)["cost"] is Verdict.NO_EVIDENCE


def test_what_differs_by_more_than_the_margin_is_never_equivalent() -> None:
    draw, trials, wrong = np.random.default_rng(8), 300, 0
    for _ in range(trials):
        (rows,) = judge(*_one(pair(draw, shift=1.0)), margins={"cost": 1.0})
        wrong += verdicts(rows)["cost"] is Verdict.EQUIVALENT
    assert wrong <= binom.ppf(1 - RARE, trials, 0.05)


def test_one_replication_shows_nothing() -> None:
    first, second = pair(np.random.default_rng(9), shift=20.0, runs=1)
    (rows,) = judge(first, [second])
    assert {row.verdict for row in rows} == {Verdict.NO_EVIDENCE}
    assert all(np.isnan(row.lower) for row in rows)


def test_a_figure_that_only_one_measured_is_left_out() -> None:
    first, second = pair(np.random.default_rng(10))
    figures = _figures(second)
    figures["cost", "total", "all"] = np.full(8, np.nan)
    (rows,) = judge(first, [made_result(NETWORK, figures, _kept(second))])
    assert "cost" not in verdicts(rows)
    assert "resolved" in verdicts(rows)


def test_promises_are_paired_by_name_whatever_their_order() -> None:
    names = one_desk("slow", "fast"), one_desk("fast", "other")
    due = np.full(4, 100.0)
    cost = {("cost", "total", "all"): np.arange(4.0)}
    shares = {"fast": (np.array([90.0, 91, 92, 89]), due), "slow": (due * 0.5, due)}
    first = made_result(names[0], cost, shares)
    second = made_result(names[1], cost, {"fast": shares["fast"], "other": shares["slow"]})
    found = paired(first, second)
    assert [row for row in found.rows if row[0] == PROMISE] == [(PROMISE, PROMISE, "fast")]
    assert found.before[-1] == found.after[-1] == pytest.approx(0.905)


def test_contributions_add_up_to_the_difference_of_the_shares() -> None:
    draw = np.random.default_rng(11)
    due = draw.poisson(300, (2, 12)).astype(float) + 1
    met = draw.binomial(due.astype(int), 0.9).astype(float)
    each = ratio_contributions((met[0], due[0]), (met[1], due[1]))
    whole, half = ratio_difference((met[0], due[0]), (met[1], due[1]))
    assert each.mean() == pytest.approx(whole)
    assert half > 0
    # the delta method's error of independent shares, which the jackknife must come near
    shares = met.sum(1) / due.sum(1)
    assert whole == pytest.approx(shares[1] - shares[0])
    apart = np.sqrt(sum((((m - s * d) / d.sum()) ** 2).sum() * 12 / 11 for m, s, d in zip(
        met, shares, due, strict=True)))  # fmt: skip
    assert each.std(ddof=1) / np.sqrt(12) == pytest.approx(apart, rel=0.6)


def test_cost_steps_add_up_to_the_difference() -> None:
    draw = np.random.default_rng(12)
    results = []
    for _ in range(2):
        parts = {("cost", "component", n): draw.gamma(9, 100, 6) for n in COST_COMPONENTS}
        total = {("cost", "total", "all"): np.sum(list(parts.values()), axis=0)}
        results.append(made_result(one_desk(), {**parts, **total}))
    steps = cost_steps(*results)
    assert [step.component for step in steps] == [*COST_COMPONENTS, "total"]
    assert sum(step.difference for step in steps[:-1]) == pytest.approx(steps[-1].difference)
    for step in steps:
        assert step.lower <= step.difference <= step.upper
        assert step.after - step.before == pytest.approx(step.difference)


def test_other_requests_are_refused_not_silently_unpaired() -> None:
    first, second = pair(np.random.default_rng(13))
    other = made_result(NETWORK, _figures(second), _kept(second), seed=2)
    with pytest.raises(ScenarioError, match="seed: got 1 and 2"):
        judge(first, [other])


@pytest.mark.parametrize(
    ("margins", "phrase"),
    [
        ({"cots": 1.0}, "Did you mean 'cost'?"),
        ({"cost": -1.0}, "margin cost: got -1; expected a number > 0"),
        ({"cost": float("nan")}, "margin cost: got nan"),
    ],
)
def test_a_margin_that_makes_no_sense_is_refused(margins: dict[str, float], phrase: str) -> None:
    first, second = pair(np.random.default_rng(14))
    with pytest.raises(ScenarioError) as told:
        judge(first, [second], margins=margins)
    assert phrase in str(told.value)


def test_months_that_are_kept_or_not_are_judged_by_their_signs() -> None:
    promise = Promise(
        promise_id="monthly", tier="desk", within="30s", share=0.8, form="every_month"
    )
    network = replace(one_desk(), promises=(promise,))
    for runs, verdict in ((5, Verdict.NO_EVIDENCE), (8, Verdict.WORSE)):
        cost = {("cost", "total", "all"): np.random.default_rng(16).normal(9, 1, runs)}
        ones = np.ones(runs)
        first, second = (
            _with_months(made_result(network, cost, {"monthly": (ones, ones)}), good)
            for good in (1.0, 0.0)
        )
        row = judge(first, [second])[0][-1]
        assert (row.kpi, row.difference) == (PROMISE, -1.0)
        assert row.p_value == pytest.approx(2 * 0.5**runs)
        assert row.verdict is verdict, f"{runs} months lost of {runs}"


def _with_months(result: Result, good: float) -> Result:
    kpis = [
        replace(one, kept=replace(one.kept, month_met=np.full((1, 1), good),
                                  month_due=np.ones((1, 1))))
        for one in result.kpis_by_replication
    ]  # fmt: skip
    return replace(result, kpis_by_replication=kpis)


def test_the_family_is_what_a_planner_looks_at() -> None:
    first, _ = pair(np.random.default_rng(15))
    asked = family(first)
    assert len({*asked}) == len(asked)
    assert {("cost", "total", "all"), ("sla", "tier", "desk"), (PROMISE, PROMISE, "fast")} <= {
        *asked
    }
