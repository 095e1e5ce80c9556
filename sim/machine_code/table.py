"""Arrays behind one address: how Python hands many arrays to machine code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

Arrays: TypeAlias = Mapping[str, tuple[np.dtype[Any], int]]
"""Type of a row and dimensions of each array, in the order of the table."""
NUMBERS_PER_ARRAY = 3
"""Address and two lengths."""


def address_table(owner: object, arrays: Arrays) -> NDArray[np.int64]:
    """Address and lengths of each array that an object holds, (arrays, 3).

    Parameters
    ----------
    owner : object
        Has an attribute for each array and must outlive the use of the table.
    arrays : Arrays

    Raises
    ------
    TypeError
        If an array is not of the type that compiled code expects.
    """
    table = np.zeros((len(arrays), NUMBERS_PER_ARRAY), dtype=np.int64)
    for row, (name, (dtype, dimensions)) in zip(table, arrays.items(), strict=True):
        array = getattr(owner, name)
        if array.dtype != dtype or array.ndim != dimensions or not array.flags.c_contiguous:
            raise TypeError(f"{name}: got {array.dtype} {array.shape}; expected {dtype}")
        row[0] = array.ctypes.data
        row[1 : 1 + dimensions] = array.shape
    return table


@dataclass(frozen=True)
class Addressed:
    """Arrays with a table of their addresses, made when they are complete.

    Parameters
    ----------
    table : int array (arrays, 3)
        Address and lengths of each array; never changed.
    """

    arrays: ClassVar[Arrays]
    table: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "table", address_table(self, self.arrays))

    @property
    def address(self) -> int:
        """Where the table stands; valid as long as this object lives."""
        return int(self.table.ctypes.data)
