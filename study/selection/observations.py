"""What is seen of an alternative: its cost and its promises, replication by replication."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.errors import Problem, ScenarioError

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Observations:
    """Some replications of one alternative.

    Parameters
    ----------
    cost : float array (n,)
        Money, smaller is better.
    met, due : float array (n, promises)
        Requests (or months) that kept each promise, and those that were due.
    """

    cost: Floats
    met: Floats
    due: Floats


Observe = Callable[[str, int, int], Observations]
"""``observe(alternative, first, count)``: replications ``first`` to ``first + count - 1``.

Replication r of all alternatives meets the same requests (common random numbers), and is a
function of the alternative and r alone.
"""


class BudgetSpent(Exception):  # noqa: N818 - an event, not a fault
    """No more replications may be made."""


class Seen:
    """Replications seen so far, each made once; more are made when they are asked for.

    Parameters
    ----------
    names : sequence of str
        The alternatives.
    observe : Observe
    budget : int
        Replications in all, of all alternatives together.
    chunk : int
        Replications are made so many at a time. Decisions do not depend on it: they look at
        one replication after the other.

    Raises
    ------
    ScenarioError
        If there are fewer than two alternatives, or two of one name.
    """

    def __init__(
        self, names: Sequence[str], observe: Observe, *, budget: int, chunk: int = 1
    ) -> None:
        if len(set(names)) != len(names) or len(names) < 2:
            message = f"got {', '.join(names) or 'none'}; expected two or more, each of its own"
            raise ScenarioError("the selection", [Problem("alternatives", message)])
        self.names = tuple(names)
        self.spent = 0
        self._observe, self._budget, self._chunk = observe, budget, chunk
        self._cost: dict[str, Floats] = {name: np.zeros(0) for name in names}
        self._met: dict[str, Floats] = {}
        self._due: dict[str, Floats] = {}

    def count(self, name: str) -> int:
        """Replications made of an alternative."""
        return len(self._cost[name])

    def cost(self, name: str, n: int) -> Floats:
        """Costs of its first n replications (n,)."""
        self._see(name, n)
        return self._cost[name][:n]

    def kept(self, name: str, n: int) -> tuple[Floats, Floats]:
        """Met and due of its first n replications, each (n, promises)."""
        self._see(name, n)
        return self._met[name][:n], self._due[name][:n]

    def _see(self, name: str, n: int) -> None:
        have = self.count(name)
        if n <= have:
            return
        wanted = max(n - have, self._chunk)
        wanted = min(wanted, self._budget - self.spent)
        if have + wanted < n:
            raise BudgetSpent
        more = self._observe(name, have, wanted)
        self.spent += wanted
        self._cost[name] = np.concatenate([self._cost[name], more.cost])
        for whole, part in ((self._met, more.met), (self._due, more.due)):
            whole[name] = np.concatenate([whole[name], part]) if have else part
