"""A user's policy as machine code, where that is sure to give the same answers.

A policy that only indexes, compares and calculates with ``+ - * /`` gives the same answer
compiled. Anything else (a logarithm, a call of other code) could differ in the last bit
or have effects, so it is left to Python.
"""

from __future__ import annotations

import builtins
import dis
from functools import lru_cache
from inspect import getclosurevars
from types import FunctionType
from typing import Any

from numba import cfunc, float64, int64, njit, types

from sim.engines.kernel.records import FAILED
from sim.engines.kernel.world import World
from sim.engines.kernel.world_type import WORLD
from sim.policies.options import Options, Policy, first_open

_SAFE_CALLS = (range, len, min, max, abs, first_open)
_SAFE_OPERATORS = {"+", "-", "*", "/", "+=", "-=", "*=", "/="}
_EFFECTS = {
    "LOAD_METHOD",
    "STORE_GLOBAL",
    "STORE_DEREF",
    "STORE_ATTR",
    "STORE_SUBSCR",
    "IMPORT_NAME",
    "MAKE_FUNCTION",
    "YIELD_VALUE",
}
_SIGNATURE = int64(int64, float64, float64, int64, WORLD)


def compile_policy(policy: Policy) -> Any | None:
    """The policy as a C function with an ``address``, or None if it must stay in Python."""
    if not isinstance(policy, FunctionType):
        return None
    constants = _constants(policy)
    return None if constants is None else _compiled(policy, constants)


@lru_cache(maxsize=64)
def _compiled(policy: Policy, constants: str) -> Any | None:
    """Compile once for each policy and each state of the numbers that it reads."""
    del constants
    asked: Any = njit(boundscheck=True)(policy)

    def answer(count: int, now: float, mean: float, assigned: int, world: World) -> int:
        minutes, counts = world.ask_min, world.ask_count
        options = Options(
            counts[0, :count],
            minutes[0, :count],
            minutes[1, :count],
            counts[1, :count],
            counts[2, :count],
            counts[3, :count],
            counts[4, :count],
        )
        try:
            position: int = asked(count, now, mean, assigned, options)
        except Exception:  # asked again in Python, which says what it is
            return FAILED
        return position

    try:
        function = cfunc(_SIGNATURE)(answer)
    except Exception:  # whatever the compiler stumbles over, Python can do
        return None
    answers: Any = [one.signature.return_type for one in asked.overloads.values()]
    return function if all(isinstance(one, types.Integer) for one in answers) else None


def _constants(policy: FunctionType) -> str | None:
    """The numbers from outside that a policy reads; None if it does more than calculate."""
    code = policy.__code__
    if code.co_exceptiontable or policy.__defaults__ or policy.__kwdefaults__:
        return None
    outside = getclosurevars(policy)
    known = {**vars(builtins), **outside.globals, **outside.nonlocals}
    numbers: dict[str, object] = {}
    for step in dis.get_instructions(code):
        match step.opname:
            case "LOAD_GLOBAL" | "LOAD_DEREF":
                value = known.get(step.argval)
                if type(value) in (int, float, bool):
                    numbers[step.argval] = value
                elif not any(value is one for one in _SAFE_CALLS):
                    return None
            case "LOAD_ATTR":
                if step.argval not in Options._fields:
                    return None
            case "BINARY_OP":
                if step.argrepr not in _SAFE_OPERATORS:
                    return None
            case name if name in _EFFECTS:
                return None
    return repr(sorted(numbers.items()))
