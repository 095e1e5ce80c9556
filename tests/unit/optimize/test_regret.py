"""The regret table: own plans regret nothing, costs are paired, broken promises rule a plan out."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO

import numpy as np
import pytest
from rich.console import Console

from network.errors import ScenarioError
from network.load import load_scenario
from network.model import Network
from network.promise import Promise
from optimize.regret import RegretTable, regret_table
from optimize.regret_view import regret_view
from optimize.staffing.measured import Block
from report.decision.regret import CSV_COLUMNS, print_regret, regret_rows
from sim.kpis import Window

WINDOW = Window(60.0, 660.0, 660.0)
BLOCK = Block("screen", 1_000_000, 8)
FACTORS = {"low": 0.7, "base": 1.0, "high": 1.4}


def queue(agents: int) -> Network:
    """Eight erlang at base demand, four in five to be answered within half a minute."""
    network = load_scenario("theory/mmc")
    (call,), (team,) = network.classes, network.pools
    return replace(
        network,
        classes=(call.model_copy(update={"rate_per_h": 480.0}),),
        pools=(team.model_copy(update={"count": agents, "wage_per_h": 20.0}),),
        promises=(Promise(promise_id="soon", tier="desk", within=0.5, share=0.8),),
    )


@pytest.fixture(scope="module")
def table() -> RegretTable:
    """Plans of eight, ten and fourteen agents, and a robust one of sixteen."""
    plans = {"low": queue(8), "base": queue(10), "high": queue(14), "robust": queue(16)}
    return regret_table(plans, FACTORS, WINDOW, seed=3, block=BLOCK)


def test_a_demand_does_not_regret_its_own_plan(table: RegretTable) -> None:
    for demand in FACTORS:
        own = table.fate(demand, demand)
        assert own.regret == own.lower == own.upper == 0.0
        assert own.holds


def test_costs_differ_by_the_plans_alone(table: RegretTable) -> None:
    """Only wages cost here, and they are the same in every run: six agents are six agents."""
    hours = 365.25 * 24 / 12
    for demand in FACTORS:
        apart = table.fate("robust", demand).cost - table.fate("base", demand).cost
        assert apart == pytest.approx(6 * 20 * hours)
    robust = table.fate("robust", "base")
    assert robust.lower == pytest.approx(robust.regret) == pytest.approx(robust.upper)
    assert table.price_of_robustness("robust") == pytest.approx(6 * 20 * hours)
    assert table.base == "base"


def test_too_few_people_break_promises_when_demand_is_high(table: RegretTable) -> None:
    fate = table.fate("low", "high")
    assert not fate.holds
    assert not fate.shown
    assert fate.broken == ("soon",)
    assert fate.regret < 0, "cheaper than the plan that keeps its promises"


def test_the_least_worst_regret_is_sought_among_plans_that_stand(table: RegretTable) -> None:
    assert [plan for plan in table.plans if table.stands(plan)] == ["high", "robust"]
    assert table.minimax == "high"
    assert table.worst("high").demand == "low"


def test_where_no_plan_stands_none_is_chosen() -> None:
    table = regret_table({"base": queue(5)}, {"base": 1.0}, WINDOW, seed=3, block=BLOCK)
    assert table.minimax is None
    assert "No plan keeps" in shown(table)


def test_the_same_block_gives_the_same_table(table: RegretTable) -> None:
    plans = {"low": queue(8), "base": queue(10), "high": queue(14)}
    again = regret_table(plans, FACTORS, WINDOW, seed=3, block=BLOCK)
    for plan in plans:
        for demand in FACTORS:
            assert again.fate(plan, demand) == table.fate(plan, demand)


def test_a_demand_without_a_plan_is_refused() -> None:
    with pytest.raises(ScenarioError, match="demand high: it has no plan") as caught:
        regret_table({"low": queue(8)}, {"low": -1.0, "high": 1.2}, WINDOW, 3, BLOCK)
    assert "expected a factor above 0" in str(caught.value)


def shown(table: RegretTable) -> str:
    out = StringIO()
    print_regret(regret_view(table), Console(file=out, width=160))
    return out.getvalue()


def test_what_is_printed_names_plans_demands_and_the_choice(table: RegretTable) -> None:
    said = shown(table)
    for word in (*FACTORS, "robust", "1 promise broken", "Least regret: high", "8 runs"):
        assert word in said


def test_the_file_has_a_row_for_every_plan_under_every_demand(table: RegretTable) -> None:
    rows = list(regret_rows(regret_view(table)))
    assert len(rows) == 4 * 3
    assert all(len(row) == len(CSV_COLUMNS) for row in rows)
    regret = CSV_COLUMNS.index("regret_per_month")
    worst = {row[0]: [other[regret] for other in rows if other[0] == row[0]] for row in rows}
    assert np.max(worst["high"]) == pytest.approx(table.worst("high").regret)
