"""Small changes at several sites in one play, told apart by the customers that they touch.

An agent more or fewer at a service point touches, nearly, the customers of that point alone. So
one play may move an agent at every site of a tier, and what happens to the customers of a site
is put down to its own agent. What spills over to the customers of a neighbour is put down to the
neighbour's agent: good enough to say where to look, as every step that a search takes is
simulated as it is, and never enough for a bound.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from network.model import Network
from network.places import TierKind
from network.quantity import MINUTES_PER_MONTH
from network.tables import Outcomes, RequestStatus, VisitStatus
from optimize.staffing.guards import Guard
from sim.kpis import Window
from sim.kpis.costs import staff_cost
from sim.kpis.facts import gather
from sim.kpis.groups import sums
from sim.kpis.promises import Kept, keep_by_part
from sim.kpis.staff import count_staff
from sim.layout import Layout
from sim.sample import Sample

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_LOST = (RequestStatus.ABANDONED, RequestStatus.BLOCKED, RequestStatus.UNSERVED)


@dataclass(frozen=True, slots=True)
class Move:
    """An agent more or fewer in a pool.

    Parameters
    ----------
    pool : int
        Row of the pools table.
    change : int
        1 or -1.
    """

    pool: int
    change: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Moves that are made in one play, each at another site.

    Parameters
    ----------
    tier : str or None
        Whose sites they are at; None: a single move, measured by the whole network.
    moves : tuple of Move
    busy : bool
        At a remote centre, which nearly every request passes: fewer replications tell as much.
    """

    tier: str | None
    moves: tuple[Move, ...]
    busy: bool = False

    def of(self, counts: Ints) -> Ints:
        """The staffing with all of its moves (pools,)."""
        moved = counts.copy()
        for move in self.moves:
            moved[move.pool] += move.change
        return moved


@dataclass(frozen=True, slots=True)
class Seen:
    """What a search wants to know of one replication, of all customers or of some.

    Parameters
    ----------
    kept : Kept
    cost : float
        Per month; of some customers: what they lose, and what the people of their site cost.
    top, bottom : float array (guards,)
        A guarded figure is the one by the other.
    """

    kept: Kept
    cost: float
    top: Floats
    bottom: Floats

    @property
    def figures(self) -> Floats:
        """The guarded figures (guards,); nothing seen counts as 0."""
        empty = np.zeros_like(self.top)
        return np.divide(self.top, self.bottom, out=empty, where=self.bottom > 0)

    def plus(self, other: Seen, sign: int = 1) -> Seen:
        """Both together, or this one without the other."""
        kept = {
            one.name: getattr(self.kept, one.name) + sign * getattr(other.kept, one.name)
            for one in fields(Kept)
        }
        return Seen(
            Kept(**kept),
            self.cost + sign * other.cost,
            self.top + sign * other.top,
            self.bottom + sign * other.bottom,
        )


def batches_of(network: Network, moves: Sequence[Move]) -> tuple[Batch, ...]:
    """Moves at sites of placed tiers together, one of each site; others by themselves."""
    site_of = {site.site_id: site for site in network.sites}
    tiers = {tier.tier_id: tier for tier in network.tiers}
    by_site: dict[str, dict[str, list[Move]]] = defaultdict(lambda: defaultdict(list))
    for move in moves:
        site = site_of[network.pools[move.pool].site]
        by_site[site.tier][site.site_id].append(move)
    found: list[Batch] = []
    for tier, lists in by_site.items():
        busy = tiers[tier].kind is TierKind.REMOTE
        if len(lists) < 2 or busy:
            found += [Batch(None, (move,), busy) for own in lists.values() for move in own]
            continue
        for turn in range(max(map(len, lists.values()))):
            chosen = tuple(own[turn] for own in lists.values() if turn < len(own))
            found.append(Batch(tier, chosen))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Parts:
    """The customers of each site of a tier.

    Parameters
    ----------
    of_site : dict of str to int
    of_zone, of_pool : int array (zones,), (pools,)
        The last part, `count` - 1, is of zones and pools of no site of the tier.
    count : int
    """

    of_site: dict[str, int]
    of_zone: Ints
    of_pool: Ints
    count: int


def parts_of(network: Network, layout: Layout, tier: str) -> Parts:
    """Zones by the site of a tier that dispatch tries first."""
    number = next(k for k, one in enumerate(network.tiers) if one.tier_id == tier)
    sites = [j for j, site in enumerate(network.sites) if site.tier == tier]
    of_site = {network.sites[j].site_id: k for k, j in enumerate(sites)}
    none, zones, reach = len(sites), len(network.zones), layout.reach
    part = np.full(len(network.sites), none)
    part[sites] = range(none)
    of_zone = np.full(zones, none)
    for group, (of_tier, _, _) in enumerate(layout.stages.groups):
        first = reach.first[group * zones : (group + 1) * zones + 1]
        able = np.flatnonzero((first[1:] > first[:-1]) & (of_zone == none) & (of_tier == number))
        of_zone[able] = part[reach.pair_site[reach.pair[first[able]]]]
    of_pool = np.array([of_site.get(pool.site, none) for pool in network.pools])
    return Parts(of_site, of_zone, of_pool, none + 1)


def see_by_part(
    network: Network,
    layout: Layout,
    sample: Sample,
    outcomes: Outcomes,
    window: Window,
    parts: Parts,
    guards: Sequence[Guard],
) -> tuple[Seen, ...]:
    """What happened to the customers of each site of a tier, in one replication (parts,)."""
    facts = gather(network, layout, sample, outcomes, window, ("total",), timed=False)
    kept = keep_by_part(
        network, layout, facts, sample, outcomes, window, parts.of_zone, parts.count
    )
    staff = staff_cost(network, count_staff(network, layout, sample, outcomes, window))
    penalty = np.array([segment.penalty for segment in network.segments])
    cost = sums(parts.of_pool, staff, parts.count) + _lost(network, sample, outcomes, window, parts)
    cost += [float(penalty @ one.missed_by_segment) for one in kept]
    top, bottom = _guarded(network, layout, sample, outcomes, window, parts, guards)
    months = window.minutes / MINUTES_PER_MONTH
    return tuple(
        Seen(one, float(cost[k]) / months, top[:, k], bottom[:, k]) for k, one in enumerate(kept)
    )


def _lost(
    network: Network, sample: Sample, outcomes: Outcomes, window: Window, parts: Parts
) -> Floats:
    """Money for requests that are lost (parts,)."""
    worth = np.array([segment.lost_cost for segment in network.segments])
    requests = sample.requests
    lost = np.isin(outcomes.requests["status"], _LOST) & _counted(outcomes, window)
    part, segment = parts.of_zone[requests["zone"][lost]], requests["segment"][lost]
    return sums(part, worth[segment], parts.count)


def _guarded(
    network: Network,
    layout: Layout,
    sample: Sample,
    outcomes: Outcomes,
    window: Window,
    parts: Parts,
    guards: Sequence[Guard],
) -> tuple[Floats, Floats]:
    """Numerators and denominators of the guarded figures (guards, parts)."""
    tiers = [tier.tier_id for tier in network.tiers]
    visits, count = outcomes.visits, parts.count
    every_tier = layout.stages.tier[sample.visits["stage"]]
    joined = np.flatnonzero(~np.isnan(visits["joined"]) & (every_tier >= 0))
    request, tier = sample.visits["request"][joined], every_tier[joined]
    cell = tier * count + parts.of_zone[sample.requests["zone"][request]]
    left = np.fmin(np.fmin(visits["start"][joined], visits["end"][joined]), outcomes.horizon)
    waited = sums(cell, left - visits["joined"][joined], len(tiers) * count).reshape(-1, count)
    gave_up = visits["status"][joined] == VisitStatus.ABANDONED
    counted = _counted(outcomes, window)
    in_window = counted[request]
    left_us, came = (
        sums(cell, (in_window & some).astype(np.float64), len(tiers) * count).reshape(-1, count)
        for some in (gave_up, np.True_)
    )
    zone = parts.of_zone[sample.requests["zone"]]
    unserved = counted & (outcomes.requests["status"] == RequestStatus.UNSERVED)
    top, bottom = (np.zeros((len(guards), count)) for _ in range(2))
    for row, guard in enumerate(guards):
        place = tiers.index(guard.tier) if guard.tier is not None else -1
        if guard.kpi == "queue_length":
            top[row], bottom[row] = waited[place] / outcomes.horizon, 1 / count
        elif guard.kpi == "visit_abandoned":
            top[row], bottom[row] = left_us[place], came[place]
        else:
            top[row] = sums(zone, unserved.astype(np.float64), count)
            bottom[row] = sums(zone, counted.astype(np.float64), count)
    return top, bottom


def _counted(outcomes: Outcomes, window: Window) -> NDArray[np.bool_]:
    """Whether a request arrived in the window (requests,)."""
    arrival = outcomes.requests["arrival"]
    return (arrival >= window.start) & (arrival < window.end)
