"""Mean distances in the unit square: the metrics of the travel model.

Larson and Odoni (1981), Urban Operations Research, chapter 3; Ghosh (1951), Bulletin of the
Calcutta Mathematical Society 43, 17-24.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from network.travel import Metric
from network.travel_time import distance_km

SIDE = 40
"""Points on a side; the midpoint rule is off by less than 1 / SIDE^2 here."""


@pytest.mark.parametrize(
    ("metric", "between_two", "to_centre"),
    [
        (Metric.MANHATTAN, 2 / 3, 1 / 2),
        (
            Metric.EUCLIDEAN,
            (2 + math.sqrt(2) + 5 * math.log(1 + math.sqrt(2))) / 15,
            (math.sqrt(2) + math.log(1 + math.sqrt(2))) / 6,
        ),
    ],
)
def test_mean_distance_in_the_unit_square(
    metric: Metric, between_two: float, to_centre: float
) -> None:
    middles = (np.arange(SIDE) + 0.5) / SIDE
    points = np.stack(np.meshgrid(middles, middles), axis=-1).reshape(-1, 2)
    assert distance_km(metric, points, points).mean() == pytest.approx(between_two, abs=SIDE**-2)
    centre = np.array([[0.5, 0.5]])
    assert distance_km(metric, points, centre).mean() == pytest.approx(to_centre, abs=SIDE**-2)
