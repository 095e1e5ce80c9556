"""Machine code is kept by kind, and its tables are checked before code reads them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.machine_code.keeping import keep
from sim.machine_code.table import address_table


def test_only_the_oldest_of_the_same_kind_are_dropped(tmp_path: Path) -> None:
    keep(tmp_path / "kernel-0.o", b"code")
    for number in range(12):
        keep(tmp_path / f"survey-{number}.o", b"code")
    assert len(list(tmp_path.glob("survey-*.o"))) == 8
    assert len(list(tmp_path.glob("kernel-*.o"))) == 1


class Holder:
    def __init__(self, rows: np.ndarray) -> None:
        self.rows = rows


ARRAYS = {"rows": (np.dtype("i8"), 1)}


def test_a_table_says_where_arrays_stand() -> None:
    rows = np.arange(5)
    assert address_table(Holder(rows), ARRAYS).tolist() == [[rows.ctypes.data, 5, 0]]


@pytest.mark.parametrize(
    "rows", [np.arange(5.0), np.arange(10)[::2], np.arange(4).reshape(2, 2)], ids=str
)
def test_arrays_of_another_kind_are_refused(rows: np.ndarray) -> None:
    with pytest.raises(TypeError, match="rows: got"):
        address_table(Holder(rows), ARRAYS)
