"""What the store keeps: finished replications, what decides them, and what they are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from network.digest import network_digest
from network.model import Network
from sim.kpis import Kpis, Window
from sim.replicate import Replication
from sim.store.code import code_version

Value = str | int | float | bool
"""Of a parameter."""


@dataclass(frozen=True, slots=True)
class RunKey:
    """Everything that decides a replication but its number.

    Parameters
    ----------
    network : str
        Digest of its content.
    window : Window
    seed : int
    code : str
        Digest of the code that matters.
    """

    network: str
    window: Window
    seed: int
    code: str


def key_of(network: Network, window: Window, seed: int) -> RunKey:
    """The key of the runs of a network by the present code."""
    code = code_version(network.dispatch.policy)
    return RunKey(network_digest(network), window, seed, code)


@dataclass(frozen=True, slots=True)
class Run:
    """A finished replication without its outcomes.

    Parameters
    ----------
    number : int
    kpis : Kpis
    digest : str
        Of its outcomes.
    requests : int
        Arrived, warm-up included.
    """

    number: int
    kpis: Kpis
    digest: str
    requests: int


def run_of(one: Replication) -> Run:
    """What is kept of a replication."""
    return Run(one.number, one.kpis, one.digest, one.requests)


@dataclass(frozen=True, slots=True)
class Label:
    """What a run is called, and the parameters that stand beside its results.

    Parameters
    ----------
    scenario, point : str
    parameters : mapping of str to str, int, float or bool
    """

    scenario: str
    point: str
    parameters: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Batch:
    """Runs of one key, to be kept together.

    Parameters
    ----------
    key : RunKey
    label : Label
    promises : tuple of str
        Their ids, in the order of the figures.
    runs : tuple of Run
    """

    key: RunKey
    label: Label
    promises: tuple[str, ...]
    runs: tuple[Run, ...]
