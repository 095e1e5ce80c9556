"""Why a promise is not shown to hold, and what would be enough."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from small_plan import WINDOW, small_network
from small_world import World, world

from network.model import Network
from optimize.proof.attempts import ProofOptions, Staffed
from optimize.proof.blocks import Blocks
from optimize.proof.shortfall import Shortfall, shortfalls
from optimize.staffing.requirements import slack
from optimize.staffing.trials import Trials, with_counts

__all__ = ["world"]

OPTIONS = ProofOptions(WINDOW, Blocks(fit=8, screen=8, proof=40), workers=1)


@pytest.fixture
def small(world: World) -> Network:
    """See `small_plan`."""
    return small_network(world)


def staffed(network: Network, counts: list[int]) -> Staffed:
    """A staffing as the search would hand it on."""
    trials = Trials(network, 1, WINDOW, workers=1)
    (seen,) = trials.measure([np.array(counts)], OPTIONS.blocks.fitting)
    above = slack(trials.rows, seen.tally, OPTIONS.ambition(1))
    network = with_counts(network, np.array(counts))
    return Staffed(network, np.array(counts), trials.rows, above, above, 0.0, 0)


def told(network: Network, counts: list[int]) -> dict[str, Shortfall]:
    return {one.name: one for one in shortfalls(staffed(network, counts), OPTIONS)}


def test_too_few_people_need_so_many_more(small: Network) -> None:
    """With the number told the share is met, and with one fewer it is not."""
    found = told(small, [6, 1])
    assert set(found) == {"on_site"}
    short = found["on_site"]
    assert short.more_agents
    assert "more agents at tier field" in short.told
    enough = told(small, [6, 1 + short.more_agents])
    fewer = told(small, [6, short.more_agents])
    assert "on_site" not in enough or enough["on_site"].met >= short.target
    assert fewer["on_site"].met < short.target


def test_no_staff_is_enough_where_the_way_is_too_long(small: Network) -> None:
    hopeless = small.promises[1].model_copy(update={"within": 15.0, "share": 0.9})
    network = replace(small, promises=(small.promises[0], hopeless))
    short = told(network, [6, 6])["on_site"]
    assert short.more_agents is None
    assert short.met_with_plenty < 0.9
    assert 15.0 < short.enough_min < math.inf
    assert "No number of people is enough" in short.told
    longer = hopeless.model_copy(update={"within": 1.02 * short.enough_min})
    again = told(replace(network, promises=(small.promises[0], longer)), [6, 6])
    assert "on_site" not in again or again["on_site"].met >= 0.9


def test_what_holds_needs_no_words(small: Network) -> None:
    assert told(small, [8, 8]) == {}
