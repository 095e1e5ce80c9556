"""What `World` is in compiled code: the address of its table."""

from __future__ import annotations

from sim.engines.kernel.world import ARRAYS
from sim.machine_code.table_type import TableType

WORLD = TableType("World", ARRAYS)
