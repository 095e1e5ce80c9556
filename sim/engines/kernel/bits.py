"""Sets of agents as bits in 64-bit words: the lowest one in both of two sets."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from sim.engines.kernel.jit import part
from sim.engines.kernel.records import NONE

Words = NDArray[np.uint64]


@intrinsic  # type: ignore[untyped-decorator]  # Numba is not typed
def trailing_zeros(typing_context: Any, word: Any) -> Any:
    """Position of the lowest bit of a word that has one: one machine instruction."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        del signature
        zero_is_undefined = context.get_constant(types.boolean, True)
        return builder.cttz(arguments[0], builder.trunc(zero_is_undefined, _one_bit()))

    return types.int64(types.uint64), generate


@intrinsic  # type: ignore[untyped-decorator]  # Numba is not typed
def count_bits(typing_context: Any, word: Any) -> Any:
    """How many bits of a word are set."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        del context, signature
        return builder.ctpop(arguments[0])

    return types.int64(types.uint64), generate


def _one_bit() -> Any:
    from llvmlite import ir

    return ir.IntType(1)


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
