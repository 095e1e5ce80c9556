"""The machine code of checks and digests, made once and kept by `sim.machine_code`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sim.machine_code.keeping import Entry, MachineCode

_HERE = Path(__file__).resolve().parent
SOURCES = (_HERE, _HERE.parent / "layout.py", _HERE.parents[1] / "network" / "tables.py")
"""Whatever compiled code takes its numbers from."""


def load_balance() -> Entry:
    """``balance(address of a balance, 0) -> 0``; see `sim.audit.balance`."""
    return _BALANCE.load()


def load_words() -> Entry:
    """``print_words(address of words, 0) -> 0``; see `sim.audit.words`."""
    return _WORDS.load()


def _compile_balance(name: str, machine: Any) -> tuple[bytes, bool]:
    from sim.audit.add_up import add_up  # wakes Numba
    from sim.audit.balance import ARRAYS
    from sim.machine_code.compiling import compile_entry
    from sim.machine_code.table_type import TableType

    return compile_entry(add_up, TableType("Balance", ARRAYS), name, machine)


def _compile_words(name: str, machine: Any) -> tuple[bytes, bool]:
    from sim.audit.mix import mix_all  # wakes Numba
    from sim.audit.words import ARRAYS
    from sim.machine_code.compiling import compile_entry
    from sim.machine_code.table_type import TableType

    return compile_entry(mix_all, TableType("Words", ARRAYS), name, machine)


_BALANCE = MachineCode("balance", SOURCES, _compile_balance)
_WORDS = MachineCode("words", SOURCES, _compile_words)
