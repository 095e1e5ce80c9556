"""A user's policy in the kernel: compiled where that is safe, else called in Python.

A policy that only indexes, compares and calculates with ``+ - * /`` gives the same answer
compiled; anything else (a logarithm, a call of other code) might differ in the last bit,
so it is left to Python. What a policy raises is raised again by the engine.
"""

from __future__ import annotations

import ctypes
import dis
from collections.abc import Callable
from types import CodeType, FunctionType
from typing import Any

import numpy as np

from network.errors import EngineError
from sim.engines.kernel.ask import BUILT_IN, FOREIGN
from sim.engines.kernel.records import World
from sim.policies.options import Options, Policy, first_open

_Signature = ctypes.CFUNCTYPE(
    ctypes.c_int64, ctypes.c_int64, ctypes.c_double, ctypes.c_double, ctypes.c_int64
)


class Bridge:
    """What the kernel calls to ask a policy, and how its failures come back.

    Parameters
    ----------
    policy : Policy
    world : World
        The columns that the policy sees are written here by the kernel.
    """

    def __init__(self, policy: Policy, world: World) -> None:
        self.policy = policy
        self._minutes = memoryview(world.ask_min)
        self._counts = memoryview(world.ask_count)
        self._error: BaseException | None = None
        self._callback = _Signature(self._ask)
