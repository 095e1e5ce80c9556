"""The kernel's way to a policy that is not built in, and the way back of what it raises."""

from __future__ import annotations

import ctypes
import operator
from typing import Any, NoReturn

from network.errors import EngineError
from sim.engines.kernel.policy_codes import BUILT_IN, FOREIGN
from sim.engines.kernel.records import FAILED
from sim.engines.kernel.world import World
from sim.policies.options import Options, Policy

_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int64,
    ctypes.c_int64,
    ctypes.c_double,
    ctypes.c_double,
    ctypes.c_int64,
    ctypes.c_void_p,
)


class Bridge:
    """The kernel's way to a policy, and the way back of what it raises.

    Parameters
    ----------
    policy : Policy
    world : World
        Where the kernel writes what the policy sees, and what it was asked last.
    """

    def __init__(self, policy: Policy, world: World) -> None:
        self._policy = policy
        self._clock = world.clock
        self._options = [_options(world, count) for count in range(world.ask_min.shape[1] + 1)]
        self._error: BaseException | None = None
        self._code: Any = None
        for number, known in enumerate(BUILT_IN):
            if policy is known:
                world.clock["policy"] = number
                return
        world.clock["policy"] = FOREIGN
        from sim.engines.kernel.foreign import compile_policy  # wakes Numba

        self._code = compile_policy(policy)
        if self._code is not None:
            world.clock["policy_address"] = self._code.address
            return
        self._code = _Callback(self._ask)
        world.clock["policy_address"] = ctypes.cast(self._code, ctypes.c_void_p).value

    def _ask(self, count: int, now: float, mean: float, assigned: int, _: int) -> int:
        """Called by the kernel; nothing may be raised through machine code."""
        try:
            options = self._options[count]
            position = operator.index(self._policy(count, now, mean, assigned, options))
        except BaseException as error:  # raised again by `fail`
            self._error = error
            return FAILED
        return position if 0 <= position < count else FAILED

    def fail(self) -> NoReturn:
        """Raise what the policy raised at the last question, or say what was wrong with it.

        Raises
        ------
        EngineError
            If it chose a position that is not there.
        """
        if self._error is not None:
            raise self._error
        clock = self._clock[0]
        count, mean, assigned = (clock[f"asked{x}"].item() for x in ("", "_mean", "_assigned"))
        position = self._policy(count, clock["now"].item(), mean, assigned, self._options[count])
        raise EngineError(f"the policy chose position {position} of {count} candidates")


def _options(world: World, count: int) -> Options:
    """The first columns of what the kernel writes, as Python reads them: without a copy."""
    minutes = [memoryview(row[:count]) for row in world.ask_min]
    counts = [memoryview(row[:count]) for row in world.ask_count]
    return Options(counts[0], *minutes, *counts[1:])
