"""A table as 64-bit words, and what mixing them reads and writes, as one value."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.audit.machine import load_words
from sim.machine_code.table import Addressed, Arrays

UInts = NDArray[np.uint64]

_BYTES = 8
_ANY = np.uint64(0xFFFFFFFFFFFFFFFF)
_INFINITY = np.uint64(0x7FF0000000000000)
NAN = np.uint64(0x7FF8000000000000)


ARRAYS: dict[str, tuple[np.dtype[Any], int]] = {
    name: (np.dtype("u8"), 1) for name in ("words", "used", "largest", "prints")
}
"""Type of a row and dimensions of each array, in the order of the table."""


@dataclass(frozen=True)
class Words(Addressed):
    """The rows of a table, word by word.

    Parameters
    ----------
    words : uint64 array (rows * width,)
    used : uint64 array (width,)
        Bits of each word of a row that belong to a column; the others are padding.
    largest : uint64 array (width,)
        Words above this, but for their sign, are NaN, and all NaN are one.
    prints : uint64 array (2 * width,)
        Two for each word of a row: of the even rows and of the odd ones, in their order.
    """

    arrays: ClassVar[Arrays] = ARRAYS
    words: UInts
    used: UInts
    largest: UInts
    prints: UInts


assert list(ARRAYS) == [one.name for one in fields(Words) if one.init]


def print_of(rows: NDArray[np.void]) -> bytes:
    """What tells a table from any other of its type and length, 16 bytes a word of a row.

    A change of a single cell always changes it; other changes but for one in 2^64.
    """
    used, largest = _layout_of(rows.dtype)
    content = np.ascontiguousarray(rows).view(np.uint64)
    words = Words(content, used, largest, np.zeros(2 * len(used), dtype=np.uint64))
    load_words()(words.address, 0)
    return words.prints.tobytes()


@cache
def _layout_of(dtype: np.dtype[np.void]) -> tuple[UInts, UInts]:
    """Which bits of a row are columns, and what its words are at most if they are numbers."""
    used = np.zeros(dtype.itemsize, dtype=np.uint8)
    largest = np.full(dtype.itemsize // _BYTES, _ANY, dtype=np.uint64)
    for column, at, *_ in (dtype.fields or {}).values():
        used[at : at + column.itemsize] = 0xFF
        if column.kind == "f":
            assert (column.itemsize, at % _BYTES) == (_BYTES, 0), "a float is a word"
            largest[at // _BYTES] = _INFINITY
    return used.view(np.uint64), largest
