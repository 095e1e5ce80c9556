"""`Point`: one network to be simulated so and so often, and what it is called in a study."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from network.model import Network
from sim.kpis import Window
from sim.store import Label, RunKey, Value, key_of


@dataclass(frozen=True, slots=True)
class Point:
    """A network of a study and its runs.

    Parameters
    ----------
    name : str
        Unique in its study.
    network : Network
    window : Window
    seed : int
        Points of one seed meet the same requests: their differences are paired.
    replications : int
    parameters : mapping of str to str, int, float or bool
        What makes this point, beside every result of it.
    first : int
        Number of the first replication.
    """

    name: str
    network: Network
    window: Window
    seed: int
    replications: int
    parameters: Mapping[str, Value] = field(default_factory=dict)
    first: int = 0

    @property
    def numbers(self) -> range:
        """Numbers of its replications."""
        return range(self.first, self.first + self.replications)

    @property
    def label(self) -> Label:
        """What its runs are called in a store."""
        return Label(self.network.name, self.name, self.parameters)

    @property
    def promises(self) -> tuple[str, ...]:
        """Ids of the network's promises."""
        return tuple(one.promise_id for one in self.network.promises)

    def key(self) -> RunKey:
        """What decides its runs; reads the whole network (a millisecond)."""
        return key_of(self.network, self.window, self.seed)
