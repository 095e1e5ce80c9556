"""The machine code of the key figures, made once and kept by `sim.machine_code`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sim.machine_code.keeping import Entry, MachineCode

_SIM = Path(__file__).resolve().parents[2]
SOURCES = (
    Path(__file__).resolve().parent,
    _SIM / "kpis" / "groups.py",
    _SIM / "layout.py",
    _SIM.parent / "network" / "tables.py",
)
"""Whatever compiled code takes its numbers from."""


def load_survey() -> Entry:
    """``answer(address of a survey, task) -> code``; see `sim.kpis.kernel.survey`."""
    return _SURVEY.load()


def load_stints() -> Entry:
    """``add_up(address of stints, 0) -> 0``; see `sim.kpis.kernel.stints`."""
    return _STINTS.load()


def kept_files() -> tuple[Path | None, Path | None]:
    """Where the code is kept, or None if there is no place for it."""
    return _SURVEY.kept_file(), _STINTS.kept_file()


def _compile_survey(name: str, machine: Any) -> tuple[bytes, bool]:
    from sim.kpis.kernel.answer import answer  # wakes Numba
    from sim.kpis.kernel.survey import ARRAYS
    from sim.machine_code.compiling import compile_entry
    from sim.machine_code.table_type import TableType

    return compile_entry(answer, TableType("Survey", ARRAYS), name, machine)


def _compile_stints(name: str, machine: Any) -> tuple[bytes, bool]:
    from sim.kpis.kernel.add_up import add_up  # wakes Numba
    from sim.kpis.kernel.stints import ARRAYS
    from sim.machine_code.compiling import compile_entry
    from sim.machine_code.table_type import TableType

    return compile_entry(add_up, TableType("Stints", ARRAYS), name, machine)


_SURVEY = MachineCode("survey", SOURCES, _compile_survey)
_STINTS = MachineCode("stints", SOURCES, _compile_stints)
