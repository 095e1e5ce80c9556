"""Digests of outcomes: equal outcomes have equal digests, in any process."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np

from network.tables import Outcomes


def outcomes_digest(outcomes: Outcomes) -> str:
    """SHA-256 over all outcome columns of a replication, in schema order, one NaN for all."""
    digest = hashlib.sha256()
    for table in (outcomes.requests, outcomes.visits, outcomes.work):
        for name in table.dtype.names or ():
            column = np.ascontiguousarray(table[name])
            if column.dtype.kind == "f":
                column[np.isnan(column)] = np.nan
            digest.update(f"{name}:{column.dtype.str}:{len(column)}".encode())
            digest.update(column.tobytes())
    for column in (outcomes.idle_min, outcomes.queue_area):
        digest.update(np.ascontiguousarray(column).tobytes())
    return digest.hexdigest()


def run_digest(digests: Iterable[str]) -> str:
    """SHA-256 over the digests of replications in their order."""
    return hashlib.sha256("".join(digests).encode()).hexdigest()
