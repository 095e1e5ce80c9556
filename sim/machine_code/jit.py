"""How a part of a function in machine code is compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit

OPTIONS: dict[str, Any] = {"error_model": "numpy", "_nrt": False}
"""No exceptions and no reference counts: such code raises and allocates nothing.

And no fastmath: results must be those of Python's floats, bit for bit.
"""
_PART = {**OPTIONS, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}

Function = TypeVar("Function", bound=Callable[..., Any])


def part(function: Function) -> Function:
    """Compile a part; see `sim.machine_code.compiling`."""
    compiled: Function = njit(**_PART)(function)
    return compiled
