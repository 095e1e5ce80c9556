"""Digests of outcomes: equal outcomes have equal digests, in any process."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache

import numpy as np

from network.tables import Outcomes
from sim.audit.words import print_of


def outcomes_digest(outcomes: Outcomes) -> str:
    """SHA-256 of prints of all outcome columns of a replication, one NaN for all.

    SHA-256 over the columns themselves would take as long as the compiled engine takes to
    play; prints (`sim.audit.words`) tell tables apart as surely, though not against somebody
    who makes up two tables of the same print.
    """
    digest = hashlib.sha256()
    for table in (outcomes.requests, outcomes.visits, outcomes.work):
        digest.update(f"{_columns(table.dtype)}:{len(table)}".encode())
        digest.update(print_of(table))
    for column in (outcomes.idle_min, outcomes.queue_area):
        digest.update(np.ascontiguousarray(column).tobytes())
    return digest.hexdigest()


@cache
def _columns(dtype: np.dtype[np.void]) -> str:
    return repr([(name, dtype[name].str) for name in dtype.names or ()])


def run_digest(digests: Iterable[str]) -> str:
    """SHA-256 over the digests of replications in their order."""
    return hashlib.sha256("".join(digests).encode()).hexdigest()
