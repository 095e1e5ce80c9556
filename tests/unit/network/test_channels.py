"""A shift of the channel mix: requests move, none is lost, and nonsense is refused."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis.strategies import dictionaries, floats, sampled_from

from network.demand import Entry
from network.errors import ScenarioError
from network.load import load_scenario
from network.load.channels import move_channels
from network.model import Network

CHOICES = Path(__file__).resolve().parents[3] / "configs" / "channels"
REGIONS = ("regionA", "regionB", "regionC", "national")
NAMES = ("phone", "chat", "email", "self_service")


def moves_of(choice: str) -> dict[str, dict[str, float]]:
    content = yaml.safe_load((CHOICES / f"{choice}.yaml").read_text("utf-8"))
    assert content["name"] == choice
    return dict(content.get("move", {}))


def by_class(entries: tuple[Entry, ...] | list[Entry]) -> dict[str, float]:
    total: dict[str, float] = defaultdict(float)
    for one in entries:
        total[one.class_id] += one.share
    return total


def share(network: Network, channel: str) -> float:
    return sum(one.share for one in network.entries if one.channel == channel)


@given(
    shares=dictionaries(sampled_from(NAMES), floats(0.01, 1), min_size=1),
    moves=dictionaries(
        sampled_from(NAMES), dictionaries(sampled_from(NAMES), floats(0, 1 / 3)), max_size=4
    ),
)
def test_no_request_is_lost_whatever_moves(
    shares: dict[str, float], moves: dict[str, dict[str, float]]
) -> None:
    whole = sum(shares.values())
    entries = [
        Entry(class_id="a", channel=name, share=part / whole, stage="ask")
        for name, part in shares.items()
    ]
    moves = {name: {t: p for t, p in to.items() if t != name} for name, to in moves.items()}
    after = move_channels(entries, moves)
    assert by_class(after)["a"] == pytest.approx(1, abs=1e-9)
    assert [one.channel for one in after] == list(shares)


@pytest.mark.parametrize("region", REGIONS)
def test_every_region_can_go_digital_or_back_to_the_phone(region: str) -> None:
    base, digital, phone = (
        load_scenario(region, channels=moves_of(name)) for name in ("base", "digital", "phone")
    )
    assert base.entries == load_scenario(region).entries
    assert share(digital, "phone") < share(base, "phone") < share(phone, "phone")
    for channel in ("chat", "self_service"):
        assert share(phone, channel) < share(base, channel) < share(digital, channel)
    for network in (digital, phone):
        assert all(total == pytest.approx(1) for total in by_class(network.entries).values())


def test_the_share_told_moves_and_takes_the_other_channels_route() -> None:
    before, after = (
        {(one.class_id, one.channel): one for one in load_scenario("regionB", channels=to).entries}
        for to in ({}, {"phone": {"chat": 0.25, "counter": 0.1}})
    )
    asked = before["how_to", "phone"].share
    assert after["how_to", "phone"].share == pytest.approx(0.75 * asked)
    assert after["how_to", "chat"].share == pytest.approx(
        before["how_to", "chat"].share + 0.25 * asked
    )
    assert after["how_to", "chat"].stage == before["how_to", "chat"].stage
    # a class without the other channel keeps its requests
    assert ("how_to", "counter") not in after
    assert after["return", "phone"].share == pytest.approx(0.9 * before["return", "phone"].share)


@pytest.mark.parametrize(
    ("moves", "phrase"),
    [
        ({"fone": {"chat": 0.1}}, "channels.move.fone: there is no channel 'fone'; expected one of "
         "chat, counter, email, phone, self_service. Did you mean 'phone'?"),
        ({"phone": {"chta": 0.1}}, "there is no channel 'chta'"),
        ({"phone": {"chat": 1.2}}, "channels.move.phone.chat: got 1.2; expected a share from 0"),
        ({"phone": {"chat": float("nan")}}, "got nan; expected a share"),
        ({"phone": {"chat": 0.7, "email": 0.6}}, "shares sum to 1.3; expected at most 1"),
        ({"phone": {"phone": 0.1}}, "moves to itself"),
        ({"email": {"counter": 0.1}}, "no class of request comes both by 'email' and by 'counter'"),
    ],
)  # fmt: skip
def test_a_shift_that_makes_no_sense_is_refused(
    moves: dict[str, dict[str, float]], phrase: str
) -> None:
    with pytest.raises(ScenarioError) as told:
        load_scenario("regionB", channels=moves)
    assert phrase in str(told.value)
