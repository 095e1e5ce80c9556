"""What a measure finds."""

from __future__ import annotations

from typing import NamedTuple

from benchmarks.speed.table import Row


class Findings(NamedTuple):
    """Rows of the table, and what must be said about them."""

    rows: tuple[Row, ...] = ()
    remarks: tuple[str, ...] = ()
