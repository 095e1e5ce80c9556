"""Moves at several sites in one play: parts add up to the whole, and each site gets its own."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce

import numpy as np
import pytest

from network.load import load_scenario
from network.model import Network
from network.quantity import MINUTES_PER_DAY
from optimize.staffing.measured import Block
from optimize.staffing.together import Batch, Move, Seen, batches_of, parts_of, see_by_part
from optimize.staffing.trials import Trials
from sim.kpis import Window, outline, summarise
from sim.kpis.promises import Kept
from sim.layout import lay_out

DAY = MINUTES_PER_DAY
WINDOW = Window(3 * DAY, 31 * DAY, 31 * DAY)
BLOCK = Block("fit", 0, 3)


@pytest.fixture(scope="module")
def network() -> Network:
    """Two service points with customers of their own."""
    loaded = load_scenario("regionC")
    return replace(loaded, dispatch=loaded.dispatch.model_copy(update={"candidates": 1}))


def field_pools(network: Network) -> dict[str, int]:
    """A pool of two agents or more at every open point."""
    tier = {site.site_id: site.tier for site in network.sites if site.status.is_open}
    return {
        pool.site: row
        for row, pool in enumerate(network.pools)
        if tier.get(pool.site) == "point" and pool.count > 1 and "field" in pool.skills
    }


def test_sites_of_a_tier_share_plays_and_lone_ones_do_not(network: Network) -> None:
    tier = {site.site_id: site.tier for site in network.sites}
    moves = [Move(row, -1) for row, pool in enumerate(network.pools) if pool.count > 0]
    batches = batches_of(network, moves)
    assert sorted(m.pool for one in batches for m in one.moves) == [m.pool for m in moves]
    for one in batches:
        sites = [network.pools[move.pool].site for move in one.moves]
        assert len(set(sites)) == len(sites)
        assert {tier[site] for site in sites} == {one.tier or tier[sites[0]]}
        assert one.tier != "remote"
        assert one.busy is (tier[sites[0]] == "remote")
    assert any(len(one.moves) > 1 for one in batches)


def test_parts_add_up_to_the_whole(network: Network) -> None:
    trials = Trials(network, 1, WINDOW, workers=1, today=network)
    trials.guard(BLOCK)
    layout = lay_out(network, WINDOW.horizon)
    counts = np.array([pool.count for pool in network.pools])
    played = trials._play(trials._stage(trials.variants[0], counts), 0)
    parts = parts_of(network, layout, "point")
    seen = see_by_part(
        network, layout, played.sample, played.outcomes, WINDOW, parts, trials.guards
    )
    whole = reduce(Seen.plus, seen)
    kpis = outline(network, layout, played.sample, played.outcomes, WINDOW)
    for name in Kept.__dataclass_fields__:
        assert getattr(whole.kept, name) == pytest.approx(getattr(kpis.kept, name))
    places = [kpis.index.position(*guard.place) for guard in trials.guards]
    assert whole.figures == pytest.approx(np.nan_to_num(kpis.values[places]), rel=1e-9)
    rest = ("sites", "contacts", "parts")  # which no agent changes
    known = kpis.values[kpis.index.position("cost")] - sum(
        kpis.values[kpis.index.position("cost", "component", name)] for name in rest
    )
    assert whole.cost == pytest.approx(known)


def test_agents_of_points_that_share_no_customer_are_told_apart(network: Network) -> None:
    """What is left is what both do to the remote centre, whose call-backs they share."""
    pools = field_pools(network)
    assert len(pools) > 1
    counts = np.array([pool.count for pool in network.pools])
    trials = Trials(network, 1, WINDOW, workers=1)
    moves = tuple(Move(row, -1) for row in pools.values())
    rows = [k for k, row in enumerate(trials.rows) if row.tier == "point" and row.area is None]
    together = trials.measure_moves(counts, [Batch("point", moves)], BLOCK)
    alone = trials.measure_moves(counts, [Batch(None, (one,)) for one in moves], BLOCK)
    for (_, base, both), (_, before, single) in zip(together, alone, strict=True):
        assert base.tally.met == pytest.approx(before.tally.met)
        does = single.tally.met[:, rows] - before.tally.met[:, rows]
        told = both.tally.met[:, rows] - base.tally.met[:, rows]
        assert np.abs(does.sum(axis=0)).max() > 50
        assert told.sum(axis=0) == pytest.approx(does.sum(axis=0), rel=0.15, abs=3)
        saved = (both.cost - base.cost).mean(), (single.cost - before.cost).mean()
        assert saved[0] == pytest.approx(saved[1], rel=0.15)


def test_the_outline_says_what_the_summary_says(network: Network) -> None:
    trials = Trials(network, 1, WINDOW, workers=1)
    layout = lay_out(network, WINDOW.horizon)
    counts = np.array([pool.count for pool in network.pools])
    played = trials._play(trials._stage(trials.variants[0], counts), 0)
    ask = (network, layout, played.sample, played.outcomes, WINDOW)
    short, full = outline(*ask), summarise(*ask)
    places = [full.index.position(*row) for row in zip(*short.index.rows(), strict=True)]
    np.testing.assert_array_equal(short.values, full.values[places])
    for name in Kept.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(short.kept, name), getattr(full.kept, name))
