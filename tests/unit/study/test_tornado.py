"""Swings, break-even, regret and prices hold against what is known or simulated directly."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from small_world import GOOD

from sim.api import simulate
from sim.engines import Engine
from sim.store import Store
from study.campaign.base import Base, compose
from study.campaign.measures import Measure
from study.design.assumptions import ASSUMPTIONS
from study.execution import Execution
from study.tornado.break_even import break_evens
from study.tornado.price import steps_of
from study.tornado.ratio import paired, root
from study.tornado.regret import regrets_of
from study.tornado.runs import BASE, COST, Played, Question, play
from study.tornado.swings import swings_of

DEMANDS = {"low": 0.85, "base": 1.0, "high": 1.05}
PAID = (
    GOOD.replace("count_lean: 2, skills", "count_lean: 2, count_rich: 4, wage_per_h: 15, skills")
    .replace("share: 0.1,", "share: 0.1, penalty: 20, lost_cost: 30,")
    .replace("standard, share: 0.9}", "standard, share: 0.9, penalty: 5, lost_cost: 10}")
)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    folder = tmp_path_factory.mktemp("tornado")
    (folder / "towns").mkdir()
    (folder / "towns" / "scenario.yaml").write_text(PAID)
    said = {"scenario.name": "towns", "data_root": str(folder), "horizon": "3d", "warm_up": "1d"}
    base = Base(compose(said), folder)
    alternatives = {"lean": {"staffing": "lean"}, "rich": {"staffing": "rich"}}
    question = Question(base, alternatives, 0.05, DEMANDS, 3)
    return play(question, Store(folder / "store"), Execution(engine=Engine.COMPILED))


def cost_of(played: Played, staffing: str, assumption: str, factor: float) -> float:
    network = played.question.base.network({"staffing": staffing})
    scaled = ASSUMPTIONS[assumption].scale(network, factor)
    return simulate(scaled, replications=3, horizon="3d", warm_up="1d").interval("cost")[0]


def test_everything_is_played_once_on_the_same_requests(played: Played) -> None:
    keys = played.results
    assert len(keys) == 3 * (1 + 2 * 4 + 2 - 1)  # demand high is demand moved up
    assert not played.failures
    offered = Measure("offered")
    same = [played.values(offered, (name, "", 1.0)) for name in played.question.names]
    assert np.ptp(same, axis=0).tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("name", ["wages", "penalties", "travel_time"])
def test_a_swing_is_what_a_direct_run_finds(name: str, played: Played) -> None:
    swings = {one.assumption.name: one for one in swings_of(played, COST)}
    base = cost_of(played, "base", name, 1.0)
    assert swings[name].high[0] == pytest.approx(cost_of(played, "base", name, 1.05) - base)
    assert swings[name].low[0] == pytest.approx(cost_of(played, "base", name, 0.95) - base)


def test_swings_are_in_order_and_name_all_assumptions(played: Played) -> None:
    swings = swings_of(played, COST)
    assert {one.assumption.name for one in swings} == set(ASSUMPTIONS)
    widths = [one.width for one in swings]
    assert widths == sorted(widths, reverse=True)
    assert swings[-1].width == 0.0  # nobody is paid by the job here


def test_prices_move_cost_per_request_and_no_service(played: Played) -> None:
    each = {one.assumption.name: one for one in swings_of(played, Measure("cost_per_request"))}
    direct = played.results[BASE, "", 1.0].interval("cost_per_request")[0]
    parts = sum(
        played.values(Measure("cost", "component", part), (BASE, "", 1.0))
        / played.values(COST, (BASE, "", 1.0))
        for part in ("wages", "overtime")
    )
    assert each["wages"].high[0] == pytest.approx(0.05 * direct * np.mean(parts), rel=0.01)
    service = {one.assumption.name: one for one in swings_of(played, Measure("sla"))}
    assert service["wages"].width == 0.0
    assert service["demand"].width > 0.0


def test_at_the_break_even_both_cost_the_same(played: Played) -> None:
    found = {one.assumption.name: one for one in break_evens(played, "lean")}
    known = {name: one for name, one in found.items() if np.isfinite(one.factor[0])}
    assert "wages" in known
    for name, one in known.items():
        if one.assumption.is_price:
            costs = [
                cost_of(played, staffing, name, one.factor[0]) for staffing in ("base", "lean")
            ]
            assert costs[0] == pytest.approx(costs[1], rel=1e-9)
        assert one.factor[1] <= one.factor[0] <= one.factor[2] or np.isnan(one.factor[1])


def test_regret_is_nothing_for_the_cheapest_at_each_demand(played: Played) -> None:
    found = regrets_of(played)
    for demand in DEMANDS:
        regrets = [found.regret[name, demand][0] for name in played.question.names]
        costs = [found.cost[name, demand][0] for name in played.question.names]
        assert min(regrets) == 0.0
        assert np.array(regrets) == pytest.approx(np.array(costs) - min(costs))
    worst = [found.worst(name) for name in played.question.names]
    assert all(value >= 0 for value in worst)


def test_the_price_of_a_percent_is_cost_over_service(played: Played) -> None:
    steps = steps_of(played, Measure("sla"))
    assert [steps[0].start, steps[-1].end] == ["lean", "rich"]
    for step in steps:
        assert step.service[0] >= 0
        if np.isfinite(step.price[0]):
            assert step.price[0] == pytest.approx(step.cost[0] / step.service[0])
            assert step.service[1] > 0  # more service is shown, else there is no price


def test_a_root_lies_within_its_limits_95_times_of_100() -> None:
    """Fieller's set holds the true ratio as often as it says."""
    inside, wide = [], []
    for seed in range(2000):
        stream = np.random.default_rng(seed)
        common = stream.normal(size=10)
        constant = -6 + common + stream.normal(size=10)
        slope = 3 + 0.5 * common + stream.normal(size=10)
        middle, low, high = root(constant, slope)
        wide.append(not np.isfinite(low))
        inside.append(wide[-1] or low <= 2.0 <= high)
        assert wide[-1] or low <= middle <= high
    assert np.mean(inside) == pytest.approx(0.95, abs=4 * np.sqrt(0.95 * 0.05 / 2000))
    assert np.mean(wide) < 0.05


def test_a_slope_that_may_be_nothing_gives_no_limits() -> None:
    stream = np.random.default_rng(1)
    _, low, high = root(stream.normal(5, 1, 6), stream.normal(0.05, 1, 6))
    assert np.isnan([low, high]).all()
    assert np.isnan(root(np.ones(3), np.zeros(3))[0])


def test_differences_of_what_could_not_be_played_are_unknown() -> None:
    assert np.isnan(paired(np.full(4, np.nan))).all()


def test_an_alternative_may_be_a_plan_or_a_change(tmp_path: Path) -> None:
    base = Base(compose({"scenario": "theory/mmc", "horizon": "2h", "warm_up": "0h"}), tmp_path)
    (tmp_path / "plan.json").write_text(
        '{"pools": [{"pool_id": "agents", "site": "desk", "count": 5, "skills": ["any_case"]}]}'
    )
    assert base.network({"plan": "plan.json"}).pools[0].count == 5
    assert base.network({"pools.agents.count": 4}).pools[0].count == 4
