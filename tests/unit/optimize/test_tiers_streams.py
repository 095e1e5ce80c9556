"""What zones ask of tiers: traffic equations, first visits, work that follows at a parent."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tiers_world import tiers_world

from network.load import load_scenario
from optimize.tiers import streams_of
from optimize.tiers.streams import requests_per_month
from sim.traffic import visits_per_request


@pytest.mark.parametrize("scenario", ["regionB", "national"])
def test_visits_are_those_of_the_dry_look(scenario: str) -> None:
    network = load_scenario(scenario)
    streams = streams_of(network)
    for one in network.classes:
        rows, visits = visits_per_request(network, one.class_id)
        asked = dict(zip(rows, visits * requests_per_month(network, one, 28), strict=True))
        mine = [f for f, name in enumerate(streams.class_id) if name == one.class_id]
        for f in mine:
            assert streams.visits[f] == pytest.approx(asked[int(streams.stage[f])])


def test_first_visits_are_counted_once_per_request_and_tier() -> None:
    network = load_scenario("regionB")
    streams = streams_of(network)
    for one in network.classes:
        requests = requests_per_month(network, one, 28)
        for tier in {stream.tier for stream in streams.streams}:
            first = sum(
                streams.first[f]
                for f, name in enumerate(streams.class_id)
                if name == one.class_id and streams.streams[streams.stream[f]].tier == tier
            )
            assert first <= requests * (1 + 1e-9)
    assert (streams.first <= streams.visits + 1e-9).all()


def test_repeats_and_lifts_of_a_small_route(tmp_path: Path) -> None:
    streams = streams_of(tiers_world(tmp_path))
    mend, fix = 0, 1
    requests = 2 * 24 * 365.25 / 12
    assert streams.visits[mend] == pytest.approx(requests)
    # a quarter is not mended and goes to the shop, where a fifth is done again
    assert streams.first[fix] == pytest.approx(requests * 0.25)
    assert streams.visits[fix] == pytest.approx(requests * 0.25 / 0.8)
    assert streams.direct.tolist() == [1.0, 0.0]
    assert streams.lifted.tolist() == pytest.approx([0.25 / 0.8])
    assert streams.zone_share.sum(axis=1) == pytest.approx([1.0])


def test_zone_visits_add_up_to_what_zones_decide() -> None:
    streams = streams_of(load_scenario("regionA"))
    total = np.zeros(len(streams.streams))
    np.add.at(total, streams.stream, streams.visits * streams.direct)
    assert streams.zone_visits.sum(axis=0) == pytest.approx(total)
