"""Candidate places: medians, centres of gravity, clusters, populated places."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from network.errors import ScenarioError
from network.travel import Metric
from network.travel_time import EARTH_RADIUS_KM, distance_km
from optimize.placement.candidates import (
    CandidateOptions,
    Origin,
    centre_of_gravity,
    populated_places,
    propose_candidates,
    weighted_clusters,
    weiszfeld,
)
from optimize.placement.candidates.clusters import _settle

SPHERE, PLANE, GRID = Metric.GREAT_CIRCLE, Metric.EUCLIDEAN, Metric.MANHATTAN


def paid(centre, points, weight, metric):
    return float(weight @ distance_km(metric, np.atleast_2d(centre), points)[0])


@st.composite
def weighted_points(draw, metric=PLANE):
    count = draw(st.integers(1, 12))
    low, high = ((-20, 40) if metric is SPHERE else (-100, 100)), (0, 0)
    step = draw(st.sampled_from([1.0, 0.25]))  # repeated places and places in line are usual
    grid = arrays(np.int64, (count, 2), elements=st.integers(int(low[0]), int(low[1])))
    points = draw(grid) * step + np.array(high)
    weight = draw(arrays(np.int64, count, elements=st.integers(0, 9))).astype(float)
    weight[draw(st.integers(0, count - 1))] += 1
    return points, weight


# Geometric median


@pytest.mark.parametrize("metric", [PLANE, SPHERE, GRID])
@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_median_is_never_worse_than_a_data_point_or_a_neighbour(metric, data):
    points, weight = data.draw(weighted_points(metric))
    centre = weiszfeld(points, weight, metric)
    assert centre.cost == pytest.approx(paid(centre.position, points, weight, metric), abs=1e-9)
    slack = 1e-8 * max(centre.cost, 1e-6)
    for place in [
        *points,
        *(centre.position + 0.01 * np.array([[1, 0], [0, 1], [-1, 0], [0, -1]])),
    ]:
        assert centre.cost <= paid(place, points, weight, metric) + slack


@settings(max_examples=60, deadline=None)
@given(weighted_points(), st.floats(-3, 3), st.floats(-50, 50), st.sampled_from([1e-6, 1.0, 1e6]))
def test_median_turns_moves_and_scales_with_the_points(drawn, angle, shift, scale):
    points, weight = drawn
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    here = weiszfeld(points, weight)
    there = weiszfeld((points @ turn + shift) * scale, weight * 7)
    assert there.cost == pytest.approx(7 * scale * here.cost, rel=1e-7, abs=1e-7 * scale)


def test_fermat_point_of_a_triangle_sees_all_sides_under_120_degrees():
    triangle = np.array([[0.0, 0.0], [0.0, 5.0], [3.0, 1.0]])
    centre = weiszfeld(triangle)
    ways = triangle - centre.position
    ways /= np.linalg.norm(ways, axis=1)[:, None]
    assert centre.gap <= 1e-9
    assert [ways[i] @ ways[j] for i, j in ((0, 1), (1, 2), (0, 2))] == pytest.approx(
        [-0.5] * 3, abs=1e-6
    )


def test_a_wide_corner_is_its_triangles_median_exactly():
    triangle = [[0, 0], [1, 10], [1, -10]]
    centre = weiszfeld(triangle)
    assert centre.position.tolist() == [0, 0]
    assert centre.gap == 0


def test_median_starting_on_a_data_point_moves_on():
    """The mean is a data point that is not the median: the plain step divides by zero."""
    points = np.array([[0.0, 0.0], [8.0, 0.0], [-2.0, 3.0], [-2.0, -3.0], [-4.0, 0.0]])
    assert points.mean(axis=0).tolist() == [0, 0]
    centre = weiszfeld(points)
    assert centre.gap <= 1e-9
    at_the_mean = paid(np.zeros(2), points, np.ones(5), PLANE)
    assert centre.cost < at_the_mean - 0.01
    assert weiszfeld(points, most_steps=1).cost < at_the_mean


@pytest.mark.parametrize(
    ("at", "weight", "expected"),
    [([0, 1, 10], [1, 1, 1], 1), ([0, 1, 10], [1, 1, 3], 10), ([0, 2], [1, 1], 1)],
)
def test_median_in_a_line_is_the_weighted_median(at, weight, expected):
    points = np.outer(at, [0.6, 0.8]) + np.array([3.0, -7.0])
    found = weiszfeld(points, weight).position
    assert found == pytest.approx(
        expected * np.array([0.6, 0.8]) + np.array([3.0, -7.0]), abs=1e-12
    )


def test_median_of_many_points_converges():
    random = np.random.default_rng(1)
    points, weight = random.normal(size=(5000, 2)), random.exponential(size=5000)
    centre = weiszfeld(points, weight)
    assert centre.gap <= 1e-9
    assert centre.steps < 50


def test_a_heavy_point_among_many_is_found_exactly():
    random = np.random.default_rng(2)
    points, weight = random.normal(size=(3000, 2)), np.ones(3000)
    points[17], weight[17] = (0.3, -0.2), 3000
    centre = weiszfeld(points, weight)
    assert centre.position.tolist() == [0.3, -0.2]
    assert centre.gap == 0


def test_step_limit_returns_the_best_so_far_with_its_gap():
    random = np.random.default_rng(3)
    points = random.exponential(size=(800, 2)) ** 3
    short, full = weiszfeld(points, most_steps=5), weiszfeld(points)
    assert 1e-9 < short.gap < 1
    assert short.cost * (1 - short.gap) <= full.cost <= short.cost


def test_median_on_a_small_part_of_the_globe_is_that_of_the_plane():
    km = np.array([[0.0, 0.0], [0.0, 5.0], [3.0, 1.0], [4.0, 4.0]])
    degrees = np.degrees(km / EARTH_RADIUS_KM) + np.array([0.0, 20.0])
    planar, round_ = weiszfeld(km), weiszfeld(degrees, metric=SPHERE)
    assert round_.cost == pytest.approx(planar.cost, rel=1e-6)


def test_median_has_no_seam_at_the_date_line_or_the_pole():
    west = np.array([[10.0, -5.0], [14.0, 3.0], [8.0, 4.0]])
    moved = west + np.array([0.0, 180.0])
    moved[:, 1] = (moved[:, 1] + 180) % 360 - 180
    assert weiszfeld(moved, metric=SPHERE).cost == pytest.approx(
        weiszfeld(west, metric=SPHERE).cost
    )
    around_the_pole = [[80.0, 0.0], [80.0, 120.0], [80.0, -120.0]]
    assert weiszfeld(around_the_pole, metric=SPHERE).position[0] == pytest.approx(90, abs=1e-6)


# Centre of gravity


def test_centre_of_gravity_is_the_mean_direction():
    assert centre_of_gravity([[0, 0], [2, 4]], [1, 3]).tolist() == [1.5, 3]
    assert centre_of_gravity([[60, 0], [60, 180]], metric=SPHERE)[0] == pytest.approx(90)


def test_points_that_balance_around_the_globe_have_no_centre_of_gravity():
    with pytest.raises(ScenarioError, match="balance around the globe"):
        centre_of_gravity([[0, 0], [0, 180]], metric=SPHERE)


# Clusters


def towns(seed=0, count=60):
    random = np.random.default_rng(seed)
    middles = np.array([[0.0, 0.0], [100.0, 0.0], [0.0, 100.0]])
    points = middles[np.arange(count) % 3] + random.normal(size=(count, 2))
    return points, random.uniform(1, 5, count)


def test_clusters_find_well_separated_towns():
    points, weight = towns()
    found = weighted_clusters(points, weight, 3)
    for k in range(3):
        assert len(np.unique(found.label[k::3])) == 1
    assert (np.diff(found.weight) <= 0).all()


@pytest.mark.parametrize("metric", [PLANE, GRID])
def test_clusters_are_labelled_by_nearest_centre_and_cost_what_they_say(metric):
    points, weight = towns(1)
    found = weighted_clusters(points, weight, 5, metric, seed=4)
    apart = distance_km(metric, points, found.centre)
    assert (found.label == apart.argmin(axis=1)).all()
    assert found.cost == pytest.approx(weight @ apart.min(axis=1))
    assert found.weight.sum() == pytest.approx(weight.sum())


def test_one_cluster_is_the_median_and_as_many_as_places_cost_nothing():
    points, weight = towns(2, 9)
    assert weighted_clusters(points, weight, 1).cost == pytest.approx(
        weiszfeld(points, weight).cost
    )
    assert weighted_clusters(points, weight, 9).cost == pytest.approx(0, abs=1e-6)


def test_clusters_are_near_the_best_partition():
    from itertools import product

    random = np.random.default_rng(5)
    points, weight = random.uniform(0, 10, (8, 2)), random.uniform(1, 4, 8)
    best = min(
        sum(weiszfeld(points[np.array(p) == k], weight[np.array(p) == k]).cost for k in set(p))
        for p in product(range(2), repeat=8)
        if p[0] == 0
    )
    found = weighted_clusters(points, weight, 2, beginnings=10)
    assert best - 1e-9 <= found.cost <= 1.001 * best


def test_a_centre_that_draws_nothing_begins_again_where_most_is_paid():
    points, weight = np.array([[0.0, 0.0], [0.0, 1.0], [0.0, 50.0]]), np.ones(3)
    centre, label, cost = _settle(points, weight, np.array([[0.0, 0.0], [9e5, 9e5]]), PLANE)
    assert label.tolist() == [0, 0, 1]
    assert centre[1].tolist() == [0, 50]
    assert cost == pytest.approx(1)


def test_same_seed_same_clusters_and_empty_places_draw_nothing():
    points, weight = towns(3)
    one, other = (weighted_clusters(points, weight, 7, seed=9) for _ in range(2))
    assert (one.centre == other.centre).all()
    far = np.vstack([points, [[1e6, 1e6]]])
    with_empty = weighted_clusters(far, np.append(weight, 0.0), 3)
    assert np.abs(with_empty.centre).max() < 200


def test_more_clusters_than_places_are_refused_in_words():
    with pytest.raises(ScenarioError, match="integer from 1 to 2, as there are 2 different places"):
        weighted_clusters([[0, 0], [0, 0], [1, 1], [5, 5]], [1, 2, 1, 0], 3)


# Populated places


@settings(max_examples=80, deadline=None)
@given(weighted_points(), st.integers(0, 8), st.integers(0, 80))
def test_kept_places_are_large_and_apart_and_left_out_ones_have_a_reason(drawn, least, apart):
    points, weight = drawn
    kept = populated_places(points, weight, least, apart, PLANE)
    between = distance_km(PLANE, points, points)
    assert (weight[kept] >= least).all()
    assert (np.diff(weight[kept]) <= 0).all()
    assert all(between[i, j] >= apart for i in kept for j in kept if i != j)
    for i in set(range(len(points))) - set(kept.tolist()):
        near = [j for j in kept if between[i, j] < apart and weight[j] >= weight[i]]
        assert weight[i] < least or near


# Proposals


def test_proposals_are_apart_from_each_other_and_from_known_sites():
    points, weight = towns(4)
    options = CandidateOptions(
        least_population=0, apart_km=2, gravity_per_area=2, clusters=6, merge_km=3
    )
    area = ["north" if y > 50 else "south" for y in points[:, 0]]
    known = [[0.0, 0.0]]
    found = propose_candidates(points, weight, options, PLANE, area=area, known=known)
    everything = np.vstack([known, found.position])
    apart = distance_km(PLANE, everything, everything)
    np.fill_diagonal(apart, np.inf)
    assert apart.min() >= 3
    assert set(found.origin) >= {Origin.PLACE}
    assert len(found) == len(found.name) == len(found.origin)


def test_earlier_origins_win_and_only_those_asked_for_appear():
    points, weight = [[0, 0], [0, 20], [30, 0]], [60, 55, 50]
    gravity = CandidateOptions(origins=(Origin.GRAVITY,), merge_km=0)
    found = propose_candidates(points, weight, gravity, PLANE, area=["b", "a", "b"])
    assert found.name == ("a_1", "b_1")
    assert found.position.tolist() == [[0, 20], [0, 0]]
    both = CandidateOptions(origins=(Origin.GRAVITY, Origin.PLACE), least_population=1)
    assert propose_candidates(points, weight, both, PLANE, area=["b", "a", "b"]).origin == (
        Origin.GRAVITY,
        Origin.GRAVITY,
        Origin.PLACE,
    )


def test_areas_without_demand_have_no_centre():
    options = CandidateOptions(origins=(Origin.GRAVITY,))
    found = propose_candidates([[0, 0], [0, 90]], [1, 0], options, PLANE, area=["a", "b"])
    assert found.name == ("a_1",)


# Bad input


@pytest.mark.parametrize(
    ("points", "weight", "message"),
    [
        ([[0, 0], [1, 1]], [1, -2], "value 1 is -2; expected a finite number >= 0"),
        ([[0, 0], [1, 1]], [0, 0], "all are zero"),
        ([[0, 0], [np.nan, 1]], [1, 1], "position 1 is not finite"),
        ([[0, 200]], [1], "is 0, 200; expected latitude"),
        ([0, 1], [1, 1], r"got shape \(2,\)"),
        ([[0, 0]], [1, 2], r"got shape \(2,\); expected \(1,\)"),
        (np.zeros((0, 2)), [], "at least one point"),
    ],
)
def test_unsound_points_are_refused_in_words(points, weight, message):
    with pytest.raises(ScenarioError, match=message):
        weiszfeld(points, weight, SPHERE)


def test_all_faults_of_the_options_are_told_at_once():
    options = CandidateOptions(origins=("plaza",), apart_km=-1, clusters=0, merge_km=np.nan)
    with pytest.raises(ScenarioError) as refused:
        propose_candidates([[0, 0]], options=options, names=["a", "b"])
    words = str(refused.value)
    assert "5 problems" in words
    assert "Did you mean 'place'?" in words
