"""The staffing rule: proportions, patterns that must stay, work per agent."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from network.load import load_scenario
from optimize.tiers import TierOptions, streams_of
from optimize.tiers.divide import parts_of
from optimize.tiers.offers import levels_of
from optimize.tiers.staffing import crew_of, spread_heads

HEADS = st.lists(st.integers(1, 40), min_size=1, max_size=6)


@given(HEADS, st.integers(0, 200), st.randoms())
def test_spread_adds_up_and_keeps_floors(heads: list[int], agents: int, random: object) -> None:
    floor = np.array([random.randint(0, 1) for _ in heads])  # type: ignore[attr-defined]
    count = spread_heads(agents, np.array(heads), floor)
    assert (count >= floor).all()
    assert count.sum() == max(agents, floor.sum())


@given(HEADS, st.integers(1, 20))
def test_todays_heads_are_spread_as_today(heads: list[int], times: int) -> None:
    known = np.array(heads)
    floor = np.ones(len(heads), dtype=np.int64)
    assert (spread_heads(times * known.sum(), known, floor) == times * known).all()


def test_patterns_left_out_leave_no_hour_uncovered() -> None:
    network = load_scenario("regionB")
    crew = crew_of(network, [p for p in network.pools if p.site == "santiago_point"])
    assert not crew.needed.all(), "some pattern is covered by others"
    for skill in {skill for pool in crew.pools for skill in pool.skills}:
        held = np.array([skill in pool.skills for pool in crew.pools])
        today = crew.on_duty[held].any(axis=0)
        kept = crew.on_duty[held & crew.needed].any(axis=0)
        assert (today == kept).all(), skill


def test_wages_are_paid_duty_hours() -> None:
    network = load_scenario("regionB")
    pools = [p for p in network.pools if p.site == "santiago_workshop"]
    crew = crew_of(network, pools)
    month = 365.25 / 12 / 7
    expected = sum(p.count * 40 * p.wage_per_h / (1 - p.absence) * month for p in pools)
    assert crew.wages(crew.heads) == pytest.approx(expected)


def test_todays_work_needs_todays_agents() -> None:
    (part,) = parts_of(network := load_scenario("regionB"), streams_of(network), TierOptions())
    for offer in part.offers:
        if offer.is_open:
            heads = int(offer.crew.heads[offer.crew.group == offer.main].sum())
            work = part.today[offer.site.tier].work_per_agent[offer.main] * heads
            assert offer.agents(offer.main, work) == heads
            assert offer.agents(offer.main, work * 1.001) > heads


def test_presence_is_not_work_per_agent() -> None:
    (part,) = parts_of(network := load_scenario("regionC"), streams_of(network), TierOptions())
    offer = next(o for o in part.offers if o.site.site_id == "zaragoza_point")
    counter = offer.crew.group_of("counter")
    duty = offer.crew.duty_min("counter").max()
    assert offer.work_per_agent[counter] == pytest.approx(0.3 * duty)


def test_more_agents_are_given_more_work_and_levels_join() -> None:
    (part,) = parts_of(network := load_scenario("regionB"), streams_of(network), TierOptions())
    offer = next(o for o in part.offers if o.site.site_id == "vigo_point")
    work = [offer.work_min(offer.main, n) for n in range(offer.least(offer.main), 90)]
    assert (np.diff(work) > -1e-6).all()
    levels = levels_of([offer], np.array([5e5]), TierOptions(intensities=(1.0,)))
    assert (levels.most[:-1] == levels.least[1:]).all()
    for low, n in ((levels.least, levels.least), (levels.most, levels.most)):
        line = levels.work + levels.work_slope * n
        assert line == pytest.approx([offer.work_min(offer.main, int(k)) for k in low])


def test_partners_come_as_the_scenario_has_them() -> None:
    (part,) = parts_of(network := load_scenario("regionB"), streams_of(network), TierOptions())
    offer = next(o for o in part.offers if o.site.site_id == "vilagarcia_franchise")
    assert offer.partner
    assert offer.agents(offer.main, 1e9) == 3
    assert offer.crew.wages(offer.crew.heads) == 0
    assert offer.crew.group_of("urgent") == -1
