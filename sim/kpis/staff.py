"""Key figures of the people: utilisation, travel, overtime, by pool, site and tier."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.kpi import BY_NAME
from network.model import Network
from network.quantity import MINUTES_PER_HOUR, MINUTES_PER_WEEK
from network.tables import Cause, Outcomes
from sim.duty import Duty
from sim.kpis.facts import Window
from sim.kpis.groups import ratio, sums
from sim.kpis.service import Block
from sim.layout import VISIT, Layout
from sim.sample import Sample

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


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


def duty_until(duty: Duty, times: Floats) -> Floats:
    """Duty minutes of a pool's agents from time 0 until each of some times."""
    edges = [(max(a, 0.0), b) for a, b in duty.intervals if b > 0]
    if not edges:
        return np.zeros(len(times))
    start, end = np.array(edges).T
    done = np.concatenate([[0.0], np.cumsum(end - start)[:-1]])
    at = np.searchsorted(start, times, side="right") - 1
    inside = np.minimum(times, end[at]) - start[at]
    return np.where(at < 0, 0.0, done[at] + inside)


def beyond_duty(layout: Layout, pool: Ints, start: Floats, end: Floats) -> Floats:
    """Minutes of each stint that lie outside the duty of its pool.

    Parameters
    ----------
    pool : int array (stints,)
        Row of the pools table.
    start, end : float array (stints,)
    """
    outside = np.zeros(len(pool))
    order = np.argsort(pool.astype(np.int16), kind="stable")  # a radix sort
    edges = np.searchsorted(pool[order], np.arange(len(layout.duties) + 1))
    for number, duty in enumerate(layout.duties):
        rows = order[edges[number] : edges[number + 1]]
        if len(rows):
            on = duty_until(duty, end[rows]) - duty_until(duty, start[rows])
            outside[rows] = (end[rows] - start[rows]) - on
    return outside


def count_staff(
    network: Network, layout: Layout, sample: Sample, outcomes: Outcomes, window: Window
) -> Staff:
    """Add up the work table by pool."""
    work = outcomes.work
    pool = layout.agents.pool[work["agent"]] if len(work) else np.zeros(0, dtype=np.int64)
    pools = len(network.pools)
    depart, back = _within(work["depart"], window), _within(_open_end(work["back"]), window)
    end = np.minimum(_within(_open_end(work["end"]), window), back)
    is_break = work["visit"] < 0
    on_site = work["on_site"]
    begins = np.where(np.isnan(on_site), end, _within(_open_end(on_site), window))
    begins = np.minimum(np.maximum(begins, depart), end)
    outside = np.where(is_break, 0.0, beyond_duty(layout, pool, depart, back))

    def by_pool(minutes: Floats, rows: NDArray[np.bool_]) -> Floats:
        return sums(pool[rows], minutes[rows], pools)

    km = _kilometres(layout, sample, outcomes)
    counted = (work["depart"] >= window.start) & (work["depart"] < window.end)
    heads = np.bincount(layout.agents.pool, minlength=pools)
    duty_min = np.array([d.minutes(window.start, window.end) for d in layout.duties]).reshape(-1)
    return Staff(
        duty=heads * duty_min,
        work=by_pool(end - begins, ~is_break),
        travel=by_pool((begins - depart) + (back - end), ~is_break),
        breaks=by_pool(back - depart, is_break),
        overtime=by_pool(outside, ~is_break),
        km=by_pool(km, ~is_break & counted),
        jobs=by_pool(np.ones(len(work)), (work["cause"] == Cause.DONE) & counted),
    )


def _open_end(times: Floats) -> Floats:
    return np.where(np.isnan(times), np.inf, times)


def _within(times: Floats, window: Window) -> Floats:
    return np.clip(times, window.start, window.end)


def _kilometres(layout: Layout, sample: Sample, outcomes: Outcomes) -> Floats:
    """Road kilometres of each stint: out and back; of a cancelled trip, the part driven."""
    work, reach = outcomes.work, layout.reach
    km = np.zeros(len(work))
    visit = work["visit"].astype(np.int64)
    mode = layout.stages.mode[sample.visits["stage"][visit]] if len(work) else visit
    rows = np.flatnonzero((visit >= 0) & (mode == VISIT))
    if not len(rows):
        return km
    zone = sample.requests["zone"][sample.visits["request"][visit[rows]]].astype(np.int64)
    site = layout.agents.site[work["agent"][rows]]
    sites = len(layout.sites.tier)
    key = np.repeat(np.arange(len(reach.pair_first) - 1), np.diff(reach.pair_first)) * sites
    pair = np.searchsorted(key + reach.pair_site, zone * sites + site)
    one_way = reach.pair_km[pair]
    cancelled = np.isnan(work["on_site"][rows]) & ~np.isnan(work["end"][rows])
    factor = sample.visits["travel_factor"][visit[rows]]
    planned = np.maximum(reach.pair_min[pair] * factor, 1e-9)
    driven = np.where(cancelled, (work["end"] - work["depart"])[rows] / planned, 1.0)
    km[rows] = 2 * one_way * np.minimum(driven, 1.0)
    return km


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
    yield from _site_figures(network, layout, outcomes)


def _site_figures(network: Network, layout: Layout, outcomes: Outcomes) -> Iterator[Block]:
    tier, tiers = layout.sites.tier, tuple(t.tier_id for t in network.tiers)
    length = outcomes.queue_area / outcomes.horizon
    is_open = np.array([site.status.is_open for site in network.sites], dtype=np.float64)
    yield "queue_length", "total", ("all",), np.array([length.sum()])
    yield "queue_length", "tier", tiers, sums(tier, length, len(tiers))
    yield "queue_length", "site", tuple(site.site_id for site in network.sites), length
    yield "sites_open", "total", ("all",), np.array([is_open.sum()])
    yield "sites_open", "tier", tiers, sums(tier, is_open, len(tiers))
