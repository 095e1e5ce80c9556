"""The control variate: unbiased, its interval honest, and of use where queues build up."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from network.errors import ScenarioError
from network.load import load_scenario
from sim.api import simulate
from sim.estimates import binomial_limits, t_intervals
from sim.kpis import Window
from sim.result import Result
from sim.sample import sample
from study.statistics.control_variate import adjusted, two_phase
from study.statistics.fluid import Fluid

SURE = 1 - 1e-4
DAY = 1440.0


def experiment(generator: np.random.Generator, n: int, tables: int) -> tuple[float, bool, float]:
    """Error, whether 7 is covered, and runs saved: skewed controls explain about 3/4."""
    load = generator.gamma(4.0, size=(n + tables, 2))
    values = 7 + (load[:n] - 4) @ [1.0, -0.5] + 1.3 * generator.normal(size=n)
    found = two_phase(values, load[:n], load[n:], confidence=0.9)
    return found.estimate - 7, found.lower <= 7 <= found.upper, found.runs_saved


@pytest.mark.parametrize(("n", "tables"), [(10, 20), (30, 150)])
def test_the_adjusted_mean_is_unbiased_and_its_interval_covers(n: int, tables: int) -> None:
    generator = np.random.default_rng(n)
    found = [experiment(generator, n, tables) for _ in range(1500)]
    errors = t_intervals(np.array([[error] for error, _, _ in found]), SURE)
    assert errors.lower[0] <= 0 <= errors.upper[0]
    covered = sum(inside for _, inside, _ in found)
    assert binomial_limits(covered, 1500, SURE)[1] >= 0.9
    # nor is it too wide: an interval that ignored nothing and doubled something would be
    assert binomial_limits(covered, 1500, SURE)[0] <= 0.93
    if tables > 100:
        assert np.median([saved for _, _, saved in found]) > 1.5


def test_an_interval_that_forgets_the_tables_noise_covers_too_seldom() -> None:
    """Why the second term is there: with few tables their noise is most of the error."""
    generator = np.random.default_rng(9)
    covered = 0
    for _ in range(1000):
        load = generator.normal(size=(40, 1))
        values = 3 * load[:30, 0] + 0.2 * generator.normal(size=30)
        found = two_phase(values, load[:30], load[30:], confidence=0.9)
        covered += found.lower <= 0 <= found.upper
        assert found.upper - found.lower > 2 * 3 * 0.2 / np.sqrt(30)
    assert binomial_limits(covered, 1000, SURE)[1] >= 0.9


def test_a_control_that_never_varies_changes_nothing() -> None:
    values = np.random.default_rng(1).normal(size=20)
    found = two_phase(values, np.ones((20, 1)), np.ones((50, 1)))
    assert (found.estimate, found.explained) == (found.plain, 0.0)


def test_too_few_runs_are_refused() -> None:
    with pytest.raises(ScenarioError, match="at least 7 and 2"):
        two_phase(np.arange(5.0), np.ones((5, 2)), np.ones((9, 2)))


# --- on networks -----------------------------------------------------------------------


def test_capacity_is_the_duty_of_all_agents() -> None:
    network = load_scenario("regionC")
    fluid = Fluid.of(network, Window(0.0, 7 * DAY, 7 * DAY))
    layout = fluid.layout
    worked = sum(
        duty.minutes(0.0, 7 * DAY) * (layout.agents.pool == pool).sum()
        for pool, duty in enumerate(layout.duties)
    )
    assert 0.85 * worked < fluid.capacity.sum() <= worked  # breaks are off
    assert (fluid.capacity >= 0).all()


def test_half_the_agents_leave_a_larger_backlog_of_the_same_work() -> None:
    window = Window(0.0, 7 * DAY, 7 * DAY)
    base = load_scenario("regionC")
    few = load_scenario("regionC", changes={"pools.zaragoza_field_early.count": 2})
    tables = sample(base, 1, 0, window.end)
    before, after = (Fluid.of(network, window).controls(tables) for network in (base, few))
    assert after[:, 0].sum() > before[:, 0].sum() >= 0
    assert after[:, 1].sum() == pytest.approx(before[:, 1].sum())


def runs(scenario: str, count: int, horizon: str, warm_up: str) -> Iterator[Result]:
    """Independent runs of 20 replications; each draws more tables of its own seed."""
    network = load_scenario(scenario)
    for seed in range(count):
        yield simulate(network, seed=seed, replications=20, horizon=horizon, warm_up=warm_up)


def test_adjusted_runs_agree_with_many_plain_ones() -> None:
    figure = ("wait_mean", "total", "all")
    many = runs("theory/mmc", 10, "1d", "4h")
    found = [adjusted(one, figures=[figure], tables=30)[-1] for one in many]
    # a run's two estimates share its replications, so that the difference shows a bias
    apart = t_intervals(np.array([[one.estimate - one.plain] for one in found]), SURE)
    assert apart.lower[0] <= 0 <= apart.upper[0]
    assert np.median([one.runs_saved for one in found]) > 1.2


@pytest.mark.long
def test_the_backlog_explains_much_of_what_a_region_s_promises_vary() -> None:
    network = load_scenario("regionB")
    result = simulate(network, seed=2, replications=100, horizon="35d", warm_up="7d")
    figure = ("response_mean", "tier", "point")
    found = {one.name: one for one in adjusted(result, figures=[figure], tables=200)}
    for name in ("point_4h", "point_90min", "response_mean/tier/point"):
        assert found[name].explained > 0.4
        assert found[name].runs_saved > 1.4


@pytest.mark.long
def test_adjusted_shares_of_a_region_agree_with_many_plain_runs() -> None:
    many = runs("regionC", 30, "14d", "4d")
    found = [{one.name: one for one in adjusted(run, tables=40)} for run in many]
    for name in ("point_4h", "answer_30s"):
        apart = [[some[name].estimate - some[name].plain] for some in found]
        limits = t_intervals(np.array(apart), SURE)
        assert limits.lower[0] <= 0 <= limits.upper[0]
