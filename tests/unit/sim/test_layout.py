"""A layout with other counts is the layout of the network with other counts."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace

import numpy as np
import pytest
from random_networks import random_network

from network.model import Network
from sim.layout import lay_out, with_other_counts


def same(one: object, other: object) -> None:
    """All arrays and values of two nested data classes."""
    if is_dataclass(one):
        for field in fields(one):
            same(getattr(one, field.name), getattr(other, field.name))
    elif isinstance(one, dict):
        for key, value in one.items():
            same(value, other[key])  # type: ignore[index]  # of the same type
    else:
        np.testing.assert_array_equal(one, other)  # type: ignore[arg-type]  # anything goes


def recounted(network: Network, chance: np.random.Generator) -> Network:
    """Some pools with an agent more or fewer, or none."""
    changed = [
        pool.model_copy(update={"count": int(max(0, pool.count + chance.integers(-2, 3)))})
        for pool in network.pools
    ]
    return replace(network, pools=tuple(changed))


@pytest.mark.parametrize("seed", range(12))
def test_other_counts(seed: int) -> None:
    chance = np.random.default_rng(seed)
    first = recounted(random_network(seed), chance)
    second = recounted(first, chance)
    layout = with_other_counts(lay_out(first, 5000.0), second)
    same(layout, lay_out(second, 5000.0))
    same(with_other_counts(layout, first), lay_out(first, 5000.0))
