"""Erkut, Ingolfsson, Sim, Erdogan (2009): the more a covering model knows, the better its plan.

On the Edmonton road graph, with this project's simulation as judge.
"""

from __future__ import annotations

import numpy as np
import pytest
from published import published

from benchmarks.edmonton import RUNGS, Ladder, climb
from benchmarks.edmonton_roads import Case, City, read_city
from optimize.staffing.measured import Block


@pytest.fixture(scope="module")
def city() -> City:
    return read_city(published("roads/edmonton_roads.zip"))


def climbed(city: City, case: Case) -> Ladder:
    fit, screen = Block("fit", 0, 16), Block("screen", 1_000_000, 40)
    return climb(city, case, replications=60, fit=fit, screen=screen)


def test_city_is_of_the_size_of_the_study(city: City) -> None:
    assert 150 <= len(city.weight) <= 200
    assert len(city.station_km) == 36
    assert city.weight.sum() == pytest.approx(1.0)
    assert np.isfinite(city.travel_min).all()
    assert (city.travel_min > 0).all()
    speed_km_h = 60 * city.travel_km / city.travel_min
    assert ((speed_km_h > 30) & (speed_km_h < 102)).all()


@pytest.mark.long
@pytest.mark.parametrize(
    "case",
    [
        Case(units=10, within_min=8, load=0.3, noise_sigma=0.4),
        Case(units=10, within_min=8, load=0.5, noise_sigma=0.4),
        Case(units=16, within_min=7, load=0.5, noise_sigma=0.4),
    ],
    ids=str,
)
def test_the_order_of_the_literature(city: City, case: Case) -> None:
    ladder = climbed(city, case)
    expected, corrected, simulated = (rung.gain for rung in ladder.rungs[1:])
    assert tuple(rung.name for rung in ladder.rungs) == RUNGS
    assert all(rung.units.sum() == case.units for rung in ladder.rungs)
    assert expected is not None
    assert expected.lower > 0, "MEXCLP beats MCLP"
    assert corrected is not None
    assert corrected.lower > 0, "queueing and random trips beat one busy fraction"
    assert simulated is not None
    assert simulated.upper >= 0, "the loop does not lose what it started from"
    assert simulated.lower > -0.002


@pytest.mark.long
def test_models_claim_more_than_they_keep_and_less_so_the_more_they_know(city: City) -> None:
    ladder = climbed(city, Case(units=16, within_min=8, load=0.5, noise_sigma=0.4))
    excess = [rung.claimed - rung.cover.estimate for rung in ladder.rungs[:3]]
    assert excess[0] > 0.3, "a plain cover knows of no busy units"
    assert abs(excess[2]) < 0.03, "the corrected model is close to the simulation"
    assert excess[0] > excess[1] > excess[2]
