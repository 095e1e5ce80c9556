"""What Python cannot say: a single machine instruction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]  # it has none
from numba import extending, types


def intrinsic(function: Callable[..., Any]) -> Any:
    """Numba's decorator, whose result is called without the typing context."""
    return extending.intrinsic(function)


@intrinsic
def fetch(typing_context: Any, record: Any) -> Any:
    """Ask for the line of the cache in which a record begins; nothing is read."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        code, byte = ir.IntType(32), ir.IntType(8).as_pointer()
        kind = ir.FunctionType(ir.VoidType(), (byte, code, code, code))
        function = builder.module.declare_intrinsic("llvm.prefetch", (byte,), kind)
        to_read, to_keep, data = code(0), code(3), code(1)
        builder.call(function, [builder.bitcast(arguments[0], byte), to_read, to_keep, data])
        return context.get_dummy_value()

    return types.none(record), generate
