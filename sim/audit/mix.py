"""One pass over a table: every word goes into the print of its column.

References
----------
Collet, Y. (2012). xxHash: the round of XXH64. Given the word it permutes the print, and given
the print the word, so that two tables that differ in one cell never have the same print.
"""

from __future__ import annotations

import numpy as np

from sim.audit.words import NAN, Words
from sim.machine_code.jit import part

_ROWS = 256
"""At a time, an even number: so many stay in the processor's nearest memory."""
_FIRST_PRIME = np.uint64(0x9E3779B185EBCA87)
_SECOND_PRIME = np.uint64(0xC2B2AE3D27D4EB4F)
_TURN, _TURN_BACK = np.uint64(31), np.uint64(33)
_ALL_BUT_SIGN = np.uint64(0x7FFFFFFFFFFFFFFF)


def mix_all(table: Words, task: int) -> int:
    """Mix all words in the order of the rows; there is only one task."""
    width = len(table.used)
    block = _ROWS * width
    for first in range(0, len(table.words), block):
        end = min(first + block, len(table.words))
        for column in range(width):
            mix(table, column, first + column, end)
    return task


@part
def mix(table: Words, column: int, place: int, end: int) -> None:
    """Mix one word of each row: even rows into one print, odd rows into another.

    A processor works on two chains in the time of one.
    """
    width = len(table.used)
    used, largest = table.used[column], table.largest[column]
    even, odd = table.prints[2 * column], table.prints[2 * column + 1]
    while place + width < end:
        even = mixed(even, table.words[place] & used, largest)
        odd = mixed(odd, table.words[place + width] & used, largest)
        place += 2 * width
    if place < end:
        even = mixed(even, table.words[place] & used, largest)
    table.prints[2 * column], table.prints[2 * column + 1] = even, odd


@part
def mixed(old: np.uint64, word: np.uint64, largest: np.uint64) -> np.uint64:
    """A print with one more word."""
    word = NAN if (word & _ALL_BUT_SIGN) > largest else word
    new = old + word * _SECOND_PRIME
    return ((new << _TURN) | (new >> _TURN_BACK)) * _FIRST_PRIME
