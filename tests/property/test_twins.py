"""Two engines, one meaning: equal outcomes, bit for bit, on networks drawn at random."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from plays import GRIDS, random_play, rounded
from twins import differences, play_compiled, play_simpy

_QUICK = 100
_LONG = 3000
_BLOCK = 100


@pytest.mark.parametrize("seed", range(_QUICK))
def test_engines_agree(seed: int) -> None:
    play = random_play(seed)
    assert not differences(play_simpy(play), play_compiled(play))


@pytest.mark.long
@pytest.mark.parametrize("first", range(_QUICK, _QUICK + _LONG, _BLOCK))
def test_engines_agree_on_many(first: int) -> None:
    for seed in range(first, first + _BLOCK):
        play = random_play(seed)
        found = differences(play_simpy(play), play_compiled(play))
        assert not found, f"random network {seed}: {found}"


@pytest.mark.parametrize("grid", GRIDS)
def test_engines_agree_when_most_durations_are_zero(grid: float | None) -> None:
    for seed in range(5):
        play = rounded(random_play(4 * seed), grid, 0.9, seed)
        assert not differences(play_simpy(play), play_compiled(play))


def test_random_networks_meet_every_status_and_cause() -> None:
    """What the comparison never sees it cannot prove."""
    requests, visits, causes = set(), set(), set()
    for seed in range(_QUICK):
        outcomes = play_compiled(random_play(seed))
        requests |= set(outcomes.requests["status"].tolist())
        visits |= set(outcomes.visits["status"].tolist())
        causes |= set(outcomes.work["cause"].tolist())
    assert requests == set(range(8))
    assert visits == set(range(11))
    assert causes == set(range(5))


def test_threads_do_not_disturb_each_other() -> None:
    plays = [random_play(seed) for seed in range(8)]
    alone = [play_compiled(play) for play in plays]
    with ThreadPoolExecutor(2) as threads:
        together = list(threads.map(play_compiled, plays))
    for one, other in zip(alone, together, strict=True):
        assert not differences(one, other)
