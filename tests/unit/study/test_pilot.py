"""Pilots: their power, their level, and what they are asked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from network.errors import ScenarioError
from network.load import load_scenario
from network.quantity import MINUTES_PER_WEEK
from sim.api import simulate
from sim.estimates import binomial_limits, t_quantile
from sim.layout import lay_out
from study.__main__ import main
from study.pilot.power import Analysis, pilot_power, shortest
from study.pilot.weeks import PilotWeeks, watch_weeks, weekly_means

SURE = 1 - 1e-4


def made_up(
    effect: float, *, noise: float = 0.1, lasting: float = 0.0, replications: int = 60
) -> PilotWeeks:
    """Weeks of eight sites of different means; noise may last from week to week."""
    generator = np.random.default_rng(3)
    noises = generator.normal(0, noise, size=(replications, 24, 8))
    for week in range(1, 24):
        fresh = np.sqrt(1 - lasting**2) * noises[:, week]
        noises[:, week] = lasting * noises[:, week - 1] + fresh
    minutes = np.exp(noises) * np.linspace(60, 300, 8)
    history, without = minutes[:, :12], minutes[:, 12:]
    return PilotWeeks(tuple("abcdefgh"), history, without, without * (1 + effect))


@pytest.mark.parametrize("analysis", list(Analysis))
def test_power_is_that_of_the_t_test(analysis: Analysis) -> None:
    """Against the power worked out for normal log means, by simulation of the test alone."""
    found = pilot_power(made_up(-0.06), weeks=6, sites=4, analysis=analysis)
    generator, effect = np.random.default_rng(1), abs(np.log(0.94))
    if analysis is Analysis.WEEKS:  # mean of four sites minus mean of four: variance / 2
        first, second, spread = 12, 6, 0.1 * np.sqrt(1 / 4 + 1 / 4)
    else:  # six weeks minus twelve
        first, second, spread = 4, 4, 0.1 * np.sqrt(1 / 6 + 1 / 12)
    a = generator.normal(0, spread, size=(4000, first))
    b = generator.normal(effect, spread, size=(4000, second))
    pooled = (first - 1) * a.var(axis=1, ddof=1) + (second - 1) * b.var(axis=1, ddof=1)
    degrees = first + second - 2
    error = np.sqrt(pooled / degrees * (1 / first + 1 / second))
    t = np.abs(b.mean(axis=1) - a.mean(axis=1)) / error
    exact = float((t > t_quantile(0.975, degrees)).mean())
    assert found.lower - 0.05 <= exact <= found.upper + 0.05


def test_a_pilot_of_nothing_shows_no_more_than_the_level() -> None:
    found = made_up(0.0, lasting=0.6)
    for weeks, sites in ((3, 2), (8, 4)):
        assert pilot_power(found, weeks=weeks, sites=sites, level=0.1).power <= 0.1


def test_weeks_that_follow_from_each_other_call_for_smaller_p_values() -> None:
    alone, together = (
        pilot_power(made_up(-0.1, lasting=lasting), weeks=8, sites=4).below
        for lasting in (0.0, 0.8)
    )
    assert together < alone / 3


def test_longer_pilots_and_larger_effects_show_more() -> None:
    small, large = made_up(-0.05), made_up(-0.15)
    power = {
        (name, weeks): pilot_power(data, weeks=weeks, sites=4).power
        for name, data in (("small", small), ("large", large))
        for weeks in (2, 10)
    }
    assert power["small", 2] < power["small", 10] < power["large", 10]
    assert power["small", 2] < power["large", 2]


def test_effects_are_said_in_minutes_and_in_shares() -> None:
    found = made_up(-0.1)
    assert found.share == pytest.approx(-0.1)
    mean, lower, upper = found.effect
    assert mean == pytest.approx(-0.1 * found.without.mean())
    assert lower < mean < upper


def test_limits_hold_where_every_pilot_succeeds() -> None:
    found = pilot_power(made_up(-0.6, replications=30), weeks=10, sites=4)
    assert found.power == found.upper == 1
    assert found.lower == pytest.approx(binomial_limits(30, 30, 0.975)[0])


def test_no_design_is_named_if_none_surely_will_do() -> None:
    weak = [pilot_power(made_up(-0.01), weeks=2, sites=4)]
    assert shortest(weak, 0.8) is None


@pytest.mark.parametrize(("weeks", "sites"), [(13, 4), (2, 8), (0, 4), (2, 0)])
def test_a_design_must_fit(weeks: int, sites: int) -> None:
    with pytest.raises(ScenarioError, match="at most 12 weeks"):
        pilot_power(made_up(-0.1), weeks=weeks, sites=sites)


# --- on networks -----------------------------------------------------------------------


@pytest.mark.parametrize("by", ["site", "area"])
def test_the_mean_of_a_week_is_what_a_run_of_that_week_reports(by: str) -> None:
    network = load_scenario("national", demand_factor=0.2)
    units, means = weekly_means(network, "point", by=by, start=0.0, weeks=1)
    result = simulate(network, seed=1, replications=1, horizon=MINUTES_PER_WEEK, keep_outcomes=True)
    one = result.replications[0]
    found = means(lay_out(network, MINUTES_PER_WEEK), one.sample, one.outcomes)
    assert found.shape == (1, len(units))
    if by == "site":
        kpis = result.kpis_by_replication[0]
        told = [kpis.values[kpis.index.position("response_mean", "site", unit)] for unit in units]
        assert found[0] == pytest.approx(told)


def test_an_effect_is_taken_off_the_weeks_of_the_pilot() -> None:
    network = load_scenario("national", demand_factor=0.2)
    found = watch_weeks(
        network, tier="point", weeks=1, history=2, effect=-0.2, replications=10, warm_up=1440.0
    )
    assert found.history.shape == (10, 2, len(found.sites))
    assert found.changed == pytest.approx(0.8 * found.without)


def test_too_few_sites_and_unknown_tiers_are_told() -> None:
    network = load_scenario("regionC")
    asked = {"weeks": 2, "history": 2, "effect": -0.1, "replications": 10}
    with pytest.raises(ScenarioError, match="expected 3 or more"):
        watch_weeks(network, tier="point", **asked)  # type: ignore[arg-type]
    with pytest.raises(ScenarioError, match="expected one of"):
        watch_weeks(network, tier="nowhere", **asked)  # type: ignore[arg-type]
    with pytest.raises(ScenarioError, match="an effect or a change"):
        watch_weeks(network, tier="point", weeks=2, history=2)


def test_the_command_answers_in_words(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["pilot", "scenario=national", "demand.factor=0.2", "warm_up=1d", "--effect=-80%"]
    code = main(
        [*words, "--weeks", "3", "--sites", "3", "--history=4", "--replications=10", "--power=60%"]
    )
    shown = " ".join(capsys.readouterr().out.split())
    assert code == 0, shown
    assert "3 weeks at 3 of 6 sites detect" in shown
    assert "(-80%) with 60% power" in shown


def test_the_command_tells_all_that_is_wrong(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    code = main(["pilot", "scenario=national", "--effect=0", "--weeks=x", "--power=2"])
    told = capsys.readouterr().err
    assert code == 2
    for part in ("--effect: got 0", "--weeks: got x", "--power: got 2"):
        assert part in told
    assert not [*tmp_path.iterdir()]
