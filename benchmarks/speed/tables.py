"""The tables that all contestants play."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.workload import build, horizon_for
from network.model import Network
from sim.layout import Layout, lay_out
from sim.policies import Policy, find_policy
from sim.sample import Sample, sample

SEED = 1


@dataclass(frozen=True, slots=True)
class Tables:
    """The workload for about so many requests.

    Parameters
    ----------
    network, layout, sample, policy
        What an engine is given.
    """

    network: Network
    layout: Layout
    sample: Sample
    policy: Policy

    @property
    def requests(self) -> int:
        """How many there are in fact."""
        return len(self.sample.requests)


def draw(requests: int) -> Tables:
    """Lay the workload out and draw its tables."""
    network, horizon = build(), horizon_for(requests)
    policy = find_policy(network.dispatch.policy)
    return Tables(network, lay_out(network, horizon), sample(network, SEED, 0, horizon), policy)
