"""What Python cannot say: single machine instructions, and a call at an address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]  # it has none
from numba import extending, float64, int64, types

from sim.engines.kernel.world_type import WORLD

_WORD, _BIT = ir.IntType(64), ir.IntType(1)


def _intrinsic(function: Callable[..., Any]) -> Any:
    """Numba's decorator, whose result is called without the typing context."""
    return extending.intrinsic(function)


@_intrinsic
def trailing_zeros(typing_context: Any, word: Any) -> Any:
    """Position of the lowest bit of a uint64 that has one."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], _BIT(1))  # 1: of no bits it may say anything

    return int64(types.uint64), generate


@_intrinsic
def count_bits(typing_context: Any, word: Any) -> Any:
    """How many bits of a uint64 are set."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return int64(types.uint64), generate


@_intrinsic
def is_before(typing_context: Any, one: Any, other: Any) -> Any:
    """Whether an event (time, rank) comes before another, in one comparison of 128 bits.

    The bits of times from 0 on are in the order of the times.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        def key(event: Any) -> Any:
            cells = builder.bitcast(event, _WORD.as_pointer())
            time, rank = (builder.load(builder.gep(cells, [_WORD(n)])) for n in range(2))
            whole = ir.IntType(128)
            high = builder.shl(builder.zext(time, whole), whole(64))
            return builder.or_(high, builder.zext(rank, whole))

        return builder.icmp_unsigned("<", *map(key, arguments))

    return types.boolean(one, other), generate


@_intrinsic
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


@_intrinsic
def ask_at(
    typing_context: Any, address: Any, count: Any, now: Any, mean: Any, assigned: Any, world: Any
) -> Any:
    """Call the C function of a policy at an address; see `sim.engines.kernel.bridge`."""
    asked = (int64, float64, float64, int64, WORLD)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kinds = [context.get_value_type(kind) for kind in asked]
        function = ir.FunctionType(_WORD, kinds)
        return builder.call(builder.inttoptr(arguments[0], function.as_pointer()), arguments[1:])

    return int64(int64, *asked), generate
