"""Sets of agents as bits in 64-bit words: the lowest one in both of two sets."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.engines.kernel.intrinsics import count_bits, trailing_zeros
from sim.engines.kernel.records import NONE
from sim.machine_code.jit import part

Words = NDArray[np.uint64]


@part
def lowest_in_both(first: Words, i: int, second: Words, k: int, words: int) -> int:
    """Number of the lowest bit set in both sets, or NONE.

    Parameters
    ----------
    first, second : uint64 array
    i, k : int
        Where the sets begin.
    words : int
        How long they are.
    """
    for n in range(words):
        both = first[i + n] & second[k + n]
        if both != 0:
            lowest: int = 64 * n + trailing_zeros(both)
            return lowest
    return NONE


@part
def count_in_both(first: Words, i: int, second: Words, k: int, words: int) -> int:
    """How many bits are set in both sets."""
    count = 0
    for n in range(words):
        count += count_bits(first[i + n] & second[k + n])
    return count
