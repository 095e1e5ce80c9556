"""Key figures of the people: utilisation, travel, overtime, by pool, site and tier."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.kpi import BY_NAME
from network.model import Network
from network.quantity import MINUTES_PER_HOUR, MINUTES_PER_WEEK
from network.tables import Outcomes
from sim.kpis.groups import Block, ratio, sums
from sim.kpis.kernel.machine import load_stints
from sim.kpis.kernel.stints import PERIOD, POOL, SPAN, Stints
from sim.kpis.kernel.survey import Records
from sim.kpis.window import Window
from sim.layout import Layout
from sim.sample import Sample

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Staff:
    """Minutes and kilometres by row of the pools table, within the counted window.

    Parameters
    ----------
    duty, work, travel, breaks, overtime : float array (pools,)
        Minutes; work is at the customer or desk, travel is on the way.
    km : float array (pools,)
        Road kilometres out and back.
    jobs : float array (pools,)
        Stints of work done.
    """

    duty: Floats
    work: Floats
    travel: Floats
    breaks: Floats
    overtime: Floats
    km: Floats
    jobs: Floats


def count_staff(
    network: Network, layout: Layout, sample: Sample, outcomes: Outcomes, window: Window
) -> Staff:
    """Add up the work table by pool."""
    pools, spans = _pools(layout)
    stints = Stints(
        requests=np.ascontiguousarray(sample.requests),
        visits=np.ascontiguousarray(sample.visits),
        work=np.ascontiguousarray(outcomes.work),
        period=np.array([(window.start, window.end)], dtype=PERIOD),
        pools=pools,
        spans=spans,
        agent_pool=layout.agents.pool,
        agent_site=layout.agents.site,
        stage_mode=layout.stages.mode,
        pair_first=layout.reach.pair_first,
        pair_site=layout.reach.pair_site,
        pair_min=layout.reach.pair_min,
        pair_km=layout.reach.pair_km,
    )
    load_stints()(stints.address, 0)
    heads = np.bincount(layout.agents.pool, minlength=len(network.pools))
    duty_min = layout.spans.minutes(window.start, window.end)
    names = ("work", "travel", "breaks", "overtime", "km", "jobs")
    return Staff(duty=heads * duty_min, **{name: pools[name] for name in names})


def _pools(layout: Layout) -> tuple[Records, Records]:
    """Pools with nothing added up yet, and their duty from time 0."""
    spans = layout.spans
    pools = np.zeros(len(layout.duties), dtype=POOL)
    pools["first"] = pools["span"] = spans.first[:-1]
    pools["end"] = spans.first[1:]
    rows = np.empty(len(spans.start), dtype=SPAN)
    rows["start"], rows["end"], rows["before"] = spans.start, spans.end, spans.before
    return pools, rows


def staff_figures(
    network: Network, layout: Layout, outcomes: Outcomes, staff: Staff, window: Window
) -> Iterator[Block]:
    """Utilisation, occupancy, travel, overtime and queues."""
    weeks = window.minutes / MINUTES_PER_WEEK
    site_of = {site.site_id: j for j, site in enumerate(network.sites)}
    pool_site = np.array([site_of[pool.site] for pool in network.pools], dtype=np.int64)
    groups = {
        "total": (("all",), np.zeros(len(network.pools), dtype=np.int64)),
        "tier": (tuple(t.tier_id for t in network.tiers), layout.sites.tier[pool_site]),
        "site": (tuple(site.site_id for site in network.sites), pool_site),
        "pool": (tuple(pool.pool_id for pool in network.pools), np.arange(len(network.pools))),
    }
    heads = np.bincount(layout.agents.pool, minlength=len(network.pools)).astype(np.float64)
    busy = staff.work + staff.travel
    available = staff.duty + staff.overtime - staff.breaks
    columns = {
        "utilisation": (busy - staff.overtime, staff.duty),
        "occupancy": (busy, available),
        "travel_share": (staff.travel, busy),
        "duty_hours": (staff.duty / MINUTES_PER_HOUR / weeks, None),
        "overtime_hours": (staff.overtime / MINUTES_PER_HOUR / weeks, None),
        "travel_km": (staff.km / weeks, None),
        "agents": (heads, None),
    }
    for kpi, (part, whole) in columns.items():
        for dimension in BY_NAME[kpi].dimensions:
            keys, code = groups[dimension]
            top = sums(code, part, len(keys))
            yield (
                kpi,
                dimension,
                keys,
                top if whole is None else ratio(top, sums(code, whole, len(keys))),
            )
    yield from queue_figures(network, layout, outcomes)
    yield from _site_figures(network, layout)


def queue_figures(network: Network, layout: Layout, outcomes: Outcomes) -> Iterator[Block]:
    """Mean number waiting, over the whole run."""
    tiers = tuple(tier.tier_id for tier in network.tiers)
    length = outcomes.queue_area / outcomes.horizon
    yield "queue_length", "total", ("all",), np.array([length.sum()])
    yield "queue_length", "tier", tiers, sums(layout.sites.tier, length, len(tiers))
    yield "queue_length", "site", tuple(site.site_id for site in network.sites), length


def _site_figures(network: Network, layout: Layout) -> Iterator[Block]:
    tier, tiers = layout.sites.tier, tuple(t.tier_id for t in network.tiers)
    is_open = np.array([site.status.is_open for site in network.sites], dtype=np.float64)
    yield "sites_open", "total", ("all",), np.array([is_open.sum()])
    yield "sites_open", "tier", tiers, sums(tier, is_open, len(tiers))
