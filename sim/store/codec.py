"""Key figures of a replication <-> plain arrays: the one form in which they are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from sim.kpis import Index, Kpis
from sim.kpis.promises import Kept

Array = NDArray[np.float64] | NDArray[np.int64]
Blocks = list[tuple[str, str, list[str]]]

_OWN = ("values", "response_histogram", "zone_response", "backlog")
_KEPT = tuple(field.name for field in fields(Kept))


def arrays_of(kpis: Kpis) -> dict[str, Array]:
    """The arrays of a replication by name, always in the same order."""
    arrays: dict[str, Array] = {name: getattr(kpis, name) for name in _OWN}
    return arrays | {f"kept_{name}": getattr(kpis.kept, name) for name in _KEPT}


def kpis_from(index: Index, arrays: Mapping[str, Array]) -> Kpis:
    """The replication of such arrays.

    Raises
    ------
    KeyError
        If an array is missing.
    """
    floats = {name: array.astype(np.float64, copy=False) for name, array in arrays.items()}
    return Kpis(
        index,
        floats["values"],
        Kept(*(floats[f"kept_{name}"] for name in _KEPT)),
        arrays["response_histogram"].astype(np.int64, copy=False),
        floats["zone_response"],
        floats["backlog"],
    )


def blocks_of(index: Index) -> Blocks:
    """An index as lists that JSON can hold."""
    return [(kpi, dimension, list(keys)) for kpi, dimension, keys in index.blocks]


def index_from(blocks: Blocks) -> Index:
    """The index of such lists."""
    return Index(tuple((kpi, dimension, tuple(keys)) for kpi, dimension, keys in blocks))
