"""Which sites can serve which zone, in which order, and how far they are.

Only the k nearest able sites of a zone are kept, with the sites above them, so 100,000
zones need no dense zone by site matrix.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.model import Network
from network.travel_time import base_travel

_CHUNK = 4096

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Reach:
    """Candidate sites by group and zone, and travel by zone and site.

    Parameters
    ----------
    travels : bool array (groups,)
        Whether agent or customer travels in the stages of the group.
    first : int array (groups * zones + 1,)
        Candidates of group g and zone i are ``pair[first[g*Z+i]]`` to the next.
    pair : int array
        Row of the pair tables, in the order in which policies see the candidates.
    assigned : int array (groups * zones,)
        Position of the plan's site among the candidates.
    pair_first : int array (zones + 1,)
        Pairs of zone i, sorted by site.
    pair_site, pair_min, pair_km
        Site, base travel minutes and road kilometres of a pair; infinite: no way.
    above : int array (groups, sites)
        The site above a site that can work the group, or -1.
    """

    travels: Bools
    first: Ints
    pair: Ints
    assigned: Ints
    pair_first: Ints
    pair_site: Ints
    pair_min: Floats
    pair_km: Floats
    above: Ints


def reach_sites(network: Network, groups: Sequence[tuple[int, int, bool]], able: Bools) -> Reach:
    """Find the candidates of every group and zone.

    Parameters
    ----------
    network : Network
    groups : sequence of (tier, skill, travels)
    able : bool array (groups, sites)
        Open, of the group's tier, with an agent of its skill.
    """
    zones, k = len(network.zones), network.dispatch.candidates
    above = _above(network, able)
    used = np.flatnonzero(able.any(axis=0))
    rank = _preferences(network)
    assigned_site = _assigned_sites(network)
    parts = [
        _reach_chunk(
            network,
            slice(low, min(low + _CHUNK, zones)),
            used,
            groups,
            able,
            above,
            rank,
            k,
            assigned_site,
        )
        for low in range(0, zones, _CHUNK)
    ]
    pair_count = np.concatenate([part.pair_count for part in parts])
    pair_first = np.concatenate([[0], np.cumsum(pair_count)])
    counts = np.concatenate([part.counts for part in parts], axis=1)
    shift = np.cumsum([0, *(len(part.pair_site) for part in parts)])
    candidates = [
        np.concatenate([p.candidates[g] + s for p, s in zip(parts, shift, strict=False)])
        for g in range(len(groups))
    ]
    pair_site = np.concatenate([part.pair_site for part in parts])
    pair = np.concatenate(candidates) if candidates else np.zeros(0, dtype=np.int64)
    first = np.concatenate([[0], np.cumsum(counts.ravel())])
    return Reach(
        travels=np.array([group[2] for group in groups], dtype=np.bool_),
        first=first,
        pair=pair,
        assigned=_assigned(groups, first, pair_site[pair], assigned_site),
        pair_first=pair_first,
        pair_site=pair_site,
        pair_min=np.concatenate([part.pair_min for part in parts]),
        pair_km=np.concatenate([part.pair_km for part in parts]),
        above=above,
    )


@dataclass(frozen=True, slots=True)
class _Chunk:
    pair_count: Ints
    pair_site: Ints
    pair_min: Floats
    pair_km: Floats
    counts: Ints
    candidates: list[Ints]


def _reach_chunk(
    network: Network,
    zones: slice,
    used: Ints,
    groups: Sequence[tuple[int, int, bool]],
    able: Bools,
    above: Ints,
    rank: dict[tuple[str, int], int],
    k: int,
    assigned_site: Ints,
) -> _Chunk:
    minutes, km = base_travel(network, zones, used)
    size = len(minutes)
    key = _preferred(network, zones, used, minutes, rank)
    wanted = np.zeros(minutes.shape, dtype=np.bool_)
    chosen: list[tuple[Ints, Ints]] = []
    for g, (tier, _, travels) in enumerate(groups):
        usable = able[g][used] & (np.isfinite(minutes) | (not travels))
        order = _nearest(np.where(usable, key, np.inf), k, used, assigned_site[tier, zones])
        keep = np.take_along_axis(usable, order, axis=1)
        row = np.repeat(np.arange(size), order.shape[1]).reshape(order.shape)[keep]
        column = order[keep]
        chosen.append((row, column))
        wanted[row, column] = True
        for h in range(len(groups)):
            higher = above[h][used[column]]
            found = higher >= 0
            wanted[row[found], np.searchsorted(used, higher[found])] = True
    pair_row, pair_column = np.nonzero(wanted)
    number = np.full(minutes.shape, -1, dtype=np.int64)
    number[pair_row, pair_column] = np.arange(len(pair_row))
    counts = np.array([np.bincount(row, minlength=size) for row, _ in chosen]).reshape(-1, size)
    return _Chunk(
        pair_count=np.bincount(pair_row, minlength=size),
        pair_site=used[pair_column],
        pair_min=minutes[pair_row, pair_column],
        pair_km=km[pair_row, pair_column],
        counts=counts,
        candidates=[number[row, column] for row, column in chosen],
    )


def _preferences(network: Network) -> dict[tuple[str, int], int]:
    site_index = {site.site_id: j for j, site in enumerate(network.sites)}
    return {(p.zone, site_index[p.site]): p.rank for p in network.preferences}


def _preferred(
    network: Network, zones: slice, used: Ints, minutes: Floats, rank: dict[tuple[str, int], int]
) -> Floats:
    """Sort key of the sites of each zone: listed ones by rank, then the others by travel."""
    key = np.where(np.isfinite(minutes), minutes, np.finfo(np.float64).max)
    if rank:
        names = network.zones.zone_id[zones]
        for i, zone in enumerate(names):
            for column, site in enumerate(used):
                place = rank.get((zone, int(site)))
                if place is not None:
                    key[i, column] = place - 1e6
    return key


def _above(network: Network, able: Bools) -> Ints:
    """First site on the chain of parents that can work a group, [group, site]."""
    index = {site.site_id: j for j, site in enumerate(network.sites)}
    parent = [index[s.parent] if s.parent is not None else -1 for s in network.sites]
    above = np.full(able.shape, -1, dtype=np.int64)
    for g in range(len(able)):
        for j in range(len(parent)):
            higher = parent[j]
            while higher >= 0 and not able[g, higher]:
                higher = parent[higher]
            above[g, j] = higher
    return above


def _nearest(key: Floats, k: int, used: Ints, assigned: Ints) -> Ints:
    """The k columns of least key in each row, ascending; an able assigned site is among them."""
    order = np.argsort(key, axis=1, kind="stable")
    column = np.searchsorted(used, assigned)
    known = np.flatnonzero((assigned >= 0) & (column < len(used)))
    row = known[used[column[known]] == assigned[known]]
    row = row[np.isfinite(key[row, column[row]])]
    if not len(row):
        return order[:, :k]
    place = np.argmax(order[row] == column[row, None], axis=1)
    far = place >= k
    order[row[far], min(k, key.shape[1]) - 1] = column[row[far]]
    return order[:, :k]


def _assigned_sites(network: Network) -> Ints:
    """Site that the plan assigns a zone to [tier, zone]; -1: none."""
    assigned = np.full((len(network.tiers), len(network.zones)), -1, dtype=np.int64)
    tier_index = {tier.tier_id: k for k, tier in enumerate(network.tiers)}
    zone_index = {zone: i for i, zone in enumerate(network.zones.zone_id)}
    site_index = {site.site_id: j for j, site in enumerate(network.sites)}
    for one in network.assignments:
        assigned[tier_index[one.tier], zone_index[one.zone]] = site_index[one.site]
    return assigned


def _assigned(
    groups: Sequence[tuple[int, int, bool]], first: Ints, candidate_site: Ints, assigned_site: Ints
) -> Ints:
    """Position of the plan's site among the candidates; the first where there is none."""
    if not len(groups):
        return np.zeros(0, dtype=np.int64)
    wanted = np.concatenate([assigned_site[tier] for tier, _, _ in groups])
    row = np.repeat(np.arange(len(wanted)), np.diff(first))
    found = np.flatnonzero(candidate_site == wanted[row])
    assigned = np.zeros(len(wanted), dtype=np.int64)
    assigned[row[found]] = found - first[row[found]]
    return assigned
