"""Cells of the map: they divide the ground, each with its own place."""

import numpy as np
import pytest
import shapely

from network.travel import Metric
from network.travel_time import distance_km
from report.figures.cells import dissolve, lay_out_km, middle, outline, rings, voronoi

PLACES = np.random.default_rng(3).uniform(0, 50, (60, 2))


def test_cells_divide_the_ground() -> None:
    ground = outline(PLACES)
    cells = voronoi(PLACES, ground)
    assert sum(cell.area for cell in cells) == pytest.approx(ground.area)
    assert shapely.union_all(cells).area == pytest.approx(ground.area)
    assert all(cell.covers(shapely.Point(p)) for cell, p in zip(cells, PLACES, strict=True))


@pytest.mark.parametrize(
    "points",
    [
        [[0, 0]],
        [[0, 0], [0, 0]],
        [[0, 0], [3, 4]],
        [[0, 0], [1, 1], [2, 2], [3, 3]],
        [[0, 0], [0, 0], [1, 0], [0, 1]],
    ],
)
def test_few_places_in_odd_arrangements(points: list[list[float]]) -> None:
    places = np.array(points, dtype=float)
    ground = outline(places)
    cells = voronoi(places, ground)
    assert len(cells) == len(places)
    assert all(cell.area > 0 for cell in cells)
    assert all(ground.covers(shapely.Point(p)) for p in places)


def test_areas_are_dissolved_into_one_shape_each() -> None:
    names = ["west" if x < 25 else "east" for x in PLACES[:, 0]]
    ground = outline(PLACES)
    areas = dissolve(voronoi(PLACES, ground), names)
    assert set(areas) == {"west", "east"}
    assert sum(shape.area for shape in areas.values()) == pytest.approx(ground.area, rel=1e-3)
    assert all(rings(shape) for shape in areas.values())


def test_a_kilometre_is_a_kilometre() -> None:
    towns = np.array([[42.23, -8.72], [43.37, -8.40], [42.34, -7.86]])
    flat = lay_out_km(towns, middle(towns, Metric.GREAT_CIRCLE), Metric.GREAT_CIRCLE)
    apart = np.hypot(*(flat[:, None] - flat[None]).transpose(2, 0, 1))
    true = distance_km(Metric.GREAT_CIRCLE, towns, towns)
    np.testing.assert_allclose(apart, true, rtol=0.01)


def test_the_date_line_does_not_tear_the_map() -> None:
    fiji = np.array([[-17.0, 179.5], [-17.0, -179.5]])
    flat = lay_out_km(fiji, middle(fiji, Metric.GREAT_CIRCLE), Metric.GREAT_CIRCLE)
    assert np.ptp(flat[:, 0]) < 150
