"""What Python cannot say: single machine instructions, and a call at an address."""

from __future__ import annotations

from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]  # it has none
from numba import float64, int64, types

from sim.engines.kernel.world_type import WORLD
from sim.machine_code.intrinsics import intrinsic

_WORD, _BIT = ir.IntType(64), ir.IntType(1)


@intrinsic
def trailing_zeros(typing_context: Any, word: Any) -> Any:
    """Position of the lowest bit of a uint64 that has one."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], _BIT(1))  # 1: of no bits it may say anything

    return int64(types.uint64), generate


@intrinsic
def count_bits(typing_context: Any, word: Any) -> Any:
    """How many bits of a uint64 are set."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return int64(types.uint64), generate


@intrinsic
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


@intrinsic
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
