"""Hold two outcomes against each other, bit for bit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from plays import Play

from network.tables import Outcomes
from sim.engines import compiled_engine, simpy_engine
from sim.policies import find_policy


def play_simpy(play: Play) -> Outcomes:
    """What the reference engine finds out."""
    policy = find_policy(play.network.dispatch.policy)
    return simpy_engine.run(
        play.layout, *play.tables, policy, last_arrival=play.last_arrival, extensions=()
    )


def play_compiled(play: Play) -> Outcomes:
    """What the compiled engine finds out."""
    policy = find_policy(play.network.dispatch.policy)
    return compiled_engine.run(play.layout, *play.tables, policy, last_arrival=play.last_arrival)


def differences(first: Outcomes, second: Outcomes) -> list[str]:
    """Every column in which two outcomes differ, with the first row that does.

    Bits count: 0.0 and -0.0 differ; only all NaN are one.
    """
    found = []
    for table in ("requests", "visits", "work"):
        one, other = getattr(first, table), getattr(second, table)
        if len(one) != len(other):
            found.append(f"{table}: {len(one)} and {len(other)} rows")
            continue
        for column in one.dtype.names:
            found += _difference(f"{table}.{column}", one[column], other[column])
    for total in ("idle_min", "queue_area"):
        found += _difference(total, getattr(first, total), getattr(second, total))
    if first.horizon != second.horizon:
        found.append(f"horizon: {first.horizon} and {second.horizon}")
    return found


def _difference(name: str, one: NDArray[np.generic], other: NDArray[np.generic]) -> list[str]:
    if one.dtype != other.dtype or one.shape != other.shape:
        return [f"{name}: {one.dtype}{one.shape} and {other.dtype}{other.shape}"]
    rows = np.flatnonzero(_bits(one) != _bits(other))
    if not len(rows):
        return []
    row = rows[0]
    return [f"{name}: {len(rows)} rows, first {row}: {one[row]!r} and {other[row]!r}"]


def _bits(column: NDArray[np.generic]) -> NDArray[np.generic]:
    if column.dtype.kind != "f":
        return column
    return np.where(np.isnan(column), np.nan, column).view(np.uint64)
