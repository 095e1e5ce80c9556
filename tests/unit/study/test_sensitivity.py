"""Sobol indices and Morris effects of functions whose values are known, with and without noise."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from study.sensitivity.morris import effects, morris_effects, morris_points
from study.sensitivity.noise import mean_noise
from study.sensitivity.sobol import sobol_indices, sobol_points

Floats = NDArray[np.float64]

# Ishigami and Homma (1990) with a = 7, b = 0.1; V = a^2/8 + b pi^4/5 + b^2 pi^8/18 + 1/2
VARIANCE = 49 / 8 + 0.1 * np.pi**4 / 5 + 0.01 * np.pi**8 / 18 + 0.5
FIRST = np.array([0.5 * (1 + 0.1 * np.pi**4 / 5) ** 2, 49 / 8, 0.0]) / VARIANCE
JOINT = (8 / 225) * 0.01 * np.pi**8 / VARIANCE
TOTAL = FIRST + np.array([JOINT, 0.0, JOINT])


def ishigami(unit: Floats) -> Floats:
    x = -np.pi + 2 * np.pi * unit
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def test_indices_of_ishigami_lie_within_their_intervals() -> None:
    points = sobol_points(3, 1024, seed=1)
    found = sobol_indices(ishigami(points)[:, None], 3)
    assert (np.abs(found.first - FIRST) <= 1.3 * found.first_half).all()  # 99 % each
    assert (np.abs(found.total - TOTAL) <= 1.3 * found.total_half).all()
    assert (found.total_half < 0.12).all()
    assert np.isnan(found.noise)  # one replication says nothing of noise


def test_noise_is_measured_and_taken_off() -> None:
    """Known: V of Ishigami, noise of variance 36 / R in every mean, a shift common to all."""
    replications, sd = 9, 6.0
    points = sobol_points(3, 512, seed=3)
    clear = sobol_indices(ishigami(points)[:, None], 3, resamples=2)
    shares, first, total, raw = [], [], [], []
    for seed in range(12):
        stream = np.random.default_rng(seed)
        noise = stream.normal(0, sd, (len(points), replications))
        shift = stream.normal(0, 20, replications)
        found = sobol_indices(ishigami(points)[:, None] + shift + noise, 3, resamples=40)
        shares.append(found.noise)
        first.append(found.first)
        total.append(found.total)
        raw.append(found.total_raw)
    added = sd**2 / replications
    assert np.mean(shares) == pytest.approx(added / (VARIANCE + added), abs=0.01)
    error = np.std(total, axis=0, ddof=1) / np.sqrt(len(total))
    assert (np.abs(np.mean(total, axis=0) - clear.total) < 4 * error).all()
    error = np.std(first, axis=0, ddof=1) / np.sqrt(len(first))
    assert (np.abs(np.mean(first, axis=0) - clear.first) < 4 * error).all()
    # as read, an input of little weight would look important
    assert np.mean(raw, axis=0)[2] > clear.total[2] + 0.1


def test_pure_noise_matters_to_no_input() -> None:
    points = sobol_points(2, 256, seed=1)
    noise = np.random.default_rng(5).normal(size=(len(points), 10))
    found = sobol_indices(noise, 2)
    assert found.noise > 0.8
    assert (found.total_raw > 0.7).all()
    assert (found.total_noise > 0.8).all()


def test_intervals_cover_noise_too() -> None:
    """Repeated with new noise and new points, the true index lies inside about 95 times of 100."""
    inside = []
    for seed in range(40):
        points = sobol_points(2, 64, seed=seed)
        stream = np.random.default_rng(1000 + seed)
        plain = 2 * points[:, 0] + points[:, 1]  # S1 = ST = 0.8, 0.2
        values = plain[:, None] + stream.normal(0, 0.8, (len(points), 10))
        found = sobol_indices(values, 2, seed=seed, resamples=100)
        inside.append(abs(found.total[1] - 0.2) <= found.total_half[1])
    assert np.mean(inside) > 0.85


def test_a_figure_that_never_changes_has_no_indices() -> None:
    points = sobol_points(2, 8, seed=1)
    found = sobol_indices(np.full((len(points), 3), 0.7), 2)
    assert np.isnan(found.first).all()


def test_missing_values_are_refused() -> None:
    values = np.ones((32, 2))
    values[3, 1] = np.nan
    with pytest.raises(ValueError, match="not measured everywhere"):
        sobol_indices(values, 2)


def test_what_shifts_all_points_alike_is_no_noise() -> None:
    stream = np.random.default_rng(1)
    values = stream.normal(size=(30, 1)) + stream.normal(0, 9, (1, 8))
    assert mean_noise(values) == pytest.approx(0.0, abs=1e-12)
    noisy = np.mean([mean_noise(values + stream.normal(0, 2, (30, 8))) for _ in range(200)])
    assert noisy == pytest.approx(4 / 8, rel=0.05)


def test_effects_of_a_linear_function_are_its_coefficients() -> None:
    points = morris_points(3, 10, seed=1)
    values = points @ np.array([3.0, -2.0, 0.0])
    found = morris_effects(points, values[:, None])
    assert found.size == pytest.approx([3.0, 2.0, 0.0])
    assert found.mean == pytest.approx([3.0, -2.0, 0.0])
    assert found.spread == pytest.approx([0.0, 0.0, 0.0], abs=1e-12)


def test_effects_are_those_of_salib() -> None:
    from SALib.analyze import morris

    points = morris_points(3, 12, seed=4)
    values = ishigami(points)
    problem = {"num_vars": 3, "names": ["a", "b", "c"], "bounds": [[0, 1]] * 3}
    theirs = morris.analyze(problem, points, values, num_levels=4, seed=1)
    ours = morris_effects(points, values[:, None])
    assert ours.size == pytest.approx(np.array(theirs["mu_star"]))
    assert ours.mean == pytest.approx(np.array(theirs["mu"]))
    assert ours.spread == pytest.approx(np.array(theirs["sigma"]))


def test_noise_of_effects_is_the_share_that_is_known() -> None:
    points, replications = morris_points(2, 400, seed=1), 10
    stream = np.random.default_rng(2)
    values = (4 * points[:, 0])[:, None] + stream.normal(0, 1, (len(points), replications))
    found = morris_effects(points, values, resamples=20)
    steps = 2 / 3  # of four levels
    noise = 2 / replications / steps**2
    assert found.noise == pytest.approx([noise / (16 + noise), 1.0], abs=0.08)
    assert effects(points, values).shape == (400, replications, 2)
    assert found.spread[0] < 0.35
