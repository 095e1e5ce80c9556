"""The kernel's machine code: made once, kept and loaded by `sim.machine_code`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sim.machine_code.keeping import Entry, MachineCode, keep, read_kept, sources_digest

__all__ = ["SOURCES", "keep", "kept_file", "load_kernel", "read_kept", "sources_digest"]

_SIM = Path(__file__).resolve().parents[2]
SOURCES = (
    Path(__file__).resolve().parent,
    _SIM / "policies",
    _SIM / "layout.py",
    _SIM.parent / "network" / "tables.py",
)


def load_kernel() -> Entry:
    """``play(address of a world, events) -> code``; see `sim.engines.kernel.loop.play`."""
    return _CODE.load()


def kept_file() -> Path | None:
    """Where the kernel is kept, or None if there is no place for it."""
    return _CODE.kept_file()


def _compiled(name: str, machine: Any) -> tuple[bytes, bool]:
    from sim.engines.kernel.loop import play  # wakes Numba
    from sim.engines.kernel.world_type import WORLD
    from sim.machine_code.compiling import compile_entry

    return compile_entry(play, WORLD, name, machine)


_CODE = MachineCode("kernel", SOURCES, _compiled)
