"""A network as vessels that work fills and agents drain: what chance did, without an engine."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.model import Network
from network.quantity import MINUTES_PER_HOUR
from sim.kpis import Window
from sim.layout import VISIT, Layout, lay_out
from sim.sample import Sample

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Fluid:
    """A network as vessels: one for each group of sites that share their work.

    With ``assigned`` dispatch a site is a vessel; else the sites of a tier and region are one.

    Parameters
    ----------
    network : Network
    layout : Layout
    window : Window
    vessel : int array (sites,)
    capacity : float array (hours, vessels)
        Agent minutes on duty, breaks taken off.
    chance : float array (stages,)
        To resolve, averaged over the agents who may be asked.
    """

    network: Network
    layout: Layout
    window: Window
    vessel: Ints
    capacity: Floats
    chance: Floats

    @classmethod
    def of(cls, network: Network, window: Window) -> Fluid:
        """The vessels of a network and what drains them."""
        layout = lay_out(network, window.horizon)
        if network.dispatch.policy == "assigned":
            keys = [(site.site_id, "") for site in network.sites]
        else:
            keys = [(site.tier, site.region) for site in network.sites]
        order = {key: number for number, key in enumerate(dict.fromkeys(keys))}
        vessel = np.array([order[key] for key in keys], dtype=np.int64)
        hours = math.ceil(window.end / MINUTES_PER_HOUR)
        capacity = _capacity(layout, vessel, hours)
        return cls(network, layout, window, vessel, capacity, _chances(layout))

    def controls(self, tables: Sample) -> Floats:
        """Mean backlog and work arrived in the counted part (vessels, 2), agent minutes."""
        hours, vessels = self.capacity.shape
        entered, site, work = self._work(tables)
        hour = (entered / MINUTES_PER_HOUR).astype(np.int64)
        cell = (hour * vessels + self.vessel[site])[hour < hours]
        poured = np.bincount(cell, work[hour < hours], hours * vessels).reshape(hours, vessels)
        backlog, level = np.zeros_like(poured), np.zeros(vessels)
        for h in range(hours):
            level = np.maximum(0.0, level + poured[h] - self.capacity[h])
            backlog[h] = level
        counted = slice(int(self.window.start / MINUTES_PER_HOUR), hours)
        return np.stack([backlog[counted].mean(axis=0), poured[counted].sum(axis=0)], axis=1)

    def _work(self, tables: Sample) -> tuple[Floats, Ints, Floats]:
        """When each visit comes up if nobody waits, at the nearest site, and its work."""
        requests, visits = tables
        row = np.flatnonzero((requests["first_visit"] >= 0) & ~np.isnan(requests["arrival"]))
        visit = requests["first_visit"][row].astype(np.int64)
        when = np.fmax(requests["arrival"], requests["appointment"])[row]
        steps: list[tuple[Ints, Ints, Floats]] = []
        while len(row):
            stage = visits["stage"][visit]
            when = when + visits["parts"][visit]
            steps.append((visit, requests["zone"][row].astype(np.int64), when))
            when = when + visits["service"][visit]
            solved = visits["resolve_u"][visit] < self.chance[stage]
            follows = np.where(
                solved, visits["if_resolved"][visit], visits["if_unresolved"][visit]
            ).astype(np.int64)
            on = follows >= 0
            visit, row, when = follows[on], row[on], when[on]
        if not steps:
            return np.zeros(0), np.zeros(0, np.int64), np.zeros(0)
        every, zone, entered = (np.concatenate(column) for column in zip(*steps, strict=True))
        codes, reach, zones = self.layout.stages, self.layout.reach, len(self.network.zones)
        stage = visits["stage"][every]
        cell = np.maximum(codes.group[stage], 0) * zones + zone
        served = (codes.group[stage] >= 0) & (reach.first[cell + 1] > reach.first[cell])
        every, stage, cell, entered = every[served], stage[served], cell[served], entered[served]
        pair = reach.pair[reach.first[cell]]
        travel = 2 * reach.pair_min[pair] * visits["travel_factor"][every]
        work = visits["service"][every] + np.where(codes.mode[stage] == VISIT, travel, 0.0)
        return entered, reach.pair_site[pair], work


def _chances(layout: Layout) -> Floats:
    codes, agents = layout.stages, layout.agents
    tier = layout.sites.tier[agents.site]
    chance = codes.resolve[:, 0].copy()  # of delays
    for row in np.flatnonzero(codes.group >= 0):
        able = agents.skills[:, codes.skill[row]] & (tier == codes.tier[row])
        if able.any():
            chance[row] = codes.resolve[row, agents.level[able]].mean()
    return chance


def _capacity(layout: Layout, vessel: Ints, hours: int) -> Floats:
    capacity = np.zeros((hours, int(vessel.max()) + 1))
    edges = np.arange(hours + 1) * MINUTES_PER_HOUR
    for pool in np.unique(layout.agents.pool):
        members = np.flatnonzero(layout.agents.pool == pool)
        duty = layout.duties[pool]
        worked = np.zeros(hours + 1)
        for begins, ends in duty.intervals:
            worked += np.clip(edges, begins, ends) - begins
        for begins, length in duty.breaks:
            worked -= np.clip(edges, begins, begins + length) - begins
        capacity[:, vessel[layout.agents.site[members[0]]]] += len(members) * np.diff(worked)
    return capacity
