"""A share is drawn as often as it is wide, and found where it lies."""

from __future__ import annotations

import numpy as np
import pytest

from sim.sample.shares import Shares
from sim.sample.streams import Streams


@pytest.mark.parametrize(
    "weights",
    [
        [1.0],
        [0.3, 0.7],
        [0.0, 0.0, 5.0, 0.0, 1e-9, 3.0, 0.0],
        [1.0, *[0.0] * 50, 1.0],
        np.random.default_rng(3).lognormal(0, 3, 700).tolist(),
    ],
)
def test_it_is_the_first_share_that_ends_above_the_number(weights: list[float]) -> None:
    draws = Streams(1, 0, "a").first(20_000)
    picked = Shares(weights).pick(draws, "zone")
    ends = np.cumsum(weights)
    place = draws.uniform("zone") * ends[-1]
    assert (place < ends[picked]).all()
    assert (place >= (ends - np.array(weights))[picked] - 1e-12 * ends[-1]).all()
    assert (np.array(weights)[picked] > 0).all()
