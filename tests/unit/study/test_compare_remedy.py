"""More people for a promise: the least uniform increase, found on the same requests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis.strategies import integers, lists
from made_results import made_result, one_desk

from network.load import load_scenario
from network.model import Network
from network.promise import Promise
from sim.result import Result
from study.compare.remedy import agents_at, find_remedies, with_more

ALL = ("desk", "")
Share = Callable[[Network], float]


def desk_with(counts: list[int], *promises: str) -> Network:
    network = one_desk(*promises)
    pools = tuple(
        network.pools[0].model_copy(update={"pool_id": f"p{n}", "count": count})
        for n, count in enumerate(counts)
    )
    return replace(network, pools=pools)


def kept_at(network: Network, share: Share) -> Result:
    """A result in which the share kept is a known function of the network."""
    due = np.full(3, 1000.0)
    shares = {one.promise_id: (share(network) * due, due) for one in network.promises}
    return made_result(network, {("cost", "total", "all"): np.full(3, 1.0)}, shares)


@given(lists(integers(0, 40), min_size=1, max_size=6), integers(0, 60))
def test_pools_grow_in_proportion_and_by_whole_people(counts: list[int], extra: int) -> None:
    before = desk_with(counts)
    after = with_more(before, ALL, extra)
    more = [b.count - a.count for a, b in zip(before.pools, after.pools, strict=True)]
    assert sum(more) == extra
    assert min(more) >= 0
    total = sum(counts)
    for count, added in zip(counts, more, strict=True):
        share = extra * (count / total if total else 1 / len(counts))
        assert abs(added - share) < 1 + 1e-6


def test_only_open_sites_of_the_tier_and_region_grow() -> None:
    network = load_scenario("national")
    place = ("point", "Galicia")
    after = with_more(network, place, 12)
    assert agents_at(after, place) == agents_at(network, place) + 12
    grown = {b.site for a, b in zip(network.pools, after.pools, strict=True) if a != b}
    sites = {site.site_id: site for site in network.sites}
    assert grown
    for name in grown:
        assert sites[name].status.is_open
        assert (sites[name].tier, sites[name].region) == place
    assert agents_at(after, ("point", "")) == agents_at(network, ("point", "")) + 12


@pytest.mark.parametrize("needed", [1, 2, 7, 19, 20])
def test_the_least_increase_is_found(needed: int) -> None:
    base_count, played = 10, list[int]()

    def share(network: Network) -> float:
        return min(0.95, 0.5 + 0.45 * (agents_at(network, ALL) - base_count) / needed)

    def play(network: Network) -> Result:
        played.append(agents_at(network, ALL))
        return kept_at(network, share)

    network = desk_with([6, 4], "fast")
    found = find_remedies(kept_at(network, lambda _: 0.95), kept_at(network, share), ["fast"], play)
    (tier,) = found.tiers
    assert (tier.tier, tier.agents, tier.extra, tier.restored) == ("desk", 10, needed, True)
    assert tier.kept[0].base == pytest.approx(0.95)
    assert tier.kept[0].alternative == pytest.approx(0.5)
    assert tier.kept[0].remedied >= tier.kept[0].base
    assert found.plays == len(played) == len({*played}), "nothing is played twice"
    assert agents_at(found.result.network, ALL) == base_count + needed


def test_the_search_gives_up_where_people_do_not_help() -> None:
    network = desk_with([5], "fast")
    found = find_remedies(
        kept_at(network, lambda _: 0.9),
        kept_at(network, lambda _: 0.6),
        ["fast"],
        lambda changed: kept_at(changed, lambda _: 0.6),
    )
    (tier,) = found.tiers
    assert not tier.restored
    assert tier.extra == 10
    assert tier.kept[0].remedied == pytest.approx(0.6)


def test_a_promise_without_a_tier_is_told_not_sought() -> None:
    network = desk_with([5])
    promise = Promise(promise_id="solved", measure="resolution", within="3d", share=0.8)
    network = replace(network, promises=(promise,))
    found = find_remedies(
        kept_at(network, lambda _: 0.9), kept_at(network, lambda _: 0.7), ["solved"], pytest.fail
    )
    assert found.tiers == ()
    (untied,) = found.untied
    assert (untied.base, untied.alternative) == pytest.approx((0.9, 0.7))
    assert found.plays == 0


def test_all_promises_of_a_tier_are_restored_by_the_same_people() -> None:
    network = desk_with([10], "fast", "faster")

    def made(changed: Network) -> Result:
        due, agents = np.full(3, 1000.0), agents_at(changed, ALL)
        shares = {
            "fast": (due * min(1.0, 0.7 + 0.05 * (agents - 10)), due),
            "faster": (due * min(1.0, 0.7 + 0.02 * (agents - 10)), due),
        }
        return made_result(changed, {("cost", "total", "all"): np.ones(3)}, shares)

    base = kept_at(network, lambda _: 0.795)
    found = find_remedies(base, made(network), ["fast", "faster"], made)
    (tier,) = found.tiers
    assert tier.restored
    assert tier.extra == 5
    assert {one.promise for one in tier.kept} == {"fast", "faster"}
