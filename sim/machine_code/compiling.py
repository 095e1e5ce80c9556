"""From Python to object code: Numba for the meaning, LLVM once for the speed.

Numba would optimise every part, and again within each part that calls it. Here it only
translates; then everything is inlined into one function and optimised once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import llvmlite.binding as llvm  # type: ignore[import-untyped]  # it has none
from numba import cfunc, int64
from numba.core import config
from numba.core.compiler_lock import global_compiler_lock

from sim.machine_code.jit import OPTIONS
from sim.machine_code.table_type import TableType


def compile_entry(
    entry: Callable[[Any, int], int], table: TableType, name: str, machine: Any
) -> tuple[bytes, bool]:
    """Compile a function and all its parts (see `sim.machine_code.jit.part`).

    Parameters
    ----------
    entry : callable
        ``entry(table, number) -> code``.
    table : TableType
        What the first argument is.
    name : str
        Of the C function ``int64 name(address of a table, int64 number)``.
    machine : llvmlite.binding.TargetMachine

    Returns
    -------
    bytes
        Object code.
    bool
        Whether it stands alone: calls nothing of Python or Numba, so that any process
        on this machine can load it.
    """
    with _translating_only():
        compiled: Any = cfunc(int64(table, int64), **OPTIONS)(entry)
    module = llvm.parse_assembly(compiled.inspect_llvm())
    for function in module.functions:
        if not function.is_declaration and function.name != compiled.native_name:
            function.linkage = "internal"
            function.add_function_attribute("alwaysinline")
    module.get_function(compiled.native_name).name = name
    tuning = llvm.create_pipeline_tuning_options(speed_level=3)
    tuning.loop_vectorization = False  # loops here are over a few candidates or words
    passes = llvm.create_pass_builder(machine, tuning)
    passes.getModulePassManager().run(module, passes)
    outside = [one.name for one in module.functions if one.is_declaration]
    alone = all(one.startswith("llvm.") for one in outside)
    return bytes(machine.emit_object(module)), alone


@contextmanager
def _translating_only() -> Iterator[None]:
    """No optimisation, and no other thread compiles meanwhile, as the setting is for all."""
    settings: Any = config
    with global_compiler_lock:
        before, settings.OPT = settings.OPT, type(settings.OPT)(0)
        try:
            yield
        finally:
            settings.OPT = before
